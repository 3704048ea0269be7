"""What the rulings about returns share: the last day of a line, and the exceptions that a customer has had."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.shop.days import ZONE
from worlds.shop.models import Fulfilment, FulfilmentLine, OrderLine, ReturnRequest, SalesOrder

UNDER_WAY = timedelta(days=5)
"""A parcel of which no delivery is known counts as delivered so long after it was shipped (policy: returns)."""
DAYS_OF_GRACE = 3
"""Days after the last one on which an exception is possible (policy: return-handling)."""


def store_day(moment: datetime) -> date:
    """The calendar day of a moment in Amsterdam."""
    return moment.astimezone(ZONE).date()


def last_days(session: Session, lines: Iterable[int]) -> dict[int, date]:
    """The last day on which each of these order lines may be asked back, by the parcel that brought it latest."""
    rows = session.execute(
        select(OrderLine.id, SalesOrder.return_window_days, Fulfilment.shipped_at, Fulfilment.delivered_at)
        .join(SalesOrder, SalesOrder.id == OrderLine.order_id)
        .join(FulfilmentLine, FulfilmentLine.order_line_id == OrderLine.id)
        .join(Fulfilment, Fulfilment.id == FulfilmentLine.fulfilment_id)
        .where(OrderLine.id.in_(list(lines)))
        .order_by(OrderLine.id, Fulfilment.id)
    )
    found: dict[int, date] = {}
    for line, window, shipped, delivered in rows:
        until = store_day(delivered or shipped + UNDER_WAY) + timedelta(days=window)
        found[line] = max(until, found.get(line, until))
    return found


def exceptions(session: Session, customer_id: int) -> list[date]:
    """The days on which a customer asked too late and was let off."""
    rows = session.scalars(
        select(ReturnRequest.asked_on)
        .join(SalesOrder, SalesOrder.id == ReturnRequest.order_id)
        .where(SalesOrder.customer_id == customer_id, ReturnRequest.exception, ReturnRequest.status != "declined")
        .order_by(ReturnRequest.id)
    )
    return [date.fromisoformat(day) for day in rows]


def names_let_off(session: Session) -> frozenset[str]:
    """Names under which somebody had an exception: another account of the same person would be read in two ways."""
    names = session.scalars(
        select(SalesOrder.ship_name)
        .join(ReturnRequest, ReturnRequest.order_id == SalesOrder.id)
        .where(ReturnRequest.exception)
    )
    return frozenset(name.strip().casefold() for name in names)


def year_before(day: date) -> date:
    """The same day of the year before."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def way_for(asked: date, until: date, exceptions_had: Iterable[date]) -> str:
    """Which way is right for a wish of a day: open it, hand it over, or decline it."""
    if asked <= until:
        return "solvable"
    late = (asked - until).days
    had_one = any(year_before(asked) <= day <= asked for day in exceptions_had)
    return "hand_over" if late <= DAYS_OF_GRACE and not had_one else "decline"


def spoken(words: str) -> date:
    """The day that words such as `4 March 2026` name."""
    return datetime.strptime(words, "%d %B %Y").date()  # noqa: DTZ007 - a day of the calendar has no zone
