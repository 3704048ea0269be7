"""What is sold in a deal, and who has a part in it."""

from typing import Any

from flask import url_for

from worlds.crm.operations.catalogue import list_prices
from worlds.crm.operations.contact_roles import (
    ContactRoles,
    add_contact_role,
    remove_contact_role,
    update_contact_role,
)
from worlds.crm.operations.lines import LinesChanged, add_line, remove_line, update_line
from worlds.crm.operations.opportunities import get_opportunity
from worlds.crm.pages.relations import line_sheets
from worlds.crm.pages.relations.app import relations
from worlds.crm.pages.relations.asking import Ask, Options, Part, Sheet, sheet_page
from worlds.crm.pages.relations.choices import MANY, people_of
from worlds.crm.pages.relations.deals import crumbs_of, deal_url
from worlds.engine.errors import NotFound
from worlds.engine.surfaces.chrome import AGAIN
from worlds.engine.surfaces.pages import Done, Door
from worlds.engine.surfaces.wording import money


def priced(door: Door, price_book_id: int | None) -> Options:
    """Products of a price book with their prices."""
    found = door.part(list_prices, price_book_id=price_book_id, page_size=MANY) if price_book_id else None
    return [
        (str(one.product_id), f"{one.product_name} ({one.sku}), {money(one.list_price, one.currency)}")
        for one in (found.items if found else ())
        if one.active
    ]


def _line_of(shown: Any, line_id: int) -> Any:
    line = next((one for one in shown.lines if one.line_id == line_id), None)
    if line is None:
        raise NotFound("line_not_found", f"{shown.number} has no such line; its page lists them.")
    return line


@relations.page("/deals/<id:opportunity_id>/lines/new")
def new_line(door: Door, opportunity_id: int) -> str:
    """Adds a product to a deal."""
    shown = door.read(get_opportunity, opportunity_id=opportunity_id)
    options = priced(door, shown.price_book_id)
    asks = (
        Ask("product_id", "Product", options or None, hint="" if options else "Its id; the deal has no price book."),
        Ask("quantity", "How many"), Ask("discount", "Discount in per cent", hint="Such as 7.5."),
    )  # fmt: skip
    sheet = Sheet(
        f"New line of {shown.number}", "Add the line", deal_url(opportunity_id), crumbs_of(shown), (Part("", asks),),
        note=f"{shown.name}, prices of {shown.price_book_name or 'no book'}",
    )  # fmt: skip
    return sheet_page(door, add_line, url_for("relations.line_added", opportunity_id=opportunity_id), sheet)


@relations.action("/deals/<id:opportunity_id>/lines/new", add_line, shows=new_line)
def line_added(_door: Door, done: LinesChanged | None, opportunity_id: int) -> Done:
    """The deal has a line more."""
    return Done(_amount(done), deal_url(opportunity_id))


def _amount(done: LinesChanged | None) -> str:
    return f"{done.number} is worth {money(done.amount, done.currency)} now." if done else AGAIN


@relations.page("/deals/<id:opportunity_id>/lines/<id:line_id>")
def edit_line(door: Door, opportunity_id: int, line_id: int) -> str:
    """Changes how many, or for how much less."""
    shown = door.read(get_opportunity, opportunity_id=opportunity_id)
    line = _line_of(shown, line_id)
    sheet, values = line_sheets.changed(shown, line, deal_url(opportunity_id), crumbs_of(shown))
    action = url_for("relations.line_saved", opportunity_id=opportunity_id, line_id=line_id)
    return sheet_page(door, update_line, action, sheet, values)


@relations.action("/deals/<id:opportunity_id>/lines/<id:line_id>", update_line, shows=edit_line)
def line_saved(_door: Door, done: LinesChanged | None, opportunity_id: int, line_id: int) -> Done:  # noqa: ARG001 - the address has both
    """The line is another."""
    return Done(_amount(done), deal_url(opportunity_id))


@relations.page("/deals/<id:opportunity_id>/lines/<id:line_id>/remove")
def line_removal(door: Door, opportunity_id: int, line_id: int) -> str:
    """Takes a line out of a deal."""
    shown = door.read(get_opportunity, opportunity_id=opportunity_id)
    line = _line_of(shown, line_id)
    then = f"is then worth {money(shown.amount - line.net, shown.currency)}"
    sheet = line_sheets.removed(shown, line, then, deal_url(opportunity_id), crumbs_of(shown))
    return sheet_page(
        door, remove_line, url_for("relations.line_removed", opportunity_id=opportunity_id, line_id=line_id), sheet
    )


