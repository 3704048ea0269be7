"""Help for customers: how to reach the shop, and its rules in its own words."""

from worlds.engine.errors import NotFound
from worlds.engine.surfaces.markdown import render_markdown
from worlds.engine.surfaces.pages import Door
from worlds.shop.operations.policies import get_policy, list_policies
from worlds.shop.pages.store.front import show, store

_PUBLIC = "customers"


@store.page("/help")
def help_page(door: Door) -> str:
    """Answers by subject, and how to write to the shop."""
    policies = [policy for policy in door.read(list_policies).items if policy.audience == _PUBLIC]
    return show(door, "help.html", policies=policies)


@store.page("/help/<slug>")
def policy(door: Door, slug: str) -> str:
    """One of the shop's rules for customers; those for staff are shown in the back office."""
    found = door.read(get_policy, slug=slug)
    if found.audience != _PUBLIC:
        raise NotFound("policy_not_found", "There is no such page for customers. Look through the subjects under Help.")
    others = [one for one in door.read(list_policies).items if one.audience == _PUBLIC and one.slug != slug]
    return show(door, "policy.html", policy=found, text=render_markdown(found.text), others=others)
