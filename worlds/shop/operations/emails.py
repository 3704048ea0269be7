"""The e-mails that the shop sent."""

from typing import Literal

from worlds.engine.context import Context
from worlds.engine.fields import Page, PageNumber, PageSize, RecordId
from worlds.engine.operation import reads
from worlds.shop.listing import Conditions, page_of
from worlds.shop.order_parts import EmailRow
from worlds.shop.rules import STAFF
from worlds.shop.texts import Query
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
