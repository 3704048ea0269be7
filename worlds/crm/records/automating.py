"""Workflow rules: what happens by itself once a record was made or changed.

A rule's `actions` is a JSON object: `set` gives columns values, `task` makes a task `{"subject", "due_days"}` for the
record's owner, `mail` tells `{"to", "subject"}` the `owner`, or all of a role, by mail. Rules run in their order, each
at most once a change, and what they do sets off no other rules.
"""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from worlds.crm.models import Activity, WorkflowRun
from worlds.crm.records.conditions import holds
from worlds.crm.records.notices import notify
from worlds.crm.records.validating import facts
from worlds.engine.context import Context
from worlds.engine.folding import search_text
from worlds.engine.rows import Query, insert

Store = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Gives columns of the record values, as `changing` does it for rules; answers all its columns then."""


class _Rule(NamedTuple):
    id: int
    name: str
    condition: str
    actions: str


_RULES = Query(
    _Rule,
    """SELECT {fields} FROM workflow_rule WHERE record_kind = :kind AND active = 1 AND event IN (:event, 'both')
    ORDER BY position, id""",
)


def fire(
    ctx: Context, kind: str, key: int, before: Mapping[str, Any] | None, after: Mapping[str, Any], store: Store
) -> tuple[str, ...]:
    """Run the workflow rules on a record that was made or changed; answers the names of those that acted.

    Args:
        ctx: the call's context.
        kind: what the record is.
        key: its id.
        before: its columns as they were, None for a new one.
        after: its columns as they are now.
        store: how a rule gives columns values.
    """
    fired = []
    was = None if before is None else facts(ctx, kind, before)
    for rule in _RULES.all(ctx, kind=kind, event="create" if before is None else "update"):
        if not holds(json.loads(rule.condition), facts(ctx, kind, after), was):
            continue
        actions = json.loads(rule.actions)
        if actions.get("set"):
            after = store(actions["set"])
        if actions.get("task"):
            _make_task(ctx, kind, key, after, actions["task"])
        if actions.get("mail"):
            _mail(ctx, kind, key, after, rule.name, actions["mail"])
        insert(
            ctx, WorkflowRun, rule_id=rule.id, record_kind=kind, record_id=key, done=", ".join(sorted(actions)),
            at=ctx.now,
        )  # fmt: skip
        fired.append(rule.name)
    return tuple(fired)


def _make_task(ctx: Context, kind: str, key: int, record: Mapping[str, Any], task: Mapping[str, Any]) -> None:
    owner = record.get("owner_id")
    if owner is None:  # what a queue owns has nobody to do it
        return
    about = {f"{kind}_id": key}
    if kind in ("contact", "opportunity"):
        about["account_id"] = record["account_id"]
    insert(
        ctx, Activity, kind="task", subject=task["subject"], **about,
        due_at=ctx.now + timedelta(days=task.get("due_days", 1)), status="open", priority="normal",
        zone="Europe/Amsterdam", owner_id=owner, created_by="workflow", is_deleted=0,
        search_text=search_text(task["subject"]), created_at=ctx.now, updated_at=ctx.now,
    )  # fmt: skip


def _mail(ctx: Context, kind: str, key: int, record: Mapping[str, Any], rule: str, mail: Mapping[str, Any]) -> None:
    to_owner = mail["to"] == "owner"
    owner, role = (record.get("owner_id"), None) if to_owner else (None, mail["to"])
    about = {f"{kind}_id": key} if kind != "account" else {}
    body = f"{rule}: {kind} {key}."
    notify(ctx, "workflow", mail["subject"], body, user_id=owner, role=role, about=about)
