"""How the house has set the CRM up: rules that assign, check and act, saved views, and imports of files."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from worlds.crm.models.access import KINDS
from worlds.crm.models.model import Model
from worlds.engine.schema import business, check, collection, derived, key, one_of, prose, refers, table, volatile

EVENTS = ("create", "update", "both")
VISIBILITIES = ("private", "team", "everybody")
IMPORT_KINDS = ("account", "contact", "lead")
ON_MATCH = ("fill", "update", "skip", "create")
JOB_STATES = ("running", "finished", "failed")
ROW_STATES = ("pending", "created", "updated", "skipped", "failed")
VIEWED_KINDS = (*KINDS, "activity", "quote")


class AssignmentRule(Model):
    """Who gets a new lead; the first rule whose `condition` holds decides, to a user, a queue, or a queue in turn."""

    __tablename__ = "assignment_rule"
    __table_args__ = table(
        "business",
        UniqueConstraint("name"),
        check("(user_id IS NULL) <> (queue_id IS NULL)"),
        check("in_turn = 0 OR queue_id IS NOT NULL"),
    )

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    position: Mapped[int] = business()
    condition: Mapped[str] = business()
    user_id: Mapped[int | None] = refers("crm_user.id")
    queue_id: Mapped[int | None] = refers("queue.id")
    in_turn: Mapped[bool] = business()
    active: Mapped[bool] = business()


class RoundRobinState(Model):
    """Who of a queue was given something last; the next one in the order of their ids is next."""

    __tablename__ = "round_robin_state"
    __table_args__ = table("business", UniqueConstraint("queue_id"))

    id: Mapped[int] = key()
    queue_id: Mapped[int] = refers("queue.id")
    last_user_id: Mapped[int | None] = refers("crm_user.id")


class ValidationRule(Model):
    """What a record must never be: where `condition` holds after a change, the change is refused with `message`.

    Conditions are JSON, see `worlds.crm.records.conditions`. `field` is the column that the refusal names.
    `except_roles` is a JSON array.
    """

    __tablename__ = "validation_rule"
    __table_args__ = table("business", UniqueConstraint("name"), one_of("record_kind", KINDS))

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    record_kind: Mapped[str] = business()
    condition: Mapped[str] = business()
    message: Mapped[str] = prose()
    field: Mapped[str | None] = business()
    except_roles: Mapped[str] = collection()
    active: Mapped[bool] = business()


class WorkflowRule(Model):
    """What happens by itself when a record was made or changed and `condition` holds; `actions` is a JSON object."""

    __tablename__ = "workflow_rule"
    __table_args__ = table("business", UniqueConstraint("name"), one_of("record_kind", KINDS), one_of("event", EVENTS))

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    record_kind: Mapped[str] = business()
    event: Mapped[str] = business()
    position: Mapped[int] = business()
    condition: Mapped[str] = business()
    actions: Mapped[str] = business()
    active: Mapped[bool] = business()


class WorkflowRun(Model):
    """That a workflow rule acted on a record, and what it did."""

    __tablename__ = "workflow_run"
    __table_args__ = table("trace", Index("workflow_run_record", "record_kind", "record_id"))

    id: Mapped[int] = key()
    rule_id: Mapped[int] = refers("workflow_rule.id")
    record_kind: Mapped[str] = business()
    record_id: Mapped[int] = business()
    done: Mapped[str] = business()
    at: Mapped[datetime] = volatile()


class SavedView(Model):
    """A list that somebody keeps: `filters` is a JSON object of a list operation's filters, `columns` a JSON array."""

    __tablename__ = "saved_view"
    __table_args__ = table(
        "business",
        UniqueConstraint("record_kind", "name", "owner_id"),
        one_of("record_kind", VIEWED_KINDS),
        one_of("visibility", VISIBILITIES),
        called="view_id",
    )

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    record_kind: Mapped[str] = business()
    filters: Mapped[str] = business()
    columns: Mapped[str] = business()
    sort: Mapped[str] = business()
    owner_id: Mapped[int | None] = refers("crm_user.id")
    visibility: Mapped[str] = business()
    created_at: Mapped[datetime] = volatile()


class ImportJob(Model):
    """A file that is read into the CRM, row by row (rule CR19); `owner_id` gets what rows make that name nobody."""

    __tablename__ = "import_job"
    __table_args__ = table(
        "business",
        one_of("record_kind", IMPORT_KINDS),
        one_of("on_match", ON_MATCH),
        one_of("state", JOB_STATES),
        called="import_id",
    )

    id: Mapped[int] = key()
    record_kind: Mapped[str] = business()
    file_name: Mapped[str] = business()
    content_digest: Mapped[str] = derived()
    match_key: Mapped[str] = business()
    on_match: Mapped[str] = business()
    state: Mapped[str] = business()
    started_by_id: Mapped[int | None] = refers("crm_user.id")
    campaign_id: Mapped[int | None] = refers("campaign.id")
    owner_id: Mapped[int | None] = refers("crm_user.id")
    created_at: Mapped[datetime] = volatile()
    finished_at: Mapped[datetime | None] = volatile()


class ImportRow(Model):
    """A row of an imported file: `data` is a JSON object of what stood in it, `record_id` what became of it."""

    __tablename__ = "import_row"
    __table_args__ = table(
        "business",
        UniqueConstraint("job_id", "line"),
        one_of("status", ROW_STATES),
        check("status <> 'failed' OR error IS NOT NULL"),
        part_of="job_id",
        called="row_id",
    )

    id: Mapped[int] = key()
    job_id: Mapped[int] = refers("import_job.id")
    line: Mapped[int] = business()
    data: Mapped[str] = business()
    status: Mapped[str] = business()
    record_id: Mapped[int | None] = business()
    error_code: Mapped[str | None] = business()
    error: Mapped[str | None] = prose()
    error_field: Mapped[str | None] = business()


class WebEvent(Model):
    """A delivery of a web form as it came in; the same `external_id` may be delivered more than once."""

    __tablename__ = "web_event"
    __table_args__ = table("trace", UniqueConstraint("external_id"))

    id: Mapped[int] = key()
    external_id: Mapped[str] = business()
    kind: Mapped[str] = business()
    payload: Mapped[str] = prose()
    deliveries: Mapped[int] = business()
    lead_id: Mapped[int | None] = refers("lead.id")
    received_at: Mapped[datetime] = volatile()
