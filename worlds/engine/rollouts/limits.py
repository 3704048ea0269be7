"""How long a rollout may last, and what is said when it lasts longer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one rollout; seconds are the machine's.

    Args:
        steps: calls of tools, or actions and looks in the browser.
        step_seconds: how long one step may take.
        episode_seconds: how long the whole rollout may take; a process that hangs is ended a little later.
        retries: how often a rollout that failed through no fault of agent or world is played again.
    """

    steps: int = 100
    step_seconds: float = 120.0
    episode_seconds: float = 900.0
    retries: int = 1


class Truncated(Exception):  # noqa: N818 - what happened; the rollout is judged as it stands
    """The agent reached a limit: "steps", "step_seconds" or "episode_seconds"."""

    def __init__(self, limit: str) -> None:
        super().__init__(f"The rollout reached its limit of {limit.replace('_', ' ')}.")
        self.limit = limit
