"""What `worlds bench` measures in the shop: an order with all that belongs to it, a refund, and a week full of events.

Only instances in which the refund is large enough to be noted on the order too: the smaller ones, and those that are
handed over, are solved with a single write.
"""

import sqlite3
from collections.abc import Iterator
from itertools import cycle

from worlds.engine.events import Event

TASK = "refund-partial"
READ = "get_order"
WRITE = "refund_order"
LEAST_READS = 4
LEAST_WRITES = 2

_WEEK = 7 * 86_400
_PARCELS = "SELECT id FROM fulfilment WHERE status = 'shipped' ORDER BY id"
_SHELVES = "SELECT variant_id, location_id FROM inventory_level WHERE available > 3 ORDER BY id"


def week(driver: sqlite3.Connection, begin: int, count: int) -> Iterator[Event]:
    """So many events over a week from a virtual second on: parcels are scanned, and other channels sell from stock."""
    parcels = cycle([row[0] for row in driver.execute(_PARCELS).fetchall()])
    shelves = cycle(driver.execute(_SHELVES).fetchall())
    for number in range(count):
        due = begin + number * _WEEK // count + 1
        if number % 2:
            variant, location = next(shelves)
            sold = {"variant_id": variant, "location_id": location, "quantity": 1}
            yield Event.of(due, "sells_elsewhere", sold, "trade", "world:trade")
        else:
            seen = {"fulfilment_id": next(parcels), "scan": "depot"}
            yield Event.of(due, "carrier_scans", seen, "carrier", "world:carrier")
