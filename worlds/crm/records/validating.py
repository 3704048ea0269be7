"""Validation rules: what the house says that a record must never be, looked at on every change."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from worlds.crm.records.conditions import holds
from worlds.engine.context import Context
from worlds.engine.errors import Invalid
from worlds.engine.fields import iso_instant
from worlds.engine.rows import Query


class _Rule(NamedTuple):
    id: int
    name: str
    condition: str
    message: str
    field: str | None
    except_roles: str


class _Stage(NamedTuple):
    name: str
    kind: str


_RULES = Query(
    _Rule,
    "SELECT {fields} FROM validation_rule WHERE record_kind = :kind AND active = 1 ORDER BY id",
)
_STAGE = Query(_Stage, "SELECT {fields} FROM pipeline_stage WHERE id = :stage")


def facts(ctx: Context, kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the conditions of rules can look at: a record's columns, and for a deal `stage` and `stage_kind` by name.

    Days and moments are ISO text, as rules write them.
    """
    told = {name: _spoken(value) for name, value in values.items()}
    if kind != "opportunity" or values.get("stage_id") is None:
        return told
    stage = _STAGE.first(ctx, stage=values["stage_id"])
    return told if stage is None else {**told, "stage": stage.name, "stage_kind": stage.kind}


def _spoken(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso_instant(value)
    return value.isoformat() if isinstance(value, date) else value


def check(ctx: Context, kind: str, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> None:
    """Refuse a record that a rule of the house does not allow.

    Args:
        ctx: the call's context.
        kind: what it is.
        before: its columns as they were, None for a new one.
        after: its columns as they are to be.

    Raises:
        Invalid: with the rule's own sentence, its name and its field.
    """
    rules = _RULES.all(ctx, kind=kind)
    if not rules:
        return
    now = facts(ctx, kind, after)
    was = None if before is None else facts(ctx, kind, before)
    for rule in rules:
        if ctx.actor.role not in json.loads(rule.except_roles) and holds(json.loads(rule.condition), now, was):
            raise Invalid("validation_rule", rule.message, field=rule.field, details={"rule": rule.name})
