"""What customers and staff of the shop write, from the templates in words.toml."""

import random
from collections.abc import Mapping
from pathlib import Path

from worlds.seeds.streams import Weighted
from worlds.seeds.text import phrasebooks

_TONES = Weighted({"polite": 30.0, "brief": 38.0, "chatty": 18.0, "hurried": 14.0})


_SOFT = frozenset(
    {
        "blanket", "beanie", "boot", "cushion", "daypack", "dry_bag", "gloves", "hat", "jacket", "mat", "pullover",
        "shirt", "shoe", "sleeping_bag", "socks", "tarp", "tent", "towel", "trekking_pack", "trousers",
    }
)  # fmt: skip
_DUTCH = {
    "Monday": "maandag", "Tuesday": "dinsdag", "Wednesday": "woensdag", "Thursday": "donderdag", "Friday": "vrijdag",
    "Saturday": "zaterdag",
}  # fmt: skip
_PAPER = frozenset({"bag", "book", "box", "map", "pouch", "seeds"})


def of_article(short: str, motif: str) -> dict[str, str]:
    """What texts may say of an article: its name, and a flaw that such a thing can have."""
    stuff = "soft" if motif in _SOFT else "paper" if motif in _PAPER else "hard"
    return {"product": short, "flaw": f"{{flaw_{stuff}}}"}


def return_wish(rng: random.Random, reason: str, *, coloured: bool) -> str:
    """The kind of note that goes with a reason for a return; some people give none."""
    if reason == "other" or rng.random() < 0.3:
        return "return_plain"
    if reason in ("damaged", "defective"):
        return "return_broken"
    if reason == "not_as_described":
        return "return_colour" if coloured and rng.random() < 0.6 else "return_looks"
    return f"return_{reason}"


_BOOKS = Path(__file__).with_name("words.toml")


def customer_says(rng: random.Random, language: str, kind: str, given: Mapping[str, str]) -> str:
    """A note in a customer's language, in a tone of theirs; some people of any language write English."""
    book = phrasebooks(_BOOKS)["en" if rng.random() < 0.12 else language]
    return book.letter(rng, kind, given, _TONES.draw(rng))


def staff_say(rng: random.Random, kind: str, given: Mapping[str, str]) -> str:
    """A note of a colleague, mostly English; never with greetings."""
    books = phrasebooks(_BOOKS)
    language = "nl" if f"staff_{kind}" in books["nl"].kinds and rng.random() < 0.25 else "en"
    said = {"first": "the customer", **given}
    if language == "nl" and "day" in said:
        said["day"] = _DUTCH[said["day"]]
    return books[language].pick(rng, f"staff_{kind}", said)


def remark(rng: random.Random, language: str) -> str:
    """What a colleague wrote about a customer."""
    return phrasebooks(_BOOKS)[language].pick(rng, "customer_note", {})
