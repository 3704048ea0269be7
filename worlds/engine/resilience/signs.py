"""Reading an answer for what it says of the call: done, refused by the business, or broken on the way.

Nothing is looked at but what every client of such a system sees: status, headers and body.
"""

import json
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from worlds.engine.reply import Reply

Kind = Literal[
    "done", "refused", "unknown", "later", "tomorrow", "signed_out", "forbidden", "changed", "locked", "working"
]
"""`unknown`: whether it was done cannot be told; `later`: not now, try again; `tomorrow`: the day's calls are used up;
`changed`: somebody else was faster; `locked`: somebody else has the record; `working`: a job says when it is done."""

_UNKNOWN = frozenset({408, 500, 502, 504})
_LATER = frozenset({425, 429, 503})
_THROTTLED = ("throttled", "limit_exceeded", "rate_limit", "rate limit", "too many requests", "exceeded")
_SPENT = ("totalrequests limit", "request_limit_exceeded", "daily")
_LOCKED = ("unable_to_lock_row", "lock_timeout", "record_locked", "is_locked", "is locked", "being modified")
_CHANGED = ("version_conflict", "updateconflict", "precondition", "if_version", "stale_object")
_BUSY = ("in_use", "in use", "in progress", "being processed", "being carried out", "in a moment")
_SOLD_OUT = ("insufficient_stock", "out_of_stock", "sold_out")
_CODED = frozenset({"code", "errorCode"})
_ENVELOPE = frozenset({"status", "headers", "body"})


@dataclass(frozen=True, slots=True)
class Sign:
    """What an answer says: its kind, HTTP status, the seconds that it asks to wait (None: it does not say), its body.

    `wrapped` means that the answer is told as an HTTP client returns it: the way to the business broke. `told` is the
    answer as it came, wrapping and all.
    """

    kind: Kind
    status: int
    wait: float | None
    body: Any
    wrapped: bool = False
    told: Any = None

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False)


def sign_of(reply: Reply, asked: Collection[str] = ()) -> Sign:
    """What an answer through tools says; one that has all that was `asked` for may well speak of errors in a file."""
    told, status, headers = reply.body, reply.status, dict(reply.headers)
    wrapped = isinstance(told, Mapping) and told.keys() == _ENVELOPE
    if wrapped:
        status, headers, told = told["status"], {**headers, **told["headers"]}, told["body"]
    lowered = (told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)).lower()
    kind = _kind(reply.ok and not wrapped, status, told, lowered)
    if kind == "later" and status < 400 and asked and set(asked) <= told.keys():
        kind = "done"
    return Sign(kind, status, _wait(headers, told), told, wrapped, reply.body)


def may_change(status: int, told: Any) -> bool:
    """Whether a refusal may be another one in a while: sold out for now, or a bank without funds on the card."""
    code = next(
        (str(one.get("code", one.get("errorCode"))).lower() for one in mappings(told) if _CODED & one.keys()), ""
    )
    return status == 402 or (status == 409 and code in _SOLD_OUT)


def _kind(fine: bool, status: int, told: Any, lowered: str) -> Kind:
    if status == 202:
        return "working"
    if fine or status < 400:
        return "later" if status < 400 and _is_error(told) else "done"
    simple: dict[int, Kind] = {401: "signed_out", 423: "locked", 412: "changed"}
    if status in simple:
        return simple[status]
    if status in _UNKNOWN:
        return "unknown"
    if status in _LATER or (status == 403 and any(word in lowered for word in _THROTTLED)):
        return "tomorrow" if any(word in lowered for word in _SPENT) else "later"
    return _of_conflict(status, lowered)


def _of_conflict(status: int, lowered: str) -> Kind:
    if any(word in lowered for word in _LOCKED):
        return "locked"
    if status == 409 and any(word in lowered for word in _CHANGED):
        return "changed"
    if status == 409 and any(word in lowered for word in _BUSY):
        return "later"
    return "forbidden" if status == 403 else "refused"


def _is_error(told: Any) -> bool:
    """Whether a body that came with a good status speaks of errors all the same."""
    if not isinstance(told, Mapping):
        return False
    return any(bool(told.get(name)) for name in ("errors", "error", "userErrors"))


def _wait(headers: Mapping[str, str], told: Any) -> float | None:
    for name, value in headers.items():
        if name.lower() in {"retry-after", "ratelimit-reset", "x-rate-limit-reset"}:
            try:
                return float(value)
            except ValueError:
                continue
    return _restored(told)


def _restored(told: Any) -> float | None:
    """Seconds until a budget of points, as a throttled query tells it, has grown enough."""
    for part in mappings(told):
        if "throttleStatus" in part and "requestedQueryCost" in part:
            throttle = part["throttleStatus"]
            lacking = part["requestedQueryCost"] - throttle["currentlyAvailable"]
            return float(math.ceil(max(1.0, lacking / max(1.0, throttle["restoreRate"]))))
    return None


def may_save(told: Any) -> bool:
    """Whether a refusal for what is alike says that it may be saved all the same."""
    return any(one.get("allow_save") is True or one.get("allowSave") is True for one in mappings(told))


def complaints(told: Any) -> Iterator[tuple[str, str]]:
    """The arguments that a refusal finds fault with, each with what it says, wherever the system puts the two."""
    for part in mappings(told):
        for name in ("errors", "details"):
            inner = part.get(name)
            for field, said in inner.items() if isinstance(inner, Mapping) else ():
                yield field, " ".join(_texts(said))
        sentence = part.get("message") or part.get("description")
        fields = part.get("fields")
        for field in (part.get("field"), part.get("param"), *(fields if isinstance(fields, list) else ())):
            if isinstance(field, str) and isinstance(sentence, str):
                yield field, sentence


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(inner)


def mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every mapping in an answer, from the outside in."""
    if isinstance(value, Mapping):
        yield value
        for inner in value.values():
            yield from mappings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from mappings(inner)
