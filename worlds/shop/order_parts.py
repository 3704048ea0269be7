"""What belongs to an order, as it is shown: payments, refunds, parcels, returns, timeline, notes, e-mails."""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from worlds.engine.context import Context
from worlds.engine.rows import Query
from worlds.shop import WORLD, order_file
from worlds.shop.days import local_day
from worlds.shop.gateway import PAYMENTS, PaymentRow
from worlds.shop.models import Fulfilment
from worlds.shop.order_file import OrderHead
from worlds.shop.order_lists import NAME_SQL
from worlds.shop.views import (
    CodeUsed,
    EmailView,
    EscalationView,
    FulfilmentView,
    NoteView,
    ParcelLine,
    PaymentView,
    RefundedLine,
    RefundView,
    ReturnedLine,
    ReturnView,
    TimelineView,
)


class RefundRow(NamedTuple):
    """A refund with one of its lines (`line_id` is None where it has none)."""

    refund_id: int
    number: str
    order_id: int
    payment_id: int
    amount: int
    shipping_amount: int
    fee: int
    status: str
    reason: str
    note: str | None
    created_at: datetime
    settled_at: datetime | None
    made_by: str
    line_id: int | None
    title: str
    quantity: int
    net: int
    tax: int
    line_amount: int
    restocked: int


class ParcelRow(NamedTuple):
    """A parcel with one of its lines."""

    fulfilment_id: int
    number: str
    order_id: int
    location_id: int
    location: str
    status: str
    carrier: str
    tracking_number: str
    shipped_at: datetime
    delivered_at: datetime | None
    line_id: int
    title: str
    quantity: int


class ReturnRow(NamedTuple):
    """A return with one of its lines."""

    return_id: int
    number: str
    order_id: int
    order_number: str
    status: str
    reason: str
    note: str | None
    decline_reason: str | None
    requested_by: str
    requested_at: datetime
    asked_on: str
    exception: int
    fee: int
    line_id: int
    title: str
    variant_title: str
    sku: str
    quantity: int
    received: int
    damaged: int


class TimelineRow(NamedTuple):
    """A line of a timeline."""

    at: datetime
    kind: str
    message: str
    by: str


class NoteRow(NamedTuple):
    """An internal note."""

    note_id: int
    order_id: int
    text: str
    by: str
    created_at: datetime


class EmailRow(NamedTuple):
    """An e-mail."""

    email_id: int
    kind: str
    to: str
    subject: str
    body: str
    sent_at: datetime
    order_id: int | None
    customer_id: int | None


class EscalationRow(NamedTuple):
    """A hand-over."""

    escalation_id: int
    number: str
    order_id: int | None
    customer_id: int | None
    product_id: int | None
    variant_id: int | None
    team: str
    reason: str
    message: str
    by: str
    created_at: datetime


class CodeRow(NamedTuple):
    """What a code took off an order."""

    code: str
    discount_class: str
    amount: int


REFUND_SQL = """SELECT r.id, r.number, r.order_id, r.payment_id, r.amount, r.shipping_amount,
  r.fee_amount, r.status, r.reason, r.note, r.created_at, r.settled_at, coalesce(u.name, r.actor_role),
  k.order_line_id, coalesce(l.title, ''),
  coalesce(k.quantity, 0), coalesce(k.net_amount, 0), coalesce(k.tax_amount, 0), coalesce(k.amount, 0),
  coalesce(k.restocked, 0)
FROM refund r LEFT JOIN staff_user u ON u.id = r.staff_id LEFT JOIN refund_line k ON k.refund_id = r.id
LEFT JOIN order_line l ON l.id = k.order_line_id """
PARCEL_SQL = """SELECT f.id, f.number, f.order_id, f.location_id, w.name, f.status, f.carrier, f.tracking_number,
  f.shipped_at, f.delivered_at, k.order_line_id, l.title, k.quantity
FROM fulfilment f JOIN location w ON w.id = f.location_id JOIN fulfilment_line k ON k.fulfilment_id = f.id
JOIN order_line l ON l.id = k.order_line_id """
RETURN_SQL = """SELECT r.id, r.number, r.order_id, o.number, r.status, r.reason, r.note, r.decline_reason,
  r.requested_by, r.requested_at, r.asked_on, r.exception, r.fee, k.order_line_id, l.title, l.variant_title, l.sku,
  k.quantity, k.received, k.damaged
FROM return_request r JOIN sales_order o ON o.id = r.order_id JOIN return_line k ON k.return_id = r.id
JOIN order_line l ON l.id = k.order_line_id """

