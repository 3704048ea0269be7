"""Lists of records: filters, quick and saved views as tabs, and what is done with the ticked rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from flask import request, url_for

from worlds.crm.operations.views import list_views
from worlds.crm.pages.relations.app import mine
from worlds.crm.pages.relations.asking import Ask, labelled
from worlds.crm.rules import MAX_BULK
from worlds.engine.operation import Operation
from worlds.engine.surfaces.chrome import Act, Tab, Views, tabs
from worlds.engine.surfaces.page_door import Listing
from worlds.engine.surfaces.pages import Door

SAVED: Final = 30
"""Saved views that a list shows as tabs."""
_OWN: Final = frozenset({"page", "page_size", "sort"})


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list is of: its heading, the kind of its rows, nouns for counts, filters, and its acts."""

    heading: str
    kind: str
    one: str
    many: str
    filters: tuple[Ask, ...]
    quick: Views = ()
    acts: Sequence[Act] = ()
    note: str | None = None
    nothing: str = "Nothing matches these filters. Take one out, or search for fewer words."
    first: str = "There is nothing here yet."


def list_page(door: Door, operation: Operation[..., Any], listed: Listed, **more: Any) -> str:
    """A list whose filters stand in the URL."""
    found: Listing[Any] = door.listing(operation)
    return door.render(
        "relations/list.html",
        listed=listed,
        form=labelled(found.form, listed.filters),
        found=found.found,
        tabs=[*tabs(door, listed.quick), *saved_tabs(door, listed.kind)],
        save=save_address(listed.kind),
        filtered=any(name not in _OWN for name in request.args),
        most=MAX_BULK,
        **more,
    )


def saved_tabs(door: Door, kind: str, current: int | None = None) -> list[Tab]:
    """The saved views of a list's records; none where its records cannot be saved as a view."""
    if kind not in {"account", "contact", "lead", "opportunity", "activity", "quote"}:
        return []
    found = door.part(list_views, record_kind=kind, page_size=SAVED)
    return [
        Tab(one.name, url_for("relations.view", view_id=one.view_id), one.view_id == current)
        for one in (found.items if found else ())
    ]


def save_address(kind: str) -> str:
    """Where the filters that stand in the URL are saved as a view."""
    asked = [(name, value) for name, value in request.args.items() if name not in _OWN]
    pairs: list[tuple[str, str]] = [("record_kind", kind)]
    for at, (name, value) in enumerate(asked):
        pairs += [(f"filters.{at}.name", name), (f"filters.{at}.value", value)]
    pairs += [("sort", request.args["sort"])] if "sort" in request.args else []
    return f"{url_for('relations.new_view')}?{urlencode(pairs)}"


def own_first(door: Door, filters: dict[str, str]) -> dict[str, str]:
    """Filters narrowed to the acting person's own records, where they sell."""
    person = mine(door)
    return {**filters, "owner_id": str(person)} if person else filters
