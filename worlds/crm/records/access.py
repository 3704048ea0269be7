"""Who may open, edit and delete records (rule CR1), as conditions of SQL for the acting user.

Owners may, and all who stand above them in the hierarchy; members of an account's territory and team; and whom a record
was shared with. Roles of `SEES_ALL` open everything, those of `EDITS_ALL` and `EDITS_KINDS` edit it. Each condition
needs the parameters of `me`.

`opens` is for whole lists: it holds all that may be opened as one set of ids, which is made once. `opens_each` is for
single records and for the few rows of one record: it looks at each row by itself.
"""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, Final

from worlds.crm.rules import DELETES_ALL, EDITS_ALL, EDITS_KINDS, SEES_ALL
from worlds.engine import locks
from worlds.engine.context import Actor, Context
from worlds.engine.errors import Conflict, Forbidden
from worlds.engine.rows import number

BELOW: Final = "(SELECT value FROM json_each(:below))"
"""The acting user and all below them."""
_WHO_IS_BELOW: Final = """WITH RECURSIVE below(id) AS (SELECT :me UNION
  SELECT u.id FROM crm_user u JOIN below b ON u.manager_id = b.id) SELECT id FROM below ORDER BY id"""

# -- one row at a time ------------------------------------------------------------------------------------------------


def _shared(kind: str, alias: str, level: str) -> str:
    return f"""EXISTS (SELECT 1 FROM record_share s WHERE s.kind = '{kind}' AND s.record_id = {alias}.id
      AND s.user_id IN {BELOW}{level})"""


def _account(alias: str, level: str = "") -> str:
    """That an account is theirs in some way; `level` narrows what teams and shares allow."""
    return f"""({alias}.owner_id IN {BELOW}
      OR {alias}.territory_id IN (SELECT territory_id FROM territory_member WHERE user_id IN {BELOW})
      OR EXISTS (SELECT 1 FROM account_team s WHERE s.account_id = {alias}.id AND s.user_id IN {BELOW}{level})
      OR {_shared("account", alias, level)})"""


def _seen(alias: str) -> str:
    """That an account is theirs in some way, or a deal of it is."""
    return f"""({_account(alias)} OR EXISTS (SELECT 1 FROM opportunity d
      WHERE d.account_id = {alias}.id AND d.owner_id IN {BELOW}))"""


_EDIT_LEVEL: Final = " AND s.level = 'edit'"
_OPENS_EACH: Final = {
    "account": _seen("{a}"),
    "contact": f"""({{a}}.owner_id IN {BELOW} OR {_shared("contact", "{a}", "")}
      OR EXISTS (SELECT 1 FROM account x WHERE x.id = {{a}}.account_id AND {_seen("x")})
      OR EXISTS (SELECT 1 FROM contact_account l JOIN account x ON x.id = l.account_id
        WHERE l.contact_id = {{a}}.id AND l.active = 1 AND {_seen("x")}))""",
    "lead": f"""({{a}}.owner_id IN {BELOW} OR {_shared("lead", "{a}", "")}
      OR {{a}}.queue_id IN (SELECT queue_id FROM queue_member WHERE user_id IN {BELOW}))""",
    "opportunity": f"""({{a}}.owner_id IN {BELOW} OR {_shared("opportunity", "{a}", "")}
      OR EXISTS (SELECT 1 FROM account x WHERE x.id = {{a}}.account_id AND {_account("x")}))""",
}
_EDITS_EACH: Final = {
    "account": _account("{a}", _EDIT_LEVEL),
    "contact": f"""({{a}}.owner_id IN {BELOW} OR {_shared("contact", "{a}", _EDIT_LEVEL)}
      OR EXISTS (SELECT 1 FROM account x WHERE x.id = {{a}}.account_id AND {_account("x", _EDIT_LEVEL)}))""",
    "lead": f"""({{a}}.owner_id IN {BELOW} OR {_shared("lead", "{a}", _EDIT_LEVEL)}
      OR {{a}}.queue_id IN (SELECT queue_id FROM queue_member WHERE user_id IN {BELOW}))""",
    "opportunity": f"""({{a}}.owner_id IN {BELOW} OR {_shared("opportunity", "{a}", _EDIT_LEVEL)}
      OR EXISTS (SELECT 1 FROM account_team s WHERE s.account_id = {{a}}.account_id AND s.user_id IN {BELOW}
        {_EDIT_LEVEL}))""",
}
_OWN: Final = f"{{a}}.owner_id IN {BELOW}"
_HANDS_ON: Final = dict.fromkeys(("account", "contact", "opportunity"), _OWN) | {
    "lead": f"({_OWN} OR {{a}}.queue_id IN (SELECT queue_id FROM queue_member WHERE user_id IN {BELOW}))",
}

