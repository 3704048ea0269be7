"""What can be told of an expectation and a schema by looking: holes that need no luck to find.

Whether an expectation fits the schema at all is refused when it is drawn (`worlds.graders.lint`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from typing import Any

from worlds.engine.hands import Hands
from worlds.engine.proofs.allowances import too_wide
from worlds.engine.proofs.keys import missing_keys
from worlds.engine.proofs.plays import Case, Play, nothing, play, wait
from worlds.engine.proofs.proof import Verdict, View
from worlds.engine.world import World
from worlds.graders.answers import Answer, FromRow
from worlds.graders.effects import Before, Effect, State
from worlds.graders.evidence import of_state
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.lint import literal_keys
from worlds.graders.matching import OWN
from worlds.graders.predicates import KINDS, Between
from worlds.graders.typed import Typed

LANGUAGE = frozenset(
    {Expectation, Bundle, Effect, State, Before, Answer, FromRow, Typed, *KINDS.values()}
    | {str, int, bool, type(None), tuple, list, dict, frozenset}
)
"""What an expectation is made of; nothing else can be saved in a record and judged again."""
LATER = timedelta(hours=1)
"""How much later the solution is played again to see which columns are volatile at all."""
BEGUN = 0
"""What a counter of a new row holds at any time, so that it says nothing of whether the column is volatile."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?")
_NUMBERED = re.compile(r"revision|version|lock_count")


class Lints:
    """The proof by looking. An instance costs a draw and an episode in which nothing is done."""

    name = "lints"

    def examine(self, case: Case) -> list[str]:
        """The holes of one instance; the first one shows those of the columns too."""
        found = [
            *closed_language(case),
            *empty_gate(case),
            *(f"wide allowance: {case.label}: {why}" for why in too_wide(case.start, case.task)),
            *made_ids(case),
        ]
        if case.task.seed == 0 and not case.task.flip:
            found += [f"volatile money column: {case.task.name}: {why}" for why in unearned(case)]
        return found

    def conclude(self, view: View, found: Sequence[Sequence[str]]) -> Verdict:  # noqa: ARG002 - as of every proof
        """All holes of the instances."""
        holes = [hole for one in found for hole in one]
        return Verdict({"instances": len(found)}, holes, f"{len(found)} expectations read, {len(holes) or 'no'} gaps")


PROOF = Lints()


# -- expectations -------------------------------------------------------------------------------------------------


def closed_language(case: Case) -> Iterator[str]:
    """Predicates of an author's own, and bounds of a text that are a prefix in disguise."""
    expectation = case.task.instance.expectation
    for part in _parts(expectation):
        if type(part) not in LANGUAGE:
            yield f"prefix match: {case.label}: {type(part).__name__} is no part of the language of expectations"
        elif isinstance(part, Between) and isinstance(part.low, str) and not _are_moments(part):
            yield f"prefix match: {case.label}: {part} compares the beginnings of texts"
    if not isinstance(expectation, Expectation) or Expectation.from_json(expectation.to_json()) != expectation:
        yield f"prefix match: {case.label}: the expectation is another one when it is read from a record"


def _are_moments(bounds: Between) -> bool:
    return all(_MOMENT.fullmatch(str(one)) for one in (bounds.low, bounds.high))


def _parts(value: Any) -> Iterator[Any]:
    """A value and all that it is made of."""
    yield value
    if is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            if one.compare:  # what is worked out from the others is not compared
                yield from _parts(getattr(value, one.name))
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield from _parts(name)
            yield from _parts(member)
    elif isinstance(value, tuple | list | frozenset):
        for member in sorted(value) if isinstance(value, frozenset) else value:
            yield from _parts(member)


