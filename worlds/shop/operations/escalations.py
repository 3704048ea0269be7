"""Handing a matter over to a team that may decide it."""

from typing import Literal

from worlds.engine.context import Context
from worlds.engine.errors import Invalid, NotFound
from worlds.engine.fields import Page, PageNumber, PageSize, RecordId, Words
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import insert
from worlds.engine.rows import number as count
from worlds.shop import order_file
from worlds.shop.chronicle import audit, timeline
from worlds.shop.models import Escalation
from worlds.shop.order_parts import EscalationRow
from worlds.shop.rules import STAFF
from worlds.shop.views import EscalationView

Team = Literal["support_lead", "finance", "operations", "risk", "merchandising"]
EscalationReason = Literal[
    "approval_needed", "outside_policy", "suspected_fraud", "payment_problem", "stock_problem", "carrier_claim",
    "customer_complaint", "system_problem", "other",
]  # fmt: skip


@writes(roles=STAFF, locks_bind=False)
def escalate(
    ctx: Context,
    team: Team,
    reason: EscalationReason,
    message: Words,
    order_id: RecordId | None = None,
    customer_id: RecordId | None = None,
    product_id: RecordId | None = None,
    variant_id: RecordId | None = None,
) -> EscalationView:
    """Hand a matter over to a team, with the order, the customer or the article that it is about.

    Args:
        team: Who has to decide.
        reason: Why you cannot.
        message: What the team has to know: the record, the amount or fact that decides, and what is asked.
        order_id: The order that it is about.
        customer_id: The customer that it is about, where there is no order.
        product_id: The product that it is about.
        variant_id: The variant that it is about, where it is one of a product's.
    """
    if order_id is None and customer_id is None and product_id is None and variant_id is None:
        raise Invalid(
            "escalation_without_subject",
            "Say which order, customer, product or variant this is about.",
            field="order_id",
        )
    order = order_file.head(ctx, order_id) if order_id is not None else None
    _check_subjects(ctx, customer_id, product_id, variant_id)
    number = f"ES-{100 + ctx.number('escalation_number')}"
    escalation_id = insert(
        ctx, Escalation, number=number, order_id=order_id, customer_id=customer_id, product_id=product_id,
        variant_id=variant_id, team=team, reason=reason, message=message, author_role=ctx.actor.role,
        created_at=ctx.now,
    )  # fmt: skip
    if order:
        timeline(ctx, order.id, "escalated", f"{number} handed over to {team} ({reason})")
    audit(ctx, "escalate", "escalation", escalation_id, team=team, reason=reason)
    return EscalationView(
        escalation_id=escalation_id, number=number, order_id=order_id, customer_id=customer_id,
        product_id=product_id, variant_id=variant_id, team=team, reason=reason, message=message,
        by=ctx.actor.role, created_at=ctx.now,
    )  # fmt: skip


def _check_subjects(ctx: Context, customer_id: int | None, product_id: int | None, variant_id: int | None) -> None:
    if customer_id is not None and not count(ctx, "SELECT count(*) FROM customer WHERE id = :id", id=customer_id):
        raise NotFound(
            "customer_not_found",
            f"There is no customer {customer_id}; find one in the list of customers.",
            field="customer_id",
        )
    if product_id is not None and not count(ctx, "SELECT count(*) FROM product WHERE id = :id", id=product_id):
        raise NotFound(
            "product_not_found",
            f"There is no product {product_id}; find one in the list of products.",
            field="product_id",
        )
    if variant_id is not None and not count(ctx, "SELECT count(*) FROM variant WHERE id = :id", id=variant_id):
        raise NotFound(
            "variant_not_found", f"There is no variant {variant_id}; find one in the stock list.", field="variant_id"
        )


@reads(roles=STAFF)
def list_escalations(
    ctx: Context,
    team: Team | None = None,
    order_id: RecordId | None = None,
    product_id: RecordId | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[EscalationView]:
    """List hand-overs to teams, newest first.

    Args:
        team: Only those for this team.
        order_id: Only those about this order.
        product_id: Only those about this product or one of its variants.
        page: Page number from 1.
        page_size: Hand-overs a page.
    """
    conditions = Conditions()
    conditions.equal(e__team=team, e__order_id=order_id)
    if product_id is not None:
        conditions.add(
            "(e.product_id = :product OR e.variant_id IN (SELECT id FROM variant WHERE product_id = :product))",
            product=product_id,
        )
    fields = """e.id, e.number, e.order_id, e.customer_id, e.product_id, e.variant_id, e.team, e.reason, e.message,
      e.author_role, e.created_at"""
    rows, total = page_of(ctx, EscalationRow, fields, "escalation e", conditions, "e.id DESC", page, page_size)
    return Page[EscalationView].of([EscalationView(**row._asdict()) for row in rows], total, page, page_size)
