"""The views that staff work from, with their counts, and the tickets of one."""

from flask import redirect, url_for
from werkzeug.wrappers import Response

from worlds.desk.operations.bulk import JobTaken, bulk_update_tickets
from worlds.desk.operations.service import list_view_tickets, list_views
from worlds.desk.operations.tickets import create_ticket
from worlds.desk.pages.workspace.app import filters_of, workspace
from worlds.desk.pages.workspace.bulk import bulk_of, taken_on
from worlds.desk.pages.workspace.choices import team
from worlds.engine.errors import NotFound
from worlds.engine.surfaces.chrome import Act, act
from worlds.engine.surfaces.pages import Done, Door


@workspace.page("/")
def home(door: Door) -> str:
    """All views with how many tickets each has."""
    new: list[Act] = [act(door, "New ticket", url_for("workspace.new_ticket"), create_ticket)]
    return door.render("workspace/home.html", views=door.part(list_views), acts=new)


def _filters() -> dict[str, str]:
    return filters_of(list_view_tickets, "view_id")


@workspace.page("/views/<id:view_id>")
def view(door: Door, view_id: int) -> str:
    """The tickets of a view."""
    views = door.read(list_views)
    shown = next((one for one in views.items if one.view_id == view_id), None)
    if shown is None:
        raise NotFound("view_not_found", f"There is no view {view_id} for you; the start lists yours.")
    return door.render(
        "workspace/view.html",
        views=views,
        view=shown,
        listed=door.listing(list_view_tickets, view_id=view_id),
        bulk=bulk_of(door, url_for("workspace.view_changed", view_id=view_id, **_filters()), team(door)),
    )


@workspace.page("/views/<id:view_id>/bulk")
def view_again(_door: Door, view_id: int) -> Response:
    """The view itself: its bar has this address, which a browser may open again."""
    return redirect(url_for("workspace.view", view_id=view_id, **_filters()), 303)


@workspace.action("/views/<id:view_id>/bulk", bulk_update_tickets, shows=view)
def view_changed(_door: Door, done: JobTaken | None, view_id: int) -> Done:
    """The tickets are being changed."""
    return taken_on(done, url_for("workspace.view", view_id=view_id))
