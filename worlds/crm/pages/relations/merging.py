"""Merging records: which belong together, what every field will hold, what goes over, and then for good."""

from typing import Any, Final

from flask import request, url_for

from worlds.crm.merge_views import Merged
from worlds.crm.operations.accounts import list_accounts
from worlds.crm.operations.contacts import list_contacts
from worlds.crm.operations.duplicates import find_duplicates
from worlds.crm.operations.leads import list_leads
from worlds.crm.operations.merging import merge_accounts, merge_contacts, merge_leads, preview_merge
from worlds.crm.pages.relations.app import id_in, record_url, relations
from worlds.crm.pages.relations.asking import Ask, form_for
from worlds.crm.pages.relations.naming import merged_values
from worlds.crm.pages.relations.wording import counted
from worlds.crm.rules import MAX_LOSERS
from worlds.engine.operation import Operation
from worlds.engine.surfaces.chrome import AGAIN
from worlds.engine.surfaces.pages import Done, Door

FOUND: Final = 25
"""Records that a search beside the likenesses shows."""
_MERGES: Final[dict[str, tuple[Operation[..., Merged], Operation[..., Any]]]] = {
    "account": (merge_accounts, list_accounts),
    "contact": (merge_contacts, list_contacts),
    "lead": (merge_leads, list_leads),
}
_ROWS: Final = {"choices": "record_id"}
_ASKS: Final = (Ask("loser_ids", "Records that go into it"), Ask("choices", "Values"))


@relations.page("/accounts/<id:account_id>/merge")
def account_merge(door: Door, account_id: int) -> str:
    """Merges accounts."""
    return _merge(door, "account", account_id)


@relations.page("/contacts/<id:contact_id>/merge")
def contact_merge(door: Door, contact_id: int) -> str:
    """Merges contacts."""
    return _merge(door, "contact", contact_id)


@relations.page("/leads/<id:lead_id>/merge")
def lead_merge(door: Door, lead_id: int) -> str:
    """Merges leads."""
    return _merge(door, "lead", lead_id)


def _merge(door: Door, kind: str, key: int) -> str:
    operation, listing = _MERGES[kind]
    asked = door.query(operation, _ROWS)
    losers = [one for one in asked.get("loser_ids", []) if id_in(str(one)) not in {None, key}]
    if not losers:
        return _choose(door, kind, key, listing)
    preview = door.read(
        preview_merge,
        kind=kind,
        record_ids=[str(key), *losers],
        winner_id=str(key),
        **({"choices": asked["choices"]} if asked.get("choices") else {}),
    )
    names = {one.record_id: one.title for one in preview.records}
    action = url_for(f"relations.{kind}s_merged", **{f"{kind}_id": key})  # type: ignore[arg-type]
    form = form_for(door, operation, action, _ASKS, name="merge")
    chosen = {one["field"]: str(one["record_id"]) for one in asked.get("choices", [])}
    return door.render(
        "relations/merge.html",
        kind=kind,
        key=key,
        losers=losers,
        preview=preview,
        held=merged_values(door, preview),
        names=names,
        form=form,
        chosen=chosen,
        others=_others(kind, key, losers),
    )


def _others(kind: str, key: int, losers: list[str]) -> dict[int, str]:
    """Where another record of the merge would be the one that stays, by its id."""
    ids = [key, *map(int, losers)]
    return {
        one: url_for(
            f"relations.{kind}_merge",
            **{f"{kind}_id": one},  # type: ignore[arg-type]
            loser_ids=[other for other in ids if other != one],
        )
        for one in ids
        if one != key
    }


def _choose(door: Door, kind: str, key: int, listing: Operation[..., Any]) -> str:
    """First step: the records that are like it, or that a search finds."""
    likes = door.read(find_duplicates, kind=kind, record_id=key)
    query = (request.args.get("query") or "")[:100]
    found = door.part(listing, query=query, page_size=FOUND) if query else None
    known = {one.record_id for one in likes.items if one.kind == kind} | {key}
    rows = [one for one in (found.items if found else ()) if getattr(one, f"{kind}_id") not in known]
    return door.render(
        "relations/merge_choose.html",
        kind=kind,
        key=key,
        likes=likes,
        alike=[one for one in likes.items if one.kind == kind],
        query=query,
        rows=rows,
        most=MAX_LOSERS,
        refused=bool(request.args.get("loser_ids")),
    )


def _done(done: Merged | None, kind: str, key: int) -> Done:
    if done is None:
        return Done(AGAIN, record_url(kind, key))
    went = ", ".join(f"{counted(one.count, one.what.replace('_', ' ').removesuffix('s'))}" for one in done.moved)
    said = f"{counted(len(done.merged_ids), 'record')} went into {done.title}"
    said = f"{said}; with it {went}." if went else f"{said.removesuffix('.')}."
    return Done(said, record_url(kind, key))


@relations.action("/accounts/<id:account_id>/merge", merge_accounts, shows=account_merge, rows=_ROWS)
def accounts_merged(_door: Door, done: Merged | None, account_id: int) -> Done:
    """The accounts are one."""
    return _done(done, "account", account_id)


@relations.action("/contacts/<id:contact_id>/merge", merge_contacts, shows=contact_merge, rows=_ROWS)
def contacts_merged(_door: Door, done: Merged | None, contact_id: int) -> Done:
    """The contacts are one."""
    return _done(done, "contact", contact_id)


@relations.action("/leads/<id:lead_id>/merge", merge_leads, shows=lead_merge, rows=_ROWS)
def leads_merged(_door: Door, done: Merged | None, lead_id: int) -> Done:
    """The leads are one."""
    return _done(done, "lead", lead_id)
