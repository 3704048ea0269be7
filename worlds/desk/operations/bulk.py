"""One change of many tickets: taken on now, done by the system in its own time, told ticket by ticket."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import Field

from worlds.desk.automation.actions import with_tags
from worlds.desk.operations.tickets import added_tags
from worlds.desk.rules import MAX_BULK, WORKERS
from worlds.desk.texts import Tags
from worlds.desk.tickets import laws
from worlds.desk.tickets.ticket_file import head
from worlds.desk.tickets.updating import update
from worlds.desk.views import Priority, SettableStatus, TicketType, Topic
from worlds.engine.context import Actor, Context
from worlds.engine.errors import Invalid, Refusal
from worlds.engine.everywhere.jobs import JobId, JobItem, finish_job, open_job
from worlds.engine.fields import Input, Name, RecordId, Result
from worlds.engine.operation import writes
from worlds.engine.rows import number

MISHAP: Final = "bulk-item"
"""What a failure plan calls it when one ticket of a job fails."""
SETTING_UP, EACH = timedelta(seconds=20), timedelta(seconds=1)
"""How long it takes until a job is done: in any case, and for each of its tickets."""
TicketIds = Annotated[list[RecordId], Field(min_length=1, max_length=MAX_BULK)]


class JobTaken(Result):
    """A job that was taken on; get_job says how it stands and what became of each ticket."""

    job_id: str
    total: int


class BulkChange(Input):
    """What is changed of each ticket; what is left out stays."""

    status: SettableStatus | None = Field(default=None, description="Its state.")
    type: TicketType | None = Field(default=None, description="Its type.")
    priority: Priority | None = Field(default=None, description="How pressing it is.")
    topic: Topic | None = Field(default=None, description="What it is about.")
    group_id: RecordId | None = Field(default=None, description="The group that works on it.")
    assignee_id: RecordId | None = Field(default=None, description="Who works on it.")
    add_tags: Tags = Field(default_factory=list, description="Tags to add.")
    remove_tags: Tags = Field(default_factory=list, description="Tags to take off.")


class AskedBy(Input):
    """Who has asked for a job: a role, and a record and a name if they have one."""

    role: Name = Field(description="The role.")
    person: RecordId | None = Field(default=None, description="The id of their record.")
    name: Annotated[str, Field(max_length=120)] = Field(default="", description="Their name.")


@writes(roles=WORKERS, deferred=True)
def bulk_update_tickets(  # noqa: PLR0913 - what may be changed
    ctx: Context,
    ticket_ids: TicketIds,
    status: SettableStatus | None = None,
    type: TicketType | None = None,  # noqa: A002 - what the trade calls it
    priority: Priority | None = None,
    topic: Topic | None = None,
    group_id: RecordId | None = None,
    assignee_id: RecordId | None = None,
    add_tags: Tags | None = None,
    remove_tags: Tags | None = None,
) -> JobTaken:
    """Change up to 100 tickets alike in one job, which is worked off within some minutes.

    The answer says only that the job was taken on. A ticket that cannot be changed, such as a closed one, does not stop
    the others; get_job tells of each, in no particular order.

    Args:
        ticket_ids: The tickets' ids, each once.
        status: The state they are to be in.
        type: Question, incident, problem or task.
        priority: How pressing they are.
        topic: What they are about.
        group_id: The group that works on them.
        assignee_id: The colleague who works on them.
        add_tags: Tags to add; those they have stay.
        remove_tags: Tags to take off.
    """
    change = BulkChange(
        status=status, type=type, priority=priority, topic=topic, group_id=group_id, assignee_id=assignee_id,
        add_tags=add_tags or [], remove_tags=remove_tags or [],
    )  # fmt: skip
    if not change.model_dump(exclude_none=True, exclude_defaults=True):
        raise Invalid("nothing_to_change", "Say what is to be changed of these tickets.", field="ticket_ids")
    twice = sorted({one for one in ticket_ids if ticket_ids.count(one) > 1})
    if twice:
        raise Invalid("duplicate_ticket", f"Ticket {twice[0]} is named twice; name it once.", field="ticket_ids")
    job_id = open_job(
        ctx.driver, "bulk_update_tickets", ctx.actor.role, int(ctx.now.timestamp()), total=len(ticket_ids)
    )
    by = AskedBy(role=ctx.actor.role, person=ctx.actor.person, name=ctx.actor.name)
    ctx.schedule(
        ctx.now + SETTING_UP + EACH * len(ticket_ids), "work_off_updates", job_id=job_id, ticket_ids=ticket_ids,
        change=change.model_dump(exclude_none=True), by=by.model_dump(exclude_none=True),
    )  # fmt: skip
    return JobTaken(job_id=job_id, total=len(ticket_ids))


@writes(roles=(), doors=())
def work_off_updates(ctx: Context, job_id: JobId, ticket_ids: TicketIds, change: BulkChange, by: AskedBy) -> JobTaken:
    """Work off a job of updates, ticket by ticket, in an order of the system's own.

    Args:
        job_id: The job.
        ticket_ids: The tickets.
        change: What is changed of each.
        by: Who has asked for it.
    """
    own = replace(ctx, actor=Actor(by.role, by.person, by.name))
    order = list(enumerate(ticket_ids))
    ctx.rng("order of work").shuffle(order)
    done = [_work_off(own, index, one, change) for index, one in order]
    finish_job(ctx.driver, job_id, int(ctx.now.timestamp()), done)
    return JobTaken(job_id=job_id, total=len(ticket_ids))


def _work_off(ctx: Context, index: int, ticket_id: int, change: BulkChange) -> JobItem:
    waiting = number(ctx, "SELECT count(*) FROM ticket WHERE id = :ticket AND status <> 'closed'", ticket=ticket_id)
    if waiting and (failed := ctx.mishap(MISHAP)) is not None:  # a closed one fails for a reason of its own
        return JobItem(
            index=index, success=False, record_id=ticket_id, error=failed["error"], message=failed["message"]
        )
    ctx.driver.execute("SAVEPOINT bulk_item")
    try:
        _change(ctx, ticket_id, change)
    except Refusal as refusal:
        ctx.driver.execute("ROLLBACK TO bulk_item")
        return JobItem(index=index, success=False, record_id=ticket_id, error=refusal.code, message=refusal.message)
    finally:
        ctx.driver.execute("RELEASE bulk_item")
    return JobItem(index=index, success=True, record_id=ticket_id)


def _change(ctx: Context, ticket_id: int, change: BulkChange) -> None:
    ticket = head(ctx, ticket_id)
    laws.check_free(ctx, ticket, "ticket_ids")
    changes: dict[str, Any] = change.model_dump(exclude_none=True, exclude={"add_tags", "remove_tags"})
    tags = with_tags(added_tags(ticket, change.add_tags), remove=change.remove_tags)
    update(ctx, ticket, {**changes, "tags": tags}, via="bulk")
