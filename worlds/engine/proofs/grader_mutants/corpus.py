"""Everything that was played of an instance, with its verdict, and which of it a loosened criterion could turn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from worlds.engine.proofs.grader_mutants.broken import ELSEWHERE, Right, edited, in_another_call, moved, right_play
from worlds.engine.proofs.grader_mutants.loosened import Loosened
from worlds.engine.proofs.plays import Case, Play
from worlds.graders.changes import Entry, Row
from worlds.graders.grade import Grade
from worlds.graders.record import Record

TRIED: Final = 40
"""Plays that are judged again for one criterion at most; those that missed least come first."""
MODELS: Final = 3
"""Right plays that are broken for one criterion at most."""
RESTS_ON_OTHERS: Final = frozenset({"answer.status"})
"""Criteria that are missed because others are: who says "done" when it is not."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A play and its verdict: what it missed, by id of the criteria, and on which tables it left collateral."""

    record: Record
    verdict: Grade
    missed: frozenset[str]
    spoilt: frozenset[str]


@dataclass(frozen=True, slots=True)
class Corpus:
    """The plays of an instance: those that passed, and the others with the nearest to passing first."""

    passed: tuple[Judged, ...]
    failed: tuple[Judged, ...]
    rights: tuple[Right, ...]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables on which something was left that nobody asked for."""
        return tuple(sorted(frozenset().union(*(one.spoilt for one in self.failed)) if self.failed else ()))

    @property
    def used(self) -> frozenset[str]:
        """The allowances that right plays made use of."""
        return frozenset(name for one in self.passed for name in one.verdict.used)

    def turning(self, one: Loosened) -> Iterator[Judged]:
        """The plays whose verdict the loosened criterion may turn, likeliest first."""
        if one.probe.kind == "used":
            yield from [play for play in self.passed if one.probe.about in play.verdict.used][:TRIED]
            return
        several = one.expectation is not None and len(one.expectation.any_of) > 1
        plausible = [play for play in self.failed if several or _could_turn(play, one)]
        yield from plausible[:TRIED]

    def models(self, one: Loosened) -> Iterator[Right]:
        """The right plays that have something for the criterion to break."""
        name = one.probe.about
        held = [right for right in self.rights if right.way == one.probe.way and right.changes(name)]
        yield from (held or list(self.rights))[:MODELS]


def corpus_of(case: Case) -> Corpus:
    """All that was played and kept of a case so far."""
    plays: dict[int, Play] = {}
    named = [case.solution, *case.alternatives.values(), *case.mistakes.values()]
    for play in [*named, *(kept.play for kept in case.corpus)]:
        if play.grade.cause is None:
            plays.setdefault(id(play.record), play)
    everything = [_judged(play) for play in plays.values()]
    passed = tuple(one for one in everything if one.verdict.passed)
    failed = sorted((one for one in everything if not one.verdict.passed), key=lambda one: len(one.missed))
    return Corpus(passed, tuple(failed), tuple(right_play(one.record, one.verdict) for one in passed))


def _judged(play: Play) -> Judged:
    missed = frozenset(c.id for c in play.grade.criteria if not c.satisfied and c.kind != "metric")
    return Judged(play.record, play.grade, missed, frozenset(one.table for one in play.grade.collateral))


def _could_turn(play: Judged, one: Loosened) -> bool:
    rest = play.missed - one.touches - RESTS_ON_OTHERS
    if rest - {"collateral"}:
        return False
    return "collateral" not in rest or play.spoilt == {one.table}


def grafts(corpus: Corpus, table: str) -> Iterator[Record]:
    """Records of a right play to which somebody's collateral on a table was added, on rows that it left alone."""
    right = next(iter(corpus.rights), None)
    if right is None:
        return
    found = 0
    for play in corpus.failed:
        spoilt = {(one.table, one.key) for one in play.verdict.collateral if one.table == table}
        entries = in_another_call([e for e in play.record.entries if (e.table, e.key) in spoilt])
        if entries and found < MODELS:
            found += 1
            yield edited(right.record, {}, _about_others(right.record, moved(right.record, entries, 0)))


def _about_others(record: Record, entries: Sequence[Entry]) -> list[Entry]:
    """The entries with rows that refer to nothing of the task's."""

    def other(entry: Entry, row: Row | None) -> Row | None:
        references = record.schema.table(entry.table).references
        held = {name: row[name] + ELSEWHERE for name in references if isinstance(row.get(name), int)} if row else {}
        return None if row is None else {**row, **held}

    return [replace(one, before=other(one, one.before), after=other(one, one.after)) for one in entries]
