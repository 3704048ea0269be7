"""What the control API takes and answers, beside the wish for an episode: one Pydantic model a message."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from worlds.engine.console.control_room import Standing
from worlds.engine.console.wishes import EpisodeId


class Message(BaseModel):
    """A message; members that it does not name are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ForkEpisode(Message):
    """Make another episode that begins where this one stands."""

    id: EpisodeId | None = Field(default=None, description="The client's own name for the new episode.")


class GradeEpisode(Message):
    """Judge an episode and freeze it."""

    answer: str | dict[str, Any] | None = Field(
        default=None, description="The agent's final answer: text, or the typed answer as an object; null for none."
    )


class Nothing(Message):
    """An empty object; the body may be left out, too."""


class Opened(Message):
    """An episode and its addresses."""

    id: str
    agent_url: str = Field(description="The pages.")
    api_url: str = Field(description="POST an operation's arguments to this address, a slash and its name.")
    openapi_url: str
    mcp_url: str = Field(description="MCP over streamable HTTP.")
    instruction: str | None = Field(description="The request, as its person wrote it; null in free play.")

    @classmethod
    def of(cls, standing: Standing, base: str) -> "Opened":
        """The addresses of an episode below a server's own."""
        return cls(**addresses(standing, base), id=standing.id, instruction=standing.instruction)


class EpisodeStanding(Message):
    """How an episode stands, and its addresses."""

    id: str
    agent_url: str
    api_url: str
    openapi_url: str
    mcp_url: str
    instruction: str | None
    world: str
    task: str | None
    role: str
    seed: int | None
    population: str
    step: int = Field(description="Calls so far.")
    now: str = Field(description="Virtual time.")
    state: str = Field(description="open, graded or crashed.")

    @classmethod
    def of(cls, standing: Standing, base: str) -> "EpisodeStanding":
        """How an episode stands, and its addresses."""
        names = ("id", "instruction", "world", "task", "role", "seed", "population", "step", "now", "state")
        return cls(**addresses(standing, base), **{name: getattr(standing, name) for name in names})


class Standings(Message):
    """All live episodes, the newest first."""

    episodes: list[EpisodeStanding]


class StartLink(Message):
    """A link to the start page that works once."""

    url: str


class ErrorBody(BaseModel):
    """What went wrong."""

    code: str = Field(description="Stable, for programs.")
    message: str = Field(description="A sentence for people.")
    field: str | None = Field(description="Dotted path of the member at fault, if one is.")


class ControlError(BaseModel):
    """Every error of the control API."""

    error: ErrorBody


def addresses(standing: Standing, base: str) -> dict[str, str]:
    """The ways into an episode below a server's address, which has no slash at its end."""
    prefix = f"{base}/episodes/{standing.key}"
    return {
        "agent_url": f"{prefix}/",
        "api_url": f"{prefix}/api",
        "openapi_url": f"{prefix}/api/openapi.json",
        "mcp_url": f"{prefix}/mcp",
    }
