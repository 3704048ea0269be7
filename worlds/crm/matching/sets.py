"""What is done about likes: rules that block, alert or report, and the sets in which likes are written down.

A like that the acting person cannot open is told as that, with its id and its owner's name and nothing else: whoever
wants to see it asks for access.
"""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own tables

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from worlds.crm.matching.finding import RULES, Match, Rule, marks_of, matches
from worlds.crm.models import DuplicateItem, DuplicateSet
from worlds.crm.records import access
from worlds.crm.records.heads import SPOKEN, Row
from worlds.engine.context import Context
from worlds.engine.errors import Conflict
from worlds.engine.rows import Query, insert, number


class _DuplicateRule(NamedTuple):
    id: int
    name: str
    against_kind: str
    matching_rule_id: int
    action: str
    as_user: int
    message: str


class Told(NamedTuple):
    """A record as it is told among likes; without `title` and the rest where it cannot be opened."""

    kind: str
    record_id: int
    title: str | None
    owner_id: int | None
    owner_name: str | None
    created_at: datetime | None

    @property
    def openable(self) -> bool:
        """Whether the acting person may open it."""
        return self.title is not None


class _Head(NamedTuple):
    key: int
    title: str
    owner_id: int | None
    owner_name: str | None
    created_at: datetime


class _Key(NamedTuple):
    key: int


_RULES: Final = {
    event: Query(
        _DuplicateRule,
        f"SELECT {{fields}} FROM duplicate_rule WHERE record_kind = :kind AND active = 1 AND {event} = 1 ORDER BY id",
    )
    for event in ("on_create", "on_update")
}
_PERSON: Final = "trim(coalesce(r.first_name, '') || ' ' || r.last_name)"
_HEADS: Final = {
    "account": Query(
        _Head,
        """SELECT r.id, r.name, r.owner_id, u.name, r.created_at FROM account r JOIN crm_user u ON u.id = r.owner_id
        WHERE r.id IN (SELECT value FROM json_each(:keys)) ORDER BY r.id""",
    ),
    "contact": Query(
        _Head,
        f"""SELECT r.id, {_PERSON} || coalesce(', ' || a.name, ''), r.owner_id, u.name, r.created_at FROM contact r
        JOIN crm_user u ON u.id = r.owner_id LEFT JOIN account a ON a.id = r.account_id
        WHERE r.id IN (SELECT value FROM json_each(:keys)) ORDER BY r.id""",
    ),
    "lead": Query(
        _Head,
        f"""SELECT r.id, {_PERSON} || ', ' || r.company, r.owner_id, coalesce(u.name, q.name), r.created_at FROM lead r
        LEFT JOIN crm_user u ON u.id = r.owner_id LEFT JOIN queue q ON q.id = r.queue_id
        WHERE r.id IN (SELECT value FROM json_each(:keys)) ORDER BY r.id""",
    ),
}


def told(ctx: Context, kind: str, keys: Iterable[int]) -> list[Told]:
    """Records of a kind as they are told to the acting person, in the order of their ids: two statements."""
    among = json.dumps(sorted(keys))
    if among == "[]":
        return []
    seen = Query(
        _Key,
        f"""SELECT r.id FROM {kind} r
        WHERE r.id IN (SELECT value FROM json_each(:keys)) AND {access.opens_each(ctx, kind, "r")}""",
    )
    openable = {one.key for one in seen.all(ctx, keys=among, **access.me(ctx))}
    return [
        Told(kind, one.key, one.title, one.owner_id, one.owner_name, one.created_at)
        if one.key in openable
        else Told(kind, one.key, None, None, one.owner_name, None)
        for one in _HEADS[kind].all(ctx, keys=among)
    ]


def looked_at(
    ctx: Context, kind: str, values: Mapping[str, Any], key: int | None = None, *, allow_save: bool = False
) -> list[Match]:
    """Ask the rules on duplicates about a record that is to be made (or changed, where it has an id).

    Answers the likes that are to be written down once it is stored: see `report`.

    Raises:
        Conflict: when a rule blocks it, or alerts and the caller has not said `allow_save`.
    """
    rules = _RULES["on_update" if key else "on_create"].all(ctx, kind=kind)
    if not rules:
        return []
    matching = {rule.id: rule for rule in RULES.all(ctx)}
    marks = marks_of(ctx, kind, values, key)
    reported: list[Match] = []
    for rule in rules:
        found = _found(ctx, marks, rule, matching)
        if found and (rule.action == "block" or (rule.action == "alert" and not allow_save)):
            _refuse(ctx, kind, rule, found)
        reported += [Match(one.kind, one.key, (rule.id,)) for one in found]
    return reported


