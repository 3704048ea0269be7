"""What operations on knowledge, people, orders and on the records beside tickets take and answer."""

from typing import Literal

from worlds.desk.views import TicketRow
from worlds.engine.fields import Day, Instant, Money, Result, UpTo20, UpTo200

Visibility = Literal["public", "internal"]
ArticleState = Literal["draft", "published", "archived"]
Tier = Literal["standard", "business", "vip"]
Party = Literal["warehouse", "carrier", "supplier", "finance"]
SideState = Literal["waiting", "answered", "closed"]
ApprovalStatus = Literal["pending", "approved", "denied", "withdrawn", "lapsed"]
EscalationReason = Literal[
    "needs_diagnosis", "legal_threat", "safety", "privacy", "suspected_fraud", "breach_risk", "customer_complaint",
    "outside_policy", "planted_instructions", "system_problem", "other",
]  # fmt: skip
GroupName = Literal[
    "Frontline", "Delivery", "Returns & Refunds", "Business customers", "Technical & safety", "Trust & privacy",
    "Team leads",
]  # fmt: skip
SuspensionCause = Literal["spam", "loop", "suspended_sender", "too_large"]
SuspensionState = Literal["held", "released", "deleted"]


# -- knowledge ----------------------------------------------------------------------------------------------------


class CategoryRow(Result):
    """A shelf of the knowledge base, with how many articles you can read on it."""

    slug: str
    title: str
    articles: int


class ArticleCategories(Result):
    """The shelves that hold something for you."""

    items: UpTo200[CategoryRow]


class ArticleRow(Result):
    """An article in a list."""

    article_id: int
    slug: str
    title: str
    category: str
    language: str
    visibility: Visibility
    state: ArticleState
    updated_at: Instant


class ArticleDetail(ArticleRow):
    """An article; `body` is Markdown. `helpful` and `unhelpful` count what readers said."""

    version: int
    category_title: str
    body: str
    helpful: int
    unhelpful: int


class ArticleUse(Result):
    """Whether an article is linked to a ticket."""

    ticket_id: int
    article_id: int
    slug: str
    linked: bool


class ArticleVotes(Result):
    """What readers said of an article."""

    article_id: int
    helpful: int
    unhelpful: int


# -- people -------------------------------------------------------------------------------------------------------


class UserRow(Result):
    """Somebody in a list; `tickets` counts those that they asked, `unsolved` those of them that wait for an answer."""

    user_id: int
    name: str
    role: str
    email: str | None
    phone: str | None
    locale: str
    organization_id: int | None
    organization_name: str | None
    vip: bool
    suspended: bool
    merged_into_id: int | None
    tickets: int
    unsolved: int


class IdentityView(Result):
    """An address under which somebody is known, as it was typed."""

    identity_id: int
    kind: Literal["email", "phone"]
    value: str
    is_primary: bool
    verified: bool


class MembershipView(Result):
    """A group in which a colleague works."""

    group_id: int
    name: str
    is_default: bool


class CreditView(Result):
    """Goodwill that was given."""

    credit_id: int
    number: str
    ticket_id: int
    ticket_number: int
    user_id: int
    amount: Money
    currency: str
    approval_id: int | None
    given_by: str
    given_at: Instant


class UserDetail(Result):
    """Somebody with all their addresses, their latest 20 tickets and the goodwill they were given.

    `merged` are the records that were merged into this one, `merged_into_id` the one that this was merged into.
    `skills` and `away_until` are of colleagues.
    """

    user_id: int
    version: int
    name: str
    role: str
    locale: str
    zone: str
    organization_id: int | None
    organization_name: str | None
    tier: Tier | None
    org_manager: bool
    vip: bool
    suspended: bool
    shop_customer: str | None
    crm_contact: str | None
    notes: str | None
    skills: UpTo200[str]
    away_until: Day | None
    merged_into_id: int | None
    merged: UpTo200[int]
    created_at: Instant
    identities: UpTo200[IdentityView]
    groups: UpTo200[MembershipView]
    credits: UpTo200[CreditView]
    tickets: int
    unsolved: int
    recent_tickets: UpTo20[TicketRow]


