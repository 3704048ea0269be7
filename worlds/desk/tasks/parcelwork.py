"""Parcels that customers ask for: finding the order behind a ticket, who is asking, and answers in their language."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.desk import WORLD
from worlds.desk.models import ShopOrder, ShopParcel, Ticket, TicketLink
from worlds.desk.models.tickets import UNSOLVED
from worlds.desk.tasks.casework import (
    address_of,
    language_of,
    other_languages,
    said_by_requester,
    words_of_requester,
)
from worlds.desk.tasks.crew import agents_at_work
from worlds.desk.tasks.deskwork import language_code
from worlds.desk.tasks.ticket_fields import field_of, held
from worlds.engine.context import Actor
from worlds.engine.task import Draw, Worker
from worlds.graders.typed import Typed
from worlds.graders.typed import date as day_fact

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

MONTHS: Final = {
    "en": "January February March April May June July August September October November December",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
UNDER_WAY: Final = {
    "en": "Thank you for asking. The parcel that you are waiting for is under way with {carrier}, number {tracking}; "
    "it was expected on {day}.",
    "nl": "Dank voor uw bericht. Het pakket waarop u wacht is onderweg met {carrier}, nummer {tracking}; het werd "
    "verwacht op {day}.",
    "de": "Danke für Ihre Nachricht. Das Paket, auf das Sie warten, ist unterwegs mit {carrier}, Nummer {tracking}; es "
    "war erwartet am {day}.",
    "fr": "Merci de votre message. Le colis que vous attendez est en route avec {carrier}, numéro {tracking} ; il "
    "était attendu le {day}.",
}
"""What is said of a parcel that is under way."""
_LONG: Final = 5
"""Working days after which a parcel counts as missing."""
_LATELY: Final = timedelta(days=8)
_FORWARD: Final = 11
"""Days from today on which nobody promises anything."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A ticket about an order whose requester is proven, with the agent who has it, and the order's parcels."""

    ticket: Ticket
    actor: Actor
    order: ShopOrder
    parcels: tuple[ShopParcel, ...]


def asked_for_parcels(draw: Draw) -> list[Asked]:
    """Open tickets of the last days about one order each, which their agent can answer without asking back."""
    session = draw.session
    tickets = session.scalars(
        select(Ticket)
        .where(Ticket.status == "open", Ticket.topic == "wismo", Ticket.created_at > draw.now - _LATELY)
        .where(Ticket.problem_id.is_(None), Ticket.follow_up_of_id.is_(None), ~Ticket.spam)
        .order_by(Ticket.id)
    ).all()
    orders = {one.number: one for one in session.scalars(select(ShopOrder).order_by(ShopOrder.id))}
    parcels: dict[int, list[ShopParcel]] = {}
    for parcel in session.scalars(select(ShopParcel).order_by(ShopParcel.id)):
        parcels.setdefault(parcel.order_id, []).append(parcel)
    numbers, alone, agents = held(session, "order_number"), _alone(session), agents_at_work(session)
    found = []
    for ticket in tickets:
        number, actor = numbers.get(ticket.id, ""), agents.get(ticket.assignee_id or 0)
        order = orders.get(number)
        if order is not None and actor is not None and ticket.id in alone and _is_proven(session, ticket, order):
            found.append(Asked(ticket, actor, order, tuple(parcels.get(order.id, ()))))
    return found


def _alone(session: Session) -> set[int]:
    """Tickets that are linked with none, and whose order no other ticket is about."""
    linked = {one for row in session.execute(select(TicketLink.ticket_id, TicketLink.other_id)) for one in row}
    numbers = held(session, "order_number")
    often = Counter(numbers.values())
    requesters = dict(session.execute(select(Ticket.id, Ticket.requester_id)).tuples().all())
    busy = Counter(session.scalars(select(Ticket.requester_id).where(Ticket.status.in_(UNSOLVED))))
    return {
        ticket for ticket, number in numbers.items()
        if often[number] == 1 and ticket not in linked and busy[requesters[ticket]] == 1
    }  # fmt: skip


def _is_proven(session: Session, ticket: Ticket, order: ShopOrder) -> bool:
    """Whether address and order number agree with the order, and the words are in the ticket's language."""
    words = words_of_requester(session, ticket.id)
    return (
        address_of(session, ticket.requester_id) == order.email.casefold()
        and order.number in "\n".join((ticket.subject, *words))
        and len(words) == 1
        and language_of(words[0]) == ticket.language
    )


def late_parcel(one: Asked, today: str) -> ShopParcel | None:
    """The one parcel of an order that has not come and is not missing yet, by a day; None where there is none such."""
    waited = [parcel for parcel in one.parcels if parcel.delivered_at is None]
    if len(waited) != 1 or waited[0].expected_on is None or is_missing(waited[0].expected_on.isoformat(), today):
        return None
    return waited[0]


