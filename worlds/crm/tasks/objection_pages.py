"""A mail that objects, as it is worked off on the pages: who wrote it, what else they are with us, and what is set."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from worlds.crm.tasks.casework import reported
from worlds.crm.tasks.relwork import ROLES
from worlds.graders.answers import FinalAnswer

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

CHANNELS: Final = {"email": "E-mail", "phone": "Phone", "post": "Post", "profiling": "Profiling"}
_OPEN: Final = ("New", "Assigned", "Working", "Qualified")
Named = Callable[[str], tuple[str, ...]]
Digits = Callable[[str], str]


def browse(page: "Page", channels_named: Named, digits: Digits) -> FinalAnswer:
    """Read the mail, find all that they are, and set it there, or hand a wish to be erased over."""
    contacts = {key: _reached(page, key) for key in _found(page, "Contacts")}
    writer, text = _mail(page, list(contacts))
    numbers = {digits(one) for one in contacts[writer] if "@" not in one}
    own = [key for key, one in contacts.items() if key == writer or numbers & set(map(digits, one))]
    known = {one.casefold() for key in own for one in contacts[key]}
    numbers |= {digits(one) for one in known if "@" not in one}
    leads = [key for key in _found(page, "Leads") if _is_theirs(page, key, known, numbers, digits)]
    channels, count = channels_named(text), str(len(own) + len(leads))
    if not channels:
        return _passed_on(page, writer, count)
    records = [*(("contact", key) for key in own), *(("lead", key) for key in leads)]
    for kind, key in records:
        _object(page, kind, key, channels)
    _unsubscribe(page, records)
    return reported({"records": count})


def _found(page: "Page", many: str) -> list[str]:
    """The ids of the contacts or leads that go by the name."""
    page.open("/relations/")
    page.fill("Find by name, town or number", page.facts["contact"])
    page.click("button", many)
    return [name.rpartition(", id ")[2] for name in page.names("checkbox", ", id ")]


def _reached(page: "Page", key: str) -> list[str]:
    """The addresses and numbers of a contact."""
    page.open(f"/relations/contacts/{key}")
    return [name.removeprefix("Correct ") for name in page.names("link", "Correct ")]


def _mail(page: "Page", keys: Sequence[str]) -> tuple[str, str]:
    """Who has written on the day, at the firm, and what."""
    day = date.fromisoformat(page.facts["day"])
    spoken = f"{day.day} {day:%b %Y}"
    for key in keys:
        page.open(f"/relations/contacts/{key}")
        if page.value("Account") == page.facts["firm"]:
            page.open(f"/relations/activities?contact_id={key}&kind=email")
            for row in page.rows() if page.names("columnheader", "When") else []:
                if "Received" in row.cells["Kind"] and row.cells["When"].startswith(spoken):
                    page.open(f"/relations/activities?contact_id={key}&kind=email")
                    page.row(*(row.cells["Activity"], row.cells["When"])).click("link", row.cells["Activity"])
                    return key, page.text("Text")
    raise LookupError("Nobody of the name has written on the day.")


def _is_theirs(page: "Page", key: str, known: set[str], numbers: set[str], digits: Digits) -> bool:
    """Whether a lead is open and has an address or a number of theirs."""
    page.open(f"/relations/leads/{key}")
    mail, phone = page.value("E-mail"), page.value("Phone")
    is_open = any(page.shows(one) for one in _OPEN) and not page.shows("Converted")
    return is_open and (mail.casefold() in known or digits(phone) in numbers - {""})


def _object(page: "Page", kind: str, key: str, channels: Sequence[str]) -> None:
    """Set the objection on a record, on the channels on which it does not stand yet."""
    page.open(f"/relations/consents/{kind}/{key}")
    rows = page.rows() if page.names("columnheader", "Channel") else []
    out = {row.cells["Channel"] for row in rows if row.cells["State"] == "Objected"}
    for channel in channels:
        if CHANNELS[channel] not in out:
            page.choose("They speak of", CHANNELS[channel])
            page.choose("They", "object")
            page.fill("Where they said so", "e-mail")
            page.fill("Note (optional)", f"{page.facts['reference']}: they objected on {page.facts['day']}.")
            page.click("button", "Write it down")


def _unsubscribe(page: "Page", records: Sequence[tuple[str, str]]) -> None:
    """Mark them as unsubscribed in every campaign that runs."""
    page.open("/relations/campaigns?state=running")
    for row, _ in page.listed("Campaigns"):
        page.open("/relations/campaigns?state=running")
        page.row(row["Campaign"]).click("link", row["Campaign"])
        here = page.url
        for kind, key in records:
            page.open(f"{here}?{kind}_id={key}")
            ticks = page.names("checkbox", ", member ")
            if len(ticks) == 1 and page.rows("Members")[0].cells["Status"] != "Unsubscribed":
                page.check(ticks[0])
                page.choose("Status", "Unsubscribed")
                page.click("button", "Set the status")


def _passed_on(page: "Page", key: str, count: str) -> FinalAnswer:
    """Hand over a wish to be erased."""
    facts = page.facts
    page.open(f"/relations/contacts/{key}")
    page.click("link", "Hand over")
    page.choose("Why you do not decide it", "Privacy")
    page.choose("Role that gets it (optional)", ROLES["admin"])
    message = f"{facts['reference']}: {facts['contact']} asks in a mail to be erased. Nothing was deleted or changed."
    page.fill("What they have to know, and what you ask of them", message)
    page.click("button", "Hand it over")
    number = page.message.split()[0]
    return reported({"records": count, "hand_over": number}, "privacy")
