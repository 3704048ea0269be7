"""Macros: the list, one macro, and using one on a ticket after having seen what it would do."""

from typing import Any, Final

from flask import url_for

from worlds.desk.operations.macros import (
    MacroDetail,
    apply_macro,
    create_macro,
    get_macro,
    list_macros,
    preview_macro,
    update_macro,
)
from worlds.desk.operations.tickets import get_ticket
from worlds.desk.pages.workspace.app import workspace
from worlds.desk.pages.workspace.choices import team
from worlds.desk.pages.workspace.labels import as_labelled
from worlds.desk.views import TicketChanged
from worlds.engine.surfaces.chrome import AGAIN, Act, Views, act, tabs
from worlds.engine.surfaces.pages import Done, Door

KINDS: Final[Views] = (
    ("In use", {}),
    ("Mine to use", {"usable": "true"}),
    ("Retired", {"active": "false"}),
)
ROWS: Final = {"set_fields": "field"}
LEAST: Final = 3
"""Rows of properties that a form has at least."""


@workspace.page("/macros")
def macros(door: Door) -> str:
    """The list, with its filters in the URL."""
    new: list[Act] = [act(door, "New macro", url_for("workspace.new_macro"), create_macro)]
    return door.render(
        "workspace/macros.html", listed=door.listing(list_macros), tabs=tabs(door, KINDS), acts=new,
        groups=team(door).groups,
    )  # fmt: skip


@workspace.page("/macros/new")
def new_macro(door: Door) -> str:
    """A macro that is not there yet."""
    form = as_labelled(door.form(create_macro, url_for("workspace.macro_made")))
    return door.render("workspace/edit_macro.html", macro=None, form=form, groups=team(door).groups, rows=LEAST, tags=2)


@workspace.action("/macros/new", create_macro, shows=new_macro, rows=ROWS)
def macro_made(_door: Door, done: MacroDetail | None) -> Done:
    """Colleagues can use it."""
    if done is None:
        return Done(AGAIN, url_for("workspace.macros"))
    return Done(f"The macro “{done.title}” was made.", url_for("workspace.macro", macro_id=done.macro_id))


@workspace.page("/macros/<id:macro_id>")
def macro(door: Door, macro_id: int) -> str:
    """One macro: its text, and what it changes."""
    shown = door.read(get_macro, macro_id=macro_id)
    acts: list[Act] = [act(door, "Edit", url_for("workspace.edit_macro", macro_id=macro_id), update_macro)]
    return door.render("workspace/macro.html", macro=shown, acts=acts)


@workspace.page("/macros/<id:macro_id>/edit")
def edit_macro(door: Door, macro_id: int) -> str:
    """A macro's text and changes, to be corrected."""
    shown = door.read(get_macro, macro_id=macro_id)
    form = as_labelled(door.form(update_macro, url_for("workspace.macro_saved", macro_id=macro_id), _values(shown)))
    rows, tags = max(LEAST, len(shown.set) + 1), max(2, len(shown.add_tags) + 1, len(shown.remove_tags) + 1)
    return door.render(
        "workspace/edit_macro.html", macro=shown, form=form, groups=team(door).groups, rows=rows, tags=tags
    )


def _values(shown: MacroDetail) -> dict[str, Any]:
    names = ("title", "body", "public", "language", "group_id", "active")
    values: dict[str, Any] = {name: getattr(shown, name) for name in names}
    for at, one in enumerate(shown.set):
        values |= {f"set_fields.{at}.field": one.field, f"set_fields.{at}.value": one.value}
    values |= {f"add_tags.{at}": tag for at, tag in enumerate(shown.add_tags)}
    return values | {f"remove_tags.{at}": tag for at, tag in enumerate(shown.remove_tags)}


@workspace.action("/macros/<id:macro_id>/edit", update_macro, shows=edit_macro, rows=ROWS)
def macro_saved(_door: Door, done: MacroDetail | None, macro_id: int) -> Done:
    """It reads otherwise for everybody."""
    said = f"The macro “{done.title}” was saved." if done else AGAIN
    return Done(said, url_for("workspace.macro", macro_id=macro_id))


@workspace.page("/tickets/<id:ticket_id>/macros")
def ticket_macros(door: Door, ticket_id: int) -> str:
    """Macros to choose from for a ticket."""
    shown = door.read(get_ticket, ticket_id=ticket_id)
    return door.render("workspace/ticket_macros.html", ticket=shown, listed=door.listing(list_macros, usable=True))


@workspace.page("/tickets/<id:ticket_id>/macros/<id:macro_id>")
def use_macro(door: Door, ticket_id: int, macro_id: int) -> str:
    """What a macro would write and change; its text may be corrected before it is used."""
    preview = door.read(preview_macro, ticket_id=ticket_id, macro_id=macro_id)
    shown = door.read(get_ticket, ticket_id=ticket_id)
    action = url_for("workspace.macro_used", ticket_id=ticket_id, macro_id=macro_id)
    return door.render(
        "workspace/use_macro.html",
        ticket=shown,
        preview=preview,
        form=as_labelled(door.form(apply_macro, action, {"body": preview.body})),
        names=team(door).names,
    )


@workspace.action("/tickets/<id:ticket_id>/macros/<id:macro_id>", apply_macro, shows=use_macro)
def macro_used(_door: Door, done: TicketChanged | None, ticket_id: int, macro_id: int) -> Done:  # noqa: ARG001 - the address has both
    """The macro has done its work."""
    said = f"The macro was applied to #{done.number}; it is {done.status} now." if done else AGAIN
    return Done(said, url_for("workspace.ticket", ticket_id=ticket_id))
