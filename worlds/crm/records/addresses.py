"""The e-mail addresses and phone numbers of contacts, and the accounts that they have to do with.

An e-mail address belongs to one contact in use at most (rule CR11). The first address of a kind is the primary one.
"""

from typing import Any, Final, Literal, NamedTuple

from worlds.crm.matching import norms
from worlds.crm.matching.sets import spoken, told
from worlds.crm.models import ContactAccount, EmailAddress, PhoneNumber
from worlds.crm.records import fieldlog, searching
from worlds.crm.records.heads import Contact
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid
from worlds.engine.rows import Query, insert, number, run

Kind = Literal["email", "phone"]


class Email(NamedTuple):
    """An e-mail address of a contact."""

    id: int
    contact_id: int
    label: str
    value: str
    norm: str
    is_primary: int
    invalid: int
    opted_out: int


class Phone(NamedTuple):
    """A phone number of a contact."""

    id: int
    contact_id: int
    label: str
    value: str
    norm: str
    extension: str | None
    is_primary: int
    invalid: int
    opted_out: int


class Link(NamedTuple):
    """That a contact has to do with an account."""

    id: int
    contact_id: int
    account_id: int
    role: str
    active: int
    since: str | None
    until: str | None


class _Key(NamedTuple):
    key: int


TABLES: Final = {"email": "email_address", "phone": "phone_number"}
EMAILS: Final = Query(
    Email, "SELECT {fields} FROM email_address WHERE contact_id = :contact ORDER BY is_primary DESC, id"
)
PHONES: Final = Query(
    Phone, "SELECT {fields} FROM phone_number WHERE contact_id = :contact ORDER BY is_primary DESC, id"
)
LINKS: Final = Query(Link, "SELECT {fields} FROM contact_account WHERE contact_id = :contact ORDER BY active DESC, id")
_HOLDERS: Final = Query(
    _Key,
    """SELECT e.contact_id FROM email_address e JOIN contact c ON c.id = e.contact_id
    WHERE e.norm = :norm AND c.is_deleted = 0 AND c.id <> :but ORDER BY e.contact_id""",
)
_COUNTRY: Final = Query(_Key, "SELECT country FROM account WHERE id = :account")


def check_email(ctx: Context, value: str, but: int = 0, field: str = "email") -> str:
    """The norm of an e-mail address that a contact (`but`) can have.

    Raises:
        Conflict: when another contact has it, saying which.
        Invalid: when it is no e-mail address.
    """
    if not norms.is_email(value):
        raise Invalid(
            "address_malformed", f"{value!r} is no e-mail address that anybody could be reached by.", field=field
        )
    norm = norms.email_norm(value)
    holders = _HOLDERS.all(ctx, norm=norm, but=but)
    if holders:
        holder = told(ctx, "contact", [holders[0].key])[0]
        raise Conflict(
            "email_taken",
            f"{value.strip()} is the address of {spoken(holder)}. One address belongs to one contact.",
            field=field,
            details={"contact_id": holder.record_id, "owner": holder.owner_name},
        )
    return norm


def check_phone(value: str, country: str | None, field: str = "phone") -> str:
    """The norm of a phone number.

    Raises:
        Invalid: when it has too few digits to be one.
    """
    norm = norms.phone_norm(value, country)
    if norm is None:
        raise Invalid(
            "address_malformed", f"{value!r} is no phone number that anybody could be reached by.", field=field
        )
    return norm


def country_of(ctx: Context, account_id: int | None) -> str | None:
    """The country as one of which a contact's phone number is read: that of their account."""
    found = _COUNTRY.first(ctx, account=account_id) if account_id else None
    return str(found.key) if found else None