_MARKS: Final = frozenset({"name", "website", "phone", "country", "first_name", "last_name", "company", "email"})
"""Columns by which records are compared."""


def looked_at_again(
    ctx: Context, kind: str, record: Row, changes: Mapping[str, Any], *, allow_save: bool = False
) -> list[Match]:
    """Ask the rules on duplicates that look at changes about one; answers what is to be written down, as `looked_at`.

    Raises:
        Conflict: as `looked_at`.
    """
    held = record._asdict()
    if not any(held[name] != value for name, value in changes.items() if name in _MARKS):
        return []
    return looked_at(ctx, kind, {**held, **changes}, record.id, allow_save=allow_save)


def _found(ctx: Context, marks: Any, rule: _DuplicateRule, matching: Mapping[int, Rule]) -> list[Match]:
    how = matching.get(rule.matching_rule_id)
    found = matches(ctx, marks, rule.against_kind, [how]) if how else []
    if rule.as_user and found:
        seen = {one.record_id for one in told(ctx, rule.against_kind, [one.key for one in found]) if one.openable}
        found = [one for one in found if one.key in seen]
    return found


def _refuse(ctx: Context, kind: str, rule: _DuplicateRule, found: list[Match]) -> None:
    likes = told(ctx, rule.against_kind, [one.key for one in found])
    named = "; ".join(spoken(one) for one in likes[:3])
    way_out = (
        "Use that record instead."
        if rule.action == "block"
        else "Use that record instead, or send allow_save if it is somebody else."
    )
    raise Conflict(
        "duplicates_detected",
        f"{rule.message} This {SPOKEN[kind]} is like {named}. {way_out}",
        override=None if rule.action == "block" else "allow_save",
        details={"rule": rule.name, "action": rule.action, "matches": [_match(one) for one in likes[:20]]},
    )


def _match(one: Told) -> dict[str, Any]:
    """A like as a refusal lists it."""
    label = one.title or f"{'An' if one.kind[0] in 'aeiou' else 'A'} {SPOKEN[one.kind]} that you cannot open"
    return {
        "record": one.kind, "id": one.record_id, "label": label, "owner": one.owner_name, "openable": one.openable,
    }  # fmt: skip


def spoken(one: Told) -> str:
    """A like in a sentence."""
    if one.openable:
        return f"{one.kind} {one.record_id} ({one.title})"
    return f"{one.kind} {one.record_id}, a record you cannot open, owned by {one.owner_name}; ask its owner for access"


_OF: Final = """SELECT i.set_id FROM duplicate_item i JOIN duplicate_set s ON s.id = i.set_id
  WHERE i.kind = :kind AND i.record_id = :key AND s.state = 'open' ORDER BY i.set_id LIMIT 1"""


def report(ctx: Context, kind: str, key: int, found: Iterable[Match]) -> None:
    """Write a record and its likes down as a set, or add it to the open set that one of them stands in."""
    likes = {(one.kind, one.key): one.rules[0] for one in found}
    if not likes:
        return
    known = [number(ctx, _OF, kind=like[0], key=like[1]) for like in sorted(likes)]
    place = next((one for one in known if one), 0)
    if not place:
        rule = min(likes.values())
        place = insert(ctx, DuplicateSet, rule_id=rule, state="open", created_at=ctx.now)
    for member in sorted({*likes, (kind, key)}):
        add(ctx, place, *member)


def add(ctx: Context, set_id: int, kind: str, key: int) -> None:
    """Put a record into a set, if it does not stand there."""
    there = "SELECT count(*) FROM duplicate_item WHERE set_id = :place AND kind = :kind AND record_id = :key"
    if not number(ctx, there, place=set_id, kind=kind, key=key):
        insert(ctx, DuplicateItem, set_id=set_id, kind=kind, record_id=key)
