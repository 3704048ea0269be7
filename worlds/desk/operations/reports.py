"""What the desk did in the last days, in numbers: volumes, waiting times, promises kept, ratings, age of the open."""

from datetime import datetime, timedelta
from statistics import median_low
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from worlds.desk.rules import STAFF
from worlds.desk.tickets.ticket_lists import DAYS
from worlds.engine.context import Context
from worlds.engine.fields import Day, Result, UpTo200, iso_instant, whole
from worlds.engine.operation import reads
from worlds.engine.rows import Query

if TYPE_CHECKING:  # a checker cannot read the type that a call makes
    Days: TypeAlias = int
else:
    Days = whole(1, 366)


class StatusCount(Result):
    """How many tickets are in a state now."""

    status: str
    tickets: int


class Volume(Result):
    """Of a group or a topic: tickets that came in and that were solved in the period, and those unsolved now."""

    name: str
    created: int
    solved: int
    unsolved: int


class PromiseKept(Result):
    """Of the clocks of a metric that began in the period: how many there are, how many ran out, per cent in time."""

    metric: str
    clocks: int
    breached: int
    kept_percent: int


class AgeBand(Result):
    """Unsolved tickets that are so many days old: at least `from_days`, less than `to_days`, which may be open."""

    from_days: int
    to_days: int | None
    tickets: int


class DeskReport(Result):
    """The desk in numbers, from the beginning of a day until now. Spam counts nowhere.

    Medians are in minutes around the clock, None where there is nothing.
    First replies are those of people, to tickets that came in within the period; resolution counts what was solved in
    it and is still solved or closed.
    """

    since: Day
    until: Day
    created: int
    solved: int
    unsolved: int
    by_status: UpTo200[StatusCount]
    by_group: UpTo200[Volume]
    by_topic: UpTo200[Volume]
    first_reply_minutes: int | None
    resolution_minutes: int | None
    promises: UpTo200[PromiseKept]
    good_ratings: int
    bad_ratings: int
    unanswered_ratings: int
    backlog: UpTo200[AgeBand]


class _Count(NamedTuple):
    name: str
    tickets: int


class _Volume(NamedTuple):
    name: str
    created: int
    solved: int
    unsolved: int


class _Clock(NamedTuple):
    metric: str
    clocks: int
    breached: int


class _Minutes(NamedTuple):
    minutes: int


class _Opened(NamedTuple):
    created_at: datetime


_VOLUME = """sum(t.created_at >= :since), sum(coalesce(t.solved_at, '') >= :since),
  sum(t.status NOT IN ('solved', 'closed'))"""
_BY_STATUS = Query(_Count, "SELECT status, count(*) FROM ticket WHERE spam = 0 GROUP BY status ORDER BY status")
_BY_GROUP = Query(
    _Volume,
    f"""SELECT coalesce(g.name, 'no group'), {_VOLUME} FROM ticket t LEFT JOIN desk_group g ON g.id = t.group_id
    WHERE t.spam = 0 GROUP BY g.id ORDER BY 1""",  # noqa: S608 - a text of this module
)
_BY_TOPIC = Query(
    _Volume,
    f"SELECT coalesce(t.topic, 'no topic'), {_VOLUME} FROM ticket t WHERE t.spam = 0 GROUP BY t.topic ORDER BY 1",  # noqa: S608 - a text of this module
)
_FIRST_REPLIES = Query(
    _Minutes,
    """SELECT (strftime('%s', min(c.created_at)) - strftime('%s', t.created_at)) / 60 FROM ticket t
    JOIN comment c ON c.ticket_id = t.id AND c.public = 1 AND c.automatic = 0 AND c.author_role <> 'end_user'
    WHERE t.spam = 0 AND t.created_at >= :since GROUP BY t.id""",
)
_RESOLUTIONS = Query(
    _Minutes,
    """SELECT (strftime('%s', solved_at) - strftime('%s', created_at)) / 60 FROM ticket
    WHERE spam = 0 AND merged_into_id IS NULL AND solved_at >= :since""",
)
_CLOCKS = Query(
    _Clock,
    """SELECT metric, count(*), sum(breached_at IS NOT NULL) FROM sla_timer WHERE started_at >= :since
    GROUP BY metric ORDER BY metric""",
)
_RATINGS = Query(
    _Count, "SELECT score, count(*) FROM rating WHERE coalesce(answered_at, offered_at) >= :since GROUP BY score"
)
_UNSOLVED = Query(_Opened, "SELECT created_at FROM ticket WHERE spam = 0 AND status NOT IN ('solved', 'closed')")
_BANDS = ((0, 1), (1, 3), (3, 7), (7, 30), (30, None))


@reads(roles=STAFF)
def desk_report(ctx: Context, days: Days = 30) -> DeskReport:
    """Show the desk in numbers over the last days: volumes, waiting times, promises kept, ratings, age of open tickets.

    Args:
        days: How many days before today, which counts as well.
    """
    today = DAYS.of(ctx.now)
    since = today - timedelta(days=days)
    at = iso_instant(DAYS.start(since))
    groups, topics = _BY_GROUP.all(ctx, since=at), _BY_TOPIC.all(ctx, since=at)
    ratings = {row.name: row.tickets for row in _RATINGS.all(ctx, since=at)}
    return DeskReport(
        since=since,
        until=today,
        created=sum(row.created for row in topics),
        solved=sum(row.solved for row in topics),
        unsolved=sum(row.unsolved for row in topics),
        by_status=[StatusCount(status=row.name, tickets=row.tickets) for row in _BY_STATUS.all(ctx)],
        by_group=[_volume(row) for row in groups],
        by_topic=[_volume(row) for row in topics],
        first_reply_minutes=_median(_FIRST_REPLIES.all(ctx, since=at)),
        resolution_minutes=_median(_RESOLUTIONS.all(ctx, since=at)),
        promises=[_promise(row) for row in _CLOCKS.all(ctx, since=at)],
        good_ratings=ratings.get("good", 0),
        bad_ratings=ratings.get("bad", 0),
        unanswered_ratings=ratings.get("offered", 0),
        backlog=_backlog(ctx.now, _UNSOLVED.all(ctx)),
    )


def _volume(row: _Volume) -> Volume:
    return Volume(name=row.name, created=row.created, solved=row.solved, unsolved=row.unsolved)


def _median(rows: list[_Minutes]) -> int | None:
    return median_low(row.minutes for row in rows) if rows else None


def _promise(row: _Clock) -> PromiseKept:
    kept = (200 * (row.clocks - row.breached) + row.clocks) // (2 * row.clocks)  # rounded to the nearest whole
    return PromiseKept(metric=row.metric, clocks=row.clocks, breached=row.breached, kept_percent=kept)


def _backlog(now: datetime, rows: list[_Opened]) -> list[AgeBand]:
    ages = [(now - row.created_at).days for row in rows]
    return [
        AgeBand(from_days=low, to_days=high, tickets=sum(low <= age and (high is None or age < high) for age in ages))
        for low, high in _BANDS
    ]
