"""The work list of the day: what waits, oldest first."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from worlds.engine.fields import Page
from worlds.engine.surfaces.pages import Door
from worlds.shop.operations.escalations import list_escalations
from worlds.shop.operations.orders import list_orders
from worlds.shop.operations.returns import list_returns
from worlds.shop.operations.stock import list_stock
from worlds.shop.pages.office.app import office

SHOWN = 3
"""Rows of a heap; the list behind it has them all."""


@dataclass(frozen=True, slots=True)
class Heap:
    """A heap of work: its first rows, how many there are, and the list that shows all. `kind` names how rows look.

    `found` is None where it cannot be had for the moment.
    """

    title: str
    kind: str
    found: Page[Any] | None
    url: str
    nothing: str


@office.page("/")
def today(door: Door) -> str:
    """What waits to be done."""
    return door.render("office/today.html", heaps=[*_orders(door), *_returns(door), _low(door), _handed_over(door)])


def _orders(door: Door) -> list[Heap]:
    """Orders that wait for the warehouse, and those whose money is held and not taken."""
    views = (
        ("Orders to ship", "fulfilment_status", "unfulfilled", "Every order has left the house."),
        ("Payments to capture", "financial_status", "authorized", "No authorization waits."),
    )
    heaps = []
    for title, name, status, nothing in views:
        filters = {name: status, "cancelled": "false", "sort": "oldest"}
        found = door.part(list_orders, **filters, page_size=SHOWN)
        heaps.append(Heap(title, "orders", found, f"{url_for('office.orders')}?{urlencode(filters)}", nothing))
    return heaps


def _returns(door: Door) -> list[Heap]:
    """Returns that a customer asked for, and those on their way."""
    views = (
        ("Returns to decide", "requested", "No customer waits for an answer."),
        ("Returns on their way", "open", "Nothing is expected back."),
    )
    heaps = []
    for title, status, nothing in views:
        found = door.part(list_returns, status=status, sort="oldest", page_size=SHOWN)
        heaps.append(Heap(title, "returns", found, url_for("office.returns", status=status, sort="oldest"), nothing))
    return heaps


def _low(door: Door) -> Heap:
    """Levels at or below their reorder mark."""
    found = door.part(list_stock, low_only="true", sort="available_low", page_size=SHOWN)
    url = url_for("office.stock", low_only="true", sort="available_low")
    return Heap("Stock running low", "stock", found, url, "Every level is above its reorder mark.")


def _handed_over(door: Door) -> Heap:
    """What went to other teams."""
    found = door.part(list_escalations, page_size=SHOWN)
    return Heap("Latest hand-overs", "handovers", found, url_for("office.handovers"), "Nothing was handed over.")
