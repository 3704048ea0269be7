"""The ticked rows of a list: changing a field of all, or giving all to a colleague."""

from collections.abc import Sequence
from typing import Any, Final

from flask import request, url_for

from worlds.crm.operations.bulk import FIELDS, bulk_update_records
from worlds.crm.operations.ownership import Transfer, transfer_records
from worlds.crm.pages.relations.app import id_in, record_url, relations
from worlds.crm.pages.relations.asking import Ask, Options, Part, Sheet, sheet_page
from worlds.crm.pages.relations.choices import colleagues
from worlds.crm.pages.relations.wording import counted, field_words, words
from worlds.crm.records.one_by_one import BulkResult
from worlds.engine.surfaces.chrome import AGAIN
from worlds.engine.surfaces.pages import Done, Door

LIST_OF: Final = {"account": "accounts", "contact": "contacts", "lead": "leads", "opportunity": "deals"}
CHANGES: Final = 3
"""Fields that the page changes at once."""
TOLD: Final = 6
"""Records of which a message says why they were not changed; a cookie holds no more."""
_ROWS: Final = {"changes": "field"}


def ticked(field: str = "record_ids") -> list[int]:
    """The ids of the ticked rows, each once: as the address has them, or the field of the form that was sent."""
    sent = request.form.getlist(field) if request.method == "POST" else request.args.getlist("record_ids")
    found = [id_in(one) for one in sent]
    return list(dict.fromkeys(one for one in found if one))


def summed_up(done: Any, one: str, many: str, verb: str) -> str:
    """What became of many records, with the reasons of the first that were refused."""
    said = f"{counted(done.succeeded, one, many)} {'was' if done.succeeded == 1 else 'were'} {verb}."
    return said + _refused(done.items, done.failed)


def _refused(items: Sequence[Any], failed: int) -> str:
    if not failed:
        return ""
    told = [one for one in items if not one.success][:TOLD]
    reasons = " ".join(f"{one.title or one.record_id}: {(one.message or '')[:160]}" for one in told)
    return f" {failed} {'was' if failed == 1 else 'were'} not. {reasons}"


def _fields(kind: str) -> Options:
    """Fields that can be changed of many records at once; a stage is named, since nobody sees its id."""
    return [(name, field_words(name)) for name in sorted(set(FIELDS[kind]) - {"stage_id"})]


def _back(kind: str, ids: Sequence[int]) -> tuple[str, list[tuple[str, str]]]:
    page = LIST_OF[kind]
    back = record_url(kind, ids[0]) if len(ids) == 1 else url_for(f"relations.{page}")
    return back, [(page.capitalize(), url_for(f"relations.{page}"))]


@relations.page("/bulk/<any(account,contact,lead,opportunity):kind>")
def bulk(door: Door, kind: str) -> str:
    """Changes fields of the ticked records."""
    ids = ticked()
    back, crumbs = _back(kind, ids)
    fields = _fields(kind)
    asks = tuple(
        ask
        for at in range(CHANGES)
        for ask in (
            Ask(f"changes.{at}.field", f"Field {at + 1}", fields, "none", needed=at == 0),
            Ask(
                f"changes.{at}.value",
                f"Its new value {at + 1}",
                hint="Empty empties the field." if not at else "",
                rows=2,
            ),
        )
    )
    many = counted(len(ids), words(kind).lower())
    sheet = Sheet(
        f"Change {many}", f"Change {many}", back, crumbs, (Part("", asks),),
        follows=("Each record is changed by itself: one that is refused does not stop the others.",),
    )  # fmt: skip
    return sheet_page(
        door, bulk_update_records, url_for("relations.changed", kind=kind), sheet, template="relations/ticked.html",
        kind=kind, ids=ids,
    )  # fmt: skip


@relations.action("/bulk/<any(account,contact,lead,opportunity):kind>", bulk_update_records, shows=bulk, rows=_ROWS)
def changed(_door: Door, done: BulkResult | None, kind: str) -> Done:
    """They are changed."""
    back = url_for(f"relations.{LIST_OF[kind]}")
    one = words(kind).lower()
    return Done(summed_up(done, one, f"{one}s", "changed") if done else AGAIN, back)


@relations.page("/transfer/<any(account,contact,lead,opportunity):kind>")
def transfer(door: Door, kind: str) -> str:
    """Gives records to a colleague, with what hangs on them."""
    ids = ticked()
    back, crumbs = _back(kind, ids)
    asks: tuple[Ask, ...] = (Ask("to_user_id", "Colleague who gets them", colleagues(door)),)
    if kind == "account":
        asks += (Ask("with_contacts", "Also their contacts"), Ask("with_open_deals", "Also their open deals"))
    asks += (Ask("with_open_activities", "Also open tasks, calls and meetings"),)
    many = counted(len(ids), words(kind).lower())
    sheet = Sheet(
        f"Give {many} to a colleague", "Change the owner", back, crumbs, (Part("", asks, wide=True),),
        follows=("Closed deals stay with whoever closed them.",),
    )  # fmt: skip
    return sheet_page(
        door, transfer_records, url_for("relations.transferred", kind=kind), sheet, template="relations/ticked.html",
        kind=kind, ids=ids,
    )  # fmt: skip


@relations.action("/transfer/<any(account,contact,lead,opportunity):kind>", transfer_records, shows=transfer)
def transferred(_door: Door, done: Transfer | None, kind: str) -> Done:
    """They are a colleague's now."""
    if done is None:
        return Done(AGAIN, url_for(f"relations.{LIST_OF[kind]}"))
    along = [
        counted(total, noun, many)
        for noun, many, total in (
            ("contact", "contacts", sum(one.contacts_moved for one in done.items)),
            ("open deal", "open deals", sum(one.deals_moved for one in done.items)),
            ("open activity", "open activities", sum(one.activities_moved for one in done.items)),
        )
        if total
    ]
    one = words(kind).lower()
    said = f"{done.to_user_name} has {counted(done.succeeded, one)} more" + (
        f", with {', '.join(along)}." if along else "."
    )
    to = record_url(kind, done.items[0].record_id) if done.total == 1 else url_for(f"relations.{LIST_OF[kind]}")
    return Done(said + _refused(done.items, done.failed), to)
