"""A contact's addresses and numbers, the accounts they have to do with, and what they agreed to."""

from typing import Final

from flask import url_for

from worlds.crm.contact_views import ConsentList, ContactDetail
from worlds.crm.operations.addresses import add_address, change_address, end_link, link_account
from worlds.crm.operations.consents import list_consents, set_consent
from worlds.crm.operations.contacts import get_contact
from worlds.crm.pages.relations.app import record_url, relations
from worlds.crm.pages.relations.asking import Ask, Crumbs, Part, Sheet, sheet_page
from worlds.crm.pages.relations.choices import YES_NO
from worlds.engine.errors import NotFound
from worlds.engine.surfaces.chrome import AGAIN
from worlds.engine.surfaces.pages import Done, Door

SPOKEN: Final = {"email": "E-mail", "phone": "Phone", "post": "Post", "profiling": "Profiling"}


def _crumbs(shown: ContactDetail) -> Crumbs:
    return [("Contacts", url_for("relations.contacts")), (shown.name, record_url("contact", shown.contact_id))]


@relations.page("/contacts/<id:contact_id>/addresses/new")
def new_address(door: Door, contact_id: int) -> str:
    """Adds an address or a number."""
    shown = door.read(get_contact, contact_id=contact_id)
    asks = (
        Ask("kind", "What it is"), Ask("value", "E-mail address or number"), Ask("label", "Used as"),
        Ask("primary", "Use it from now on", hint="The old primary one stays as another one."),
    )  # fmt: skip
    sheet = Sheet(
        f"New address of {shown.name}", "Add it", record_url("contact", contact_id), _crumbs(shown), (Part("", asks),)
    )
    return sheet_page(door, add_address, url_for("relations.address_added", contact_id=contact_id), sheet)


@relations.action("/contacts/<id:contact_id>/addresses/new", add_address, shows=new_address)
def address_added(_door: Door, done: ContactDetail | None, contact_id: int) -> Done:
    """There is one more."""
    said = f"{done.name} has another address or number now." if done else AGAIN
    return Done(said, record_url("contact", contact_id))


@relations.page("/contacts/<id:contact_id>/<any(email,phone):kind>/<id:address_id>")
def edit_address(door: Door, contact_id: int, kind: str, address_id: int) -> str:
    """Corrects an address or a number."""
    shown = door.read(get_contact, contact_id=contact_id)
    known = (
        {one.email_id: (one.value, one.label, one.invalid) for one in shown.emails}
        if kind == "email"
        else {one.phone_id: (one.value, one.label, one.invalid) for one in shown.phones}
    )
    if address_id not in known:
        raise NotFound("address_not_found", f"{shown.name} has no such address; their page lists them.")
    value, label, invalid = known[address_id]
    asks = (
        Ask("value", "E-mail address" if kind == "email" else "Number"), Ask("label", "Used as"),
        Ask("primary", "Use it from now on", [("true", "Yes")], "as it is"),
        Ask("invalid", "Nobody can be reached by it any more", YES_NO, "as it is"),
    )  # fmt: skip
    sheet = Sheet(
        f"Correct {value}", "Save", record_url("contact", contact_id), _crumbs(shown), (Part("", asks),),
    )  # fmt: skip
    action = url_for("relations.address_saved", contact_id=contact_id, kind=kind, address_id=address_id)
    return sheet_page(
        door, change_address, action, sheet, {"value": value, "label": label, "invalid": "true" if invalid else "false"}
    )


@relations.action(
    "/contacts/<id:contact_id>/<any(email,phone):kind>/<id:address_id>", change_address, shows=edit_address
)
def address_saved(_door: Door, done: ContactDetail | None, contact_id: int, kind: str, address_id: int) -> Done:  # noqa: ARG001 - the address has them
    """It is corrected."""
    return Done(f"The address of {done.name} was saved." if done else AGAIN, record_url("contact", contact_id))


@relations.page("/contacts/<id:contact_id>/accounts/new")
def new_link(door: Door, contact_id: int) -> str:
    """Says that a contact has to do with an account."""
    shown = door.read(get_contact, contact_id=contact_id)
    asks = (
        Ask("account_id", "Account’s id", hint="As its page shows it."), Ask("role", "What they are there"),
        Ask("since", "Since", hint="Today where it is left out."),
        Ask("primary", "It is where they mainly work from now on", hint="The old link stays until it is ended."),
    )  # fmt: skip
    sheet = Sheet(
        f"Link {shown.name} to an account", "Link them", record_url("contact", contact_id), _crumbs(shown),
        (Part("", asks),),
    )  # fmt: skip
    return sheet_page(door, link_account, url_for("relations.linked", contact_id=contact_id), sheet)


@relations.action("/contacts/<id:contact_id>/accounts/new", link_account, shows=new_link)
def linked(_door: Door, done: ContactDetail | None, contact_id: int) -> Done:
    """They have to do with each other."""
    said = f"{done.name} is linked to the account now." if done else AGAIN
    return Done(said, record_url("contact", contact_id))


@relations.page("/contacts/<id:contact_id>/accounts/<id:link_id>/end")
def link_ending(door: Door, contact_id: int, link_id: int) -> str:
    """Says until when a contact had to do with an account."""
    shown = door.read(get_contact, contact_id=contact_id)
    link = next((one for one in shown.links if one.link_id == link_id), None)
    if link is None:
        raise NotFound("link_not_found", f"{shown.name} has no such link; their page lists them.")
    sheet = Sheet(
        f"End the link of {shown.name} to {link.account_name}", "End the link", record_url("contact", contact_id),
        _crumbs(shown), (Part("", (Ask("until", "Until", hint="Today where it is left out."),)),),
        follows=("The link stays in sight as a former one.",),
    )  # fmt: skip
    return sheet_page(door, end_link, url_for("relations.link_ended", contact_id=contact_id, link_id=link_id), sheet)


@relations.action("/contacts/<id:contact_id>/accounts/<id:link_id>/end", end_link, shows=link_ending)
def link_ended(_door: Door, done: ContactDetail | None, contact_id: int, link_id: int) -> Done:  # noqa: ARG001 - the address has both
    """They have nothing more to do with it."""
    return Done(f"The link of {done.name} was ended." if done else AGAIN, record_url("contact", contact_id))


@relations.page("/consents/<any(contact,lead):kind>/<id:record_id>")
def consents(door: Door, kind: str, record_id: int) -> str:
    """What somebody agreed or objected to, and where they said so."""
    shown = door.read(list_consents, kind=kind, record_id=record_id)
    asks = (
        Ask("channel", "They speak of"), Ask("state", "They", [("in", "agree"), ("out", "object")]),
        Ask("source", "Where they said so", hint="Such as “e-mail of 16 March”."), Ask("note", "Note"),
    )  # fmt: skip
    back = record_url(kind, record_id)
    many = "Contacts" if kind == "contact" else "Leads"
    sheet = Sheet(
        f"What {shown.name} agreed to", "Write it down", back,
        [(many, url_for(f"relations.{kind}s")), (shown.name, back)], (Part("Write down what they said", asks),),
    )  # fmt: skip
    action = url_for("relations.consent_set", kind=kind, record_id=record_id)
    return sheet_page(door, set_consent, action, sheet, template="relations/consents.html", consents=shown)


@relations.action("/consents/<any(contact,lead):kind>/<id:record_id>", set_consent, shows=consents)
def consent_set(_door: Door, done: ConsentList | None, kind: str, record_id: int) -> Done:
    """It is written down."""
    said = f"What {done.name} said was written down." if done else AGAIN
    return Done(said, url_for("relations.consents", kind=kind, record_id=record_id))