def empty_gate(case: Case) -> Iterator[str]:
    """What is met before anybody acts, and bundles in which the agent itself is asked for nothing."""
    idle = nothing(case.start, case.task)
    rows = idle.record.rows
    expectation = case.task.instance.expectation
    open_states = []
    for state in expectation.final:
        held, _ = of_state(state, rows.get(state.table, ()))
        if not state.holds_at_start and held:
            yield f"empty gate: {case.label}: “{state.words}” holds before anybody acts"
        elif not state.holds_at_start:
            open_states.append(state)
    for number, bundle in enumerate(expectation.any_of):
        own = [effect for effect in bundle.required if effect.by in {None, *OWN}]
        if not own and not open_states:
            yield f"empty gate: {case.label}: bundle {number} asks for nothing that the agent would have to do"
    if idle.grade.passed or idle.grade.score:
        yield f"empty gate: {case.label}: doing nothing scores {idle.grade.score}"


def made_ids(case: Case) -> Iterator[str]:
    """Literal keys that the start state lacks: an id made in the episode cannot be known before."""
    expectation = case.task.instance.expectation
    effects = [effect for bundle in expectation.any_of for effect in bundle.effects()]
    keys = literal_keys(case.start.world.schema, [*effects, *expectation.forbidden, *expectation.final])
    for table, key in missing_keys(case.start, keys):
        yield (
            f"id made in the episode inside an expectation: {case.label}: "
            f"the expectation names {table} {key}, which is not in the start state"
        )


# -- columns ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table by name."""

    table: str
    name: str

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"


def unearned(case: Case) -> Iterator[str]:
    """Columns that nobody judges though they hold money, or though nothing about them is volatile.

    Trails are judged by what caused them: a clock that goes on in other hours of work may be due at the same moment
    whenever they change.
    """
    world = case.start.world
    volatile = {
        Column(t.name, c) for t in world.schema.tables.values() for c in t.columns if t.class_of(c) == "volatile"
    }
    unjudged = {Column(t.name, c) for t in world.schema.tables.values() for c in t.columns if t.class_ in _HIDDEN}
    money = money_names(world, case.task.actor.role)
    for column in sorted(volatile | unjudged, key=str):
        if column.name in money:
            how = "volatile" if column in volatile else "in a table that nobody judges"
            yield f"{column} is {how}, but operations give and take it as money"
    still = sorted((column for column in unchanging(case) & volatile if not _NUMBERED.search(column.name)), key=str)
    for column in still:
        if column.name not in money and world.schema.table(column.table).class_ != "trace":
            yield f"{column} is volatile, but the solution writes the same into it at any time"


_HIDDEN = frozenset({"session", "engine"})


def money_names(world: World, role: str) -> set[str]:
    """The names under which the operations of a role take or give money."""
    found: set[str] = set()
    for operation in world.operations.values():
        if role in operation.roles:
            found |= set(_money(operation.input_schema)) | set(_money(operation.output_schema))
    return found


def _money(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for one in schema:
            yield from _money(one)
    elif isinstance(schema, Mapping):
        for name, one in schema.get("properties", {}).items():
            if any(_is_money(option) for option in (one, *one.get("anyOf", ()))):
                yield name
        for one in schema.values():
            yield from _money(one)


def _is_money(schema: Mapping[str, Any]) -> bool:
    """Whether a schema is that of `fields.Price`, `Amount` or `Money`."""
    shown = str(schema.get("description", ""))
    return str(schema.get("pattern", "")).endswith(r"\.[0-9]{2}$") or shown.startswith("decimal string, two decimals")


def unchanging(case: Case) -> set[Column]:
    """The columns that the solution writes, and writes the same into when it begins an hour later."""

    def an_hour_later(episode: Any) -> Any:
        wait(episode, LATER)
        return case.family.solve(Hands(episode))

    first, later = _written(case.solution), _written(play(case.start, case.task, an_hour_later))
    same: set[Column] = set()
    for place, values in first.items():
        same |= {Column(place[0], name) for name, value in values.items() if later.get(place, {}).get(name) == value}
    return same


def _written(one: Play) -> dict[tuple[str, int], dict[str, Any]]:
    """What a play wrote with its own hands, by row and column; what others do has moments of its own."""
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for entry in (entry for entry in one.record.entries if entry.actor == "agent"):
        before, after = entry.before or {}, entry.after or {}
        changed = {name: value for name, value in after.items() if value not in (None, before.get(name, BEGUN))}
        found.setdefault((entry.table, entry.key), {}).update(changed)
    return found
