"""The agent that knows how to work when things break, by the task's reference solution; for tools."""

from worlds.engine.resilience.line import Desk
from worlds.engine.resilience.resilient import Resilient
from worlds.engine.rollouts.agents import AgentGaveUp, refuse_unknown
from worlds.engine.rollouts.seat import Seat
from worlds.engine.task import Refused
from worlds.graders.answers import FinalAnswer


class ResilientAgent:
    """Sits a `Resilient` down at a seat."""

    def work(self, seat: Seat) -> FinalAnswer:
        """Do the task.

        Raises:
            AgentGaveUp: when the business says no to the solution itself, or what it needs is nowhere.
            ValueError: at a browser, which this agent does not use.
        """
        if seat.surface != "tools":
            raise ValueError("The agent resilient works through tools.")
        try:
            return Resilient(Desk(seat.task, seat)).work()
        except (Refused, LookupError) as error:
            raise AgentGaveUp(f"The resilient agent stopped at {seat.task.name}: {error}") from error


def make(options: dict[str, str]) -> ResilientAgent:
    """The agent; it has no options."""
    refuse_unknown("resilient", options, ())
    return ResilientAgent()
