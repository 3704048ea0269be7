"""A mutation: one way of getting a solution's tape wrong, as an edit of its calls, its values or its answer.

Edits keep to call numbers and paths, so that two of them can be laid over one tape. What became of it is judged
elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from worlds.engine.proofs.tapes import Path, Step, Tape, TapedCall, put, take_out
from worlds.graders.answers import FinalAnswer

OPERATORS = tuple(f"M{number}" for number in range(1, 23))
PAIRS = "pairs"
ADDED = 1000
"""Numbers of calls that a mutation adds begin here, above any call of a solution."""


class _Absent:
    """The value of an argument that is left out."""

    def __repr__(self) -> str:
        return "left out"


ABSENT = _Absent()


@dataclass(frozen=True, slots=True)
class Edited:
    """Another value for an argument of a call; `ABSENT` leaves it out."""

    call: int
    path: Path
    value: object


@dataclass(frozen=True, slots=True)
class Answered:
    """Another final answer, or none at all."""

    answer: FinalAnswer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """An edit of a tape.

    Args:
        operator: "M1" to "M22", or "pairs".
        call: what it was done to, for the reader: an operation and where it stands, or "answer".
        what: the edit in words.
        edits: values changed in calls.
        instead: steps in place of a call, by the call's number; none of them drops it.
        after: steps after all others.
        answer: another answer.
        tape: another tape altogether, where the mistake is to play that; such a mutation makes no pairs.
    """

    operator: str
    call: str
    what: str
    edits: tuple[Edited, ...] = ()
    instead: Mapping[int, tuple[Step, ...]] = field(default_factory=dict)
    after: tuple[Step, ...] = ()
    answer: Answered | None = None
    tape: Tape | None = None

    @property
    def words(self) -> str:
        """How a hole names it."""
        return f"{self.operator} on {self.call}: {self.what}"

    def touches(self) -> set[int]:
        """Numbers of the calls that it changes or replaces."""
        return {edit.call for edit in self.edits} | set(self.instead)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A tape with a mutation in it; `changed` are the indexes of steps that were altered, moved or added."""

    mutation: Mutation
    tape: Tape
    changed: frozenset[int]
    moved: frozenset[int]


def mutate(tape: Tape, mutation: Mutation) -> Mutant:
    """Lay a mutation over a tape."""
    if mutation.tape is not None:
        return Mutant(mutation, mutation.tape, frozenset(range(len(mutation.tape.steps))), frozenset())
    known = {id(step) for step in tape.steps}
    steps: list[Step] = []
    changed: set[int] = set()
    moved: set[int] = set()
    for step in tape.steps:
        number = step.number if isinstance(step, TapedCall) else -1
        edits = [edit for edit in mutation.edits if edit.call == number]
        found = mutation.instead.get(number, (step,))
        for one in found:
            if isinstance(one, TapedCall) and edits:
                one = _edited(one, edits)  # noqa: PLW2901 - the step as it is played
            if id(one) not in known:
                changed.add(len(steps))
            elif one is not step:
                moved.add(len(steps))
            steps.append(one)
    changed |= set(range(len(steps), len(steps) + len(mutation.after)))
    made = tape.with_steps([*steps, *mutation.after])
    if mutation.answer is not None:
        made = made.with_answer(mutation.answer.answer)
    return Mutant(mutation, made, frozenset(changed), frozenset(moved))


def both(one: Mutation, other: Mutation) -> Mutation | None:
    """Two mutations as one, or None where they would get in each other's way."""
    if one.tape or other.tape or (one.answer and other.answer) or (one.after and other.after):
        return None
    if one.instead.keys() & other.touches() or other.instead.keys() & one.touches():
        return None
    paths = {(edit.call, edit.path) for edit in one.edits}
    if any((edit.call, edit.path[:n]) in paths for edit in other.edits for n in range(len(edit.path) + 1)):
        return None
    if any((e.call, e.path[:n]) in {(o.call, o.path) for o in other.edits} for e in one.edits for n in range(9)):
        return None
    return Mutation(
        operator=PAIRS,
        call=f"{one.call} and {other.call}",
        what=f"{one.operator} {one.what}; {other.operator} {other.what}",
        edits=one.edits + other.edits,
        instead={**one.instead, **other.instead},
        after=one.after or other.after,
        answer=one.answer or other.answer,
    )


def _edited(call: TapedCall, edits: list[Edited]) -> TapedCall:
    arguments = call.arguments
    for edit in edits:
        if edit.value is not ABSENT:
            arguments = put(arguments, edit.path, edit.value)
    gone = [edit.path for edit in edits if edit.value is ABSENT]
    for path in sorted(gone, reverse=True):  # from behind: a missing item shifts those after it
        arguments = take_out(arguments, path)
    return replace(call, arguments=arguments)
