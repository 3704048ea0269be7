"""The agent that does nothing and says nothing; its reward is 0 on every task."""

from worlds.engine.rollouts.agents import refuse_unknown
from worlds.engine.rollouts.seat import Seat


class Noop:
    """Does nothing."""

    def work(self, seat: Seat) -> None:
        """Leave the seat as it is."""


def make(options: dict[str, str]) -> Noop:
    """The agent; it has no options."""
    refuse_unknown("noop", options, ())
    return Noop()
