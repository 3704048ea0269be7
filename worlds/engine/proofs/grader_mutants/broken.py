"""Records of right plays with one thing in them broken: a value, a row too many or too few, another actor, the answer.

They are what a play would leave that gets exactly this wrong; no episode is needed for them. What a world itself would
have refused is judged all the same: a grade must not rest on that.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from worlds.engine.proofs.grader_mutants.loosened import Loosened, Probe, breaking
from worlds.graders.answers import STATUSES, FinalAnswer
from worlds.graders.changes import Entry, Row
from worlds.graders.effects import Effect, State
from worlds.graders.expectation import Bundle
from worlds.graders.grade import Grade
from worlds.graders.judged import Change, judged
from worlds.graders.matching import Matching, match
from worlds.graders.predicates import Mentions, NotNull, Pred
from worlds.graders.record import Record
from worlds.graders.typed import Typed

ELSEWHERE: Final = 10**12
"""Added to a key: a row that no start state holds."""
SOMETHING: Final = NotNull()


@dataclass(frozen=True, slots=True)
class Right:
    """A play that earns everything: its record, the way it took, and which changes its effects took."""

    record: Record
    way: int
    matching: Matching

    @property
    def bundle(self) -> Bundle:
        """The way that the play took."""
        return self.record.expectation.any_of[self.way]

    def effect(self, name: str) -> Effect:
        """An effect of that way."""
        return next(one for one in self.bundle.effects() if one.id == name)

    def changes(self, name: str) -> list[Change]:
        """What an effect took."""
        return [taken.change for taken in self.matching.taken.get(name, ())]


def right_play(record: Record, verdict: Grade) -> Right:
    """What a passed record rests on."""
    seen = judged(record.schema, record.entries)
    bundle = record.expectation.any_of[verdict.bundle]
    others = any(effect.by and effect.by[:3] in ("any", "per") for effect in bundle.required)
    changes = (*seen.changes, *seen.foreign(record.schema)) if others else seen.changes
    return Right(record, verdict.bundle, match(bundle.required, bundle.allowed, changes, record.people))


def broken(right: Right, one: Loosened) -> Iterator[Record]:
    """Records that break the criterion; none where the play holds nothing of it."""
    probe = one.probe
    if probe.way != right.way and probe.kind in _OF_EFFECTS:
        return
    if probe.kind in _OF_EFFECTS and probe.kind != "order" and not right.changes(probe.about):
        return
    make = _OF_EFFECTS.get(probe.kind) or _OF_THE_REST.get(probe.kind)
    if make is not None:
        yield from make(right, probe)


# -- the log ------------------------------------------------------------------------------------------------------


def edited(record: Record, edits: Mapping[int, Entry | None], added: Sequence[Entry] = ()) -> Record:
    """The record with other entries for some `seq` (None: without it), more entries at the end, and final rows to fit.

    Added entries are numbered on.
    """
    entries = [edits.get(entry.seq, entry) for entry in record.entries]
    gone = {entry.tx for entry in record.entries if edits.get(entry.seq, entry) is None}
    kept = _with_their_traces([entry for entry in entries if entry is not None], gone, record)
    last = max((entry.seq for entry in record.entries), default=0)
    kept += [replace(entry, seq=last + 1 + place) for place, entry in enumerate(added)]
    touched = {(e.table, e.key) for e in record.entries if e.seq in edits}
    touched |= {(e.table, e.key) for e in [*edits.values(), *added] if e is not None}
    return replace(record, entries=tuple(kept), rows=_final_rows(record, kept, touched))


def _with_their_traces(kept: Sequence[Entry], gone: set[int], record: Record) -> list[Entry]:
    """The entries without the traces of transactions of which nothing else is left."""
    tables = record.schema.tables
    lasting = {entry.tx for entry in kept if entry.table not in tables or tables[entry.table].class_ != "trace"}
    return [entry for entry in kept if entry.tx not in gone or entry.tx in lasting]


def _final_rows(record: Record, kept: Sequence[Entry], touched: set[tuple[str, int]]) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = {}
    for table, found in record.rows.items():
        key = record.schema.table(table).key
        by_key: dict[int, Row] = {row[key]: dict(row) for row in found}
        for place in sorted(touched):
            if place[0] == table:
                by_key.pop(place[1], None)
                row = _left(record, kept, place)
                if row is not None:
                    by_key[place[1]] = row
        rows[table] = [by_key[one] for one in sorted(by_key)]
    return rows


def _left(record: Record, kept: Sequence[Entry], place: tuple[str, int]) -> Row | None:
    written = [entry for entry in kept if (entry.table, entry.key) == place]
    if written:
        return written[-1].after
    return next((entry.before for entry in record.entries if (entry.table, entry.key) == place), None)


def rewritten(change: Change, column: str, value: Any) -> dict[int, Entry | None]:
    """Edits after which the change leaves another value in a column; its last writer wrote it."""
    writers = [e.seq for e in change.entries if (e.before or {}).get(column) != (e.after or {}).get(column)]
    last = writers[-1] if writers else change.entries[-1].seq
    edits: dict[int, Entry | None] = {}
    for entry in change.entries:
        if entry.seq < last or entry.after is None:
            continue
        before = entry.before
        if entry.seq > last and before is not None:
            before = {**before, column: value}
        edits[entry.seq] = replace(entry, before=before, after={**entry.after, column: value})
    return edits


def _unwritten(change: Change, columns: frozenset[str]) -> dict[int, Entry | None]:
    """Edits after which the change left these columns alone, or never was where it made or removed a row."""
    if change.kind != "update":
        return {entry.seq: None for entry in change.entries}
    held = {column: change.before.get(column) for column in columns}
    return {
        e.seq: replace(e, before={**(e.before or {}), **held}, after={**(e.after or {}), **held})
        for e in change.entries
    }


def moved(record: Record, entries: Sequence[Entry], by: int, **values: Any) -> list[Entry]:
    """The entries of a row's change, done to another row; `values` are what that row holds throughout."""

    def other(entry: Entry, row: Row | None) -> Row | None:
        key = record.schema.table(entry.table).key
        return None if row is None else {**row, key: entry.key + ELSEWHERE + by, **values}

    return [replace(e, key=e.key + ELSEWHERE + by, before=other(e, e.before), after=other(e, e.after)) for e in entries]


