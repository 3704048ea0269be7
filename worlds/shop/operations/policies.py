"""The house rules, as written in the world's `policy` folder."""

from functools import cache

from worlds.engine.context import Context
from worlds.engine.errors import NotFound, WorldBug
from worlds.engine.fields import Result
from worlds.engine.operation import reads
from worlds.shop import WORLD
from worlds.shop.rules import EVERYBODY
from worlds.shop.texts import Slug
from worlds.shop.views import UpTo200


class PolicyRow(Result):
    """A policy page in the list; `audience` is `customers` (everybody may read it) or `staff`."""

    slug: str
    title: str
    summary: str
    audience: str


class Policies(Result):
    """The policy pages that you may read."""

    items: UpTo200[PolicyRow]


class Policy(PolicyRow):
    """A policy page; `text` is Markdown without the title."""

    text: str


@reads(roles=EVERYBODY)
def list_policies(ctx: Context) -> Policies:
    """List the house rules."""
    return Policies(items=[PolicyRow(**one.model_dump(exclude={"text"})) for one in _readable(ctx).values()])


@reads(roles=EVERYBODY)
def get_policy(ctx: Context, slug: Slug) -> Policy:
    """Read one page of the house rules.

    Args:
        slug: The page's name, as list_policies gives it.
    """
    pages = _readable(ctx)
    if slug not in pages:
        raise NotFound("policy_not_found", f"There is no policy page {slug!r}; list_policies lists them.", field="slug")
    return pages[slug]


@cache
def _pages() -> dict[str, Policy]:
    """All pages by slug, in order: each file opens with `title`, `summary` and `audience` between lines of dashes."""
    return {
        path.stem: _parsed(path.stem, path.read_text("utf-8"))
        for path in sorted((WORLD.folder / "policy").glob("*.md"))
    }


def _parsed(slug: str, source: str) -> Policy:
    opening, head, text = source.split("---\n", 2) if source.startswith("---\n") else ("", "", "")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    if opening or fields.keys() != {"title", "summary", "audience"}:
        raise WorldBug(f"The policy page {slug} must open with title, summary and audience.")
    return Policy(slug=slug, text=text.strip(), **fields)


def _readable(ctx: Context) -> dict[str, Policy]:
    everything = ctx.actor.role != "customer"
    return {slug: page for slug, page in _pages().items() if everything or page.audience == "customers"}
