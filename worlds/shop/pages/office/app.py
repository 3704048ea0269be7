"""The back office's app, its navigation, and how its pages show statuses and money."""

from typing import Any, Final

from worlds.engine.surfaces.chrome import Entry
from worlds.engine.surfaces.pages import Pages
from worlds.engine.surfaces.wording import money
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


office.add_app_template_filter(tone, "tone")


def euros(minor: int) -> str:
    """Money in a message."""
    return money(minor, "EUR")
