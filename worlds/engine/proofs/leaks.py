"""Whether something outside of the records gives an answer or a target away: a tool's description, a picture's words.

Tools depend on world and role alone. In the markup, what is not seen on the page (alternative and other hidden texts)
is compared between the rows that a family's instances are about and their neighbours that no instance is about.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice

from worlds.engine.drawing import draw
from worlds.engine.episode import Episode
from worlds.engine.proofs import markup
from worlds.engine.proofs.addresses import Addresses, Row, neighbours
from worlds.engine.proofs.crawl import Seen, Visitor, canonical
from worlds.engine.proofs.markup import Element
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.proof import Verdict, View
from worlds.engine.start import Start
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.task import Family, Task
from worlds.graders.predicates import Eq
from worlds.graders.typed import Typed
from worlds.seeds.forks import open_fork

DRAWN = 60
"""Seeds whose targets are known as such; a neighbour is none of them."""
LOOKED_AT = 6
"""Instances whose pages are looked at."""
BESIDE = 2
"""Neighbours of each target whose pages are looked at."""
ROWS = 12
"""Rows of an instance whose pages are looked at; some instances are about dozens."""
PAGES_OF_A_ROW = 4
"""Pages of a row that are looked at."""
FEWEST_TARGETS, FEWEST_NEIGHBOURS = 4, 8
"""Rows that must have been seen before anything is called a leak."""
OFTEN = 0.25
"""Share of instances from which an answer in a tool's description is no chance."""
CONTAINERS = frozenset({"tr", "li", "article", "figure", "section", "dd", "fieldset"})
"""What holds one record in a list."""
_DIGITS = re.compile(r"\d.*\d.*\d.*\d")
_TEXTS = frozenset({"record", "name", "email", "phone", "money", "date", "instant", "quantity"})
"""Types of answers that are told by their value, not chosen from a known list."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one instance showed: the tools' hash, the answers they hold; for the first one, the words that leak."""

    label: str
    tools: str
    answers: tuple[str, ...]
    targets: int = 0
    neighbours: int = 0
    words: tuple[str, ...] = ()


class Leaks:
    """The proof; pages are looked at once a family, from its first instance."""

    name = "leaks"

    def examine(self, case: Case) -> Looked:
        """What this instance's tools say; for the first one also what pages say of targets alone."""
        task = case.task
        tools = canonical([task.world.operations[one].output_schema for one in _offered(task)] + [_tools(case)])
        answers = tuple(value for value in sorted(expected(task)) if _says(tools, value))
        digest = sha256(tools.encode()).hexdigest()
        if task.seed or task.flip:
            return Looked(case.label, digest, answers)
        words = Sightings()
        look(case.start, case.family, words, case.shown.pages)
        return Looked(case.label, digest, answers, len(words.of_targets), len(words.of_others), words.telling())

    def conclude(self, view: View, found: Sequence[Looked]) -> Verdict:
        """The holes of a family: answers that tools tell more often than by chance, words of targets alone."""
        told = [one for one in found if one.answers]
        holes = []
        if told and len(told) > OFTEN * len(found):
            holes.append(
                f"answer in a tool description: {told[0].label}: the tools say {told[0].answers[0]!r}"
                f" (so in {len(told)} of {len(found)} instances)"
            )
        if len({one.tools for one in found}) > 1:
            holes.append(f"tools that depend on the task: {view.name}: the tools of two seeds differ")
        words = [word for one in found for word in one.words]
        if words:
            said = ", ".join(words[:5])
            holes.append(f"leaking picture text: {view.name}: {said} stands, unseen, with targets and nothing else")
        targets = sum(one.targets for one in found)
        others = sum(one.neighbours for one in found)
        says = f"unseen words of {targets} targets compared with those of {others} other records"
        return Verdict({"targets": targets, "others": others, "told_by_tools": len(told)}, holes, says)


PROOF = Leaks()


# -- tools --------------------------------------------------------------------------------------------------------


def _offered(task: Task) -> list[str]:
    operations = task.world.operations
    return [name for name, one in operations.items() if task.actor.role in one.roles and "tools" in one.doors]


def _tools(case: Case) -> object:
    with Episode(case.start, open_fork(case.start.snapshot.path), case.task.actor, case.task) as episode:
        return episode.tools()


def expected(task: Task) -> set[str]:
    """The texts that an expectation asks for, that the request does not say, and that cannot be met by chance."""
    asked = task.instance.expectation
    found: set[str] = set()
    for slot in asked.answer.slots.values() if asked.answer else ():
        if isinstance(slot, Typed) and slot.type in _TEXTS:
            found |= {str(slot.value), re.sub(r"\s*[A-Z]{3}$", "", str(slot.value))}
    for effect in [effect for bundle in asked.any_of for effect in bundle.required]:
        for predicate in (*effect.where_preds.values(), *effect.set_preds.values()):
            value = predicate.value if isinstance(predicate, Eq) else None
            found |= {value} if isinstance(value, str) else set()
    return {value for value in found if _DIGITS.search(value) and value not in task.instruction}


