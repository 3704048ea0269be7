"""Tapes: the calls of a play, to be played again as they were or changed; nothing is looked at, nothing decided.

What a call made (an id, a number) is kept as a reference into its reply, so that a tape still fits when ids shift.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from worlds.engine.episode import Episode
from worlds.engine.journal import JournalEntry
from worlds.engine.proofs.plays import Play, play, wait
from worlds.engine.reply import Reply
from worlds.engine.start import Start
from worlds.engine.task import Task
from worlds.engine.world import World
from worlds.graders.answers import FinalAnswer
from worlds.graders.changes import Entry

Path = tuple[str | int, ...]
"""Where a value stands in JSON: names of members and indexes of items, from the outside in."""


@dataclass(frozen=True, slots=True)
class Made:
    """A value that an earlier call of the tape made: where its reply says it, and what it was when it was recorded."""

    call: int
    path: Path
    value: Any


@dataclass(frozen=True, slots=True)
class TapedCall:
    """One call. `arguments` are JSON values in which a `Made` may stand for a value.

    `number` is the call's own, by which a `Made` names it wherever it is moved; `reply` what it was answered when it
    was recorded; `committed` says whether it changed something then, `troubled` whether a failure met it. `at` is the
    virtual second since 1970 UTC at which it was made, which a replay keeps unless that has passed; 0 for as soon as
    it can be.
    """

    number: int
    operation: str
    arguments: Mapping[str, Any]
    key: str | None = None
    surface: str = "tools"
    writing: bool = True
    committed: bool = True
    reply: Any = None
    at: int = 0
    if_version: int | None = None
    troubled: bool = False

    @property
    def counts(self) -> bool:
        """Whether what comes after it can depend on it: it changed something, or used a failure up."""
        return self.committed or (self.writing and self.troubled)

    @property
    def plain(self) -> dict[str, Any]:
        """The arguments as they were when recorded, without references."""
        found: dict[str, Any] = _plain(self.arguments)
        return found


@dataclass(frozen=True, slots=True)
class Pause:
    """Virtual time that passes between two calls, over a look at something."""

    time: timedelta


Step = TapedCall | Pause
"""What a tape is made of."""


@dataclass(frozen=True, slots=True)
class Tape:
    """Calls and pauses in order, and the final answer; `told` are facts of the answer that a call made."""

    steps: tuple[Step, ...]
    answer: FinalAnswer | None
    told: Mapping[str, Made] = field(default_factory=dict)

    @classmethod
    def of(cls, one: Play, world: World) -> "Tape":
        """The tape of a play, with every call that reached the door."""
        recorder = _Recorder(world, one)
        for entry in one.journal:
            recorder.add(entry)
        return cls(tuple(recorder.calls), one.answer, recorder.told(one.answer))

    @property
    def calls(self) -> tuple[TapedCall, ...]:
        """The calls without the pauses."""
        return tuple(step for step in self.steps if isinstance(step, TapedCall))

    @property
    def writes(self) -> tuple[TapedCall, ...]:
        """The calls that changed something when they were recorded."""
        return tuple(call for call in self.calls if call.committed)

    def only_writes(self) -> "Tape":
        """The tape without reads and without calls that changed nothing, but with what a failure met on its way.

        A write that was lost stays: without it the failure would meet the next one.
        """
        return replace(self, steps=tuple(s for s in self.steps if isinstance(s, Pause) or s.counts))

    def with_steps(self, steps: Sequence[Step]) -> "Tape":
        """Other steps, the same answer."""
        return replace(self, steps=tuple(steps))

    def with_answer(self, answer: FinalAnswer | None) -> "Tape":
        """The same steps, another answer, word for word."""
        return replace(self, answer=answer, told={})


def replay(start: Start, task: Task, tape: Tape, *, reads: bool = False) -> Play:
    """Play a tape in a fresh episode: its writes and pauses, and with `reads` every call.

    A refusal stops nothing, since a tape is blind; the journal of the play shows it.
    """
    chosen = tape if reads else tape.only_writes()
    return play(start, task, lambda episode: perform(episode, chosen))


def perform(episode: Episode, tape: Tape) -> FinalAnswer | None:
    """Run every step of a tape in an episode, one that may have a past; answers the tape's answer.

    A call that a failure met when it was recorded may go through now; then it is not tried a second time.
    """
    run = Run(episode)
    for step in tape.steps:
        run.take(step)
    return run.answer(tape)


@dataclass(frozen=True, slots=True)
class Run:
    """A tape on its way: the episode, what calls were answered by their numbers, and calls that are spared by then."""

    episode: Episode
    replies: dict[int, Any] = field(default_factory=dict)
    spared: dict[str, Any] = field(default_factory=dict)

    def branch(self) -> "Run":
        """Another run in this one's state, in an episode of its own."""
        return Run(self.episode.fork(), dict(self.replies), dict(self.spared))

    def take(self, step: Step) -> None:
        """Take the next step."""
        if isinstance(step, Pause):
            wait(self.episode, step.time)
            return
        arguments = _resolved(step.arguments, self.replies)
        asked = json.dumps([step.operation, arguments], sort_keys=True)
        if not step.troubled and asked in self.spared:
            self.replies.setdefault(step.number, self.spared.pop(asked))
            return
        reply = _perform(self.episode, step, arguments)
        if reply.ok:
            self.replies.setdefault(step.number, reply.body)
            if step.troubled and step.writing:
                self.spared[asked] = reply.body

    def answer(self, tape: Tape) -> FinalAnswer | None:
        """The tape's answer, with what calls have made by now."""
        if tape.answer is None or not tape.told:
            return tape.answer
        told = {name: _resolved(made, self.replies) for name, made in tape.told.items()}
        return tape.answer.model_copy(update={"facts": {**tape.answer.facts, **told}})


