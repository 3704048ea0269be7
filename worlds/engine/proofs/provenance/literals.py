"""The literals that a play writes, each with where it can be from: the request, a page of rules, an earlier reply.

Choices that a schema lists, its defaults, yes, no, nothing and 0 need no source. Of free words only what is like a
record's fact needs one: amounts, numbers of three digits and more, addresses of mail.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from worlds.engine.proofs.plays import Play
from worlds.engine.proofs.provenance.told import DERIVED, JOINED, NOWHERE, STANDS, TOKEN, Told, is_id
from worlds.engine.task import Task
from worlds.engine.world import World

LONGEST_LINE: Final = 200
"""Characters; a longer argument takes free words."""

_AMOUNT: Final = re.compile(r"-?\d+\.\d{2}")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:T.*)?")
_FACT: Final = re.compile(r".*\d.*\d.*\d.*|.+@.+|\d+\.\d{2}")
_BOXES: Final = ("true", "false")
"""Yes and no where a field of the house's own takes any line."""
_ROUGH: Final = (NOWHERE, DERIVED, JOINED, STANDS)


@dataclass(frozen=True, slots=True)
class Literal:
    """One literal of a committed write: where it was put, and how it could be had (`told.NOWHERE` if not at all)."""

    operation: str
    argument: str
    value: str | int
    source: str

    @property
    def place(self) -> str:
        """The operation and the argument: `refund_order(lines.quantity)`."""
        return f"{self.operation}({self.argument})"


def literals(world: World, task: Task, play: Play) -> Iterator[Literal]:
    """Every literal of the writes that a play committed, in order."""
    told = Told()
    told.ask(task.instruction)
    for value in task.instance.facts.values():
        told.ask(value)
    for entry in play.journal:
        operation = world.operations.get(entry.operation)
        if entry.committed and operation is not None:
            for path, value, schemas in _leaves(entry.arguments, [operation.input_schema], ""):
                if not _free_choice(value, schemas):
                    yield Literal(entry.operation, path, value, _source(told, path, value, schemas))
        told.learn(entry.told)


Schemas = Sequence[Mapping[str, Any]]


def _leaves(value: Any, schemas: Schemas, path: str) -> Iterator[tuple[str, Any, Schemas]]:
    options = [option for schema in schemas for option in (schema, *schema.get("anyOf", ()))]
    if isinstance(value, Mapping):
        for name, inner in value.items():
            found = [one["properties"][name] for one in options if name in one.get("properties", {})]
            yield from _leaves(inner, found, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        found = [one["items"] for one in options if "items" in one]
        for inner in value:
            yield from _leaves(inner, found, path)
    else:
        yield path, value, options


def _free_choice(value: Any, schemas: Schemas) -> bool:
    if value is None or isinstance(value, bool) or value in _BOXES:
        return True
    return any(
        value in schema.get("enum", ()) or value in (schema.get("const"), schema.get("default")) for schema in schemas
    )


def _source(told: Told, path: str, value: Any, schemas: Schemas) -> str:
    if isinstance(value, int) and is_id(path.rpartition(".")[2]):
        return STANDS if value in told.ids else NOWHERE
    if isinstance(value, int) or _AMOUNT.fullmatch(str(value)):
        return told.number(Decimal(value))
    if _DAY.fullmatch(str(value)):
        return _moment(told, str(value))
    longest = max((schema.get("maxLength", 0) for schema in schemas), default=0)
    return _free_words(told, str(value)) if longest > LONGEST_LINE else _line(told, str(value))


def _free_words(told: Told, text: str) -> str:
    return _weakest(_fact(told, token) for token in TOKEN.findall(text) if _FACT.fullmatch(token))


def _line(told: Told, text: str) -> str:
    """A line is had as a whole, or word by word; a sentence is free but for its facts."""
    whole = told.word(text)
    if whole != NOWHERE:
        return whole
    words = text.split()
    sources = {place: told.word(word) for place, word in enumerate(words)}
    unknown = [place for place, source in sources.items() if source == NOWHERE]
    if len(words) > 1 and all(_is_plain(words[place], first=place == 0) for place in unknown):
        return STANDS
    return _weakest(sources.values())


def _is_plain(word: str, *, first: bool) -> bool:
    """Whether a word is of the language and no name, number or code."""
    bare = word.strip(".,:;!?()“”\"'")
    return not bare or (bare.isalpha() and (bare[1:] if first else bare).islower())


def _fact(told: Told, token: str) -> str:
    if _AMOUNT.fullmatch(token):
        return told.number(Decimal(token))
    return _moment(told, token) if _DAY.fullmatch(token) else told.word(token)


def _moment(told: Told, text: str) -> str:
    """A day, or a moment that stands somewhere as it is."""
    if told.word(text) == STANDS:
        return STANDS
    try:
        return told.day(date.fromisoformat(text[:10]))
    except ValueError:
        return NOWHERE


def _weakest(sources: Iterable[str]) -> str:
    return min(sources, key=_ROUGH.index, default=STANDS)
