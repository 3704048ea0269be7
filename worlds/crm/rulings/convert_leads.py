"""What becomes of web leads that may be contacts already: the pages on leads, on duplicates and on converting."""

import re
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from worlds.crm.matching import norms
from worlds.crm.models import Account, Contact, EmailAddress, Lead, PhoneNumber
from worlds.crm.models.leads import OPEN_LEADS
from worlds.engine.task import SOLVABLE, Decision, Situation

UNQUALIFIED: Final = "not_qualified"
UNKNOWN: Final = "unknown"
PEOPLE: Final = ("first", "second", "third")
"""The facts that name the leads: `Ada Bos (Hotel Zeezicht)`."""
_SLIP: Final = re.compile(r"(?:,example|\.exmaple|\.exampel|\.exmple)\Z")


def mended(email: str | None) -> str | None:
    """An address without the slips that people make at its end."""
    return None if email is None else _SLIP.sub(".example", email)


def contact_of(session: Session, lead: Lead) -> Contact | None:
    """The contact who a lead is: with their address, or with their name and their number, which are two hints."""
    address = mended(lead.email_norm)
    written = select(EmailAddress.contact_id).where(EmailAddress.norm == address)
    called = select(PhoneNumber.contact_id).where(PhoneNumber.norm == lead.phone_norm)
    both = (Contact.name_norm == lead.name_norm) & Contact.id.in_(called)
    live = select(Contact).where(~Contact.is_deleted, or_(Contact.id.in_(written), both))
    return session.scalars(live.order_by(Contact.id)).first()


def _lost(session: Session, lead: Lead, contact: Contact) -> dict[str, str]:
    """What a lead says otherwise than the record that stays: an address, a number, a title."""
    found: dict[str, str] = {}
    emails = session.scalars(select(EmailAddress.norm).where(EmailAddress.contact_id == contact.id)).all()
    phones = session.scalars(select(PhoneNumber.norm).where(PhoneNumber.contact_id == contact.id)).all()
    if lead.email and emails and mended(lead.email_norm) not in emails:
        found["email"] = lead.email
    if lead.phone and phones and lead.phone_norm not in phones:
        found["phone"] = lead.phone
    if lead.title and contact.title and lead.title != contact.title:
        found["title"] = lead.title
    return found


def _of(session: Session, key: int) -> dict[str, Any]:
    """What becomes of one lead; `owner` is who gets it where it waits in a queue."""
    lead = session.get_one(Lead, key)
    contact = contact_of(session, lead)
    right = mended(lead.email)
    found: dict[str, Any] = {"lead": key, "email": right if right != lead.email else None, "why": None}
    if contact is None:
        return found | {"why": UNKNOWN}
    if lead.status != "qualified":
        return found | {"why": UNQUALIFIED}
    account = session.get_one(Account, contact.account_id)
    owner = account.owner_id if lead.queue_id is not None else None
    return found | {
        "contact": contact.id,
        "account": account.id,
        "owner": owner,
        "lost": _lost(session, lead, contact),
    }


def lead_of(session: Session, named: str) -> int:
    """The open lead of a name and a firm."""
    name, _, firm = named.removesuffix(")").partition(" (")
    asked = select(Lead).where(
        ~Lead.is_deleted, Lead.status.in_(OPEN_LEADS), Lead.name_norm == norms.person_norm(None, name)
    )
    (found,) = [one.id for one in session.scalars(asked) if one.company.strip() == firm]
    return found


def ruling(situation: Situation) -> Decision:
    """Each lead is converted into the contact who it is, if it is qualified; whoever is nobody's stays a lead."""
    session, facts = situation.session, situation.facts
    leads = [_of(session, lead_of(session, facts[who])) for who in PEOPLE]
    reasons = [one["why"] for one in leads if one["why"]]
    return {"branch": reasons[0] if reasons else SOLVABLE, "leads": leads, "quoted": facts["reference"]}


def staying(decision: Mapping[str, Any]) -> list[int]:
    """The leads that stay leads."""
    return [one["lead"] for one in decision["leads"] if one["why"]]
