"""How the desk's requesters are reached, who its colleagues are, and what others do while somebody works."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from worlds.engine.people.company import Address
from worlds.engine.people.persona import Hours, Person
from worlds.engine.task import Happening

ADDRESSES: Final = {
    "reply_publicly": Address(text="body", record="ticket_id", table="ticket", answers="requester_writes"),
}
"""By which operations somebody at the desk writes to whom, and by which their answers come to the ticket."""

OFFICE: Final = Hours(weekends=False)


def requester(name: str, ticket_id: int, **more: Any) -> Person:
    """The requester of a ticket, who answers what is asked on it; `more` are fields of a Person."""
    return Person(name=name, role="customer", about=("ticket", ticket_id), **more)


def colleague(name: str, **more: Any) -> Person:
    """A colleague at the desk, by the name under which they work there."""
    return Person(name=name, role="colleague", **{"hours": OFFICE, **more})


def approver(name: str, **more: Any) -> Person:
    """Somebody who decides requests for approval, by the name under which they work at the desk."""
    return Person(name=name, role="approver", **{"hours": OFFICE, "delay": timedelta(hours=3), **more})


def writes(name: str, ticket_id: int, body: str, *, delay: int, after: str = "", **given: Any) -> Happening:
    """A ticket's requester writes on it, so many seconds after the start or after the first call of an operation."""
    return Happening(
        name=f"person:{name}", operation="requester_writes", arguments={"ticket_id": ticket_id, "body": body},
        after=after, given=given, delay=delay,
    )  # fmt: skip


def updates(
    who: str,
    ticket_id: int,
    changes: Mapping[str, Any] | None = None,
    *,
    note: str | None = None,
    reply: str | None = None,
    delay: int = 1,
    after: str = "",
    **given: Any,
) -> Happening:
    """A colleague changes a ticket and writes on it, a note or a reply."""
    said = {"changes": dict(changes) if changes else None, "note": note, "reply": reply}
    arguments = {"ticket_id": ticket_id, **{name: value for name, value in said.items() if value is not None}}
    return Happening(
        name=f"person:{who}", operation="colleague_updates", arguments=arguments, after=after, given=given, delay=delay
    )


def opens(who: str, ticket_id: int, *, delay: int = 1, after: str = "", **given: Any) -> Happening:
    """A colleague has a ticket to themselves for some minutes."""
    return Happening(
        name=f"person:{who}", operation="colleague_opens", arguments={"ticket_id": ticket_id}, after=after, given=given,
        delay=delay,
    )  # fmt: skip