# -- as sets of ids ---------------------------------------------------------------------------------------------------

_THEIRS: Final = f"""theirs(id) AS MATERIALIZED (
  SELECT a.id FROM account a WHERE a.owner_id IN {BELOW}
  UNION SELECT a.id FROM account a JOIN territory_member m ON m.territory_id = a.territory_id WHERE m.user_id IN {BELOW}
  UNION SELECT account_id FROM account_team WHERE user_id IN {BELOW}
  UNION SELECT record_id FROM record_share WHERE kind = 'account' AND user_id IN {BELOW})"""
"""Accounts that are theirs in some way."""
_SEEN: Final = f"""seen(id) AS MATERIALIZED (SELECT id FROM theirs
  UNION SELECT d.account_id FROM opportunity d WHERE d.owner_id IN {BELOW})"""
"""Those, and the accounts of deals that are theirs."""
_SHARED_WITH: Final = f"SELECT record_id FROM record_share WHERE kind = '{{kind}}' AND user_id IN {BELOW}"
_SETS: Final = {
    "account": f"WITH {_THEIRS}, {_SEEN} SELECT id FROM seen",
    "contact": f"""WITH {_THEIRS}, {_SEEN} SELECT id FROM contact WHERE owner_id IN {BELOW}
      UNION SELECT id FROM contact WHERE account_id IN (SELECT id FROM seen)
      UNION SELECT contact_id FROM contact_account WHERE active = 1 AND account_id IN (SELECT id FROM seen)
      UNION {_SHARED_WITH.format(kind="contact")}""",
    "lead": f"""SELECT id FROM lead WHERE owner_id IN {BELOW}
      UNION SELECT l.id FROM lead l JOIN queue_member m ON m.queue_id = l.queue_id WHERE m.user_id IN {BELOW}
      UNION {_SHARED_WITH.format(kind="lead")}""",
    "opportunity": f"""WITH {_THEIRS} SELECT id FROM opportunity WHERE owner_id IN {BELOW}
      UNION SELECT id FROM opportunity WHERE account_id IN (SELECT id FROM theirs)
      UNION {_SHARED_WITH.format(kind="opportunity")}""",
}
_OPENS: Final = {kind: f"{{a}}.id IN ({ids})" for kind, ids in _SETS.items()}
"""As conditions joined by OR, SQLite would walk through every row of a list."""

# -- what is opened with something else -------------------------------------------------------------------------------

_VIA: Final = {
    "quote": "{a}.opportunity_id IN (SELECT qo.id FROM opportunity qo WHERE {qo}{only})",
    "contract": "{a}.account_id IN (SELECT ca.id FROM account ca WHERE {ca}{only})",
    "activity": f"""({{a}}.owner_id IN {BELOW}
      OR {{a}}.account_id IN (SELECT aa.id FROM account aa WHERE {{aa}}{{only}})
      OR {{a}}.contact_id IN (SELECT ac.id FROM contact ac WHERE {{ac}}{{only}})
      OR {{a}}.lead_id IN (SELECT al.id FROM lead al WHERE {{al}}{{only}})
      OR {{a}}.opportunity_id IN (SELECT ao.id FROM opportunity ao WHERE {{ao}}{{only}}))""",
}
_ABOUT: Final = {
    "quote": {"qo": "opportunity"},
    "contract": {"ca": "account"},
    "activity": {"aa": "account", "ac": "contact", "al": "lead", "ao": "opportunity"},
}
_COLUMN: Final = {
    "qo": "opportunity_id", "ca": "account_id", "aa": "account_id", "ac": "contact_id", "al": "lead_id",
    "ao": "opportunity_id",
}  # fmt: skip


