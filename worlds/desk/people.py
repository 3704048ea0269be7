"""How the desk's requesters are reached, who its colleagues are, and what others do while somebody works."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from worlds.engine.people.company import Address
from worlds.engine.people.persona import Hours, Person
from worlds.engine.task import Happening

ADDRESSES: Final = {
    name: Address(text="replied", record="ticket_id", table="ticket", answers="requester_writes")
    for name in ("reply_publicly", "apply_macro", "create_follow_up")
}
"""By which operations somebody at the desk writes to whom, and by which their answers come to the ticket."""

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
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


def writes(
    name: str, ticket_id: int, body: str, *, delay: int, after: str = "", given: Mapping[str, Any] = NOTHING
) -> Happening:
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
    given: Mapping[str, Any] = NOTHING,
) -> Happening:
    """A colleague changes a ticket and writes on it, a note or a reply."""
    said = {"changes": dict(changes) if changes else None, "note": note, "reply": reply}
    arguments = {"ticket_id": ticket_id, **{name: value for name, value in said.items() if value is not None}}
    return Happening(
        name=f"person:{who}", operation="colleague_updates", arguments=arguments, after=after, given=given, delay=delay
    )


def opens(
    who: str, ticket_id: int, *, delay: int = 1, after: str = "", given: Mapping[str, Any] = NOTHING
) -> Happening:
    """A colleague has a ticket to themselves for some minutes."""
    return Happening(
        name=f"person:{who}", operation="colleague_opens", arguments={"ticket_id": ticket_id}, after=after, given=given,
        delay=delay,
    )  # fmt: skip


def decides(
    who: str, ticket_id: int, decision: str, answer: str, *, delay: int, after: str = "ask_approval"
) -> Happening:
    """An approver answers the pending request about a ticket, so many seconds after it was made."""
    arguments = {"ticket_id": ticket_id, "decision": decision, "answer": answer}
    given = {"ticket_id": ticket_id} if after else NOTHING
    return Happening(
        name=f"person:{who}", operation="approver_decides", arguments=arguments, after=after, given=given, delay=delay
    )


def replies_at_the_side(
    who: str, ticket_id: int, party: str, body: str, *, delay: int, after: str = "start_side_conversation"
) -> Happening:
    """Somebody outside answers what they were asked about a ticket, so many seconds after they were asked."""
    arguments = {"ticket_id": ticket_id, "party": party, "body": body}
    given = {"ticket_id": ticket_id, "party": party} if after else NOTHING
    return Happening(
        name=f"person:{who}", operation="party_answers", arguments=arguments, after=after, given=given, delay=delay
    )
