"""The CRM's population: colleagues, firms and their people, and a history made by running the real operations."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from worlds.crm.operations.passing_time import first_hour, next_night
from worlds.crm.population import (
    dealing,
    deals,
    enrolling,
    goods,
    house,
    leading,
    prospects,
    staffing,
    troubles,
    upkeep,
)
from worlds.crm.population.folk import Folk, gather
from worlds.crm.population.life import Life
from worlds.crm.population.office import Office
from worlds.crm.population.prospects import Prospect
from worlds.engine.build import Build
from worlds.engine.context import Context
from worlds.engine.history import History
from worlds.seeds.truth import Truth

_OPENED: Final = timedelta(days=1_200)
"""For so long the house has used the CRM."""
_FAIRS: Final = ("Camping fair Utrecht 2025", "Trade fair Köln 2025", "Trade fair Stuttgart 2026")


def populate(build: Build) -> dict[str, Any]:
    """Fill an empty CRM; answers the sealed truth: persons with their records, firms, and rows by kind of mess."""
    span = (build.start - _OPENED + timedelta(days=30), build.start - timedelta(days=12))
    return settle(build, gather(build.rng, build.seed, build.sizes, build.rates, span))


def settle(build: Build, folk: Folk) -> dict[str, Any]:
    """Let colleagues live with people and firms until episodes begin; answers the sealed truth."""
    opened = build.start - _OPENED
    begin = (build.start - timedelta(days=build.sizes["days"])).replace(minute=0)
    office, stock = _furnish(build, opened)
    life = Life(build, History(build), folk, office, stock, Truth(), begin)
    leads = prospects.plan(life)
    life.doubles = [(one, one.twin_of) for one in leads if one.twin_of is not None]
    agreed = deals.plan(life)
    enrolling.enrol(life)
    leading.begin(life, _without_lists(life, leads))
    dealing.begin(life, agreed)
    upkeep.begin(life)
    troubles.begin(life, agreed)
    _live(build, life, opened)
    build.later(first_hour(build.start), "hour_strikes", "clock")
    build.later(next_night(build.start), "night_falls", "clock")
    return _sealed(life, leads)


def _furnish(build: Build, opened: datetime) -> tuple[Office, goods.Range]:
    """Colleagues, rules, goods and campaigns, which are there from the beginning."""
    ctx = build.context(opened, "system")
    ids = staffing.hire(ctx, opened)
    ctx.driver.execute("UPDATE crm_user SET active = 1")  # who has left by now was there then
    stages = staffing.furnish(ctx, ids)
    queues = _named(ctx, "queue")
    house.furnish(ctx, ids, queues)
    stock = goods.stock(ctx, build.rng("goods"), _months(build.start))
    campaigns = house.announce(ctx, build.start, ids["Nadia Cherif"])
    return Office(ids, stages, queues, stock.books, campaigns, _named(ctx, "territory")), stock


def _named(ctx: Context, table: str) -> dict[str, int]:
    rows = ctx.driver.execute(f"SELECT id, name FROM {table} ORDER BY id")  # noqa: S608 - one of two tables
    return {name: key for key, name in rows}


def _months(start: datetime) -> list[date]:
    """The first days of the months for which a rate is known, the oldest first."""
    whole = start.year * 12 + start.month - 1
    return [date(at // 12, at % 12 + 1, 1) for at in range(whole - 15, whole + 1)]


def _without_lists(life: Life, leads: Sequence[Prospect]) -> list[Prospect]:
    """Let marketing bring some leads home from fairs as lists; answers those that come by themselves."""
    start = life.build.start
    able = [one for one in leads if one.kind == "plain" and one.becomes is None and one.fate != "assigned"]
    chosen = life.rng("lists").sample(able, min(len(able), life.build.sizes["listed_leads"]))
    for at, name in enumerate(_FAIRS):
        rows = chosen[at :: len(_FAIRS)]
        before = next(one[2] for one in house.CAMPAIGNS if one[0] == name)
        when = (start - timedelta(days=before - 7)).replace(hour=10, minute=20)
        for one in rows:
            one.source = "trade_show"
        leading.bring_lists(life, rows, name, when.astimezone(UTC))
    listed = set(map(id, chosen))
    return [one for one in leads if id(one) not in listed]


def _live(build: Build, life: Life, opened: datetime) -> None:
    whole = (build.start - opened).total_seconds()
    last = [0]

    def tell(now: datetime) -> None:
        done = int(200 * (now - opened).total_seconds() / whole)
        if done > last[0]:
            last[0] = done
            build.report(f"living through {now:%B %Y}", 0.04 + 0.92 * done / 200)

    life.history.run(tell)


def _sealed(life: Life, leads: Sequence[Prospect]) -> dict[str, Any]:
    counts = {f"refused: {code}": life.history.refused[code] for code in sorted(life.history.refused)}
    counts["leads"] = sum(1 for one in leads if one.row_id)
    sealed = life.truth.sealed(counts)
    sealed["firms"] = {str(entity): sorted(life.firms[entity]) for entity in sorted(life.firms)}
    return sealed
