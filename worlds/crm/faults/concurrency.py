"""Who else is at work on the CRM's records: who may open them, who has one open, what colleagues do to it meanwhile."""

import json
import random
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Final

from worlds.crm.faults.amending import amended
from worlds.crm.faults.colleagues import in_roles, members_of_queue
from worlds.crm.models import Model
from worlds.crm.operations.meanwhile import STEPS
from worlds.crm.records import access
from worlds.crm.selling.percent import spelled
from worlds.engine.context import Actor
from worlds.engine.faults.fault import Called
from worlds.engine.faults.layers.concurrency import Deed
from worlds.engine.fields import format_money
from worlds.engine.targets import wholes_of

_MONEY: Final = frozenset({"amount", "value", "list_price", "floor_price"})
_FLAGS: Final = frozenset({"active", "is_deleted", "is_primary", "invalid", "territory_override"})
_INSIDE: Final = frozenset({"pipeline_id", "position", "external_key", "price_book_entry_id", "created_by_id"})
"""Columns that no argument of the CRM's operations is like."""
_NAMES: Final = {"discount_bp": "discount", "discount_reason": "reason", "territory_override": "override"}
_PARTS: Final = {
    "opportunity_line": "lines", "opportunity_contact_role": "contact_roles", "quote_line": "lines",
    "email_address": "emails", "phone_number": "phones", "contact_account": "accounts", "account_team": "team",
}  # fmt: skip
"""Under what a record shows its parts."""
_OWNED: Final = ("account", "contact", "lead", "opportunity", "quote", "contract", "activity")


def told(table: str, column: str, value: Any) -> tuple[str, Any] | None:
    """How a conflict shows a column's value: under the name and in the form that the operations have for it."""
    if column in _INSIDE:
        return None
    name = _NAMES.get(column, column)
    if table == "account" and column.startswith(("billing_", "shipping_")):
        name = column.replace("_", ".", 1)
    if value is not None and (column in _MONEY or (table == "quote_line" and column == "net")):
        value = format_money(value)
    elif value is not None and column == "discount_bp":
        value = spelled(value)
    elif value is not None and column in _FLAGS:
        value = bool(value)
    return (f"{_PARTS[table]}.{name}" if table in _PARTS else name), value


def openable(driver: sqlite3.Connection, actor: Actor, table: str, key: int) -> bool:
    """Whether somebody may open a record (rule CR1), or what it is a part of; set-up and colleagues are open to all."""
    for of, place in ((table, key), *wholes_of(driver, Model.metadata, (table, key))):
        if of in _OWNED:
            return access.opened_by(driver, actor, of, place)
        if of in _BESIDE:
            return _opens_beside(driver, actor, of, place)
    return True


def _opens_beside(driver: sqlite3.Connection, actor: Actor, table: str, key: int) -> bool:
    """Whether somebody may open what is about records or for people: requests, sets of duplicates, saved views."""
    about, people = _BESIDE[table]
    if about and any(access.opened_by(driver, actor, *one) for one in driver.execute(about, (key,)).fetchall()):
        return True
    named = driver.execute(people, {"key": key, "me": actor.person or 0}).fetchall() if people else []
    return bool(named)


_BESIDE: Final[Mapping[str, tuple[str, str]]] = {
    "approval_request": (
        "SELECT 'quote', quote_id FROM approval_request WHERE id = ?",
        "SELECT 1 FROM approval_request WHERE id = :key AND :me IN (approver_id, asked_by_id)",
    ),
    "access_request": (
        "SELECT kind, record_id FROM access_request WHERE id = ?",
        "SELECT 1 FROM access_request WHERE id = :key AND :me IN (approver_id, user_id)",
    ),
    "duplicate_set": ("SELECT kind, record_id FROM duplicate_item WHERE set_id = ? ORDER BY id", ""),
    "saved_view": (
        "",
        """SELECT 1 FROM saved_view v LEFT JOIN crm_user u ON u.id = v.owner_id WHERE v.id = :key AND (v.owner_id = :me
        OR v.visibility = 'everybody' OR (v.visibility = 'team' AND u.team_id =
          (SELECT team_id FROM crm_user WHERE id = :me)))""",
    ),
}
"""For each: which records it is about, any of which may do, and whom it is for."""


def edit(call: Called, table: str, key: int, rng: random.Random, same_field: bool) -> Deed | None:
    """A colleague's edit of an account, contact, lead, deal, quote or task that is in work."""
    return amended(call, table, key, rng, same_field)


def keeper(call: Called, rng: random.Random) -> tuple[str, str] | None:
    """Who has a record to themselves when it is locked, and why: a colleague who has it open for editing."""
    who = in_roles(call, ("sales_manager", "vp", "sales_ops"), rng)
    return (who, "editing") if who else None


def rival(call: Called, rng: random.Random, minutes: int) -> Deed | None:
    """A member of the queue who takes a lead a moment before, and puts it back after so many minutes (0: never)."""
    if call.operation.name != "take_lead":
        return None
    lead = call.values["lead_id"]
    who = members_of_queue(call, lead, rng)
    taken = {"lead_id": lead, **({"minutes": minutes} if minutes else {})}
    return Deed(who, "colleague_takes", taken) if who else None


def step(call: Called, rng: random.Random) -> Deed | None:
    """The step that the call is about to take, taken by a colleague."""
    name = call.operation.name
    if name not in _TAKEN:
        return None
    argument, roles = _TAKEN[name]
    if name == "take_lead":
        who = members_of_queue(call, call.values[argument], rng)
    else:
        able = [role for role in roles if role in STEPS[name].roles]
        who = in_roles(call, able, rng)
    return Deed(who, "colleague_steps", {"step": name, "arguments": spoken(call)}) if who else None


def spoken(call: Called) -> str:
    """A call's arguments as the text of a JSON object."""
    plain = call.operation.arguments.model_construct(**call.values).model_dump(mode="json", exclude_none=True)
    return json.dumps(plain, ensure_ascii=False)


_KEEPERS: Final = ("vp", "sales_ops")
"""Roles that may change and delete whatever there is."""
_TAKEN: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    "take_lead": ("lead_id", ()),
    "convert_lead": ("lead_id", _KEEPERS),
    "change_stage": ("opportunity_id", _KEEPERS),
    "reopen_opportunity": ("opportunity_id", _KEEPERS),
    "present_quote": ("quote_id", ("vp",)),
    "record_answer": ("quote_id", _KEEPERS),
    "submit_quote": ("quote_id", _KEEPERS),
    "recall_approval": ("approval_id", _KEEPERS),
    "record_signature": ("contract_id", _KEEPERS),
    "complete_task": ("activity_id", _KEEPERS),
    "complete_meeting": ("activity_id", _KEEPERS),
    "cancel_activity": ("activity_id", _KEEPERS),
    "dismiss_duplicate_set": ("set_id", _KEEPERS),
    "decide_access_request": ("request_id", ("sales_ops",)),
    "merge_accounts": ("account_id", _KEEPERS),
    "merge_contacts": ("contact_id", _KEEPERS),
    "merge_leads": ("lead_id", _KEEPERS),
}
"""Steps that are taken once: the argument that names the record, and roles that may take it of any record."""
