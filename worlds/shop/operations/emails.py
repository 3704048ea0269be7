"""The e-mails that the shop sent, and writing one in words of one's own."""

from typing import Literal

from worlds.engine.context import Context
from worlds.engine.fields import Page, PageNumber, PageSize, Query, RecordId, Words
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import number
from worlds.shop import mails, order_file
from worlds.shop.chronicle import audit, mail, timeline
from worlds.shop.order_parts import EmailRow
from worlds.shop.rules import STAFF, SUPPORT
from worlds.shop.views import EmailView

EmailKind = Literal[
    "order_confirmation", "order_cancelled", "order_shipped", "tracking_updated", "refund_created", "refund_failed",
    "return_requested", "return_approved", "return_declined", "return_arrived", "address_changed", "message",
]  # fmt: skip


@reads(roles=STAFF)
def list_emails(
    ctx: Context,
    query: Query | None = None,
    order_id: RecordId | None = None,
    customer_id: RecordId | None = None,
    kind: EmailKind | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[EmailView]:
    """List e-mails sent to customers, newest first.

    Args:
        query: Words that must all occur in address or subject.
        order_id: Only e-mails about this order.
        customer_id: Only e-mails to this customer.
        kind: Only e-mails of this kind.
        page: Page number from 1.
        page_size: E-mails a page.
    """
    conditions = Conditions()
    conditions.words(query, "lower(e.to_address || ' ' || e.subject)")
    conditions.equal(e__order_id=order_id, e__customer_id=customer_id, e__kind=kind)
    fields = "e.id, e.kind, e.to_address, e.subject, e.body, e.sent_at, e.order_id, e.customer_id"
    rows, total = page_of(ctx, EmailRow, fields, "outbox_email e", conditions, "e.id DESC", page, page_size)
    return Page[EmailView].of([EmailView(**row._asdict()) for row in rows], total, page, page_size)


@writes(roles=SUPPORT, locks_bind=False)
def mail_customer(ctx: Context, order_id: RecordId, message: Words) -> EmailView:
    """Write to a customer about an order, to the order's e-mail address; greeting and signature are added.

    Args:
        order_id: The order's id.
        message: What you want to say.
    """
    order = order_file.head(ctx, order_id)
    event = f"message:{order_id}:{ctx.number('message')}"
    letter = mails.message(order.ship_name, order.number, message)
    mail(ctx, "message", event, order.email, letter, order_id=order_id, customer_id=order.customer_id)
    timeline(ctx, order_id, "message_sent", f"Message to {order.email}")
    email_id = number(ctx, "SELECT id FROM outbox_email WHERE event = :event", event=event)
    audit(ctx, "mail_customer", "order", order_id, email=email_id)
    sent = EmailRow(email_id, "message", order.email, *letter, ctx.now, order_id, order.customer_id)
    return EmailView(**sent._asdict())
