"""What happens by itself: workflow rules that act when records change and what they did, and rules on duplicates."""

from datetime import datetime
from typing import Any, NamedTuple

from worlds.crm.models import WorkflowRule
from worlds.crm.records import fieldlog, heads
from worlds.crm.rules import ADMINS, EVERYBODY
from worlds.crm.views import RecordKind, UpTo500
from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.fields import Instant, Page, PageNumber, PageSize, RecordId, Result
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query, run


class WorkflowRuleView(Result):
    """What happens by itself after a record was made or changed: `condition` and `actions` are JSON."""

    workflow_rule_id: int
    name: str
    record_kind: str
    event: str
    position: int
    condition: str
    actions: str
    active: bool


class WorkflowRuleDetail(WorkflowRuleView):
    """One workflow rule, with the version that switch_workflow_rule can be told."""

    version: int


class WorkflowRunView(Result):
    """That a workflow rule acted on a record; `done` names what it did."""

    run_id: int
    rule_name: str
    done: str
    at: Instant


class WorkflowRules(Result):
    """The workflow rules in their order."""

    rules: UpTo500[WorkflowRuleView]


class DuplicateRuleView(Result):
    """What happens when a record is like another one: `block`, `alert` (allow_save goes past it) or `report`.

    `likeness` is how much of a name has to agree, in whole per cent.
    """

    duplicate_rule_id: int
    name: str
    record_kind: str
    against_kind: str
    method: str
    likeness: int
    action: str
    on_create: bool
    on_update: bool
    message: str
    active: bool


class DuplicateRules(Result):
    """The rules on duplicates."""

    rules: UpTo500[DuplicateRuleView]


class _Workflow(NamedTuple):
    workflow_rule_id: int
    name: str
    record_kind: str
    event: str
    position: int
    condition: str
    actions: str
    active: int


class _Run(NamedTuple):
    run_id: int
    rule_name: str
    done: str
    at: datetime


class _Duplicate(NamedTuple):
    duplicate_rule_id: int
    name: str
    record_kind: str
    against_kind: str
    method: str
    likeness: int
    action: str
    on_create: int
    on_update: int
    message: str
    active: int


_WORKFLOW = "SELECT id, name, record_kind, event, position, condition, actions, active FROM workflow_rule"
_WORKFLOWS = Query(_Workflow, f"{_WORKFLOW} ORDER BY record_kind, position, id")
_ONE_WORKFLOW = Query(_Workflow, f"{_WORKFLOW} WHERE id = :key")
_RUN = "w.id, r.name, w.done, w.at"
_RUNS = "workflow_run w JOIN workflow_rule r ON r.id = w.rule_id"
_DUPLICATES = Query(
    _Duplicate,
    """SELECT d.id, d.name, d.record_kind, d.against_kind, m.method, m.likeness, d.action, d.on_create, d.on_update,
      d.message, d.active FROM duplicate_rule d JOIN matching_rule m ON m.id = d.matching_rule_id
    ORDER BY d.record_kind, d.id""",
)


@reads(roles=EVERYBODY)
def list_workflow_rules(ctx: Context) -> WorkflowRules:
    """List the workflow rules: what happens by itself after records were made or changed."""
    return WorkflowRules(rules=[WorkflowRuleView(**_workflow(one)) for one in _WORKFLOWS.all(ctx)])


@writes(roles=ADMINS, record="workflow_rule_id")
def switch_workflow_rule(ctx: Context, workflow_rule_id: RecordId, active: bool) -> WorkflowRuleDetail:
    """Put a workflow rule to use, or out of it. What it has done stays.

    Args:
        workflow_rule_id: The rule.
        active: Whether it acts from now on.
    """
    before = _ONE_WORKFLOW.first(ctx, key=workflow_rule_id)
    if before is None:
        raise NotFound(
            "rule_not_found",
            f"There is no workflow rule {workflow_rule_id}; see the list of workflow rules.",
            field="workflow_rule_id",
        )
    run(
        ctx, "UPDATE workflow_rule SET active = :active WHERE id = :key", active=int(active), key=workflow_rule_id
    )  # fmt: skip
    fieldlog.write(ctx, "workflow_rule", workflow_rule_id, {"active": before.active}, {"active": int(active)})
    rule = _workflow(_ONE_WORKFLOW.all(ctx, key=workflow_rule_id)[0])
    return WorkflowRuleDetail(**rule, version=ctx.version(WorkflowRule, workflow_rule_id))


@reads(roles=EVERYBODY)
def list_workflow_runs(
    ctx: Context, record_kind: RecordKind, record_id: RecordId, page: PageNumber = 1, page_size: PageSize = 25
) -> Page[WorkflowRunView]:
    """List what workflow rules did with a record, the last first.

    Args:
        record_kind: What the record is.
        record_id: Its id.
        page: Page number from 1.
        page_size: Runs a page.
    """
    heads.record(ctx, record_kind, record_id, "record_id", gone=True)
    conditions = Conditions()
    conditions.equal(w__record_kind=record_kind, w__record_id=record_id)
    rows, total = page_of(ctx, _Run, _RUN, _RUNS, conditions, "w.id DESC", page, page_size)
    return Page[WorkflowRunView].of([WorkflowRunView(**row._asdict()) for row in rows], total, page, page_size)


@reads(roles=EVERYBODY)
def list_duplicate_rules(ctx: Context) -> DuplicateRules:
    """List the rules on duplicates: how records are compared, and what happens when one is like another."""
    flags = ("on_create", "on_update", "active")
    rows = [{**one._asdict(), **{name: bool(getattr(one, name)) for name in flags}} for one in _DUPLICATES.all(ctx)]
    return DuplicateRules(rules=[DuplicateRuleView(**one) for one in rows])


def _workflow(one: _Workflow) -> dict[str, Any]:
    return {**one._asdict(), "active": bool(one.active)}