def in_another_call(entries: Sequence[Entry]) -> list[Entry]:
    """The entries in a transaction of their own, so that nothing that was asked for explains them."""
    return [replace(entry, tx=entry.tx + ELSEWHERE) for entry in entries]


# -- effects ------------------------------------------------------------------------------------------------------


def _missing(right: Right, probe: Probe) -> Iterator[Record]:
    covers = right.effect(probe.about).covers
    edits: dict[int, Entry | None] = {}
    for change in right.changes(probe.about):
        edits |= _unwritten(change, covers)
    yield edited(right.record, edits)


def _fewer(right: Right, probe: Probe) -> Iterator[Record]:
    last = right.changes(probe.about)[-1]
    yield edited(right.record, _unwritten(last, right.effect(probe.about).covers))


def _more(right: Right, probe: Probe) -> Iterator[Record]:
    effect, found = right.effect(probe.about), right.changes(probe.about)
    values = {effect.total[0]: 0} if effect.total else {}
    added: list[Entry] = []
    for number in range(effect.high + 1 - len(found)):
        added += moved(right.record, found[0].entries, number, **values)
    record = edited(right.record, {}, in_another_call(added))
    yield record
    if any(one.first == probe.about for one in right.bundle.order):  # at the end it would be out of order as well
        yield _brought_forward(record, len(added), found[-1].entries[-1].seq)


def _brought_forward(record: Record, last: int, after: int) -> Record:
    """The record with its last entries, so many of them, right after the one of that number."""
    known, late = record.entries[:-last], record.entries[-last:]
    place = next(at for at, entry in enumerate(known, start=1) if entry.seq == after)
    numbers = [entry.seq for entry in record.entries]
    entries = (*known[:place], *late, *known[place:])
    return replace(record, entries=tuple(replace(one, seq=seq) for one, seq in zip(entries, numbers, strict=True)))


def _value(right: Right, probe: Probe) -> Iterator[Record]:
    change = right.changes(probe.about)[0]
    found = change.found.get(probe.column)
    value = breaking(probe.predicate or SOMETHING, change.after.get(probe.column), found, right.matching.bound)
    yield edited(right.record, rewritten(change, probe.column, value))


def _where(right: Right, probe: Probe) -> Iterator[Record]:
    change = right.changes(probe.about)[0]
    if change.kind == "insert":
        yield from _value(right, probe)
        return
    key = right.record.schema.table(change.table).key
    values: dict[str, Any] = {}
    if probe.column != key:
        held = change.before.get(probe.column)
        values = {probe.column: breaking(probe.predicate or SOMETHING, held, held, right.matching.bound)}
    yield edited(right.record, {entry.seq: entry for entry in moved(right.record, change.entries, 0, **values)})


def _total(right: Right, probe: Probe) -> Iterator[Record]:
    change, effect = right.changes(probe.about)[0], right.effect(probe.about)
    column = effect.total[0] if effect.total else ""
    value = change.after.get(column)
    if isinstance(value, int):
        yield edited(right.record, rewritten(change, column, value + 1))
        yield edited(right.record, rewritten(change, column, value - 1))


def _actor(right: Right, probe: Probe) -> Iterator[Record]:
    for actor in ("system", "agent", "person:0"):
        edits: dict[int, Entry | None] = {}
        for change in right.changes(probe.about):
            edits |= {entry.seq: replace(entry, actor=actor) for entry in change.entries}
        if any(entry != edits.get(entry.seq, entry) for entry in right.record.entries):
            yield edited(right.record, edits)