def _says(text: str, value: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(value)}(?![\w])", text) is not None


# -- pages --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Sightings:
    """The words that were met with each row: unseen ones with targets, any with others."""

    of_targets: dict[Row, set[str]] = field(default_factory=dict)
    of_others: dict[Row, set[str]] = field(default_factory=dict)

    def add(self, row: Row, targets: frozenset[Row], around: Element, page: Element, pictures: set[str]) -> None:
        """Take in an element that shows a row."""
        unseen = markup.unseen(around) | pictures
        if row in targets:
            self.of_targets.setdefault(row, set()).update(unseen - markup.seen(page))
        else:
            self.of_others.setdefault(row, set()).update(unseen | markup.seen(around))

    def telling(self) -> tuple[str, ...]:
        """The words that stand with four targets or more, and half of all, but with no other row."""
        if len(self.of_targets) < FEWEST_TARGETS or len(self.of_others) < FEWEST_NEIGHBOURS:
            return ()
        elsewhere = set().union(*self.of_others.values())
        met: dict[str, int] = {}
        for words in self.of_targets.values():
            for word in words - elsewhere:
                met[word] = met.get(word, 0) + 1
        often = max(FEWEST_TARGETS, len(self.of_targets) / 2)
        return tuple(sorted(word for word, times in met.items() if times >= often))


def look(start: Start, family: Family, words: Sightings, around: Sequence[Seen]) -> None:
    """Look at the pages of some instances' targets and of their neighbours, and at those `around`, of the first one."""
    pages = create_pages(start.world)
    addresses = Addresses(pages, start)
    tasks: dict[tuple[Row, ...], Task] = {}
    for seed in range(DRAWN):
        task = draw(start, family, seed)
        tasks.setdefault(_rows(task, addresses), task)
    targets = frozenset(row for rows in tasks for row in rows)
    for number, (rows, task) in enumerate(list(tasks.items())[:LOOKED_AT]):
        with Episode(start, open_fork(start.snapshot.path), task.actor, task) as episode:
            reader = _Looker(Visitor(episode, pages), addresses, targets, words)
            for row in rows[:ROWS]:
                for one in (row, *neighbours(start, row, targets, BESIDE)):
                    reader.look_up(one)
            if number == 0:
                reader.look_around(around)


def _rows(task: Task, addresses: Addresses) -> tuple[Row, ...]:
    """The rows that a task is about, as pages show them."""
    own = [(table, key) for table, keys in sorted(task.instance.target.items()) for key in keys]
    return tuple(sorted({shown for row in own for shown in addresses.shown(row)}))


@dataclass(slots=True)
class _Looker:
    """Somebody who opens pages and takes in what stands with each row."""

    visitor: Visitor
    addresses: Addresses
    targets: frozenset[Row]
    words: Sightings
    drawn: dict[str, set[str]] = field(default_factory=dict)

    def look_up(self, row: Row) -> None:
        """Open the row's own pages."""
        shown = (self.visitor.see(url) for url in self.addresses.of(row))
        for page in islice((page for page in shown if page.status == 200), PAGES_OF_A_ROW):
            if "html" in page.kind:
                tree = markup.read(page.text)
                self.words.add(row, self.targets, tree, tree, self._pictures(page, tree))

    def look_around(self, pages: Sequence[Seen]) -> None:
        """Take in the elements of lists that lead to a row."""
        for page in pages:
            if page.status == 200 and "html" in page.kind:
                tree = markup.read(page.text)
                for row, around in self._listed(page, tree):
                    self.words.add(row, self.targets, around, tree, self._pictures(page, around))

    def _listed(self, page: Seen, tree: Element) -> Iterator[tuple[Row, Element]]:
        tables = {table for table, _ in self.targets}
        for link in tree.walk():
            href = link.attributes.get("href", "") if link.tag == "a" else ""
            if href and (row := self.addresses.row_at(page.url, href, tables)):
                yield row, link.within(CONTAINERS)

    def _pictures(self, page: Seen, around: Element) -> set[str]:
        """The words in the drawings of an element, and in their addresses."""
        found: set[str] = set()
        for picture in around.walk():
            source = picture.attributes.get("src", "") if picture.tag == "img" else ""
            if source and source not in self.drawn:
                shown = self.visitor.see(source) if source.startswith(page.url[:10]) else None
                svg = markup.read(shown.text) if shown and "svg" in shown.kind else Element("")
                self.drawn[source] = markup.seen(svg) | markup.unseen(svg) | markup.words(source)
            found |= self.drawn.get(source, set())
        return found
