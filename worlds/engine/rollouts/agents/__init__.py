"""Agents, one a file: each module here has `make(options) -> Agent`; the file's name is the agent's.

A user's own agent is a module of that shape anywhere on the path, given by its dotted name.
"""

import importlib
import importlib.util
import pkgutil
from collections.abc import Mapping
from typing import Any, Protocol

from worlds.engine.rollouts.seat import Seat
from worlds.graders.answers import FinalAnswer


class AgentGaveUp(Exception):  # noqa: N818 - what happened: the rollout is judged as it stands, without an answer
    """The agent cannot go on, through nobody's fault but its own."""


class Agent(Protocol):
    """Does one task at a seat."""

    def work(self, seat: Seat) -> FinalAnswer | Mapping[str, Any] | str | None:
        """Do the task; answers the final answer, as an object of its schema or as text.

        Raises:
            AgentGaveUp: when it cannot go on.
        """


def agent_names() -> list[str]:
    """The agents there are."""
    return sorted(info.name for info in pkgutil.iter_modules(__path__))


def find_agent(name: str, options: Mapping[str, str] | None = None) -> Agent:
    """The agent of that name, or of a module of the user's own with a dotted name, such as `my_agents.careful`.

    Raises:
        LookupError: naming the agents there are.
        ValueError: for an option that it does not know or cannot read.
    """
    if name not in agent_names() and not _is_module(name):
        own = "or name a module of your own by its dotted name"
        raise LookupError(f"There is no agent named {name!r}; there are: {', '.join(agent_names())}, {own}.")
    agent: Agent = importlib.import_module(name if "." in name else f"{__name__}.{name}").make(dict(options or {}))
    return agent


def _is_module(name: str) -> bool:
    try:
        return "." in name and importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def refuse_unknown(agent: str, options: Mapping[str, str], known: tuple[str, ...]) -> None:
    """Turn away options that an agent does not have.

    Raises:
        ValueError: naming those it has.
    """
    if unknown := sorted(options.keys() - set(known)):
        has = ", ".join(known) or "none"
        raise ValueError(f"The agent {agent} has no option {unknown[0]!r}; it has: {has}.")
