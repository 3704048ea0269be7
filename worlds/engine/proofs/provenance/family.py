"""Whether right ways guess nothing, a decision is the ruling's own, and unenforced rules are written and real."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, Final

from worlds.engine.proofs.plays import Case, Play, through_tools
from worlds.engine.proofs.proof import Verdict, View
from worlds.engine.proofs.provenance.literals import Literal, literals
from worlds.engine.proofs.provenance.reach import Scope, functions_in, reached
from worlds.engine.proofs.provenance.told import DERIVED, JOINED, NOWHERE
from worlds.engine.task import Family
from worlds.engine.world import World

RULINGS: Final = "rulings"
HELD: Final = "held"
ENOUGH: Final = 10
"""Instances on all of which the world has to stop a mistake, before it is said to enforce the rule itself."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one instance shows, as plain data.

    `written` counts the literals, `guessed` holds those without a source and `made` those that were joined or worked
    out, each by way; `broken` says of each mistake against an unenforced rule whether it `held`, or what became of it.
    """

    label: str
    written: int = 0
    guessed: Sequence[tuple[str, Literal]] = ()
    made: Sequence[tuple[str, Literal]] = ()
    broken: Mapping[str, str] = field(default_factory=dict)


class Provenance:
    """The proof."""

    name = "provenance"

    def examine(self, case: Case) -> Looked:
        """The literals of the solution and the alternatives, and what became of mistakes that no machine stops."""
        ways = {"the solution": case.solution}
        ways |= {f"the alternative “{name}”": play for name, play in case.alternatives.items()}
        found = [(way, one) for way, play in ways.items() for one in literals(case.start.world, case.task, play)]
        guessed = [(way, one) for way, one in found if one.source == NOWHERE]
        made = [(way, one) for way, one in found if one.source in (DERIVED, JOINED)]
        broken = {name: _became(case, case.mistakes[name]) for name in sorted(case.family.unenforced)}
        return Looked(case.label, len(found), guessed, made, broken)

    def conclude(self, view: View, found: Sequence[Looked]) -> Verdict:
        """What was guessed, whether the decision is the ruling's alone, and which unenforced rules hold."""
        holes = [*_guesses(found), *_shared(view), *_unwritten(view), *_unreal(view, found)]
        written = sum(looked.written for looked in found)
        guessed = sum(len(looked.guessed) for looked in found)
        figures = {
            "literals": written,
            "guessed": guessed,
            "made": sorted({f"{one.place} {one.source}" for looked in found for _, one in looked.made}),
            "unenforced": sorted(view.family.unenforced),
        }
        rules = len(view.family.unenforced)
        unenforced = f"{rules or 'no'} unenforced rule{'' if rules == 1 else 's'}"
        says = f"{written - guessed} of {written} values in calls were read or told; {unenforced}"
        return Verdict(figures=figures, holes=holes, says=says)


def world_holes(world: World, families: Sequence[Family]) -> list[str]:
    """A sentence where fewer than half of a world's families hinge on a rule that it writes but does not enforce."""
    with_rule = [family.name for family in families if family.unenforced]
    if 2 * len(with_rule) >= len(families):
        return []
    count = f"{len(with_rule)} of {len(families)} families"
    return [f"{world.name}: only {count} hinge on a written rule that the world does not enforce; half should"]


# -- literals -----------------------------------------------------------------------------------------------------


def _guesses(found: Sequence[Looked]) -> Iterator[str]:
    """One hole for every way and argument, with the first instance that shows it."""
    places: dict[tuple[str, str], list[tuple[str, Literal]]] = {}
    for looked in found:
        for way, one in looked.guessed:
            places.setdefault((way, one.place), []).append((looked.label, one))
    for (way, place), shown in places.items():
        label, one = shown[0]
        more = f" ({len(shown)} times in all)" if len(shown) > 1 else ""
        yield f"{label}: {way} writes {one.value!r} in {place}, which nothing that it was told says{more}"


# -- the decision -------------------------------------------------------------------------------------------------


