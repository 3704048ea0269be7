"""Requests for approval, and what was answered."""

from worlds.engine.surfaces.pages import Door
from worlds.shop.operations.approvals import list_approvals
from worlds.shop.pages.office.app import office


@office.page("/approvals")
def approvals(door: Door) -> str:
    """The list, newest first, with its filters in the URL."""
    return door.render("office/approvals.html", listed=door.listing(list_approvals))
