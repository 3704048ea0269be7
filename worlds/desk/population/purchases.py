"""What was bought: the orders that the shop's app shows to the desk, with their parcels, and how they are stored.

Orders are planned with the matter that they are written about, so that what a parcel says fits what its buyer asks.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from worlds.desk.models import ShopOrder, ShopOrderLine, ShopParcel
from worlds.desk.population.folk import Record, Streams
from worlds.desk.population.staffing import ZONE
from worlds.desk.tickets.ticket_text import order_text
from worlds.engine.context import Context
from worlds.engine.rows import insert
from worlds.seeds import mess
from worlds.seeds.addresses import Postal
from worlds.seeds.calendars import Calendar
from worlds.seeds.people import Person
from worlds.seeds.streams import Weighted
from worlds.seeds.truth import Truth

CARRIERS: Final = Weighted({"PostNL": 44.0, "DHL": 24.0, "DPD": 16.0, "GLS": 9.0, "UPS": 7.0})
_TRACKING: Final = {
    "PostNL": ("3SLK", 9),
    "DHL": ("JVGL", 14),
    "DPD": ("0534", 10),
    "GLS": ("ZNL", 8),
    "UPS": ("1ZLK", 12),
}
"""What a carrier's numbers begin with, and how many digits follow."""
_FIRST_NUMBER: Final = 10_000
_SHIPPING: Final = 595
_FREE_FROM: Final = 7_500

Goods = Weighted[tuple[str, str, int]]
"""Articles by how often they are bought: kind, title, price in cents."""


@dataclass(slots=True, eq=False)
class Parcel:
    """A parcel as its carrier tells of it when episodes begin."""

    carrier: str
    tracking: str
    status: str
    shipped: datetime
    expected: date
    delivered: datetime | None


@dataclass(slots=True, eq=False)
class Line:
    """An article of an order; `parcel` is the place of its parcel, None where it was not sent."""

    kind: str
    title: str
    units: int
    price: int
    parcel: int | None = None


@dataclass(slots=True, eq=False)
class Purchase:
    """An order about to be stored. `buyer` is who bought; a guest has no number at the shop."""

    buyer: Person
    email: str
    customer: str | None
    at: datetime
    lines: list[Line]
    postal: Postal
    parcels: list[Parcel] = field(default_factory=list)
    status: str = "delivered"
    number: str = ""
    row_id: int = 0

    @property
    def total(self) -> int:
        """Cents, with shipping."""
        goods = sum(line.units * line.price for line in self.lines)
        return goods + (0 if goods >= _FREE_FROM else _SHIPPING)

    @property
    def missing(self) -> Line:
        """The article that its buyer is likely to write about: of the parcel that is not there yet, else the first."""
        for line in self.lines:
            if line.parcel is not None and self.parcels[line.parcel].delivered is None:
                return line
        return self.lines[0]

    @property
    def late(self) -> Parcel | None:
        """The parcel that has not arrived, else the first."""
        waiting = [one for one in self.parcels if one.delivered is None]
        return next(iter(waiting or self.parcels), None)


def bought(rng: random.Random, who: Record, at: datetime, goods: Goods, *, lines: int | None = None) -> Purchase:
    """An order of somebody's at a moment; of so many articles where that is asked for."""
    person = who.person
    assert person is not None  # noqa: S101 - test records buy nothing
    count = lines or rng.choices((1, 2, 3, 4), (50, 30, 14, 6))[0]
    chosen: dict[str, Line] = {}
    while len(chosen) < count:
        kind, title, price = goods.draw(rng)
        units = rng.randint(4, 24) if who.firm and rng.random() < 0.4 else 1 if rng.random() < 0.86 else 2
        chosen.setdefault(title, Line(kind, title, units, price))
    guest = rng.random() < 0.2 and not who.firm
    return Purchase(
        person, person.email, None if guest else who.true_customer, at.replace(microsecond=0), list(chosen.values()),
        person.postal,
    )  # fmt: skip


def send(
    rng: random.Random, order: Purchase, start: datetime, *, split: bool = False, carrier: str | None = None
) -> None:
    """Put the articles of an order into one parcel, or into two, and let carriers bring them as they do."""
    shipped = _morning_after(rng, order.at, rng.choice((1, 1, 1, 2)))
    if shipped >= start:
        order.status = "processing"
        return
    carrier = carrier or CARRIERS.draw(rng)
    parts = [order.lines] if not split or len(order.lines) < 2 else [order.lines[:1], order.lines[1:]]
    for at, lines in enumerate(parts):
        sent = shipped if at == 0 else _morning_after(rng, shipped, rng.choice((0, 1, 1, 2)))
        if sent >= start:
            break
        arrives = _morning_after(rng, sent, rng.choice((1, 1, 2, 2, 3, 4)), hours=(9, 20))
        for line in lines:
            line.parcel = at
        order.parcels.append(
            Parcel(
                carrier, _number(rng, carrier), "delivered" if arrives < start else "in_transit", sent,
                (arrives if rng.random() < 0.8 else arrives - timedelta(days=1)).astimezone(ZONE).date(),
                arrives if arrives < start else None,
            )
        )  # fmt: skip
    settle(order)


