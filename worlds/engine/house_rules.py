"""A world's house rules, as written in the pages of its `policy` folder.

Each page opens with `title`, `summary` and `audience` between lines of dashes; the rest is Markdown. Who may read which
audience is for the world's own operations to say.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from worlds.engine.errors import WorldBug
from worlds.engine.fields import Result, UpTo200


class PolicyRow(Result):
    """A policy page in the list; `audience` is `staff`, or names the outsiders who may read it as staff do."""

    slug: str
    title: str
    summary: str
    audience: str


class Policies(Result):
    """The policy pages that you may read."""

    items: UpTo200[PolicyRow]

    @classmethod
    def of(cls, pages: Iterable["Policy"]) -> "Policies":
        """The list of some pages."""
        return cls(items=[PolicyRow(**one.model_dump(exclude={"text"})) for one in pages])


class Policy(PolicyRow):
    """A policy page; `text` is Markdown without the title."""

    text: str


@cache
def policy_pages(folder: Path) -> Mapping[str, Policy]:
    """All pages of a `policy` folder by slug, in order.

    Raises:
        WorldBug: naming the page that does not open as it must.
    """
    return {path.stem: _parsed(path.stem, path.read_text("utf-8")) for path in sorted(folder.glob("*.md"))}


def _parsed(slug: str, source: str) -> Policy:
    opening, head, text = source.split("---\n", 2) if source.startswith("---\n") else ("", "", "")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    if opening or fields.keys() != {"title", "summary", "audience"}:
        raise WorldBug(f"The policy page {slug} must open with title, summary and audience.")
    return Policy(slug=slug, text=text.strip(), **fields)
