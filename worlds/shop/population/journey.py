"""One order's first half: placing it as nearly to its plan as stock and codes allow, and what is noted about it."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from worlds.engine.context import Actor
from worlds.engine.history import SYSTEM
from worlds.seeds.calendars import Calendar
from worlds.seeds.mess import dirtied_note
from worlds.seeds.truth import Truth
from worlds.shop import order_file, placing
from worlds.shop.population import words
from worlds.shop.population.clientele import Record
from worlds.shop.population.demand import Market, OrderPlan
from worlds.shop.population.staffing import StaffedHistory
from worlds.shop.population.store import Offered
from worlds.shop.views import AddressInput

_TRIES = 7
_SUNDAY = 6


@dataclass(slots=True)
class Journey:
    """What an order's further course depends on. `delivered` says when parcels arrived, by their ids."""

    plan: OrderPlan
    order_id: int
    number: str
    total: int
    payment_id: int | None
    lines: dict[int, Offered]
    units: dict[int, int]
    sent: int = 0
    delivered: dict[int, datetime] = field(default_factory=dict)

    @property
    def customer(self) -> Actor:
        """The buyer as the shop's operations see them."""
        return Actor("customer", self.plan.buyer.customer_id)

    @property
    def first_article(self) -> Offered:
        """The first line's article."""
        return self.lines[min(self.lines)]


@dataclass(slots=True)
class Course:
    """Everything that moves orders along: history in the making, the calendar, the market, the truth that is kept."""

    history: StaffedHistory
    calendar: Calendar
    market: Market
    truth: Truth
    rates: Mapping[str, float]
    placed: int = 0

    def rng(self, plan: OrderPlan, purpose: str) -> random.Random:
        """The stream of chance of an order for a purpose."""
        return self.history.build.rng("order", plan.seed, purpose)

    def slots(self, rng: random.Random, journey: Journey, moment: datetime) -> dict[str, str]:
        """What notes about an order may speak of."""
        day = (moment + timedelta(days=rng.randint(1, 6))).astimezone(self.calendar.zone)
        if day.weekday() == _SUNDAY:  # nothing is delivered, and nobody is at work
            day += timedelta(days=1)
        buyer = journey.plan.buyer
        first = journey.first_article
        return {
            **words.of_article(first.short, first.article.motif),
            "day": f"{day:%A}",
            "number": journey.number,
            "first": (buyer.first_name or buyer.recipient).strip(),
        }


def place(course: Course, plan: OrderPlan) -> Journey | None:
    """Place an order as planned, as nearly as stock and codes allow; None where nothing can be had."""
    rng = course.rng(plan, "checkout")
    draft, dirt = _draft(course, rng, plan)
    by_phone = plan.source == "phone"
    actor = course.history.someone("support_l1", plan.at) if by_phone else Actor("customer", draft.customer_id)
    for attempt in range(_TRIES):
        placed = course.history.perform(plan.at, actor, placing.place, draft)
        if placed:
            course.placed += 1
            _reveal(course, plan, placed.order_id, dirt)
            return _journey(course, plan, placed)
        draft = _amended(course, rng, plan, draft, attempt)
    return None


def _draft(course: Course, rng: random.Random, plan: OrderPlan) -> tuple[placing.Draft, str | None]:
    """The plan as the checkout takes it, and the kind of mess that its note shows."""
    buyer = plan.buyer
    address = _address(rng, buyer)
    card = rng.choice(buyer.cards)
    note, dirt = None, None
    if rng.random() < 0.13:
        first = plan.wishes[0].offered
        given = {"first": buyer.first_name or buyer.recipient} | words.of_article(first.short, first.article.motif)
        said = words.customer_says(rng, buyer.language, "order_note", given)
        note, dirt = dirtied_note(rng, said, course.rates)
    draft = placing.Draft(
        email=buyer.email,
        lines=tuple((wish.offered.variant_id, wish.units) for wish in plan.wishes),
        address=address,
        shipping_method=plan.method,
        card=placing.Card(card.brand, card.last4),
        customer_id=None if plan.guest else buyer.customer_id,
        discounts=plan.codes,
        source=plan.source,
        note=note,
    )
    return draft, dirt


def _address(rng: random.Random, buyer: Record) -> AddressInput:
    """The address that the buyer chooses; most people notice when the default one is out of date."""
    moved = "stale_address" in buyer.dirt and rng.random() < 0.7
    postal = buyer.addresses[1 if moved else 0]
    return AddressInput(
        name=buyer.recipient,
        company=buyer.company,
        line1=postal.line1,
        line2=postal.line2,
        city=postal.city,
        province=postal.province,
        postal_code=postal.postal_code,
        country=postal.country,
        phone=buyer.phone,
    )


def _amended(course: Course, rng: random.Random, plan: OrderPlan, draft: placing.Draft, attempt: int) -> placing.Draft:
    """The draft again, without what the shop refused: codes first, then what is short, then another basket."""
    if course.history.why.startswith("discount"):
        return replace(draft, discounts=draft.discounts[:-1])
    ctx = course.history.context(plan.at, SYSTEM)
    there = placing.goods(ctx, [variant for variant, _ in draft.lines])
    lines = tuple(
        (variant, min(units, there[variant].available))
        for variant, units in draft.lines
        if variant in there and there[variant].on_sale and there[variant].available > 0
    )
    if not lines or attempt >= _TRIES // 2:
        lines = tuple((wish.offered.variant_id, 1) for wish in course.market.basket(rng, firm=False))
    return replace(draft, lines=lines)


def _reveal(course: Course, plan: OrderPlan, order_id: int, dirt: str | None) -> None:
    if plan.buyer.pid:
        course.truth.record(plan.buyer.pid, "sales_order", order_id)
    if plan.twin is not None:
        course.truth.dirty("near_identical_orders", order_id)
    if dirt:
        course.truth.dirty(dirt, order_id)


def _journey(course: Course, plan: OrderPlan, placed: placing.Placed) -> Journey:
    ctx = course.history.context(plan.at, SYSTEM)
    lines = order_file.lines(ctx, placed.order_id)
    return Journey(
        plan=plan,
        order_id=placed.order_id,
        number=placed.number,
        total=placed.total,
        payment_id=placed.payment_id,
        lines={line.id: course.market.by_variant[line.variant_id] for line in lines.values() if line.variant_id},
        units={line.id: line.quantity for line in lines.values()},
    )
