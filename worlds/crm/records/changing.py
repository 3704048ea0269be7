"""The one way in which a record's columns change: who may, locks and laws, rules of the house, history, what follows.

`create` and `change` take, in this order: field-level security, whether the acting person may edit the record, its laws
(`records.laws`, `selling.laws`; locks are laws), fields that may not be empty, validation rules, the row itself, the
history of its fields, workflow rules, and the texts that find it. Nothing else writes to `account`, `contact`, `lead`
or `opportunity`.
"""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final, TypeVar

from worlds.crm.models import Account, Contact, Lead, Model, Opportunity
from worlds.crm.records import access, automating, fieldlog, heads, laws, searching, validating, withheld
from worlds.crm.records.heads import SPOKEN
from worlds.crm.selling import laws as deals
from worlds.engine.context import Context
from worlds.engine.errors import Invalid
from worlds.engine.fields import iso_instant
from worlds.engine.rows import insert, run

AnyRow = TypeVar("AnyRow", heads.Account, heads.Contact, heads.Lead, heads.Opportunity)
Law = Callable[[Context, Any, Mapping[str, Any]], dict[str, Any]]
MODELS: Final[Mapping[str, type[Model]]] = {
    "account": Account, "contact": Contact, "lead": Lead, "opportunity": Opportunity,
}  # fmt: skip
LAWS: Final[Mapping[str, Law]] = {
    "account": laws.account, "contact": laws.contact, "lead": laws.lead, "opportunity": deals.settled,
}  # fmt: skip
Follow = Callable[[Context, int, Mapping[str, Any] | None, Mapping[str, Any], Callable[..., int]], None]
FOLLOWS: Final[Mapping[str, Follow]] = {"opportunity": deals.followed}
"""What follows from every change of a kind, asked for or not, once it is stored."""
KEPT: Final = frozenset(
    {
        "id", "name_norm", "company_norm", "domain_norm", "phone_norm", "email_norm", "search_text", "created_at",
        "updated_at", "is_deleted", "merged_into_id", "last_activity_on", "number", "amount", "approval_lock",
        "converted_account_id", "converted_contact_id", "converted_opportunity_id", "converted_at", "stage_since",
        "last_stage_id", "closed_at",
    }
)  # fmt: skip
"""Columns that the system keeps; who asks for a change by name (`bulk_update_records`) cannot set them."""
_REQUIRED: Final = {
    kind: frozenset(column.name for column in model.__table__.columns if not column.nullable) - {"id"}
    for kind, model in MODELS.items()
}


def settable(kind: str) -> frozenset[str]:
    """The columns of a kind that somebody may set."""
    return frozenset(heads.RECORDS[kind]._fields) - KEPT


def create(ctx: Context, kind: str, values: Mapping[str, Any], *, via: str = "user", asked: bool = True) -> int:
    """Make a record; answers its id.

    Args:
        ctx: the call's context.
        kind: `account`, `contact`, `lead` or `opportunity`.
        values: columns with their values; those left out are empty, or 0 where they say yes or no.
        via: by what: `user`, `import`, `conversion`, `web`, …
        asked: whether the acting person asks for it; what the house does by itself no validation rule keeps back.

    Raises:
        Conflict, Forbidden, Invalid, NotFound: where it may not be; then nothing is written.
    """
    given = {name: None for name in heads.RECORDS[kind]._fields if name != "id"}
    flags = {name: 0 for name in given if name in _FLAGS}
    if asked:
        withheld.check(ctx, kind, values)
    row = {**given, **flags, **LAWS[kind](ctx, None, values), "created_at": ctx.now, "updated_at": ctx.now}
    row |= searching.worked_out(kind, row, set(row))
    _check_filled(kind, row, row)
    if asked:
        validating.check(ctx, kind, None, row)
    found_by = searching.text(ctx, kind, row, None)
    key = insert(ctx, MODELS[kind], **{name: _stored(value) for name, value in row.items()}, search_text=found_by)
    fieldlog.entry(ctx, kind, key, "created", None, via, via)
    if kind in FOLLOWS:
        FOLLOWS[kind](ctx, key, None, row, create)
    automating.fire(ctx, kind, key, None, row, _by_rule(ctx, kind, key))
    return key


