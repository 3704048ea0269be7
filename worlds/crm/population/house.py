"""How the house has set the CRM up: rules that compare, check, assign and act, campaigns, and saved views."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from worlds.crm.models import (
    AssignmentRule,
    Campaign,
    DuplicateRule,
    MatchingRule,
    SavedView,
    ValidationRule,
    WorkflowRule,
)
from worlds.crm.population.staffing import STAFF
from worlds.engine.context import Context
from worlds.engine.rows import insert

MATCHING: Final = (
    ("Same e-mail address", "email", 100),
    ("Like name at one domain", "name_domain", 78),
    ("Same phone number", "phone", 100),
)
DUPLICATES: Final = (
    # name, kind, against, matching rule, action, as the acting user, message
    ("Contacts by e-mail", "contact", "contact", 0, "block", False, "Somebody has this e-mail address already."),
    ("Contacts by name", "contact", "contact", 1, "alert", False, "Somebody at that firm has a like name."),
    ("Contacts by phone", "contact", "contact", 2, "report", True, "Somebody has this phone number already."),
    ("Accounts by name", "account", "account", 1, "alert", False, "There is an account like this one."),
    ("Accounts by phone", "account", "account", 2, "report", True, "An account has this phone number already."),
    ("Leads against contacts", "lead", "contact", 0, "alert", False, "We know somebody with this e-mail address."),
    ("Leads by e-mail", "lead", "lead", 0, "report", False, "There is a lead with this e-mail address."),
)
CHECKS: Final[tuple[tuple[str, str, Any, str, str], ...]] = (
    (
        "Public bodies are public sector", "account",
        {"all": [{"field": "industry", "is": "public"}, {"field": "segment", "is_not": "public_sector"}]},
        "A public body is of the segment Public sector.", "segment",
    ),
    (
        "Dead leads say why", "lead",
        {"all": [{"field": "status", "is": "dead"}, {"field": "notes", "empty": True}]},
        "A dead lead says in its notes why it is dead.", "notes",
    ),
    (
        "Recycled leads say why", "lead",
        {"all": [{"field": "status", "is": "recycled"}, {"field": "notes", "empty": True}]},
        "A recycled lead says in its notes why.", "notes",
    ),
    (
        "Strategic accounts are known by name", "account",
        {"all": [{"field": "tier", "is": "strategic"}, {"field": "legal_name", "empty": True}]},
        "A strategic account has its legal name on the record.", "legal_name",
    ),
)  # fmt: skip
ACTS: Final[tuple[tuple[str, str, str, Any, Any], ...]] = (
    (
        "Hot leads are called", "lead", "update",
        {"all": [{"field": "rating", "is": "hot"}, {"field": "rating", "changed": True}]},
        {"task": {"subject": "Call the hot lead", "due_days": 1}},
    ),
    (
        "Large deals are told to the VP", "opportunity", "update",
        {"all": [{"field": "amount", "more": 4_000_000}, {"field": "amount", "changed": True}]},
        {"mail": {"to": "vp", "subject": "A large deal"}},
    ),
)  # fmt: skip
_NORTH: Final = ("NL", "DE", "DK", "SE", "NO", "FI")
ASSIGNED: Final[tuple[tuple[str, Any, str, bool], ...]] = (
    ("Public bodies wait for somebody who knows them", {"field": "industry", "is": "public"}, "New leads South", False),
    ("The north", {"field": "country", "in": list(_NORTH)}, "New leads North", True),
    ("The south", {"field": "country", "empty": False}, "New leads South", True),
    ("Without a country", {"always": True}, "New leads North", False),
)
CAMPAIGNS: Final = (
    # name, kind, days before the start of episodes on which it begins, how many it lasts, state at the end
    ("Camping fair Utrecht 2025", "trade_show", 390, 4, "finished"),
    ("Spring catalogue 2025", "mailing", 350, 40, "finished"),
    ("Summer terraces 2025", "email", 310, 60, "finished"),
    ("Bring a neighbour", "referral", 300, 280, "running"),
    ("Webinar: tents that last", "webinar", 230, 1, "finished"),
    ("Trade fair Köln 2025", "trade_show", 190, 4, "finished"),
    ("Winter storage offer", "email", 130, 50, "finished"),
    ("Open day at the warehouse", "event", 100, 1, "cancelled"),
    ("Trade fair Stuttgart 2026", "trade_show", 52, 5, "finished"),
    ("Spring catalogue 2026", "mailing", 30, 70, "running"),
    ("Terraces 2026", "email", 21, 80, "running"),
    ("Webinar: fire safety of tents", "webinar", -16, 1, "planned"),
)
CAMPAIGN_WORDS: Final = {
    "trade_show": "Whom we spoke with at our stand, and what they asked for.",
    "mailing": "The printed catalogue, sent by post.",
    "email": "A mail to people who have bought from us or asked us something.",
    "referral": "Customers tell us of somebody who might need what they have.",
    "webinar": "An hour on the screen, with time for questions.",
    "event": "A day for customers, and for those who may become some.",
}
VIEWS: Final[tuple[tuple[str, str, Mapping[str, str], str, str | None], ...]] = (
    # name, kind, filters, order, whose (None: the house's)
    ("Open deals that close this month", "opportunity", {"stage_kind": "open", "close_to": "2026-03-31"},
    "close_date", None),
    ("Renewals", "opportunity", {"kind": "renewal", "stage_kind": "open"}, "close_date", None),
    ("Commit", "opportunity", {"stage_kind": "open", "forecast_category": "commit"}, "close_date", None),
    ("Waiting for approval", "opportunity", {"approval_lock": "true"}, "newest", None),
    ("Nobody has called since December", "opportunity", {"stage_kind": "open", "no_activity_since": "2025-12-16"},
    "newest", None),
    ("Dutch customers", "account", {"country": "NL", "kind": "customer"}, "name", None),
    ("Key accounts", "account", {"tier": "key"}, "name", None),
    ("Public sector", "account", {"segment": "public_sector"}, "name", None),
    ("Locked accounts", "account", {"locked": "true"}, "name", None),
    ("New from the web", "lead", {"status": "new", "source": "web"}, "waiting", None),
    ("Hot leads", "lead", {"status": "open", "rating": "hot"}, "newest", None),
    ("Qualified leads", "lead", {"status": "qualified"}, "oldest", None),
    ("From the fair in Stuttgart", "lead", {"source": "trade_show", "created_from": "2026-01-20"}, "newest",
    "Nadia Cherif"),
    ("Objected to mails", "contact", {"email_opted_out": "true"}, "name", None),
    ("Overdue", "activity", {"overdue": "true"}, "due", None),
    ("Quotes that run out", "quote", {"status": "presented", "expires_to": "2026-03-31"}, "expires_on", None),
)  # fmt: skip


def furnish(ctx: Context, ids: Mapping[str, int], queues: Mapping[str, int]) -> None:
    """Rules that compare, check, assign and act."""
    keys = [
        insert(ctx, MatchingRule, name=name, method=method, likeness=likeness, active=1)
        for name, method, likeness in MATCHING
    ]
    for name, kind, against, at, action, as_user, message in DUPLICATES:
        insert(
            ctx, DuplicateRule, name=name, record_kind=kind, against_kind=against, matching_rule_id=keys[at],
            action=action, as_user=int(as_user), on_create=1, on_update=0, message=message, active=1,
        )  # fmt: skip
    for title, kind, condition, said, column in CHECKS:
        insert(
            ctx, ValidationRule, name=title, record_kind=kind, condition=json.dumps(condition), message=said,
            field=column, except_roles="[]", active=1,
        )  # fmt: skip
    for position, (title, kind, event, when, then) in enumerate(ACTS, 1):
        insert(
            ctx, WorkflowRule, name=title, record_kind=kind, event=event, position=position,
            condition=json.dumps(when), actions=json.dumps(then), active=1,
        )  # fmt: skip
    for position, (title, when, queue, in_turn) in enumerate(ASSIGNED, 1):
        insert(
            ctx, AssignmentRule, name=title, position=position, condition=json.dumps(when), queue_id=queues[queue],
            in_turn=int(in_turn), active=1,
        )  # fmt: skip
    _keep_views(ctx, ids)


def _keep_views(ctx: Context, ids: Mapping[str, int]) -> None:
    for name, kind, filters, order, who in VIEWS:
        insert(
            ctx, SavedView, name=name, record_kind=kind, filters=json.dumps(dict(filters)), columns="[]", sort=order,
            owner_id=ids[who] if who else None, visibility="private" if who else "everybody", created_at=ctx.now,
        )  # fmt: skip
    reps = sorted(name for name in ids if name in _REPS)
    for name in reps:
        mine: dict[str, tuple[str, dict[str, str]]] = {
            "My open deals": ("opportunity", {"stage_kind": "open", "owner_id": str(ids[name])}),
            "My customers": ("account", {"kind": "customer", "owner_id": str(ids[name])}),
        }
        for title, (kind, filters) in mine.items():
            insert(
                ctx, SavedView, name=title, record_kind=kind, filters=json.dumps(filters), columns="[]", sort="newest",
                owner_id=ids[name], visibility="private", created_at=ctx.now,
            )  # fmt: skip


_REPS: Final = frozenset(one[0] for one in STAFF if one[1] == "rep" and one[6])


def announce(ctx: Context, start: datetime, owner: int) -> dict[str, int]:
    """Campaigns as they will have been; answers ids by name."""
    made = {}
    for name, kind, before, days, state in CAMPAIGNS:
        begins = (start - timedelta(days=before)).date()
        made[name] = insert(
            ctx, Campaign, name=name, kind=kind, state=state,
            description=CAMPAIGN_WORDS[kind],
            starts=begins.isoformat(), ends=(begins + timedelta(days=days)).isoformat(), owner_id=owner,
            created_at=ctx.now,
        )  # fmt: skip
    return made
