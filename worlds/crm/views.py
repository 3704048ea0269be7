"""What operations on records of any kind take and answer in more than one place."""

from typing import Annotated, Literal, NamedTuple, TypeVar

from pydantic import Field

from worlds.crm.texts import ColumnName
from worlds.engine.fields import Day, Instant, Money, Result

One = TypeVar("One")
UpTo50 = Annotated[list[One], Field(max_length=50)]
"""A short list in a result."""
UpTo500 = Annotated[list[One], Field(max_length=500)]
"""A list in a result that shows at most 500 rows."""

RecordKind = Literal["account", "contact", "lead", "opportunity"]
AccountKind = Literal["customer", "prospect", "partner", "reseller", "former"]
Industry = Literal[
    "hospitality", "camping", "retail", "sports_club", "office", "public", "education", "events", "wholesale", "other"
]
Segment = Literal["enterprise", "mid_market", "small_business", "public_sector"]
Tier = Literal["standard", "key", "strategic"]
Currency = Literal["EUR", "GBP", "USD", "CHF"]
LeadStatus = Literal["new", "assigned", "working", "qualified", "converted", "recycled", "dead"]
Rating = Literal["hot", "warm", "cold"]
Source = Literal[
    "web", "trade_show", "referral", "partner", "cold_call", "advertising", "shop", "import", "event", "other"
]
Channel = Literal["email", "phone", "post", "profiling"]
ConsentState = Literal["in", "out"]
Forecast = Literal["pipeline", "best_case", "commit", "closed", "omitted"]
DealKind = Literal["new", "renewal", "expansion"]
Headcount = Annotated[int, Field(ge=1, le=2_000_000)]
"""How many people work somewhere."""
Columns = Annotated[list[ColumnName], Field(max_length=40)]


class UserRef(Result):
    """A colleague, by id and name."""

    user_id: int
    name: str


class RecordRef(Result):
    """A record of any kind; `title` is what people call it."""

    kind: str
    record_id: int
    title: str


class AccountRow(Result):
    """An account in a list. `last_activity_on` is the day on which somebody last had to do with it."""

    account_id: int
    name: str
    kind: str
    industry: str
    segment: str
    tier: str
    country: str
    city: str | None
    website: str | None
    phone: str | None
    currency: str
    owner_id: int
    owner_name: str
    territory_id: int | None
    territory_name: str | None
    parent_id: int | None
    parent_name: str | None
    locked: bool
    last_activity_on: Day | None
    created_at: Instant
    updated_at: Instant


class ContactRow(Result):
    """A contact in a list, with their primary address and number."""

    contact_id: int
    name: str
    title: str | None
    account_id: int | None
    account_name: str | None
    email: str | None
    phone: str | None
    do_not_call: bool
    email_opted_out: bool
    language: str
    owner_id: int
    owner_name: str
    last_activity_on: Day | None
    created_at: Instant
    updated_at: Instant


class LeadRow(Result):
    """A lead in a list; a user or a queue owns it."""

    lead_id: int
    name: str
    company: str
    title: str | None
    email: str | None
    phone: str | None
    country: str | None
    source: str
    rating: str | None
    status: str
    owner_id: int | None
    owner_name: str | None
    queue_id: int | None
    queue_name: str | None
    assigned_at: Instant | None
    first_touch_at: Instant | None
    created_at: Instant
    updated_at: Instant


class OpportunityRow(Result):
    """A deal in a list. `amount` is the sum of its lines in `currency`, `probability` in whole per cent."""

    opportunity_id: int
    number: str
    name: str
    kind: str
    account_id: int
    account_name: str
    stage_id: int
    stage: str
    stage_kind: str
    amount: Money
    currency: str
    probability: int
    close_date: Day
    forecast_category: str
    next_step: str | None
    owner_id: int
    owner_name: str
    approval_lock: bool
    last_activity_on: Day | None
    created_at: Instant
    updated_at: Instant


class Named(NamedTuple):
    """An id and a name, as a query answers them."""

    id: int
    name: str
