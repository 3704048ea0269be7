"""Whether each criterion of a family is needed: without it, some play or broken record is judged otherwise.

A criterion whose loosening turns no verdict of any instance is redundant, unless it is said why it may be. An allowance
that no right play uses is a hole of its own, and so is a column that an agent's argument fills and nothing judges.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from worlds.engine.proofs.grader_mutants.broken import Right, broken
from worlds.engine.proofs.grader_mutants.corpus import Corpus, corpus_of, grafts
from worlds.engine.proofs.grader_mutants.loosened import Loosened, folded, loosened, with_table_allowed
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.proof import Verdict, View
from worlds.engine.task import SOLVABLE, Family
from worlds.graders.grade import grade
from worlds.graders.lint import free_columns
from worlds.graders.record import Record

EXERCISED: Final = "criterion that nothing exercises"
PLAY: Final = "play"
RECORD: Final = "record"
NOBODY: Final = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one instance shows, as plain data.

    `turned` says of every criterion whether a play's verdict turned on it, only a broken record's, or nobody's;
    `implied` why it need not; `offered` and `used` name allowances; `free` names columns that an agent fills unjudged.
    """

    turned: Mapping[str, str]
    implied: Mapping[str, str]
    offered: frozenset[str]
    used: frozenset[str]
    free: frozenset[str]
    judged_again: int


@dataclass(frozen=True, slots=True)
class GraderMutants:
    """The proof. What turned in one instance is not looked for again in the family's others by the same process."""

    name: str = "grader mutants"
    known: dict[int, tuple[Family, dict[str, str]]] = field(default_factory=dict)

    def examine(self, case: Case) -> Looked:
        """Which criteria of this instance somebody's verdict turns on."""
        corpus = corpus_of(case)
        known = self.known.setdefault(id(case.family), (case.family, {}))[
            1
        ]  # holds the family, so its id stays its own
        work = _Work(case, corpus, known)
        turned: dict[str, str] = {}
        implied: dict[str, str] = {}
        idle = _idle(case, corpus)
        for one in _criteria(case, corpus):
            if one.probe.about in idle:
                continue
            turned[one.label] = max(turned.get(one.label, NOBODY), work.turns(one), key=_RANK.index)
            if one.implied:
                implied[one.label] = one.implied
        start = _opening(case)
        expectation = case.task.instance.expectation
        allowed = [effect for bundle in expectation.any_of for effect in bundle.allowed]
        offered = {start + folded(effect.id) for effect in allowed if effect.by != "automation"}
        used = {start + folded(name) for name in corpus.used}
        return Looked(turned, implied, frozenset(offered), frozenset(used), _free(case, corpus), work.judged_again)

    def conclude(self, view: View, found: Sequence[Looked]) -> Verdict:
        """Necessity: the share of criteria that are needed, of those that are not implied by others."""
        turned: dict[str, str] = {}
        implied: dict[str, str] = {}
        for looked in found:
            implied |= looked.implied
            for label, who in looked.turned.items():
                turned[label] = max(turned.get(label, NOBODY), who, key=_RANK.index)
        idle = sorted(label for label, who in turned.items() if who == NOBODY)
        redundant = [label for label in idle if label not in implied]
        needed = len(turned) - len(idle)
        unused = sorted(_all(found, "offered") - _all(found, "used"))
        free = sorted(_all(found, "free"))
        necessity = needed / (needed + len(redundant)) if needed + len(redundant) else 0.0
        figures = {
            "necessity": necessity,
            "criteria": len(turned),
            "turned by plays": sum(who == PLAY for who in turned.values()),
            "turned by broken records": sum(who == RECORD for who in turned.values()),
            "redundant": redundant,
            "implied": {label: implied[label] for label in idle if label in implied},
            "unused": unused,
            "free": free,
        }
        says = f"{needed} of {needed + len(redundant)} criteria are needed for some verdict"
        return Verdict(figures=figures, holes=[*_holes(view.name, redundant, unused, free)], says=says)


_RANK: Final = (NOBODY, RECORD, PLAY)


def _all(found: Sequence[Looked], name: str) -> frozenset[str]:
    return frozenset().union(*(getattr(looked, name) for looked in found))


