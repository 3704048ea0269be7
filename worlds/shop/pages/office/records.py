"""E-mails that went out, and the house rules."""

from worlds.engine.surfaces.markdown import render_markdown
from worlds.engine.surfaces.pages import Door
from worlds.shop.operations.emails import list_emails
from worlds.shop.operations.policies import get_policy, list_policies
from worlds.shop.pages.office.app import office


@office.page("/emails")
def emails(door: Door) -> str:
    """The list, with its filters in the URL."""
    listed = door.listing(list_emails)
    return door.render("office/emails.html", listed=listed)


@office.page("/rules")
def rules(door: Door) -> str:
    """The house rules."""
    return door.render("office/rules.html", rules=door.read(list_policies).items)


@office.page("/rules/<slug>")
def rule(door: Door, slug: str) -> str:
    """One page of the house rules."""
    shown = door.read(get_policy, slug=slug)
    others = door.read(list_policies).items
    return door.render("office/rule.html", rule=shown, text=render_markdown(shown.text), rules=others)
