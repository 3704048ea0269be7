"""Wording: whether the words of an instruction, or its length, betray which way of the family is right.

Naive Bayes learns the branch from 400 instances (200 seeds and their twins) and is asked, in five folds, for those that
it has not seen. It reads them twice: the words and the length of the instruction with each fact as its name, twins in
one fold, so that words which twins share say nothing; and the words of the facts alone, with instances of one record
or with one set of facts in one fold, since whoever knows a record by heart knows its branch without any fault of the
words. A hole is an accuracy above the base rate + 5 points that luck does not explain: more than a guesser of the
commonest branch has with a probability of 0.5 % (1 % over the two readings), counting what stays together as one.
Beyond that, twins must be worded alike, and each seed's own branches mixed: 30 to 70 % solvable, as far as 200 draws
can tell at 1 %.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log, sqrt
from typing import Any, Final

from worlds.engine.drawing import draw
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.proof import Verdict, View
from worlds.engine.task import SOLVABLE, Instance

SEEDS: Final = 200
FOLDS: Final = 5
MARGIN: Final = 0.05
Z_TELLS: Final = 2.576
"""Standard deviations that a guesser exceeds with a probability of 0.5 %."""
Z_MIXED: Final = 2.326
"""Standard deviations beyond which lies 1 %."""
LEAST, MOST = 0.3, 0.7
WORDS: Final = "its words"
FACTS: Final = "its facts"
LENGTH_STEP: Final = 20
"""Characters a class of length spans."""

_WORD: Final = re.compile(r"<\w+>|\w+", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Text:
    """An instance as the classifier sees it: its features, its branch, and the number of the group that stays whole."""

    features: frozenset[str]
    branch: str
    group: int

    @property
    def fold(self) -> int:
        """The fold in which it is asked for."""
        return self.group % FOLDS


@dataclass(slots=True)
class Guesser:
    """Bernoulli naive Bayes over features, with Laplace's smoothing."""

    branches: Counter[str] = field(default_factory=Counter)
    seen: dict[str, Counter[str]] = field(default_factory=dict)

    def learn(self, text: Text) -> None:
        """Count a text whose branch is known."""
        self.branches[text.branch] += 1
        for feature in text.features:
            self.seen.setdefault(feature, Counter())[text.branch] += 1

    def guess(self, text: Text) -> str:
        """The likeliest branch of a text; of equally likely ones the first by name."""
        if not self.branches:  # all instances have something in common, so that there was nothing to learn from
            return ""
        return max(sorted(self.branches), key=lambda branch: self._likelihood(branch, text))

    def _likelihood(self, branch: str, text: Text) -> float:
        total = self.branches[branch]
        known = [self.seen[feature] for feature in sorted(text.features) if feature in self.seen]
        return log(total) + sum(log((counts[branch] + 1) / (total + 2)) for counts in known)


@dataclass(frozen=True, slots=True)
class Reading:
    """How well the branch was guessed from one reading, of how many groups, and the features that tell most."""

    name: str
    accuracy: float
    base: float
    groups: int
    telling: tuple[str, ...]

    @property
    def tells(self) -> bool:
        """Whether the accuracy is above what the base rate and luck allow."""
        luck = Z_TELLS * sqrt(self.base * (1 - self.base) / self.groups)
        return self.accuracy > self.base + max(MARGIN, luck)

    def __str__(self) -> str:
        return f"{self.accuracy:.1%} by {self.name}, {self.base:.1%} by guessing the commonest"


class Wording:
    """The proof; it looks at draws alone, so that single cases have nothing to add."""

    name = "wording"

    def examine(self, case: Case) -> None:
        """Nothing."""

    def conclude(self, view: View, found: Sequence[None]) -> Verdict:  # noqa: ARG002 - one signature for all proofs
        """What can be told from the instructions of 200 seeds and their twins."""
        own = [draw(view.start, view.family, seed).instance for seed in range(SEEDS)]
        branches = Counter(one.branch for one in own)
        if len(branches) == 1 and _twin(view, 0).branch in branches:
            return Verdict(figures={"branches": dict(branches)}, says="one right way for all, so nothing to tell apart")
        twins = [_twin(view, seed) for seed in range(SEEDS)]
        instances = [one for pair in zip(own, twins, strict=True) for one in pair]
        readings = [_read(WORDS, _worded(instances)), _read(FACTS, _stated(instances))]
        apart = [seed for seed in range(SEEDS) if not alike(own[seed], twins[seed])]
        figures = {
            "branches": dict(sorted(branches.items())),
            "solvable": branches[SOLVABLE] / SEEDS,
            "base": readings[0].base,
            "accuracy": {one.name: one.accuracy for one in readings},
            "telling words": list(readings[0].telling),
            "twins worded apart": len(apart),
        }
        holes = [*_holes(view.name, readings, apart), *_mixed(view.name, branches)]
        return Verdict(figures=figures, holes=holes, says=f"right way guessed: {'; '.join(map(str, readings))}")


def _twin(view: View, seed: int) -> Instance:
    return draw(view.start, view.family, seed, flip=1).instance


