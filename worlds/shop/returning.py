"""Asking for and opening returns: which units may come back, and what the customer is told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Forbidden, Invalid
from worlds.engine.rows import Query, insert, run
from worlds.shop import mails, order_file, order_parts
from worlds.shop.chronicle import mail, timeline
from worlds.shop.days import local_day
from worlds.shop.derived import recompute
from worlds.shop.ledger import LineState, worth
from worlds.shop.models import ReturnLine, ReturnRequest
from worlds.shop.order_file import OrderHead, Sent
from worlds.shop.order_parts import ReturnRow
from worlds.shop.rules import LEADS, RESTOCKING_FEE_PERCENT
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


@dataclass(frozen=True, slots=True)
class Asking:
    """To which day of the store a return's period is counted, and whether it is opened although that is too late."""

    day: date
    exception: bool = False


def asking(ctx: Context, order: OrderHead, asked_on: date | None, *, exception: bool) -> Asking:
    """How a return is asked for: today unless an earlier day is named.

    Raises:
        Invalid: for a day before the order or after today.
        Forbidden: when the acting person may make no exception.
    """
    today = local_day(ctx.now)
    if asked_on is not None and not local_day(order.placed_at) <= asked_on <= today:
        raise Invalid(
            "day_impossible",
            f"Order {order.number} is of {local_day(order.placed_at)} and today is {today}, so nobody asked on "
            f"{asked_on}. Name the day of the customer's message.",
            field="asked_on",
        )
    if exception and ctx.actor.role not in LEADS:
        raise Forbidden(
            "exception_for_leads",
            "Only senior support opens a return outside its period. Escalate it to support_lead with the reason "
            "outside_policy.",
        )
    return Asking(asked_on or today, exception)


def check_lines(ctx: Context, order: OrderHead, wanted: Sequence[LineQuantity], how: Asking) -> Asked:
    """Check that units may be sent back: shipped, kept, not refunded, not final sale, asked for within the window.

    Raises:
        Conflict, Invalid, NotFound: naming the line and the rule.
    """
    found, parcels = order_file.lines(ctx, order.id), order_file.sent(ctx, order.id)
    asked: Asked = []
    ids = [want.line_id for want in wanted]
    for at, want in enumerate(wanted):
        line = order_file.line_of(order, found, ids, at)
        field = f"lines.{at}.quantity"
        _check_line(ctx, order, line, want.quantity, field)
        if not how.exception:
            _check_window(ctx, order, line, parcels.get(line.id, []), (want.quantity, how.day, field))
        asked.append((line, want.quantity))
    return asked


def _check_line(ctx: Context, order: OrderHead, line: LineState, units: int, field: str) -> None:
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


def _check_window(
    ctx: Context, order: OrderHead, line: LineState, parcels: list[Sent], asked: tuple[int, date, str]
) -> None:
    units, day, field = asked
    in_time, until = order_file.returnable(line, parcels, order.return_window_days, day)
    if units > in_time:
        buying = ctx.actor.role == "customer"
        way = "Leave the line out" if buying else "Decline, or escalate it to support_lead if an exception is due"
        raise Conflict(
            "return_window_closed",
            f"Line {line.id} ({line.title}) of order {order.number}: the last day to send {mails.counted(units)} back "
            f"was {until} ({order.return_window_days} days from delivery). {way}.",
            field=field,
            details={"returnable": in_time, "last_day": until.isoformat() if until else None},
        )


@dataclass(frozen=True, slots=True)
class Wish:
    """Why goods come back, what was said about it, and to which day that counts."""

    reason: str
    note: str | None
    how: Asking


def write(ctx: Context, order: OrderHead, asked: Asked, wish: Wish, *, status: str) -> int:
    """Write a return with its lines and bring the order in line; answers its id."""
    return_id = insert(
        ctx, ReturnRequest, number=f"RT-{200 + ctx.number('return_number')}", order_id=order.id, status=status,
        reason=wish.reason, note=wish.note, requested_by=ctx.actor.role, requested_at=ctx.now,
        asked_on=wish.how.day.isoformat(), exception=wish.how.exception, fee=0,
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


def check_fee(one: ReturnRow, damaged: int) -> None:
    """Check that a restocking fee may be kept for a return of which so many units are booked in as damaged.

    Raises:
        Conflict: when nothing is damaged, or a fee is kept already.
    """
    if not damaged:
        raise Conflict(
            "fee_without_damage",
            f"Nothing of return {one.number} is booked in as damaged, so there is no restocking fee. Leave it out.",
            field="restocking_fee",
        )
    if one.fee:
        raise Conflict(
            "fee_already_kept",
            f"Return {one.number} has a restocking fee of {mails.euros(one.fee)}; it is kept once. Leave it out.",
            field="restocking_fee",
        )


def keep_fee(ctx: Context, return_id: int, damaged: Iterable[tuple[LineState, int]]) -> None:
    """Keep the restocking fee for damaged units: a tenth of what was paid for them, rounded half up."""
    paid = sum(worth(line.total, line.quantity, units) for line, units in damaged)
    fee = worth(paid, 100, RESTOCKING_FEE_PERCENT)
    run(ctx, "UPDATE return_request SET fee = :fee WHERE id = :return", fee=fee, **{"return": return_id})
