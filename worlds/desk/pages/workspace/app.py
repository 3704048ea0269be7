"""The workspace's app, its navigation, and how its pages say statuses, clocks and money."""

from typing import Any, Final
from urllib.parse import urlencode

from flask import request

from worlds.desk.rules import STAFF
from worlds.engine.fields import MAX_ID
from worlds.engine.operation import Operation
from worlds.engine.surfaces.chrome import Entry
from worlds.engine.surfaces.pages import Pages
from worlds.engine.surfaces.wording import money

workspace = Pages(
    "workspace",
    __name__,
    title="Larkfield Care",
    roles=STAFF,
    url_prefix="/workspace",
    template_folder="templates",
    static_folder="static",
)

NAVIGATION: Final = (
    Entry("Views", "workspace.home", "views", ("", "views")),
    Entry("Tickets", "workspace.tickets", "tickets", ("tickets",)),
    Entry("People", "workspace.people", "people", ("people",)),
    Entry("Organisations", "workspace.organizations", "organizations", ("organizations",)),
    Entry("Orders", "workspace.orders", "orders", ("orders",)),
    Entry("Articles", "workspace.articles", "articles", ("articles",)),
    Entry("Macros", "workspace.macros", "macros", ("macros",)),
    Entry("Escalations", "workspace.escalations", "handed", ("escalations",)),
    Entry("Approvals", "workspace.approvals", "approvals", ("approvals",)),
    Entry("Suspended", "workspace.suspended", "suspended", ("suspended",)),
    Entry("Reports", "workspace.reports", "reports", ("reports",)),
    Entry("Rules", "workspace.service", "rules", ("service",)),
)

TONES: Final = {
    "good": frozenset({"solved", "good", "approved", "clean", "fulfilled", "published", "released", "done"}),
    "info": frozenset({"pending", "offered", "business", "answered"}),
    "warn": frozenset({"new", "high", "waiting", "vip", "draft", "held"}),
    "bad": frozenset({"open", "urgent", "bad", "denied", "malware", "breached", "spam"}),
    "dark": frozenset({"hold"}),
}


def tone(code: str) -> str:
    """The tint of a badge; the badge says it in words too."""
    return next((name for name, codes in TONES.items() if code in codes), "quiet")


def euros(minor: int) -> str:
    """Money in a message."""
    return money(minor, "EUR")


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


def id_in(text: str) -> int | None:
    """The id of a record that stands in a field, or None where there is none."""
    plain = text.isascii() and text.isdigit() and len(text) <= len(str(MAX_ID))
    return int(text) if plain and 0 < int(text) <= MAX_ID else None


@workspace.app_template_global("workspace_navigation")
def navigation() -> Any:
    """The navigation, for the layout."""
    return NAVIGATION


workspace.add_app_template_filter(tone, "care_tone")