def _shared(view: View) -> Iterator[str]:
    """Ways that reach the ruling or what it decides with, and an instance that does not ask it."""
    family, package = view.family, view.start.world.package
    ways = _ways(family)
    functions = [family.ruling, family.instance, *ways.values()]
    scope = Scope(frozenset({package, *(one.__module__ for one in functions if hasattr(one, "__module__"))}))
    ruling = next(functions_in(family.ruling, scope), None)
    if ruling is None:
        yield f"{view.name}: the ruling is no function of the world"
        return
    if ruling.__code__ not in reached(family.instance, scope):
        yield f"{view.name}: the expectation does not come from the ruling: `instance` never calls it"
    own = _own_functions(ruling, scope)
    for way, function in ways.items():
        for code, reach in sorted(reached(function, scope).items(), key=lambda one: one[1].__qualname__):
            if code in own or Scope(frozenset({f"{package}.{RULINGS}"})).holds(reach.__module__):
                yield f"{view.name}: {way} calls `{reach.__qualname__}`, with which the ruling decides"


def _ways(family: Family) -> dict[str, Callable[..., Any]]:
    ways: dict[str, Callable[..., Any]] = {"the solution": family.solve, "the browser solution": family.browse}
    ways |= {f"the alternative “{name}”": way for name, way in family.alternatives.items()}
    return ways | {f"the mistake “{name}”": way for name, way in family.mistakes.items()}


def _own_functions(ruling: FunctionType, scope: Scope) -> dict[CodeType, FunctionType]:
    """The ruling and what it calls in its own module."""
    found = reached(ruling, scope)
    return {code: one for code, one in found.items() if one.__module__ == ruling.__module__}


# -- rules that no machine enforces -------------------------------------------------------------------------------


def _became(case: Case, play: Play) -> str:
    """Whether a mistake was accepted by the world and failed by the grader; else what happened instead."""
    operations = case.start.world.operations
    refused = [
        e.operation for e in play.journal if e.outcome in ("refused", "invalid") and operations[e.operation].writing
    ]
    if play.grade.passed:
        return "passes"
    if refused:
        return f"is refused by {refused[0]}"
    if play.stopped:
        return f"does not get through: {play.stopped[:120]}"
    return HELD if play.committed else "commits nothing"


def _unreal(view: View, found: Sequence[Looked]) -> Iterator[str]:
    """Mistakes that the world stops after all in every instance, or that pass in one.

    One that met nothing but refusals is tried on further instances: what keeps it out may be those few records.
    """
    for name in sorted(view.family.unenforced):
        became = [(looked.label, looked.broken[name]) for looked in found if name in looked.broken]
        if became and all(what not in (HELD, "passes") for _, what in became):
            became += _elsewhere(view, name, ENOUGH - len(became))
        passing = [label for label, what in became if what == "passes"]
        if passing:
            yield f"{passing[0]}: the mistake “{name}” breaks a written rule and passes"
        elif became and all(what != HELD for _, what in became):
            yield f"{view.name}: the world holds the agent to the rule of “{name}” itself: it {became[0][1]}"


def _elsewhere(view: View, name: str, most: int) -> Iterator[tuple[str, str]]:
    """What becomes of a mistake on so many further instances at most, up to the first one on which it is accepted."""
    first = max(view.seeds) + 1
    for seed in range(first, first + most):
        case = Case.of(view.start, view.family, seed)
        became = _became(case, through_tools(view.start, case.task, view.family.mistakes[name]))
        yield case.label, became
        if became in (HELD, "passes"):
            return


def _unwritten(view: View) -> Iterator[str]:
    for name, words in sorted(view.family.unenforced.items()):
        if not any(unmarked(words) in page for page in _pages(view.start.world.folder)):
            yield f"{view.name}: no policy page says “{words}”, the rule that the mistake “{name}” breaks"


@lru_cache(maxsize=16)
def _pages(folder: Path) -> tuple[str, ...]:
    return tuple(unmarked(path.read_text(encoding="utf-8")) for path in sorted((folder / "policy").glob("*.md")))


def unmarked(text: str) -> str:
    """A page's words: without stars, back ticks and the addresses of links, white space folded."""
    linked = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return " ".join(re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", linked).split())


PROOF: Final = Provenance()
