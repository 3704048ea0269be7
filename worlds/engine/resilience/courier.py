"""The courier of the resilient agent: brings one call through whatever breaks on the way, and waits where it has to.

What the calls are for is none of its business; whether a lost one was done after all, it asks its sender.
"""

import json
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from worlds.engine.adversary.notation import plain
from worlds.engine.operation import Operation
from worlds.engine.resilience.line import Desk
from worlds.engine.resilience.merging import mended
from worlds.engine.resilience.sights import Seen
from worlds.engine.resilience.signs import Sign, sign_of
from worlds.engine.resilience.stopping import Stopped
from worlds.engine.task import Refused

MOST_SENDS = 14
"""How often one call is sent at most."""
MOST_SECONDS = 6 * 3_600
"""Virtual seconds that one call is waited for at most; a limit that lasts longer is a reason to stop."""
A_DAY = 24 * 3_600 + 600
MOST_DAYS = 14
"""How often it goes on the next day, where a day's calls are used up."""
WAIT = "wait"
"""What lets virtual time go by."""
FIRST_WAIT = 30
BROKEN = 500
MOST_BROKEN = 3

Done = Callable[[str, Mapping[str, Any]], Any]
"""What a write made whose answer is lost for good, as readings show it; None where it made nothing."""


class Courier:
    """Sends calls until they are answered.

    `trouble` is the last answer that was no result, `rationed` the last call that a day's limit turned away, `days` how
    many days it has waited for such a limit.
    """

    def __init__(self, desk: Desk, seen: Seen, done_after_all: Done) -> None:
        """Carry from a desk; `seen` is what its agent has seen, as it grows."""
        self._desk = desk
        self._seen = seen
        self._done_after_all = done_after_all
        self._times: dict[str, int] = {}
        self.trouble: Stopped | None = None
        self.rationed: Stopped | None = None
        self.days = 0

    def key(self, operation: str, arguments: Mapping[str, Any]) -> str:
        """A new key for a new intent; the same one for the same work begun anew."""
        text = f"{operation} {text_of(arguments)}"
        self._times[text] = self._times.get(text, 0) + 1
        return f"{operation}-{sha256(f'{text} {self._times[text]}'.encode()).hexdigest()[:20]}"

    def anew(self) -> None:
        """The work begins anew: what is sent again is the same work."""
        self._times.clear()

    def through(self, operation: str, arguments: dict[str, Any], key: str | None) -> Any:
        """Send a call until it is answered.

        Raises:
            Changed: when the record was changed by somebody else.
            Refused: when the business says no.
            Stopped: when patience is at its end.
        """
        trip = _Trip(operation, arguments, key)
        while trip.sent < MOST_SENDS:
            sign = self._send(operation, trip.arguments, trip.key)
            trip.sent += 1
            if sign.kind == "done" or (sign.kind == "working" and is_answer(self._desk.tools[operation], sign.body)):
                return plain(sign.body)
            if sign.kind == "working":
                return self._finished(operation, trip.arguments, sign)
            self._check_no(trip, sign)
            trip.open = trip.open or sign.kind == "unknown"
            try:
                found = self._made_ready(trip, sign)
            except Stopped as stop:
                found = self._done_before(trip, stop)
            if found is not None:
                return found
        raise Stopped(operation, trip.arguments, sign)

    def _done_before(self, trip: "_Trip", stop: Stopped) -> Any:
        """What an earlier send made whose answer was lost; else the stop is raised that came after it."""
        with suppress(Stopped, Refused):
            if trip.key and trip.open and (found := self._done_after_all(trip.operation, trip.arguments)) is not None:
                return found
        raise stop

    def _check_no(self, trip: "_Trip", sign: Sign) -> None:
        """Take an answer of the business for what it is.

        Raises:
            Changed, Refused: as `through`.
        """
        if sign.kind == "changed" and trip.key is not None:
            raise Changed(sign)
        trouble = Stopped(trip.operation, trip.arguments, sign)
        if sign.kind in {"refused", "changed"} and not sign.wrapped:
            self.trouble = trouble if trip.key is not None else self.trouble
            raise Refused(sign.status, sign.told)
        self.trouble = trouble
        if sign.status == 400 and self._desk.world.dialect.cursor in trip.arguments:  # begin the list again
            raise Refused(sign.status, sign.told)

    def _made_ready(self, trip: "_Trip", sign: Sign) -> Any:
        """Do what has to be done before the next try; answers what was done after all, where readings show it.

        Raises:
            Stopped: when patience is at its end.
        """
        if sign.kind == "signed_out" and not trip.renewed and self._renew():
            trip.renewed = True
            return None
        if (
            sign.wrapped
            and sign.kind == "refused"
            and (better := mended(self._desk.tools[trip.operation], trip.arguments, sign, self._seen))
        ):
            trip.arguments, trip.key = better, self.key(trip.operation, better) if trip.key else None
            return None
        if sign.kind == "tomorrow":
            self.rationed = Stopped(trip.operation, trip.arguments, sign)
        seconds = self._patience(sign, trip.sent)
        trip.waited += seconds if seconds != A_DAY else 0
        if trip.waited >= MOST_SECONDS or (seconds and not self.wait(seconds)):
            raise Stopped(trip.operation, trip.arguments, sign)
        trip.broken += sign.status == BROKEN
        if trip.broken == MOST_BROKEN and trip.key is not None:  # the system keeps this answer: was it done or not?
            trip.key = f"{trip.key}-anew"
            return self._done_after_all(trip.operation, trip.arguments)
        return None

    def _patience(self, sign: Sign, number: int) -> int:
        """Virtual seconds to wait before the next try: what is asked for, or longer each time; too many to give up."""
        if sign.kind == "tomorrow" and self.days < MOST_DAYS:
            self.days += 1
            return A_DAY
        if sign.kind not in {"unknown", "later", "locked"}:
            return MOST_SECONDS
        if sign.wait is not None:
            return math.ceil(sign.wait)
        return 0 if number == 1 and sign.kind == "unknown" else FIRST_WAIT * 2 ** min(number, 7)

    def _send(self, operation: str, arguments: Mapping[str, Any], key: str | None) -> Sign:
        asked = self._desk.tools[operation].output_schema.get("required", ())
        return sign_of(self._desk.line.use(operation, arguments, key=key), asked)

    def _finished(self, operation: str, arguments: Mapping[str, Any], sign: Sign) -> Any:
        """The answer of work that was taken on as a job."""
        job = sign.body.get("job_id") if isinstance(sign.body, Mapping) else None
        for number in range(MOST_SENDS):
            if job is None or "get_job" not in self._desk.tools or not self.wait(FIRST_WAIT * 2**number):
                break
            told = self.through("get_job", {"job_id": job}, None)
            if told["status"] == "completed":
                if told["answer"] is not None:
                    return told["answer"]
                break
        raise Stopped(operation, arguments, sign)

    def _renew(self) -> bool:
        """Sign in again, where one can."""
        if "renew_session" not in self._desk.tools:
            return False
        return self._send("renew_session", {}, None).kind == "done"

    def wait(self, seconds: float) -> bool:
        """Let virtual time go by, where one can; whole minutes."""
        if WAIT not in self._desk.tools:
            return False
        for _ in range(3):  # what goes wrong may befall this call too
            if self._send(WAIT, {"minutes": max(1, math.ceil(seconds / 60))}, None).kind == "done":
                return True
        return False


@dataclass(slots=True)
class _Trip:
    """A call on its way: what is sent, and what it took so far."""

    operation: str
    arguments: dict[str, Any]
    key: str | None
    sent: int = 0
    waited: int = 0
    renewed: bool = False
    broken: int = 0
    open: bool = False
    """Whether an answer was lost, so that it may be done already."""


class Changed(Exception):  # noqa: N818 - what happened: somebody else was faster
    """The record is not as it was read; `sign` is what was answered."""

    def __init__(self, sign: Sign) -> None:
        super().__init__(sign.text[:200])
        self.sign = sign


def is_answer(tool: Operation[..., Any], body: Any) -> bool:
    """Whether a job is what was asked for, as with work on many records, and no answer that is still to come."""
    asked = set(tool.output_schema.get("required", ()))
    return "job_id" in asked and isinstance(body, Mapping) and asked <= body.keys()


def text_of(arguments: Mapping[str, Any]) -> str:
    """Arguments as text, the same for the same ones in whatever order."""
    return json.dumps(arguments, sort_keys=True, ensure_ascii=False)
