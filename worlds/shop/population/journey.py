"""One order from the checkout to the doorstep: placing, cancelling, shipping in one parcel or several, delivery."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from worlds.engine.fields import format_money
from worlds.seeds.calendars import Calendar
from worlds.seeds.streams import Weighted
from worlds.shop import order_file, placing, stockroom
from worlds.shop.operations.fulfilments import fulfil_order, mark_delivered, update_tracking
from worlds.shop.operations.orders import add_order_note, cancel_order, edit_shipping_address
from worlds.shop.operations.payments import capture_payment
from worlds.shop.population import words
from worlds.shop.population.demand import Market, OrderPlan, Wish
from worlds.shop.population.desk import SYSTEM, Desk
from worlds.shop.population.store import Offered
from worlds.shop.population.truth import Truth
from worlds.engine.context import Actor
from worlds.shop.views import AddressInput, LineQuantity

_SHIP_DAYS = Weighted({0: 40.0, 1: 42.0, 2: 14.0, 3: 4.0})
_TRANSIT = {"NL": 1, "BE": 1, "LU": 2, "DE": 2, "FR": 3, "AT": 3, "IE": 4}
_CANCEL_REASONS = Weighted({"customer": 62.0, "stock": 12.0, "payment": 10.0, "staff_error": 8.0, "fraud": 5.0, "other": 3.0})
_ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ"


@dataclass(slots=True)
class Journey:
    """What an order's further course depends on. `parcels` are ids of parcels on the way or arrived."""

    plan: OrderPlan
    order_id: int
    number: str
    total: int
    payment_id: int | None
    lines: dict[int, Offered]
    units: dict[int, int]
    parcels: list[int] = field(default_factory=list)
    delivered: dict[int, datetime] = field(default_factory=dict)
    ended: bool = False

    @property
    def customer(self) -> Actor:
        """The buyer as the shop's operations see them."""
        return Actor("customer", None if self.plan.guest else self.plan.buyer.customer_id)


@dataclass(slots=True)
class Course:
    """Everything that moves orders along: the desk, the calendar, the market, the truth that is kept."""

    desk: Desk
    calendar: Calendar
    market: Market
    truth: Truth
    rates: Mapping[str, float]
    placed: int = 0

    def rng(self, journey_or_seed: "Journey | int", purpose: str) -> random.Random:
        """The stream of chance of an order for a purpose."""
        seed = journey_or_seed.plan.seed if isinstance(journey_or_seed, Journey) else journey_or_seed
        return self.desk.build.rng("order", seed, purpose)

    def slots(self, rng: random.Random, journey: Journey, moment: datetime) -> dict[str, str]:
        """What notes about an order may speak of."""
        article = self.lines_of(journey)[0].title.split(",")[0] if journey.lines else "parcel"
        day = (moment + timedelta(days=rng.randint(1, 6))).astimezone(self.calendar.zone)
        return {"product": article, "day": f"{day:%A}", "number": journey.number}

    @staticmethod
    def lines_of(journey: Journey) -> list[Offered]:
        """The articles of an order, first line first."""
        return [journey.lines[line] for line in sorted(journey.lines)]


def place(course: Course, plan: OrderPlan) -> Journey | None:
    """Place an order as planned, as nearly as stock and codes allow; None where nothing of it can be had."""
    rng = course.rng(plan.seed, "checkout")
    draft = _draft(course, rng, plan)
    actor = Actor("customer", draft.customer_id) if plan.source == "web" else course.desk.someone("support_l1", plan.at)
    for attempt in range(7):
        placed = course.desk.perform(plan.at, actor, placing.place, draft)
        if placed:
            course.placed += 1
            return _journey(course, plan, placed, draft)
        draft = _amended(course, rng, plan, draft, attempt)
    return None


def _draft(course: Course, rng: random.Random, plan: OrderPlan) -> placing.Draft:
    buyer = plan.buyer
    current = 1 if "stale_address" in buyer.dirt and rng.random() < 0.7 else 0
    address = buyer.addresses[min(current, len(buyer.addresses) - 1)]
    card = rng.choice(buyer.cards)
    note, dirt = None, None
    if rng.random() < 0.13:
        given = {"first": buyer.first_name or buyer.recipient, "product": plan.wishes[0].offered.title.split(",")[0]}
        said = words.customer_says(rng, buyer.language, "order_note", given)
        note, dirt = words.dirtied(rng, said, course.rates)
    return placing.Draft(
        email=buyer.email,
        lines=tuple((wish.offered.variant_id, wish.units) for wish in plan.wishes),
        address=AddressInput(
            name=buyer.recipient, company=buyer.company, line1=address.line1, line2=address.line2, city=address.city,
            province=address.province, postal_code=address.postal_code, country=address.country, phone=buyer.phone,
        ),  # fmt: skip
        shipping_method=plan.method,
        card=placing.Card(card.brand, card.last4),
        customer_id=None if plan.guest else buyer.customer_id,
        discounts=plan.codes,
        source=plan.source,
        note=note,
    ) if dirt is None else _with_dirty_note(course, rng, plan, note or "", dirt)


def _amended(
    course: Course, rng: random.Random, plan: OrderPlan, draft: placing.Draft, attempt: int
) -> placing.Draft:
    """The draft again, without what the shop refused: codes first, then what is short."""
    lines = draft.lines
    discounts = draft.discounts
    if course.desk.why.startswith("discount"):
        discounts = discounts[:-1]
    elif attempt < 4:
        ctx = course.desk.context(plan.at, SYSTEM)
        there = placing.goods(ctx, [variant for variant, _ in lines])
        lines = tuple(
            (variant, min(units, there[variant].available))
            for variant, units in lines
            if variant in there and there[variant].on_sale and there[variant].available > 0
        )
    if not lines or attempt >= 4:
        lines = tuple((wish.offered.variant_id, 1) for wish in course.market.basket(rng, firm=False))
    return placing.Draft(
        email=draft.email, lines=lines, address=draft.address, shipping_method=draft.shipping_method, card=draft.card,
        customer_id=draft.customer_id, discounts=discounts, source=draft.source, note=draft.note,
    )  # fmt: skip