def _holes(name: str, redundant: Sequence[str], unused: Sequence[str], free: Sequence[str]) -> Iterator[str]:
    for label in redundant:
        yield f"{EXERCISED}: {name}: criterion “{label}” is redundant: without it all is judged the same"
    for label in unused:
        yield f"{EXERCISED}: {name}: unused allowance “{label}”: no right play makes use of it"
    for label in free:
        yield f"{name}: “{label}” may hold anything: an argument of the agent's fills it and no criterion names it"


def _opening(case: Case) -> str:
    """What opens the names of criteria: the branch, where it is another than the usual one."""
    branch = case.task.instance.branch
    return "" if branch == SOLVABLE else f"{branch}: "


def _idle(case: Case, corpus: Corpus) -> frozenset[str]:
    """The allowances that nobody uses here: a hole of their own, so that nothing is asked of their parts."""
    bundles = case.task.instance.expectation.any_of
    allowed = {effect.id for bundle in bundles for effect in bundle.allowed}
    return frozenset(allowed - corpus.used - {effect.id for bundle in bundles for effect in bundle.required})


def _criteria(case: Case, corpus: Corpus) -> Iterator[Loosened]:
    expectation, branch = case.task.instance.expectation, _opening(case).removesuffix(": ")
    yield from loosened(expectation, branch)
    for table in corpus.tables:
        yield with_table_allowed(expectation, case.start.world.schema, table, branch)


@dataclass(slots=True)
class _Work:
    """Judging again the plays and broken records of one case."""

    case: Case
    corpus: Corpus
    known: dict[str, str]
    judged_again: int = 0

    def turns(self, one: Loosened) -> str:
        """Who is judged otherwise without the criterion: a play, only a broken record, nobody."""
        known = self.known.get(one.label, NOBODY)
        if known == PLAY:
            return PLAY
        if one.expectation is None:
            return NOBODY
        if any(self._turned(play.record, one, passed=play.verdict.passed) for play in self.corpus.turning(one)):
            known = PLAY
        elif known == NOBODY and any(self._turned(record, one) for record in self._broken(one)):
            known = RECORD
        self.known[one.label] = known
        return known

    def _broken(self, one: Loosened) -> Iterator[Record]:
        if one.probe.kind == "table":
            yield from grafts(self.corpus, one.table)
            return
        for right in self.corpus.models(one):
            try:
                yield from broken(right, one)
            except LookupError:  # no value of the column breaks the predicate
                continue

    def _turned(self, record: Record, one: Loosened, *, passed: bool | None = None) -> bool:
        if one.expectation is None:
            return False
        if passed is None:
            self.judged_again += 1
            passed = grade(record).passed
        self.judged_again += 1
        return grade(replace(record, expectation=one.expectation)).passed is not passed


def _free(case: Case, corpus: Corpus) -> frozenset[str]:
    """Judged columns of new rows that carry the name of an argument of their operation, and that no criterion names."""
    start = _opening(case)
    return frozenset(f"{start}{one}" for right in corpus.rights for one in _filled(case, right))


def _filled(case: Case, right: Right) -> Iterator[str]:
    operations = case.start.world.operations
    named = _named(right)
    for effect in right.bundle.effects():
        references = right.record.schema.table(effect.table).references
        free = [column for column in free_columns(right.record.schema, effect) if column not in references]
        for change in right.changes(effect.id) if free else ():
            made = change.entries[0]
            operation = operations.get(made.operation)
            names = set(_arguments(operation.input_schema)) if operation else set()
            for column in free:
                if column in names and (made.tx, column) not in named:
                    yield f"{folded(effect.id)}.{column}"


def _named(right: Right) -> set[tuple[int, str]]:
    """The columns that criteria name, by transaction: one argument may fill the same column of several rows."""
    return {
        (entry.tx, column)
        for effect in right.bundle.effects()
        for change in right.changes(effect.id)
        for entry in change.entries
        for column in (*effect.where_preds, *effect.covers)
    }


def _arguments(schema: Any) -> Iterator[str]:
    """Names of arguments at any depth of a JSON schema."""
    if isinstance(schema, Mapping):
        for name, inner in schema.items():
            if name == "properties" and isinstance(inner, Mapping):
                yield from inner
            yield from _arguments(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from _arguments(inner)


PROOF: Final = GraderMutants()
