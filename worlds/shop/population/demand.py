"""Who orders what and when: the orders that a history will place, planned before any of it happens."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from worlds.seeds.calendars import Calendar
from worlds.seeds.streams import Weighted, pareto
from worlds.shop.population.clientele import Clientele, Record, guest_record
from worlds.shop.population.store import Offered
from worlds.shop.population.vouchers import Voucher

Streams = Callable[..., random.Random]

_LINES = Weighted({1: 43.0, 2: 26.0, 3: 15.0, 4: 8.0, 5: 4.5, 6: 2.0, 8: 1.0, 11: 0.5})
_UNITS = {
    "table": Weighted({1: 40.0, 2: 22.0, 3: 8.0, 4: 14.0, 6: 13.0, 8: 2.0, 12: 1.0}),
    "pantry": Weighted({1: 38.0, 2: 28.0, 3: 16.0, 4: 9.0, 5: 4.0, 6: 5.0}),
    "garden": Weighted({1: 55.0, 2: 21.0, 3: 13.0, 4: 5.0, 5: 3.0, 6: 3.0}),
    "home": Weighted({1: 58.0, 2: 26.0, 3: 6.0, 4: 8.0, 6: 2.0}),
    "print": Weighted({1: 82.0, 2: 13.0, 3: 5.0}),
    "wear": Weighted({1: 80.0, 2: 13.0, 3: 5.0, 4: 2.0}),
    "trail": Weighted({1: 69.0, 2: 19.0, 3: 6.0, 4: 6.0}),
}
_METHODS = Weighted({"standard": 66.0, "express": 13.0, "pickup_point": 21.0})
_SOURCES = Weighted({"web": 93.0, "phone": 3.0, "marketplace": 4.0})


@dataclass(frozen=True, slots=True)
class Wish:
    """A variant that somebody wants, and how many units of it."""

    offered: Offered
    units: int


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """An order that will be placed. `seed` names its streams of chance.

    `twin` is set on both of two orders that one customer places on one day with nearly the same things; both ship.
    """

    seed: int
    at: datetime
    buyer: Record
    guest: bool
    wishes: tuple[Wish, ...]
    codes: tuple[int, ...]
    method: str
    source: str
    twin: int | None = None


@dataclass(slots=True)
class Market:
    """What there is to buy and with which codes, for planning baskets."""

    offered: Sequence[Offered]
    vouchers: Sequence[tuple[int, Voucher]]
    code_share: float = 0.42
    by_variant: dict[int, Offered] = field(init=False, repr=False)
    _draw: Weighted[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.by_variant = {one.variant_id: one for one in self.offered}
        self._draw = Weighted({at: one.pull for at, one in enumerate(self.offered)})

    def basket(self, rng: random.Random, *, firm: bool) -> tuple[Wish, ...]:
        """A basket; firms buy a few things in quantity."""
        wishes: dict[int, Wish] = {}
        for _ in range(_LINES.draw(rng)):
            one = self.offered[self._draw.draw(rng)]
            units = _UNITS[one.article.family].draw(rng)
            if firm and rng.random() < 0.6:
                units = min(48, round(pareto(rng, 4, 1.3)))
            wishes.setdefault(one.variant_id, Wish(one, units if one.price < 15_000 or firm else 1))
        return tuple(wishes.values())

    def alike(self, rng: random.Random, wishes: tuple[Wish, ...]) -> tuple[Wish, ...]:
        """Nearly the same basket: as it is, with a unit more or less somewhere, or with one thing more."""
        way = rng.random()
        at = rng.randrange(len(wishes))
        if way < 0.45:
            return wishes
        if way < 0.8:
            units = max(1, wishes[at].units + rng.choice((-1, 1, 1)))
            return (*wishes[:at], replace(wishes[at], units=units), *wishes[at + 1 :])
        more = self.basket(rng, firm=False)[0]
        known = {wish.offered.variant_id for wish in wishes}
        return wishes if more.offered.variant_id in known else (*wishes, replace(more, units=1))

    def codes(self, rng: random.Random, at: datetime, wishes: Sequence[Wish]) -> tuple[int, ...]:
        """Codes that a buyer enters at a moment for a basket: mostly none or one, sometimes two that go together."""
        if rng.random() >= self.code_share:
            return ()
        basket = [(wish.offered.path, wish.units, wish.offered.price) for wish in wishes]
        known = {row: one for row, one in self.vouchers if one.valid(at) and (one.fits(basket) or rng.random() < 0.05)}
        if not known:
            return ()
        first = Weighted({row: one.appeal for row, one in known.items()}).draw(rng)
        others = {row: one.appeal for row, one in known.items() if one.beside(known[first]) and row != first}
        if others and rng.random() < 0.3:
            return first, Weighted(others).draw(rng)
        return (first,)


def plan_orders(
    rng_of: Streams, market: Market, clientele: Clientele, calendar: Calendar, settings: tuple[int, Mapping[str, float]]
) -> list[OrderPlan]:
    """So many orders (`settings` = count and rates), in the order in which they will be placed.

    Customer records that would have ordered before they existed are moved to shortly before their first order.
    """
    count, rates = settings
    buyers = [record for record in clientele.records if record.weight > 0]
    draw = Weighted({at: record.weight for at, record in enumerate(buyers)})
    guests = [guest_record(rng_of("guest", one.pid), one) for one in clientele.guests]
    twins = max(1, round(len(clientele.records) * rates["twin_orders"]))
    plans = []
    for seed in range(count - twins):
        rng = rng_of("plan", seed)
        guest = rng.random() < rates["guest_orders"] and bool(guests)
        buyer = rng.choice(guests) if guest else buyers[draw.draw(rng)]
        plans.append(_plan(rng, market, buyer, (seed, calendar.moment(rng), guest)))
    plans += _twins(rng_of, market, plans, calendar, twins)
    plans.sort(key=lambda one: (one.at, one.seed))
    _settle_creation(rng_of, plans)
    return plans


def _plan(rng: random.Random, market: Market, buyer: Record, when: tuple[int, datetime, bool]) -> OrderPlan:
    seed, at, guest = when
    wishes = market.basket(rng, firm=bool(buyer.company))
    return OrderPlan(
        seed=seed,
        at=at,
        buyer=buyer,
        guest=guest,
        wishes=wishes,
        codes=market.codes(rng, at, wishes),
        method=_METHODS.draw(rng),
        source=_SOURCES.draw(rng),
    )


def _twins(rng_of: Streams, market: Market, plans: list[OrderPlan], calendar: Calendar, count: int) -> list[OrderPlan]:
    """For some orders a second one by the same customer, minutes to hours later.

    Half of the pairs are so recent that their parcels are still under way at the end.
    """
    rng = rng_of("twins")
    able = [
        at
        for at, plan in enumerate(plans)
        if not plan.guest and not plan.buyer.company and plan.buyer.kind != "test_records"
    ]
    rng.shuffle(able)
    made: list[OrderPlan] = []
    seen: set[str] = set()
    for at in able:
        first = plans[at]
        if len(made) == count:
            break
        if first.buyer.email in seen or len(first.wishes) > 4:
            continue
        seen.add(first.buyer.email)
        late = len(made) % 2 == 0
        moment = _recent(rng, calendar) if late else first.at
        gap = timedelta(minutes=rng.choice((4, 7, 11, 18, 26, 41, 65, 95, 140)), seconds=rng.randrange(60))
        if (moment + gap).astimezone(calendar.zone).date() != moment.astimezone(calendar.zone).date():
            moment -= timedelta(hours=4)
        codes = first.codes if moment == first.at else market.codes(rng, moment, first.wishes)
        plans[at] = replace(first, at=moment, twin=at, codes=codes)
        made.append(replace(plans[at], seed=10_000_000 + at, at=moment + gap, wishes=market.alike(rng, first.wishes)))
    return made


def _recent(rng: random.Random, calendar: Calendar) -> datetime:
    """A moment of the last few days before the end, early enough to be shipped before it, too late to have arrived."""
    while True:
        moment = calendar.end - timedelta(days=rng.uniform(2.9, 4.6))
        if 7 <= moment.astimezone(calendar.zone).hour < 20:
            return moment.replace(microsecond=0)


def _settle_creation(rng_of: Streams, plans: Sequence[OrderPlan]) -> None:
    first: dict[int, OrderPlan] = {}
    for plan in plans:
        first.setdefault(id(plan.buyer), plan)
    for plan in first.values():
        rng = rng_of("first order", plan.seed)
        if not plan.guest and (plan.buyer.created >= plan.at or rng.random() < 0.6):
            before = min(rng.expovariate(1 / 900), 86_400) if rng.random() < 0.75 else rng.uniform(1, 40) * 86_400
            plan.buyer.created = plan.at - timedelta(seconds=60 + round(before))
