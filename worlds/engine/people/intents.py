"""What a person makes of a message: a small state machine that picks what they do next."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from worlds.engine.people.persona import Person

Intent = Literal[
    "answer", "partial", "wrong_number", "nudge", "thanks", "change_mind", "silence", "question", "second_issue"
]
WRITTEN: tuple[Intent, ...] = (
    "answer", "partial", "wrong_number", "nudge", "thanks", "change_mind", "question", "second_issue",
)  # fmt: skip
"""What comes out as a message; silence does not."""
MOST_NUDGES = 3


@dataclass(slots=True)
class Memory:
    """What a person remembers.

    `heard` counts the agent's messages to them, `wrote` their own; `told` are facts that they gave, `slipped` those
    that they gave wrongly; `said` are their sentences; `content` says that they have thanked.
    """

    heard: int = 0
    wrote: int = 0
    nudges: int = 0
    told: list[str] = field(default_factory=list)
    slipped: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    content: bool = False
    changed: bool = False
    raised: bool = False

    def to_json(self) -> dict[str, Any]:
        """The memory as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, known: dict[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Choice:
    """What they do, and which facts it tells."""

    intent: Intent
    facts: Sequence[str] = ()


def on_message(person: Person, memory: Memory, asked: Sequence[str], rng: random.Random) -> Choice:
    """What a person does about a message of the agent's that asks for these facts."""
    if rng.random() < person.silence or (person.reserved and not set(asked) - set(memory.told)):
        return Choice("silence")
    if asked:
        return _answering(person, memory, asked, rng)
    if person.change and not memory.changed:
        return Choice("change_mind")
    if person.second_issue and not memory.raised:
        return Choice("second_issue")
    if memory.content:
        return Choice("silence")
    return Choice("thanks" if rng.random() < 0.7 else "question")


def on_waiting(memory: Memory) -> Choice:
    """What a person does whose patience is at an end."""
    return Choice("silence" if memory.content or memory.nudges >= MOST_NUDGES else "nudge")


def _answering(person: Person, memory: Memory, asked: Sequence[str], rng: random.Random) -> Choice:
    sheet = person.sheet
    careless = [name for name in asked if sheet[name].wrong and name not in memory.slipped]
    if careless and rng.random() >= person.honesty:
        return Choice("wrong_number", [careless[0]])
    if len(asked) > 1 and rng.random() >= person.thoroughness:
        return Choice("partial", [asked[0]])
    return Choice("answer", list(asked))
