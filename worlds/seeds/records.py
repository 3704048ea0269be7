"""Records that a company keeps of people: how many there are of whom, and who of them has two."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from worlds.seeds.people import Census

TWICE: Final = ("duplicate_email_variant", "duplicate_new_email", "duplicate_name_typo", "merged_tombstones")
"""Kinds of a second record: with a variant of the e-mail address, another one, a misspelt name; or merged long ago."""
TESTS: Final = "test_records"
_SHAPES: Final = ("apostrophe", "sharp_s", "right_to_left", "two_part", "mononym", "long", "diacritics")


def census_of(seed: int, rates: Mapping[str, float], business: float) -> Census:
    """An empty census with a population's shares of unusual names, of firms (`business`), namesakes and households."""
    return Census(
        seed=seed,
        shapes={shape: rates[f"name_{shape}"] for shape in _SHAPES},
        business=business,
        namesakes=rates["namesakes"],
        households=rates["households"],
    )


@dataclass(frozen=True, slots=True)
class Spread:
    """How a number of records spreads: `people` have one each, some of them a second, and `tests` are nobody's.

    `seconds` counts the second records by kind.
    """

    people: int
    seconds: Mapping[str, int]
    tests: int

    @classmethod
    def of(cls, total: int, rates: Mapping[str, float]) -> "Spread":
        """That of so many records; of each kind that `rates` gives a share of them there is one at least."""
        extra = {kind: max(1, round(total * rates[kind])) for kind in (*TWICE, TESTS)}
        return cls(total - sum(extra.values()), {kind: extra[kind] for kind in TWICE}, extra[TESTS])

    def who_has_two(self, rng: random.Random) -> Iterator[tuple[str, int]]:
        """The kind of every second record, and the place of its person among the people; nobody has three."""
        free = rng.sample(range(self.people), min(self.people, sum(self.seconds.values()) + self.tests))
        for kind in TWICE:
            for _ in range(self.seconds[kind]):
                yield kind, free.pop()
