"""What the pages of an app for staff have around their records: navigation, saved views, and what may be done.

The macros of `pages/chrome.html` show these; the app's own stylesheet gives their classes a look, and its layout goes
through the navigation (`entry is here` marks the line of the page that is shown).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from flask import Flask, current_app, request

from worlds.engine.operation import Operation
from worlds.engine.surfaces.page_door import Door

AGAIN: Final = "This form was sent twice; it took effect once."
"""What is said when a form comes a second time, as by a double click."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the navigation: its page and the first parts of the addresses that belong to it."""

    title: str
    page: str
    icon: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tab:
    """A saved view of a list."""

    title: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Act:
    """Something that may be done with a record; `why_not` is a sentence where it may not."""

    title: str
    url: str
    why_not: str | None = None


Views: TypeAlias = Sequence[tuple[str, Mapping[str, str]]]
"""Saved views of a list: their titles and the filters that make them."""

_KEPT: Final = frozenset({"page", "page_size", "sort"})


def tabs(door: Door, views: Views) -> list[Tab]:
    """Saved views as links; the current one is that whose filters stand in the URL, no more and no fewer."""
    asked = {name: value for name, value in request.args.items() if name not in _KEPT}
    nothing = dict.fromkeys(asked)
    return [Tab(title, door.here(**{**nothing, **filters}), dict(filters) == asked) for title, filters in views]


def act(door: Door, title: str, url: str, operation: Operation[..., Any], *hurdles: tuple[bool, str]) -> Act:
    """An act for which the role has to be right and no hurdle may stand.

    Args:
        door: who asks.
        title: what it is called.
        url: where it is done.
        operation: what does it.
        hurdles: (whether it stands, sentence).
    """
    if not door.may(operation):
        return Act(title, url, f"only for {door.who_may(operation)}")
    return Act(title, url, next((sentence for stands, sentence in hurdles if stands), None))


def is_here(entry: Entry) -> bool:
    """Whether the page that is shown belongs to a line of the navigation."""
    app = current_app.blueprints[entry.page.partition(".")[0]]
    inside, part = request.path.partition(f"{app.url_prefix or ''}/")[::2]
    return not inside and part.split("/")[0] in entry.parts


def install(app: Flask) -> None:
    """Let an app's templates ask whether an entry `is here`."""
    app.jinja_env.tests["here"] = is_here
