"""The agent that knows the task's reference solution and nothing of failures; for tools."""

from worlds.engine.resilience.line import Desk
from worlds.engine.resilience.naive import Naive
from worlds.engine.rollouts.agents import AgentGaveUp, refuse_unknown
from worlds.engine.rollouts.seat import Seat
from worlds.engine.task import Refused
from worlds.graders.answers import FinalAnswer


class NaiveAgent:
    """Sits a `Naive` down at a seat."""

    def work(self, seat: Seat) -> FinalAnswer:
        """Do the task.

        Raises:
            AgentGaveUp: when the business says no to the solution itself, or what it needs is nowhere.
            ValueError: at a browser, which this agent does not use.
        """
        if seat.surface != "tools":
            raise ValueError("The agent naive works through tools.")
        try:
            return Naive(Desk(seat.task, seat)).work()
        except (Refused, LookupError) as error:
            raise AgentGaveUp(f"The naive agent stopped at {seat.task.name}: {error}") from error


def make(options: dict[str, str]) -> NaiveAgent:
    """The agent; it has no options."""
    refuse_unknown("naive", options, ())
    return NaiveAgent()
