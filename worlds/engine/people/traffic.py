"""What others do in their own time: traffic at random moments, edits by colleagues, notes handed over with an error."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from worlds.engine.task import Happening

DAY = 86_400


def traffic(
    who: str, operation: str, choices: Sequence[Mapping[str, Any]], rng: random.Random, *, a_day: float, days: int
) -> Iterator[Happening]:
    """Events at random over some days, so many a day on average: a Poisson stream of its own chance."""
    moment = 0.0
    number = 0
    while True:
        moment += rng.expovariate(a_day / DAY)
        if moment >= days * DAY:
            return
        number += 1
        yield Happening(name=who, operation=operation, arguments=rng.choice(choices), delay=max(1, round(moment)))


def edit(who: str, operation: str, *, after: str = "", delay: int = 90, **arguments: Any) -> Happening:
    """A colleague's edit: so many seconds after the agent's first successful call of an operation, or the start."""
    return Happening(name=f"person:{who}", operation=operation, arguments=arguments, after=after, delay=delay)


@dataclass(frozen=True, slots=True)
class Handover:
    """A note that hands work over: what it says, and which of its facts it gets wrong (name -> the wrong value)."""

    text: str
    facts: Mapping[str, str]
    wrong: Mapping[str, str]

    @property
    def words(self) -> str:
        """The note as it was written, with its error.

        Raises:
            LookupError: when it gets a fact wrong that it does not state.
        """
        if unknown := self.wrong.keys() - self.facts.keys():
            raise LookupError(f"The note states no {', '.join(sorted(unknown))}.")
        return self.text.format_map({**self.facts, **self.wrong})


def hands_over(who: str, note: Handover, subject: str, *, delay: int = 1) -> Happening:
    """A colleague's note in the agent's inbox at the start of a shift."""
    words = {"role": "colleague", "subject": subject, "body": note.words}
    return Happening(name=f"person:{who}", operation="write_to_agent", arguments=words, delay=delay)
