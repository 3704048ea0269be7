"""The sales handbook: the house rules, as written in the world's `policy` folder."""

from worlds.crm import WORLD
from worlds.crm.rules import EVERYBODY
from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.fields import Slug
from worlds.engine.house_rules import Policies, Policy, policy_pages
from worlds.engine.operation import reads


@reads(roles=EVERYBODY)
def list_policies(ctx: Context) -> Policies:  # noqa: ARG001 - everybody reads all of it
    """List the pages of the sales handbook, which holds the rules of the house."""
    return Policies.of(policy_pages(WORLD.folder / "policy").values())


@reads(roles=EVERYBODY)
def get_policy(ctx: Context, slug: Slug) -> Policy:  # noqa: ARG001 - everybody reads all of it
    """Read one page of the sales handbook.

    Args:
        slug: The page's name, as list_policies gives it.
    """
    pages = policy_pages(WORLD.folder / "policy")
    if slug not in pages:
        raise NotFound(
            "policy_not_found", f"The handbook has no page {slug!r}; see the list of its pages.", field="slug"
        )
    return pages[slug]