_REFUNDS = Query(RefundRow, REFUND_SQL + "WHERE r.order_id = :order ORDER BY r.id, k.id")
_REFUND = Query(RefundRow, REFUND_SQL + "WHERE r.id = :refund ORDER BY k.id")
_PARCELS = Query(ParcelRow, PARCEL_SQL + "WHERE f.order_id = :order ORDER BY f.id, k.id")
_PARCEL = Query(ParcelRow, PARCEL_SQL + "WHERE f.id = :fulfilment ORDER BY k.id")
_RETURNS = Query(ReturnRow, RETURN_SQL + "WHERE r.order_id = :order ORDER BY r.id, k.id")
_RETURN = Query(ReturnRow, RETURN_SQL + "WHERE r.id = :return ORDER BY k.id")
RETURNS_IN = Query(ReturnRow, RETURN_SQL + "WHERE r.id IN (SELECT value FROM json_each(:returns)) ORDER BY r.id, k.id")
_TIMELINE = Query(
    TimelineRow,
    "SELECT at, kind, message, actor_name FROM timeline_event WHERE order_id = :order ORDER BY id DESC LIMIT 200",
)
_NOTES = Query(
    NoteRow,
    "SELECT id, order_id, text, author_name, created_at FROM order_note WHERE order_id = :order"
    " ORDER BY id DESC LIMIT 200",
)
_EMAILS = Query(
    EmailRow,
    "SELECT id, kind, to_address, subject, body, sent_at, order_id, customer_id FROM outbox_email"
    " WHERE order_id = :order ORDER BY id DESC LIMIT 200",
)
_ESCALATIONS = Query(
    EscalationRow,
    "SELECT id, number, order_id, customer_id, product_id, variant_id, team, reason, message, author_role, created_at"
    " FROM escalation WHERE order_id = :order ORDER BY id DESC LIMIT 50",
)
_CODES = Query(
    CodeRow,
    "SELECT code, discount_class, sum(amount) FROM discount_allocation WHERE order_id = :order"
    " GROUP BY discount_id, code, discount_class ORDER BY discount_id",
)


_SHOWN = 200  # as many as `UpTo200` holds


class NameRow(NamedTuple):
    """A customer's name."""

    name: str


_NAME = Query(NameRow, f"SELECT {NAME_SQL} FROM customer c WHERE c.id = :customer")


def shown(ctx: Context, order: OrderHead) -> dict[str, Any]:
    """The fields of a `CustomerOrder`: an order with lines, codes, payments, refunds, parcels and returns."""
    order_id = order.id
    paid = payments(ctx, order_id)
    back = refunds(ctx, order_id)
    name = _NAME.first(ctx, customer=order.customer_id) if order.customer_id else None
    shipping = order.shipping_total + order.shipping_tax
    made = [refund for refund in back if refund.status != "failed"]
    shipping -= sum(refund.shipping_amount for refund in made)
    captured, fees = sum(one.captured for one in paid), sum(refund.fee for refund in made)
    lines = order_file.LINES.all(ctx, order=order_id)
    shipped = order_file.sent(ctx, order_id) if order.fulfilment_status != "unfulfilled" else {}
    return {
        **order_file.summary(order, name.name if name else "", captured, shipping, fees),
        "lines": order_file.line_views(order, lines, shipped, local_day(ctx.now)),
        "codes": codes(ctx, order_id) if order.discount_total or order.shipping_discount else [],
        "payments": paid[-_SHOWN:],
        "refunds": back[-_SHOWN:],
        "fulfilments": parcels(ctx, order_id)[-_SHOWN:] if shipped else [],
        "returns": returns(ctx, order_id)[-_SHOWN:] if order.return_status != "none" or shipped else [],
    }


def payment_view(row: PaymentRow) -> PaymentView:
    """A payment as it is shown."""
    return PaymentView(
        payment_id=row.id, order_id=row.order_id, method=row.card, amount=row.amount, captured=row.captured_amount,
        refunded=row.refunded_amount, refundable=row.refundable, status=row.status, authorized_at=row.authorized_at,
        auth_expires_at=row.auth_expires_at, gateway_ref=row.gateway_ref,
    )  # fmt: skip


def payments(ctx: Context, order_id: int) -> list[PaymentView]:
    """An order's payments."""
    return [payment_view(row) for row in PAYMENTS.all(ctx, order=order_id)]


def _grouped(rows: Sequence[Any]) -> list[list[Any]]:
    groups: dict[int, list[Any]] = {}
    for row in rows:
        groups.setdefault(row[0], []).append(row)
    return list(groups.values())


