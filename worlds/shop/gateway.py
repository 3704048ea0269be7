"""The payment gateway as the shop uses it: authorizing, taking and releasing money, and what the bank reports later."""

from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import NamedTuple

from worlds.engine.context import Context
from worlds.engine.errors import Conflict
from worlds.engine.fields import iso_instant
from worlds.engine.rows import Query, insert, run
from worlds.seeds.calendars import is_working_day
from worlds.shop import mails
from worlds.shop.chronicle import audit, mail, timeline
from worlds.shop.days import ZONE, local_day
from worlds.shop.derived import recompute
from worlds.shop.models import Payment, PaymentEvent
from worlds.shop.rules import AUTHORIZATION_LIFE, SETTLEMENT_DAYS


class PaymentRow(NamedTuple):
    """A payment as stored."""

    id: int
    order_id: int
    brand: str
    last4: str
    amount: int
    captured_amount: int
    refunded_amount: int
    status: str
    gateway_ref: str
    authorized_at: datetime
    auth_expires_at: datetime

    @property
    def card(self) -> str:
        """The card in words: `Visa ending 4242`."""
        return f"{self.brand} ending {self.last4}"

    @property
    def refundable(self) -> int:
        """Cents that can still go back to this card."""
        return self.captured_amount - self.refunded_amount


class RefundOf(NamedTuple):
    """A refund with what its customer's mail needs."""

    id: int
    number: str
    order_id: int
    payment_id: int
    amount: int
    status: str
    order_number: str
    email: str
    ship_name: str
    customer_id: int | None


PAYMENT = Query(PaymentRow, "SELECT {fields} FROM payment WHERE id = :payment")
PAYMENTS = Query(PaymentRow, "SELECT {fields} FROM payment WHERE order_id = :order ORDER BY id")
_REFUND = Query(
    RefundOf,
    """SELECT r.id, r.number, r.order_id, r.payment_id, r.amount, r.status,
      o.number, o.email, o.ship_name, o.customer_id
    FROM refund r JOIN sales_order o ON o.id = r.order_id WHERE r.id = :refund""",
)
_LAPSED = Query(
    PaymentRow, "SELECT {fields} FROM payment WHERE status = 'authorized' AND auth_expires_at <= :now ORDER BY id"
)


def authorize(ctx: Context, order_id: int, amount: int, brand: str, last4: str) -> int:
    """Hold an amount (cents) on a card; answers the payment's id.

    Raises:
        Conflict: when the bank declines the card.
    """
    if (declined := ctx.mishap("card")) is not None:
        raise Conflict(
            "card_declined",
            f"The bank declined the card {brand} ending {last4}: {declined['decline_code'].replace('_', ' ')}. "
            "Nothing was ordered or charged. Pay with another card.",
            status=402,
            details={"decline_code": declined["decline_code"]},
        )
    reference = sha256(f"{ctx.chance}|{order_id}|{amount}|{last4}|{ctx.now.isoformat()}".encode()).hexdigest()[:20]
    payment_id = insert(
        ctx, Payment, order_id=order_id, brand=brand, last4=last4, amount=amount, captured_amount=0, refunded_amount=0,
        status="authorized", gateway_ref=f"pay_{reference}", authorized_at=ctx.now,
        auth_expires_at=ctx.now + AUTHORIZATION_LIFE,
    )  # fmt: skip
    event(ctx, payment_id, order_id, "authorization", amount)
    return payment_id


def event(ctx: Context, payment_id: int, order_id: int, kind: str, amount: int, refund_id: int | None = None) -> None:
    """Record a call to the gateway, or a message from it."""
    insert(
        ctx,
        PaymentEvent,
        payment_id=payment_id,
        order_id=order_id,
        refund_id=refund_id,
        kind=kind,
        amount=amount,
        at=ctx.now,
    )


def check_capturable(ctx: Context, payment: PaymentRow) -> None:
    """Check that something of a payment may still be taken.

    Raises:
        Conflict: when nothing is held, or the bank has let go of it.
    """
    if payment.status not in ("authorized", "partially_captured"):
        raise Conflict(
            "payment_not_authorized", f"Payment {payment.id} is {payment.status}; there is nothing to capture."
        )
    if payment.auth_expires_at <= ctx.now:
        raise Conflict(
            "authorization_expired",
            f"The authorization of payment {payment.id} expired at {iso_instant(payment.auth_expires_at)}. "
            "Cancel the order and ask the customer to order again.",
        )