def today_in_the_house(now: datetime) -> str:
    """The day that it is where the house stands, as `2026-03-16`."""
    return now.astimezone(ZoneInfo(WORLD.zone)).date().isoformat()


def days_ahead(today: str, but: str = "") -> tuple[Typed, ...]:
    """The days from today on, of which none is promised; `but` is a day that the order shows."""
    first = date.fromisoformat(today)
    days = ((first + timedelta(days=one)).isoformat() for one in range(_FORWARD))
    return tuple(day_fact(one) for one in days if one != but)


def never_said(language: str, today: str, but: str = "") -> tuple[Typed, ...]:
    """What no answer on a parcel holds: words of another language, days that nobody knows."""
    return (*other_languages(language), *days_ahead(today, but))


# -- how an agent sees it -----------------------------------------------------------------------------------------


def spoken_day(day: str, language: str) -> str:
    """A day such as `2026-03-04` as people write it in a language: 4 March 2026."""
    one = date.fromisoformat(day)
    dot = "." if language == "de" else ""
    return f"{one.day}{dot} {MONTHS[language].split()[one.month - 1]} {one.year}"


def order_of(worker: Worker, ticket: dict[str, Any]) -> dict[str, Any]:
    """The order that a ticket's field names, once its requester has proven who they are by address and number.

    Raises:
        LookupError: when they have not.
    """
    number = field_of(ticket, "order_number")
    row = worker.call("find_orders", number=number)["items"][0]
    order: dict[str, Any] = worker.call("get_order", order_id=row["order_id"])
    told = "\n".join((ticket["subject"], *said_by_requester(ticket)))
    if (ticket["requester"]["email"] or "").casefold() != order["email"].casefold() or number not in told:
        raise LookupError(f"the requester of {ticket['number']} has not proven who they are")
    return order


def awaited(order: dict[str, Any]) -> dict[str, Any]:
    """The parcel of an order that has not come."""
    return next(one for one in order["parcels"] if one["delivered_at"] is None)


def told_of(parcel: dict[str, Any], language: str, text: str = "") -> str:
    """What is said of a parcel that is under way, in a language."""
    day = spoken_day(parcel["expected_on"], language)
    words = text or UNDER_WAY[language]
    return words.format(carrier=parcel["carrier"], tracking=parcel["tracking_number"], day=day)


def is_missing(expected: str, today: str) -> bool:
    """Whether a parcel is missing by so many working days since it was expected; both days as `2026-03-04`."""
    return working_days_since(expected, today) >= _LONG


def day_told(words: str) -> str:
    """A day that a request says as `16 March 2026`, as `2026-03-16`."""
    return datetime.strptime(words, "%d %B %Y").date().isoformat()  # noqa: DTZ007 - a day, not a moment


def working_days_since(day: str, today: str) -> int:
    """Mondays to Fridays after a day, up to today."""
    first, last = date.fromisoformat(day), date.fromisoformat(today)
    return sum((first + timedelta(days=one)).weekday() < 5 for one in range(1, (last - first).days + 1))


def open_order(page: "Page", number: str) -> None:
    """Open the page of an order, by its number."""
    page.click("link", "Orders")
    page.fill("Order number", number)
    page.click("button", "Find orders")
    page.row(number).click("link", number)


def awaited_on_page(page: "Page") -> tuple[str, dict[str, Any], str]:
    """The order of the ticket that is open, the parcel of it that has not come, and the ticket's language."""
    here, number, language = page.url, page.value("Order number *"), language_code(page.value("Language"))
    open_order(page, number)
    parcel = parcel_on_page(page)
    page.open(here)
    return number, parcel, language


def asker_on_page(page: "Page") -> str:
    """The e-mail address of the requester of the ticket that is open."""
    return str(_ADDRESS.findall(page.text("Requester"))[0])


def buyer_on_page(page: "Page") -> tuple[str, str]:
    """The e-mail address and the postcode of the buyer of the order that is open."""
    return page.value("E-mail"), page.value("Postcode")


_ADDRESS: Final = re.compile(r"[\w.+'-]+@[\w.-]+\w")


def parcel_on_page(page: "Page") -> dict[str, Any]:
    """The parcel that has not come, of the order that is open, as `awaited` gives it."""
    row = next(one for one in page.rows("Parcels") if one.cells["Delivered"] == "not yet")
    expected = datetime.strptime(row.cells["Expected"], "%d %b %Y").date()  # noqa: DTZ007 - a day, not a moment
    return {
        "carrier": row.cells["Carrier"],
        "tracking_number": row.cells["Tracking number"],
        "expected_on": expected.isoformat(),
    }
