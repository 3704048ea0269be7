"""The back office as solutions in the browser use it: finding orders by what a person says."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

SEARCH = "Find an order by number, name, e-mail or phone"


def find_orders(page: "Page", query: str, day: str = "") -> Iterator[tuple[str, str]]:
    """Open one after another the orders that the search finds: (number, time) of each.

    With a `day` (`4 March 2026`) only those of that day.
    """
    page.fill(SEARCH, query)
    page.click("button", "Find")
    for cells, here in page.listed():
        placed, _, time = cells["Placed"].partition(", ")
        if not day or placed == _shortened(day):
            page.open(here)
            page.click("link", cells["Order"])
            yield cells["Order"], time


def hand_over(page: "Page", team: str, reason: str, message: str) -> None:
    """Hand the order that is open over to a team (`Support lead`) for a reason, as both stand in the form."""
    page.click("link", "Hand over")
    page.choose("Team", team)
    page.choose("Why you cannot do it", reason)
    page.fill("What the team has to know", message)
    page.click("button", "Hand over")


def worked_out(page: "Page") -> str:
    """What the refund that is entered comes to, as the page works it out: `32.38`."""
    page.click("button", "Work out the amount")
    return money_in(page.see().split('"Work out the amount"', 1)[1])


def row_of(article: str) -> str:
    """How a row of the office begins for an article that a mail calls so.

    `Dinner Plate (2025) (Clay)` stands there without its last brackets, and a sole variant is not named.
    """
    if article.endswith(" (Default)") or not article.endswith(")"):
        return article.removesuffix(" (Default)")
    return " ".join(article[:-1].rsplit(" (", 1))


def money_in(text: str) -> str:
    """The first amount in a page's words as a decimal string: `Refund R-7 of €1,018.40 is …` gives `1018.40`."""
    found = re.search(r"€([\d,]+\.\d{2})", text)
    if found is None:
        raise LookupError(f"no amount stands in {text!r}")
    return found[1].replace(",", "")


def _shortened(day: str) -> str:
    number, month, year = day.split()
    return f"{number} {month[:3]} {year}"
