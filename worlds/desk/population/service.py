"""What the desk works by, from service.toml: fields, service levels, triggers, automations and views."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from worlds.desk.models import Automation, SlaPolicy, SlaTarget, TicketField, TicketView, Trigger
from worlds.desk.models.service import METRICS
from worlds.desk.models.tickets import PRIORITIES
from worlds.desk.population.staffing import Team
from worlds.engine.context import Context
from worlds.engine.rows import insert

_BOOK = Path(__file__).with_name("service.toml")


def furnish(ctx: Context, team: Team) -> dict[str, int]:
    """Store fields, service levels, triggers, automations and views; answers the fields' ids by name."""
    book: Mapping[str, list[dict[str, Any]]] = tomllib.loads(_BOOK.read_text("utf-8"))
    fields = {one["name"]: _field(ctx, one) for one in book["field"]}
    for position, one in enumerate(book["policy"], 1):
        _promise(ctx, position, one)
    for position, one in enumerate(book["trigger"], 1):
        insert(ctx, Trigger, **_rule(position, one))
    for position, one in enumerate(book["automation"], 1):
        insert(ctx, Automation, **_rule(position, one))
    for position, one in enumerate(book["view"], 1):
        insert(
            ctx, TicketView, title=one["title"], position=position, conditions=_json(json.loads(one["when"])),
            sort=one["sort"], group_id=team.groups[one["group"]] if "group" in one else None, active=1,
        )  # fmt: skip
    return fields


def _field(ctx: Context, one: Mapping[str, Any]) -> int:
    return insert(
        ctx, TicketField, name=one["name"], title=one["title"], kind=one["kind"], options=_json(one["options"]),
        topics=_json(one["topics"]), required_to_solve=int(one["required"]), active=int(one.get("active", True)),
    )  # fmt: skip


def _promise(ctx: Context, position: int, one: Mapping[str, Any]) -> None:
    when = _json(json.loads(one["when"]))
    policy = insert(ctx, SlaPolicy, name=one["name"], position=position, conditions=when, active=1)
    for metric in METRICS:
        if metric not in one:
            continue
        for priority, minutes in zip(PRIORITIES, one[metric]["minutes"], strict=True):
            insert(
                ctx, SlaTarget, policy_id=policy, metric=metric, priority=priority, minutes=minutes,
                hours=one[metric]["hours"],
            )  # fmt: skip


def _rule(position: int, one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": one["title"], "position": position, "conditions": _json(json.loads(one["when"])),
        "actions": _json(json.loads(one["then"])), "active": int(one.get("active", True)),
    }  # fmt: skip


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
