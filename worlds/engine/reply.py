"""What the door answers: the agent's side of a call, the same for every surface."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from worlds.engine.errors import Failure, Refusal

TOLD_WHOLE = frozenset({"tools", "mcp"})
"""Surfaces without a status line and headers of their own: a failure's stand in what the agent is told."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the door answers: `body` as the agent sees it (JSON values), `value` the typed result for pages.

    `value` is None for a refusal and for an answer replayed from an idempotency key. `headers` are what an HTTP answer
    carries beside its own. `notice` is a line of the inbox, for surfaces that can show one.
    """

    ok: bool
    status: int
    body: Any
    value: Any = field(default=None, repr=False)
    refusal: Refusal | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""

    @property
    def text(self) -> str:
        """The body as JSON text."""
        return json.dumps(self.body, ensure_ascii=False)

    @property
    def whole_text(self) -> str:
        """The body as JSON text, and the notice on a line of its own below it."""
        return f"{self.text}\n{self.notice}" if self.notice else self.text


def failed(failure: Failure, body: Any, surface: str) -> Reply:
    """A failure as a reply; `body` is what the failing part of the system would send.

    Tools are told status, headers and body as an HTTP client would return them.
    """
    told = {"status": failure.status, "headers": dict(failure.headers), "body": body}
    shown = told if surface in TOLD_WHOLE else body
    return Reply(ok=False, status=failure.status, body=shown, refusal=failure, headers=failure.headers)
