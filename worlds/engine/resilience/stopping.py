"""Stopping: when patience is at its end, what is handed over, and what is then expected in place of the work itself.

How a matter is handed over when a system does not work is the world's own business: its module `faults/stopping.py`,
where there is one, says so with two functions:

    hand_over(stop, seen) -> (operation, arguments) | None       what somebody who was stopped sends
    handed_over(session, target, status) -> ways                 what that may leave behind, for the judge: one of them

A way is the hand-over itself and what comes with it, such as a note on the record; what may be missing has a `count`
from 0 on.

A world without it has no way to hand over; there, what cannot be finished cannot be passed either.
"""

import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from worlds.engine.resilience.sights import Seen
from worlds.engine.resilience.signs import Sign
from worlds.engine.world import World
from worlds.graders.answers import Answer, Status
from worlds.graders.effects import Effect
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.predicates import Unchanged

if TYPE_CHECKING:
    from worlds.engine.resilience.line import Desk

Way = Sequence[Effect]
"""The effects of one hand-over, itself the first."""


class Stopped(Exception):  # noqa: N818 - what happened: the agent's patience is at its end, nobody is at fault
    """A call that cannot be brought through: which one, and what was answered last.

    `waited_for` is the call that was turned away until it was too late for this one; None where this one itself was.
    """

    def __init__(
        self, operation: str, arguments: Mapping[str, Any], sign: Sign, *, waited_for: "Stopped | None" = None
    ) -> None:
        super().__init__(f"{operation}: {sign.status} {sign.text[:200]}")
        self.operation = operation
        self.arguments = dict(arguments)
        self.sign = sign
        self.waited_for = waited_for

    @property
    def failure(self) -> Sign:
        """The answer by which the system stopped it, be it on the way here."""
        return self.waited_for.sign if self.waited_for else self.sign

    @property
    def words(self) -> str:
        """What stopped it, in a sentence for people."""
        if (late := self.waited_for) is not None:
            told = f"the system answered {late.operation} with status {late.sign.status}"
            return f"{told} for so long that it was too late for {self.operation}."
        return f"the system answered {self.operation} with status {self.sign.status}, again and again."


def handing_over(desk: "Desk", stop: Stopped, seen: Seen) -> tuple[str, dict[str, Any]] | None:
    """The call by which the world wants such a matter handed over; None where it has none for this role."""
    module = _binding(desk.world)
    said: tuple[str, dict[str, Any]] | None = module.hand_over(stop, seen) if module else None
    return said if said is not None and said[0] in desk.tools else None


def left_behind(world: World, session: Session, target: Mapping[str, Sequence[int]], status: int) -> tuple[Way, ...]:
    """What a hand-over may leave behind for a failure with this status, one of these; none where the world has none."""
    module = _binding(world)
    return tuple(module.handed_over(session, target, status)) if module else ()


def excused(own: Expectation, ways: Sequence[Way], *, partly: bool, touched: bool) -> Expectation:
    """What is expected where a system stops the work: a hand-over and an honest answer; what was asked for is allowed.

    Args:
        own: the instance's own expectation.
        ways: the hand-overs of which one must be there.
        partly: whether something that was required is done.
        touched: whether anything at all was changed.
    """
    honest: tuple[Status, ...] = ("partly", "waiting") if partly else ("not_done", "waiting")
    if touched and not partly:
        honest = (*honest, "partly")
    bundles = [_stopped(bundle, way) for bundle in own.any_of for way in ways]
    tables = {way[0].table for way in ways}
    return replace(
        own,
        any_of=_distinct(bundles),
        forbidden=[one for one in own.forbidden if one.table not in tables],
        final=[state for state in own.final if state.holds_at_start],
        answer=Answer(honest, must_not=own.answer.must_not if own.answer else ()),
    )


def _stopped(bundle: Bundle, way: Way) -> Bundle:
    asked = [part for effect in bundle.required if not effect.is_open for part in _in_part(effect)]
    beside = [effect for effect in way if not effect.low]
    kept = {effect.id for effect in (*asked, *bundle.allowed)}
    order = [one for one in bundle.order if {one.first, one.then} <= kept]
    bound = {effect.bind for effect in (*asked, *bundle.allowed)}
    loose = [one for one in (*asked, *bundle.allowed) if all(ref.binding in bound for ref in one.refs())]
    return Bundle(required=[effect for effect in way if effect.low], allowed=[*loose, *beside], order=order)


def _in_part(effect: Effect) -> Iterator[Effect]:
    """What was asked for and may be missing; an update column by column, since work may stop between two calls.

    Columns that had to stay as they were have to stay so whichever part was done.
    """
    optional = replace(effect, count=(0, effect.high))
    kept = {column: wanted for column, wanted in effect.set.items() if isinstance(wanted, Unchanged)}
    changed = effect.set.keys() - kept.keys()
    if effect.kind != "update" or effect.bind or effect.total or len(changed) == 1:
        yield optional
        return
    for column in sorted(changed):
        yield replace(optional, id=f"{effect.id}.{column}", set={column: effect.set[column], **kept})


def _distinct(bundles: Sequence[Bundle]) -> list[Bundle]:
    """The bundles without those that say the same, so that never two of them hold at once for that reason."""
    found: list[Bundle] = []
    for bundle in bundles:
        if all(bundle.to_json() != one.to_json() for one in found):
            found.append(bundle)
    return found


def _binding(world: World) -> Any:
    name = f"{world.package}.faults"
    if not importlib.util.find_spec(name) or not importlib.util.find_spec(f"{name}.stopping"):
        return None
    return world.part("faults.stopping")
