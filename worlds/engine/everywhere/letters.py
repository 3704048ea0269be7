"""Letters to whoever acts: what others write to them in their own time."""

from typing import Annotated

from pydantic import Field

from worlds.engine.context import Context
from worlds.engine.fields import MAX_ID, Line, Result, Text, line
from worlds.engine.operation import writes


class Written(Result):
    """A message that was sent, and by whom."""

    sender: str


@writes(roles=(), doors=())
def write_to_agent(
    ctx: Context,
    role: line(40),  # type: ignore[valid-type]
    subject: Line,
    body: Text,
    about_table: line(60) | None = None,  # type: ignore[valid-type]
    about_id: Annotated[int, Field(ge=1, le=MAX_ID)] | None = None,
) -> Written:
    """Put a message into the agent's inbox, from whoever the event is by.

    Args:
        role: What the sender is to the agent: customer, colleague, approver, system.
        subject: Its subject.
        body: What it says.
        about_table: The table of the record that it is about.
        about_id: That record's key.
    """
    about = (about_table, about_id) if about_table is not None and about_id is not None else None
    ctx.tell(subject, body, role=role, about=about)
    return Written(sender=ctx.actor.name)
