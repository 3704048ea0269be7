"""The workspace as solutions in the browser use it: finding tickets by what a person says, and working on them."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

LANGUAGES: Final = {"English": "en", "Dutch": "nl", "German": "de", "French": "fr"}
"""Languages as the properties of a ticket name them, and as they are written."""
SEARCH: Final = "Find a ticket by number, subject, name or e-mail"


def open_ticket(page: "Page", number: str) -> str:
    """Open the ticket of a number such as `#48211`; answers its status, as the list says it."""
    page.fill(SEARCH, number)
    page.click("button", "Find")
    row = page.row(number)
    row.click("link", number)
    return row.cells["Status"]


def tickets_listed(page: "Page") -> list[tuple[str, str]]:
    """The tickets of the list that is open, over all its pages: the number of each with its status."""
    return [(cells["Ticket"], cells["Status"]) for cells, _ in page.listed("Tickets")]


def language_code(name: str) -> str:
    """A language as the properties of a ticket name it, `Dutch`, as it is written: `nl`."""
    return LANGUAGES.get(name, name.casefold())


def reply(page: "Page", text: str, status: str = "") -> None:
    """Reply in public on the ticket that is open, and set a status (`Pending`) where one is given."""
    page.fill("Reply to the requester", text)
    if status:
        page.choose("Then set the status to (optional)", status)
    page.click("button", "Send the reply")


def note(page: "Page", text: str) -> None:
    """Leave an internal note on the ticket that is open."""
    page.click("generic", "Internal note")
    page.fill("Note for colleagues", text)
    page.click("button", "Add the note")


def link(page: "Page", number: str) -> None:
    """Link the ticket that is open to that of a number, as related."""
    page.click("link", "Link")
    page.fill("Number, subject, name or e-mail", number)
    page.press("Enter")
    page.choose("Which ticket belongs with it", page.names("radio", containing=number)[0])
    page.click("button", "Link the tickets")


def merge(page: "Page", source: str, said: str) -> None:
    """Merge the ticket of a number into the one that is open, with a note."""
    page.click("link", "Merge")
    page.fill("Number, subject, name or e-mail", source)
    page.press("Enter")
    page.row(source).check()
    page.click("button", "See what the merge does")
    page.fill("Internal note on the ticket that stays (optional)", said)
    page.click("button", "Merge for good")


def escalate(page: "Page", group: str, reason: str, message: str) -> None:
    """Hand the ticket that is open up to a group for a reason, as both stand in the form."""
    page.click("link", "Escalate")
    page.choose("To which group", group)
    page.choose("Why", reason)
    page.fill("What they have to know and do", message)
    page.click("button", "Escalate the ticket")
