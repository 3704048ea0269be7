"""The agent that plays a task's reference solution, through tools or through the browser."""

from worlds.engine.rollouts.agents import AgentGaveUp, refuse_unknown
from worlds.engine.rollouts.seat import Seat
from worlds.engine.surfaces.browser import NotOnPage, Page
from worlds.engine.task import Refused
from worlds.graders.answers import FinalAnswer


class Solution:
    """Knows the way."""

    def work(self, seat: Seat) -> FinalAnswer:
        """Play the family's solution.

        Raises:
            AgentGaveUp: when the world says no, or a page is not as the solution expects it.
        """
        family = seat.task.family
        try:
            return family.solve(seat) if seat.surface == "tools" else family.browse(Page(seat))
        except (Refused, NotOnPage) as error:
            raise AgentGaveUp(f"The solution of {seat.task.name} stopped: {error}") from error


def make(options: dict[str, str]) -> Solution:
    """The agent; it has no options."""
    refuse_unknown("solution", options, ())
    return Solution()
