"""Signing in again, once a session or an access token has run out."""

from worlds.engine.context import Context
from worlds.engine.fields import Instant, Result
from worlds.engine.operation import writes


class SessionView(Result):
    """Who is signed in, in which role, and since when."""

    name: str
    role: str
    since: Instant


@writes(roles=(), aside=True)
def renew_session(ctx: Context) -> SessionView:
    """Sign in again, or have the access token renewed, after a call was answered with 401; it changes nothing else.

    What the expired session was doing is not done again: look what was kept, then go on from there.
    """
    return SessionView(name=ctx.actor.name, role=ctx.actor.role, since=ctx.now)
