"""Mistakes in the final answer: nothing said, a slot wrong or two-valued, another status, a mere claim (M19)."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, get_args

from worlds.engine.fields import format_money, iso_instant, parse_money
from worlds.engine.proofs.mutants.ground import Ground
from worlds.engine.proofs.mutants.mutation import Answered, Mutation
from worlds.engine.proofs.mutants.values import amounts_beside
from worlds.graders.answers import FinalAnswer, FromRow, Status
from worlds.graders.typed import Typed

MOST_WRONG = 5


def answer(ground: Ground) -> Iterator[Mutation]:
    """M19: mistakes in what is handed in, the records being right; and the right words where nothing was done."""
    given, expected = ground.tape.answer, ground.case.task.instance.expectation.answer
    if given is None or expected is None:
        return
    yield _said("nothing handed in", None)
    yield Mutation(
        operator="M19",
        call="answer",
        what="the solution's answer, nothing done",
        instead={call.number: () for call in ground.writes},
    )
    for status in get_args(Status):
        if status != given.status:
            yield _said(f"status {given.status} -> {status}", given.model_copy(update={"status": status}))
    if expected.slots:
        yield _said("no facts", given.model_copy(update={"facts": {}}))
    for name, slot in sorted(expected.slots.items()):
        if name in given.facts:
            yield from _slot(ground, given, name, slot)
    if expected.reasons is not None:
        yield from _reasons(given)


def _said(what: str, other: FinalAnswer | None) -> Mutation:
    return Mutation(operator="M19", call="answer", what=what, answer=Answered(other))


def _slot(ground: Ground, given: FinalAnswer, name: str, slot: Typed | FromRow) -> Iterator[Mutation]:
    right = given.facts[name]
    others = {key: value for key, value in given.facts.items() if key != name}
    if others:
        yield _said(f"no {name}", given.model_copy(update={"facts": others}))
    wrong = [value for value in dict.fromkeys(_wrong(ground, slot, right)) if value != right][:MOST_WRONG]
    for value in wrong:
        told = list(value) if isinstance(value, tuple) else value
        yield _said(f"{name} {right!r} -> {told!r}"[:120], given.model_copy(update={"facts": {**others, name: told}}))
    if wrong and slot.type != "set":
        hedge = given.model_copy(update={"facts": {**others, name: [right, wrong[0]]}})
        yield _said(f"{name} {right!r} or {wrong[0]!r}"[:120], hedge)


def _reasons(given: FinalAnswer) -> Iterator[Mutation]:
    if given.reasons:
        yield _said("no reasons", given.model_copy(update={"reasons": []}))
    yield _said("another reason", given.model_copy(update={"reasons": ["other_reason"]}))
    yield _said("one reason more", given.model_copy(update={"reasons": [*given.reasons, "other_reason"]}))


def _wrong(ground: Ground, slot: Typed | FromRow, right: Any) -> Iterator[Any]:
    """Wrong values of a slot's type, written like the right one; a wrong set as a tuple."""
    kind, text = slot.type, str(right)
    if kind == "set":
        yield from _wrong_sets(right)
    elif kind == "money":
        yield from _wrong_amounts(ground, text)
    elif kind == "enum":
        yield from sorted(set(slot.options.get("labels", {})) - {text})
    elif kind == "yesno":
        yield "no" if text.strip().lower() in ("yes", "true") else "yes"
    elif kind == "date":
        yield from _wrong_days(text)
    elif kind == "instant":
        yield from _wrong_instants(text)
    elif kind in ("quantity", "percent"):
        yield from (_moved(text, n) for n in (1, -1))
    else:
        yield _misspelt(text)
        other = ground.neighbours_tape.answer
        yield from (v for v in (other.facts.values() if other else ()) if isinstance(v, str) and _alike(v, text))


def _wrong_sets(right: Any) -> Iterator[Any]:
    items = list(right) if isinstance(right, list | tuple) else [part.strip() for part in str(right).split(",")]
    if len(items) > 1:
        yield tuple(items[:-1])
    more = str(items[-1]) if items else "other"
    while more in map(str, items):
        more = _misspelt(more)
    yield (*items, more)


def _wrong_amounts(ground: Ground, text: str) -> Iterator[str]:
    found = re.search(r"\d+\.\d{2}", text)
    if found is None:
        return
    cents = parse_money(found[0])
    amounts = [format_money(cents + 1), format_money(abs(cents - 1)), format_money(cents * 100)]
    for amount in [*amounts, *amounts_beside(ground, found[0])]:
        yield text[: found.start()] + amount + text[found.end() :]


def _wrong_days(text: str) -> Iterator[str]:
    for by in (1, -1):
        yield (date.fromisoformat(text) + timedelta(days=by)).isoformat() if _is_iso(text) else _moved(text, by)


def _wrong_instants(text: str) -> Iterator[str]:
    if _is_iso(text):
        moment = datetime.fromisoformat(text)
        yield from (iso_instant(moment + timedelta(hours=hours)) for hours in (24, -24, 1))


def _is_iso(text: str) -> bool:
    return re.match(r"\d{4}-\d{2}-\d{2}", text) is not None


def _moved(text: str, by: int) -> str:
    return re.sub(r"\d+", lambda found: str(int(found[0]) + by), text, count=1)


def _misspelt(text: str) -> str:
    """The text with its last letter or digit another one."""
    for place in range(len(text) - 1, -1, -1):
        if text[place].isalnum():
            other = str((int(text[place]) + 1) % 10) if text[place].isdigit() else ("b" if text[place] != "b" else "c")
            return text[:place] + other + text[place + 1 :]
    return f"{text}x"


def _alike(one: str, other: str) -> bool:
    """Whether two texts have the same shape: digits, letters and signs at the same places."""
    return re.sub(r"\d", "0", one) == re.sub(r"\d", "0", other) or (one.isalpha() and other.isalpha())
