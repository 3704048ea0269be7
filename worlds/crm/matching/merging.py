"""Merging records of one kind into the one that stays (rule CR4): its values stay, its blanks are filled.

What the caller chooses from a loser replaces the winner's value, notes are put together, and the most restrictive
consent wins. Whoever merges may edit all records and delete the losers. It cannot be undone.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from worlds.crm.matching import joining
from worlds.crm.matching.joining import VIA
from worlds.crm.merge_views import (
    FieldValue,
    JoinedConsent,
    MergeCandidate,
    MergeField,
    MovedCount,
)
from worlds.crm.models import MergeRecord
from worlds.crm.records import access, changing, consenting, heads, withheld
from worlds.crm.records.heads import Account, Lead, Row
from worlds.crm.rules import MAX_LOSERS, PAST_ACCOUNT_LOCK
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Forbidden, Invalid
from worlds.engine.rows import Query, insert, number, run

FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "account": (
        "name", "website", "kind", "industry", "segment", "employees", "country", "billing_street",
        "billing_postal_code", "billing_city", "billing_country", "shipping_street", "shipping_postal_code",
        "shipping_city", "shipping_country", "phone", "parent_id", "legal_name", "registration_number", "tier",
        "currency", "price_book_id", "shop_customer", "owner_id",
    ),
    "contact": (
        "salutation", "first_name", "last_name", "title", "department", "account_id", "reports_to_id", "language",
        "zone", "personal_id", "pay_notes", "birthday", "lead_source", "desk_user", "shop_customer", "owner_id",
    ),
    "lead": (
        "salutation", "first_name", "last_name", "company", "title", "email", "phone", "website", "industry", "street",
        "postal_code", "city", "country", "employees", "language", "source", "campaign_id", "rating",
    ),
}  # fmt: skip
"""Columns that the winner keeps, or takes from a loser where it is blank or the caller says so."""


class _Name(NamedTuple):
    id: int
    name: str


class _Above(NamedTuple):
    id: int
    parent_id: int | None


_CHAIN: Final = Query(
    _Above,
    """WITH RECURSIVE up(id, parent_id, step) AS (SELECT id, parent_id, 0 FROM account WHERE id = :start
      UNION SELECT a.id, a.parent_id, u.step + 1 FROM account a JOIN up u ON a.id = u.parent_id WHERE u.step < 100)
    SELECT {fields} FROM up ORDER BY step""",
)
"""An account and those above it, upwards."""


@dataclass(frozen=True, slots=True)
class Parties:
    """The records of a merge: the one that stays, and those that go, in the order in which they were named."""

    kind: str
    winner: Row
    losers: tuple[Row, ...]

    @property
    def all(self) -> tuple[Row, ...]:
        """The winner first."""
        return (self.winner, *self.losers)


def parties(ctx: Context, kind: str, winner_id: int, loser_ids: Sequence[int], field: str) -> Parties:
    """The records that a merge is asked for.

    Raises:
        Conflict, Invalid, NotFound: when they cannot be merged with each other.
    """
    if winner_id in loser_ids or len(set(loser_ids)) != len(loser_ids):
        raise Invalid("same_record", f"A record cannot be merged with itself; name each {kind} once.", field=field)
    if len(loser_ids) > MAX_LOSERS:
        raise Invalid(
            "too_many_records", f"One merge takes {MAX_LOSERS + 1} records; merge the others afterwards.", field=field
        )
    found = Parties(
        kind,
        heads.record(ctx, kind, winner_id),
        tuple(heads.record(ctx, kind, one, field) for one in loser_ids),
    )
    for one in found.all:
        if isinstance(one, Lead) and one.status == "converted":
            raise Conflict(
                "lead_converted", f"Lead {one.id} ({one.label}) was converted and is read only.", field=field
            )
    return found


def blocked(ctx: Context, found: Parties) -> list[Forbidden | Conflict]:
    """What refuses a merge: locks of any sort, and rights that the acting person lacks."""
    keys = [one.id for one in found.all]
    editable = access.editable_among(ctx, found.kind, keys)
    deletable = access.deletable_among(ctx, found.kind, keys)
    locked = [one for one in found.all if isinstance(one, Account) and one.locked]
    refusals: list[Forbidden | Conflict] = access.held_among(ctx, found.kind, {one.id: one.label for one in found.all})
    if ctx.actor.role not in PAST_ACCOUNT_LOCK:
        said = "is under lock and changed by administrators only; hand the wish over to one."
        refusals += [Conflict("account_locked", f"{one.name} {said}") for one in locked]
    refusals += [
        Forbidden("edit_not_permitted", f"You may open the {found.kind} {one.label} but not change it.")
        for one in found.all
        if one.id not in editable
    ]
    refusals += [
        Forbidden(
            "delete_not_permitted",
            f"The {found.kind} {one.id} ({one.label}) would be deleted, which its owner and those above may do; "
            "hand the matter over to them.",
        )
        for one in found.losers
        if one.id not in deletable
    ]
    return refusals


def settled(ctx: Context, found: Parties, choices: Mapping[str, int]) -> dict[str, tuple[Any, int]]:
    """What the winner holds in each field after the merge, and whose value that is.

    Raises:
        Invalid: when a choice names a field or a record that takes no part.
        Forbidden: when it names a field that is kept from the acting role.
    """
    by_id = {one.id: one for one in found.all}
    for name, key in choices.items():
        if name not in FIELDS[found.kind] or key not in by_id:
            raise Invalid(
                "choice_unknown",
                f"The merge has no field {name} of record {key} to choose; the preview shows fields and records.",
                field="choices",
            )
    withheld.check(ctx, found.kind, choices)
    result = {}
    for name in FIELDS[found.kind]:
        chosen = by_id[choices[name]] if name in choices else _first_filled(found, name)
        result[name] = (getattr(chosen, name), chosen.id)
    if found.kind == "account":
        parent, key = result["parent_id"]
        result["parent_id"] = (_parent(ctx, found, parent), key)
    if found.kind == "contact":
        superior, key = result["reports_to_id"]
        result["reports_to_id"] = (None if superior in by_id else superior, key)
    return result


def _first_filled(found: Parties, name: str) -> Row:
    return next((one for one in found.all if getattr(one, name) not in (None, "")), found.winner)


def _parent(ctx: Context, found: Parties, parent: int | None) -> int | None:
    """The account above the winner. Where one that is merged stands above that, it is what stood above the merged one.

    Otherwise the winner, which takes the place of all of them, would stand above itself.
    """
    merged = {one.id for one in found.all}
    above = parent
    for one in _CHAIN.all(ctx, start=parent) if parent is not None else ():
        if one.id in merged:
            above = one.parent_id
    return None if above in merged else above


def fields(ctx: Context, found: Parties, result: Mapping[str, tuple[Any, int]]) -> list[MergeField]:
    """The fields in which the records differ, as they are shown; what is kept from the role is left out."""
    kept = withheld.names(ctx, found.kind)
    return [
        MergeField(
            field=name,
            values=[FieldValue(record_id=one.id, value=_text(getattr(one, name))) for one in found.all],
            result=_text(value),
            from_id=key if value is not None else None,
        )
        for name, (value, key) in result.items()
        if name not in kept and len({getattr(one, name) for one in found.all}) > 1
    ]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def consents(ctx: Context, found: Parties) -> list[JoinedConsent]:
    """What will be known of each channel."""
    if found.kind == "account":
        return []
    said = {
        one.id: {c.channel: c.state for c in consenting.OF.all(ctx, kind=found.kind, key=one.id)} for one in found.all
    }
    channels = sorted({channel for states in said.values() for channel in states})
    objected = {"phone"} if any(getattr(one, "do_not_call", 0) for one in found.all) else set[str]()
    return [
        JoinedConsent(
            channel=channel,
            values=[FieldValue(record_id=key, value=states.get(channel)) for key, states in said.items()],
            result="out" if channel in objected or "out" in {one.get(channel) for one in said.values()} else "in",
        )
        for channel in channels
    ]


def candidates(ctx: Context, found: Parties) -> list[MergeCandidate]:
    """The records of a merge as they are shown."""
    owners = json.dumps([one.owner_id for one in found.all])
    names = Query(_Name, "SELECT id, name FROM crm_user WHERE id IN (SELECT value FROM json_each(:owners))")
    known = {one.id: one.name for one in names.all(ctx, owners=owners)}
    return [
        MergeCandidate(
            record_id=one.id,
            title=one.label,
            owner_name=known.get(one.owner_id or 0),
            created_at=one.created_at,
            updated_at=one.updated_at,
            filled=sum(getattr(one, name) not in (None, "") for name in FIELDS[found.kind]),
        )
        for one in found.all
    ]


def warnings(found: Parties) -> list[str]:
    """What speaks against a merge, for whoever merges to weigh."""
    said = []
    for name, spoken in (("registration_number", "registration numbers"), ("shop_customer", "customers in the shop")):
        values = sorted({str(getattr(one, name)) for one in found.all if getattr(one, name, None)})
        if len(values) > 1:
            said.append(f"The records have different {spoken}: {', '.join(values)}.")
    names = sorted(
        {one.first_name for one in found.all if not isinstance(one, Account | heads.Opportunity) and one.first_name}
    )
    if len(names) > 1:
        said.append(f"The records have different first names: {', '.join(names)}.")
    return said


def moved(ctx: Context, found: Parties) -> list[MovedCount]:
    """How much goes over, by sort."""
    counts = joining.counted(ctx, found.kind, [one.id for one in found.losers])
    return [MovedCount(what=what, count=count) for what, count in counts.items()]


def merge(ctx: Context, found: Parties, choices: Mapping[str, int]) -> Row:
    """Merge the losers into the winner; answers the winner as it is then.

    Raises:
        Conflict, Forbidden, Invalid: where it may not be; then nothing is written.
    """
    refusals = blocked(ctx, found)
    if refusals:
        raise refusals[0]
    result = settled(ctx, found, choices)
    for loser in found.losers:
        gone: Any = loser
        changing.change(
            ctx, found.kind, gone, {"merged_into_id": found.winner.id, "is_deleted": 1}, via=VIA, asked=False
        )
    winner: Any = found.winner
    secret = set(withheld.names(ctx, found.kind))
    values: dict[str, Any] = {name: value for name, (value, _) in result.items()}
    values |= _put_together(found)
    hidden = {name: values.pop(name) for name in sorted(secret & values.keys())}
    if not isinstance(winner, Lead):
        days = [one.last_activity_on for one in found.all if not isinstance(one, Lead) and one.last_activity_on]
        hidden["last_activity_on"] = max(days, default=None)
    winner = changing.change(ctx, found.kind, winner, values, via=VIA)
    winner = changing.change(ctx, found.kind, winner, hidden, via=VIA, asked=False)
    for loser in found.losers:
        joining.take_over(ctx, found.kind, winner.id, loser.id)
        taken = sorted(name for name, (_, key) in result.items() if key == loser.id)
        insert(
            ctx, MergeRecord, kind=found.kind, winner_id=winner.id, loser_id=loser.id,
            choices=json.dumps(dict.fromkeys(taken, loser.id)), actor_id=ctx.actor.person,
            actor_name=ctx.actor.name or ctx.actor.role, merged_at=ctx.now,
        )  # fmt: skip
    _close_sets(ctx, found)
    after: Row = changing.refreshed(ctx, found.kind, winner)
    return after


def _put_together(found: Parties) -> dict[str, Any]:
    """Notes of all records, do-not-call if any says so, and of leads the addresses that would be lost."""
    notes = [one.notes for one in found.all if not isinstance(one, heads.Opportunity) and one.notes]
    if isinstance(found.winner, Lead):
        for name in ("email", "phone"):
            others = {getattr(one, name) for one in found.all} - {None, _first_filled_value(found, name)}
            notes += [f"Also {name}: {value}" for value in sorted(others)]
    said: dict[str, Any] = {"notes": "\n\n".join(dict.fromkeys(notes)) or None}
    if found.kind != "account":
        said["do_not_call"] = int(any(getattr(one, "do_not_call", 0) for one in found.all))
    return said


def _first_filled_value(found: Parties, name: str) -> Any:
    return getattr(_first_filled(found, name), name)


_OPEN_SETS: Final = """SELECT i.set_id FROM duplicate_item i JOIN duplicate_set s ON s.id = i.set_id
  WHERE s.state = 'open' AND i.kind = :kind AND i.record_id = :key ORDER BY i.set_id"""


class _Set(NamedTuple):
    set_id: int


def _close_sets(ctx: Context, found: Parties) -> None:
    """Close the sets of likes in which nothing is left to merge."""
    sets = {
        one.set_id for loser in found.losers for one in Query(_Set, _OPEN_SETS).all(ctx, kind=found.kind, key=loser.id)
    }
    for place in sorted(sets):
        left = sum(
            number(
                ctx,
                f"""SELECT count(*) FROM duplicate_item i JOIN {kind} r ON r.id = i.record_id AND r.is_deleted = 0
                WHERE i.set_id = :place AND i.kind = '{kind}'""",  # noqa: S608 - names of our own tables
                place=place,
            )
            for kind in FIELDS
        )
        if left <= 1:
            run(
                ctx,
                "UPDATE duplicate_set SET state = 'merged', decided_by = :by, decided_at = :now WHERE id = :place",
                by=ctx.actor.name or ctx.actor.role, now=ctx.now, place=place,
            )  # fmt: skip
