"""The resilient agent: does a task by its family's solution, and knows how to work when things break.

It sends each write under an idempotency key, waits as long as it is asked to, tries what got lost again under the same
key, signs in again, reads again what somebody else has changed, reads after a write whether it is there, and believes
no green light. Its patience is bounded: then it stops, hands the matter over and says honestly what it did.
"""

import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from worlds.engine.adversary.notation import plain
from worlds.engine.resilience.line import Desk
from worlds.engine.resilience.merging import Versions, changed_since, mended, merged
from worlds.engine.resilience.sights import Atlas, Key, Look, Seen, find_object, ids_in, is_all, key_of, objects, shows
from worlds.engine.resilience.signs import Sign, may_change, sign_of
from worlds.engine.resilience.stopping import Stopped, handing_over
from worlds.engine.task import Refused, Task
from worlds.graders.answers import FinalAnswer

MOST_SENDS = 14
"""How often one call is sent at most."""
MOST_SECONDS = 6 * 3_600
"""Virtual seconds that one call is waited for at most; a limit that lasts longer is a reason to stop."""
A_DAY = 24 * 3_600 + 600
MOST_DAYS = 14
"""How often it goes on the next day, where a day's calls are used up."""
FIRST_WAIT = 30
BROKEN = 500
MOST_BROKEN = 3
MOST_LOOKS = 4
"""How often it looks for what it was told is done, before it takes it for not done."""
MOST_REPEATS = 3
"""How often it does what is not kept."""
MOST_BEGINNINGS = 3
"""How often it begins anew where what it needs cannot be found and nothing is done yet."""
AGAIN_SECONDS = 15 * 60
"""How long it waits before it begins anew, or tries again what is refused for now."""


