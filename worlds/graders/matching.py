"""Which change answers which effect: a maximum matching with capacities, required effects first.

A change that no effect takes, down to a column that no effect names, is left over; the caller calls it collateral.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from itertools import combinations
from typing import Any, Final

from worlds.graders.effects import Effect
from worlds.graders.judged import Change
from worlds.graders.predicates import Bound

MOST_TRIES: Final = 256  # of resolving ambiguous bindings
MOST_WORK: Final = 40_000  # changes looked at in all tries together; an agent's spam must not stall a grade

OWN: Final = {"agent": ("agent",), "automation": ("system",), "own": ("agent", "system")}
"""By whom an effect asks to be done, where the agent does it or sets it off: the actors who may have done it."""

People = Mapping[str, str]
"""The role of each simulated person, by the id in `person:<id>`."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A change, or some columns of it, that an effect took."""

    change: Change
    columns: frozenset[str]


@dataclass(frozen=True, slots=True)
class Matching:
    """Who took what: per effect id the changes it took, the changes (with columns) left over, and the bindings."""

    taken: Mapping[str, tuple[Taken, ...]]
    left: tuple[Taken, ...]
    bound: Bound


def acted(effect: Effect, change: Change, people: People, *, required: bool) -> bool:
    """Say whether the one who decided a change is the one whom the effect asks for."""
    by = effect.by or ("agent" if required else "set off")
    entries = change.touching(effect.covers)
    if not entries:
        return False
    actor = entries[0 if change.kind == "insert" else -1].actor
    if by in ("any", "set off"):
        return by == "any" or not change.foreign
    if by in OWN:
        return not change.foreign and actor in OWN[by]
    name, _, role = by.partition(":")
    if not actor.startswith(f"{name}:"):
        return False
    who = actor.partition(":")[2]
    return not role or role in (who, people.get(who))


def fits(effect: Effect, change: Change, bound: Bound) -> bool:
    """Say whether the change is one that the effect describes, whoever made it."""
    if effect.table != change.table or effect.kind != change.kind:
        return False
    after = change.after
    row = after if effect.kind == "insert" else change.before
    for column, predicate in effect.where_preds.items():
        value = row.get(column)
        if not predicate.holds(value, value, bound):
            return False
    if effect.kind == "update" and not effect.covers & change.columns:
        return False
    found = change.found
    return all(predicate.holds(after.get(column), found.get(column), bound) for column, predicate in effect.set_tests)


def total(effect: Effect, taken: Sequence[Taken]) -> int:
    """Return what the effect's total column adds up to over the changes it took."""
    column = effect.total[0] if effect.total else ""
    amount = 0
    for one in taken:
        before, after = one.change.found.get(column), one.change.after.get(column)
        if effect.kind == "delete":
            before, after = None, before
        amount += (after if isinstance(after, int) else 0) - (before if isinstance(before, int) else 0)
    return amount


@dataclass(slots=True)
class _Node:
    """A change, or the columns of it that some effects compete for: it can be taken once."""

    change: Change
    takers: list[int]


