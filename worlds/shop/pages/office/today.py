"""The work list of the day: what waits, oldest first."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from worlds.engine.fields import Page
from worlds.engine.surfaces.pages import Door
from worlds.shop.operations.escalations import list_escalations
from worlds.shop.operations.orders import list_orders
from worlds.shop.operations.returns import list_returns
from worlds.shop.operations.stock import list_stock
from worlds.shop.pages.office.app import office

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Heap:
    """A heap of work: its first rows, how many there are, and the list that shows all. `kind` names how rows look."""

    title: str
    kind: str
    found: Page[Any]
    url: str
    nothing: str


@office.page("/")
def today(door: Door) -> str:
    """What waits to be done."""
    orders = url_for("office.orders")
    to_ship = {"fulfilment_status": "unfulfilled", "cancelled": "false", "sort": "oldest"}
    held = {"financial_status": "authorized", "cancelled": "false", "sort": "oldest"}
    heaps = [
        Heap(
            "Orders to ship",
            "orders",
            door.read(list_orders, **to_ship, page_size=SHOWN),
            f"{orders}?fulfilment_status=unfulfilled&cancelled=false&sort=oldest",
            "Every order has left the house.",
        ),
        Heap(
            "Payments to capture",
            "orders",
            door.read(list_orders, **held, page_size=SHOWN),
            f"{orders}?financial_status=authorized&cancelled=false&sort=oldest",
            "No authorization waits.",
        ),
        Heap(
            "Returns to decide",
            "returns",
            door.read(list_returns, status="requested", sort="oldest", page_size=SHOWN),
            url_for("office.returns", status="requested", sort="oldest"),
            "No customer waits for an answer.",
        ),
        Heap(
            "Returns on their way",
            "returns",
            door.read(list_returns, status="open", sort="oldest", page_size=SHOWN),
            url_for("office.returns", status="open", sort="oldest"),
            "Nothing is expected back.",
        ),
        Heap(
            "Stock running low",
            "stock",
            door.read(list_stock, low_only="true", sort="available_low", page_size=SHOWN),
            url_for("office.stock", low_only="true", sort="available_low"),
            "Every level is above its reorder mark.",
        ),
        Heap(
            "Latest hand-overs",
            "handovers",
            door.read(list_escalations, page_size=SHOWN),
            url_for("office.handovers"),
            "Nothing was handed over.",
        ),
    ]
    return door.render("office/today.html", heaps=heaps)
