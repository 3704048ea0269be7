"""What several families need: finding records by what a person says, as anyone with the same tools would."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from worlds.engine.task import Worker
from worlds.graders.effects import Effect
from worlds.graders.predicates import any_value

ZONE = ZoneInfo("Europe/Amsterdam")


def spoken_day(moment: datetime) -> str:
    """A day as people write it in a mail: `4 March 2026`, in the store's zone."""
    local = moment.astimezone(ZONE)
    return f"{local.day} {local:%B %Y}"


def spoken_time(moment: datetime) -> str:
    """A time of day in the store's zone: `14:32`."""
    return f"{moment.astimezone(ZONE):%H:%M}"


def orders_matching(worker: Worker, query: str) -> Iterator[dict[str, Any]]:
    """Every order that the list finds for a query, page by page, each shown whole."""
    page = 1
    while True:
        found = worker.call("list_orders", query=query, page=page, page_size=100)
        for row in found["items"]:
            yield worker.call("get_order", order_id=row["order_id"])
        if page >= found["pages"]:
            return
        page += 1


def placed_on(order: dict[str, Any]) -> str:
    """The day an order was placed, as people write it."""
    return spoken_day(datetime.fromisoformat(order["placed_at"]))


def spare_note(order_id: int) -> Effect:
    """One internal note on the order: never asked for, never wrong."""
    return Effect(
        "a-note",
        "order_note",
        "insert",
        where={"order_id": order_id},
        set={"text": any_value("a note to colleagues may say what was done")},
        count=(0, 1),
        words="An internal note on the order",
    )