def me(ctx: Context) -> dict[str, Any]:
    """The parameters that the conditions of this module need: the acting user, and them with all below, as JSON.

    Who is nobody of the house is id 0.
    """
    person = ctx.actor.person or 0
    now = (person, ctx.driver.total_changes)  # as long as nothing is written, nobody's place changes
    known = ctx.session.info.get("below")
    if known is None or known[0] != now:
        rows = ctx.driver.execute(_WHO_IS_BELOW, {"me": person}).fetchall() if person else [(0,)]
        known = ctx.session.info["below"] = (now, json.dumps([row[0] for row in rows]))
    return {"me": person, "below": known[1]}


def opens(ctx: Context, kind: str, alias: str) -> str:
    """The condition on the rows of a list, under an alias, that the acting user may open them.

    `kind` is one of the four kinds that somebody owns, or `quote`, `contract` or `activity`, which are opened with what
    they are about.
    """
    if ctx.actor.role in SEES_ALL:
        return "1"
    if kind in _VIA:
        parts = {inner: _OPENS[of].format(a=inner) for inner, of in _ABOUT[kind].items()}
        return _VIA[kind].format(a=alias, only="", **parts)
    return _OPENS[kind].format(a=alias)


def opens_each(ctx: Context, kind: str, alias: str) -> str:
    """The same condition as `opens`, for single records and for the few rows that belong to one record."""
    return _opens_each_as(ctx.actor.role, kind, alias)


def _opens_each_as(role: str, kind: str, alias: str) -> str:
    if role in SEES_ALL:
        return "1"
    if kind not in _VIA:
        return _OPENS_EACH[kind].format(a=alias)
    found = _VIA[kind]
    for inner, of in _ABOUT[kind].items():
        only = f" AND {inner}.id = {alias}.{_COLUMN[inner]}"
        found = found.replace(f"{{{inner}}}{{only}}", _OPENS_EACH[of].format(a=inner) + only)
    return found.replace("{a}", alias)


def edits(ctx: Context, kind: str, alias: str) -> str:
    """The condition on rows of a kind that somebody owns that the acting user may edit them, row by row."""
    if ctx.actor.role == "finance":
        return "0"
    if ctx.actor.role in EDITS_ALL or kind in EDITS_KINDS.get(ctx.actor.role, ()):
        return "1"
    return _EDITS_EACH[kind].format(a=alias)


def deletes(ctx: Context, alias: str) -> str:
    """The condition that the acting user may delete a record, or merge it into another: owners and those above."""
    return "1" if ctx.actor.role in DELETES_ALL else _OWN.format(a=alias)


def may_open(ctx: Context, kind: str, key: int) -> bool:
    """Whether the acting user may open a record of any kind that `opens` knows."""
    return _holds(ctx, kind, key, opens_each(ctx, kind, "r"))


def opened_by(driver: sqlite3.Connection, actor: Actor, kind: str, key: int) -> bool:
    """The same of anybody, outside of an operation."""
    condition = _opens_each_as(actor.role, kind, "r")
    person = actor.person or 0
    below = [row[0] for row in driver.execute(_WHO_IS_BELOW, {"me": person}).fetchall()]
    sql = f"SELECT count(*) FROM {kind} r WHERE r.id = :key AND {condition}"
    asked = {"key": key, "me": person, "below": json.dumps(below)}
    return condition == "1" or bool(driver.execute(sql, asked).fetchall()[0][0])


