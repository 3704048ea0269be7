"""Who else is at work on the desk's records: colleagues who edit, have a ticket open, and take steps."""

import json
import random
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from worlds.desk.rules import LEADS, PEOPLE_AT_WORK
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


def edit(call: Called, table: str, key: int, rng: random.Random, same_field: bool) -> Deed | None:
    """A colleague's edit of a ticket, of somebody's record, of an article or a macro."""
    make = _EDITS.get(table)
    if make is None:
        return None
    roles, amended = make
    operation, arguments = amended(call, key, rng, same_field)
    who = somebody_else(call, roles, rng) if operation else ""
    return Deed(who, operation, arguments) if who else None


def keeper(call: Called, rng: random.Random) -> tuple[str, str] | None:
    """Who has a record to themselves when it is locked, and why: a colleague who has it open, as desks show it."""
    who = somebody_else(call, PEOPLE_AT_WORK, rng)
    return (who, "editing") if who else None


def step(call: Called, rng: random.Random) -> Deed | None:
    """The step that the call is about to take, taken by a colleague."""
    name, values = call.operation.name, call.values
    who = somebody_else(call, _STEPS.get(name, ("", PEOPLE_AT_WORK))[1], rng)
    if not who:
        return None
    if name in _STEPS:
        argument, _ = _STEPS[name]
        return Deed(who, "colleague_steps", {"step": name, "record_id": values[argument]})
    if name == "merge_tickets":
        both = {"target_id": values["target_id"], "source_ids": list(values["source_ids"])}
        return Deed(who, "colleague_merges", both)
    if name in _STATES and values.get("status") is not None:
        changes = {"status": values["status"]}
        return Deed(who, "colleague_updates", {"ticket_id": values["ticket_id"], "changes": changes})
    return None


_STEPS: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    "close_side_conversation": ("conversation_id", PEOPLE_AT_WORK),
    "withdraw_approval": ("approval_id", LEADS),
    "release_suspended_message": ("message_id", LEADS),
    "delete_suspended_message": ("message_id", LEADS),
    "complete_item": ("item_id", PEOPLE_AT_WORK),
}
_STATES: Final = ("update_ticket", "reply_publicly")
"""Operations that may take a ticket from one state to another."""


def somebody_else(call: Called, roles: Sequence[str], rng: random.Random) -> str:
    """The name of somebody else who works here in one of these roles; empty where there is nobody."""
    marks = ", ".join("?" * len(roles))
    query = f"SELECT name FROM desk_user WHERE suspended = 0 AND away_until IS NULL AND role IN ({marks}) AND name <> ? ORDER BY id"  # noqa: S608, E501 - marks alone
    found = call.driver.execute(query, (*roles, call.actor.name)).fetchall()
    return str(found[rng.randrange(len(found))][0]) if found else ""


def _first(driver: sqlite3.Connection, query: str, key: int) -> tuple[Any, ...] | None:
    rows = driver.execute(query, (key,)).fetchall()
    return rows[0] if rows else None


Amended = Callable[[Called, int, random.Random, bool], tuple[str, dict[str, Any]]]
_CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "priority": ("low", "normal", "high", "urgent"),
    "urgency": ("low", "medium", "high"),
    "impact": ("low", "medium", "high"),
    "type": ("question", "task"),
}
"""Properties that a colleague may see otherwise, and what they can be."""


def _ticket(call: Called, key: int, rng: random.Random, same: bool) -> tuple[str, dict[str, Any]]:
    """By when it has to be done, which hardly anything asks about; or another value of what the call sets."""
    row = _first(
        call.driver,
        "SELECT priority, urgency, impact, type, due_at FROM ticket WHERE id = ? AND status <> 'closed'",
        key,
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
    query = "SELECT coalesce(notes, '') FROM desk_user WHERE id = ? AND role = 'end_user' AND merged_into_id IS NULL"
    row = _first(call.driver, query, key)
    if row is None:
        return "", {}
    return "colleague_amends_user", {"user_id": key, "notes": f"{row[0]}\n{rng.choice(_REMARKS)}".strip()}


def _article(call: Called, key: int, rng: random.Random, same: bool) -> tuple[str, dict[str, Any]]:
    query = """SELECT a.title FROM kb_article a JOIN kb_category c ON c.id = a.category_id
        WHERE a.id = ? AND c.slug <> 'handbook'"""
    row = _first(call.driver, query, key)
    if row is None:
        return "", {}
    if same or call.values.get("body") is not None:
        return "colleague_amends_article", {"article_id": key, "title": f"{row[0]} ({rng.choice(_YEARS)})"}
    return "colleague_amends_article", {"article_id": key, "added": rng.choice(_LINES)}


def _macro(call: Called, key: int, rng: random.Random, same: bool) -> tuple[str, dict[str, Any]]:  # noqa: ARG001 - as `edit`
    row = _first(call.driver, "SELECT title FROM macro WHERE id = ? AND active = 1", key)
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
