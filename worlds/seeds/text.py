"""Texts as people write them: templates x slots x tone x typing slips, in several languages; never filler."""

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

KEYS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "w", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip
"""Which keys lie beside which on a keyboard."""

_SLOT = re.compile(r"\{(\w+)\}")
_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True)
class Tone:
    """How somebody writes: shares of texts with a greeting, with a sign-off, in small letters, with typing slips."""

    greeting: float
    closing: float
    lower: float
    slips: float


TONES: Mapping[str, Tone] = {
    "polite": Tone(0.8, 0.9, 0.0, 0.05),
    "brief": Tone(0.05, 0.1, 0.15, 0.15),
    "chatty": Tone(0.6, 0.6, 0.1, 0.25),
    "hurried": Tone(0.1, 0.05, 0.6, 0.55),
}


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """What people say, by kind, in one language, with its greetings and closings.

    A template holds slots in braces; `pick` fills them from `slots`, first from what the caller gives, then from here.
    """

    kinds: Mapping[str, Sequence[str]]
    slots: Mapping[str, Sequence[str]]
    greetings: Sequence[str]
    closings: Sequence[str]

    def pick(self, rng: random.Random, kind: str, given: Mapping[str, str] | None = None) -> str:
        """One sentence or more of a kind, with its slots filled.

        Raises:
            KeyError: naming the slot that nobody fills.
        """
        return filled(rng, rng.choice(self.kinds[kind]), {**self.slots, **{k: (v,) for k, v in (given or {}).items()}})

    def letter(
        self, rng: random.Random, kind: str, given: Mapping[str, str] | None = None, tone: str = "polite"
    ) -> str:
        """`pick` written in a tone (one of TONES): greeted, signed, in small letters, with slips."""
        manner = TONES[tone]
        parts = [self.pick(rng, kind, given)]
        if rng.random() < manner.greeting:
            parts.insert(0, f"{filled(rng, rng.choice(self.greetings), {})},")
        if rng.random() < manner.closing:
            parts.append(filled(rng, rng.choice(self.closings), {k: (v,) for k, v in (given or {}).items()}))
        text = ("\n" if tone == "polite" else " ").join(parts)
        text = text.lower() if rng.random() < manner.lower else text
        return slipped(rng, text) if rng.random() < manner.slips else text


@cache
def phrasebooks(path: Path) -> Mapping[str, Phrasebook]:
    """The phrasebooks of a TOML file by language; what stands under `staff` there is said as kind `staff_<kind>`."""
    with path.open("rb") as file:
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


def filled(rng: random.Random, template: str, slots: Mapping[str, Sequence[str]]) -> str:
    """A template with each slot drawn from its values; a value may hold slots itself.

    Raises:
        KeyError: naming the slot that has no values.
    """
    for _ in range(6):
        if "{" not in template:
            return template
        template = _SLOT.sub(lambda found: rng.choice(slots[found[1]]), template)
    raise ValueError(f"slots go round in a circle: {template}")


def slipped(rng: random.Random, text: str) -> str:
    """The text with one or two typing slips, never within a number or a short word."""
    for _ in range(rng.randint(1, 2)):
        words = list(_WORD.finditer(text))
        if not words:
            return text
        word = rng.choice(words)
        text = text[: word.start()] + _slip(rng, word[0]) + text[word.end() :]
    return text


def _slip(rng: random.Random, word: str) -> str:
    at = rng.randrange(1, len(word) - 1)
    near = KEYS.get(word[at].lower(), word[at])
    return rng.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at] + word[at:],
            word[:at] + rng.choice(near) + word[at + 1 :],
        )
    )
