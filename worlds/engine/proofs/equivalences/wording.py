"""E11 and E12: the same instance in each of the family's other wordings, and a politer tone in all that is written."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from worlds.engine.drawing import draw
from worlds.engine.proofs.equivalences.variations import NotApplicable, Played, Solved, Variation, varied
from worlds.engine.proofs.plays import through_tools
from worlds.engine.proofs.regrading import graded_again
from worlds.engine.proofs.tapes import Path, TapedCall, leaves, put
from worlds.graders.answers import FinalAnswer
from worlds.graders.changes import Entry
from worlds.graders.shape import Schema
from worlds.graders.text import plain

MOST_WORDINGS = 8
POLITE = "I hope this finds you well. {text} Thank you very much for your patience, and kind regards."
_SENTENCE = 25
"""Characters from which on an argument that a letter holds is taken for words, not for a name in it."""


def reword(solved: Solved) -> Played:
    """The solution of the same instance, asked for in other words."""
    return varied(_reworded(solved), "the family has a single wording")


def _reworded(solved: Solved) -> Iterator[Variation]:
    case, task = solved.case, solved.case.task
    for shift in range(1, MOST_WORDINGS):
        other = draw(case.start, case.family, task.seed, flip=task.flip, wording=shift)
        if other.instruction == task.instruction:
            return
        asked = replace(task, instance=replace(task.instance, instruction=other.instruction))
        yield Variation(f"wording {shift} further", through_tools(case.start, asked, case.family.solve))


def be_polite(solved: Solved) -> Played:
    """Courtesies around every note and mail, and around the answer's message."""
    case = solved.case
    answer = case.solution.answer
    if answer is None:
        return NotApplicable("the solution hands in nothing")
    polite = [_polite(solved, call) if call.committed else call for call in solved.steps]
    found = []
    if polite != list(solved.steps):
        found.append(Variation("politer notes and mails", solved.replay(polite)))
    message = POLITE.format(text=answer.message)
    told = graded_again(case.solution, FinalAnswer(**{**answer.model_dump(), "message": message}))
    return [*found, Variation("a politer message in the answer", told)]


def _polite(solved: Solved, call: TapedCall) -> TapedCall:
    schema = solved.case.start.world.schema
    arguments: Any = call.arguments
    for path, text in prose(call, solved.entries[call.number], schema):
        longer = POLITE.format(text=text)
        if len(longer) <= _longest(solved, call, path):
            arguments = put(arguments, path, longer)
    return replace(call, arguments=arguments)


def prose(call: TapedCall, entries: tuple[Entry, ...], schema: Schema) -> list[tuple[Path, str]]:
    """The arguments of a call that are words: each stands in a prose column, whole or as a sentence of a letter.

    What stands in any other column as well, such as a street, is no prose, wherever letters repeat it.
    """
    words: set[str] = set()
    others: set[str] = set()
    for entry in entries:
        shape = schema.table(entry.table)
        for column, value in (entry.after or {}).items():
            if isinstance(value, str) and shape.class_ != "trace":
                (words if shape.class_of(column) == "prose" else others).add(plain(value))
    return [
        (path, value)
        for path, value in leaves(call.plain)
        if isinstance(value, str) and plain(value) not in others and _is_said(plain(value), words)
    ]


def _is_said(value: str, words: set[str]) -> bool:
    return " " in value and (value in words or (len(value) >= _SENTENCE and any(value in text for text in words)))


def _longest(solved: Solved, call: TapedCall, path: Path) -> int:
    """The most characters that the schema takes at a path."""
    schema: Any = solved.case.start.world.operations[call.operation].input_schema
    for part in path:
        schema = schema.get("anyOf", [schema])[0]
        schema = schema.get("items", {}) if isinstance(part, int) else schema.get("properties", {}).get(part, {})
    return int(schema.get("anyOf", [schema])[0].get("maxLength", 0))