@relations.action("/deals/<id:opportunity_id>/lines/<id:line_id>/remove", remove_line, shows=line_removal)
def line_removed(_door: Door, done: LinesChanged | None, opportunity_id: int, line_id: int) -> Done:  # noqa: ARG001 - the address has both
    """The line is out."""
    return Done(_amount(done), deal_url(opportunity_id))


@relations.page("/deals/<id:opportunity_id>/people/new")
def new_role(door: Door, opportunity_id: int) -> str:
    """Says that somebody has a part in a deal."""
    shown = door.read(get_opportunity, opportunity_id=opportunity_id)
    asks = (
        Ask("contact_id", "Contact", people_of(door, shown.account_id) or None), Ask("role", "Part"),
        Ask("primary", "The deal is mainly with them"),
    )  # fmt: skip
    sheet = Sheet(
        f"Add somebody to {shown.number}", "Add them", deal_url(opportunity_id), crumbs_of(shown), (Part("", asks),),
        note=f"People of {shown.account_name}",
    )  # fmt: skip
    return sheet_page(door, add_contact_role, url_for("relations.role_added", opportunity_id=opportunity_id), sheet)


@relations.action("/deals/<id:opportunity_id>/people/new", add_contact_role, shows=new_role)
def role_added(_door: Door, done: ContactRoles | None, opportunity_id: int) -> Done:
    """They have a part in it."""
    return Done("They have a part in the deal now." if done else AGAIN, deal_url(opportunity_id))


@relations.page("/deals/<id:opportunity_id>/people/<id:contact_role_id>")
def edit_role(door: Door, opportunity_id: int, contact_role_id: int) -> str:
    """Says what part somebody has."""
    shown = door.read(get_opportunity, opportunity_id=opportunity_id)
    one = _role_of(shown, contact_role_id)
    primary = [("true", "Yes"), ("false", "No")]
    asks = (Ask("role", "Part", blank="as it is"), Ask("primary", "The deal is mainly with them", primary, "as it is"))
    sheet = Sheet(
        f"Part of {one.name} in {shown.number}", "Save", deal_url(opportunity_id), crumbs_of(shown), (Part("", asks),)
    )
    action = url_for("relations.role_saved", opportunity_id=opportunity_id, contact_role_id=contact_role_id)
    return sheet_page(door, update_contact_role, action, sheet, {"role": one.role})


def _role_of(shown: Any, contact_role_id: int) -> Any:
    one = next((one for one in shown.contact_roles if one.contact_role_id == contact_role_id), None)
    if one is None:
        raise NotFound("contact_role_not_found", f"{shown.number} has no such part; its page lists them.")
    return one


@relations.action("/deals/<id:opportunity_id>/people/<id:contact_role_id>", update_contact_role, shows=edit_role)
def role_saved(_door: Door, done: ContactRoles | None, opportunity_id: int, contact_role_id: int) -> Done:  # noqa: ARG001 - the address has both
    """The part is another."""
    return Done("Their part was saved." if done else AGAIN, deal_url(opportunity_id))


@relations.page("/deals/<id:opportunity_id>/people/<id:contact_role_id>/remove")
def role_removal(door: Door, opportunity_id: int, contact_role_id: int) -> str:
    """Says that somebody has no part in a deal any more."""
    shown = door.read(get_opportunity, opportunity_id=opportunity_id)
    one = _role_of(shown, contact_role_id)
    primary = ("They are the primary contact; the deal is left without one.",) if one.primary else ()
    sheet = Sheet(
        f"Take {one.name} out of {shown.number}", "Take them out", deal_url(opportunity_id), crumbs_of(shown),
        follows=(f"{one.name} has no part in the deal from then on.", *primary), danger=True,
    )  # fmt: skip
    action = url_for("relations.role_removed", opportunity_id=opportunity_id, contact_role_id=contact_role_id)
    return sheet_page(door, remove_contact_role, action, sheet)


@relations.action(
    "/deals/<id:opportunity_id>/people/<id:contact_role_id>/remove", remove_contact_role, shows=role_removal
)
def role_removed(_door: Door, done: ContactRoles | None, opportunity_id: int, contact_role_id: int) -> Done:  # noqa: ARG001 - the address has both
    """They are out."""
    return Done("They have no part in the deal any more." if done else AGAIN, deal_url(opportunity_id))
