"""What a colleague changes of a record that somebody works on: a column that the work leaves alone, or the very same.

Where the CRM's conflicts go by columns, only an edit of the same column is in anybody's way.
"""

import json
import random
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from worlds.crm.faults.colleagues import somebody_for
from worlds.engine import clashes
from worlds.engine.faults.fault import Called
from worlds.engine.faults.layers.concurrency import Deed
from worlds.engine.fields import iso_instant

Vary = Callable[[Any, Any, random.Random], str | None]
"""What a column may hold instead, as text: given what it holds, what the call is about to write, and chance."""


def _of(*choices: str) -> Vary:
    """One of some words."""

    def vary(held: Any, asked: Any, rng: random.Random) -> str | None:
        return rng.choice([one for one in choices if one not in (held, asked)])

    return vary


def _added(*sentences: str) -> Vary:
    """A sentence behind what stands there, where it can still be one text."""

    def vary(held: Any, asked: Any, rng: random.Random) -> str | None:  # noqa: ARG001 - one signature
        said = rng.choice([one for one in sentences if one not in str(held or "")] or list(sentences))
        if not held:
            return said
        end = " " if held[-1] in ".?!" or said[0] == "(" else ". "
        return f"{held}{end}{said}"

    return vary


def _later(held: Any, asked: Any, rng: random.Random) -> str | None:
    """A later day."""
    day = date.fromisoformat(held)
    days = (day + timedelta(days=7 * weeks) for weeks in range(1 + rng.randrange(3), 9))
    return next(one.isoformat() for one in days if one != asked)


def _earlier(held: Any, asked: Any, rng: random.Random) -> str | None:
    """A day that is a little earlier."""
    day = date.fromisoformat(held)
    days = (day - timedelta(days=gone) for gone in range(1 + rng.randrange(3), 9))
    return next(one.isoformat() for one in days if one != asked)


def _postponed(held: Any, asked: Any, rng: random.Random) -> str | None:
    """A few days later, at a full hour; nothing where nothing was planned."""
    if held is None:
        return None
    begins = datetime.fromisoformat(held).replace(minute=0, second=0, microsecond=0)
    return next(
        iso_instant(one)
        for one in (begins + timedelta(days=days) for days in range(1 + rng.randrange(3), 9))
        if one != asked
    )


def _more(held: Any, asked: Any, rng: random.Random) -> str | None:
    """A few more."""
    return str(next(one for one in range((held or 8) + 1 + rng.randrange(6), (held or 8) + 12) if one != asked))


_REMARKS: Final = _added("Prefers to be written to.", "Asks for short answers.", "Reads mail in the evening only.")
_STEPS: Final = _added("Send the samples first.", "Ask about the delivery dates.", "Book the room for the demo.")
_STREETS: Final = _added("(rear building)", "(entrance B)")
_TOWNS: Final = _of("Delft", "Gent", "Kiel", "Annecy", "Linz", "Derby")
_CODES: Final = _of("1011 AB", "9000", "24103", "74000", "4020")
_TITLES: Final = _of("Head of purchasing", "Operations manager", "Assistant manager", "Owner")
_TEAMS: Final = _of("Purchasing", "Operations", "Facilities")
_SOURCES: Final = _of("referral", "event", "partner", "trade_show")
_RATINGS: Final = _of("hot", "warm", "cold")
VARIED: Final[Mapping[str, Mapping[str, Vary]]] = {
    "account": {
        "notes": _REMARKS, "employees": _more, "tier": _of("standard", "key", "strategic"),
        "segment": _of("enterprise", "mid_market", "small_business"), "billing_street": _STREETS,
        "billing_city": _TOWNS, "billing_postal_code": _CODES, "shipping_street": _STREETS, "shipping_city": _TOWNS,
        "shipping_postal_code": _CODES,
    },
    "contact": {
        "notes": _REMARKS, "title": _TITLES, "department": _TEAMS, "lead_source": _SOURCES,
        "language": _of("en", "nl", "de", "fr"),
    },
    "lead": {
        "notes": _REMARKS, "rating": _RATINGS, "title": _TITLES, "source": _SOURCES, "street": _STREETS, "city": _TOWNS,
        "postal_code": _CODES, "employees": _more, "language": _of("en", "nl", "de", "fr"),
    },
    "opportunity": {
        "next_step": _STEPS, "close_date": _later, "description": _REMARKS, "lead_source": _SOURCES,
        "forecast_category": _of("pipeline", "best_case", "commit"),
    },
}  # fmt: skip
"""By kind, the columns that a colleague may see otherwise; the first ones are what they write beside others' work."""
_BELOW: Final = _added("Prices without installation.", "Delivery in two lots.", "Pallets are taken back.")


class Kind(NamedTuple):
    """A kind of record that colleagues edit: how it is read, by what it is changed, and what of it.

    `query` answers whose it is and then the columns of `varied`, where anybody may change it now.
    """

    query: str
    varied: Mapping[str, Vary]
    step: str = ""
    """The operation that changes it; empty for what `colleague_updates` changes."""


