"""The resilient agent: does a task by its family's solution, and knows how to work when things break.

It sends each write under an idempotency key, waits as long as it is asked to, tries what got lost again under the same
key, signs in again, reads again what somebody else has changed, reads after a write whether it is there, and believes
no green light. Its patience is bounded: then it stops, hands the matter over and says honestly what it did.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from worlds.engine.dialect import Dialect
from worlds.engine.resilience.courier import MOST_SENDS, WAIT, Changed, Courier, text_of
from worlds.engine.resilience.line import Desk
from worlds.engine.resilience.merging import Versions, changed_since, merged
from worlds.engine.resilience.sights import (
    Atlas,
    Key,
    Look,
    Seen,
    find_object,
    ids_in,
    is_anothers,
    is_behind,
    key_of,
    kind_in,
    objects,
    shows,
    told_of,
)
from worlds.engine.resilience.signs import Sign, may_change
from worlds.engine.resilience.stopping import Stopped, handing_over
from worlds.engine.task import Refused, Task
from worlds.graders.answers import FinalAnswer

MOST_LOOKS = 4
"""How often it looks for what it was told is done, before it takes it for not done."""
MOST_REPEATS = 3
"""How often it does what is not kept."""
MOST_BEGINNINGS = 3
"""How often it begins anew where what it needs cannot be found and nothing is done yet."""
NOT_FOUND = 404
AGAIN_SECONDS = 15 * 60
"""How long it waits before it begins anew, or tries again what is refused for now."""


@dataclass(frozen=True, slots=True)
class _Believed:
    """A write that was taken at its word: what was sent, what was answered, and what was known before."""

    operation: str
    arguments: dict[str, Any]
    body: Any
    before: Seen


class Resilient:
    """A `Worker` whose calls outlive what goes wrong on the way."""

    def __init__(self, desk: Desk) -> None:
        """Work at a desk."""
        self._desk = desk
        self._task: Task = desk.task
        self._atlas = Atlas(desk.tools)
        self._seen: dict[tuple[str, str], Any] = {}
        self._versions = Versions()
        self._courier = Courier(desk, self._seen, self._done_after_all)
        self._believed: list[_Believed] = []
        self.written: list[str] = []
        self.stopped: Stopped | None = None
        self.reported = False

    @property
    def instruction(self) -> str:
        """The request, as its person wrote it."""
        return self._task.instruction

    @property
    def facts(self) -> Mapping[str, str]:
        """What the instruction says, by name."""
        return self._task.instance.facts

    @property
    def dialect(self) -> Dialect:
        """In whose words the tools answer."""
        return self._desk.world.dialect

    def work(self) -> FinalAnswer:
        """Do the task, or stop, hand it over and say so.

        Raises:
            Refused: where the business says no to the solution itself.
            LookupError: where what it needs is nowhere.
        """
        first: Stopped | None = None
        for beginning in range(MOST_BEGINNINGS):
            try:
                return self._looked_over(self._task.family.solve(self))
            except Stopped as stop:
                return self._given_up(stop)
            except (LookupError, Refused):
                if self._courier.rationed and self.written:  # days went by, and what it began with has lapsed
                    return self._given_up(self._courier.rationed)
                first = first or self._courier.trouble
                again = beginning + 1 < MOST_BEGINNINGS and not (self.written and beginning)
                if again and self._courier.wait(
                    AGAIN_SECONDS
                ):  # somebody was faster, or a list lags: look at it all anew
                    self._courier.anew()
                    self._versions.anew()
                    continue
                if first is None:
                    raise
                return self._given_up(self._too_late(first))
        raise LookupError("no beginning is left")

    def _too_late(self, stop: Stopped) -> Stopped:
        """A stop at the business's own no, told as what it came of where a day's limit had made it wait."""
        late = None if stop.sign.wrapped else self._courier.rationed
        return Stopped(stop.operation, stop.arguments, stop.sign, waited_for=late)

    def call(self, operation: str, /, **arguments: Any) -> Any:
        """The JSON result of a tool call, however long it takes to come.

        Raises:
            Refused: when the business says no.
            Stopped: when patience is at its end.
        """
        tool = self._desk.tools.get(operation)
        if tool is None or not tool.writing or tool.aside:
            days = self._courier.days
            body = self._read(operation, arguments)
            if self._courier.days > days:  # what is looked at a day later is what the work goes by
                self._versions.waited()
            self._versions.given(body)
            if operation == WAIT:
                self._versions.waited()
            return body
        try:
            return self._write(operation, arguments)
        except Refused as refused:
            if not may_change(refused.status, refused.body) or not self._courier.wait(AGAIN_SECONDS):
                raise
            return self._write(operation, arguments)

    # -- writing --------------------------------------------------------------------------------------------------

    def _write(self, operation: str, arguments: dict[str, Any]) -> Any:
        """Send a write until it is there for all to see."""
        for _ in range(MOST_REPEATS):
            self._look_before(arguments)
            before = dict(self._seen)
            body, merged_in = self._conditional(operation, arguments, self._courier.key(operation, arguments))
            if self._is_there(operation, arguments, body, before):
                self.written.append(operation)
                if not merged_in:  # else the record holds more than the work knows of
                    self._versions.written(body, alone=self.dialect.conflicts == "record")
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
                return self._courier.through(operation, {**sent, **asked}, key), sent != arguments
            except Changed as changed:
                asked = self._versions.conflict(tool, changed.sign.body)
                if tool.dialect.version in arguments:  # whoever named a version merges as they mean it
                    raise Refused(changed.sign.status, changed.sign.told) from None
                sent = merged(sent, changed.sign, self._read_again(arguments))
                asked = asked or self._versions.latest(tool, sent, self._seen)
                key = self._courier.key(operation, sent)
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
            body = self._courier.through(operation, arguments, None)
            if not self._versions.is_stale(body) or not self._courier.wait(60 * 4**look):
                break
        self._versions.told(body)
        place = (operation, text_of(arguments))
        self._seen.pop(place, None)
        self._seen[place] = body
        return body

    def _look_at(self, key: Key, arguments: Mapping[str, Any]) -> list[Look]:
        """What readings show of an object."""
        looks = []
        shown = next((one for body in self._seen.values() if (one := find_object(body, key))), {})
        known = {**kind_in(arguments), **ids_in(arguments, shown), key.name: key.value}
        for reading in self._atlas.showing(key.name, known)[:2]:
            try:
                body = self._read(reading.operation, dict(reading.arguments))
            except Refused as refused:
                if refused.status == NOT_FOUND and key.name in reading.arguments:
                    looks.append(Look((reading.operation, text_of(reading.arguments)), {}, whole=True))
                continue
            whole = reading.by_key or (bool(reading.arguments) and self.dialect.is_whole(body))
            looks.append(Look((reading.operation, text_of(reading.arguments)), body, whole))
        return looks

    def _is_there(self, operation: str, arguments: Mapping[str, Any], body: Any, before: Seen) -> bool:
        """Whether what a write was answered with can be read, now or a little later.

        Where a day's calls are few, an answer is taken at its word until the work is done, which needs them itself.
        """
        if self._courier.rationed:
            self._believed.append(_Believed(operation, dict(arguments), body, before))
            return True
        same = None if key_of(body) else self._of_same_shape(operation)
        for look in range(MOST_LOOKS):
            if same:
                seen = bool(self._courier.through(same, {}, None) == body)
            else:
                seen = all(self._shows(one, arguments, before) for one in told_of(body))
            if seen or (look + 1 < MOST_LOOKS and not self._courier.wait(60 * 4**look)):
                return True
        return False

    def _looked_over(self, answer: FinalAnswer) -> FinalAnswer:
        """Look for what was taken at its word, as far as the calls reach, and do again what is not there.

        What a later write was about is left alone: it may have made something else of it.
        """
        with suppress(Stopped, Refused):
            for _ in range(MOST_REPEATS):
                believed, self._believed = self._believed, []
                for at, one in enumerate(believed):
                    later = [value for other in believed[at + 1 :] for value in ids_in(other.arguments).values()]
                    told = [shown for shown in told_of(one.body) if (own := key_of(shown)) and own.value not in later]
                    if not all(self._shows(shown, one.arguments, one.before) for shown in told):
                        self._write(one.operation, one.arguments)
        return answer

    def _shows(self, told: Mapping[str, Any], arguments: Mapping[str, Any], before: Seen) -> bool:
        """Whether readings bear out what a write was answered with of one record, and of what was made in it."""
        own = key_of(told)
        named = {**kind_in(arguments), **ids_in(arguments), **kind_in(told), **ids_in(told)}
        looks = self._look_at(own, named) if own else []
        if own is None or not looks:
            return True
        made = {Key(*one) for one in ids_in(told).items() if one[0] not in arguments} - {own} - _keys_in(before)
        for look in looks:
            if is_behind(look, own, told):
                return False
            if any(self._atlas.lacks(look, key) or is_anothers(look, key, told, arguments) for key in made):
                return False
        return shows(looks, own, told, before, named=self._atlas.names(arguments, own), asked=arguments.keys())

    def _of_same_shape(self, operation: str) -> str | None:
        """A reading that answers in the same shape, and so the same, such as that of one's own cart."""
        shape = self._desk.tools[operation].output_schema
        same = (name for name, tool in self._desk.tools.items() if not tool.writing and tool.output_schema == shape)
        return next((name for name in same if not self._desk.tools[name].input_schema.get("required")), None)

    def _done_after_all(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """What a write made, where its answer is lost for good and readings show it; None where it made nothing."""
        shape = self._desk.tools[operation].output_schema.get("properties", {})
        made = next((name for name in shape if name.endswith("_id")), "")
        if not made or made in arguments:
            return None
        known = _keys_in(self._seen)
        for name, value in ids_in(arguments).items():
            for look in self._look_at(Key(name, value), arguments):
                for key, shown in objects(look.body):
                    if key.name == made and key not in known:
                        return dict(shown)
        return None

    def _given_up(self, stop: Stopped) -> FinalAnswer:
        """Hand the matter over, and say honestly how far it came."""
        self.stopped, self._courier.days = stop, 0
        over = "Nobody could be told through the system."
        with suppress(Stopped, Refused):
            self._look_before(stop.arguments)
            if (said := handing_over(self._desk, stop, self._seen)) is not None:
                self._look_before(said[1])  # so that it can be named by its number
                operation, arguments = handing_over(self._desk, stop, self._seen) or said
                self._courier.through(operation, arguments, self._courier.key(operation, arguments))
                over, self.reported = "I have handed it over.", True
        did = f"Done before that: {', '.join(self.written)}." if self.written else "Nothing was changed."
        status = "partly" if self.written else "not_done"
        return FinalAnswer(status=status, message=f"I could not finish: {stop.words} {did} {over}")


def _keys_in(seen: Seen) -> set[Key]:
    """The keys of all objects that were seen."""
    return {key for body in seen.values() for key, _ in objects(body)}