def _holes(name: str, readings: Sequence[Reading], apart: Sequence[int]) -> Iterator[str]:
    for reading in readings:
        if reading.tells:
            words = ", ".join(f"“{word}”" for word in reading.telling)
            yield f"{name}: wording: the branch can be told from the instruction ({reading}), such as {words}"
    if apart:
        yield f"{name} seed {apart[0]}: wording: the twin is worded otherwise ({len(apart)} of {SEEDS} seeds)"


def _mixed(name: str, branches: Mapping[str, int]) -> Iterator[str]:
    share = branches.get(SOLVABLE, 0) / SEEDS
    for bound, beyond in ((LEAST, share < LEAST), (MOST, share > MOST)):
        luck = Z_MIXED * sqrt(bound * (1 - bound) / SEEDS)
        if beyond and abs(share - bound) > luck:
            yield f"{name}: wording: {share:.0%} of the instances are solvable; 30 to 70 % should be"


# -- reading ------------------------------------------------------------------------------------------------------


def masked(instance: Instance) -> str:
    """The instruction with the name of each fact in the place of its value: `refund <units> of <article>`."""
    values = {value: name for name, value in sorted(instance.facts.items()) if value}
    if not values:
        return instance.instruction
    longest = sorted(values, key=lambda value: (-len(value), value))
    pattern = "|".join(rf"(?<!\w){re.escape(value)}(?!\w)" for value in longest)
    return re.sub(pattern, lambda match: f"<{values[match[0]]}>", instance.instruction)


def alike(one: Instance, other: Instance) -> bool:
    """Whether two instructions are one wording with different facts."""
    return _form(one).fullmatch(other.instruction) is not None or _form(other).fullmatch(one.instruction) is not None


def _form(instance: Instance) -> re.Pattern[str]:
    parts = re.split(r"<\w+>", masked(instance))
    return re.compile("(.+?)".join(map(re.escape, parts)), re.DOTALL)


def _read(name: str, texts: Sequence[Text]) -> Reading:
    branches = Counter(text.branch for text in texts)
    right = sum(_guessed(texts, fold) for fold in range(FOLDS))
    base = max(branches.values()) / len(texts)
    return Reading(name, right / len(texts), base, len({text.group for text in texts}), _telling(texts))


def _worded(instances: Sequence[Instance]) -> list[Text]:
    """The wordings: seeds and twins in turn, each pair a group."""
    texts = []
    for place, one in enumerate(instances):
        words = masked(one)
        length = f"about {len(words) // LENGTH_STEP * LENGTH_STEP} characters"
        texts.append(Text(frozenset({*_words(words), length}), one.branch, place // 2))
    return texts


def _stated(instances: Sequence[Instance]) -> list[Text]:
    """The facts: instances with a record or all facts in common are a group."""
    marks = [[repr(sorted(one.facts.items())), *_records(one)] for one in instances]
    groups = _groups(marks)
    return [
        Text(frozenset(word for value in one.facts.values() for word in _words(value)), one.branch, group)
        for one, group in zip(instances, groups, strict=True)
    ]


def _records(instance: Instance) -> list[str]:
    return [repr((table, list(ids))) for table, ids in sorted(instance.target.items())]


def _groups(marks: Sequence[Sequence[str]]) -> list[int]:
    """The number of the group of each: those that have a mark in common, directly or through others, are one."""
    leader: dict[str, str] = {}

    def head(mark: str) -> str:
        while leader.setdefault(mark, mark) != mark:
            mark = leader[mark]
        return mark

    for first, *rest in marks:
        for mark in rest:
            leader[head(mark)] = head(first)
    numbers: dict[str, int] = {}
    return [numbers.setdefault(head(first), len(numbers)) for first, *_ in marks]


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def _guessed(texts: Sequence[Text], fold: int) -> int:
    """How many of a fold's texts were guessed rightly by one who learned from the others."""
    guesser = Guesser()
    for text in texts:
        if text.fold != fold:
            guesser.learn(text)
    return sum(guesser.guess(text) == text.branch for text in texts if text.fold == fold)


def _telling(texts: Sequence[Text], most: int = 3) -> tuple[str, ...]:
    """The features of several folds whose branches differ most from those of all texts, by chi-squared."""
    guesser = Guesser()
    for text in texts:
        guesser.learn(text)
    shares = {branch: count / len(texts) for branch, count in guesser.branches.items()}

    def surprise(counts: Mapping[str, Any]) -> float:
        total = sum(counts.values())
        return float(sum((counts.get(one, 0) - total * share) ** 2 / (total * share) for one, share in shares.items()))

    folds: dict[str, set[int]] = {}
    for text in texts:
        for feature in text.features:
            folds.setdefault(feature, set()).add(text.fold)
    shared = [feature for feature in guesser.seen if len(folds[feature]) > 1]
    order = sorted(shared, key=lambda feature: (-surprise(guesser.seen[feature]), feature))
    return tuple(order[:most])


PROOF: Final = Wording()