@dataclass(slots=True)
class _Solver:
    """One attempt at a matching, with the rows that each binding stands for already decided."""

    effects: Sequence[Effect]
    needed: int  # the first so many effects are required
    changes: Sequence[Change]
    people: People
    bound: Bound
    fixed: Mapping[int, frozenset[int]] = field(default_factory=dict)  # effect -> the changes it alone may take
    loads: list[list[int]] = field(default_factory=list)
    nodes: list[_Node] = field(default_factory=list)

    def solve(self) -> Matching:
        """Return the matching: lower bounds of required effects first, then their upper ones, then what is allowed."""
        self.nodes = list(self._nodes())
        self.loads = [[] for _ in self.effects]
        free = list(range(len(self.nodes)))
        count = len(self.effects)
        lows = [e.low if i < self.needed else 0 for i, e in enumerate(self.effects)]
        highs = [e.high if i < self.needed else 0 for i, e in enumerate(self.effects)]
        for room in (lows, highs, [e.high for e in self.effects]):
            free = [node for node in free if not self._augment(node, room, [False] * count)]
        return self._matching()

    def _nodes(self) -> Iterator[_Node]:
        by_kind: dict[tuple[str, str], list[int]] = {}
        for index, effect in enumerate(self.effects):
            by_kind.setdefault((effect.table, effect.kind), []).append(index)
        owners = {change: effect for effect, changes in self.fixed.items() for change in changes}
        for place, change in enumerate(self.changes):
            found = by_kind.get((change.table, change.kind), ())
            if place in owners:
                found = [owners[place]]
            takers = [i for i in found if self._takes(i, place, change)]
            if change.kind == "update" and len(takers) > 1:
                yield from self._grouped(change, takers)
            elif takers:
                yield _Node(change, takers)

    def _takes(self, index: int, place: int, change: Change) -> bool:
        if index in self.fixed and place not in self.fixed[index]:
            return False
        effect = self.effects[index]
        meant = fits(effect, change, self.bound)
        return meant and acted(effect, change, self.people, required=index < self.needed)

    def _grouped(self, change: Change, takers: Sequence[int]) -> Iterator[_Node]:
        """Yield the change once for every set of effects that compete for the same columns."""
        groups: list[tuple[frozenset[str], list[int]]] = []
        for index in takers:
            columns, members = self.effects[index].covers & change.columns, [index]
            apart = []
            for group in groups:
                if group[0] & columns:
                    columns, members = columns | group[0], [*group[1], *members]
                else:
                    apart.append(group)
            groups = [*apart, (columns, members)]
        for _, members in groups:
            yield _Node(change, members)

    def _augment(self, node: int, room: Sequence[int], seen: list[bool]) -> bool:
        """Give the node to an effect with room, moving other nodes to other effects where that makes room."""
        for index in self.nodes[node].takers:
            if seen[index]:
                continue
            seen[index] = True
            load = self.loads[index]
            if len(load) < room[index]:
                load.append(node)
                return True
            for place, other in enumerate(load):
                if self._augment(other, room, seen):
                    load[place] = node
                    return True
        return False

    def _matching(self) -> Matching:
        covered: dict[int, frozenset[str]] = {}
        taken: dict[str, tuple[Taken, ...]] = {}
        for effect, load in zip(self.effects, self.loads, strict=True):
            mine: list[Taken] = []
            for node in sorted(load, key=lambda n: self.nodes[n].change.place):
                change = self.nodes[node].change
                columns = effect.covers & change.columns if change.kind == "update" else change.columns
                covered[id(change)] = covered.get(id(change), frozenset()) | columns
                mine.append(Taken(change, columns))
            taken[effect.id] = tuple(mine)
        left = []
        for change in self.changes:
            columns = change.columns - covered.get(id(change), frozenset())
            if not change.foreign and (columns or id(change) not in covered):
                left.append(self._spared(change, columns, taken))
        return Matching(taken, tuple(one for one in left if one is not None), self._bound(taken))

    def _spared(self, change: Change, columns: frozenset[str], taken: dict[str, tuple[Taken, ...]]) -> Taken | None:
        """Return what is left of a change after allowed effects with room took leftover columns of it."""
        for effect in self.effects[self.needed :] if change.kind == "update" else ():
            mine = taken[effect.id]
            new = all(one.change is not change for one in mine)
            room = new and len(mine) < effect.high and bool(effect.covers & columns)
            meant = room and acted(effect, change, self.people, required=False)
            if meant and fits(effect, change, self.bound):
                taken[effect.id] = (*mine, Taken(change, effect.covers & columns))
                columns -= effect.covers
        return Taken(change, columns) if columns or change.kind != "update" else None

    def _bound(self, taken: Mapping[str, Sequence[Taken]]) -> Bound:
        return {e.bind: tuple(_row(one.change) for one in taken[e.id]) for e in self.effects if e.bind}


