"""The shop's population: people, shelves, codes, and a history made by running the real operations at past moments."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from worlds.engine.build import Build
from worlds.engine.context import Context
from worlds.engine.rows import Number, Query, run
from worlds.seeds.calendars import Calendar
from worlds.seeds.mess import dirtied_note
from worlds.seeds.streams import share
from worlds.seeds.truth import Truth
from worlds.shop.days import ZONE
from worlds.shop.population import aftersales, deliveries, settling, shipping, store, words
from worlds.shop.population.clientele import Clientele, gather
from worlds.shop.population.comebacks import come_back
from worlds.shop.population.demand import Market, OrderPlan, plan_orders
from worlds.shop.population.journey import Course, place
from worlds.shop.population.staffing import StaffedHistory
from worlds.shop.population.vouchers import Span, vouchers

_SALE_DAYS = 4
"""For so many days before episodes begin the spring sale has been on."""
_OPEN_VARIANTS = Query(
    Number,
    """SELECT DISTINCT l.variant_id FROM order_line l JOIN sales_order o ON o.id = l.order_id
    WHERE o.fulfilment_status = 'unfulfilled' AND o.cancelled_at IS NULL ORDER BY 1""",
)


def populate(build: Build) -> dict[str, Any]:
    """Fill an empty shop; answers the sealed truth: persons with their records, and ids of rows by kind of mess."""
    truth = Truth()
    calendar = _calendar(build)
    opening = build.context(calendar.begin, "system")
    shop = _furnish(build, opening, calendar, truth)
    build.report("meeting the customers", 0.06)
    clientele = gather(build.rng, build.seed, build.rates, build.sizes, calendar)
    market = Market(shop.offered, shop.vouchers)
    plans = plan_orders(build.rng, market, clientele, calendar, (build.sizes["orders"], build.rates))
    plans = come_back(build.rng, plans, calendar)
    _enrol(build, opening, clientele, truth)
    course = Course(StaffedHistory(build, shop), calendar, market, truth, build.rates)
    _live(build, course, plans)
    _withdraw_articles(build, shop, truth)
    settling.go_on(build, build.context(build.start, "system"))
    return truth.sealed({"orders": course.placed, **_prefixed("refused", course.history.refused)})


def _calendar(build: Build) -> Calendar:
    begin = build.start - timedelta(days=round(build.sizes["months"] * 30.44))
    today = build.start.astimezone(ZONE).date()
    campaigns: dict[date, float] = {today - timedelta(days): 2.3 for days in range(_SALE_DAYS + 1)}
    return Calendar(ZONE, begin, build.start, campaigns, growth=1.9)


def _furnish(build: Build, ctx: Context, calendar: Calendar, truth: Truth) -> store.Shop:
    """All that stands before the first order: staff, locations, shelves with stock, codes."""
    shop = store.Shop()
    store.hire(build, ctx, shop)
    store.open_locations(build, ctx, shop)
    store.plant_tree(ctx, shop)
    store.fill_shelves(build, ctx, shop, truth)
    store.stock_up(build, ctx, shop, build.sizes["orders"] / build.sizes["months"])
    span = Span(calendar.begin, build.start, ZONE)
    store.print_codes(ctx, shop, vouchers(build.rng, span, build.sizes["codes"]))
    return shop


def _enrol(build: Build, ctx: Context, clientele: Clientele, truth: Truth) -> None:
    """Store the customers in the order in which they came, some with a colleague's remark."""
    for person in clientele.census.people:
        truth.meet(person)
    clientele.records.sort(key=lambda one: (one.created, one.email))
    for record in clientele.records:
        rng = build.rng("remark", record.email)
        if rng.random() < 0.06:
            record.note, kind = dirtied_note(rng, words.remark(rng, record.language), build.rates)
            record.dirt |= {f"customer_{kind}"} if kind else set()
    store.enrol(ctx, clientele.records, truth)


def _live(build: Build, course: Course, plans: Sequence[OrderPlan]) -> None:
    """Let history happen."""
    history, begin = course.history, course.calendar.begin
    history.at(begin + timedelta(hours=3), lambda now: settling.let_go(course, now))
    history.at(begin + timedelta(days=2, hours=6), lambda now: deliveries.deliver(course, now))
    history.at(begin + timedelta(days=9, hours=9), lambda now: deliveries.count(course, now))
    for plan in plans:
        history.at(plan.at, _opening(course, plan))
    whole = (build.start - begin).total_seconds()
    last = [0]

    def tell(now: datetime) -> None:
        done = int(200 * (now - begin).total_seconds() / whole)
        if done > last[0]:
            last[0] = done
            build.report(f"living through {now:%B %Y}", 0.1 + 0.86 * done / 200)

    history.run(tell)


def _opening(course: Course, plan: OrderPlan) -> Any:
    def step(now: datetime) -> None:
        del now
        journey = place(course, plan)
        if journey:
            shipping.set_out(course, journey, aftersales.begin)

    return step


def _withdraw_articles(build: Build, shop: store.Shop, truth: Truth) -> None:
    """Products leave the range, and a few variants are taken off the shelf while orders for them still wait."""
    ctx = build.context(build.start - timedelta(hours=15), "system")
    for product in shop.retiring:
        run(ctx, "UPDATE product SET status = 'archived' WHERE id = :product", product=product)
    rows = [row.value for row in _OPEN_VARIANTS.all(ctx)]
    for variant in share(build.rng("withdrawn"), rows, build.rates["archived_on_open_order"]):
        run(ctx, "UPDATE variant SET active = 0 WHERE id = :variant", variant=variant)
        truth.dirty("archived_on_open_order", variant)


def _prefixed(prefix: str, counts: Mapping[str, int]) -> dict[str, int]:
    return {f"{prefix}: {name}": counts[name] for name in sorted(counts)}
