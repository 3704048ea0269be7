"""How people put things: sentences from templates in their language, with their typos and quotes, never said twice.

A model may lend a voice: it may put a text into other words as long as every fact is still in it.
"""

import random
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from tomllib import loads

Rephrase = Callable[[str], str]
"""Puts a text into other words."""

_PHRASES: Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]] = loads(
    Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8")
)
LANGUAGES = tuple(_PHRASES)


def compose(language: str, intent: str, values: Mapping[str, str], said: Collection[str], rng: random.Random) -> str:
    """A sentence or two for an intent that nobody has said before in this episode.

    `values` fill the template: `facts` for what is told, `goal`, `issue`, `change`.
    """
    phrases = _PHRASES[language][intent]
    pairs = [(opening, core) for opening in phrases["openings"] for core in phrases["cores"]]
    rng.shuffle(pairs)
    for opening, core in pairs:
        text = f"{opening} {core}".strip().format_map(values)
        if text not in said:
            return text
    again = _PHRASES[language]["again"]["counted"][0]
    opening, core = pairs[0]
    number = 2
    while True:
        text = f"{again.format(number=number)} {opening} {core}".strip().format_map(values)
        if text not in said:
            return text
        number += 1


def misspelt(text: str, share: float, kept: Collection[str], rng: random.Random) -> str:
    """The text with some of its longer words misspelt; what must stay readable, such as numbers, is left alone."""
    guarded = " ".join(kept)

    def slip(found: re.Match[str]) -> str:
        word = found[0]
        if word in guarded or rng.random() >= share:
            return word
        at = rng.randrange(1, len(word) - 2)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    return re.sub(r"[^\W\d_]{5,}", slip, text)


def quoted(text: str, answered: str) -> str:
    """The text above the first line of what it answers."""
    first = next((line for line in answered.splitlines() if line.strip()), "")
    return f"{text}\n\n> {first[:120]}" if first else text


def spoken(text: str, facts: Collection[str], rephrase: Rephrase | None) -> str:
    """The text in the words of a lent voice; as it was where none is lent, or where a fact went missing in it."""
    if rephrase is None:
        return text
    other = rephrase(text)
    return other if all(fact in other for fact in facts) else text
