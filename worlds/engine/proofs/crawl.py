"""Looking at all that an episode shows before anybody acts: every reading operation, every page that links lead to.

A look costs virtual time, so two episodes are compared by looking at both in the same order.
"""

import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.test import Client

from worlds.engine.episode import Episode
from worlds.engine.errors import WorldBug
from worlds.engine.proofs.arguments import Known, made_up
from worlds.engine.start import Start
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.task import Task
from worlds.graders.changes import RowChange
from worlds.seeds.forks import open_fork

PREFIX = "/episodes/KEY"
PAGES = 60
"""Pages that a crawl visits at most, by default."""
TURNS = 3
"""How often each reading operation is asked, with other arguments each time."""
SECRET = "s" * 43
_LINK = re.compile(r'(?:href|src)="([^"#]+)')


@dataclass(frozen=True, slots=True)
class Seen:
    """What an address answered."""

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def kind(self) -> str:
        """Its content type."""
        return dict(self.headers).get("Content-Type", "")

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Shown:
    """What an episode showed: its tools, the answers to `asked`, the pages of a crawl.

    `changes` are the rows that looking at them changed; there must be none.
    """

    tools: str
    replies: tuple[tuple[str, str], ...]
    pages: tuple[Seen, ...]
    changes: tuple[RowChange, ...]


class Visitor:
    """Somebody who opens addresses of an episode's pages, without script and without sending a form."""

    def __init__(self, episode: Episode, pages: Flask) -> None:
        self._pages = pages
        self._client = Client(pages, use_cookies=True)
        self._environ = {"SCRIPT_NAME": PREFIX, "worlds.episode": episode, "worlds.secret": SECRET}

    def see(self, url: str) -> Seen:
        """What an address below the prefix answers; redirects are not followed."""
        response = self._client.get(url.removeprefix(PREFIX), environ_overrides=self._environ)
        try:
            return Seen(url, response.status_code, tuple(sorted(response.headers.items())), response.data)
        finally:
            response.close()

    def crawl(self, most: int = PAGES) -> Iterator[Seen]:
        """The pages that links lead to from the start page and each app's first, nearest first, so many at most."""
        known = dict.fromkeys((f"{PREFIX}/", *first_pages(self._pages)))
        queue = deque(known)
        while queue and most > 0:
            page = self.see(queue.popleft())
            most -= 1
            yield page
            for url in links(page):
                if url not in known:
                    known[url] = None
                    queue.append(url)


def first_pages(pages: Flask) -> list[str]:
    """The shortest address of each app that has no parts to fill."""
    shortest: dict[str, str] = {}
    rules = [rule.rule for rule in pages.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    for rule in sorted(rules, key=lambda one: (len(one), one)):
        shortest.setdefault(rule.split("/")[1], f"{PREFIX}{rule}")
    return sorted(shortest.values())


def links(page: Seen) -> list[str]:
    """The addresses of the episode that a page leads to."""
    found = [unescape(link) for link in _LINK.findall(page.text)] if "html" in page.kind else []
    found += [value for name, value in page.headers if name == "Location"]
    inside = []
    for link in found:
        target = urlsplit(urljoin(page.url, link))
        if target.netloc in ("", "localhost") and target.path.startswith(PREFIX):
            inside.append(target.path + (f"?{target.query}" if target.query else ""))
    return inside


def asked(episode: Episode) -> Iterator[tuple[str, str]]:
    """Every answer of every reading operation that is a tool, by name and turn, with arguments made up from answers."""
    known = Known()
    for turn in range(TURNS):
        for name, operation in episode.world.operations.items():
            if operation.writing or "tools" not in operation.doors:
                continue
            try:
                reply = episode.call(name, made_up(operation.input_schema, known, turn))
            except WorldBug:  # whether readings work is for the conformance suite; the others are asked all the same
                episode.reset()
                continue
            known.learn(reply.body)
            yield f"{name}, turn {turn}", f"{reply.status} {canonical(reply.body)}"


def look_at_all(start: Start, task: Task, most: int = PAGES) -> Shown:
    """Look at all that an episode of its own shows before anybody acts."""
    with Episode(start, open_fork(start.snapshot.path), task.actor, task) as episode:
        tools, replies = canonical(episode.tools()), tuple(asked(episode))
        pages = tuple(Visitor(episode, create_pages(start.world)).crawl(most))
        return Shown(tools, replies, pages, tuple(episode.diff(of_agent=True)))


def canonical(value: Any) -> str:
    """JSON values as one text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