def _row(change: Change) -> Mapping[str, Any]:
    """Return a bound row: its columns after the change, and its key under the empty name."""
    return {**(change.before if change.kind == "delete" else change.after), "": change.key}


def match(required: Sequence[Effect], allowed: Sequence[Effect], changes: Sequence[Change], people: People) -> Matching:
    """Return the best matching of the changes to the effects; of equal changes, the earlier in the list is taken.

    The list is sorted by table and key, the agent's own changes before those of others.
    """
    effects = (*required, *allowed)
    binders = _binders(effects)
    if not binders:
        return _Solver(effects, len(required), changes, people, {}).solve()
    bound: dict[str, tuple[Mapping[str, Any], ...]] = {}
    fixed: dict[int, frozenset[int]] = {}
    solver = _Solver(effects, len(required), changes, people, bound)
    for index in binders:
        found = [p for p, change in enumerate(changes) if solver._takes(index, p, change)]  # noqa: SLF001 (same module)
        bound[effects[index].bind or ""] = tuple(_row(changes[place]) for place in found)
    matching = solver.solve()
    if all(len(matching.bound[name]) == len(rows) for name, rows in bound.items()):
        return matching
    return _best(_Solver(effects, len(required), changes, people, {}, fixed), binders)


def _binders(effects: Sequence[Effect]) -> list[int]:
    """Return the effects whose rows others refer to, each after those that it refers to itself."""
    places = {effect.bind: index for index, effect in enumerate(effects) if effect.bind}
    if not places:
        return []
    graph = {index: [places[ref.binding] for ref in effect.refs()] for index, effect in enumerate(effects)}
    wanted = {place for before in graph.values() for place in before}
    if len(wanted) < 2:
        return list(wanted)
    return [index for index in TopologicalSorter(graph).static_order() if index in wanted]


def _best(solver: _Solver, binders: Sequence[int]) -> Matching:
    """Try the choices of rows for the bindings, and keep the one that fulfils most and leaves least."""
    best: tuple[tuple[int, int], Matching] | None = None
    most = min(MOST_TRIES, MOST_WORK // len(solver.changes) + 1)
    for tries, (fixed, bound) in enumerate(_choices(solver, list(binders), {}, {})):
        attempt = _Solver(solver.effects, solver.needed, solver.changes, solver.people, bound, fixed).solve()
        needed = solver.effects[: solver.needed]
        met = sum(effect.weight for effect in needed if len(attempt.taken[effect.id]) >= effect.low)
        worth = (met, -len(attempt.left))
        if best is None or worth > best[0]:
            best = (worth, attempt)
        if tries + 1 >= most or (met == sum(e.weight for e in needed) and not attempt.left):
            break
    return best[1] if best else solver.solve()


Choice = tuple[dict[int, frozenset[int]], dict[str, tuple[Mapping[str, Any], ...]]]


def _choices(
    solver: _Solver,
    binders: list[int],
    fixed: dict[int, frozenset[int]],
    bound: dict[str, tuple[Mapping[str, Any], ...]],
) -> Iterator[Choice]:
    """Yield every way of giving rows to the bindings, fuller ones first, no row to two of them."""
    if not binders:
        yield dict(fixed), dict(bound)
        return
    index, *rest = binders
    effect = solver.effects[index]
    used = frozenset().union(*fixed.values()) if fixed else frozenset()
    view = _Solver(solver.effects, solver.needed, solver.changes, solver.people, bound)
    found = [p for p, c in enumerate(solver.changes) if p not in used and view._takes(index, p, c)]  # noqa: SLF001 (own)
    for size in range(min(effect.high, len(found)), -1, -1):
        for chosen in combinations(found, size):
            rows = tuple(_row(solver.changes[place]) for place in chosen)
            yield from _choices(solver, rest, fixed | {index: frozenset(chosen)}, bound | {effect.bind or "": rows})
