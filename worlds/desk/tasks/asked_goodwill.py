"""What a request for goodwill brings about: how it is answered, and what it and its answer leave behind."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.desk.models import TicketField, UserIdentity
from worlds.desk.people import decides
from worlds.desk.tasks.broken_articles import Case
from worlds.desk.tasks.casework import spoken
from worlds.desk.tasks.goodwill_words import DENIED, LESS, MAILS, WHOLE
from worlds.engine.fields import format_money
from worlds.engine.task import Decision, Draw, Happening
from worlds.graders.effects import Effect
from worlds.graders.predicates import mentions, ref
from worlds.graders.typed import Typed


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
        words=f"The approver answered: {status}",
    )  # fmt: skip


def filled(session: Session, ticket_id: int, cause: str) -> Effect:
    """The cause stands in its field."""
    field = session.scalars(select(TicketField.id).where(TicketField.name == "cause")).one()
    where = {"ticket_id": ticket_id, "field_id": field}
    return Effect("cause", "field_value", "insert", where=where, set={"value": cause}, words=f"The cause is {cause}")


def credited(ticket_id: int, amount: int) -> Effect:
    """What was allowed is given; how often need not be asked, since an approval serves for one credit alone."""
    return Effect(
        "credit", "goodwill_credit", "insert", where={"ticket_id": ticket_id},
        set={"amount": amount, "approval_id": ref("request")}, count=(1, 99),
        words=f"{format_money(amount)} EUR are given on the approval",
    )  # fmt: skip
