"""Working out a refund and writing it: which units, how much, to which card, within which limits."""

from collections.abc import Sequence
from dataclasses import dataclass

from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Forbidden, Invalid
from worlds.engine.fields import format_money
from worlds.engine.rows import insert, number
from worlds.shop import approving, gateway, mails, order_file, stockroom
from worlds.shop.chronicle import timeline
from worlds.shop.gateway import PaymentRow
from worlds.shop.ledger import LineState, UnitsRefunded, refund_units
from worlds.shop.models import Refund, RefundLine
from worlds.shop.order_file import OrderHead
from worlds.shop.rules import MERCHANT_FAULT, REFUND_LIMITS


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of a line that somebody wants refunded."""

    line_id: int
    quantity: int
    restock: bool


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """Units of a line in a refund that is worked out but not made."""

    line: LineState
    units: UnitsRefunded
    restock: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """A refund that is worked out but not made; `maximum` is what is left to refund on the order.

    `amount` = lines + `shipping` - `fee`, tax included: the restocking fee of a return is kept when its goods are
    refunded.

    `whole` says that nothing of the goods is left unrefunded after it.
    """

    order: OrderHead
    lines: tuple[PlannedLine, ...]
    shipping: int
    shipping_tax: int
    fee: int
    payment: PaymentRow
    maximum: int
    whole: bool

    @property
    def amount(self) -> int:
        """What goes back in all, in cents."""
        return sum(one.units.amount for one in self.lines) + self.shipping - self.fee

    @property
    def tax(self) -> int:
        """The tax in it."""
        return sum(one.units.tax for one in self.lines) + self.shipping_tax


def plan(ctx: Context, order: OrderHead, wanted: Sequence[Wanted], *, shipping: bool) -> Plan:
    """Work out a refund.

    Raises:
        Conflict, Invalid, NotFound: when lines, shipping or the captured money do not allow it.
    """
    lines = order_file.lines(ctx, order.id)
    planned = _planned_lines(order, lines, wanted)
    left = _shipping_left(ctx, order) if shipping else 0
    fee = _fee_left(ctx, order, planned)
    amount = sum(one.units.amount for one in planned) + left - fee
    if amount == 0:
        raise Invalid(
            "nothing_to_refund",
            f"This refund of order {order.number} comes to 0.00. Name lines that cost something, or shipping.",
            field="lines",
        )
    payments = gateway.PAYMENTS.all(ctx, order=order.id)
    payment, maximum = _payment_for(order, payments, amount)
    taken = {one.line.id: one.units.quantity for one in planned}
    whole = all(line.refundable == taken.get(line.id, 0) for line in lines.values())
    return Plan(order, tuple(planned), left, min(left, order.shipping_tax), fee, payment, maximum, whole)


def _planned_lines(order: OrderHead, lines: dict[int, LineState], wanted: Sequence[Wanted]) -> list[PlannedLine]:
    planned: list[PlannedLine] = []
    ids = [want.line_id for want in wanted]
    for at, want in enumerate(wanted):
        line = order_file.line_of(order, lines, ids, at)
        if want.quantity > line.refundable:
            raise Conflict(
                "quantity_above_refundable",
                f"Line {line.id} ({line.title}) of order {order.number} has {line.refundable} of {line.quantity} units "
                f"that were not refunded; {want.quantity} cannot be. {mails.fewer(line.refundable)}",
                field=f"lines.{at}.quantity",
                details={"refundable": line.refundable},
            )
        planned.append(PlannedLine(line, refund_units(line, want.quantity), want.restock))
    return planned


def _fee_left(ctx: Context, order: OrderHead, planned: Sequence[PlannedLine]) -> int:
    """Cents of restocking fees that refunds of returned goods have not kept yet, as far as these goods cover them."""
    goods = sum(one.units.amount for one in planned if one.units.from_return)
    if not goods:
        return 0
    due = number(ctx, "SELECT sum(fee) FROM return_request WHERE order_id = :order", order=order.id)
    kept = number(
        ctx, "SELECT sum(fee_amount) FROM refund WHERE order_id = :order AND status <> 'failed'", order=order.id
    )
    return min(due - kept, goods)


def _shipping_left(ctx: Context, order: OrderHead) -> int:
    left = order_file.shipping_left(ctx, order)
    if left <= 0:
        raise Conflict(
            "shipping_already_refunded",
            f"Order {order.number} has no shipping left to refund: it was free, or was refunded before.",
            field="shipping",
        )
    return left


def _payment_for(order: OrderHead, payments: Sequence[PaymentRow], amount: int) -> tuple[PaymentRow, int]:
    maximum = sum(payment.refundable for payment in payments)
    if not any(payment.captured_amount for payment in payments):
        held = order.financial_status == "authorized"
        way = "Cancel the order, or wait until it ships." if held else "There is nothing to give back."
        raise Conflict(
            "nothing_captured",
            f"Order {order.number} is {order.financial_status}: no money was taken, so none can be refunded. {way}",
        )
    for payment in payments:
        if payment.refundable >= amount:
            return payment, maximum
    most = max(payment.refundable for payment in payments)
    raise Conflict(
        "refund_above_captured",
        f"This refund comes to {format_money(amount)} EUR, but at most {format_money(most)} EUR of what was captured "
        f"for order {order.number} is left; pending refunds count. Refund less.",
        details={"maximum": format_money(most)},
    )


def check_shipping(plan: Plan, reason: str) -> None:
    """Check that shipping may be refunded for a reason.

    Raises:
        Conflict: when the order is not refunded whole and the fault is not the shop's.
    """
    if plan.shipping and not plan.whole and reason not in MERCHANT_FAULT:
        raise Conflict(
            "shipping_not_refundable",
            f"Shipping of order {plan.order.number} is refunded only with the whole order, or where the fault is ours "
            f"({', '.join(sorted(MERCHANT_FAULT))}). Refund without shipping.",
            field="shipping",
        )


def used_limit(ctx: Context, order_id: int) -> int:
    """What the acting person has refunded on an order so far, in cents; failed refunds do not count."""
    return number(
        ctx,
        "SELECT sum(amount) FROM refund WHERE order_id = :order AND status <> 'failed' AND actor_role = :role"
        " AND staff_id IS :person",
        order=order_id,
        role=ctx.actor.role,
        person=ctx.actor.person,
    )


def role_limit(ctx: Context, order_id: int) -> int | None:
    """What the acting role may refund on an order in cents: its own limit, or more where that was approved."""
    limit = REFUND_LIMITS.get(ctx.actor.role)
    return None if limit is None else max(limit, approving.allowed(ctx, order_id))


def check_limit(ctx: Context, order: OrderHead, amount: int) -> None:
    """Check that the acting person may refund an amount (cents) on an order.

    Raises:
        Forbidden: naming the limit, and that the matter can be escalated.
    """
    limit = role_limit(ctx, order.id)
    if limit is None:
        return
    used = used_limit(ctx, order.id)
    if used + amount > limit:
        before = f" You have refunded {format_money(used)} EUR on it already." if used else ""
        raise Forbidden(
            "approval_needed",
            f"Your role may refund up to {format_money(limit)} EUR on one order; {format_money(amount)} EUR on order "
            f"{order.number} is above that.{before} Escalate it to finance with the reason approval_needed.",
            details={"limit": format_money(limit), "used": format_money(used), "amount": format_money(amount)},
        )


@dataclass(frozen=True, slots=True)
class Made:
    """A refund just written; `restocked` units went back to available."""

    refund_id: int
    number: str
    restocked: int


def write(ctx: Context, plan: Plan, reason: str, note: str | None) -> Made:
    """Write a refund with its lines, its gateway call and its stock moves."""
    order, payment = plan.order, plan.payment
    refund_number = f"RF-{1_000 + ctx.number('refund_number')}"
    refund_id = insert(
        ctx, Refund, number=refund_number, order_id=order.id, payment_id=payment.id, amount=plan.amount,
        shipping_amount=plan.shipping, fee_amount=plan.fee, status="pending", reason=reason, note=note,
        actor_role=ctx.actor.role,
        staff_id=None if ctx.actor.role == "customer" else ctx.actor.person, created_at=ctx.now,
    )  # fmt: skip
    restocked = sum(_write_line(ctx, order.id, refund_id, one) for one in _with_stock(ctx, plan))
    gateway.send_back(ctx, payment, plan.amount, refund_id)
    return Made(refund_id, refund_number, restocked)


@dataclass(frozen=True, slots=True)
class _Stocked:
    planned: PlannedLine
    promised: list[stockroom.Promise]
    parcels: list[order_file.Sent]


def _with_stock(ctx: Context, plan: Plan) -> list[_Stocked]:
    promised = stockroom.promises(ctx, plan.order.id) if any(one.units.cancelled for one in plan.lines) else {}
    shipped = any(one.units.shipped and one.restock for one in plan.lines)
    parcels = order_file.sent(ctx, plan.order.id) if shipped else {}
    return [_Stocked(one, promised.get(one.line.id, []), parcels.get(one.line.id, [])) for one in plan.lines]


def _write_line(ctx: Context, order_id: int, refund_id: int, stocked: _Stocked) -> int:
    line, units, restock = stocked.planned.line, stocked.planned.units, stocked.planned.restock
    if units.cancelled:
        stockroom.release(ctx, order_id, stocked.promised, units.cancelled, restock=restock)
    back = units.shipped if restock and line.variant_id is not None else 0
    if back and line.variant_id is not None:
        where = stocked.parcels[-1].location_id
        stockroom.move(ctx, "restock", line.variant_id, where, back, (None, "available"), order_id=order_id)
    restocked = back + (units.cancelled if restock else 0)
    insert(
        ctx, RefundLine, refund_id=refund_id, order_line_id=line.id, quantity=units.quantity, net_amount=units.net,
        tax_amount=units.tax, amount=units.amount, from_return=units.from_return, cancelled=units.cancelled,
        restocked=restocked,
    )  # fmt: skip
    return restocked


def refund_rest(ctx: Context, order: OrderHead, *, restock: bool) -> Made:
    """Refund the rest of what was captured for an unshipped order, shipping too, because it is cancelled."""
    lines = order_file.lines(ctx, order.id).values()
    wanted = [Wanted(line.id, line.refundable, restock) for line in lines if line.refundable]
    made = write(ctx, plan(ctx, order, wanted, shipping=order_file.shipping_left(ctx, order) > 0), "cancellation", None)
    timeline(ctx, order.id, "refund_created", f"Refund {made.number} of the rest, because the order is cancelled")
    return made


def listed(plan: Plan) -> str:
    """The refunded goods as letters list them."""
    return mails.items((one.units.quantity, one.line.title, one.line.variant_title) for one in plan.lines)
