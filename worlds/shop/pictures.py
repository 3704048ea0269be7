"""Product pictures: flat drawings as SVG, made from a product's motif and colour; no file is stored for them."""

import json
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from hashlib import sha256
from html import escape
from pathlib import Path

COLOURS: Mapping[str, str] = {
    "Moss": "#6f7d4c",
    "Slate": "#65727d",
    "Rust": "#b25a36",
    "Ochre": "#cf9a3a",
    "Ink": "#33465e",
    "Pine": "#34594b",
    "Clay": "#bd7a5f",
    "Oat": "#d3bf99",
    "Heather": "#94809f",
    "Chalk": "#e6e1d4",
    "Sage": "#99ab8e",
    "Sky": "#86aec6",
    "Terracotta": "#c2683f",
}
"""The colours in which articles come, as they are drawn."""
_GROUNDS = ("#f5efe3", "#eef1ea", "#f3ebe4", "#eaeff1", "#f1eee8")
_FIXED = {"ink": "#2f3438", "wood": "#b98d5c", "steel": "#aab4b9", "cream": "#fbf7ee"}
_UNKNOWN = ("parcel", "Oat")


@cache
def motifs() -> Mapping[str, str]:
    """The drawings by name, with roles of colour in braces."""
    with (Path(__file__).parent / "catalogue" / "motifs.toml").open("rb") as file:
        drawings: dict[str, str] = tomllib.load(file)
    return drawings


def parts_of(drawing: str | None) -> tuple[str, str]:
    """Motif and colour of a product's `drawing` (JSON); a plain parcel where there is none or it is not known."""
    try:
        parts = json.loads(drawing or "{}")
    except ValueError:
        return _UNKNOWN
    if not isinstance(parts, dict):
        return _UNKNOWN
    motif, colour = str(parts.get("motif")), str(parts.get("colour"))
    return motif if motif in motifs() else _UNKNOWN[0], colour if colour in COLOURS else _UNKNOWN[1]


def words(drawing: str | None, title: str) -> str:
    """What a picture shows, for those who do not see it."""
    motif, colour = parts_of(drawing)
    return f"{title}: drawing of a {motif.replace('_', ' ')} in {colour.lower()}"


@lru_cache(maxsize=2_048)
def picture(drawing: str | None, title: str) -> str:
    """A product's picture as an SVG document, square, with its words as accessible title; always the same for the same."""
    motif, colour = parts_of(drawing)
    main = COLOURS[colour]
    roles = {**_FIXED, "main": main, "dark": shaded(main, 0.74), "light": shaded(main, 1.3)}
    if colour in ("Chalk", "Oat"):  # pale articles need a deeper shade to stand out from the ground
        roles |= {"dark": shaded(main, 0.82), "light": "#ffffff", "cream": "#f7f1e3"}
    shapes = motifs()[motif].format_map(roles)
    ground = _GROUNDS[sha256(title.encode()).digest()[0] % len(_GROUNDS)]
    said = escape(words(drawing, title))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" role="img" '
        f'aria-label="{said}"><title>{said}</title><rect width="200" height="200" fill="{ground}"/>'
        f'<ellipse cx="100" cy="172" rx="66" ry="8" fill="{shaded(ground, 0.92)}"/>{shapes}</svg>'
    )


def shaded(colour: str, factor: float) -> str:
    """A colour (#rrggbb) made darker by a factor below 1, or mixed with white by one above 1."""
    channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    if factor <= 1:
        mixed = [round(channel * factor) for channel in channels]
    else:
        mixed = [round(channel + (255 - channel) * (factor - 1)) for channel in channels]
    return "#" + "".join(f"{channel:02x}" for channel in mixed)
