"""How contacts are reached, and which accounts they have to do with; what ended stays in sight."""

from datetime import date
from typing import Any, Final, Literal

from worlds.crm.contact_views import ContactDetail
from worlds.crm.days import local_day
from worlds.crm.records import access, addresses, changing, fieldlog, heads
from worlds.crm.records.contact_file import detail
from worlds.crm.records.heads import Contact
from worlds.crm.rules import WRITERS
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid, NotFound
from worlds.engine.fields import Day, Line, RecordId
from worlds.engine.operation import writes
from worlds.engine.rows import run

LinkRole = Literal["employee", "decision_maker", "billing", "technical", "consultant", "board", "other"]
Label = Literal["work", "private", "shared", "mobile", "home", "fax"]
AddressKind = Literal["email", "phone"]
_LABELS: Final = {"email": ("work", "private", "shared"), "phone": ("work", "mobile", "home", "fax")}


@writes(roles=WRITERS, record="contact_id", conflicts="record")
def add_address(
    ctx: Context,
    contact_id: RecordId,
    kind: AddressKind,
    value: Line,
    label: Label = "work",
    primary: bool = False,
) -> ContactDetail:
    """Add an e-mail address or a phone number to a contact.

    Args:
        contact_id: The contact's id.
        kind: What it is.
        value: The address, which no other contact has; or the number in any format.
        label: What sort it is: work, private or shared for addresses; work, mobile, home or fax for numbers.
        primary: Whether it is used from now on; the old primary one stays as another one.
    """
    contact = editable(ctx, contact_id)
    _check_label(kind, label)
    if kind == "email":
        addresses.add_email(ctx, contact, value, label=label, primary=primary)
    else:
        addresses.add_phone(ctx, contact, value, label=label, primary=primary)
    return detail(ctx, contact)


@writes(roles=WRITERS, record="contact_id", conflicts="record")
def change_address(
    ctx: Context,
    contact_id: RecordId,
    kind: AddressKind,
    address_id: RecordId,
    value: Line | None = None,
    label: Label | None = None,
    primary: bool | None = None,
    invalid: bool | None = None,
) -> ContactDetail:
    """Change an e-mail address or a phone number of a contact. One that is no longer right is marked as invalid.

    Args:
        contact_id: The contact's id.
        kind: What it is.
        address_id: Its id: the email_id or phone_id that get_contact shows.
        value: What it is to be.
        label: What sort it is.
        primary: True to use it from now on; another one becomes primary by saying so of that.
        invalid: Whether nobody can be reached by it any more.
    """
    contact = editable(ctx, contact_id)
    known = _known(ctx, contact, kind, address_id)
    if label is not None:
        _check_label(kind, label)
    if primary is False and known.is_primary:
        raise Invalid(
            "primary_stays", "One address is the primary one; make another one primary instead.", field="primary"
        )
    given = {"value": value, "label": label, "is_primary": primary, "invalid": invalid}
    changes = {name: int(one) if isinstance(one, bool) else one for name, one in given.items() if one is not None}
    if not changes:
        raise Invalid("nothing_to_change", "The call names nothing that is to be changed.")
    addresses.change(ctx, contact, kind, known, changes)
    return detail(ctx, contact)


@writes(roles=WRITERS, record="contact_id", conflicts="record")
def link_account(
    ctx: Context,
    contact_id: RecordId,
    account_id: RecordId,
    role: LinkRole = "employee",
    since: Day | None = None,
    primary: bool = False,
) -> ContactDetail:
    """Write down that a contact has to do with a further account.

    Args:
        contact_id: The contact's id.
        account_id: The account, which you may open.
        role: What they are there.
        since: Since when; today where it is left out.
        primary: Whether it is where they mainly work from now on; the old link stays until end_link ends it.
    """
    contact = editable(ctx, contact_id)
    account = heads.account(ctx, account_id)
    day = since or local_day(ctx.now)
    known = addresses.LINKS.all(ctx, contact=contact_id)
    if any(one.account_id == account_id and one.role == role and one.active for one in known):
        raise Conflict(
            "link_known", f"{contact.label} is linked to {account.name} as {role} already.", field="account_id"
        )
    addresses.link(ctx, contact_id, account_id, role, day.isoformat())
    fieldlog.entry(ctx, "contact", contact_id, "account_link", None, f"{account.name} ({role})")
    if primary:
        contact = changing.change(ctx, "contact", contact, {"account_id": account_id})
    return detail(ctx, contact)


@writes(roles=WRITERS, record="contact_id", conflicts="record")
def end_link(ctx: Context, contact_id: RecordId, link_id: RecordId, until: Day | None = None) -> ContactDetail:
    """End a contact's link to an account, which stays in sight as a past one.

    If they mainly worked there, they mainly work nowhere until another link is made primary.

    Args:
        contact_id: The contact's id.
        link_id: The link's id, which get_contact shows.
        until: Until when; today where it is left out.
    """
    contact = editable(ctx, contact_id)
    link = next((one for one in addresses.LINKS.all(ctx, contact=contact_id) if one.id == link_id), None)
    if link is None:
        raise NotFound(
            "link_not_found",
            f"{contact.label} has no link with id {link_id}; their record shows those there are.",
            field="link_id",
        )
    if not link.active:
        raise Conflict("link_ended", f"That link ended on {link.until}.", field="link_id")
    day = until or local_day(ctx.now)
    _check_order(link.since, day)
    run(ctx, "UPDATE contact_account SET active = 0, until = :day WHERE id = :key", day=day.isoformat(), key=link_id)
    account: Any = heads.stored(ctx, "account", link.account_id)
    fieldlog.entry(ctx, "contact", contact_id, "account_link", f"{account.name} ({link.role})", None)
    others = [one for one in addresses.LINKS.all(ctx, contact=contact_id) if one.active]
    if contact.account_id == link.account_id and all(one.account_id != link.account_id for one in others):
        contact = changing.change(ctx, "contact", contact, {"account_id": None}, asked=False)
    return detail(ctx, contact)


def _check_order(since: str | None, until: date) -> None:
    if since is not None and until.isoformat() < since:
        raise Invalid("link_ends_early", f"The link began on {since}; it cannot end before that.", field="until")


def editable(ctx: Context, contact_id: int) -> Contact:
    """A contact in use that the acting person may edit.

    Raises:
        Conflict, Forbidden, NotFound: when it is none.
    """
    contact = heads.contact(ctx, contact_id)
    access.check_edit(ctx, "contact", contact_id, f"the contact {contact.label}", "contact_id")
    return contact


def _check_label(kind: str, label: str) -> None:
    if label not in _LABELS[kind]:
        fitting = ", ".join(_LABELS[kind])
        raise Invalid(
            "label_unfit",
            f"An {kind} address is one of {fitting}." if kind == "email" else f"A phone number is one of {fitting}.",
            field="label",
        )


def _known(ctx: Context, contact: Contact, kind: AddressKind, address_id: int) -> addresses.Email | addresses.Phone:
    known: list[Any] = (addresses.EMAILS if kind == "email" else addresses.PHONES).all(ctx, contact=contact.id)
    found: addresses.Email | addresses.Phone | None = next((one for one in known if one.id == address_id), None)
    if found is None:
        raise NotFound(
            "address_not_found",
            f"{contact.label} has no {kind} with id {address_id}; their record shows those there are.",
            field="address_id",
        )
    return found
