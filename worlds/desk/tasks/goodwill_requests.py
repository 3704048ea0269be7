"""Requests for goodwill: how one is answered, what it and its answer leave behind, how an agent asks and hears."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.desk import WORLD
from worlds.desk.models import UserIdentity
from worlds.desk.people import decides
from worlds.desk.tasks.broken_articles import Case
from worlds.desk.tasks.casework import spoken
from worlds.desk.tasks.goodwill_words import DENIED, LESS, MAILS, WHOLE, allowed, told
from worlds.desk.tasks.ticket_fields import field_of
from worlds.engine.fields import format_money
from worlds.engine.task import Decision, Draw, Happening, Worker, every_row
from worlds.graders.effects import Effect
from worlds.graders.predicates import mentions, no_later, ref
from worlds.graders.typed import Typed

DAY: Final = 1_440
"""Minutes after which somebody looks again, whatever came in."""
IN_TIME: Final = no_later("answer", "decided_at", 2, WORLD.zone)
"""By when the customer is told: within two days of the answer, as the house's clocks count them."""


def happenings(draw: Draw, case: Case, decision: Decision, who: str) -> list[Happening]:
    """The answer to the request in the approver's own time, and the mail before it."""
    chance = draw.rng("answer")
    later = chance.randint(2_700, 6 * 3_600) if chance.random() < 0.7 else chance.randint(72_000, 97_200)
    words = DENIED if not decision["given"] else WHOLE if decision["given"] == decision["asked"] else LESS
    said = chance.choice(words).format(format_money(decision["given"]))
    found = [decides(who, case.ticket_id, "approved" if decision["given"] else "denied", said, delay=later)]
    if decision["mail"]:
        letter = {"role": "approver", "subject": f"Ticket {spoken(case.number)}"}
        letter["body"] = MAILS[decision["mail"]].format(number=spoken(case.number))
        found.append(
            Happening(
                name=f"person:{who}", operation="write_to_agent", arguments=letter, after="ask_approval",
                given={"ticket_id": case.ticket_id}, delay=chance.randint(300, 2_400),
            )
        )  # fmt: skip
    return found


def requested(session: Session, ticket_id: int, amount: int, who: int, facts: tuple[Typed, ...]) -> list[Effect]:
    """The one request, and the mail that tells the approver of it."""
    primary = select(UserIdentity.value).where(UserIdentity.kind == "email", UserIdentity.is_primary)
    request = Effect(
        "request", "approval", "insert", where={"ticket_id": ticket_id},
        set={"amount": amount, "approver_id": who, "reason": mentions(*facts)}, bind="request",
        words=f"{format_money(amount)} EUR were asked for once, of the right approver, with order and cause",
    )  # fmt: skip
    mail = Effect(
        "request-mail", "outbox_email", "insert", where={"ticket_id": ticket_id, "kind": "approval"},
        set={"to_address": session.scalars(primary.filter_by(user_id=who)).one(), "body": mentions(*facts)},
        words="The approver is mailed once",
    )  # fmt: skip
    return [request, mail]


def answered(ticket_id: int, status: str) -> Effect:
    """The answer to it, by whoever was asked; what follows from it comes after it."""
    return Effect(
        "answered", "approval", "update", where={"ticket_id": ticket_id}, set={"status": status}, by="person:approver",
        bind="answer", words=f"The approver answered: {status}",
    )  # fmt: skip


def credited(ticket_id: int, amount: int) -> Effect:
    """What was allowed is given; how often need not be asked, since an approval serves for one credit alone."""
    return Effect(
        "credit", "goodwill_credit", "insert", where={"ticket_id": ticket_id},
        set={"amount": amount, "approval_id": ref("request")}, count=(1, 99),
        words=f"{format_money(amount)} EUR are given on the approval",
    )  # fmt: skip


# -- how it is made and heard of ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heard:
    """A ticket, the request about it as it was answered, and the amount that may be given then."""

    ticket: dict[str, Any]
    request: dict[str, Any]
    amount: str

    def words(self, language: str = "") -> str:
        """What the customer is told."""
        order = field_of(self.ticket, "order_number")
        return told(order, self.amount, language or self.ticket["language"])


def reason(facts: Mapping[str, str], number: str) -> str:
    """Why goodwill is right: the order and the cause."""
    return f"An article of order {number} came broken; cause: {facts['cause']}. The customer had the trouble."


def ask(worker: Worker, ticket: dict[str, Any], who: str = "") -> dict[str, Any]:
    """Ask whoever was named, or somebody else, to allow it."""
    name = who or worker.facts["approver"]
    asked = next(one for one in every_row(worker, "list_agents") if one["name"] == name)
    why = reason(worker.facts, field_of(ticket, "order_number"))
    arguments = {"amount": worker.facts["amount"], "reason": why, "approver_id": asked["user_id"]}
    request: dict[str, Any] = worker.call("ask_approval", ticket_id=ticket["ticket_id"], **arguments)
    return request


def hear(worker: Worker, ticket: dict[str, Any], request: dict[str, Any], *, minutes: int = 0) -> Heard:
    """Wait until the request is no longer pending; mails are read, and none of them is the answer."""
    approval_id = request["approval_id"]
    while (request := worker.call("get_approval", approval_id=approval_id))["status"] == "pending":
        if minutes:
            worker.call("wait", minutes=minutes)
        else:
            worker.call("wait", for_message=True, minutes=DAY)
            worker.call("read_inbox", unread_only=True)
    return Heard(ticket, request, allowed(request["status"], request["amount"], request["answer"] or ""))
