"""What becomes of a person who is to be entered: the pages on duplicates and on records, owners and access."""

from difflib import SequenceMatcher
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from worlds.crm.models import (
    Account,
    AccountTeam,
    Contact,
    ContactAccount,
    CrmUser,
    EmailAddress,
    Opportunity,
    RecordShare,
    TerritoryMember,
)
from worlds.engine.folding import fold
from worlds.engine.task import SOLVABLE, Decision, Situation

CLOSED: Final = "closed"
KNOWN: Final = "known"
_ALIKE: Final = 0.78
"""From here on two names are like each other, as the house's rule on names at one domain has it."""


def ruling(situation: Situation) -> Decision:
    """Who is not there is entered, who is there is completed; for a match that cannot be opened access is asked.

    `match` is the record that is like the person, `who` the colleague who is asked to enter them.
    """
    session, facts = situation.session, situation.facts
    rep = session.scalars(
        select(CrmUser).where(CrmUser.role == "rep", CrmUser.active.is_(True), CrmUser.name.startswith(facts["rep"]))
    ).one()
    holder, likes = holder_of(session, facts["email"]), likes_of(session, facts["name"], facts["email"])
    matches = sorted({*likes, *([holder] if holder else [])})
    if len(matches) > 1:
        raise LookupError(f"{facts['name']} is like several contacts: {matches}")
    match = matches[0] if matches else None
    branch = SOLVABLE
    if match is not None:
        if not opens(session, rep.id, session.get_one(Contact, match)):
            branch = CLOSED
        elif match == holder:
            branch = KNOWN
    return {"branch": branch, "match": match, "who": rep.id, "quoted": facts["reference"]}


def holder_of(session: Session, email: str) -> int | None:
    """The live contact who has an e-mail address."""
    held = select(EmailAddress.contact_id).where(EmailAddress.norm == email.casefold())
    return session.scalars(select(Contact.id).where(Contact.id.in_(held), ~Contact.is_deleted)).first()


def likes_of(session: Session, name: str, email: str) -> list[int]:
    """Live contacts at the domain of an address whose names are like one."""
    domain = email.casefold().rpartition("@")[2]
    mailed = select(EmailAddress.contact_id).where(EmailAddress.norm.like(f"%@{domain}"))
    works = select(Account.id).where(Account.domain_norm == domain)
    there = select(Contact).where(~Contact.is_deleted, or_(Contact.id.in_(mailed), Contact.account_id.in_(works)))
    return [one.id for one in session.scalars(there.order_by(Contact.id)) if alike(name, one.name_norm) >= _ALIKE]


def alike(one: str, other: str) -> float:
    """How much of two names agrees, from 0 to 1, whatever the order of their words."""
    first, second = (" ".join(sorted(fold(name).replace("-", " ").split())) for name in (one, other))
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def opens(session: Session, user_id: int, contact: Contact) -> bool:
    """Whether a rep, below whom nobody stands, may open a contact: it is theirs, shared with them, or at an account."""
    shared = select(RecordShare).where(RecordShare.record_id == contact.id, RecordShare.kind == "contact")
    if contact.owner_id == user_id or session.scalars(shared.where(RecordShare.user_id == user_id)).first():
        return True
    linked = select(ContactAccount.account_id).where(ContactAccount.contact_id == contact.id)
    active = session.scalars(linked.where(ContactAccount.active.is_(True)))
    return any(_sees(session, user_id, key) for key in sorted({*active, contact.account_id} - {None}))


def _sees(session: Session, user_id: int, account_id: int) -> bool:
    """Whether an account, or a deal of it, is a rep's in some way."""
    account = session.get_one(Account, account_id)
    ways = (
        select(TerritoryMember.id).where(
            TerritoryMember.territory_id == account.territory_id, TerritoryMember.user_id == user_id
        ),
        select(AccountTeam.id).where(AccountTeam.account_id == account_id, AccountTeam.user_id == user_id),
        select(RecordShare.id).where(
            RecordShare.kind == "account", RecordShare.record_id == account_id, RecordShare.user_id == user_id
        ),
        select(Opportunity.id).where(Opportunity.account_id == account_id, Opportunity.owner_id == user_id),
    )
    return account.owner_id == user_id or any(
        session.scalar(select(func.count()).select_from(one.subquery())) for one in ways
    )
