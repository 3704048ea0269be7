"""How a lead becomes an account, a contact and perhaps a deal: of records that exist, only blanks are filled.

`planned` says what each field would come to; `convert_lead` carries that out and `preview_conversion` shows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from worlds.crm.lead_views import FieldPlan
from worlds.crm.matching import norms
from worlds.crm.records import access, activity_file, addresses, consenting, heads
from worlds.crm.records.heads import Account, Contact, Lead
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid
from worlds.engine.rows import Query, number, run

_ACCOUNT: Final = {
    "website": "website", "phone": "phone", "employees": "employees", "billing_street": "street",
    "billing_postal_code": "postal_code", "billing_city": "city", "billing_country": "country",
}  # fmt: skip
"""Columns of an account, and those of a lead from which they are filled."""
_CONTACT: Final = {
    "salutation": "salutation", "first_name": "first_name", "title": "title", "lead_source": "source",
    "notes": "notes",
}  # fmt: skip


class _Last(NamedTuple):
    at: datetime | None


_LAST: Final = Query(
    _Last,
    """SELECT max(coalesce(starts_at, done_at)) FROM activity
    WHERE lead_id = :lead AND status = 'done' AND kind <> 'note' AND is_deleted = 0""",
)


@dataclass(slots=True)
class Plan:
    """What a conversion does with existing records: columns that are filled, and what is told of each field."""

    account: dict[str, Any] = field(default_factory=dict)
    contact: dict[str, Any] = field(default_factory=dict)
    email: str | None = None
    phone: str | None = None
    fields: list[FieldPlan] = field(default_factory=list)


def check_convertible(lead: Lead) -> None:
    """Refuse a lead that cannot be converted.

    Raises:
        Conflict: when it was converted before, or is dead.
    """
    if lead.status == "converted":
        raise Conflict(
            "lead_converted",
            f"Lead {lead.id} ({lead.label}) was converted before, into account {lead.converted_account_id} and contact "
            f"{lead.converted_contact_id}.",
            field="lead_id",
        )
    if lead.status in ("dead", "recycled"):
        raise Conflict(
            "lead_not_open",
            f"Lead {lead.id} ({lead.label}) is {lead.status}; take it up again before converting it.",
            field="lead_id",
        )


def targets(ctx: Context, account_id: int | None, contact_id: int | None) -> tuple[Account | None, Contact | None]:
    """The existing records that a lead is to be converted into; a contact brings the account where they work along.

    Raises:
        Conflict, NotFound: when they cannot be opened or used.
        Invalid: when the contact has nothing to do with the account.
    """
    contact = heads.contact(ctx, contact_id) if contact_id is not None else None
    if account_id is None:
        own = contact.account_id if contact else None
        return (heads.account(ctx, own, "contact_id") if own else None), contact
    account = heads.account(ctx, account_id)
    if contact is not None and contact.account_id not in (None, account_id):
        links = addresses.LINKS.all(ctx, contact=contact.id)
        if not any(one.account_id == account_id and one.active for one in links):
            raise Invalid(
                "contact_of_another_account",
                f"{contact.label} has nothing to do with {account.name}; name their own account "
                f"{contact.account_id}, or link them with it first.",
                field="contact_id",
            )
    return account, contact


def planned(
    ctx: Context, lead: Lead, account: Account | None, contact: Contact | None, *, overwrite_source: bool = False
) -> Plan:
    """What a conversion does with the existing records among its targets: blanks are filled, the rest is kept."""
    plan = Plan()
    if account is not None:
        _fill(plan, "account", plan.account, _ACCOUNT, lead, account._asdict(), frozenset())
    if contact is not None:
        over = frozenset({"lead_source"}) if overwrite_source else frozenset[str]()
        _fill(plan, "contact", plan.contact, _CONTACT, lead, contact._asdict(), over)
        plan.email = _address(ctx, plan, lead, contact, "email")
        plan.phone = _address(ctx, plan, lead, contact, "phone")
        if lead.do_not_call and not contact.do_not_call:
            plan.contact["do_not_call"] = 1
    return plan


def _fill(
    plan: Plan,
    kind: str,
    changes: dict[str, Any],
    columns: Mapping[str, str],
    lead: Lead,
    there: Mapping[str, Any],
    over: frozenset[str],
) -> None:
    for column, source in columns.items():
        given, held = getattr(lead, source), there[column]
        if given in (None, "") or given == held:
            continue
        kept = held not in (None, "") and column not in over
        if not kept:
            changes[column] = given
        told = None if held is None else str(held)
        plan.fields.append(FieldPlan(record=kind, field=column, from_lead=str(given), there=told, kept=kept))


def _address(ctx: Context, plan: Plan, lead: Lead, contact: Contact, kind: str) -> str | None:
    """The lead's address of a kind, if the contact has none of that kind yet."""
    given: str | None = getattr(lead, kind)
    if not given:
        return None
    known: list[Any] = (addresses.EMAILS if kind == "email" else addresses.PHONES).all(ctx, contact=contact.id)
    norm = norms.email_norm(given) if kind == "email" else norms.phone_norm(given, lead.country)
    if any(one.norm == norm for one in known):
        return None
    there = known[0].value if known else None
    plan.fields.append(FieldPlan(record="contact", field=kind, from_lead=given, there=there, kept=bool(known)))
    return None if known else given


