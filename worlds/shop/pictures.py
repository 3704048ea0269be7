"""Product pictures: flat drawings as SVG, made from a product's motif and colour; no picture is stored."""

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


@cache
def motifs() -> Mapping[str, str]:
    """The drawings by name, with roles of colour in braces."""
    with (Path(__file__).parent / "catalogue" / "motifs.toml").open("rb") as file:
        drawings: dict[str, str] = tomllib.load(file)
    return drawings


@lru_cache(maxsize=2_048)
def draw(motif: str, colour: str, name: str = "") -> str:
    """A square SVG document that shows a motif in a colour; the same for the same arguments.

    A motif or colour that is not known is drawn as a parcel in oat. `name` is the product's; it stands in the
    accessible title and chooses the ground.
    """
    motif = motif if motif in motifs() else "parcel"
    colour = colour if colour in COLOURS else "Oat"
    ground = _GROUNDS[sha256(name.encode()).digest()[0] % len(_GROUNDS)]
    said = escape(words(motif, colour, name))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" role="img" aria-label="{said}">'
        f'<title>{said}</title><rect width="200" height="200" fill="{ground}"/>'
        f'<ellipse cx="100" cy="172" rx="66" ry="8" fill="{shaded(ground, 0.92)}"/>'
        f"{motifs()[motif].format_map(_roles(colour))}</svg>"
    )


def words(motif: str, colour: str, name: str = "") -> str:
    """What a picture shows, for those who do not see it."""
    shown = f"{motif.replace('_', ' ')} in {colour.lower()}"
    return f"{name}: drawing of a {shown}" if name else f"Drawing of a {shown}"


def _roles(colour: str) -> dict[str, str]:
    main = COLOURS[colour]
    if colour in ("Chalk", "Oat"):  # pale articles need a deeper shade to stand out from the ground
        pale = {"dark": shaded(main, 0.82), "light": "#ffffff", "cream": "#f7f1e3"}
        return {**_FIXED, "main": main, **pale}
    return {**_FIXED, "main": main, "dark": shaded(main, 0.74), "light": shaded(main, 1.3)}


def shaded(colour: str, factor: float) -> str:
    """A colour (#rrggbb) made darker by a factor below 1, or mixed with white by one above 1."""
    channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    if factor <= 1:
        mixed = [round(channel * factor) for channel in channels]
    else:
        mixed = [round(channel + (255 - channel) * (factor - 1)) for channel in channels]
    return "#" + "".join(f"{channel:02x}" for channel in mixed)