def _perform(episode: Episode, call: TapedCall, arguments: Any) -> Reply:
    late = call.at - int(episode.now.timestamp())
    seconds = late if late > 0 else None
    return episode.perform(
        call.operation, arguments, call.surface, key=call.key, if_version=call.if_version, seconds=seconds
    )


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every scalar in JSON values with its path, in order; a `Made` counts as a scalar."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from leaves(member, (*path, name))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path, value


def put(value: Any, path: Path, new: Any) -> Any:
    """A copy of JSON values in which another value stands at a path."""
    if not path:
        return new
    head, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        return {**value, head: put(value.get(head), rest, new)}
    return [put(item, rest, new) if index == head else item for index, item in enumerate(value)]


def take_out(value: Any, path: Path) -> Any:
    """A copy of JSON values without the member or item at a path."""
    head, rest = path[0], path[1:]
    if rest:
        return put(value, (head,), take_out(value[head], rest))
    if isinstance(value, Mapping):
        return {name: member for name, member in value.items() if name != head}
    return [item for index, item in enumerate(value) if index != head]


def name_of(path: Path) -> str:
    """The innermost name on a path: `line_id` of `lines[0].line_id`."""
    return next((part for part in reversed(path) if isinstance(part, str)), "")


class _Recorder:
    """Journal entries made into calls, with what earlier calls made found again in the arguments of later ones."""

    def __init__(self, world: World, one: Play) -> None:
        self.calls: list[TapedCall] = []
        self._world = world
        self._inserts: dict[int, list[Entry]] = {}
        self._known: dict[tuple[str, Any], Made] = {}
        for entry in one.record.entries:
            if entry.kind == "insert":
                self._inserts.setdefault(entry.step, []).append(entry)

    def add(self, entry: JournalEntry) -> None:
        """Add one call."""
        if not isinstance(entry.arguments, Mapping):
            return  # what was no JSON object never reached an operation
        number, told = len(self.calls), entry.told
        operation = self._world.operations.get(entry.operation)
        arguments = dict(entry.arguments)
        for path, value in leaves(entry.arguments):
            if made := self._found(name_of(path), value):
                arguments = put(arguments, path, made)
        self.calls.append(
            TapedCall(
                number,
                entry.operation,
                arguments,
                entry.key,
                entry.surface,
                writing=operation is not None and operation.writing and not operation.aside,
                committed=entry.committed,
                reply=told,
                at=entry.now - entry.lasted,
                if_version=entry.if_version,
                troubled=bool(entry.faults),
            )
        )
        if entry.committed:
            self._learn(number, entry, told)

    def told(self, answer: FinalAnswer | None) -> dict[str, Made]:
        """The facts of the answer that are nothing but a value that a call made."""
        facts = answer.facts.items() if answer else ()
        values = {made.value: made for made in self._known.values() if isinstance(made.value, str)}
        found = {name: self._found(name, value) or _hit(values, value) for name, value in facts}
        return {name: made for name, made in found.items() if made}

    def _learn(self, number: int, entry: JournalEntry, told: Any) -> None:
        given = {value for _, value in leaves(entry.arguments) if isinstance(value, str)}
        inserted = self._inserts.get(entry.step, ())
        for path, value in leaves(told):
            name = name_of(path)
            if isinstance(value, bool) or value is None or value in given or not _is_identity(name):
                continue
            if any(value == row.key if isinstance(value, int) else value == _held(row, name) for row in inserted):
                self._known.setdefault((name, value), Made(number, path, value))

    def _found(self, name: str, value: Any) -> Made | None:
        if isinstance(value, bool) or not isinstance(value, int | str):
            return None
        own = self._known.get((name, value))
        return own or (self._known.get(("id", value)) if name.endswith("_id") else None)


def _hit(values: Mapping[str, Made], value: Any) -> Made | None:
    return values.get(value) if isinstance(value, str) else None


def _is_identity(name: str) -> bool:
    return name in {"id", "number"} or name.endswith(("_id", "_number"))


def _held(row: Entry, name: str) -> Any:
    after = row.after or {}
    return after.get(name, after.get("number") if name.endswith("_number") else None)


def _plain(value: Any) -> Any:
    if isinstance(value, Made):
        return value.value
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _resolved(value: Any, replies: Mapping[int, Any]) -> Any:
    """JSON values with every `Made` looked up; what is not there any more is what it was when recorded."""
    if isinstance(value, Made):
        found: Any = replies.get(value.call)
        for part in value.path:
            try:
                found = found[part]
            except (KeyError, IndexError, TypeError):
                return value.value
        return found
    if isinstance(value, Mapping):
        return {name: _resolved(member, replies) for name, member in value.items()}
    return [_resolved(item, replies) for item in value] if isinstance(value, list | tuple) else value