class Resilient:
    """A `Worker` whose calls outlive what goes wrong on the way."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk
        self._task: Task = desk.task
        self._atlas = Atlas(desk.tools)
        self._seen: dict[tuple[str, str], Any] = {}
        self._versions = Versions()
        self._times: dict[str, int] = {}
        self.written: list[str] = []
        self.stopped: Stopped | None = None
        self.reported = False
        self._trouble: Stopped | None = None
        self._rationed: Stopped | None = None
        """The last call that a day's limit turned away."""
        self._days = 0

    @property
    def instruction(self) -> str:
        """The request, as its person wrote it."""
        return self._task.instruction

    @property
    def facts(self) -> Mapping[str, str]:
        """What the instruction says, by name."""
        return self._task.instance.facts

    def work(self) -> FinalAnswer:
        """Do the task, or stop, hand it over and say so.

        Raises:
            Refused: where the business says no to the solution itself.
            LookupError: where what it needs is nowhere.
        """
        first: Stopped | None = None
        for beginning in range(MOST_BEGINNINGS):
            try:
                return self._task.family.solve(self)
            except Stopped as stop:
                return self._given_up(stop)
            except (LookupError, Refused):
                if self._rationed and self.written:  # days went by, and what it began with has lapsed
                    return self._given_up(self._rationed)
                first = first or self._trouble
                again = beginning + 1 < MOST_BEGINNINGS and not (self.written and beginning)
                if again and self._wait(AGAIN_SECONDS):  # somebody was faster, or a list lags: look at it all anew
                    self._times.clear()
                    self._versions.anew()
                    continue
                if first is None:
                    raise
                return self._given_up(self._too_late(first))
        raise LookupError("no beginning is left")

    def _too_late(self, stop: Stopped) -> Stopped:
        """A stop at the business's own no, told as what it came of where a day's limit had made it wait."""
        late = None if stop.sign.wrapped else self._rationed
        return Stopped(stop.operation, stop.arguments, stop.sign, waited_for=late)

    def call(self, operation: str, /, **arguments: Any) -> Any:
        """The JSON result of a tool call, however long it takes to come.

        Raises:
            Refused: when the business says no.
            Stopped: when patience is at its end.
        """
        tool = self._desk.tools.get(operation)
        if tool is None or not tool.writing or tool.aside:
            body = self._read(operation, arguments)
            self._versions.given(body)
            return body
        try:
            return self._write(operation, arguments)
        except Refused as refused:
            if not may_change(refused.status, refused.body) or not self._wait(AGAIN_SECONDS):
                raise
            return self._write(operation, arguments)

    # -- writing --------------------------------------------------------------------------------------------------

    def _write(self, operation: str, arguments: dict[str, Any]) -> Any:
        """Send a write until it is there for all to see."""
        for _ in range(MOST_REPEATS):
            self._look_before(arguments)
            before = dict(self._seen)
            body, merged_in = self._conditional(operation, arguments, self._key(operation, arguments))
            if self._is_there(operation, arguments, body, before):
                self.written.append(operation)
                if not merged_in:  # else the record holds more than the work knows of
                    self._versions.written(body)
                return body
        raise Stopped(operation, arguments, Sign("unknown", 200, None, "It was answered as done and is not there."))

    def _conditional(self, operation: str, arguments: dict[str, Any], key: str) -> tuple[Any, bool]:
        """Send a write on the condition that nobody changed the record since it was read; merge where somebody did.

        Answers what was answered, and whether anything was merged in.
        """
        sent, tool = dict(arguments), self._desk.tools[operation]
        asked = self._versions.condition(tool, sent, self._seen)
        for _ in range(MOST_SENDS):
            try:
                return self._through(operation, {**sent, **asked}, key), sent != arguments
            except Changed as changed:
                asked = self._versions.conflict(tool, changed.sign.body)
                if tool.dialect.version in arguments:  # whoever named a version merges as they mean it
                    raise Refused(changed.sign.status, changed.sign.told) from None
                sent = merged(sent, changed.sign, self._read_again(arguments))
                asked = asked or self._versions.latest(tool, sent, self._seen)
                key = self._key(operation, sent)
        raise Stopped(operation, arguments, Sign("changed", 409, None, "It changes faster than it can be read."))

    def _look_before(self, arguments: Mapping[str, Any]) -> None:
        """See the records that a write names, so that what it changes can be told; quick where they were just seen."""
        for name, value in ids_in(arguments).items():
            if not any(find_object(body, Key(name, value)) for body in self._seen.values()):
                self._look_at(Key(name, value), arguments)

    def _read_again(self, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Read what a call names once more; answers what has changed since it was seen."""
        before = dict(self._seen)
        for name, value in ids_in(arguments).items():
            self._look_at(Key(name, value), arguments)
        return changed_since(arguments, before, self._seen)

    def _read(self, operation: str, arguments: dict[str, Any]) -> Any:
        """Read, and once more a little later what is older than is known already; remember it as the latest sight."""
        for look in range(MOST_LOOKS):
            body = self._through(operation, arguments, None)
            if not self._versions.is_stale(body) or not self._wait(60 * 4**look):
                break
        self._versions.told(body)
        place = (operation, _text(arguments))
        self._seen.pop(place, None)
        self._seen[place] = body
        return body

    def _look_at(self, key: Key, arguments: Mapping[str, Any]) -> list[Look]:
        """What readings show of an object."""
        looks = []
        shown = next((one for body in self._seen.values() if (one := find_object(body, key))), {})
        for reading in self._atlas.showing(key.name, ids_in({key.name: key.value}, arguments, shown))[:2]:
            try:
                body = self._read(reading.operation, dict(reading.arguments))
            except Refused:
                continue
            whole = reading.by_key or (bool(reading.arguments) and is_all(body))
            looks.append(Look((reading.operation, _text(reading.arguments)), body, whole))
        return looks

    def _is_there(self, operation: str, arguments: Mapping[str, Any], body: Any, before: Seen) -> bool:
        """Whether what a write was answered with can be read, now or a little later.

        Where a day's calls are few, an answer is taken at its word: they are needed for the work itself.
        """
        if self._rationed:
            return True
        own = key_of(body) if isinstance(body, Mapping) else None
        for look in range(MOST_LOOKS):
            if own is None:
                seen = self._looks_like(operation, body)
            else:
                looks = self._look_at(own, {**ids_in(arguments), **ids_in(body)})
                seen = not looks or shows(looks, own, arguments, body, before)
            if seen or (look + 1 < MOST_LOOKS and not self._wait(60 * 4**look)):
                return True
        return False

    def _looks_like(self, operation: str, body: Any) -> bool:
        """Whether a reading that answers in the same shape answers the same."""
        shape = self._desk.tools[operation].output_schema
        for name, tool in self._desk.tools.items():
            if not tool.writing and tool.output_schema == shape and not tool.input_schema.get("required"):
                return bool(self._through(name, {}, None) == body)
        return True

    def _key(self, operation: str, arguments: Mapping[str, Any]) -> str:
        """A new key for a new intent; the same one for the same work begun anew."""
        text = f"{operation} {_text(arguments)}"
        self._times[text] = self._times.get(text, 0) + 1
        return f"{operation}-{sha256(f'{text} {self._times[text]}'.encode()).hexdigest()[:20]}"

    # -- one call through whatever breaks -------------------------------------------------------------------------

    def _through(self, operation: str, arguments: dict[str, Any], key: str | None) -> Any:
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
            if sign.kind == "done":
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
            Changed, Refused: as `_through`.
        """
        if sign.kind == "changed" and trip.key is not None:
            raise Changed(sign)
        trouble = Stopped(trip.operation, trip.arguments, sign)
        if sign.kind in {"refused", "changed"} and not sign.wrapped:
            self._trouble = trouble if trip.key is not None else self._trouble
            raise Refused(sign.status, sign.told)
        self._trouble = trouble
        if sign.status == 400 and any(one.endswith("cursor") for one in trip.arguments):  # begin the list again
            raise Refused(sign.status, sign.told)

    def _made_ready(self, trip: "_Trip", sign: Sign) -> Any:
        """Do what has to be done before the next try; answers what was done after all, where readings show it.

        Raises:
            Stopped: when patience is at its end.
        """
        if sign.kind == "signed_out" and not trip.renewed and self._renew():
            trip.renewed = True
            return None
        if sign.wrapped and sign.kind == "refused" and (better := mended(trip.arguments, sign, self._seen)):
            trip.arguments, trip.key = better, self._key(trip.operation, better) if trip.key else None
            return None
        if sign.kind == "tomorrow":
            self._rationed = Stopped(trip.operation, trip.arguments, sign)
        seconds = self._patience(sign, trip.sent)
        trip.waited += seconds if seconds != A_DAY else 0
        if trip.waited >= MOST_SECONDS or (seconds and not self._wait(seconds)):
            raise Stopped(trip.operation, trip.arguments, sign)
        trip.broken += sign.status == BROKEN
        if trip.broken == MOST_BROKEN and trip.key is not None:  # the system keeps this answer: was it done or not?
            trip.key = f"{trip.key}-anew"
            return self._done_after_all(trip.operation, trip.arguments)
        return None

    def _patience(self, sign: Sign, number: int) -> int:
        """Virtual seconds to wait before the next try: what is asked for, or longer each time; too many to give up."""
        if sign.kind == "tomorrow" and self._days < MOST_DAYS:
            self._days += 1
            return A_DAY
        if sign.kind not in {"unknown", "later", "locked"}:
            return MOST_SECONDS
        if sign.wait is not None:
            return math.ceil(sign.wait)
        return 0 if number == 1 and sign.kind == "unknown" else FIRST_WAIT * 2 ** min(number, 7)

    def _send(self, operation: str, arguments: Mapping[str, Any], key: str | None) -> Sign:
        return sign_of(self._desk.line.use(operation, arguments, key=key))

    def _done_after_all(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """What a write made, where its answer is lost for good and readings show it; None where it made nothing."""
        shape = self._desk.tools[operation].output_schema.get("properties", {})
        made = next((name for name in shape if name.endswith("_id")), "")
        if not made or made in arguments:
            return None
        known = {key for body in self._seen.values() for key, _ in objects(body)}
        for name, value in ids_in(arguments).items():
            for look in self._look_at(Key(name, value), arguments):
                for key, shown in objects(look.body):
                    if key.name == made and key not in known:
                        return dict(shown)
        return None

    def _finished(self, operation: str, arguments: Mapping[str, Any], sign: Sign) -> Any:
        """The answer of work that was taken on as a job."""
        job = sign.body.get("job_id") if isinstance(sign.body, Mapping) else None
        for number in range(MOST_SENDS):
            if job is None or "get_job" not in self._desk.tools or not self._wait(FIRST_WAIT * 2**number):
                break
            told = self._through("get_job", {"job_id": job}, None)
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

    def _wait(self, seconds: float) -> bool:
        """Let virtual time go by, where one can; whole minutes."""
        if "wait" not in self._desk.tools:
            return False
        for _ in range(3):  # what goes wrong may befall this call too
            if self._send("wait", {"minutes": max(1, math.ceil(seconds / 60))}, None).kind == "done":
                return True
        return False

    def _given_up(self, stop: Stopped) -> FinalAnswer:
        """Hand the matter over, and say honestly how far it came."""
        self.stopped, self._days = stop, 0
        over = "Nobody could be told through the system."
        with suppress(Stopped, Refused):
            self._look_before(stop.arguments)
            if (said := handing_over(self._desk, stop, self._seen)) is not None:
                self._look_before(said[1])  # so that it can be named by its number
                operation, arguments = handing_over(self._desk, stop, self._seen) or said
                self._through(operation, arguments, self._key(operation, arguments))
                over, self.reported = "I have handed it over.", True
        did = f"Done before that: {', '.join(self.written)}." if self.written else "Nothing was changed."
        status = "partly" if self.written else "not_done"
        return FinalAnswer(status=status, message=f"I could not finish: {stop.words} {did} {over}")


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


def _text(arguments: Mapping[str, Any]) -> str:
    return json.dumps(arguments, sort_keys=True, ensure_ascii=False)