def may_edit(ctx: Context, kind: str, key: int) -> bool:
    """Whether the acting user may edit a record that somebody owns."""
    return _holds(ctx, kind, key, edits(ctx, kind, "r"))


def may_delete(ctx: Context, kind: str, key: int) -> bool:
    """Whether the acting user may delete a record that somebody owns."""
    return may_edit(ctx, kind, key) and _holds(ctx, kind, key, deletes(ctx, "r"))


def editable_among(ctx: Context, kind: str, keys: Iterable[int]) -> set[int]:
    """Those of some records of a kind that the acting user may edit: one statement for all of them."""
    return _among(ctx, kind, keys, edits(ctx, kind, "r"))


def deletable_among(ctx: Context, kind: str, keys: Iterable[int]) -> set[int]:
    """Those of some records of a kind that the acting user may delete: one statement for all of them."""
    return _among(ctx, kind, keys, f"{edits(ctx, kind, 'r')} AND {deletes(ctx, 'r')}")


def _among(ctx: Context, kind: str, keys: Iterable[int], condition: str) -> set[int]:
    sql = f"SELECT r.id FROM {kind} r WHERE r.id IN (SELECT value FROM json_each(:keys)) AND {condition}"
    rows = ctx.driver.execute(sql, {"keys": json.dumps(sorted(keys)), **me(ctx)}).fetchall()
    return {int(row[0]) for row in rows}


def _holds(ctx: Context, kind: str, key: int, condition: str) -> bool:
    if condition in ("0", "1"):
        return condition == "1"
    sql = f"SELECT count(*) FROM {kind} r WHERE r.id = :key AND {condition}"
    return bool(number(ctx, sql, key=key, **me(ctx)))


def check_edit(ctx: Context, kind: str, key: int, label: str, field: str | None = None) -> None:
    """Refuse whoever may open a record but not edit it, and everybody while somebody else has it to themselves.

    Raises:
        Conflict: naming who has it.
        Forbidden: naming the record and how one gets access.
    """
    if not may_edit(ctx, kind, key):
        raise Forbidden(
            "edit_not_permitted",
            f"You may open {label} but not change it; ask its owner for access.",
            field=field,
        )
    check_free(ctx, kind, key, label, field)


def check_free(ctx: Context, kind: str, key: int, label: str, field: str | None = None) -> None:
    """Refuse to change a record that somebody else has to themselves.

    The door holds this for a record that a call names by an argument of its kind; this is for those that stand in a
    list, and for those that are named by `kind` and `record_id`.

    Raises:
        Conflict: naming who has it.
    """
    for refusal in held_among(ctx, kind, {key: label}, field):
        raise refusal


def held_among(
    ctx: Context, kind: str, labels: Mapping[int, str], field: str | None = None
) -> list[Forbidden | Conflict]:
    """What refuses to change those of some records, by id, that somebody else has to themselves."""
    held = locks.holders(ctx.driver, kind, sorted(labels), int(ctx.now.timestamp()))
    return [
        Conflict(
            "unable_to_lock_row",
            f"{lock.holder} has {labels[key]} to themselves ({lock.why}); try again in some minutes.",
            field=field,
        )
        for key, lock in sorted(held.items())
        if lock.holder != ctx.actor.name
    ]


def check_hand_on(ctx: Context, kind: str, key: int, label: str, field: str = "owner_id") -> None:
    """Refuse to give a record away or to share it for whoever may edit it only because they work on it with its owner.

    Owners hand on what is theirs, those above them what is below them, members of a queue what waits in it, and roles
    that edit all records of a kind any of them.

    Raises:
        Forbidden: naming the record and who hands it on.
    """
    if ctx.actor.role in EDITS_ALL or kind in EDITS_KINDS.get(ctx.actor.role, ()):
        return
    if not _holds(ctx, kind, key, _HANDS_ON[kind].format(a="r")):
        raise Forbidden(
            "owner_not_permitted",
            f"Its owner, those above them and sales operations say whose {label} is and who shares it; hand the wish "
            "over to them.",
            field=field,
        )
