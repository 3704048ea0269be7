"""What happens to a record while somebody works on it: steps that colleagues take, and rules that plan something.

No surface offers it, events perform it. A colleague's step is the operation itself, with its arguments.
"""

from datetime import timedelta
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from worlds.crm.operations import (
    access,
    accounts,
    approvals,
    bulk,
    contacts,
    contracts,
    converting,
    duplicates,
    leads,
    lines,
    merging,
    opportunities,
    planning,
    quote_lines,
    quotes,
)
from worlds.crm.operations.colleagues import Amended, colleague
from worlds.crm.records import activity_file, heads
from worlds.crm.texts import Notes, Title
from worlds.crm.views import RecordKind
from worlds.engine.context import Context
from worlds.engine.errors import Invalid, NotFound
from worlds.engine.fields import Name, RecordId, Result
from worlds.engine.operation import Operation, writes

Step = Literal[
    "assign_lead", "bulk_update_records", "cancel_activity", "change_stage", "complete_meeting", "complete_task",
    "convert_lead", "create_account", "create_contact", "create_contract", "create_opportunity",
    "decide_access_request", "dismiss_duplicate_set", "merge_accounts", "merge_contacts", "merge_leads",
    "present_quote", "recall_approval", "record_answer", "record_signature", "reopen_opportunity", "set_discount",
    "submit_quote", "take_lead", "update_line", "update_quote", "update_task",
]  # fmt: skip
Minutes = Annotated[int, Field(ge=1, le=10_000)]
_PLACES: tuple[Any, ...] = (
    access, accounts, approvals, bulk, contacts, contracts, converting, duplicates, leads, lines, merging,
    opportunities, planning, quote_lines, quotes,
)  # fmt: skip
STEPS: dict[str, Operation[..., Any]] = {
    name: next(getattr(place, name) for place in _PLACES if hasattr(place, name)) for name in get_args(Step)
}
"""What colleagues do: the operations by name."""


class Stepped(Result):
    """A step that a colleague took."""

    step: Step
    by: str


@writes(roles=(), doors=())
def colleague_steps(ctx: Context, step: Step, arguments: Notes, who: Name | None = None) -> Stepped:
    """Do what an operation does, as a colleague.

    Args:
        step: The operation's name.
        arguments: Its arguments, as the text of a JSON object.
        who: The colleague's name; whose name the event bears if left out.
    """
    own = colleague(ctx, who or ctx.actor.name)
    operation = STEPS[step]
    if own.actor.role not in operation.roles:
        raise NotFound(
            "colleague_not_found", f"{own.actor.name} may not use {step}; name somebody who may.", field="who"
        )
    operation(own, **operation.bind_text(arguments))
    return Stepped(step=step, by=own.actor.name)


@writes(roles=(), doors=())
def colleague_takes(
    ctx: Context,
    lead_id: RecordId,
    who: Name | None = None,
    minutes: Minutes | None = None,
) -> Stepped:
    """Take a lead out of its queue, as a colleague, and perhaps put it back a while later.

    Args:
        lead_id: The lead.
        who: The colleague's name; whose name the event bears if left out.
        minutes: After how many minutes it is put back; never if left out.
    """
    own = colleague(ctx, who or ctx.actor.name)
    lead = heads.lead(own, lead_id)
    leads.take_lead(own, lead_id)
    if minutes is not None and lead.queue_id is not None:
        text = f'{{"lead_id": {lead_id}, "queue_id": {lead.queue_id}}}'
        due = ctx.now + timedelta(minutes=minutes)
        ctx.let_act(f"person:{own.actor.name}", due, "colleague_steps", step="assign_lead", arguments=text)
    return Stepped(step="take_lead", by=own.actor.name)


@writes(roles=(), doors=())
def rule_plans(ctx: Context, kind: RecordKind, record_id: RecordId, subject: Title) -> Amended:
    """Plan a task for whoever owns a record, by a rule that looks at what people do.

    Args:
        kind: What the record is.
        record_id: Its id.
        subject: What is to be done.
    """
    record: Any = heads.record(ctx, kind, record_id, "record_id")
    if record.owner_id is None:  # what a queue owns has nobody to do it
        raise Invalid("owner_required", f"The {kind} {record_id} is nobody's, so nobody can do it.", field="record_id")
    named: dict[str, Any] = {f"{kind}_id": record_id}
    on = activity_file.about(ctx, **named)
    due = (ctx.now + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    key = activity_file.write(ctx, "task", on, subject=subject, due_at=due, owner_id=record.owner_id)
    return Amended(record_id=key, by=ctx.actor.name)
