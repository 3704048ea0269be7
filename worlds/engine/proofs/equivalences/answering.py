"""E8: every answer that the solution gave, spelt otherwise, and handed in as plain lines and as JSON text."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from worlds.engine.proofs.equivalences.spellings import respelt
from worlds.engine.proofs.equivalences.variations import NotApplicable, Played, Solved, Variation
from worlds.engine.proofs.regrading import graded_again
from worlds.graders.answers import FinalAnswer, FromRow
from worlds.graders.typed import Typed

LINE = "The work is finished; here is what came of it."


def respell(solved: Solved) -> Played:
    """The solution's answer in other words and shapes; nothing is played again."""
    case = solved.case
    answer, expected = case.solution.answer, case.task.instance.expectation.answer
    if answer is None or expected is None:
        return NotApplicable("the task asks for no answer")
    found = []
    for number, facts in enumerate(_spellings(answer, expected.slots)):
        other = FinalAnswer(**{**answer.model_dump(), "facts": facts})
        words = ", ".join(f"{name} as {value!r}" for name, value in facts.items() if value != answer.facts[name])
        shapes: list[tuple[str, Any]] = [(f"answer with {words}", other)]
        if number % 2 == 0:
            shapes.append((f"plain lines with {words}", as_lines(other)))
        found += [Variation(words, graded_again(case.solution, one)) for words, one in shapes]
    whole = answer.model_dump_json()
    for words, text in (
        ("plain lines", as_lines(answer)),
        ("JSON text", whole),
        ("JSON in a fence within prose", f"{LINE}\n\n```json\n{json.dumps(json.loads(whole), indent=2)}\n```\n"),
    ):
        found.append(Variation(f"the answer as {words}", graded_again(case.solution, text)))
    return found


def _spellings(answer: FinalAnswer, slots: Mapping[str, Typed | FromRow]) -> Iterator[dict[str, Any]]:
    """Facts in which every slot has its next spelling, until the one with the most has had all."""
    ways = {name: respelt(slot.type, answer.facts[name], slot.options) for name, slot in slots.items()
            if name in answer.facts}  # fmt: skip
    for turn in range(max((len(found) for found in ways.values()), default=0)):
        yield dict(answer.facts) | {name: found[turn % len(found)] for name, found in ways.items() if found}


def as_lines(answer: FinalAnswer) -> str:
    """An answer as the lines of plain text that the grammar reads."""
    lines = [f"Status: {answer.status.replace('_', ' ')}"]
    if answer.reasons:
        lines.append(f"Reasons: {', '.join(answer.reasons)}")
    for name, value in answer.facts.items():
        lines.append(f"{name.replace('_', ' ').capitalize()}: {_said(value)}")
    return "\n".join([*lines, "", "Message: " + " ".join(answer.message.split())])


def _said(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(map(_said, value))
    return ("yes" if value else "no") if isinstance(value, bool) else "; ".join(str(value).split("\n"))
