"""Merging accounts, contacts and leads, with a preview; what was merged cannot be taken apart."""

import json
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from worlds.crm.matching import merging
from worlds.crm.merge_views import Merged, MergePreview
from worlds.crm.models import Account, Contact, Lead
from worlds.crm.operations.duplicates import MatchedKind
from worlds.crm.records import withheld
from worlds.crm.rules import EVERYBODY, MAX_LOSERS, MERGERS
from worlds.crm.texts import ColumnName
from worlds.engine.context import Context
from worlds.engine.errors import Invalid
from worlds.engine.fields import Input, RecordId
from worlds.engine.operation import reads, writes
from worlds.engine.rows import number

_MODELS = {"account": Account, "contact": Contact, "lead": Lead}


class Choice(Input):
    """A field whose value is taken from one of the records."""

    field: ColumnName = Field(description="The field's name, as the preview shows it.")
    record_id: RecordId = Field(description="The record whose value it gets.")


Records = Annotated[list[RecordId], Field(min_length=2, max_length=MAX_LOSERS + 1)]
Losers = Annotated[list[RecordId], Field(min_length=1, max_length=MAX_LOSERS)]
Choices = Annotated[list[Choice], Field(max_length=40)]


@reads(roles=EVERYBODY)
def preview_merge(
    ctx: Context,
    kind: MatchedKind,
    record_ids: Records,
    winner_id: RecordId | None = None,
    choices: Choices | None = None,
) -> MergePreview:
    """Show what a merge would do, field by field; nothing is done.

    Args:
        kind: What the records are.
        record_ids: All records that would be merged, also the one that stays.
        winner_id: The one that would stay. Where it is left out, the one that was changed last is proposed; what the
            rules of the house want may be another one.
        choices: Fields whose value would be taken from one of the others.
    """
    if winner_id is not None and winner_id not in record_ids:
        raise Invalid("winner_not_among", f"Record {winner_id} is none of those to be merged.", field="winner_id")
    stays = winner_id or _last_changed(ctx, kind, record_ids)
    goes = [one for one in record_ids if one != stays]
    if len(goes) != len(record_ids) - 1:
        raise Invalid("same_record", f"Name each {kind} once.", field="record_ids")
    found = merging.parties(ctx, kind, stays, goes, "record_ids")
    result = merging.settled(ctx, found, _chosen(choices))
    return MergePreview(
        kind=kind,
        winner_id=stays,
        suggested=winner_id is None,
        records=merging.candidates(ctx, found),
        fields=merging.fields(ctx, found, result),
        consents=merging.consents(ctx, found),
        do_not_call=None if kind == "account" else any(getattr(one, "do_not_call", 0) for one in found.all),
        moved=merging.moved(ctx, found),
        warnings=merging.warnings(found),
        blocked=[one.message for one in merging.blocked(ctx, found)],
    )


def _last_changed(ctx: Context, kind: str, record_ids: Sequence[int]) -> int:
    """The record among some that was changed last; the first one where none of them is there."""
    sql = f"""SELECT id FROM {kind} WHERE id IN (SELECT value FROM json_each(:keys))
      ORDER BY updated_at DESC, id DESC LIMIT 1"""  # noqa: S608 - one of our own tables
    return number(ctx, sql, keys=json.dumps(record_ids)) or record_ids[0]


def _chosen(choices: Choices | None) -> dict[str, int]:
    return {one.field: one.record_id for one in choices or ()}


@writes(roles=MERGERS, record="account_id", conflicts="record")
def merge_accounts(ctx: Context, account_id: RecordId, loser_ids: Losers, choices: Choices | None = None) -> Merged:
    """Merge accounts into the one that stays; contacts, deals, contracts and activities go over. It cannot be undone.

    Its values stay and its empty fields are filled from the others in their order; notes are put together.

    Args:
        account_id: The account that stays.
        loser_ids: The accounts that go into it.
        choices: Fields whose value is taken from one of the others although the one that stays has one.
    """
    return _merged(ctx, "account", account_id, loser_ids, choices)


@writes(roles=MERGERS, record="contact_id", conflicts="record")
def merge_contacts(ctx: Context, contact_id: RecordId, loser_ids: Losers, choices: Choices | None = None) -> Merged:
    """Merge contacts into the one that stays. It cannot be undone.

    Addresses, numbers, accounts, deals, activities and campaigns go over, and where consents differ the objection wins.
    Who merges makes sure that all are the same person.

    Args:
        contact_id: The contact that stays.
        loser_ids: The contacts that go into it.
        choices: Fields whose value is taken from one of the others although the one that stays has one.
    """
    return _merged(ctx, "contact", contact_id, loser_ids, choices)


@writes(roles=MERGERS, record="lead_id", conflicts="record")
def merge_leads(ctx: Context, lead_id: RecordId, loser_ids: Losers, choices: Choices | None = None) -> Merged:
    """Merge leads into the one that stays; where consents differ the objection wins. It cannot be undone.

    Args:
        lead_id: The lead that stays.
        loser_ids: The leads that go into it; converted ones cannot.
        choices: Fields whose value is taken from one of the others although the one that stays has one.
    """
    return _merged(ctx, "lead", lead_id, loser_ids, choices)


def _merged(ctx: Context, kind: str, winner_id: int, loser_ids: Sequence[int], choices: Choices | None) -> Merged:
    found = merging.parties(ctx, kind, winner_id, loser_ids, "loser_ids")
    going = merging.moved(ctx, found)
    after = merging.merge(ctx, found, _chosen(choices))
    fields = merging.FIELDS[kind]
    kept = withheld.names(ctx, kind)
    changed = [name for name in fields if name not in kept and getattr(after, name) != getattr(found.winner, name)]
    return Merged(
        kind=kind,
        winner_id=winner_id,
        version=ctx.version(_MODELS[kind], winner_id),
        title=after.label,
        merged_ids=list(loser_ids),
        changed_fields=changed,
        moved=going,
    )