def missing(ctx: Context, lead: Lead, account: Account | None, contact: Contact | None, owner: int | None) -> list[str]:
    """What still stands in the way of a conversion, a sentence each."""
    found = []
    if lead.owner_id is None and owner is None:
        found.append("The lead waits in a queue: name an owner for what it becomes.")
    for kind, record in (("account", account), ("contact", contact)):
        if record is not None and not access.may_edit(ctx, kind, record.id):
            found.append(f"You may not change the {kind} {record.label}; ask its owner for access.")
    if contact is None and lead.email:
        try:
            addresses.check_email(ctx, lead.email)
        except (Conflict, Invalid) as refusal:
            found.append(refusal.message)
    return found


def quarter_end(today: date) -> date:
    """The last day of a day's quarter, on which a deal that comes of a lead is expected to close."""
    after = (today.month - 1) // 3 * 3 + 4  # the month after the quarter, 13 for that of the next year
    first = date(today.year + after // 13, (after - 1) % 12 + 1, 1)
    return first - timedelta(days=1)


def carry_over(ctx: Context, lead: Lead, account: int, contact: int, opportunity: int | None) -> None:
    """Put the lead's activities and campaigns with what it became."""
    last = _LAST.first(ctx, lead=lead.id)
    if last is not None and last.at is not None:
        became = {"account_id": account, "contact_id": contact, "opportunity_id": opportunity}
        activity_file.touch(ctx, "task", became, last.at)
    run(
        ctx,
        """UPDATE activity SET contact_id = coalesce(contact_id, :contact), account_id = coalesce(account_id, :account),
        opportunity_id = coalesce(opportunity_id, :deal), updated_at = :now WHERE lead_id = :lead""",
        contact=contact, account=account, deal=opportunity, now=ctx.now, lead=lead.id,
    )  # fmt: skip
    consenting.unsubscribe(ctx, "contact", contact, "lead", lead.id)
    run(
        ctx,
        """UPDATE campaign_member SET contact_id = :contact, lead_id = NULL WHERE lead_id = :lead
        AND campaign_id NOT IN (SELECT campaign_id FROM campaign_member WHERE contact_id = :contact)""",
        contact=contact, lead=lead.id,
    )  # fmt: skip


def activities(ctx: Context, lead: Lead) -> int:
    """How many activities would go over."""
    return number(ctx, "SELECT count(*) FROM activity WHERE lead_id = :lead AND is_deleted = 0", lead=lead.id)