def _read(kind: str, free: str) -> Kind:
    columns = VARIED[kind]
    return Kind(f"SELECT owner_id, {', '.join(columns)} FROM {kind} WHERE id = ? AND is_deleted = 0{free}", columns)  # noqa: S608 - names of our own


KINDS: Final[Mapping[str, Kind]] = {
    "account": _read("account", " AND locked = 0"),
    "contact": _read("contact", ""),
    "lead": _read("lead", " AND status <> 'converted'"),
    "opportunity": _read("opportunity", " AND approval_lock = 0 AND closed_at IS NULL"),
    "quote": Kind(
        """SELECT o.owner_id, q.notes, q.expires_on FROM quote q JOIN opportunity o ON o.id = q.opportunity_id
        WHERE q.id = ? AND q.status IN ('draft', 'approved') AND o.approval_lock = 0 AND o.closed_at IS NULL""",
        {"notes": _BELOW, "expires_on": _earlier},
        "update_quote",
    ),
    "activity": Kind(
        """SELECT owner_id, priority, due_at FROM activity
        WHERE id = ? AND kind = 'task' AND status = 'open' AND is_deleted = 0""",
        {"priority": _of("low", "normal", "high"), "due_at": _postponed},
        "update_task",
    ),
}


def amended(call: Called, table: str, key: int, rng: random.Random, same: bool) -> Deed | None:
    """A colleague's edit of a record; None where there is nobody or nothing that could be edited.

    Args:
        call: what somebody is about to do, or has just read.
        table: the record's table.
        key: its id.
        rng: chance.
        same: whether it is to be of what the call writes.
    """
    kind = KINDS.get(table)
    rows = call.driver.execute(kind.query, (key,)).fetchall() if kind else []
    who = somebody_for(call, rows[0][0], rng) if rows else ""
    if kind is None or not who:
        return None
    if same and call.operation.name in _PARTLY:
        return _PARTLY[call.operation.name](call, who, rows[0][0], rng)
    asked = touched(call, table, key)
    name = _column(call, kind, asked, same=same)
    value = kind.varied[name](rows[0][1 + list(kind.varied).index(name)], asked.get(name), rng) if name else None
    if value is None:
        return None
    if kind.step:
        return _stepped(who, kind.step, {f"{table}_id": key, str(name): value})
    changes = [{"field": name, "value": value}]
    return Deed(who, "colleague_updates", {"kind": table, "record_id": key, "changes": changes})


def touched(call: Called, table: str, key: int) -> dict[str, Any]:
    """The columns of a record that a call writes, with what it puts there."""
    found = clashes.touched(call.world.metadata, call.operation, call.values, (table, key))
    return {one.column: one.value for one in found if (one.table, one.key) == (table, key)}


def _column(call: Called, kind: Kind, asked: Mapping[str, Any], *, same: bool) -> str | None:
    """The column that the colleague changes: one that the call writes, or else one that it leaves alone."""
    both = [name for name in kind.varied if name in asked]
    aside = [name for name in kind.varied if name not in asked]
    by_columns = call.operation.writing and clashes.kind_of(call.operation, call.world.metadata) == "columns"
    if same and (both or by_columns):
        return next(iter(both), None)
    return next(iter(aside), None)


def _given(call: Called, who: str, owner_id: int | None, rng: random.Random) -> Deed | None:
    """A lead that somebody gives to another colleague than the call does."""
    taken = (owner_id, call.values.get("owner_id"), call.actor.person)
    found = call.driver.execute(
        "SELECT id FROM crm_user WHERE role IN ('sdr', 'rep') AND active = 1 AND away_until IS NULL ORDER BY id"
    ).fetchall()
    others = [one for (one,) in found if one not in taken]
    given = {"lead_id": call.values["lead_id"]}
    return _stepped(who, "assign_lead", {**given, "owner_id": rng.choice(others)}) if others else None


def _recounted(call: Called, who: str, owner_id: int | None, rng: random.Random) -> Deed | None:  # noqa: ARG001 - one signature
    """A line of a deal of which somebody orders more."""
    if call.values.get("quantity") is None:
        return None
    named = {name: call.values[name] for name in ("opportunity_id", "line_id")}
    return _stepped(who, "update_line", {**named, "quantity": call.values["quantity"] + 1 + rng.randrange(4)})


def _stepped(who: str, step: str, arguments: Mapping[str, Any]) -> Deed:
    return Deed(who, "colleague_steps", {"step": step, "arguments": json.dumps(arguments, ensure_ascii=False)})


Partly = Callable[[Called, str, int | None, random.Random], Deed | None]
_PARTLY: Final[Mapping[str, Partly]] = {"assign_lead": _given, "take_lead": _given, "update_line": _recounted}
"""Operations that write what no edit of a single column is."""
