"""The app, its navigation, and how its pages find addresses and tints."""

from typing import Any, Final
from urllib.parse import urlencode

from flask import request, url_for

from worlds.crm.operations.imports import list_imports
from worlds.crm.rules import EVERYBODY
from worlds.engine.fields import MAX_ID
from worlds.engine.operation import Operation
from worlds.engine.surfaces.chrome import Entry
from worlds.engine.surfaces.pages import Door, Pages

relations = Pages(
    "relations",
    __name__,
    title="Larkfield Relations",
    roles=EVERYBODY,
    url_prefix="/relations",
    template_folder="templates",
    static_folder="static",
)

NAVIGATION: Final = (
    Entry("Home", "relations.home", "home", ("",)),
    Entry("Leads", "relations.leads", "lead", ("leads",)),
    Entry("Accounts", "relations.accounts", "account", ("accounts",)),
    Entry("Contacts", "relations.contacts", "contact", ("contacts",)),
    Entry("Deals", "relations.deals", "opportunity", ("deals",)),
    Entry("Board", "relations.board", "board", ("board",)),
    Entry("Quotes", "relations.quotes", "quote", ("quotes",)),
    Entry("Approvals", "relations.approvals", "approval", ("approvals",)),
    Entry("Contracts", "relations.contracts", "contract", ("contracts",)),
    Entry("Activities", "relations.activities", "activity", ("activities",)),
    Entry("Campaigns", "relations.campaigns", "campaign", ("campaigns",)),
    Entry("Duplicates", "relations.duplicate_sets", "duplicate", ("duplicates",)),
    Entry("Imports", "relations.imports", "import_job", ("imports",)),
    Entry("Reports", "relations.reports", "report", ("reports",)),
    Entry("All apps", "relations.more", "more", (
        "more", "products", "prices", "bin", "access", "hand-overs", "history", "territories", "setup", "colleagues",
        "handbook", "views", "bulk", "transfer", "shares", "consents",
    )),
)  # fmt: skip

TONES: Final = {
    "good": frozenset({
        "won", "accepted", "approved", "signed", "converted", "granted", "created", "done", "in", "customer", "running",
        "restored", "attended", "moved", "yes",
    }),
    "info": frozenset({
        "qualified", "presented", "working", "updated", "assigned", "open", "sent", "responded", "registered", "commit",
        "partner", "reseller",
    }),
    "warn": frozenset({
        "new", "warm", "in_review", "pending", "draft", "planned", "key", "strategic", "high", "in_bin", "best_case",
        "locked",
    }),
    "bad": frozenset({
        "lost", "rejected", "hot", "failed", "out", "refused", "overdue", "terminated", "expired", "invalid", "lapsed",
        "unsubscribed",
    }),
}  # fmt: skip

_NEEDED: Final[dict[str, Operation[..., Any]]] = {"relations.imports": list_imports}
"""Pages of the navigation that only some roles may open, and what they read."""

PAGE_OF: Final = {
    "account": ("relations.account", "account_id"),
    "contact": ("relations.contact", "contact_id"),
    "lead": ("relations.lead", "lead_id"),
    "opportunity": ("relations.deal", "opportunity_id"),
    "quote": ("relations.quote", "quote_id"),
    "contract": ("relations.contract", "contract_id"),
    "campaign": ("relations.campaign", "campaign_id"),
    "activity": ("relations.activity", "activity_id"),
    "import_job": ("relations.import_file", "import_id"),
}
"""By kind of record, its page and the argument that names the record."""


def tone(code: object) -> str:
    """The tint of a badge; the badge says it in words too."""
    return next((name for name, codes in TONES.items() if code in codes), "quiet")


def record_url(kind: str, record_id: int) -> str:
    """The page of a record."""
    page, argument = PAGE_OF[kind]
    return url_for(page, **{argument: record_id})  # type: ignore[arg-type]


def with_filters(address: str, operation: Operation[..., Any], *fixed: str) -> str:
    """An address with the filters of a list that stand in the URL, to go on with them elsewhere.

    Args:
        address: where to.
        operation: what lists.
        fixed: arguments that the address itself decides.
    """
    known = operation.input_schema.get("properties", {}).keys() - set(fixed)
    kept = [(name, value) for name, value in request.args.items() if name in known]
    return f"{address}?{urlencode(kept)}" if kept else address


def id_in(text: str | None) -> int | None:
    """The id of a record that stands in a field, or None where there is none."""
    plain = bool(text) and text is not None and text.isascii() and text.isdigit() and len(text) <= len(str(MAX_ID))
    return int(text) if plain and text and 0 < int(text) <= MAX_ID else None


def mine(door: Door) -> int | None:
    """Whose work the acting person looks at first: their own where they sell, everybody's otherwise."""
    return door.actor.person if door.actor.role in {"rep", "sdr"} else None


@relations.app_template_global("relations_navigation")
def navigation(door: Door) -> list[Entry]:
    """The navigation, for the layout: what the acting role may open."""
    shut = {page for page, operation in _NEEDED.items() if not door.may(operation)}
    return [entry for entry in NAVIGATION if entry.page not in shut]


relations.add_app_template_filter(tone, "relations_tone")
relations.add_app_template_global(record_url, "record_url")
