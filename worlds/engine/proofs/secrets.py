"""Non-interference: what only the judge may know reaches nobody, neither through an answer nor through a page.

Two episodes that differ only in the sealed truth, in what is expected or in the seed must show the same, byte for byte.
What a page may show of the records themselves is not looked at here.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from worlds.engine.proofs.crawl import PAGES, Shown, look_at_all
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.proof import Verdict, View
from worlds.engine.start import Start
from worlds.engine.task import Task
from worlds.graders.answers import Answer
from worlds.graders.expectation import Bundle, Effect, Expectation

MARK = "sealed-4711-canary"
"""Stands in the other truth and the other expectation wherever a text does."""
ELSEWHERE = 1_000_003
"""How far away the other seed lies."""
NAMED = 3
"""Places that a family's holes name of each kind; more would say the same again."""

Place = tuple[str, str]
"""Where something was seen: "header" | "page" | "reply" | "tools", and which."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a family's first instance showed: places looked at, and where something sealed shone through."""

    pages: int
    places: int
    holes: tuple[str, ...]


class Secrets:
    """The proof by non-interference. It looks once a family: pages and operations are the same for all seeds."""

    name = "secrets"

    def examine(self, case: Case) -> Kept | None:
        """What the first seed's instance shows; None for the others."""
        if case.task.seed or case.task.flip:
            return None
        start, task = case.start, case.task
        own = sights_of(case.shown)
        with sealed_otherwise(start) as other_start:
            told = differing(own, sights(other_start, reseeded(expecting_otherwise(task))))
            hidden = differing(own, sights(other_start, expecting_otherwise(task))) if told else []
        seeded = differing(own, sights(start, reseeded(task))) if told else []
        holes = [f"sealed truth in a {kind}: {task.name}: {where}" for kind, where in _few(hidden)]
        holes += [f"seed in a {kind}: {task.name}: {where}" for kind, where in _few(seeded)]
        holes += [f"broken page: {task.name}: {where}" for where in _broken(own)]
        return Kept(sum(kind == "page" for kind, _ in own), len(own), tuple(holes))

    def conclude(self, view: View, found: Sequence[Kept | None]) -> Verdict:  # noqa: ARG002 - as of every proof
        """The holes of the one instance that was looked at."""
        kept = [one for one in found if one is not None]
        pages, places = sum(one.pages for one in kept), sum(one.places for one in kept)
        holes = [hole for one in kept for hole in one.holes]
        return Verdict(
            {"pages": pages, "places": places},
            holes,
            f"{places} places searched for sealed truth, {pages} of them pages",
        )


PROOF = Secrets()


@contextmanager
def sealed_otherwise(start: Start) -> Iterator[Start]:
    """The same start with another sealed truth: every text a mark, every number another one."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "truth.json"
        truth = {"mark": MARK, "truth": _shuffled(start.snapshot.truth())}
        path.write_text(json.dumps(truth), encoding="utf-8")
        yield replace(start, snapshot=replace(start.snapshot, truth_path=path))


def _shuffled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shuffled(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_shuffled(child) for child in reversed(value)]
    return MARK if isinstance(value, str) else 7 if isinstance(value, int) else value


def expecting_otherwise(task: Task) -> Task:
    """The same task and actor with another request, target, decision and expectation, each of which names the mark."""
    table = min(task.world.schema.tables)
    effect = Effect("other", table, "insert", words=MARK)
    instance = replace(
        task.instance,
        instruction=MARK,
        facts={},
        expectation=Expectation(any_of=[Bundle(required=[effect])], answer=Answer("not_done")),
        target={MARK: [1]},
        decision={"branch": MARK},
    )
    return replace(task, instance=instance)


def reseeded(task: Task) -> Task:
    """The same instance under another seed, and so with other chance."""
    return replace(task, seed=task.seed + ELSEWHERE)


def sights(start: Start, task: Task, most: int = PAGES) -> dict[Place, str | bytes]:
    """Everything that an episode shows before anybody acts, by place: tools, answers, headers with cookies, pages."""
    return sights_of(look_at_all(start, task, most))


def sights_of(seen: Shown) -> dict[Place, str | bytes]:
    """What an episode showed, by place."""
    found: dict[Place, str | bytes] = {("tools", "the list"): seen.tools}
    found |= {("reply", where): reply for where, reply in seen.replies}
    for page in seen.pages:
        found["page", page.url] = str(page.status).encode() + b" " + page.body
        for name in sorted({name for name, _ in page.headers} - {"Content-Length"}):  # the page's own says it
            values = [value for other, value in page.headers if other == name]
            found["header", f"{name} of {page.url}"] = "\n".join(values)
    return found


def differing(one: Mapping[Place, str | bytes], other: Mapping[Place, str | bytes]) -> list[Place]:
    """The places that are not the same in both, in order."""
    return sorted(place for place in one.keys() | other.keys() if one.get(place) != other.get(place))


def _few(places: Sequence[Place]) -> list[Place]:
    """The first places of each kind."""
    kinds = sorted({kind for kind, _ in places})
    return [place for kind in kinds for place in [one for one in places if one[0] == kind][:NAMED]]


def _broken(own: Mapping[Place, str | bytes]) -> list[str]:
    pages = [(where, body) for (kind, where), body in sorted(own.items()) if kind == "page"]
    return [where for where, body in pages if isinstance(body, bytes) and body[:1] == b"5"][:NAMED]
