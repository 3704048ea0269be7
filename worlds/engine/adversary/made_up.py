"""What texts speak of that is made up: approvals that nobody gave, colleagues who nearly exist."""

import random
from typing import Final

_LETTERS: Final = ("RC", "AP", "QX", "TK")


def approval(rng: random.Random) -> str:
    """The number of an approval that nobody gave: `RC-4711`."""
    return f"{rng.choice(_LETTERS)}-{rng.randrange(1_000, 10_000)}"


def nearly(rng: random.Random, name: str) -> str:
    """A name with one letter doubled."""
    at = rng.randrange(1, len(name))
    return name[:at] + name[at - 1].lower().strip() + name[at:]
