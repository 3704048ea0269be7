"""Mistakes in a value: an amount, a quantity, a choice, a flag, words, a date, something left out (M6 to M12)."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from worlds.engine.fields import format_money, iso_instant, parse_money
from worlds.engine.proofs.mutants.arguments import Argument
from worlds.engine.proofs.mutants.ground import Ground
from worlds.engine.proofs.mutants.mutation import ABSENT, Edited, Mutation
from worlds.engine.proofs.tapes import Path, TapedCall, leaves

BOILERPLATE = "Thank you for your message. We are looking into it."
OTHER_AMOUNTS = 4
_MONEY = re.compile(r"-?\d+\.\d{2}")
Variants = Callable[[Ground, TapedCall, Argument], Iterator[Any]]


def _each(operator: str, variants: Variants) -> Callable[[Ground], Iterator[Mutation]]:
    def operate(ground: Ground) -> Iterator[Mutation]:
        for call in ground.writes:
            for argument in ground.arguments(call):
                seen = [argument.value]
                for value in variants(ground, call, argument):
                    if value not in seen:
                        seen.append(value)
                        yield _valued(ground, operator, call, argument, value)

    return operate


def _valued(ground: Ground, operator: str, call: TapedCall, argument: Argument, value: Any) -> Mutation:
    return Mutation(
        operator=operator,
        call=ground.label(call),
        what=f"{argument.label} {_short(argument.literal)} -> {_short(value)}",
        edits=(Edited(call.number, argument.path, value),),
    )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _amounts(ground: Ground, call: TapedCall, argument: Argument) -> Iterator[Any]:
    """A cent more or less, a hundredfold, and what stood beside it where it was read: net, gross, unit, total."""
    if argument.kind != "money" or not argument.given:
        return
    cents = parse_money(argument.literal)
    yield from (format_money(other) for other in (cents + 1, cents - 1, cents * 100) if other >= 0)
    yield from amounts_beside(ground, argument.literal, call.number)[:OTHER_AMOUNTS]


def amounts_beside(ground: Ground, amount: str, before: int | None = None) -> list[str]:
    """The other amounts in the last replies that told an amount, those of the same object first; none twice."""
    found: list[str] = []
    for call in reversed(ground.whole.calls):
        if before is not None and call.number >= before:
            continue
        money = [(path, value) for path, value in leaves(call.reply) if _is_money(value)]
        places = [path for path, value in money if value == amount]
        beside = sorted(((-max(_shared(path, place) for place in places), value) for path, value in money if places))
        found += [value for _, value in beside if value != amount and not value.startswith("-")]
    return [value for value in dict.fromkeys(found) if parse_money(value)]


def _is_money(value: Any) -> bool:
    return isinstance(value, str) and _MONEY.fullmatch(value) is not None


def _shared(one: Path, other: Path) -> int:
    """How many names and indexes two paths begin with alike."""
    same = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        same += 1
    return same


def _quantities(_: Ground, __: TapedCall, argument: Argument) -> Iterator[Any]:
    if argument.kind == "quantity" and argument.given:
        yield from (argument.literal + 1, argument.literal - 1)


def _choices(_: Ground, __: TapedCall, argument: Argument) -> Iterator[Any]:
    if argument.kind == "enum" and argument.given:
        yield from argument.schema.get("enum", ())


def _flags(_: Ground, __: TapedCall, argument: Argument) -> Iterator[Any]:
    if argument.kind == "boolean":
        yield not (argument.literal if argument.given else argument.default)


def _words(ground: Ground, call: TapedCall, argument: Argument) -> Iterator[Any]:
    """Nothing, empty phrases, another instance's words; a name or a code with one character wrong."""
    if argument.kind not in ("prose", "text") or not argument.given:
        return
    text = str(argument.literal)
    if argument.kind == "prose":
        yield from ("", BOILERPLATE)
    elif (place := re.search(r"[0-9A-Za-z](?=[^0-9A-Za-z]*$)", text)) is not None:
        yield text[: place.start()] + _another(place[0]) + text[place.end() :]
    yield from _elsewhere(ground, call, argument)


def _another(character: str) -> str:
    """Another character of the same kind."""
    if character.isdigit():
        return str((int(character) + 1) % 10)
    first = "a" if character.islower() else "A"
    return chr((ord(character) - ord(first) + 1) % 26 + ord(first))


def _elsewhere(ground: Ground, call: TapedCall, argument: Argument) -> Iterator[Any]:
    """What the solution of the next seed's instance says at the same place."""
    place = [one.number for one in ground.writes if one.operation == call.operation].index(call.number)
    same = [one for one in ground.neighbours_tape.writes if one.operation == call.operation]
    if place < len(same):
        yield from (value for path, value in leaves(same[place].plain) if path == argument.path and value)


def _dates(_: Ground, __: TapedCall, argument: Argument) -> Iterator[Any]:
    """A day earlier and later; a moment also as another zone would have it."""
    if argument.kind == "day" and argument.given:
        yield from ((date.fromisoformat(argument.literal) + timedelta(days=n)).isoformat() for n in (1, -1))
    if argument.kind == "instant" and argument.given:
        moment = datetime.fromisoformat(argument.literal)
        yield from (iso_instant(moment + timedelta(hours=hours)) for hours in (24, -24, 1, -1))


def leave_out(ground: Ground) -> Iterator[Mutation]:
    """M10: each optional argument is left out, and each item of a list with several."""
    for call in ground.writes:
        for argument in ground.arguments(call):
            lists = isinstance(argument.literal, list) and len(argument.literal) > 1
            paths = [(*argument.path, index) for index in range(len(argument.literal))] if lists else []
            for path in [*([argument.path] if argument.optional and argument.given else []), *paths]:
                yield Mutation(
                    operator="M10",
                    call=ground.label(call),
                    what=f"{'.'.join(map(str, path))} left out",
                    edits=(Edited(call.number, path, ABSENT),),
                )


money = _each("M6", _amounts)
quantity = _each("M7", _quantities)
choice = _each("M8", _choices)
flag = _each("M9", _flags)
words = _each("M11", _words)
day = _each("M12", _dates)
