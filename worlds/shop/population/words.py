"""What customers and staff of the shop write, from the templates in words.toml."""

import random
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from worlds.seeds import mess
from worlds.seeds.streams import Weighted
from worlds.seeds.text import Phrasebook

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


@cache
def _books() -> dict[str, Phrasebook]:
    with Path(__file__).with_name("words.toml").open("rb") as file:
        table: dict[str, Any] = tomllib.load(file)
    return {
        language: Phrasebook(
            kinds={**rows["kinds"], **{f"staff_{kind}": texts for kind, texts in rows.get("staff", {}).items()}},
            slots=rows["slots"],
            greetings=rows["greetings"],
            closings=rows["closings"],
        )
        for language, rows in table.items()
    }


def customer_says(rng: random.Random, language: str, kind: str, given: Mapping[str, str]) -> str:
    """A note in a customer's language, in a tone of theirs; some people of any language write English."""
    book = _books()["en" if rng.random() < 0.12 else language]
    return book.letter(rng, kind, given, _TONES.draw(rng))


def staff_say(rng: random.Random, kind: str, given: Mapping[str, str]) -> str:
    """A note of a colleague, mostly English; never with greetings."""
    books = _books()
    language = "nl" if f"staff_{kind}" in books["nl"].kinds and rng.random() < 0.25 else "en"
    said = {"first": "the customer", **given}
    if language == "nl" and "day" in said:
        said["day"] = _DUTCH[said["day"]]
    return books[language].pick(rng, f"staff_{kind}", said)


def remark(rng: random.Random, language: str) -> str:
    """What a colleague wrote about a customer."""
    return _books()[language].pick(rng, "customer_note", {})


def dirtied(rng: random.Random, text: str, rates: Mapping[str, float]) -> tuple[str, str | None]:
    """The text, with emoji or old markup where chance says so, and the kind of mess that it then shows."""
    at = rng.random()
    if at < rates["notes_emoji"]:
        return mess.with_emoji(rng, text), "notes_emoji"
    if at < rates["notes_emoji"] + rates["notes_markup"]:
        return mess.with_markup(rng, text), "notes_markup"
    return text, None
