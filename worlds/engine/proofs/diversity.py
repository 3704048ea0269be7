"""Diversity: whether a family's instances differ: fingerprints and wordings of 200 draws, shapes of what solves them.

The shape of a solution is the sequence of its operations without arguments; how many there are is told, not demanded.
"""

from collections.abc import Sequence
from typing import Final

from worlds.engine.drawing import draw
from worlds.engine.proofs.plays import Case, Play
from worlds.engine.proofs.proof import Verdict, View
from worlds.engine.proofs.wording import alike
from worlds.engine.task import Instance

SEEDS: Final = 200
DISTINCT: Final = 190
WORDINGS: Final = 3

Shape = tuple[str, ...]


class Diversity:
    """The proof."""

    name = "diversity"

    def examine(self, case: Case) -> list[Shape]:
        """The shapes of the solution and of the alternatives."""
        return [shape(play) for play in (case.solution, *case.alternatives.values())]

    def conclude(self, view: View, found: Sequence[list[Shape]]) -> Verdict:
        """How many different instances 200 seeds give, how many wordings, and how many shapes were played."""
        instances = [draw(view.start, view.family, seed).instance for seed in range(SEEDS)]
        prints = len({one.fingerprint for one in instances})
        wordings = len(_wordings(instances))
        shapes = {one for shapes in found for one in shapes}
        holes = []
        if prints < DISTINCT:
            holes.append(f"{view.name}: diversity: {SEEDS} seeds give only {prints} different instances")
        if wordings < WORDINGS:
            holes.append(f"{view.name}: diversity: there are only {wordings} wordings")
        figures = {"fingerprints": prints, "wordings": wordings, "shapes": len(shapes)}
        says = f"{prints} of {SEEDS} instances differ; {wordings} wordings, {len(shapes)} sequences of calls"
        return Verdict(figures=figures, holes=holes, says=says)


def shape(play: Play) -> Shape:
    """The operations of a play in order, without arguments."""
    return tuple(entry.operation for entry in play.journal)


def _wordings(instances: Sequence[Instance]) -> list[Instance]:
    """One instance of every wording."""
    found: list[Instance] = []
    for one in instances:
        if not any(alike(other, one) for other in found):
            found.append(one)
    return found


PROOF: Final = Diversity()
