"""A variant: another face of the same pages, decided by its number alone.

The number is a seed: each property is drawn by sha256 of (number, purpose), so that a property that is added later
changes no other. Number 0 is the plain face, which nothing of this package touches. No page and no answer says it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import TypeVar

LANGUAGES = ("en", "nl", "de")
"""Languages of the chrome; records stay in the language in which they were written."""
THEMES = ("plain", "harbour", "dusk", "meadow", "slate")
DENSITIES = ("plain", "compact", "comfortable")
LAYOUTS = ("plain", "mirrored", "stacked")
SIZES = ("plain", "fewer", "more")
"""How much of a list a page shows."""
PAGERS = ("below", "above")
NOTICES = ("cookies", "survey", "news")

Option = TypeVar("Option")


@dataclass(frozen=True, slots=True)
class Variant:
    """What a variant changes; labels, the order of fields and of columns are drawn by `pick` and `ordered`.

    `menus` moves what may be done behind a menu, `steps` puts a step before the button that sends a form.
    """

    number: int
    language: str
    theme: str
    density: str
    layout: str
    sizes: str
    pager: str
    notices: tuple[str, ...]
    menus: bool
    steps: bool

    def draw(self, purpose: str) -> int:
        """A whole number below 2**48 for a purpose."""
        return _draw(self.number, purpose)

    def pick(self, purpose: str, options: Sequence[Option]) -> Option:
        """One of some options for a purpose."""
        return options[self.draw(purpose) % len(options)]

    def ordered(self, purpose: str, names: Sequence[str]) -> list[int]:
        """The places of some names in this variant's order: the first is the place of what comes first."""
        return sorted(range(len(names)), key=lambda place: (self.draw(f"{purpose}|{names[place]}"), place))


@lru_cache(maxsize=1024)
def variant_of(number: int) -> Variant:
    """The variant of a number."""

    def pick(purpose: str, options: Sequence[str]) -> str:
        return options[_draw(number, purpose) % len(options)]

    plain = number == 0
    return Variant(
        number=number,
        language="en" if plain else pick("language", LANGUAGES),
        theme="plain" if plain else pick("theme", THEMES),
        density="plain" if plain else pick("density", DENSITIES),
        layout="plain" if plain else pick("layout", LAYOUTS),
        sizes="plain" if plain else pick("sizes", SIZES),
        pager="below" if plain else pick("pager", PAGERS),
        notices=() if plain else tuple(name for name in NOTICES if _draw(number, f"notice|{name}") % 3 == 0),
        menus=not plain and _draw(number, "menus") % 2 == 0,
        steps=not plain and _draw(number, "steps") % 2 == 0,
    )


def _draw(number: int, purpose: str) -> int:
    return int.from_bytes(sha256(f"{number}|{purpose}".encode()).digest()[:6], "big")
