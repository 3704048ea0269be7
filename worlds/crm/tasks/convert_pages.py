"""Web leads of people whom we know, as they are converted on the pages: looked up, mended, converted, noted."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from worlds.crm.tasks import relwork
from worlds.graders.answers import FinalAnswer

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

Own = Callable[[str, list[str]], str | None]
Digits = Callable[[str], str]
KEPT: Final = ("E-mail", "Phone", "Title")
"""Fields of which a note says what the form said otherwise."""


def browse(page: "Page", people: Sequence[str], named: re.Pattern[str], own: Own, digits: Digits) -> FinalAnswer:
    """Go through the leads, one after the other."""
    left, converted = [], 0
    for who in people:
        found = named.match(page.facts[who])
        if found is None:
            raise LookupError(f"{page.facts[who]} is no name with a firm")
        name, firm = found.groups()
        lead = _lead(page, name, firm)
        if _settle(page, lead, name, page.facts[who], own, digits):
            converted += 1
        else:
            left.append(name)
    facts: dict[str, str | int | float | bool | list[str | int | float | bool]] = {"converted": str(converted)}
    if left:
        facts["left"] = left[0]
    return FinalAnswer(status="partly" if left else "done", facts=facts)


def _lead(page: "Page", name: str, firm: str) -> str:
    """Open the open lead of a name and a firm; answers its address."""
    page.open("/relations/leads")
    page.fill("Search", name)
    page.choose("Status", "Open")
    page.click("button", "Filter")
    page.row(name, firm).click("link", name)
    return page.url


def _settle(page: "Page", lead: str, name: str, who: str, own: Own, digits: Digits) -> bool:
    """Correct a slip; convert who is known and qualified, and note what would be lost, or why the lead stays."""
    quoted, mail, phone = page.facts["reference"], page.value("E-mail"), page.value("Phone")
    ready, waits = page.shows("Qualified"), page.value("Owner") not in page.names("link")
    known = _contact(page, name, mail, phone, own, digits)
    if known is not None and known[1]:
        page.open(f"{lead}/edit")
        page.fill("E-mail (optional)", known[1])
        page.click("button", "Save")
    if known is None or not ready:
        page.open(lead)
        why = "is not qualified yet" if known else "is neither a contact nor an account of ours"
        relwork.note(page, quoted, f"{who}: {why}.")
        return False
    contact, _, owner = known
    lost = _convert(page, lead, contact, owner if waits else "")
    if lost:
        page.open(f"/relations/contacts/{contact}")
        relwork.note(page, quoted, f"The web form says otherwise, {lost}.")
    return True


def _contact(page: "Page", name: str, mail: str, phone: str, own: Own, digits: Digits) -> tuple[str, str, str] | None:
    """The contact who a lead is: their id, the address if the lead has it with a slip, and who owns their account."""
    for key in relwork.found(page, "Contacts", name):
        page.open(f"/relations/contacts/{key}")
        reached = [one.removeprefix("Correct ") for one in page.names("link", "Correct ")]
        right = own(mail, [one for one in reached if "@" in one])
        if right or digits(phone) in [digits(one) for one in reached if "@" not in one]:
            firm = page.value("Account")
            page.row(firm, table="Accounts").click("link", firm)
            slip = right if right and right.casefold() != mail.casefold() else ""
            return key, slip, page.value("Owner")
    return None


def _convert(page: "Page", lead: str, contact: str, owner: str) -> str:
    """Convert a lead into a contact and the account where they work; answers what of the lead is not taken over."""
    page.open(f"{lead}/convert/confirm?contact_id={contact}")
    rows = page.rows("What happens to each field") if page.names("columnheader", "From the lead") else []
    lost = [
        f"{row.cells['Field']}: {row.cells['From the lead']}"
        for row in rows
        if row.cells["Record"] == "Contact" and row.cells["Field"] in KEPT and row.cells["Then"].startswith("Kept")
    ]
    if owner:
        page.choose("Owner of what is made (optional)", owner)
    page.click("button", "Convert the lead")
    return "; ".join(lost)
