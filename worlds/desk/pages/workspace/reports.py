"""How the desk is doing: volumes, speed, promises kept, ratings, and how old the unsolved tickets are."""

from worlds.desk.operations.reports import desk_report
from worlds.desk.pages.workspace.app import workspace
from worlds.engine.surfaces.pages import Door


@workspace.page("/reports")
def reports(door: Door) -> str:
    """The report over the days that the URL names."""
    return door.render("workspace/reports.html", listed=door.listing(desk_report))
