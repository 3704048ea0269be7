"""Reports: what deals are worth by stage and forecast, how leads are worked off, what colleagues have done.

They count what whoever asks may open. Amounts in other currencies are converted into euros at the rate of the day on
which the deal closes (rule CR8); deals in a currency without a rate are counted apart.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeAlias

from pydantic import Field

from worlds.crm.days import day_start, local_day
from worlds.crm.records import access, working_hours
from worlds.crm.rules import EVERYBODY, LEAD_PROMISE_HOURS
from worlds.crm.selling import prices
from worlds.crm.views import Forecast, UpTo50, UpTo500
from worlds.engine.context import Context
from worlds.engine.errors import Invalid
from worlds.engine.fields import Day, Money, RecordId, Result, iso_instant, line, whole
from worlds.engine.listing import Conditions
from worlds.engine.operation import reads
from worlds.engine.rows import Query, number

if TYPE_CHECKING:  # a checker cannot read the type that a call makes; to it they are text
    Days: TypeAlias = int
    Period: TypeAlias = str
else:
    Days = whole(1, 366)
    Period = Annotated[line(7, pattern=r"^20[0-9]{2}-Q[1-4]$"), Field(examples=["2026-Q2"])]
EUROS = "EUR"


class StageSum(Result):
    """The open deals of a stage: how many, what they are worth, and what that is times their own probability."""

    stage_id: int
    stage: str
    probability: int
    deals: int
    amount: Money
    weighted: Money


class PipelineReport(Result):
    """Open deals by stage, in euros. `without_rate` counts deals in a currency that could not be converted."""

    currency: str
    deals: int
    amount: Money
    weighted: Money
    overdue: int
    without_rate: int
    stages: UpTo50[StageSum]


class OwnerForecast(Result):
    """What deals of a colleague that close in the period are worth by forecast category; `quota` is for the period."""

    owner_id: int
    owner_name: str
    deals: int
    closed: Money
    commit: Money
    best_case: Money
    pipeline: Money
    quota: Money


class ForecastReport(Result):
    """The forecast of a quarter, in euros."""

    period: str
    first: Day
    last: Day
    currency: str
    closed: Money
    commit: Money
    best_case: Money
    pipeline: Money
    without_rate: int
    owners: UpTo500[OwnerForecast]


class Counted(Result):
    """How many there are of something."""

    name: str
    count: int


class LeadsReport(Result):
    """Leads that came in since a day, by state and source, and how soon the house turned to them.

    `kept` are leads to which somebody turned within the promise of four hours of work after they were assigned or came
    in, `late` those to which nobody did; `in_time` are untouched ones whose promise still runs.
    """

    since: Day
    leads: int
    converted: int
    kept: int
    late: int
    in_time: int
    by_status: UpTo50[Counted]
    by_source: UpTo50[Counted]


class ColleagueDid(Result):
    """What a colleague has done since a day, and what of theirs is overdue."""

    owner_id: int
    owner_name: str
    calls: int
    emails: int
    meetings: int
    tasks: int
    overdue: int


class ActivitiesReport(Result):
    """What colleagues have done since a day."""

    since: Day
    done: int
    overdue: int
    colleagues: UpTo500[ColleagueDid]


class _Deal(NamedTuple):
    stage_id: int
    stage: str
    position: int
    kind: str
    stage_probability: int
    probability: int
    forecast_category: Forecast
    amount: int
    currency: str
    close_date: str
    owner_id: int
    owner_name: str
    quota: int


class _Lead(NamedTuple):
    status: str
    source: str
    created_at: datetime
    assigned_at: datetime | None
    first_touch_at: datetime | None


class _Done(NamedTuple):
    owner_id: int
    owner_name: str
    kind: str
    done: int
    overdue: int


_DEALS = """SELECT s.id, s.name, s.position, s.kind, s.probability, o.probability, o.forecast_category, o.amount,
    o.currency, o.close_date, o.owner_id, u.name, u.quota FROM opportunity o JOIN pipeline_stage s ON s.id = o.stage_id
  JOIN crm_user u ON u.id = o.owner_id JOIN account a ON a.id = o.account_id"""
_LEADS = "SELECT l.status, l.source, l.created_at, l.assigned_at, l.first_touch_at FROM lead l"
_DONE = """SELECT v.owner_id, u.name, v.kind, sum(v.status = 'done' AND v.done_at >= :since),
    sum(v.status = 'open' AND coalesce(v.due_at, v.starts_at, '9') < :now)
  FROM activity v JOIN crm_user u ON u.id = v.owner_id"""


@reads(roles=EVERYBODY)
def pipeline_report(
    ctx: Context,
    owner_id: RecordId | None = None,
    team_id: RecordId | None = None,
    territory_id: RecordId | None = None,
    close_from: Day | None = None,
    close_to: Day | None = None,
) -> PipelineReport:
    """Show what open deals are worth by stage, in euros at the rate of the day on which each closes.

    Args:
        owner_id: Only deals of this colleague.
        team_id: Only deals of colleagues of this team.
        territory_id: Only deals with accounts of this territory.
        close_from: Only deals that close on this day or later.
        close_to: Only deals that close on this day or earlier.
    """
    conditions = _of_deals(ctx, owner_id, team_id, territory_id)
    conditions.add("s.kind = 'open'")
    _between(conditions, close_from, close_to)
    found = list(_in_euros(ctx, conditions))
    sums: dict[int, list[tuple[_Deal, int]]] = defaultdict(list)
    for deal, amount in found:
        if amount is not None:
            sums[deal.stage_id].append((deal, amount))
    stages = [_stage(deals) for _, deals in sorted(sums.items(), key=lambda one: one[1][0][0].position)]
    today = local_day(ctx.now).isoformat()
    return PipelineReport(
        currency=EUROS, deals=sum(one.deals for one in stages), amount=sum(one.amount for one in stages),
        weighted=sum(one.weighted for one in stages), overdue=sum(deal.close_date < today for deal, _ in found),
        without_rate=sum(amount is None for _, amount in found), stages=stages,
    )  # fmt: skip


@reads(roles=EVERYBODY)
def forecast_report(
    ctx: Context, period: Period, owner_id: RecordId | None = None, team_id: RecordId | None = None
) -> ForecastReport:
    """Show what deals that close in a quarter are worth by forecast category and owner, in euros. Lost ones count not.

    Args:
        period: The quarter, such as 2026-Q2.
        owner_id: Only deals of this colleague.
        team_id: Only deals of colleagues of this team.
    """
    first, last = _quarter(period)
    conditions = _of_deals(ctx, owner_id, team_id, None)
    _between(conditions, first, last)
    conditions.add("s.kind <> 'lost'")
    owners: dict[int, list[tuple[_Deal, int]]] = defaultdict(list)
    without = 0
    for deal, amount in _in_euros(ctx, conditions):
        if amount is None:
            without += 1
        else:
            owners[deal.owner_id].append((deal, amount))
    told = sorted((_owner(deals) for deals in owners.values()), key=lambda one: (one.owner_name, one.owner_id))
    return ForecastReport(
        period=period, first=first, last=last, currency=EUROS, closed=sum(one.closed for one in told),
        commit=sum(one.commit for one in told), best_case=sum(one.best_case for one in told),
        pipeline=sum(one.pipeline for one in told), without_rate=without, owners=told,
    )  # fmt: skip


@reads(roles=EVERYBODY)
def leads_report(ctx: Context, days: Days = 30) -> LeadsReport:
    """Show the leads that came in during the last days, by state and source, and how soon somebody turned to them.

    Args:
        days: How many days before today, which counts as well.
    """
    since = local_day(ctx.now) - timedelta(days=days)
    conditions = Conditions()
    conditions.add("l.is_deleted = 0 AND l.created_at >= :since", since=iso_instant(day_start(since)))
    conditions.add(access.opens(ctx, "lead", "l"), **access.me(ctx))
    rows = Query(_Lead, f"{_LEADS}{conditions.where}").all(ctx, **conditions.values)
    promises = [_promise(one, ctx.now) for one in rows if one.status not in ("recycled", "dead")]
    return LeadsReport(
        since=since, leads=len(rows), converted=sum(one.status == "converted" for one in rows),
        kept=promises.count("kept"), late=promises.count("late"), in_time=promises.count("in_time"),
        by_status=_counts(one.status for one in rows), by_source=_counts(one.source for one in rows),
    )  # fmt: skip


@reads(roles=EVERYBODY)
def activities_report(ctx: Context, days: Days = 30, team_id: RecordId | None = None) -> ActivitiesReport:
    """Show what colleagues have done in the last days, and what of theirs is overdue. Notes count not.

    Args:
        days: How many days before today, which counts as well.
        team_id: Only colleagues of this team.
    """
    since = local_day(ctx.now) - timedelta(days=days)
    conditions = Conditions()
    conditions.add("v.is_deleted = 0 AND v.kind <> 'note'")
    conditions.add(access.opens(ctx, "activity", "v"), **access.me(ctx))
    conditions.equal(u__team_id=team_id)
    given = {"since": iso_instant(day_start(since)), "now": iso_instant(ctx.now), **conditions.values}
    sql = f"{_DONE}{conditions.where} GROUP BY v.owner_id, v.kind ORDER BY u.name, v.owner_id"
    rows = Query(_Done, sql).all(ctx, **given)
    owners: dict[int, list[_Done]] = defaultdict(list)
    for row in rows:
        owners[row.owner_id].append(row)
    told = [_did(parts) for parts in owners.values()]
    return ActivitiesReport(
        since=since, done=sum(row.done for row in rows), overdue=sum(row.overdue for row in rows), colleagues=told
    )


def _of_deals(ctx: Context, owner_id: int | None, team_id: int | None, territory_id: int | None) -> Conditions:
    if team_id is not None and not number(ctx, "SELECT count(*) FROM team WHERE id = :team", team=team_id):
        raise Invalid(
            "team_not_found", f"There is no team with id {team_id}; see the list of colleagues.", field="team_id"
        )
    conditions = Conditions()
    conditions.add("o.is_deleted = 0")
    conditions.add(access.opens(ctx, "opportunity", "o"), **access.me(ctx))
    conditions.equal(o__owner_id=owner_id, u__team_id=team_id, a__territory_id=territory_id)
    return conditions


def _between(conditions: Conditions, first: date | None, last: date | None) -> None:
    if first is not None:
        conditions.add("o.close_date >= :first", first=first.isoformat())
    if last is not None:
        conditions.add("o.close_date <= :last", last=last.isoformat())


def _in_euros(ctx: Context, conditions: Conditions) -> Iterator[tuple[_Deal, int | None]]:
    """Deals with what they are worth in euros, None where the house has no rate."""
    rates = prices.Rates(ctx)
    for deal in Query(_Deal, f"{_DEALS}{conditions.where} ORDER BY o.id").all(ctx, **conditions.values):
        yield deal, rates.convert(deal.amount, deal.currency, EUROS, deal.close_date)


def _stage(deals: list[tuple[_Deal, int]]) -> StageSum:
    first = deals[0][0]
    return StageSum(
        stage_id=first.stage_id, stage=first.stage, probability=first.stage_probability, deals=len(deals),
        amount=sum(amount for _, amount in deals),
        weighted=sum(prices.divided(amount * deal.probability, 100) for deal, amount in deals),
    )  # fmt: skip


def _owner(deals: list[tuple[_Deal, int]]) -> OwnerForecast:
    first = deals[0][0]
    by: dict[str, int] = defaultdict(int)
    for deal, amount in deals:
        by["closed" if deal.kind == "won" else deal.forecast_category] += amount
    return OwnerForecast(
        owner_id=first.owner_id, owner_name=first.owner_name, deals=len(deals), closed=by["closed"],
        commit=by["commit"], best_case=by["best_case"], pipeline=by["pipeline"],
        quota=prices.divided(first.quota, 4),
    )  # fmt: skip


def _quarter(period: str) -> tuple[date, date]:
    """The first and the last day of a quarter."""
    year, at = int(period[:4]), int(period[-1])
    first = date(year, 3 * at - 2, 1)
    following = date(year + at // 4, 3 * at % 12 + 1, 1)
    return first, following - timedelta(days=1)


def _promise(lead: _Lead, now: datetime) -> str:
    """Whether the house turned to a lead in time."""
    due = working_hours.after(lead.assigned_at or lead.created_at, LEAD_PROMISE_HOURS)
    if lead.first_touch_at is not None:
        return "kept" if lead.first_touch_at <= due else "late"
    return "in_time" if now < due and lead.status != "converted" else "late"


def _counts(names: Iterable[str]) -> list[Counted]:
    found: dict[str, int] = defaultdict(int)
    for name in names:
        found[name] += 1
    return [Counted(name=name, count=count) for name, count in sorted(found.items())]


def _did(parts: list[_Done]) -> ColleagueDid:
    by = {one.kind: one.done for one in parts}
    return ColleagueDid(
        owner_id=parts[0].owner_id, owner_name=parts[0].owner_name, calls=by.get("call", 0),
        emails=by.get("email", 0), meetings=by.get("meeting", 0), tasks=by.get("task", 0),
        overdue=sum(one.overdue for one in parts),
    )  # fmt: skip
