"""Handing a matter over to a team that may decide it."""

from typing import Literal

from worlds.engine.context import Context
from worlds.engine.fields import Page, PageNumber, PageSize, RecordId
from worlds.engine.operation import reads, writes
from worlds.shop.rules import STAFF
from worlds.shop.texts import Words
from worlds.shop.views import EscalationView

Team = Literal["support_lead", "finance", "operations", "risk", "merchandising"]
EscalationReason = Literal[
    "approval_needed", "outside_policy", "suspected_fraud", "payment_problem", "stock_problem", "carrier_claim",
    "customer_complaint", "other",
]  # fmt: skip


@writes(roles=STAFF)
def escalate(
    ctx: Context,
    team: Team,
    reason: EscalationReason,
    message: Words,
    order_id: RecordId | None = None,
    customer_id: RecordId | None = None,
) -> EscalationView:
    """Hand a matter over to a team, with the order or the customer that it is about.

    Args:
        team: Who has to decide.
        reason: Why you cannot.
        message: What the team has to know: the record, the amount or fact that decides, and what is asked.
        order_id: The order that it is about.
        customer_id: The customer that it is about, where there is no order.
    """
    raise NotImplementedError


@reads(roles=STAFF)
def list_escalations(
    ctx: Context,
    team: Team | None = None,
    order_id: RecordId | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[EscalationView]:
    """List hand-overs to teams, newest first.

    Args:
        team: Only those for this team.
        order_id: Only those about this order.
        page: Page number from 1.
        page_size: Hand-overs a page.
    """
    raise NotImplementedError