def _unsaid(right: Right, probe: Probe) -> Iterator[Record]:
    rule = probe.predicate
    if isinstance(rule, Mentions):
        rest = [fact for place, fact in enumerate(rule.facts) if place != probe.place]
        change = right.changes(probe.about)[0]
        text = "\n".join(map(spoken, rest))
        yield edited(right.record, rewritten(change, probe.column, text))


def _blurted(right: Right, probe: Probe) -> Iterator[Record]:
    rule = probe.predicate
    if isinstance(rule, Mentions):
        change = right.changes(probe.about)[0]
        for fact in rule.must_not:
            text = f"{change.after.get(probe.column) or ''}\n{spoken(fact)}"
            yield edited(right.record, rewritten(change, probe.column, text))


def spoken(fact: Typed) -> str:
    """A fact as a text that states it."""
    value = fact.value
    bare = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    unit = fact.options.get("unit", "")
    return next((text for text in (bare, f"{bare} {unit}", f"{bare} {unit}s") if fact.mentioned(text)), bare)


def _order(right: Right, probe: Probe) -> Iterator[Record]:
    """What should come first comes after everything else."""
    firsts = {entry.seq for change in right.changes(probe.about) for entry in change.entries}
    if not firsts or not right.changes(probe.column):
        return
    entries = [e for e in right.record.entries if e.seq not in firsts]
    entries += [e for e in right.record.entries if e.seq in firsts]
    numbers = [entry.seq for entry in right.record.entries]
    swapped = tuple(replace(entry, seq=seq) for entry, seq in zip(entries, numbers, strict=True))
    yield replace(right.record, entries=swapped)


# -- final states and the answer ----------------------------------------------------------------------------------


def _state(right: Right, probe: Probe) -> Iterator[Record]:
    state = next(one for one in right.record.expectation.final if one.id == probe.about)
    if state.holds_at_start:
        yield from _spoilt_by_others(right.record, state, probe.column)
        return
    rules: dict[str, Pred] = {c: p for c, p in state.set_preds.items() if probe.column in ("", c)}
    for place, entry in enumerate(right.record.entries):
        if entry.table != state.table:
            continue
        yield edited(right.record, {entry.seq: None})
        later = right.record.entries[place + 1 :]
        if entry.after is None or any((e.table, e.key) == (entry.table, entry.key) for e in later):
            continue
        for column, rule in rules.items():
            try:
                value = breaking(rule, entry.after.get(column), None, {})
            except LookupError:
                continue
            yield edited(right.record, {entry.seq: replace(entry, after={**entry.after, column: value})})


def _spoilt_by_others(record: Record, state: State, column: str) -> Iterator[Record]:
    """Somebody else ends what was to stay: for an agent's own doing, the closed world is enough."""
    key = record.schema.table(state.table).key
    for row in record.rows.get(state.table, ()):
        for name, rule in state.set_preds.items():
            if column in ("", name):
                after = {**row, name: breaking(rule, row.get(name), row.get(name), {})}
                made = Entry(0, ELSEWHERE, 0, "", "system", "world:other", state.table, row[key], "update", row, after)
                yield edited(record, {}, [made])


def _answered(right: Right, **changes: Any) -> Record:
    given = right.record.answer
    data = given.model_dump() if isinstance(given, FinalAnswer) else dict(given) if isinstance(given, Mapping) else {}
    return replace(right.record, answer={**data, **changes})


def _facts(right: Right) -> dict[str, Any]:
    given = right.record.answer
    if isinstance(given, FinalAnswer):
        return dict(given.facts)
    return dict(given.get("facts", {})) if isinstance(given, Mapping) else {}


def _status(right: Right, probe: Probe) -> Iterator[Record]:
    for status in sorted(STATUSES):
        if probe.predicate and not probe.predicate.holds(status, None, {}):
            yield _answered(right, status=status)


def _slot(right: Right, probe: Probe) -> Iterator[Record]:
    yield _answered(right, facts={name: value for name, value in _facts(right).items() if name != probe.about})


def _reasons(right: Right, probe: Probe) -> Iterator[Record]:  # noqa: ARG001 (one signature for all)
    yield _answered(right, reasons=["another_reason"])
    yield _answered(right, reasons=[])


def _told(right: Right, probe: Probe) -> Iterator[Record]:  # noqa: ARG001 (one signature for all)
    answer = right.record.expectation.answer
    for fact in answer.must_not if answer else ():
        yield _answered(right, message=f"It is {spoken(fact)}")


_OF_EFFECTS: Final[dict[str, Callable[[Right, Probe], Iterator[Record]]]] = {
    "missing": _missing,
    "fewer": _fewer,
    "more": _more,
    "value": _value,
    "where": _where,
    "total": _total,
    "actor": _actor,
    "unsaid": _unsaid,
    "blurted": _blurted,
    "order": _order,
}
_OF_THE_REST: Final[dict[str, Callable[[Right, Probe], Iterator[Record]]]] = {
    "state": _state,
    "status": _status,
    "slot": _slot,
    "reasons": _reasons,
    "told": _told,
}
