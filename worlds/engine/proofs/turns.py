"""The order that a task states by `Before`: plays that did the right things, and not in that order."""

from worlds.engine.proofs.plays import Play


def out_of_turn(play: Play) -> bool:
    """Whether all that a play lacks is an order that the task states, and with it the right to say that it is done."""
    lacking = {one.kind for one in play.grade.criteria if not one.satisfied and one.kind != "metric"}
    return "order" in lacking and lacking <= {"order", "answer"}
