"""E2: neighbouring writes in the other order, where the world does not mind and the task does not ask for one."""

from collections.abc import Iterator

from worlds.engine.proofs.equivalences.effects import same_effects
from worlds.engine.proofs.equivalences.variations import Played, Solved, Variation, accepted, varied
from worlds.engine.proofs.tapes import Made, TapedCall, leaves
from worlds.engine.proofs.turns import out_of_turn

MOST = 10
"""Pairs of neighbours that are tried on an instance, spread over a long solution."""


def reorder(solved: Solved) -> Played:
    """The solution with two neighbouring writes swapped, for each two that commute."""
    return varied(_swapped(solved), "no two neighbouring writes commute")


def _swapped(solved: Solved) -> Iterator[Variation]:
    writes = solved.writes
    schema = solved.case.start.world.schema
    straight = solved.replay(solved.steps) if len(writes) > 1 else solved.case.solution  # its calls at the same times
    free = [at for at in range(len(writes) - 1) if not _needs(writes[at + 1], writes[at])]
    for at in free[:: -(-len(free) // MOST) or 1]:
        first, then = writes[at], writes[at + 1]
        turned = {first.number: then, then.number: first}
        play = solved.replay([turned.get(call.number, call) for call in solved.steps])
        if accepted(play, straight) and same_effects(straight, play, schema, letters=False) and not out_of_turn(play):
            yield Variation(f"{then.operation} (call {at + 2}) before {first.operation}", play)


def _needs(call: TapedCall, earlier: TapedCall) -> bool:
    """Whether a call speaks of something that an earlier one made."""
    return any(isinstance(value, Made) and value.call == earlier.number for _, value in leaves(call.arguments))