def change(
    ctx: Context, kind: str, record: AnyRow, values: Mapping[str, Any], *, via: str = "user", asked: bool = True
) -> AnyRow:
    """Change a record; answers it as it is then. What already is so is no change.

    Args:
        ctx: the call's context.
        kind: `account`, `contact`, `lead` or `opportunity`.
        record: as `heads` has read it.
        values: columns with the values that they are to have; None empties one.
        via: by what: `user`, `import`, `merge`, `conversion`, `bulk`, `workflow`, …
        asked: whether the acting person asks for it; what the house does by itself (roll-ups, locks, merges) needs no
            permission, keeps to no law and sets off no rule.

    Raises:
        Conflict, Forbidden, Invalid, NotFound: where it may not be; then nothing is written.
    """
    before = record._asdict()
    wanted = {name: _stored(value) for name, value in values.items()}
    if asked:
        heads.check_in_use(kind, record)
        changed = {name: value for name, value in wanted.items() if before[name] != value}
        withheld.check(ctx, kind, wanted)  # of what is as it is, too: else a guess that meets no refusal would be right
        access.check_edit(ctx, kind, record.id, f"the {SPOKEN[kind]} {record.label}", f"{kind}_id")
        if changed.keys() & {"owner_id", "queue_id"}:
            access.check_hand_on(ctx, kind, record.id, f"the {SPOKEN[kind]} {record.label}")
        wanted = {name: _stored(value) for name, value in LAWS[kind](ctx, record, changed).items()}
    wanted = {name: value for name, value in wanted.items() if _differs(before[name], value)}
    if not wanted:
        return record
    after = {**before, **wanted}
    wanted |= searching.worked_out(kind, after, set(wanted))
    _check_filled(kind, after, wanted)
    if asked:
        validating.check(ctx, kind, before, after)
    found_by = searching.found_anew(ctx, kind, {**before, **wanted}, set(wanted), record.id)
    _store(ctx, kind, record.id, before, {**wanted, **found_by}, via)
    if kind in FOLLOWS:
        FOLLOWS[kind](ctx, record.id, before, {**before, **wanted}, create)
    if asked and via != "workflow":
        automating.fire(ctx, kind, record.id, before, {**before, **wanted}, _by_rule(ctx, kind, record.id))
    if kind == "account" and "name" in wanted:
        searching.follow_name(ctx, record.id)
    return refreshed(ctx, kind, record)


def refreshed(ctx: Context, kind: str, record: AnyRow) -> AnyRow:
    """A record as it is stored now."""
    return heads.stored(ctx, kind, record.id)  # type: ignore[return-value]  # the kind says which row it is


def _store(ctx: Context, kind: str, key: int, before: Mapping[str, Any], wanted: Mapping[str, Any], via: str) -> None:
    moved = {"updated_at": iso_instant(ctx.now)} if wanted.keys() - fieldlog.UNTOLD else {}
    row = {**wanted, **moved}
    columns = ", ".join(f"{name} = :{name}" for name in row)
    run(ctx, f"UPDATE {kind} SET {columns} WHERE id = :record_key", record_key=key, **row)
    fieldlog.write(ctx, kind, key, before, wanted, via)


def _by_rule(ctx: Context, kind: str, key: int) -> automating.Store:
    """How a workflow rule gives columns of a record values: without asking who may, with history."""

    def store(values: Mapping[str, Any]) -> Mapping[str, Any]:
        record: Any = heads.stored(ctx, kind, key)
        after: Mapping[str, Any] = change(ctx, kind, record, values, via="workflow", asked=False)._asdict()
        return after

    return store


def _check_filled(kind: str, row: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
    for name in sorted(_REQUIRED[kind] & changed.keys()):
        if row[name] is None or (name in ("name", "last_name", "company") and not str(row[name]).strip()):
            raise Invalid(
                "required_field_missing",
                f"Every {SPOKEN[kind]} has {name.removesuffix('_id').replace('_', ' ')}; give it a value.",
                field=name,
            )


def _stored(value: Any) -> Any:
    """A value as its column holds it: moments stay aware, days are text, yes and no are 1 and 0."""
    if isinstance(value, bool):
        return int(value)
    return value.isoformat() if isinstance(value, date) and not isinstance(value, datetime) else value


def _differs(before: Any, after: Any) -> bool:
    return bool(before != after)


_FLAGS: Final = frozenset({"territory_override", "locked", "is_deleted", "do_not_call", "approval_lock", "amount"})
"""Columns that a new record has at 0 where nothing else is said."""
