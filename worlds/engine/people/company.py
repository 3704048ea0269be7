"""The people of one episode at work: hearing what is sent to them, and acting on it in their own time.

What they remember lies in the episode's own database; who they are does not, so that nothing can read it there.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from worlds.engine.bookkeeping import Moment
from worlds.engine.events import Event, queue
from worlds.engine.people import intents, voice
from worlds.engine.people.facts import asked_for
from worlds.engine.people.intents import Choice, Memory
from worlds.engine.people.persona import Person
from worlds.engine.people.voice import Rephrase

SPEAK = "person_writes"
WAIT = "person_waits"
NUDGES = 10_000
"""Above the numbers of what they hear, so that asking again has chance of its own."""
NO_ANSWER: Mapping[str, object] = MappingProxyType({})
_EVERYBODY = "*"
"""Under this name lies what all of them have said."""


@dataclass(frozen=True, slots=True)
class Address:
    """How an operation addresses somebody: which argument holds the words, which one the record, of which table.

    Where no argument is named `text`, the words stand in the answer under that name.

    What they answer lands in the agent's inbox. Where the world has a place for it, `answers` is the event operation
    that also puts it there: it takes the record under the same name, the words as `body`, and `files` if there are any.
    """

    text: str
    record: str
    table: str
    role: str = "customer"
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody writes."""

    subject: str
    body: str
    files: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Company:
    """The people of an episode, the operations by which they are addressed, what their chance is keyed by."""

    people: Mapping[str, Person] = field(default_factory=dict)
    addresses: Mapping[str, Address] = field(default_factory=dict)
    chance: str = ""
    rephrase: Rephrase | None = None

    @classmethod
    def of(cls, people: Sequence[Person], addresses: Mapping[str, Address], chance: str) -> "Company":
        """These people.

        Raises:
            ValueError: when two share a name.
        """
        named = {person.name: person for person in people}
        if len(named) < len(people):
            raise ValueError("Two people of an episode share a name; what they do could not be told apart.")
        return cls(named, addresses, chance)

    def reached_by(self, person: Person) -> Address | None:
        """How a person's own words reach the record that they and the agent have to do with."""
        for address in self.addresses.values():
            if address.answers and person.about and (address.role, address.table) == (person.role, person.about[0]):
                return address
        return None

    def begin(self, driver: sqlite3.Connection, now: datetime) -> None:
        """Let those begin to wait who wait for the agent from the start."""
        for person in self.people.values():
            if person.patience is not None:
                due = int(person.runs_out_at(now).timestamp())
                waits = {"person": person.name, "heard": 0}
                queue(driver, Event.of(due, WAIT, waits, person.actor, f"world:{person.actor}"))

    def heard(self, driver: sqlite3.Connection, person: Person) -> int:
        """How many of the agent's messages a person has heard."""
        return _memory(driver, person.name).heard

    def hear(
        self,
        driver: sqlite3.Connection,
        operation: str,
        values: Mapping[str, object],
        moment: Moment,
        answer: Mapping[str, object] = NO_ANSWER,
    ) -> None:
        """Let those hear a call whom it addresses; what they do about it is rooted in the agent, and theirs."""
        address = self.addresses.get(operation)
        words = None if address is None else values.get(address.text, answer.get(address.text))
        if address is None or words is None:
            return
        subject = (address.table, values[address.record])
        for person in self.people.values():
            if person.role == address.role and person.about == subject:
                self._hear(driver, person, str(words), moment)

    def write(self, driver: sqlite3.Connection, person: Person, choice: Choice, number: int, answered: str) -> Letter:
        """What a person has to say, in words that nobody has used before."""
        memory, everybody = _memory(driver, person.name), _memory(driver, _EVERYBODY)
        rng = person.rng(self.chance, number, "words")
        facts = _values(person, choice)
        said = _spoken_facts(person, facts)
        fill = {"facts": said, "goal": person.goal, "issue": person.second_issue, "change": person.change}
        plain = voice.compose(person.language, choice.intent, fill, everybody.said, rng)
        everybody.said.append(plain)
        kept = [*facts.values(), person.goal, person.second_issue, person.change]
        text = voice.spoken(plain, list(facts.values()), self.rephrase)
        text = voice.misspelt(text, person.typos, kept, rng)
        text = voice.quoted(text, answered) if person.quotes else text
        _learn(memory, choice)
        _remember(driver, person.name, memory)
        _remember(driver, _EVERYBODY, everybody)
        subject = f"{'Re: ' if answered else ''}{person.goal or person.name}"
        body = f"{text}\n\n{person.name}"
        sent = [] if choice.intent == "wrong_number" else [person.sheet[name].files for name in choice.facts]
        return Letter(subject, body, [file for files in sent for file in files])

    def lose_patience(self, driver: sqlite3.Connection, person: Person, heard: int) -> Letter | None:
        """What they write if the agent has not written since they began to wait; None where they keep silent."""
        memory = _memory(driver, person.name)
        choice = intents.on_waiting(memory)
        if memory.heard != heard or choice.intent == "silence":
            return None
        memory.nudges += 1
        _remember(driver, person.name, memory)
        return self.write(driver, person, choice, NUDGES + memory.nudges, "")

    def _hear(self, driver: sqlite3.Connection, person: Person, text: str, moment: Moment) -> None:
        memory = _memory(driver, person.name)
        memory.heard += 1
        _remember(driver, person.name, memory)
        rng = person.rng(self.chance, memory.heard)
        choice = intents.on_message(person, memory, asked_for(text, person.facts), rng)
        if choice.intent == "silence":
            return
        due = int(person.answers_at(moment.instant, rng).timestamp())
        says = {
            "person": person.name,
            "intent": choice.intent,
            "facts": list(choice.facts),
            "number": memory.heard,
            "answered": text[:200],
        }
        queue(driver, Event.of(due, SPEAK, says, person.actor, f"agent:{moment.step}"))


NOBODY = Company()


def _values(person: Person, choice: Choice) -> dict[str, str]:
    sheet = person.sheet
    wrong = choice.intent == "wrong_number"
    return {name: sheet[name].wrong if wrong else sheet[name].value for name in choice.facts}


def _spoken_facts(person: Person, facts: Mapping[str, str]) -> str:
    sheet = person.sheet
    return ", ".join(f"{sheet[name].spoken or name.replace('_', ' ')} {value}" for name, value in facts.items())


def _learn(memory: Memory, choice: Choice) -> None:
    memory.wrote += 1
    if choice.intent == "wrong_number":
        memory.slipped += choice.facts
    else:
        memory.told += [name for name in choice.facts if name not in memory.told]
    memory.content = memory.content or choice.intent == "thanks"
    memory.changed = memory.changed or choice.intent == "change_mind"
    memory.raised = memory.raised or choice.intent == "second_issue"


def _memory(driver: sqlite3.Connection, name: str) -> Memory:
    rows = driver.execute("SELECT memory FROM engine_person WHERE id = ?", (name,)).fetchall()
    return Memory.from_json(json.loads(rows[0][0])) if rows else Memory()


def _remember(driver: sqlite3.Connection, name: str, memory: Memory) -> None:
    driver.execute(
        "INSERT INTO engine_person VALUES (?, 1, ?) "
        "ON CONFLICT DO UPDATE SET events = events + 1, memory = excluded.memory",
        (name, json.dumps(memory.to_json(), ensure_ascii=False)),
    )
