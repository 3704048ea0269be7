"""The order that a task states by `Before`: plays that did the right things, and not in that order."""

from worlds.engine.proofs.plays import Play
from worlds.graders.predicates import NoLater


def out_of_turn(play: Play) -> bool:
    """Whether all that a play lacks is an order that the task states, and with it the right to say that it is done."""
    lacking = {one.kind for one in play.grade.criteria if not one.satisfied and one.kind != "metric"}
    return "order" in lacking and lacking <= {"order", "answer"}


def out_of_time(play: Play) -> bool:
    """Whether all that a play lacks is done too late, which no column shows that differs between two right plays."""
    bundles = play.record.expectation.any_of
    due = {
        one.id
        for way in bundles
        for one in way.effects()
        if any(isinstance(p, NoLater) for p in one.set_preds.values())
    }
    lacking = {one.id for one in play.grade.criteria if not one.satisfied and one.kind != "metric"}
    return bool(due & lacking) and lacking <= due | {"collateral", "answer.status"}
