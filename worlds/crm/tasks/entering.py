"""Entering somebody on the CRM's pages, and what is said of them."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from worlds.crm.tasks import relwork
from worlds.graders.answers import FinalAnswer

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

_CLOSED: Final = re.compile(r"contact (\d+), a record you cannot open, owned by ([^;]+);")
_OPEN: Final = re.compile(r"contact (\d+) \(")


def matches_in(words: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The likes that a refusal names: ids of those that can be opened, ids and owners of those that cannot."""
    return _OPEN.findall(words), _CLOSED.findall(words)


def said(facts: Mapping[str, str], *names: str) -> str:
    """What a note says of somebody who was entered or completed, and with whom they were compared."""
    seen = "".join(f" {name} was looked at and is somebody else, with another job and number." for name in names)
    return f"{facts['name']}, {facts['firm']}, as asked.{seen}"


def told(key: object, owner: str, status: str = "done") -> FinalAnswer:
    """What is handed in: the record that it comes down to, and whose it is."""
    return FinalAnswer.model_validate({"status": status, "facts": {"record": str(key), "owner": owner}})


def browse(page: "Page") -> FinalAnswer:
    """Look for the address, fill in the form, and heed what it says."""
    facts = page.facts
    page.open("/relations/contacts")
    page.fill("This very e-mail", facts["email"])
    page.click("button", "Filter")
    if page.names("link", facts["name"]):
        page.click("link", facts["name"])
        return _completed(page)
    account = _account(page)
    _fill_in(page, account)
    if not _refused(page):
        return _noted(page)
    open_ones, closed = matches_in(page.message)
    if closed:
        return _asked(page, *closed[0])
    names = []
    for key in open_ones:
        page.open(f"/relations/contacts/{key}")
        names.append(page.heading)
    _fill_in(page, account)
    page.click("button", "Save anyway")
    return _noted(page, *names)


def _refused(page: "Page") -> bool:
    """Whether the form is still there, with what is in the way."""
    return page.url.startswith("/relations/contacts/new")


def _account(page: "Page") -> str:
    """The id of the firm's account, where it is found."""
    firm = page.facts["firm"]
    page.open("/relations/accounts")
    page.fill("Search", firm)
    page.click("button", "Filter")
    if firm not in page.names("link"):
        return ""
    page.click("link", firm)
    return page.value("Id")


def _fill_in(page: "Page", account: str) -> None:
    """Fill in the form of a new contact, and send it."""
    facts = page.facts
    first, last = facts["name"].split()
    page.open("/relations/contacts/new")
    page.fill("First name (optional)", first)
    page.fill("Last name", last)
    page.fill("Title (optional)", facts["title"])
    page.fill("Account’s id (optional)", account)
    page.fill("E-mail (optional)", facts["email"])
    page.fill("Phone (optional)", facts["phone"])
    page.choose("Language (optional)", facts["language"])
    page.fill("Time zone (optional)", facts["zone"])
    page.click("button", "Save the contact")


def _noted(page: "Page", *names: str) -> FinalAnswer:
    """Note on the record that is open who it is, and who it is not."""
    done = told(page.value("Id"), page.value("Owner"))
    relwork.note(page, page.facts["reference"], said(page.facts, *names))
    return done


def _completed(page: "Page") -> FinalAnswer:
    """Fill in what the record lacks that is open."""
    facts, here = page.facts, page.url
    titled, numbered = (page.value(name) != "none" for name in ("Title", "Phone"))
    if not numbered:
        page.click("link", "Add an address or number")
        page.choose("What it is", "Phone")
        page.fill("E-mail address or number", facts["phone"])
        page.click("button", "Add it")
    if not titled:
        page.open(here)
        page.click("link", "Edit")
        page.fill("Title (optional)", facts["title"])
        page.click("button", "Save")
    page.open(here)
    return _noted(page)


def _asked(page: "Page", key: str, owner: str) -> FinalAnswer:
    """Ask for access to a record that cannot be opened."""
    page.open("/relations/access/new")
    page.choose("What the record is", "Contact")
    page.fill("Its id", key)
    page.choose("What you need (optional)", "To read it")
    page.fill("Why you need it", f"{page.facts['reference']}: is this {page.facts['name']}, whom I am asked to enter?")
    page.click("button", "Send the request")
    return told(key, owner, "waiting")
