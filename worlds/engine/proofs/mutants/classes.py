"""What became of a mutant: killed, survived, stillborn, equivalent or tolerated; compared in full, not by the grader.

*Equivalent* is said only of isomorphic outcomes, and of calls that changed places and did the same, whatever the trails
tell of their order; where the task states that order, they are alive, and its criterion must fail them. *Stillborn* is
a mutant whose wrong call the engine refused. *Tolerated* passes and differs, but only in rows that a named allowance
took, in the trail of a save that changed nothing in the end, or in words of a prose column that an effect names, where
both texts are as it asks; never in anything that left the world. Every other mutant is alive and must fail.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from worlds.engine.proofs.equivalences.effects import same_effects
from worlds.engine.proofs.mutants.mutation import Mutant
from worlds.engine.proofs.outcomes import Cell, Left, Outcome, Place
from worlds.engine.proofs.plays import Play
from worlds.engine.proofs.tapes import Tape, TapedCall
from worlds.engine.proofs.turns import out_of_time, out_of_turn
from worlds.graders.expectation import Bundle
from worlds.graders.judged import judged
from worlds.graders.matching import Matching, match
from worlds.graders.predicates import AnyValue, Mentions
from worlds.graders.shape import Schema

Class = Literal["killed", "survived", "stillborn", "equivalent", "tolerated"]
CLASSES: tuple[Class, ...] = ("killed", "survived", "stillborn", "equivalent", "tolerated")
REFUSED = 400
IDLE = "nothing changed in the end"
"""The clause of the judging language by which the trail of a save without effect, or of one put back, is no change."""
LAST = "attempts"
"""The one criterion that a refused call may fail although the world stands as it should."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The class of a mutant; `clauses` are what let a tolerated one through, `wronged` a right one that failed."""

    name: Class
    clauses: tuple[str, ...] = ()
    wronged: bool = False


@dataclass(frozen=True, slots=True)
class Original:
    """The solution's tape as it was played, which mutants are compared with."""

    tape: Tape
    play: Play
    outcome: Outcome
    schema: Schema

    def judge(self, mutant: Mutant, one: Play) -> Judgement:
        """The class of a mutant that was played."""
        refused = self._refused(mutant, one)
        swapped = self._swapped(mutant)
        same = Outcome.of(one, self.schema).same_as(self.outcome)
        if same or (swapped and not refused and same_effects(self.play, one, self.schema, letters=False)):
            if (mutant.moved and out_of_turn(one)) or out_of_time(one):
                return Judgement("killed")
            failing = {c.id for c in one.grade.criteria if not c.satisfied and c.kind != "metric"}
            wronged = one.grade.reward != 1.0 and not (refused and failing == {LAST})
            return Judgement("stillborn" if refused else "equivalent", wronged=wronged)
        if one.grade.reward != 1.0:
            return Judgement("stillborn" if refused else "killed")
        clauses = self._tolerance(one)
        return Judgement("tolerated", clauses) if clauses else Judgement("survived")

    def _swapped(self, mutant: Mutant) -> bool:
        """Whether calls have changed places, and nothing else is new, altered or left out."""
        return bool(mutant.moved) and not mutant.changed and len(mutant.tape.steps) == len(self.tape.steps)

    def _refused(self, mutant: Mutant, one: Play) -> bool:
        """Whether the engine refused what is new or moved in the mutant, and nothing new was committed."""
        known = [(call.operation, call.plain) for call in self.tape.calls]
        refused = False
        for index, (step, entry) in enumerate(zip(mutant.tape.steps, one.journal, strict=False)):
            if index not in mutant.changed | mutant.moved or not isinstance(step, TapedCall):
                continue
            if entry.status >= REFUSED:
                refused = True
            elif entry.committed and (index in mutant.changed and (step.operation, step.plain) not in known):
                return False
        return refused

    def _tolerance(self, one: Play) -> tuple[str, ...]:
        """The clauses that let a passing mutant differ; none where it differs in anything that none of them names."""
        mine, theirs = _Free.of(one, self.schema), _Free.of(self.play, self.schema)
        if mine is None or theirs is None:
            return ()
        for words, idle in ((False, False), (True, False), (False, True), (True, True)):
            clauses = mine.clauses(words=words, idle=idle)
            left, right = (free.left(words=words, idle=idle) for free in (mine, theirs))
            if clauses and self._same(one, left, right):
                return clauses
        return ()

    def _same(self, one: Play, mine: Left, theirs: Left) -> bool:
        return Outcome.of(one, self.schema, mine).same_as(Outcome.of(self.play, self.schema, theirs))


