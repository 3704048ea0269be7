"""Contacts: the list, the record, and what is known of a person."""

from typing import Any, Final

from flask import url_for

from worlds.crm.contact_views import ContactDetail
from worlds.crm.operations.addresses import add_address, link_account
from worlds.crm.operations.consents import set_consent
from worlds.crm.operations.contacts import create_contact, get_contact, list_contacts, update_contact
from worlds.crm.operations.history import delete_record
from worlds.crm.operations.merging import merge_contacts
from worlds.crm.operations.ownership import transfer_records
from worlds.crm.pages.relations.app import relations
from worlds.crm.pages.relations.asking import Ask, Part, Sheet, emptied_of, sheet_page, values_of
from worlds.crm.pages.relations.choices import LANGUAGE_OPTIONS, YES_NO, colleagues
from worlds.crm.pages.relations.lists import Listed, list_page
from worlds.crm.pages.relations.timeline import activity_acts, timeline
from worlds.engine.surfaces.chrome import AGAIN, Act, Views, act
from worlds.engine.surfaces.pages import Done, Door

SORTS: Final = [
    ("name", "Name"), ("newest", "Newest first"), ("updated", "Latest changed"),
    ("longest_untouched", "Longest untouched"),
]  # fmt: skip
_WHO: Final = (
    Ask("salutation", "Salutation"), Ask("first_name", "First name"), Ask("last_name", "Last name"),
    Ask("title", "Title"), Ask("department", "Department"),
    Ask("reports_to_id", "Id of the contact they report to", hint="As their page shows it."),
)  # fmt: skip
_HOW: Final = (
    Ask("language", "Language", LANGUAGE_OPTIONS), Ask("zone", "Time zone", hint="Such as Europe/Paris."),
    Ask("lead_source", "How they were met", blank="not known"),
)  # fmt: skip


@relations.page("/contacts")
def contacts(door: Door) -> str:
    """The list, with its filters in the URL."""
    filters = (
        Ask("query", "Search"),
        Ask("email", "This very e-mail"),
        Ask("account_id", "Account’s id"),
        Ask("also_former", "Also former people of it", YES_NO),
        Ask("owner_id", "Owner", colleagues(door), "Anybody"),
        Ask("do_not_call", "Not to be called", YES_NO, "Any"),
        Ask("email_opted_out", "Objected to e-mail", YES_NO, "Any"),
        Ask("untouched_since", "Untouched since"),
        Ask("created_from", "Made from"),
        Ask("created_to", "Made to"),
        Ask("sort", "Sort by", SORTS),
    )
    quick: Views = (("All contacts", {}), ("My contacts", {"owner_id": str(door.actor.person or "")}))
    new = [act(door, "New contact", url_for("relations.new_contact"), create_contact)]
    return list_page(door, list_contacts, Listed("Contacts", "contact", "contact", "contacts", filters, quick, new))


def _contact(contact_id: int) -> str:
    return url_for("relations.contact", contact_id=contact_id)


@relations.page("/contacts/<id:contact_id>")
def contact(door: Door, contact_id: int) -> str:
    """One contact, with addresses, accounts, deals, what they agreed to and what has happened around them."""
    shown = door.read(get_contact, contact_id=contact_id)
    return door.render(
        "relations/contact.html",
        contact=shown,
        acts=_acts(door, shown),
        timeline=timeline(door, contact_id=contact_id),
        activity_acts=activity_acts(door, contact_id=contact_id),
    )