def strand(rng: random.Random, order: Purchase, at: int, start: datetime, *, lost: bool = False) -> None:
    """Let one of its parcels not have arrived: the carrier calls it delayed, or still under way.

    A `lost` one was expected so long ago that the house has it traced, if it was sent early enough for that.
    """
    parcel = order.parcels[at]
    parcel.delivered = None
    parcel.status = rng.choice(("in_transit", "in_transit", "delayed", "delayed", "out_for_delivery"))
    ago = rng.randint(7, 10) if lost else rng.randint(1, 4)
    parcel.expected = (start - timedelta(days=ago)).astimezone(ZONE).date()
    if parcel.expected <= parcel.shipped.astimezone(ZONE).date():
        parcel.expected = parcel.shipped.astimezone(ZONE).date() + timedelta(days=1)
    settle(order)


def arrive(rng: random.Random, order: Purchase, at: datetime) -> None:
    """Let all its parcels have come before a moment."""
    for parcel in order.parcels:
        if parcel.delivered is None or parcel.delivered >= at:
            earliest = parcel.shipped + timedelta(hours=24)
            parcel.delivered = max(earliest, brought(at - timedelta(hours=rng.uniform(24, 72))))
            parcel.status, parcel.expected = "delivered", parcel.delivered.astimezone(ZONE).date()
    settle(order)


def brought(moment: datetime) -> datetime:
    """The moment, or one of the day before where no van is on its way: at night and on Sundays."""
    local = moment.astimezone(ZONE)
    late = timedelta(hours=local.hour + 6) if local.hour < 9 else timedelta(hours=max(0, local.hour - 18))
    late += timedelta(days=(local - late).weekday() == 6)
    return (moment - late).replace(microsecond=0)


def cancel(order: Purchase) -> None:
    """Let it have been cancelled before anything was sent."""
    order.parcels.clear()
    for line in order.lines:
        line.parcel = None
    order.status = "cancelled"


def settle(order: Purchase) -> None:
    """Let an order's status follow from its parcels."""
    waiting = any(line.parcel is None for line in order.lines)
    if not order.parcels:
        order.status = "processing"
    elif waiting:
        order.status = "partially_shipped"
    else:
        order.status = "delivered" if all(one.delivered for one in order.parcels) else "shipped"


def _morning_after(rng: random.Random, moment: datetime, days: int, hours: tuple[int, int] = (8, 17)) -> datetime:
    calendar = Calendar(ZONE, moment, moment)
    return calendar.worked(rng, moment, days, hours=hours)


def _number(rng: random.Random, carrier: str) -> str:
    head, digits = _TRACKING[carrier]
    return head + "".join(rng.choice("0123456789") for _ in range(digits))


def number(orders: Iterable[Purchase]) -> list[Purchase]:
    """Give orders their numbers, in the order in which they were placed."""
    placed = sorted(orders, key=lambda one: (one.at, one.email, one.lines[0].title))
    for at, order in enumerate(placed, 1):
        order.number = f"LK-{_FIRST_NUMBER + at}"
    return placed


def enter(ctx: Context, placed: Iterable[Purchase], rng_of: Streams, rates: Mapping[str, float], truth: Truth) -> None:
    """Store numbered orders with their parcels and lines."""
    for order in placed:
        rng, postal = rng_of("postcode", order.number), order.postal
        if rng.random() < rates["respaced_postal_code"]:
            postal = mess.respaced_postal_code(rng, postal)
        order.row_id = insert(
            ctx, ShopOrder, number=order.number, customer=order.customer, buyer=order.buyer.name.full,
            email=order.email, postal_code=postal.postal_code, city=postal.city, country=postal.country,
            placed_at=order.at, status=order.status, total=order.total, currency="EUR",
            search_text=order_text(order.number, order.buyer.name.full, order.email, postal.city, postal.postal_code),
        )  # fmt: skip
        if postal is not order.postal:
            truth.dirty("respaced_postal_code", order.row_id)
        truth.record(order.buyer.pid, "shop_order", order.row_id)
        rows = [_store(ctx, order, parcel) for parcel in order.parcels]
        for line in order.lines:
            insert(
                ctx, ShopOrderLine, order_id=order.row_id, title=line.title, quantity=line.units,
                unit_price=line.price, parcel_id=None if line.parcel is None else rows[line.parcel],
            )  # fmt: skip


def _store(ctx: Context, order: Purchase, parcel: Parcel) -> int:
    return insert(
        ctx, ShopParcel, order_id=order.row_id, carrier=parcel.carrier, tracking_number=parcel.tracking,
        status=parcel.status, shipped_at=parcel.shipped, expected_on=parcel.expected.isoformat(),
        delivered_at=parcel.delivered,
    )  # fmt: skip
