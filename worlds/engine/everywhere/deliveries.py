"""What leaves the outbox later than it was put there."""

from worlds.engine import outbox
from worlds.engine.context import Context
from worlds.engine.fields import RecordId, Result
from worlds.engine.operation import writes


class Delivered(Result):
    """What was delivered."""

    number: int


@writes(roles=(), doors=())
def outbox_delivers(ctx: Context, number: RecordId) -> Delivered:
    """Deliver something from the outbox to its subscriber.

    Args:
        number: Its number.
    """
    outbox.deliver(ctx.driver, number, int(ctx.now.timestamp()))
    return Delivered(number=number)
