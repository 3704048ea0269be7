"""Locations by id."""

from typing import NamedTuple

from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.rows import Query


class _Place(NamedTuple):
    name: str


_PLACE = Query(_Place, "SELECT name FROM location WHERE id = :location AND active = 1")


def location_name(ctx: Context, location_id: int, field: str = "location_id") -> str:
    """An open location's name; `field` is the argument that names it.

    Raises:
        NotFound: when there is none of that id, or it is closed.
    """
    place = _PLACE.first(ctx, location=location_id)
    if place is None:
        raise NotFound(
            "location_not_found",
            f"There is no open location {location_id}; choose one of those that are open.",
            field=field,
        )
    return place.name
