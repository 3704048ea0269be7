"""The lines of a quote."""

from typing import Any

from flask import url_for

from worlds.crm.operations.quote_lines import add_quote_line, remove_quote_line, update_quote_line
from worlds.crm.operations.quotes import get_quote
from worlds.crm.pages.relations import line_sheets
from worlds.crm.pages.relations.app import relations
from worlds.crm.pages.relations.asking import Ask, Part, Sheet, sheet_page
from worlds.crm.pages.relations.lines import priced
from worlds.crm.pages.relations.quotes import quote_crumbs, quote_url
from worlds.crm.selling.views import QuoteDetail
from worlds.engine.errors import NotFound
from worlds.engine.surfaces.chrome import AGAIN
from worlds.engine.surfaces.pages import Done, Door
from worlds.engine.surfaces.wording import money


def _line_of(shown: QuoteDetail, quote_line_id: int) -> Any:
    line = next((one for one in shown.lines if one.quote_line_id == quote_line_id), None)
    if line is None:
        raise NotFound("quote_line_not_found", f"{shown.number} has no such line; its page lists them.")
    return line


def _total(done: QuoteDetail | None) -> str:
    return f"{done.number} comes to {money(done.total, done.currency)} now." if done else AGAIN


@relations.page("/quotes/<id:quote_id>/lines/new")
def new_quote_line(door: Door, quote_id: int) -> str:
    """Adds a product to a quote."""
    shown = door.read(get_quote, quote_id=quote_id)
    asks = (
        Ask("product_id", "Product", priced(door, shown.price_book_id)), Ask("quantity", "How many"),
        Ask("discount", "Discount in per cent", hint="Such as 7.5."),
    )  # fmt: skip
    sheet = Sheet(
        f"New line of {shown.number}", "Add the line", quote_url(quote_id), quote_crumbs(shown), (Part("", asks),),
        note=f"Prices of {shown.price_book_name}",
    )  # fmt: skip
    return sheet_page(door, add_quote_line, url_for("relations.quote_line_added", quote_id=quote_id), sheet)


@relations.action("/quotes/<id:quote_id>/lines/new", add_quote_line, shows=new_quote_line)
def quote_line_added(_door: Door, done: QuoteDetail | None, quote_id: int) -> Done:
    """The quote has a line more."""
    return Done(_total(done), quote_url(quote_id))


@relations.page("/quotes/<id:quote_id>/lines/<id:quote_line_id>")
def edit_quote_line(door: Door, quote_id: int, quote_line_id: int) -> str:
    """Changes how many, or for how much less."""
    shown = door.read(get_quote, quote_id=quote_id)
    line = _line_of(shown, quote_line_id)
    sheet, values = line_sheets.changed(shown, line, quote_url(quote_id), quote_crumbs(shown))
    action = url_for("relations.quote_line_saved", quote_id=quote_id, quote_line_id=quote_line_id)
    return sheet_page(door, update_quote_line, action, sheet, values)


@relations.action("/quotes/<id:quote_id>/lines/<id:quote_line_id>", update_quote_line, shows=edit_quote_line)
def quote_line_saved(_door: Door, done: QuoteDetail | None, quote_id: int, quote_line_id: int) -> Done:  # noqa: ARG001 - the address has both
    """The line is another."""
    return Done(_total(done), quote_url(quote_id))


@relations.page("/quotes/<id:quote_id>/lines/<id:quote_line_id>/remove")
def quote_line_removal(door: Door, quote_id: int, quote_line_id: int) -> str:
    """Takes a line out of a quote."""
    shown = door.read(get_quote, quote_id=quote_id)
    line = _line_of(shown, quote_line_id)
    then = f"then comes to {money(shown.total - line.net, shown.currency)}"
    sheet = line_sheets.removed(shown, line, then, quote_url(quote_id), quote_crumbs(shown))
    action = url_for("relations.quote_line_removed", quote_id=quote_id, quote_line_id=quote_line_id)
    return sheet_page(door, remove_quote_line, action, sheet)


@relations.action("/quotes/<id:quote_id>/lines/<id:quote_line_id>/remove", remove_quote_line, shows=quote_line_removal)
def quote_line_removed(_door: Door, done: QuoteDetail | None, quote_id: int, quote_line_id: int) -> Done:  # noqa: ARG001 - the address has both
    """The line is out."""
    return Done(_total(done), quote_url(quote_id))
