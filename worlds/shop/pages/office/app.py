"""The back office's app, its navigation, and the small parts that its pages share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from flask import request

from worlds.engine.operation import Operation
from worlds.engine.surfaces.pages import Door, Pages
from worlds.engine.surfaces.wording import money
from worlds.shop import WORLD
from worlds.shop.rules import STAFF

office = Pages(
    "office",
    __name__,
    title="Larkfield Office",
    roles=STAFF,
    url_prefix="/office",
    template_folder="templates",
    static_folder="static",
)

AGAIN: Final = "This form was sent twice; it took effect once."
"""What is said when a form comes a second time, as by a double click."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the navigation: its page and the first parts of the addresses that belong to it."""

    title: str
    page: str
    icon: str
    parts: tuple[str, ...]


NAVIGATION: Final = (
    ("Work", (Entry("Today", "office.today", "today", ("",)),)),
    (
        "Sales",
        (
            Entry("Orders", "office.orders", "orders", ("orders",)),
            Entry("Payments", "office.payments", "payments", ("payments",)),
            Entry("Labels", "office.labels", "labels", ("labels",)),
            Entry("Returns", "office.returns", "returns", ("returns",)),
            Entry("Customers", "office.customers", "customers", ("customers",)),
        ),
    ),
    (
        "Goods",
        (
            Entry("Products", "office.products", "products", ("products",)),
            Entry("Stock", "office.stock", "stock", ("stock",)),
            Entry("Discounts", "office.discounts", "discounts", ("discounts",)),
        ),
    ),
    (
        "Records",
        (
            Entry("E-mails sent", "office.emails", "emails", ("emails",)),
            Entry("Hand-overs", "office.handovers", "handovers", ("handovers",)),
            Entry("Approvals", "office.approvals", "handovers", ("approvals",)),
            Entry("Exports", "office.exports", "exports", ("exports",)),
            Entry("House rules", "office.rules", "rules", ("rules",)),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """A saved view of a list."""

    title: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Act:
    """Something that may be done with a record; `why_not` is a sentence where it may not."""

    title: str
    url: str
    why_not: str | None = None


Views: TypeAlias = Sequence[tuple[str, Mapping[str, str]]]
"""Saved views of a list: their titles and the filters that make them."""

_KEPT: Final = frozenset({"page", "page_size", "sort"})


def tabs(door: Door, views: Views) -> list[Tab]:
    """Saved views as links; the current one is that whose filters stand in the URL, no more and no fewer."""
    asked = {name: value for name, value in request.args.items() if name not in _KEPT}
    nothing = dict.fromkeys(asked)
    return [Tab(title, door.here(**{**nothing, **filters}), dict(filters) == asked) for title, filters in views]


def act(door: Door, title: str, url: str, operation: Operation[..., Any], *hurdles: tuple[bool, str]) -> Act:
    """An act for which the role has to be right and no hurdle may stand.

    Args:
        door: who asks.
        title: what it is called.
        url: where it is done.
        operation: what does it.
        hurdles: (whether it stands, sentence).
    """
    if not door.may(operation):
        return Act(title, url, f"only for {door.who_may(operation)}")
    return Act(title, url, next((sentence for stands, sentence in hurdles if stands), None))


def here_in(entry: Entry) -> bool:
    """Whether the page being shown belongs to a line of the navigation."""
    inside, part = request.path.partition("/office/")[::2]
    return not inside and part.split("/")[0] in entry.parts


TONES: Final = {
    "good": frozenset(
        {"paid", "captured", "fulfilled", "delivered", "succeeded", "active", "enabled", "closed", "used"}
    ),
    "info": frozenset(
        {"authorized", "shipped", "open", "in_progress", "scheduled", "invited", "pending", "requested", "bought"}
    ),
    "warn": frozenset(
        {"unfulfilled", "partially_fulfilled", "partially_paid", "partially_captured", "partially_refunded", "draft"}
    ),
    "bad": frozenset({"cancelled", "expired", "failed", "declined", "disabled", "low"}),
}


def tone(code: str) -> str:
    """The tint of a status badge; the badge says the status in words too."""
    return next((name for name, codes in TONES.items() if code in codes), "quiet")


@office.app_template_global("office_navigation")
def navigation() -> Any:
    """The navigation, for the layout."""
    return NAVIGATION


def who(name: str) -> str:
    """A person's name, or a role's title where the record keeps the role alone."""
    return WORLD.roles[name].title if name in WORLD.roles else name[:1].upper() + name[1:]


office.add_app_template_filter(who, "who")
office.add_app_template_test(here_in, "here_in_office")
office.add_app_template_filter(tone, "tone")


def euros(minor: int) -> str:
    """Money in a message."""
    return money(minor, "EUR")