@dataclass(frozen=True, slots=True)
class _Free:
    """What the expectation leaves free in a play: what allowances took, words of named columns, idle trails."""

    rows: frozenset[Place]
    cells: frozenset[Cell]
    words: frozenset[Cell]
    idle: frozenset[Place]
    used: tuple[str, ...]
    named: tuple[str, ...]

    @classmethod
    def of(cls, one: Play, schema: Schema) -> "_Free | None":
        """What is free in a play, or None where an allowance took something that left the world."""
        seen = judged(schema, one.record.entries)
        bundle = one.record.expectation.any_of[one.grade.bundle]
        foreign = any(effect.by and effect.by[:3] in ("any", "per") for effect in bundle.required)
        changes = (*seen.changes, *seen.foreign(schema)) if foreign else seen.changes
        matching = match(bundle.required, bundle.allowed, changes, one.record.people)
        spare = [taken for effect in bundle.allowed for taken in matching.taken[effect.id]]
        if any(taken.change.class_ == "outward" for taken in spare):
            return None
        own = {(t.change.table, t.change.key) for t in spare if t.change.kind != "update"}
        cells = {(t.change.table, t.change.key, c) for t in spare if t.change.kind == "update" for c in t.columns}
        trail = _trail(one, schema, {e.tx for t in spare for e in t.change.entries} - _txs(bundle, matching))
        idle = _trail(one, schema, seen.idle_txs | _idle(one, schema))
        used = tuple(effect.id for effect in bundle.allowed if matching.taken[effect.id])
        words, named = _words(one, schema, bundle, matching)
        return cls(frozenset(own | trail), frozenset(cells), words, frozenset(idle), used, named)

    def left(self, *, words: bool, idle: bool) -> Left:
        """What is left out of the comparison, with or without words and idle trails."""
        rows = self.rows | self.idle if idle else self.rows
        return Left(rows, self.cells | self.words if words else self.cells)

    def clauses(self, *, words: bool, idle: bool) -> tuple[str, ...]:
        """The names of what is left out then."""
        return (*self.used, *(self.named if words else ()), *((IDLE,) if idle and self.idle else ()))


def _txs(bundle: Bundle, matching: Matching) -> set[int]:
    taken = (one for effect in bundle.required for one in matching.taken[effect.id])
    return {entry.tx for one in taken for entry in one.change.entries}


def _idle(one: Play, schema: Schema) -> set[int]:
    """The transactions that touched rows and left every judged column of them as it was."""
    touched: dict[int, bool] = {}
    for entry in one.record.entries:
        shape = schema.table(entry.table)
        if shape.class_ in ("business", "outward"):
            before, after = entry.before or {}, entry.after or {}
            changed = entry.kind != "update" or any(before[c] != after[c] for c in after if c not in shape.unjudged)
            touched[entry.tx] = touched.get(entry.tx, False) or changed
    return {tx for tx, changed in touched.items() if not changed}


def _trail(one: Play, schema: Schema, txs: Iterable[int]) -> set[Place]:
    """The trace rows that were written in some transactions."""
    meant = set(txs)
    return {(e.table, e.key) for e in one.record.entries if e.tx in meant and schema.table(e.table).class_ == "trace"}


def _words(one: Play, schema: Schema, bundle: Bundle, matching: Matching) -> tuple[frozenset[Cell], tuple[str, ...]]:
    """Prose that an effect names in rows that stay inside, with the trail that quotes it."""
    found: set[Cell] = set()
    named: set[str] = set()
    for effect in bundle.effects():
        columns = [c for c, p in effect.set_preds.items() if isinstance(p, AnyValue | Mentions)]
        for taken in matching.taken[effect.id]:
            change = taken.change
            prose = [c for c in columns if schema.table(change.table).class_of(c) == "prose"]
            if not prose or change.class_ == "outward":
                continue
            named |= {f"{effect.id}.{column}" for column in prose}
            found |= {(change.table, change.key, column) for column in prose}
            for table, key in _trail(one, schema, {entry.tx for entry in change.entries}):
                shape = schema.table(table)
                found |= {(table, key, column) for column in shape.columns if shape.class_of(column) == "prose"}
    return frozenset(found), tuple(sorted(named))
