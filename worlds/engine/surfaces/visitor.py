"""A person before an episode's pages without a browser, for tests and crawls: opens addresses, fills in forms."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag

from flask import Flask
from werkzeug.test import TestResponse

from worlds.engine.episode import Episode

SIGNED_WITH = "a secret of the episode"
Fields = list[tuple[str, str]]


@dataclass
class ShownForm:
    """A form on a page: where it goes, how, and what stands in its fields."""

    action: str
    method: str
    fields: Fields = field(default_factory=list)


class _Parser(HTMLParser):
    """Collects a page's forms, links and words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[ShownForm] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self._area: str | None = None
        self._typed: list[str] = []
        self._choice: tuple[str, list[str]] | None = None
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "href" in given:
            self.links.append(given["href"])
        if "src" in given:
            self.links.append(given["src"])
        if tag == "form":
            self.forms.append(ShownForm(given.get("action", ""), given.get("method", "get")))
            self._inside = True
        elif self._inside:
            self._field(tag, given)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        ticked = given.get("type") not in {"checkbox", "radio"} or "checked" in given
        if tag == "input" and "name" in given and ticked:
            self.forms[-1].fields.append((given["name"], given.get("value", "")))
        elif tag == "textarea":
            self._area, self._typed = given["name"], []
        elif tag == "select":
            self._choice = given["name"], []
        elif tag == "option" and self._choice and ("selected" in given or not self._choice[1]):
            self._choice[1][:] = [given.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea" and self._area is not None:
            self.forms[-1].fields.append((self._area, "".join(self._typed).removeprefix("\n")))
            self._area = None
        elif tag == "select" and self._choice is not None:
            name, chosen = self._choice
            self.forms[-1].fields.append((name, "".join(chosen)))
            self._choice = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._typed.append(data)
        self.words.append(data)


class Visitor:
    """Somebody who looks at one episode's pages; `page` is the last answer.

    Args:
        app: the world's pages.
        episode: whose pages they are.
        key: the episode's key in the address.
        secret: the signing secret of the episode and its epoch.
    """

    def __init__(self, app: Flask, episode: Episode, *, key: str = "abc", secret: str = SIGNED_WITH) -> None:
        self.prefix = f"/episodes/{key}"
        self._client = app.test_client()
        self._environ = {"SCRIPT_NAME": self.prefix, "worlds.episode": episode, "worlds.secret": secret}
        self.page: TestResponse

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open a page, given below the prefix; redirects are followed as a browser does."""
        for _ in range(5):
            self.page = self._client.get(path, environ_overrides=self._environ, buffered=True, **options)
            if self.page.status_code not in {303, 308}:
                break
            path = self.page.headers["Location"].removeprefix("http://localhost").removeprefix(self.prefix)
        return self.page

    def post(self, path: str, fields: Iterable[tuple[str, str]], **options: Any) -> TestResponse:
        """Send fields to an address; redirects are not followed."""
        data: dict[str, list[str]] = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        self.page = self._client.post(path, data=data, environ_overrides=self._environ, buffered=True, **options)
        return self.page

    def raw(self, method: str, path: str, **options: Any) -> TestResponse:
        """Any request."""
        self.page = self._client.open(path, method=method, environ_overrides=self._environ, buffered=True, **options)
        return self.page

    def form(self, action: str) -> ShownForm:
        """The form of the page whose action ends so.

        Raises:
            LookupError: when there is none.
        """
        for shown in self._parsed().forms:
            if shown.action.endswith(action):
                return shown
        raise LookupError(f"The page has no form that goes to {action}.")

    def fields(self, action: str, changes: Mapping[str, str | None]) -> Fields:
        """What the form whose action ends so would send, with some fields changed (None takes a field out)."""
        kept = [(name, value) for name, value in self.form(action).fields if name not in changes]
        return kept + [(name, value) for name, value in changes.items() if value is not None]

    def send(self, action: str, changes: Mapping[str, str | None] | None = None) -> TestResponse:
        """Fill in a form of the page and send it; where it went through, the page that follows is opened."""
        path = self.form(action).action.removeprefix(self.prefix)
        self.post(path, self.fields(action, changes or {}))
        if self.page.status_code == 303:
            return self.get(self.page.headers["Location"].removeprefix(self.prefix))
        return self.page

    @property
    def text(self) -> str:
        """The words of the page, spaces folded."""
        return re.sub(r"\s+", " ", " ".join(self._parsed().words)).strip()

    @property
    def links(self) -> list[str]:
        """Addresses below the prefix to which the page links, style sheets and pictures too."""
        found = (urldefrag(link).url for link in self._parsed().links)
        return [link.removeprefix(self.prefix) for link in found if link.startswith(f"{self.prefix}/")]

    def crawl(self, start: str, limit: int = 500) -> Iterator[tuple[str, TestResponse]]:
        """Open every page that can be reached by links from one, each once, `limit` at most."""
        waiting, seen = [start], {start}
        while waiting and limit > 0:
            path = waiting.pop(0)
            answer = self.get(path)
            limit -= 1
            yield path, answer
            if answer.content_type.startswith("text/html"):
                fresh = sorted(set(self.links) - seen)
                seen.update(fresh)
                waiting.extend(fresh)

    def _parsed(self) -> _Parser:
        parser = _Parser()
        parser.feed(self.page.text)
        return parser
