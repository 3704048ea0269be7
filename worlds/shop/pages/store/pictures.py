"""Product pictures: their addresses, and the drawings themselves.

An address says all that is drawn, so a picture reads nothing of the world and costs no virtual time.
"""

import json

from flask import Response, request, url_for

from worlds.engine.surfaces.pages import Door
from worlds.shop import pictures
from worlds.shop.pages.store.front import store

FRESH_SECONDS = 86_400
"""How long a browser may keep a picture."""
LONGEST_NAME = 200


@store.page("/pictures/<motif>/<colour>.svg")
def picture(door: Door, motif: str, colour: str) -> Response:  # noqa: ARG001 - a picture is the same for everybody
    """A drawing of goods."""
    drawn = pictures.draw(motif, colour, request.args.get("name", "")[:LONGEST_NAME])
    return Response(drawn, content_type="image/svg+xml", headers={"Cache-Control": f"max-age={FRESH_SECONDS}"})


def picture_url(drawing: str | None, title: str) -> str:
    """The address of a product's picture."""
    motif, colour = _parts(drawing)
    return url_for("store.picture", motif=motif, colour=colour, name=title[:LONGEST_NAME])


def picture_words(drawing: str | None) -> str:
    """What is seen on a product's picture, and no more."""
    return pictures.words(*_parts(drawing))


def _parts(drawing: str | None) -> tuple[str, str]:
    said = json.loads(drawing) if drawing else {}
    return str(said.get("motif", "parcel")), str(said.get("colour", "Oat"))


@store.app_context_processor
def _pictures() -> dict[str, object]:
    return {"picture_url": picture_url, "picture_words": picture_words}