class MemberView(Result):
    """Somebody who belongs to an organisation."""

    user_id: int
    name: str
    email: str | None
    org_manager: bool
    vip: bool


class OrganizationRow(Result):
    """An organisation in a list."""

    organization_id: int
    name: str
    domains: UpTo200[str]
    tier: Tier
    people: int
    tickets: int
    unsolved: int


class OrganizationDetail(OrganizationRow):
    """An organisation with its people, managers first, and its latest 20 tickets.

    `shared_tickets` says that everybody of it sees the tickets of all; managers do in any case.
    """

    shared_tickets: bool
    notes: str | None
    created_at: Instant
    members: UpTo200[MemberView]
    recent_tickets: UpTo20[TicketRow]


# -- orders -------------------------------------------------------------------------------------------------------


class OrderRow(Result):
    """An order of the shop in a list."""

    order_id: int
    number: str
    buyer: str
    email: str
    postal_code: str
    placed_at: Instant
    status: str
    total: Money
    currency: str
    parcels: int


class OrderLineView(Result):
    """An article of an order; `parcel_id` is the parcel that it was sent in, None while it was not."""

    line_id: int
    title: str
    quantity: int
    unit_price: Money
    parcel_id: int | None


class ParcelView(Result):
    """A parcel of an order, and what its carrier last said; `articles` are the titles of what lies in it."""

    parcel_id: int
    carrier: str
    tracking_number: str
    status: str
    shipped_at: Instant
    expected_on: Day | None
    delivered_at: Instant | None
    articles: UpTo200[str]


class OrderDetail(Result):
    """An order as the shop's app shows it; nobody changes it here."""

    order_id: int
    number: str
    customer: str | None
    buyer: str
    email: str
    postal_code: str
    city: str
    country: str
    placed_at: Instant
    status: str
    total: Money
    currency: str
    lines: UpTo200[OrderLineView]
    parcels: UpTo200[ParcelView]
    ticket_ids: UpTo200[int]


# -- beside a ticket ----------------------------------------------------------------------------------------------


class SideRow(Result):
    """A conversation at the side, in a list."""

    conversation_id: int
    ticket_id: int
    ticket_number: int
    party: Party
    address: str
    subject: str
    state: SideState
    messages: int
    created_at: Instant
    last_at: Instant


class SideMessageView(Result):
    """A message of a conversation at the side; `ours` were sent by the desk."""

    message_id: int
    ours: bool
    author_name: str
    body: str
    sent_at: Instant


class SideDetail(Result):
    """A conversation at the side with its messages."""

    conversation_id: int
    version: int
    ticket_id: int
    ticket_number: int
    party: Party
    address: str
    subject: str
    state: SideState
    created_at: Instant
    messages: UpTo200[SideMessageView]


class ApprovalView(Result):
    """A request to allow a goodwill amount."""

    approval_id: int
    number: str
    ticket_id: int
    ticket_number: int
    amount: Money
    currency: str
    reason: str
    status: ApprovalStatus
    approver_id: int
    approver_name: str
    asked_by: str
    answer: str | None
    asked_at: Instant
    decided_at: Instant | None


class ApprovalDetail(ApprovalView):
    """A request with its version, for those who decide it."""

    version: int


class EscalationView(Result):
    """That a ticket was handed up."""

    escalation_id: int
    number: str
    ticket_id: int
    ticket_number: int
    group_id: int
    group_name: str
    reason: EscalationReason
    message: str
    by: str
    created_at: Instant


class SuspendedRow(Result):
    """A message that was kept out, in a list."""

    message_id: int
    sender: str
    sender_name: str
    subject: str
    cause: SuspensionCause
    state: SuspensionState
    ticket_id: int | None
    received_at: Instant


class SuspendedDetail(SuspendedRow):
    """A message that was kept out; `known_user_id` is whose address it came from, if anybody's is known by it."""

    version: int
    body: str
    known_user_id: int | None
