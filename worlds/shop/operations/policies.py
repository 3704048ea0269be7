"""The house rules, as written in the world's `policy` folder."""

from collections.abc import Mapping

from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.fields import Slug
from worlds.engine.house_rules import Policies, Policy, policy_pages
from worlds.engine.operation import reads
from worlds.shop import WORLD
from worlds.shop.rules import EVERYBODY


@reads(roles=EVERYBODY)
def list_policies(ctx: Context) -> Policies:
    """List the house rules."""
    return Policies.of(_readable(ctx).values())


@reads(roles=EVERYBODY)
def get_policy(ctx: Context, slug: Slug) -> Policy:
    """Read one page of the house rules.

    Args:
        slug: The page's name, as list_policies gives it.
    """
    pages = _readable(ctx)
    if slug not in pages:
        raise NotFound(
            "policy_not_found",
            f"There is no policy page {slug!r}; the list of house rules names them all.",
            field="slug",
        )
    return pages[slug]


def _readable(ctx: Context) -> Mapping[str, Policy]:
    """The pages of whoever asks; customers read those for customers, staff read all."""
    pages = policy_pages(WORLD.folder / "policy")
    if ctx.actor.role != "customer":
        return pages
    return {slug: page for slug, page in pages.items() if page.audience == "customers"}
