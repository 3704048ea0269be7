"""What operations on deals, quotes, approvals and contracts answer."""

from typing import Literal

from worlds.crm.selling.percent import Share
from worlds.crm.views import Columns, OpportunityRow, UpTo50
from worlds.engine.fields import Day, Instant, Money, Result, UpTo20, UpTo200

StageKind = Literal["open", "won", "lost"]
LossReason = Literal[
    "price", "competitor", "no_budget", "no_decision", "no_response", "timing", "product_gap", "duplicate", "other"
]
ContactRole = Literal["decision_maker", "economic_buyer", "evaluator", "influencer", "user", "other"]
QuoteStatus = Literal["draft", "in_review", "approved", "presented", "accepted", "rejected", "expired", "superseded"]
ApprovalState = Literal["pending", "approved", "rejected", "recalled", "lapsed"]
ContractState = Literal["draft", "sent", "signed", "ended", "terminated"]


class LineView(Result):
    """A line of a deal. `list_price` is a piece's in the price book, `net` the whole line's after the discount."""

    line_id: int
    position: int
    product_id: int
    sku: str
    product_name: str
    quantity: int
    list_price: Money
    discount: Share
    net: Money


class ContactRoleView(Result):
    """Somebody who has a part in a deal; `primary` is whom the deal names first."""

    contact_role_id: int
    contact_id: int
    name: str
    title: str | None
    account_name: str | None
    role: str
    primary: bool


class StageMove(Result):
    """That a deal went from one stage to another, and what it looked like then."""

    from_stage: str | None
    to_stage: str
    by: str
    amount: Money
    currency: str
    close_date: Day
    at: Instant


class QuoteHead(Result):
    """A quote among those of a deal."""

    quote_id: int
    number: str
    status: str
    total: Money
    currency: str
    expires_on: Day


class ContractHead(Result):
    """A contract among those of a deal."""

    contract_id: int
    number: str
    state: str
    starts: Day
    ends: Day
    renewal_opportunity_id: int | None


class OpportunityDetail(OpportunityRow):
    """A deal with its lines, people, quotes, contracts and the stages it went through, the last 50 of them.

    `amount_eur` is the amount at the exchange rate of the close date, None where the house has no rate.
    """

    version: int
    withheld: Columns
    pipeline_id: int
    last_stage: str | None
    amount_eur: Money | None
    price_book_id: int | None
    price_book_name: str | None
    description: str | None
    primary_contact_id: int | None
    primary_contact_name: str | None
    loss_reason: str | None
    loss_note: str | None
    lead_source: str | None
    campaign_id: int | None
    campaign_name: str | None
    renews_contract_id: int | None
    stage_since: Instant
    closed_at: Instant | None
    lines: UpTo200[LineView]
    contact_roles: UpTo50[ContactRoleView]
    quotes: UpTo20[QuoteHead]
    contracts: UpTo20[ContractHead]
    stage_history: UpTo50[StageMove]


class OpportunityChanged(Result):
    """A deal after it was changed: what can be changed of it, as it is now."""

    opportunity_id: int
    number: str
    name: str
    version: int
    kind: str
    account_id: int
    stage_id: int
    stage: str
    amount: Money
    currency: str
    price_book_id: int | None
    close_date: Day
    forecast_category: str
    next_step: str | None
    description: str | None
    primary_contact_id: int | None
    owner_id: int
    lead_source: str | None
    campaign_id: int | None
    loss_reason: str | None
    loss_note: str | None
    approval_lock: bool


class QuoteRow(Result):
    """A quote in a list. `total` is after all discounts; `discount` is what is off every line beside its own."""

    quote_id: int
    number: str
    status: str
    opportunity_id: int
    opportunity_number: str
    opportunity_name: str
    account_id: int
    account_name: str
    owner_id: int
    owner_name: str
    discount: Share
    subtotal: Money
    total: Money
    currency: str
    price_book_id: int
    price_book_name: str
    expires_on: Day
    created_at: Instant
    updated_at: Instant


class QuoteLineView(Result):
    """A line of a quote; `net` is after its own and the quote's discount, rounded once."""

    quote_line_id: int
    position: int
    product_id: int
    sku: str
    product_name: str
    quantity: int
    list_price: Money
    discount: Share
    net: Money


class ApprovalHead(Result):
    """A request for approval among those of a quote."""

    approval_id: int
    number: str
    state: str
    approver_name: str
    discount: Share


class QuoteDetail(QuoteRow):
    """A quote with its lines and requests for approval.

    `off_list` is what is off the list prices altogether; `approval_needed` says whether you could not present it as it
    is. `locked` says that it waits for approval.
    """

    version: int
    withheld: Columns
    locked: bool
    contact_id: int | None
    contact_name: str | None
    discount_reason: str | None
    off_list: Share
    approval_needed: bool
    notes: str | None
    answer: str | None
    presented_at: Instant | None
    answered_at: Instant | None
    lines: UpTo200[QuoteLineView]
    approvals: UpTo50[ApprovalHead]


class ApprovalView(Result):
    """A request for approval of a quote's discount. `open_question` says that the approver waits for an answer."""

    approval_id: int
    number: str
    quote_id: int
    quote_number: str
    opportunity_id: int
    opportunity_number: str
    account_name: str
    submission: int
    level: int
    discount: Share
    total: Money
    currency: str
    reason: str
    state: str
    approver_id: int
    approver_name: str
    asked_by_id: int | None
    asked_by_name: str | None
    comment: str | None
    open_question: bool
    asked_at: Instant
    decided_at: Instant | None


class ApprovalMessageView(Result):
    """What was asked or answered about a request."""

    message_id: int
    kind: str
    author_name: str
    body: str
    at: Instant


class ApprovalDetail(ApprovalView):
    """A request with what was asked and answered about it; `quote_status` is what its quote has come to."""

    version: int
    quote_status: str
    messages: UpTo200[ApprovalMessageView]


class ContractRow(Result):
    """A contract. `renewal_number` names the deal by which it goes on, once there is one."""

    contract_id: int
    number: str
    state: str
    account_id: int
    account_name: str
    opportunity_id: int | None
    opportunity_number: str | None
    quote_id: int | None
    quote_number: str | None
    starts: Day
    ends: Day
    value: Money
    currency: str
    signed_on: Day | None
    signed_by: str | None
    renewal_opportunity_id: int | None
    renewal_number: str | None


class ContractDetail(ContractRow):
    """A contract as its record page shows it."""

    version: int
    created_at: Instant
    updated_at: Instant
