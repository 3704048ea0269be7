"""What colleagues do while others work. No surface offers it, events perform it.

A colleague goes through the same business as everybody, under their own name: histories name them.
"""

from dataclasses import replace
from typing import Any, Literal, NamedTuple

from worlds.crm.operations.bulk import STAGE, FieldValues
from worlds.crm.records import activity_file, changing, heads
from worlds.crm.records.typed import stage_named, typed
from worlds.crm.texts import Notes, Title
from worlds.crm.views import RecordKind
from worlds.engine.context import Actor, Context
from worlds.engine.errors import Invalid, NotFound
from worlds.engine.fields import Instant, Name, RecordId, Result
from worlds.engine.operation import writes
from worlds.engine.rows import Query

Planned = Literal["task", "call", "meeting"]


class Amended(Result):
    """A record that a colleague has changed or made."""

    record_id: int
    by: str


class _Colleague(NamedTuple):
    id: int
    role: str
    name: str


_COLLEAGUE = Query(_Colleague, "SELECT {fields} FROM crm_user WHERE name = :name AND active = 1 ORDER BY id LIMIT 1")


def colleague(ctx: Context, name: str) -> Context:
    """The context of a colleague, by their name.

    Raises:
        NotFound: when nobody of that name works here.
    """
    found = _COLLEAGUE.first(ctx, name=name)
    if found is None:
        raise NotFound("colleague_not_found", f"Nobody named {name!r} works with the CRM.", field="who")
    return replace(ctx, actor=Actor(found.role, found.id, found.name))


@writes(roles=(), doors=())
def colleague_updates(
    ctx: Context, kind: RecordKind, record_id: RecordId, changes: FieldValues, who: Name | None = None
) -> Amended:
    """Change a record, as a colleague.

    Args:
        kind: What it is.
        record_id: Its id.
        changes: The fields with what they are to hold; `stage` takes a stage's name.
        who: The colleague's name; whose name the event bears if left out.
    """
    own = colleague(ctx, who or ctx.actor.name)
    row: Any = heads.record(own, kind, record_id, "record_id")
    values: dict[str, Any] = {}
    for at, one in enumerate(changes):
        if one.field == STAGE and kind == "opportunity":
            values["stage_id"] = stage_named(own, row.pipeline_id, one.value or "")
        elif one.field in changing.settable(kind):
            values[one.field] = typed(kind, one.field, one.value)
        else:
            raise Invalid("field_unknown", f"Nobody sets {one.field} of a {kind}.", field=f"changes.{at}.field")
    changing.change(own, kind, row, values)
    return Amended(record_id=record_id, by=own.actor.name)


@writes(roles=(), doors=())
def colleague_plans(  # noqa: PLR0913 - with whom and about what
    ctx: Context,
    kind: Planned,
    subject: Title,
    at: Instant,
    contact_id: RecordId | None = None,
    lead_id: RecordId | None = None,
    opportunity_id: RecordId | None = None,
    account_id: RecordId | None = None,
    who: Name | None = None,
) -> Amended:
    """Plan something with somebody, as a colleague.

    Args:
        kind: A task, a call or a meeting.
        subject: What it is about.
        at: When a task is due, or when the others begin.
        contact_id: The contact it is with.
        lead_id: The lead it is with.
        opportunity_id: The deal it is about.
        account_id: The account it is about.
        who: The colleague's name; whose name the event bears if left out.
    """
    own = colleague(ctx, who or ctx.actor.name)
    on = activity_file.about(
        own, contact_id=contact_id, lead_id=lead_id, opportunity_id=opportunity_id, account_id=account_id
    )
    moment: dict[str, Any] = {"due_at": at} if kind == "task" else {"starts_at": at, "duration": 30}
    return Amended(record_id=activity_file.write(own, kind, on, subject=subject, **moment), by=own.actor.name)


@writes(roles=(), doors=())
def colleague_logs(
    ctx: Context,
    kind: Literal["call", "email", "note"],
    subject: Title,
    body: Notes,
    contact_id: RecordId | None = None,
    lead_id: RecordId | None = None,
    opportunity_id: RecordId | None = None,
    who: Name | None = None,
) -> Amended:
    """Write down a call or an e-mail of theirs, or a note, as a colleague.

    Args:
        kind: What it is.
        subject: What it is about.
        body: What was said.
        contact_id: The contact it was with.
        lead_id: The lead it was with.
        opportunity_id: The deal it is about.
        who: The colleague's name; whose name the event bears if left out.
    """
    own = colleague(ctx, who or ctx.actor.name)
    on = activity_file.about(own, contact_id=contact_id, lead_id=lead_id, opportunity_id=opportunity_id)
    more: dict[str, Any] = {
        "call": {"direction": "out", "outcome": "reached", "starts_at": ctx.now},
        "email": {"direction": "out", "outcome": "sent", "starts_at": ctx.now},
        "note": {},
    }[kind]
    key = activity_file.write(
        own, kind, on, subject=subject, body=body, status="done", done_at=ctx.now, **more
    )  # fmt: skip
    return Amended(record_id=key, by=own.actor.name)
