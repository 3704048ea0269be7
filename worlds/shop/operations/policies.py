"""The house rules, as written in the world's `policy` folder."""

from worlds.engine.context import Context
from worlds.engine.fields import Result
from worlds.engine.operation import reads
from worlds.shop.rules import EVERYBODY
from worlds.shop.texts import Slug


class PolicyRow(Result):
    """A policy page in the list; `audience` is `customers` (everybody may read it) or `staff`."""

    slug: str
    title: str
    summary: str
    audience: str


class Policies(Result):
    """The policy pages that you may read."""

    items: list[PolicyRow]


class Policy(PolicyRow):
    """A policy page; `text` is Markdown without the title."""

    text: str


@reads(roles=EVERYBODY)
def list_policies(ctx: Context) -> Policies:
    """List the house rules."""
    raise NotImplementedError


@reads(roles=EVERYBODY)
def get_policy(ctx: Context, slug: Slug) -> Policy:
    """Read one page of the house rules.

    Args:
        slug: The page's name, as list_policies gives it.
    """
    raise NotImplementedError
