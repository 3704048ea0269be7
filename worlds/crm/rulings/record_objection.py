"""What becomes of a mail by which somebody objects: the pages on consent, on duplicates and on personal data."""

import re
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from worlds.crm.models import Activity, CampaignMember, Contact, EmailAddress, Lead, PhoneNumber
from worlds.crm.models.activities import Campaign
from worlds.crm.models.leads import OPEN_LEADS
from worlds.engine.task import SOLVABLE, Decision, Situation

CALLS: Final = "calls_only"
PRIVACY: Final = "erasure"
_WISHES: Final = {
    "erasure": r"delete|data protection|lösch|dsgvo|wissen wat|verwijder|avg\b|effacer|suppression|rgpd",
    "calls": r"\bcalls|anrufe|telefoontjes|d'appels",
    "list": r"off your list|aus der liste|van de lijst|de votre liste",
    "alone": r"leave me alone|in ruhe|met rust|tranquille",
    "letters": r"not write to me|schreiben sie mir nicht|plus m'écrire",
}
_CHANNELS: Final = {
    "erasure": (),
    "calls": ("phone",),
    "list": ("email", "post"),
    "letters": ("email", "post"),
    "alone": ("email", "phone", "post", "profiling"),
}


def wish_of(text: str) -> str | None:
    """What a mail wants: `erasure`, `calls`, `list`, `letters` or `alone`; None where its words leave that open."""
    found = [wish for wish, words in _WISHES.items() if re.search(words, text.casefold())]
    return found[0] if len(found) == 1 else None


def contacts_of(session: Session, contact: Contact) -> list[int]:
    """Every live contact of the person that a contact is: the same name and the same number, two hints."""
    numbers = select(PhoneNumber.norm).where(PhoneNumber.contact_id == contact.id)
    reached = select(PhoneNumber.contact_id).where(PhoneNumber.norm.in_(numbers))
    same = (Contact.name_norm == contact.name_norm) & Contact.id.in_(reached)
    found = select(Contact.id).where(~Contact.is_deleted, or_(Contact.id == contact.id, same))
    return list(session.scalars(found.order_by(Contact.id)))


def leads_of(session: Session, contact: Contact) -> list[int]:
    """Every open lead of the person that a contact is: of the same name, with an address or a number of theirs."""
    keys = contacts_of(session, contact)
    known = Lead.email_norm.in_(select(EmailAddress.norm).where(EmailAddress.contact_id.in_(keys)))
    reached = Lead.phone_norm.in_(select(PhoneNumber.norm).where(PhoneNumber.contact_id.in_(keys)))
    found = select(Lead.id).where(
        ~Lead.is_deleted, Lead.status.in_(OPEN_LEADS), Lead.name_norm == contact.name_norm, or_(known, reached)
    )
    return list(session.scalars(found.order_by(Lead.id)))


def members_of(session: Session, contacts: list[int], leads: list[int]) -> list[int]:
    """In which running campaigns they are and have not unsubscribed, by the ids of the members."""
    found = (
        select(CampaignMember.id)
        .join(Campaign, Campaign.id == CampaignMember.campaign_id)
        .where(Campaign.state == "running", CampaignMember.status != "unsubscribed")
        .where(or_(CampaignMember.contact_id.in_(contacts), CampaignMember.lead_id.in_(leads)))
    )
    return list(session.scalars(found.order_by(CampaignMember.id)))


def ruling(situation: Situation) -> Decision:
    """An objection is set on all that the person is with us, on the channels it names; a wish to be erased is not."""
    session = situation.session
    contact = session.get_one(Contact, situation.target["contact"][0])
    came = select(Activity).where(Activity.contact_id == contact.id, Activity.kind == "email")
    mails = session.scalars(came.where(Activity.direction == "in").order_by(Activity.id)).all()
    (mail,) = [one for one in mails if one.created_at.date().isoformat() == situation.facts["day"]]
    wish = wish_of(mail.body or "")
    if wish is None:
        raise LookupError(f"Mail {mail.id} leaves open what it wants.")
    contacts, leads = contacts_of(session, contact), leads_of(session, contact)
    branch = {"erasure": PRIVACY, "calls": CALLS}.get(wish, SOLVABLE)
    decision: dict[str, Any] = {
        "branch": branch,
        "channels": list(_CHANNELS[wish]),
        "contacts": contacts,
        "leads": leads,
        "members": members_of(session, contacts, leads) if branch == SOLVABLE else [],
        "quoted": situation.facts["reference"],
    }
    return decision
