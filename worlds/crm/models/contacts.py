"""Contacts: people at accounts, the addresses and numbers they are reached by, and what they agreed to."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from worlds.crm.models.model import Model
from worlds.engine.schema import business, check, derived, key, one_of, prose, refers, sensitive, table, volatile

CHANNELS = ("email", "phone", "post", "profiling")
CONSENT_STATES = ("in", "out")
LINK_ROLES = ("employee", "decision_maker", "billing", "technical", "consultant", "board", "other")
PHONE_LABELS = ("work", "mobile", "home", "fax")
EMAIL_LABELS = ("work", "private", "shared")


class Contact(Model):
    """One record of somebody; the same person may be several. `account_id` is where they mainly work.

    `personal_id` and `pay_notes` are kept from most roles (field-level security). `desk_user` and `shop_customer` are
    what other systems call them, as far as anybody has linked it. `zone` is where their clock is.
    """

    __tablename__ = "contact"
    __table_args__ = table(
        "business",
        check("merged_into_id IS NULL OR is_deleted = 1"),
        check("reports_to_id IS NULL OR reports_to_id <> id"),
    )

    id: Mapped[int] = key()
    salutation: Mapped[str | None] = business()
    first_name: Mapped[str | None] = business()
    last_name: Mapped[str] = business()
    name_norm: Mapped[str] = derived()
    title: Mapped[str | None] = business()
    department: Mapped[str | None] = business()
    account_id: Mapped[int | None] = refers("account.id")
    reports_to_id: Mapped[int | None] = refers("contact.id")
    owner_id: Mapped[int] = refers("crm_user.id")
    language: Mapped[str] = business()
    zone: Mapped[str] = business()
    do_not_call: Mapped[bool] = sensitive()
    personal_id: Mapped[str | None] = sensitive()
    pay_notes: Mapped[str | None] = sensitive()
    birthday: Mapped[date | None] = business()
    lead_source: Mapped[str | None] = business()
    desk_user: Mapped[str | None] = business()
    shop_customer: Mapped[str | None] = business()
    notes: Mapped[str | None] = prose()
    merged_into_id: Mapped[int | None] = refers("contact.id")
    is_deleted: Mapped[bool] = business()
    search_text: Mapped[str] = derived()
    last_activity_on: Mapped[date | None] = derived()
    created_at: Mapped[datetime] = volatile()
    updated_at: Mapped[datetime] = volatile()


class ContactAccount(Model):
    """That somebody has to do with an account, in a role; links that ended stay, so that their history does."""

    __tablename__ = "contact_account"
    __table_args__ = table(
        "business",
        one_of("role", LINK_ROLES),
        check("until IS NULL OR since IS NULL OR since <= until"),
        check("active = 1 OR until IS NOT NULL"),
        part_of="contact_id",
        called="link_id",
    )

    id: Mapped[int] = key()
    contact_id: Mapped[int] = refers("contact.id")
    account_id: Mapped[int] = refers("account.id")
    role: Mapped[str] = business()
    active: Mapped[bool] = business()
    since: Mapped[date | None] = business()
    until: Mapped[date | None] = business()


class EmailAddress(Model):
    """An e-mail address of a contact, as typed and as compared; one live contact at most has it (rule CR11)."""

    __tablename__ = "email_address"
    __table_args__ = table(
        "business",
        one_of("label", EMAIL_LABELS),
        UniqueConstraint("contact_id", "norm"),
        Index("email_address_norm", "norm"),
        Index("email_address_domain", text("substr(norm, instr(norm, '@') + 1)")),
        part_of="contact_id",
        called="email_id",
    )

    id: Mapped[int] = key()
    contact_id: Mapped[int] = refers("contact.id")
    label: Mapped[str] = business()
    value: Mapped[str] = business()
    norm: Mapped[str] = derived()
    is_primary: Mapped[bool] = business()
    invalid: Mapped[bool] = business()
    opted_out: Mapped[bool] = sensitive()


class PhoneNumber(Model):
    """A phone number of a contact, as typed, and its digits with country as compared; without the extension."""

    __tablename__ = "phone_number"
    __table_args__ = table(
        "business",
        one_of("label", PHONE_LABELS),
        Index("phone_number_norm", "norm"),
        part_of="contact_id",
        called="phone_id",
    )

    id: Mapped[int] = key()
    contact_id: Mapped[int] = refers("contact.id")
    label: Mapped[str] = business()
    value: Mapped[str] = business()
    norm: Mapped[str] = derived()
    extension: Mapped[str | None] = business()
    is_primary: Mapped[bool] = business()
    invalid: Mapped[bool] = business()
    opted_out: Mapped[bool] = sensitive()


class Consent(Model):
    """What a contact or lead has agreed to (`in`) or objected to (`out`), by channel, and where that was said."""

    __tablename__ = "consent"
    __table_args__ = table(
        "business",
        UniqueConstraint("kind", "record_id", "channel"),
        one_of("kind", ("contact", "lead")),
        one_of("channel", CHANNELS),
        one_of("state", CONSENT_STATES),
    )

    id: Mapped[int] = key()
    kind: Mapped[str] = business()
    record_id: Mapped[int] = business()
    channel: Mapped[str] = business()
    state: Mapped[str] = sensitive()
    source: Mapped[str] = business()
    note: Mapped[str | None] = prose()
    at: Mapped[datetime] = volatile()
