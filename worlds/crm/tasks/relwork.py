"""The CRM's pages as solutions in the browser use them: finding records by what people say, and working on them."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

ROLES: Final = {
    "sales_manager": "Sales manager",
    "vp": "VP sales",
    "sales_ops": "Sales operations",
    "marketing": "Marketing",
    "cs_manager": "Customer success",
    "finance": "Finance",
    "admin": "Administrator",
}
"""Roles that get what is handed over, as the form names them."""


def open_deal(page: "Page", number: str) -> None:
    """Open the deal of a number such as `D-1042`."""
    page.open("/relations/deals")
    page.fill("Search", number)
    page.click("button", "Filter")
    page.row(number).click("link", number)


def found(page: "Page", many: str, name: str) -> list[str]:
    """The ids of the accounts, contacts or leads (`many`, as the search names them) that a name finds."""
    page.open("/relations/")
    page.fill("Find by name, town or number", name)
    page.click("button", many)
    return [one.rpartition(", id ")[2] for one in page.names("checkbox", ", id ")]


def note(page: "Page", subject: str, text: str) -> None:
    """Write a note on the record that is open."""
    page.click("link", "Add a note")
    page.fill("What it is about", subject)
    page.fill("Note", text)
    page.click("button", "Save the note")


def hand_over(page: "Page", reason: str, role: str, message: str) -> None:
    """Hand the record that is open over to a role for a reason."""
    page.click("link", "Hand over")
    page.choose("Why you do not decide it", reason.replace("_", " ").capitalize())
    page.choose("Role that gets it (optional)", ROLES[role])
    page.fill("What they have to know, and what you ask of them", message)
    page.click("button", "Hand it over")