def _refund(rows: list[RefundRow], *, staff: bool = True) -> RefundView:
    one = rows[0]
    return RefundView(
        refund_id=one.refund_id, number=one.number, order_id=one.order_id, payment_id=one.payment_id, amount=one.amount,
        shipping_amount=one.shipping_amount, fee=one.fee, currency=WORLD.currency, status=one.status,
        reason=one.reason,
        note=one.note if staff else None,
        created_at=one.created_at, settled_at=one.settled_at, made_by=one.made_by if staff else WORLD.title,
        lines=[
            RefundedLine(
                line_id=row.line_id, title=row.title, quantity=row.quantity, net=row.net, tax=row.tax,
                amount=row.line_amount, restocked=row.restocked,
            )
            for row in rows
            if row.line_id is not None
        ],
    )  # fmt: skip


def refunds(ctx: Context, order_id: int) -> list[RefundView]:
    """An order's refunds; who made them and why is for staff to read."""
    staff = ctx.actor.role != "customer"
    return [_refund(rows, staff=staff) for rows in _grouped(_REFUNDS.all(ctx, order=order_id))]


def refund(ctx: Context, refund_id: int) -> RefundView:
    """One refund that exists."""
    return _refund(_REFUND.all(ctx, refund=refund_id))


def _parcel(ctx: Context, rows: list[ParcelRow]) -> FulfilmentView:
    one = rows[0]
    return FulfilmentView(
        fulfilment_id=one.fulfilment_id, version=ctx.version(Fulfilment, one.fulfilment_id), number=one.number,
        order_id=one.order_id, location_id=one.location_id,
        location=one.location, status=one.status, carrier=one.carrier, tracking_number=one.tracking_number,
        shipped_at=one.shipped_at, delivered_at=one.delivered_at,
        lines=[ParcelLine(line_id=row.line_id, title=row.title, quantity=row.quantity) for row in rows],
    )  # fmt: skip


def parcels(ctx: Context, order_id: int) -> list[FulfilmentView]:
    """An order's parcels."""
    return [_parcel(ctx, rows) for rows in _grouped(_PARCELS.all(ctx, order=order_id))]


def parcel(ctx: Context, fulfilment_id: int) -> FulfilmentView | None:
    """One parcel, or None."""
    rows = _PARCEL.all(ctx, fulfilment=fulfilment_id)
    return _parcel(ctx, rows) if rows else None


def _return(rows: list[ReturnRow], *, staff: bool) -> ReturnView:
    one = rows[0]
    return ReturnView(
        return_id=one.return_id, number=one.number, order_id=one.order_id, order_number=one.order_number,
        status=one.status, reason=one.reason, note=one.note if staff or one.requested_by == "customer" else None,
        decline_reason=one.decline_reason, requested_by=one.requested_by, requested_at=one.requested_at,
        asked_on=one.asked_on, exception=bool(one.exception), fee=one.fee,
        lines=[
            ReturnedLine(
                line_id=row.line_id, title=row.title, variant_title=row.variant_title, sku=row.sku,
                quantity=row.quantity, received=row.received, damaged=row.damaged,
            )
            for row in rows
        ],
    )  # fmt: skip


def return_views(rows: Sequence[ReturnRow], *, staff: bool = True) -> list[ReturnView]:
    """Returns as they are shown; notes of staff are shown to staff only."""
    return [_return(group, staff=staff) for group in _grouped(rows)]


def returns(ctx: Context, order_id: int) -> list[ReturnView]:
    """An order's returns."""
    return return_views(_RETURNS.all(ctx, order=order_id), staff=ctx.actor.role != "customer")


def return_rows(ctx: Context, return_id: int) -> list[ReturnRow]:
    """One return's lines; none where there is no such return."""
    return _RETURN.all(ctx, **{"return": return_id})


def timeline(ctx: Context, order_id: int) -> list[TimelineView]:
    """The newest lines of an order's timeline, oldest first."""
    return [TimelineView(**row._asdict()) for row in reversed(_TIMELINE.all(ctx, order=order_id))]


def notes(ctx: Context, order_id: int) -> list[NoteView]:
    """An order's newest internal notes, oldest first."""
    return [NoteView(**row._asdict()) for row in reversed(_NOTES.all(ctx, order=order_id))]


def emails(ctx: Context, order_id: int) -> list[EmailView]:
    """The newest e-mails about an order, oldest first."""
    return [EmailView(**row._asdict()) for row in reversed(_EMAILS.all(ctx, order=order_id))]


def escalations(ctx: Context, order_id: int) -> list[EscalationView]:
    """The newest hand-overs about an order, oldest first."""
    return [EscalationView(**row._asdict()) for row in reversed(_ESCALATIONS.all(ctx, order=order_id))]


def codes(ctx: Context, order_id: int) -> list[CodeUsed]:
    """The codes that an order used."""
    return [CodeUsed(**row._asdict()) for row in _CODES.all(ctx, order=order_id)]