def _acts(door: Door, shown: ContactDetail) -> list[Act]:
    gone = (shown.is_deleted or shown.merged_into_id is not None, "the contact is not in use any more")
    kept = (not shown.editable, "you may only read this contact")
    key = shown.contact_id

    def one(title: str, page: str, operation: Any, *hurdles: tuple[bool, str], **whose: Any) -> Act:
        return act(door, title, url_for(f"relations.{page}", **(whose or {"contact_id": key})), operation, *hurdles)

    return [
        one("Edit", "edit_contact", update_contact, gone, kept),
        one("Add an address or number", "new_address", add_address, gone, kept),
        one("Link to an account", "new_link", link_account, gone, kept),
        one("Record consent", "consents", set_consent, gone, kind="contact", record_id=key),
        one("Merge", "contact_merge", merge_contacts, gone),
        one("Change owner", "transfer", transfer_records, gone, kind="contact", record_ids=key),
        Act("Find duplicates", url_for("relations.likes", kind="contact", record_id=key)),
        Act("Who may open it", url_for("relations.shares", kind="contact", record_id=key)),
        Act("Field history", url_for("relations.history", kind="contact", record_id=key)),
        Act("Automatic changes", url_for("relations.runs", kind="contact", record_id=key)),
        Act("Hand over", url_for("relations.new_hand_over", kind="contact", record_id=key)),
        one("Delete", "deletion", delete_record, gone, kind="contact", record_id=key),
    ]


@relations.page("/contacts/new")
def new_contact(door: Door) -> str:
    """A person that somebody enters."""
    where = (
        Ask("account_id", "Account’s id", hint="Where they mainly work, as the account’s page shows it."),
        Ask("email", "E-mail"),
        Ask("phone", "Phone", hint="In any format."),
        Ask("owner_id", "Owner", colleagues(door), "you"),
    )
    parts = (
        Part("Who", _WHO), Part("Where", where), Part("How to write to them", _HOW),
        Part("Notes", (Ask("notes", "Notes", hint="What colleagues should know.", rows=4),), wide=True),
    )  # fmt: skip
    sheet = Sheet(
        "New contact", "Save the contact", url_for("relations.contacts"),
        [("Contacts", url_for("relations.contacts"))], parts,
    )  # fmt: skip
    return sheet_page(door, create_contact, url_for("relations.contact_made"), sheet)


@relations.action("/contacts/new", create_contact, shows=new_contact)
def contact_made(_door: Door, done: ContactDetail | None) -> Done:
    """The contact is there."""
    if done is None:
        return Done(AGAIN, url_for("relations.contacts"))
    return Done(f"The contact {done.name} was saved.", _contact(done.contact_id))


@relations.page("/contacts/<id:contact_id>/edit")
def edit_contact(door: Door, contact_id: int) -> str:
    """What is known of a person."""
    shown = door.read(get_contact, contact_id=contact_id)
    kept = [
        Ask(name, label)
        for name, label in (("personal_id", "Personal number"), ("pay_notes", "What is known of their pay"))
        if name not in shown.withheld
    ]
    more = (
        Ask("birthday", "Birthday"), Ask("desk_user", "What the ticket desk calls them"),
        Ask("shop_customer", "What the shop calls them"), *kept,
    )  # fmt: skip
    parts = (
        Part("Who", _WHO), Part("How to write to them", _HOW), Part("Else", more),
        Part("Notes", (Ask("notes", "Notes", hint="Replaces what was there.", rows=4),), wide=True),
    )  # fmt: skip
    withheld = tuple(f"Your role neither sees nor sets: {', '.join(shown.withheld)}." for _ in shown.withheld[:1])
    sheet = Sheet(
        f"Edit {shown.name}", "Save", _contact(contact_id),
        [("Contacts", url_for("relations.contacts")), (shown.name, _contact(contact_id))],
        parts, follows=withheld,
        emptied=tuple(name for name in emptied_of(update_contact) if name not in shown.withheld),
    )  # fmt: skip
    names = [ask.name for part in parts for ask in part.asks]
    return sheet_page(
        door, update_contact, url_for("relations.contact_saved", contact_id=contact_id), sheet,
        values_of(shown, names),
    )  # fmt: skip


@relations.action("/contacts/<id:contact_id>/edit", update_contact, shows=edit_contact)
def contact_saved(_door: Door, done: ContactDetail | None, contact_id: int) -> Done:
    """The contact is saved."""
    return Done(f"The contact {done.name} was saved." if done else AGAIN, _contact(contact_id))
