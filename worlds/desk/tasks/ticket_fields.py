"""The house's own fields of a ticket: what they hold when a task begins, what an agent sees, what is filled in."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.desk.models import FieldValue, TicketField
from worlds.graders.effects import Effect
from worlds.graders.predicates import one_of


def held(session: Session, name: str) -> dict[int, str]:
    """What tickets hold in a field, by their ids; those that hold nothing are left out."""
    values = (
        select(FieldValue.ticket_id, FieldValue.value)
        .join(TicketField, TicketField.id == FieldValue.field_id)
        .where(TicketField.name == name, FieldValue.value != "")
        .order_by(FieldValue.id)
    )
    return dict(session.execute(values).tuples().all())


def field_of(ticket: dict[str, Any], name: str) -> str:
    """What a ticket, as an agent sees it, holds in a field; empty where it holds nothing."""
    return next((str(one["value"]) for one in ticket["fields"] if one["name"] == name), "")


def filled(session: Session, ticket_id: int, name: str, value: str) -> Effect:
    """A field that is empty is filled in."""
    return Effect(
        name, "field_value", "insert", where={"ticket_id": ticket_id, "field_id": _id(session, name)},
        set={"value": value}, words=f"The field {name} holds {value}",
    )  # fmt: skip


def may_be_filled(session: Session, ticket_id: int, **values: str) -> list[Effect]:
    """That fields, where the ticket has them empty, may be filled with what is true."""
    ids = {name: _id(session, name) for name in sorted(values)}
    there = set(session.scalars(select(FieldValue.field_id).where(FieldValue.ticket_id == ticket_id)))
    return [
        Effect(
            f"field-{name}", "field_value", "insert", where={"ticket_id": ticket_id, "field_id": key},
            set={"value": one_of(values[name])}, count=(0, 1), words=f"The field {name} holds {values[name]}",
        )
        for name, key in ids.items()
        if key not in there
    ]  # fmt: skip


def _id(session: Session, name: str) -> int:
    return session.scalars(select(TicketField.id).where(TicketField.name == name)).one()
