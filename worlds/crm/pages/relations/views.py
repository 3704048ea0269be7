"""Saved views: a list's filters under a name, for oneself, a team or everybody."""

from typing import Final

from flask import url_for

from worlds.crm.operations.views import (
    Deleted,
    ViewDetail,
    delete_view,
    get_view,
    list_view_records,
    list_views,
    save_view,
    update_view,
)
from worlds.crm.pages.relations.app import relations
from worlds.crm.pages.relations.asking import Ask, Part, Sheet, form_for, sheet_page
from worlds.crm.pages.relations.lists import Listed, list_page, saved_tabs
from worlds.engine.surfaces.chrome import AGAIN, Tab, act
from worlds.engine.surfaces.pages import Done, Door

FILTERS: Final = 8
"""Filters that the form of a view has rows for at least."""
MOST: Final = 15
LIST_OF: Final = {
    "account": "accounts", "contact": "contacts", "lead": "leads", "opportunity": "deals", "activity": "activities",
    "quote": "quotes",
}  # fmt: skip
_ROWS: Final = {"filters": "name"}


@relations.page("/views")
def views(door: Door) -> str:
    """All saved views that one may use."""
    new = [act(door, "New view", url_for("relations.new_view"), save_view)]
    filters = (Ask("record_kind", "Of", blank="Any"),)
    return list_page(
        door, list_views, Listed("Saved views", "saved_view", "view", "views", filters, (("All views", {}),), new)
    )


@relations.page("/views/<id:view_id>")
def view(door: Door, view_id: int) -> str:
    """The records of a saved view."""
    shown = door.read(get_view, view_id=view_id)
    listed = door.listing(list_view_records, view_id=view_id)
    page = LIST_OF[shown.record_kind]
    own = shown.owner_id is not None and shown.owner_id == door.actor.person
    theirs = (not own and door.actor.role != "admin", "the view is a colleague’s")
    return door.render(
        "relations/view.html",
        view=shown,
        found=listed.found,
        form=listed.form,
        tabs=[Tab(f"All {page}", url_for(f"relations.{page}"), current=False),
              *saved_tabs(door, shown.record_kind, view_id)],
        acts=[
            act(door, "Rename or share", url_for("relations.edit_view", view_id=view_id), update_view, theirs),
            act(door, "Delete the view", url_for("relations.view_deletion", view_id=view_id), delete_view, theirs),
        ],
    )  # fmt: skip


@relations.page("/views/new")
def new_view(door: Door) -> str:
    """Saves filters under a name."""
    back = url_for("relations.views")
    asks = (
        Ask("name", "Name"), Ask("record_kind", "Of"), Ask("visibility", "Who sees it"),
        Ask("sort", "Order", hint="Such as newest; the list’s own if left out."),
    )  # fmt: skip
    action = url_for("relations.view_saved")
    asked = form_for(door, save_view, action)
    filled = sum(bool(asked[f"filters.{at}.name"].value) for at in range(MOST))
    filters = tuple(
        ask
        for at in range(min(max(FILTERS, filled + 2), MOST))
        for ask in (
            Ask(f"filters.{at}.name", f"Filter {at + 1}", hint="Such as status." if not at else ""),
            Ask(f"filters.{at}.value", f"Its value {at + 1}", hint="Such as open." if not at else ""),
        )
    )
    sheet = Sheet(
        "Save a view", "Save the view", back, [("Saved views", back)], (Part("", asks), Part("Filters", filters))
    )
    return sheet_page(door, save_view, action, sheet)


@relations.action("/views/new", save_view, shows=new_view, rows=_ROWS)
def view_saved(_door: Door, done: ViewDetail | None) -> Done:
    """The view is there."""
    if done is None:
        return Done(AGAIN, url_for("relations.views"))
    said = f"The view “{done.name}” was saved; {done.records} records are in it."
    return Done(said, url_for("relations.view", view_id=done.view_id))


@relations.page("/views/<id:view_id>/edit")
def edit_view(door: Door, view_id: int) -> str:
    """Renames or shares a view."""
    shown = door.read(get_view, view_id=view_id)
    back = url_for("relations.view", view_id=view_id)
    asks = (Ask("name", "Name"), Ask("visibility", "Who sees it"))
    sheet = Sheet(
        f"Rename or share {shown.name}", "Save", back,
        [("Saved views", url_for("relations.views")), (shown.name, back)],
        (Part("", asks),),
    )  # fmt: skip
    return sheet_page(
        door, update_view, url_for("relations.view_changed", view_id=view_id), sheet,
        {"name": shown.name, "visibility": shown.visibility},
    )  # fmt: skip


@relations.action("/views/<id:view_id>/edit", update_view, shows=edit_view)
def view_changed(_door: Door, done: ViewDetail | None, view_id: int) -> Done:
    """The view is another."""
    said = f"The view “{done.name}” was saved." if done else AGAIN
    return Done(said, url_for("relations.view", view_id=view_id))


@relations.page("/views/<id:view_id>/delete")
def view_deletion(door: Door, view_id: int) -> str:
    """Takes a view away."""
    shown = door.read(get_view, view_id=view_id)
    back = url_for("relations.view", view_id=view_id)
    sheet = Sheet(
        f"Delete the view {shown.name}", "Delete the view", back,
        [("Saved views", url_for("relations.views")), (shown.name, back)],
        follows=(f"Its {shown.records} records stay as they are.",), danger=True,
    )  # fmt: skip
    return sheet_page(door, delete_view, url_for("relations.view_deleted", view_id=view_id), sheet)


@relations.action("/views/<id:view_id>/delete", delete_view, shows=view_deletion)
def view_deleted(_door: Door, done: Deleted | None, view_id: int) -> Done:  # noqa: ARG001 - the address has it
    """The view is gone."""
    return Done(f"The view “{done.name}” was deleted." if done else AGAIN, url_for("relations.views"))
