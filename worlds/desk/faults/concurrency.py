"""Who else is at work on the desk's records: colleagues who edit, have a ticket open, and take steps."""

import json
import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from worlds.desk.rules import LEADS, PEOPLE_AT_WORK
from worlds.engine.faults.colleagues import Amended, Colleagues, first_row
from worlds.engine.faults.fault import Called
from worlds.engine.faults.layers.concurrency import Deed
from worlds.engine.fields import iso_instant

_FLAGS: Final = frozenset({"active", "public", "spam", "vip", "automatic", "redacted", "is_primary", "is_default"})
_LISTS: Final = frozenset({"tags", "domains", "skills"})
_INSIDE: Final = frozenset({"submitter_id", "organization_id", "field_id", "category_id", "actions", "conditions"})
"""Columns that no argument of the workspace's operations is like."""
_PARTS: Final = {"field_value": "fields", "collaborator": "collaborators", "checklist_item": "checklist"}
"""Under what a ticket shows its parts."""


def told(table: str, column: str, value: Any) -> tuple[str, Any] | None:
    """How a conflict shows a column's value: under the name and in the form that the operations have for it."""
    if column in _INSIDE:
        return None
    if value is not None and column in _FLAGS:
        return column, bool(value)
    if value is not None and column in _LISTS:
        return column, json.loads(value)
    if table in _PARTS:
        return f"{_PARTS[table]}.{column}", value
    return column, value


def keeper(call: Called, rng: random.Random) -> tuple[str, str] | None:
    """Who has a record to themselves when it is locked, and why: a colleague who has it open, as desks show it."""
    who = COLLEAGUES.somebody_else(call, PEOPLE_AT_WORK, rng)
    return (who, "editing") if who else None


def step(call: Called, rng: random.Random) -> Deed | None:
    """The step that the call is about to take, taken by a colleague: one of the trade, a merger, another state."""
    name, values = call.operation.name, call.values
    if name == "merge_tickets":
        operation: str = "colleague_merges"
        arguments = {"target_id": values["target_id"], "source_ids": list(values["source_ids"])}
    elif name in _STATES and values.get("status") is not None:
        operation = "colleague_updates"
        arguments = {"ticket_id": values["ticket_id"], "changes": {"status": values["status"]}}
    else:
        return COLLEAGUES.step(call, rng)
    who = COLLEAGUES.somebody_else(call, PEOPLE_AT_WORK, rng)
    return Deed(who, operation, arguments) if who else None


_STEPS: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    "close_side_conversation": ("conversation_id", PEOPLE_AT_WORK),
    "withdraw_approval": ("approval_id", LEADS),
    "release_suspended_message": ("message_id", LEADS),
    "delete_suspended_message": ("message_id", LEADS),
    "complete_item": ("item_id", PEOPLE_AT_WORK),
}
_STATES: Final = ("update_ticket", "reply_publicly")
"""Operations that may take a ticket from one state to another."""


_CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "priority": ("low", "normal", "high", "urgent"),
    "urgency": ("low", "medium", "high"),
    "impact": ("low", "medium", "high"),
    "type": ("question", "task"),
}
"""Properties that a colleague may see otherwise, and what they can be."""


def _ticket(call: Called, key: int, rng: random.Random, same: bool) -> tuple[str, dict[str, Any]]:
    """By when it has to be done, which hardly anything asks about; or another value of what the call sets."""
    row = first_row(
        call.driver,
        "SELECT priority, urgency, impact, type, due_at FROM ticket WHERE id = :key AND status <> 'closed'",
        {"key": key},
    )
    if row is None:
        return "", {}
    if same or call.values.get("due_at") is not None:
        name = next((one for one in _CHOICES if call.values.get(one) is not None), "priority")
        taken = {dict(zip(_CHOICES, row, strict=False))[name], call.values.get(name)}
        changes = {name: rng.choice([one for one in _CHOICES[name] if one not in taken])}
    else:
        due = call.moment.instant + timedelta(days=1 + rng.randrange(5))
        changes = {"due_at": iso_instant(due.replace(minute=0, second=0, microsecond=0))}
    return "colleague_updates", {"ticket_id": key, "changes": changes}


def _user(call: Called, key: int, rng: random.Random, same: bool) -> tuple[str, dict[str, Any]]:  # noqa: ARG001 - as `edit`
    query = "SELECT coalesce(notes, '') FROM desk_user WHERE id = :key AND role = 'end_user' AND merged_into_id IS NULL"
    row = first_row(call.driver, query, {"key": key})
    if row is None:
        return "", {}
    return "colleague_amends_user", {"user_id": key, "notes": f"{row[0]}\n{rng.choice(_REMARKS)}".strip()}


def _article(call: Called, key: int, rng: random.Random, same: bool) -> tuple[str, dict[str, Any]]:
    query = """SELECT a.title FROM kb_article a JOIN kb_category c ON c.id = a.category_id
        WHERE a.id = :key AND c.slug <> 'handbook'"""
    row = first_row(call.driver, query, {"key": key})
    if row is None:
        return "", {}
    if same or call.values.get("body") is not None:
        return "colleague_amends_article", {"article_id": key, "title": f"{row[0]} ({rng.choice(_YEARS)})"}
    return "colleague_amends_article", {"article_id": key, "added": rng.choice(_LINES)}


def _macro(call: Called, key: int, rng: random.Random, same: bool) -> tuple[str, dict[str, Any]]:  # noqa: ARG001 - as `edit`
    row = first_row(call.driver, "SELECT title FROM macro WHERE id = :key AND active = 1", {"key": key})
    return (
        ("colleague_amends_macro", {"macro_id": key, "title": f"{row[0]} ({rng.choice(_YEARS)})"}) if row else ("", {})
    )


_REMARKS: Final = ("Prefers to be written to.", "Asks for short answers.", "Has moved lately.")
_LINES: Final = ("If in doubt, ask us first.", "Our help centre has pictures of it.", "This page was looked through.")
_YEARS: Final = ("2026", "new", "checked")
_EDITS: Final[Mapping[str, tuple[Sequence[str], Amended]]] = {
    "ticket": (PEOPLE_AT_WORK, _ticket),
    "desk_user": (PEOPLE_AT_WORK, _user),
    "kb_article": (LEADS, _article),
    "macro": (LEADS, _macro),
}
COLLEAGUES: Final = Colleagues("desk_user WHERE suspended = 0 AND away_until IS NULL", _EDITS, _STEPS)
edit = COLLEAGUES.edit
"""Colleagues amend tickets, somebody's record, articles and macros."""
