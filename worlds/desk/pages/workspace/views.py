"""The views that staff work from, with their counts, and the tickets of one."""

from typing import Final

from flask import redirect, url_for
from werkzeug.wrappers import Response

from worlds.desk.operations.bulk import JobTaken, bulk_update_tickets
from worlds.desk.operations.service import list_view_tickets, list_views
from worlds.desk.operations.tickets import create_ticket, list_tickets
from worlds.desk.pages.workspace.app import with_filters, workspace
from worlds.desk.pages.workspace.bulk import bulk_of, taken_on
from worlds.desk.pages.workspace.choices import team
from worlds.desk.views import TicketRow
from worlds.engine.errors import NotFound
from worlds.engine.surfaces.chrome import Act, act
from worlds.engine.surfaces.pages import Done, Door

SHOWN: Final = 12
"""Tickets on the first page whose clocks run out next."""


@workspace.page("/")
def home(door: Door) -> str:
    """All views with how many tickets each has, and whose clocks run out next."""
    new: list[Act] = [act(door, "New ticket", url_for("workspace.new_ticket"), create_ticket)]
    return door.render("workspace/home.html", views=door.part(list_views), next_due=_next_due(door), acts=new)


def _next_due(door: Door) -> list[TicketRow] | None:
    """Tickets of which a clock runs, the most urgent first; None where they cannot be had for the moment."""
    found = door.part(list_tickets, status="unsolved", sort="due", page_size=SHOWN)
    return None if found is None else [row for row in found.items if row.sla_due_at is not None]


def _address(page: str, view_id: int) -> str:
    """An address of a view that keeps its order and page."""
    return with_filters(url_for(f"workspace.{page}", view_id=view_id), list_view_tickets, "view_id")


@workspace.page("/views/<id:view_id>")
def view(door: Door, view_id: int) -> str:
    """The tickets of a view."""
    views = door.read(list_views)
    shown = next((one for one in views.views if one.view_id == view_id), None)
    if shown is None:
        raise NotFound("view_not_found", f"There is no view {view_id} for you; the start lists yours.")
    return door.render(
        "workspace/view.html",
        views=views,
        view=shown,
        listed=door.listing(list_view_tickets, view_id=view_id),
        bulk=bulk_of(door, _address("view_changed", view_id), team(door)),
    )


@workspace.page("/views/<id:view_id>/bulk")
def view_again(_door: Door, view_id: int) -> Response:
    """The view itself: its bar has this address, which a browser may open again."""
    return redirect(_address("view", view_id), 303)


@workspace.action("/views/<id:view_id>/bulk", bulk_update_tickets, shows=view)
def view_changed(_door: Door, done: JobTaken | None, view_id: int) -> Done:
    """The tickets are being changed."""
    return taken_on(done, url_for("workspace.view", view_id=view_id))
