"""Letting virtual time go by: the only way to see tomorrow without doing something else."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from worlds.engine import inbox
from worlds.engine.context import Context
from worlds.engine.errors import Invalid
from worlds.engine.everywhere.inbox import MessageHead
from worlds.engine.fields import Instant, Result, whole
from worlds.engine.operation import writes

LONGEST = timedelta(days=30)
"""How long one call waits at most."""
MOST = 25
"""Unread messages that are named, the newest ones."""


class Waited(Result):
    """How long it was, what time it is now, and which messages are unread by now, oldest first."""

    now: Instant
    waited_seconds: int
    unread: Annotated[list[MessageHead], Field(max_length=MOST)]


@writes(roles=(), aside=True)
def wait(
    ctx: Context,
    minutes: whole(1, 43_200) | None = None,  # type: ignore[valid-type]
    until: Instant | None = None,
    for_message: bool = False,
) -> Waited:
    """Wait for some minutes, until a moment, or until a message comes in, whichever is asked for and comes first.

    Args:
        minutes: For how many minutes, at most 30 days of them.
        until: Until which moment, such as 2026-03-17T08:00:00Z; at most 30 days away.
        for_message: Stop as soon as there is an unread message; without minutes or until, 30 days at most.
    """
    end = _end(ctx, minutes, until, for_message=for_message)
    driver = ctx.driver
    begun = ctx.now
    ctx.let_pass(end, for_message=for_message)
    messages, _ = inbox.listed(driver, unread_only=True, page=1, size=MOST)
    heads = [MessageHead.of(one) for one in reversed(messages)]
    return Waited(now=ctx.now, waited_seconds=int((ctx.now - begun).total_seconds()), unread=heads)


def _end(ctx: Context, minutes: int | None, until: Instant | None, *, for_message: bool) -> Instant:
    """The moment at which waiting ends at the latest.

    Raises:
        Invalid: when nothing says how long, or the moment has passed or is too far away.
    """
    if minutes is None and until is None and not for_message:
        raise Invalid("nothing_to_wait_for", "Say for how many minutes, until when, or that you wait for a message.")
    ends = [ctx.now + LONGEST]
    if minutes is not None:
        ends.append(ctx.now + timedelta(minutes=minutes))
    if until is not None:
        if until <= ctx.now:
            raise Invalid(
                "moment_passed", f"It is {ctx.now:%Y-%m-%dT%H:%M:%SZ} already; name a later moment.", field="until"
            )
        if until > ctx.now + LONGEST:
            raise Invalid("too_far_away", "One call waits 30 days at most; name an earlier moment.", field="until")
        ends.append(until)
    return min(ends)
