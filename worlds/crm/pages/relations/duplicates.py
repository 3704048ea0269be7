"""Records that are like one another: of one record, and the sets that the rules of the house have found."""

from typing import Final

from flask import url_for

from worlds.crm.operations.access import request_access
from worlds.crm.operations.duplicates import (
    DuplicateSetRow,
    dismiss_duplicate_set,
    find_duplicates,
    list_duplicate_sets,
)
from worlds.crm.pages.relations.app import record_url, relations
from worlds.crm.pages.relations.asking import Ask, Part, Sheet, sheet_page
from worlds.crm.pages.relations.lists import Listed, list_page
from worlds.engine.surfaces.chrome import AGAIN, Views
from worlds.engine.surfaces.pages import Done, Door

QUICK: Final[Views] = (
    ("Open", {}),
    ("Dismissed", {"state": "dismissed"}),
    ("Merged", {"state": "merged"}),
)


@relations.page("/duplicates")
def duplicate_sets(door: Door) -> str:
    """The sets, with their filters in the URL."""
    filters = (Ask("state", "State"), Ask("kind", "Kind", blank="Any"))
    listed = Listed(
        "Duplicates", "duplicate_set", "set", "sets", filters, QUICK,
        note="Records that the rules of the house take for the same.", nothing="No such set was found.",
    )  # fmt: skip
    return list_page(door, list_duplicate_sets, listed, dismisses=door.may(dismiss_duplicate_set))


@relations.page("/duplicates/<any(account,contact,lead):kind>/<id:record_id>")
def likes(door: Door, kind: str, record_id: int) -> str:
    """What is like one record."""
    return door.render(
        "relations/likes.html",
        likes=door.read(find_duplicates, kind=kind, record_id=record_id),
        back=record_url(kind, record_id),
        merging=url_for(f"relations.{kind}_merge", **{f"{kind}_id": record_id}),  # type: ignore[arg-type]
        asks=door.may(request_access),
    )


@relations.page("/duplicates/<id:set_id>/dismiss")
def dismissal(door: Door, set_id: int) -> str:
    """Says that records which are like one another are different ones."""
    sheet = Sheet(
        f"Dismiss set {set_id}", "They are different", url_for("relations.duplicate_sets"),
        [("Duplicates", url_for("relations.duplicate_sets"))],
        (Part("", (Ask("reason", "Why they are different"),), wide=True),),
        follows=("The set is not shown as open any more; its records stay as they are.",),
    )  # fmt: skip
    return sheet_page(door, dismiss_duplicate_set, url_for("relations.dismissed", set_id=set_id), sheet)


@relations.action("/duplicates/<id:set_id>/dismiss", dismiss_duplicate_set, shows=dismissal)
def dismissed(_door: Door, done: DuplicateSetRow | None, set_id: int) -> Done:
    """They are taken for different ones."""
    return Done(f"Set {set_id} was dismissed." if done else AGAIN, url_for("relations.duplicate_sets"))