def capture(ctx: Context, payment: PaymentRow, amount: int) -> None:
    """Take an amount (cents) of what is held; the caller has checked that it may."""
    captured = payment.captured_amount + amount
    status = "captured" if captured == payment.amount else "partially_captured"
    run(
        ctx,
        "UPDATE payment SET captured_amount = :captured, status = :status WHERE id = :payment",
        captured=captured,
        status=status,
        payment=payment.id,
    )
    event(ctx, payment.id, payment.order_id, "capture", amount)
    timeline(ctx, payment.order_id, "payment_captured", f"{mails.euros(amount)} taken from {payment.card}")


def release(ctx: Context, payment: PaymentRow, status: str) -> None:
    """Let go of what is held: status `voided` by the shop, `expired` by the bank."""
    run(ctx, "UPDATE payment SET status = :status WHERE id = :payment", status=status, payment=payment.id)
    event(ctx, payment.id, payment.order_id, "void" if status == "voided" else "expiry", payment.amount)
    word = "voided" if status == "voided" else "expired"
    timeline(
        ctx,
        payment.order_id,
        f"payment_{word}",
        f"Authorization of {mails.euros(payment.amount)} on {payment.card} {word}",
    )


def send_back(ctx: Context, payment: PaymentRow, amount: int, refund_id: int) -> None:
    """Ask the bank to pay an amount (cents) back; some nights later it reports what became of it."""
    event(ctx, payment.id, payment.order_id, "refund", amount, refund_id)
    ctx.schedule(_reported_at(ctx, refund_id), "bank_reports", refund_id=refund_id)


def _reported_at(ctx: Context, refund_id: int) -> datetime:
    """A moment in the night after 5 to 10 working days."""
    rng = ctx.rng(f"settlement of refund {refund_id}")
    day, left = local_day(ctx.now), rng.randint(*SETTLEMENT_DAYS)
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day)
    night = time(rng.randint(1, 5), rng.randrange(60), rng.randrange(60))
    return datetime.combine(day, night, ZONE)


def settle_refund(ctx: Context, refund_id: int, *, succeeded: bool) -> None:
    """The bank reports on a pending refund: the money arrived, or it could not be paid back (the customer is told)."""
    refund = _REFUND.first(ctx, refund=refund_id)
    if refund is None or refund.status != "pending":
        return
    status = "succeeded" if succeeded else "failed"
    run(
        ctx,
        "UPDATE refund SET status = :status, settled_at = :now WHERE id = :refund",
        status=status,
        now=ctx.now,
        refund=refund_id,
    )
    timeline(
        ctx, refund.order_id, f"refund_{status}", f"Refund {refund.number} of {mails.euros(refund.amount)} {status}"
    )
    audit(ctx, f"refund_{status}", "refund", refund_id)
    if not succeeded:
        event(ctx, refund.payment_id, refund.order_id, "refund_failure", refund.amount, refund_id)
        letter = mails.refund_failed(refund.ship_name, refund.order_number, refund.amount)
        mail(
            ctx, "refund_failed", f"refund_failure:{refund_id}", refund.email, letter,
            order_id=refund.order_id, customer_id=refund.customer_id,
        )  # fmt: skip
        recompute(ctx, refund.order_id)


def next_expiry(ctx: Context, latest: datetime) -> datetime:
    """When the bank lets go of the next authorization, or `latest` if that is sooner."""
    query = "SELECT min(auth_expires_at) FROM payment WHERE status = 'authorized'"
    soonest = ctx.driver.execute(query).fetchall()[0][0]
    return latest if soonest is None else min(latest, datetime.fromisoformat(soonest))


def expire_authorizations(ctx: Context) -> int:
    """The bank lets go of authorizations that were not taken in time; answers how many."""
    lapsed = _LAPSED.all(ctx, now=iso_instant(ctx.now))
    for payment in lapsed:
        release(ctx, payment, "expired")
        audit(ctx, "payment_expired", "payment", payment.id)
        recompute(ctx, payment.order_id)
    return len(lapsed)
