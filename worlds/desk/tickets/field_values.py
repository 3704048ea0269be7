"""What tickets hold in the fields of the house's own, and how it is set."""

import json
from collections.abc import Iterable
from typing import NamedTuple

from worlds.desk.models import FieldValue
from worlds.desk.tickets.ticket_file import Head
from worlds.desk.tickets.updating import Beside
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid, NotFound
from worlds.engine.rows import Query, insert, run

Setting = tuple[str, str]
"""A field's name and what it is to hold."""


class FieldRow(NamedTuple):
    """A field with what one ticket holds in it; `value` is empty where it holds nothing, `required` for its topic."""

    id: int
    name: str
    title: str
    kind: str
    options: str
    value: str
    required: int


FIELDS_OF = Query(
    FieldRow,
    """SELECT f.id, f.name, f.title, f.kind, f.options, coalesce(v.value, ''),
      f.required_to_solve AND (f.topics = '[]' OR EXISTS (
        SELECT 1 FROM json_each(f.topics) t WHERE t.value = (SELECT topic FROM ticket WHERE id = :ticket)))
    FROM ticket_field f LEFT JOIN field_value v ON v.field_id = f.id AND v.ticket_id = :ticket
    WHERE f.active = 1 OR v.id IS NOT NULL ORDER BY f.id""",
)
_COPY = """SELECT f.name, v.value FROM field_value v JOIN ticket_field f ON f.id = v.field_id
    WHERE v.ticket_id = :ticket AND f.active = 1 ORDER BY f.id"""


class _Held(NamedTuple):
    name: str
    value: str


_HELD = Query(_Held, _COPY)


def held(ctx: Context, ticket_id: int) -> tuple[Setting, ...]:
    """What a ticket holds, field by field."""
    return tuple((one.name, one.value) for one in _HELD.all(ctx, ticket=ticket_id))


def set_fields(ctx: Context, ticket: Head, settings: Iterable[Setting]) -> list[Beside]:
    """Write what fields are to hold; answers what that changed, for the ticket's audit.

    Raises:
        NotFound: when there is no such field.
        Invalid: when the field cannot hold that.
    """
    wanted = list(settings)
    known = {row.name: row for row in FIELDS_OF.all(ctx, ticket=ticket.id)} if wanted else {}
    for at, (name, value) in enumerate(wanted):
        if name not in known:
            raise NotFound(
                "field_not_found",
                f"There is no field {name}; the fields are {', '.join(known)}.",
                field=f"fields.{at}.name",
            )
        _check(known[name], value, f"fields.{at}.value")
        if not value and known[name].required and ticket.status == "solved":
            raise Conflict(
                "field_required",
                f"Ticket {ticket.number} is solved, and its topic asks for {name}; it can be changed but not emptied.",
                field=f"fields.{at}.value",
            )
    changed = []
    for name, value in dict(wanted).items():
        row = known[name]
        if value != row.value:
            _store(ctx, ticket.id, row, value)
            changed.append(Beside("field", name, row.value or None, value or None))
    return changed


def _check(row: FieldRow, value: str, path: str) -> None:
    if not value:
        return
    options: list[str] = json.loads(row.options)
    allowed = {"choice": options, "checkbox": ["true", "false"]}.get(row.kind)
    if allowed is not None and value not in allowed:
        raise Invalid(
            "field_value_invalid",
            f"The field {row.name} takes one of: {', '.join(allowed)}.",
            field=path,
            details={"options": allowed},
        )
    if row.kind == "number" and not value.removeprefix("-").replace(".", "", 1).isdecimal():
        raise Invalid("field_value_invalid", f"The field {row.name} takes a number, such as 12.50.", field=path)


def _store(ctx: Context, ticket_id: int, row: FieldRow, value: str) -> None:
    of = {"ticket": ticket_id, "field": row.id}
    if not value:
        run(ctx, "DELETE FROM field_value WHERE ticket_id = :ticket AND field_id = :field", **of)
    elif not run(
        ctx, "UPDATE field_value SET value = :value WHERE ticket_id = :ticket AND field_id = :field", value=value, **of
    ):
        insert(ctx, FieldValue, ticket_id=ticket_id, field_id=row.id, value=value)
