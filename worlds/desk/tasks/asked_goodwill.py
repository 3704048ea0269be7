"""What a request for goodwill leaves behind: the request and its answer, the credit, the cause in its field."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.desk.models import TicketField, UserIdentity
from worlds.engine.fields import format_money
from worlds.graders.effects import Effect
from worlds.graders.predicates import mentions, ref
from worlds.graders.typed import Typed


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
    """What was allowed is given once."""
    return Effect(
        "credit", "goodwill_credit", "insert", where={"ticket_id": ticket_id},
        set={"amount": amount, "approval_id": ref("request")},
        words=f"{format_money(amount)} EUR are given once, on the approval",
    )  # fmt: skip
