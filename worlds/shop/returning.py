"""Asking for and opening returns: which units may come back, and what the customer is told."""

from collections.abc import Sequence
from typing import NamedTuple

from worlds.engine.context import Context
from worlds.engine.errors import Conflict
from worlds.shop import mails, order_file, order_parts
from worlds.shop.chronicle import mail, timeline
from worlds.shop.days import local_day
from worlds.shop.derived import recompute
from worlds.shop.ledger import LineState
from worlds.shop.models import ReturnLine, ReturnRequest
from worlds.shop.order_file import OrderHead, Sent
from worlds.shop.rows import Query, insert, run
from worlds.shop.views import LineQuantity

Asked = list[tuple[LineState, int]]


class _Refunded(NamedTuple):
    id: int
    units: int


_UNDER_RETURN = Query(
    _Refunded,
    """SELECT k.id, k.from_return FROM refund_line k JOIN refund r ON r.id = k.refund_id
    WHERE k.order_line_id = :line AND k.from_return > 0 AND r.status <> 'failed' ORDER BY k.id DESC""",
)


def check_lines(ctx: Context, order: OrderHead, wanted: Sequence[LineQuantity]) -> Asked:
    """Check that units may be sent back: shipped, kept, not refunded, not final sale, within the window.

    Raises:
        Conflict, Invalid, NotFound: naming the line and the rule.
    """
    found, parcels = order_file.lines(ctx, order.id), order_file.sent(ctx, order.id)
    asked: Asked = []
    ids = [want.line_id for want in wanted]
    for at, want in enumerate(wanted):
        line = order_file.line_of(order, found, ids, at)
        _check_line(ctx, order, line, parcels.get(line.id, []), want.quantity, f"lines.{at}.quantity")
        asked.append((line, want.quantity))
    return asked


def _check_line(ctx: Context, order: OrderHead, line: LineState, parcels: list[Sent], units: int, field: str) -> None:
    name = f"Line {line.id} ({line.title}) of order {order.number}"
    buying = ctx.actor.role == "customer"
    if line.final_sale:
        way = "Leave it out; write to us" if buying else "Leave it out, and say why; it is refunded without a return"
        raise Conflict(
            "final_sale",
            f"{name} was sold as final sale and cannot be returned. {way} if it arrived damaged or faulty.",
            field=field,
        )
    if units > line.returnable:
        raise Conflict(
            "quantity_above_returnable",
            f"{name} has {line.returnable} units that were shipped, are under no return and were not refunded; {units} "
            f"cannot be returned. {mails.fewer(line.returnable)}",
            field=field,
            details={"returnable": line.returnable},
        )
    in_time, until = order_file.returnable(line, parcels, order.return_window_days, local_day(ctx.now))
    if units > in_time:
        way = "Leave the line out" if buying else "Decline, or escalate it to support_lead if an exception is due"
        raise Conflict(
            "return_window_closed",
            f"{name}: the last day to send {mails.counted(units)} back was {until} ({order.return_window_days} days "
            f"from delivery). {way}.",
            field=field,
            details={"returnable": in_time, "last_day": until.isoformat() if until else None},
        )


def write(ctx: Context, order: OrderHead, asked: Asked, reason: str, note: str | None, *, status: str) -> int:
    """Write a return with its lines and bring the order in line; answers its id."""
    return_id = insert(
        ctx, ReturnRequest, number=f"RT-{200 + ctx.number('return_number')}", order_id=order.id, status=status,
        reason=reason, note=note, requested_by=ctx.actor.role, requested_at=ctx.now,
    )  # fmt: skip
    for line, units in asked:
        insert(ctx, ReturnLine, return_id=return_id, order_line_id=line.id, quantity=units, received=0, damaged=0)
    recompute(ctx, order.id)
    return return_id


def let_go(ctx: Context, order_id: int) -> None:
    """After a return ended without all of its units: what was refunded of those counts as refunded and kept."""
    for line in order_file.lines(ctx, order_id).values():
        excess = line.refunded_from_return - line.return_requested - line.returned
        for refunded in _UNDER_RETURN.all(ctx, line=line.id) if excess > 0 else ():
            kept = min(excess, refunded.units)
            run(
                ctx,
                "UPDATE refund_line SET from_return = from_return - :kept WHERE id = :id",
                kept=kept,
                id=refunded.id,
            )
            excess -= kept


_SAID = {"return_requested": "requested", "return_approved": "opened", "return_declined": "declined"}


def tell(ctx: Context, order: OrderHead, return_id: int, kind: str, *, notify: bool, why: str = "") -> None:
    """Note in the timeline what became of a return, and mail the customer if asked."""
    rows = order_parts.return_rows(ctx, return_id)
    number = rows[0].number
    units = sum(row.quantity for row in rows)
    timeline(ctx, order.id, kind, f"Return {number} of {mails.counted(units)} {_SAID[kind]}")
    if not notify:
        return
    goods = mails.items((row.quantity, row.title, "") for row in rows)
    letter = {
        "return_requested": lambda: mails.return_requested(order.ship_name, order.number, number, goods),
        "return_approved": lambda: mails.return_approved(order.ship_name, order.number, number, goods),
        "return_declined": lambda: mails.return_declined(order.ship_name, order.number, number, why),
    }[kind]()
    event = f"{kind}:{return_id}"
    mail(ctx, kind, event, order.email, letter, order_id=order.id, customer_id=order.customer_id)


def arrived(ctx: Context, order: OrderHead, return_id: int, number: str, goods: str) -> None:
    """Mail the customer that goods of a return are in."""
    event = f"return_arrived:{return_id}:{ctx.number('return_arrival')}"
    letter = mails.return_arrived(order.ship_name, order.number, number, goods)
    mail(ctx, "return_arrived", event, order.email, letter, order_id=order.id, customer_id=order.customer_id)
