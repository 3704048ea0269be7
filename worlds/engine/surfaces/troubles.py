"""How pages say that something on the way broke: in an app's own words, and never more than the app would know.

A failure's code and its plan are no words for a page. What the vendor's API says about a limit is none either; where a
record or a rule is named, the failure's own sentence is the better one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import Any

from flask import g

from worlds.engine.errors import Failure
from worlds.engine.surfaces.wording import clock, plural

_HEADINGS = {
    400: "That could not be done",
    401: "Your session has ended",
    403: "You do not have permission",
    404: "Nothing here",
    409: "Not possible now",
    423: "Not possible now",
    429: "Too many requests",
    502: "Not available right now",
    503: "Not available right now",
    504: "Not available right now",
}
_BY_CODE = {
    "rate_limited": ("Too many requests", "More requests came from your account than it may send."),
    "form_expired": ("This form has expired", "It was shown too long ago; look at it again and send it."),
    "failed_before": ("Something went wrong", ""),
}
_LIMIT = ("Limit reached", "Your account has used up the requests that it may send.")
_DAILY = "The limit for today is reached."
_WRONG = "Something went wrong"
_OURS = "There is a problem on our side. Try again in a moment; if it goes on, tell support the request ID."
_SENTENCES = {
    403: "Your role does not include this. Ask somebody whose role does.",
    404: "There is no page at this address, or none that you may see.",
    429: "More requests came from your account than it may send.",
    500: _OURS,
    502: _OURS,
    503: "The service is not available for the moment.",
    504: "The service took too long to answer.",
}


@dataclass(frozen=True, slots=True)
class Banner:
    """What stands above a page that stays as it was."""

    heading: str
    words: str


def heading_of(failure: Failure) -> str:
    """What is wrong, in a few words."""
    return _said(failure)[0]


def words_of(failure: Failure, now: datetime, *, sent: bool = False) -> str:
    """What happened and when to try again, in sentences.

    Where the business says it in its own words, these are enough. `sent` is whether something was to be saved.
    """
    if failure.code == "record_locked" and "until" in failure.details:
        until = datetime.fromisoformat(failure.details["until"])
        who, why = failure.details["holder"], failure.details["why"]
        return f"Nothing was saved: {who} has this locked until {clock(until, now)} ({why}). Try again then."
    sentence = _said(failure)[1]
    if not sentence:
        return failure.message
    unsaved = "Nothing was saved. " if sent and failure.status != 500 else ""
    return f"{unsaved}{sentence} {again(failure, now)}".strip()


def _said(failure: Failure) -> tuple[str, str]:
    """A heading, and an app's own sentence where there is one."""
    heading, sentence = _BY_CODE.get(failure.code, ("", ""))
    if failure.code == "rate_limited" and failure.status == 403:  # no matter of permission, whatever the status says
        heading, sentence = _LIMIT
    if "daily" in failure.message.lower() and heading:
        sentence = _DAILY
    heading = heading or _HEADINGS.get(failure.status, _WRONG if failure.status >= 500 else "That could not be done")
    return heading, sentence or _SENTENCES.get(failure.status, "")


def again(failure: Failure, now: datetime) -> str:
    """When to try again, as its `Retry-After` says; empty where it says nothing."""
    seconds = retry_after(failure)
    if seconds is None:
        return ""
    if seconds <= 90:
        return f"Try again in {plural(max(1, ceil(seconds)), 'second')}."
    if seconds < 3_600:
        return f"Try again in {plural(ceil(seconds / 60), 'minute')}."
    return f"Try again after {clock(now + timedelta(seconds=seconds), now)}."


def retry_after(failure: Failure) -> float | None:
    """Seconds that the failure asks to wait, if it says any."""
    said = next((value for name, value in failure.headers.items() if name.lower() == "retry-after"), "")
    try:
        return float(said)
    except ValueError:
        return None


def warn(failure: Failure, now: datetime, *, sent: bool = False, as_of: datetime | None = None) -> None:
    """Put a banner above the page that is about to be shown.

    Args:
        failure: what broke.
        now: virtual time in the world's zone.
        sent: whether it broke something that was sent, and not the page itself.
        as_of: when what the page shows was read, where that is older.
    """
    words = words_of(failure, now, sent=sent)
    if as_of is not None:
        words = f"What you see is as it was at {clock(as_of, now)}. {words}"
    elif not sent:
        words = f"This list cannot be shown. {words}"
    banner = Banner(heading_of(failure), words)
    if banner not in banners():  # a page may have several lists
        banners().append(banner)


def banners() -> list[Banner]:
    """The banners of the page at hand."""
    found: list[Banner] = g.setdefault("banners", [])
    return found


def request_id(*parts: Any) -> str:
    """The id of a request as an error page shows it: the same for the same request of the same episode."""
    digest = sha256("|".join(str(part) for part in parts).encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:20]}"