def add_email(
    ctx: Context, contact: Contact, value: str, *, label: str = "work", primary: bool = False, via: str = "user"
) -> int:
    """Store an e-mail address of a contact; answers its id.

    Raises:
        Conflict: when a contact has it, this one or another.
        Invalid: when it is no e-mail address.
    """
    norm = check_email(ctx, value, contact.id, "value")
    known = EMAILS.all(ctx, contact=contact.id)
    if any(one.norm == norm for one in known):
        raise Conflict("address_known", f"{contact.label} is known by {value.strip()} already.", field="value")
    primary = primary or not known
    if primary:
        _demote(ctx, "email_address", contact.id)
    key = insert(
        ctx, EmailAddress, contact_id=contact.id, label=label, value=value.strip(), norm=norm, is_primary=int(primary),
        invalid=0, opted_out=int(_out(ctx, contact.id, "email")),
    )  # fmt: skip
    fieldlog.entry(ctx, "contact", contact.id, "email", None, value.strip(), via)
    searching.index(ctx, "contact", contact.id)
    return key


def add_phone(
    ctx: Context,
    contact: Contact,
    value: str,
    *,
    country: str | None = None,
    label: str = "work",
    primary: bool = False,
    via: str = "user",
) -> int:
    """Store a phone number of a contact; answers its id.

    Raises:
        Conflict: when the contact has it already.
        Invalid: when it has too few digits.
    """
    norm = check_phone(value, country or country_of(ctx, contact.account_id), "value")
    known = PHONES.all(ctx, contact=contact.id)
    extension = norms.extension_of(value)
    if any((one.norm, one.extension) == (norm, extension) for one in known):
        raise Conflict("address_known", f"{contact.label} is known by {value.strip()} already.", field="value")
    primary = primary or not known
    if primary:
        _demote(ctx, "phone_number", contact.id)
    key = insert(
        ctx, PhoneNumber, contact_id=contact.id, label=label, value=value.strip(), norm=norm, extension=extension,
        is_primary=int(primary), invalid=0, opted_out=int(_out(ctx, contact.id, "phone")),
    )  # fmt: skip
    fieldlog.entry(ctx, "contact", contact.id, "phone", None, value.strip(), via)
    searching.index(ctx, "contact", contact.id)
    return key


def _demote(ctx: Context, table: str, contact: int) -> None:
    run(
        ctx,
        f"UPDATE {table} SET is_primary = 0 WHERE contact_id = :contact AND is_primary = 1",  # noqa: S608 - one of two tables
        contact=contact,
    )


def _out(ctx: Context, contact: int, channel: str) -> bool:
    sql = """SELECT count(*) FROM consent WHERE kind = 'contact' AND record_id = :key AND channel = :channel
      AND state = 'out'"""
    return bool(number(ctx, sql, key=contact, channel=channel))


def change(ctx: Context, contact: Contact, kind: Kind, address: Email | Phone, values: dict[str, Any]) -> None:
    """Change columns of an address of a contact: `value`, `label`, `is_primary` (only to true), `invalid`.

    Raises:
        Conflict, Invalid: as in adding one.
    """
    row = dict(values)
    if row.get("value") is not None:
        row["value"] = row["value"].strip()
        if kind == "email":
            row["norm"] = check_email(ctx, row["value"], contact.id, "value")
        else:
            row["norm"] = check_phone(row["value"], country_of(ctx, contact.account_id), "value")
            row["extension"] = norms.extension_of(row["value"])
        others = EMAILS.all(ctx, contact=contact.id) if kind == "email" else PHONES.all(ctx, contact=contact.id)
        if any(one.norm == row["norm"] and one.id != address.id for one in others):
            raise Conflict("address_known", f"{contact.label} is known by {row['value']} already.", field="value")
    row = {name: value for name, value in row.items() if value != getattr(address, name)}
    if not row:
        return
    if row.get("is_primary"):
        _demote(ctx, TABLES[kind], contact.id)
    columns = ", ".join(f"{name} = :{name}" for name in row)
    run(ctx, f"UPDATE {TABLES[kind]} SET {columns} WHERE id = :address", address=address.id, **row)  # noqa: S608 - names of our own columns
    for name in sorted(row.keys() - {"norm"}):
        field = kind if name == "value" else f"{kind}.{name}"
        fieldlog.entry(ctx, "contact", contact.id, field, getattr(address, name), row[name])
    searching.index(ctx, "contact", contact.id)


def link(ctx: Context, contact: int, account: int, role: str = "employee", since: str | None = None) -> int:
    """Write down that a contact has to do with an account; answers the link's id."""
    return insert(ctx, ContactAccount, contact_id=contact, account_id=account, role=role, active=1, since=since)
