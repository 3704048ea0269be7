"""What operators stand on: the solution's tape, its arguments typed, the start state, the next instance's tape."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from worlds.engine.drawing import draw
from worlds.engine.operation import Operation
from worlds.engine.proofs.mutants.arguments import Argument, typed
from worlds.engine.proofs.mutants.mutation import ADDED
from worlds.engine.proofs.mutants.records import Records
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.tapes import Tape, TapedCall
from worlds.engine.world import World
from worlds.graders.changes import Entry


@dataclass(frozen=True)
class Ground:
    """One instance as operators see it.

    Args:
        case: the instance.
        whole: the solution's tape with its reads.
        records: the start state.
    """

    case: Case
    whole: Tape
    records: Records

    @property
    def world(self) -> World:
        """The world of the instance."""
        return self.case.start.world

    @cached_property
    def tape(self) -> Tape:
        """The tape that is mutated: the writes, and the calls that set off what others do meanwhile."""
        happenings = self.case.task.instance.happenings
        after = {one.after for one in happenings}
        calls = self.whole.calls
        first = calls[:1] if happenings else ()
        return self.whole.with_steps([c for c in calls if c.counts or c.operation in after or c in first])

    @cached_property
    def writes(self) -> tuple[TapedCall, ...]:
        """The solution's writes."""
        return self.tape.writes

    def rng(self, stream: str) -> random.Random:
        """Chance for one purpose; the same in every process."""
        return random.Random(f"{self.case.task.name}|{self.case.task.seed}|{self.case.task.flip}|{stream}")

    def operation(self, call: TapedCall) -> Operation[..., Any]:
        """The operation of a call."""
        return self.world.operations[call.operation]

    def arguments(self, call: TapedCall) -> list[Argument]:
        """The places in a call's arguments, with their types."""
        return typed(self.operation(call).input_schema, call.arguments)

    def label(self, call: TapedCall) -> str:
        """How a hole names a write: the operation, and which of the writes it is where there are several."""
        place = [write.number for write in self.writes].index(call.number) + 1
        return call.operation if len(self.writes) == 1 else f"{call.operation} (write {place})"

    def changes(self, call: TapedCall) -> Sequence[Entry]:
        """What the call changed in the solution."""
        return self._changes.get(self._steps.get(call.number, -1), ())

    def table_of(self, call: TapedCall, argument: Argument) -> str | None:
        """The table that an id argument is of."""
        if not isinstance(argument.literal, int):
            return None
        return self.records.table_of(argument.name, argument.literal, self.changes(call))

    @cached_property
    def touched(self) -> Mapping[str, set[int]]:
        """Ids among the solution's arguments and what the instance is about, by table."""
        found: dict[str, set[int]] = {t: set(ids) for t, ids in self.case.task.instance.target.items()}
        for call in self.writes:
            for argument in self.arguments(call):
                if argument.kind == "id" and argument.given and (table := self.table_of(call, argument)):
                    found.setdefault(table, set()).add(argument.literal)
        return found

    @cached_property
    def role_writes(self) -> tuple[Operation[..., Any], ...]:
        """The operations by which the acting role changes something as tools, by name."""
        role = self.case.task.actor.role
        return tuple(
            one
            for _, one in sorted(self.world.operations.items())
            if one.writing and not one.aside and role in one.roles and "tools" in one.doors
        )

    @cached_property
    def neighbour(self) -> Case:
        """The next seed's instance."""
        return self.sibling(self.case.task.seed + 1, self.case.task.flip)

    def sibling(self, seed: int, flip: int) -> Case:
        """Another instance of the same family."""
        drawn = draw(self.case.start, self.case.family, seed, flip=flip)
        return Case(self.case.start, replace(drawn, family=self.case.family))

    @cached_property
    def neighbours_tape(self) -> Tape:
        """How the next seed's instance is solved."""
        return Tape.of(self.neighbour.solution, self.world)

    @cached_property
    def _steps(self) -> Mapping[int, int]:
        entries = [entry for entry in self.case.solution.journal if isinstance(entry.arguments, Mapping)]
        return {number: entry.step for number, entry in enumerate(entries) if entry.committed}

    @cached_property
    def _changes(self) -> Mapping[int, Sequence[Entry]]:
        found: dict[int, list[Entry]] = {}
        for entry in self.case.solution.record.entries:
            found.setdefault(entry.step, []).append(entry)
        return found


def added(operation: str, arguments: Mapping[str, Any], number: int = ADDED) -> TapedCall:
    """A call that no solution made."""
    return TapedCall(number, operation, arguments)
