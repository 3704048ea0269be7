"""Mails in which somebody objects: where there are such, and what it leaves behind when they are heeded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from worlds.crm.days import local_day
from worlds.crm.models import (
    Account,
    Activity,
    Consent,
    Contact,
    EmailAddress,
    Lead,
    LegalHold,
    PhoneNumber,
)
from worlds.crm.models.leads import OPEN_LEADS
from worlds.crm.rulings.record_objection import CALLS, PRIVACY, contacts_of, leads_of, members_of, wish_of
from worlds.crm.tasks.casework import handed_over, spare_note, to_report
from worlds.engine.task import SOLVABLE, Decision, Draw
from worlds.graders.answers import Answer, FromRow
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import any_value, mentions
from worlds.graders.typed import Typed, date, enum, quantity, record

LATELY: Final = timedelta(days=7)
_ALIKE: Final = 0.8
"""From here on two names at one account might be one name with a slip in it."""
BY_MAIL: Final = enum("email", {"email": "e-mail"})


@dataclass(frozen=True, slots=True)
class Case:
    """A mail of a contact about being written to; `branch` says which way is right."""

    branch: str
    contact_id: int
    mail_id: int
    name: str
    firm: str
    day: str


def cases(draw: Draw) -> list[Case]:
    """Mails of the last days that say clearly what they want, of people whose records are told apart beyond doubt.

    Who objects has more than one record; who asks to be erased has one, as all who asked for that have.
    """
    session, found = draw.session, []
    for mail, contact, firm in _mails(session, draw.now - LATELY):
        wish = wish_of(mail.body or "")
        if wish is None or not _is_plain(session, mail, contact):
            continue
        contacts, leads = contacts_of(session, contact), leads_of(session, contact)
        branch = {"erasure": PRIVACY, "calls": CALLS}.get(wish, SOLVABLE)
        several = len(contacts) + len(leads) > 1
        mailed = branch == CALLS and members_of(session, contacts, leads)
        if several == (branch != PRIVACY) and not mailed and _is_alone(session, contact, contacts, leads):
            day = local_day(mail.starts_at or mail.created_at).isoformat()
            found.append(Case(branch, contact.id, mail.id, _name(contact), firm, day))
    return found


def _mails(session: Session, since: datetime) -> Iterator[tuple[Activity, Contact, str]]:
    came = (
        select(Activity, Contact, Account.name)
        .join(Contact, Contact.id == Activity.contact_id)
        .join(Account, Account.id == Contact.account_id)
        .where(
            Activity.kind == "email", Activity.direction == "in", Activity.starts_at > since,
            Activity.opportunity_id.is_(None), ~Contact.is_deleted,
        )
        .order_by(Activity.id)
    )  # fmt: skip
    yield from session.execute(came).tuples().all()


def _name(contact: Contact) -> str:
    return " ".join(f"{contact.first_name or ''} {contact.last_name}".split())


def _is_plain(session: Session, mail: Activity, contact: Contact) -> bool:
    """Whether no second mail of theirs speaks of it, no hold stands in the way, and the day is the same everywhere."""
    keys = contacts_of(session, contact)
    theirs = select(Activity.id).where(
        Activity.contact_id.in_(keys), Activity.kind == "email", Activity.direction == "in",
        Activity.starts_at > mail.created_at - LATELY,
    )  # fmt: skip
    held = select(LegalHold.id).where(
        or_(
            (LegalHold.kind == "account") & (LegalHold.record_id == contact.account_id),
            (LegalHold.kind == "contact") & LegalHold.record_id.in_(keys),
        )
    )
    at = mail.starts_at or mail.created_at
    return len(session.scalars(theirs).all()) == 1 and not session.scalars(held).all() and at.date() == local_day(at)


def _is_alone(session: Session, contact: Contact, contacts: Sequence[int], leads: Sequence[int]) -> bool:
    """Whether nobody else has their name, their number or nearly their name at one firm, as contact or open lead."""
    numbers = set(session.scalars(select(PhoneNumber.norm).where(PhoneNumber.contact_id.in_(contacts))))
    reached = select(PhoneNumber.contact_id).where(PhoneNumber.norm.in_(numbers))
    others = select(Contact).where(~Contact.is_deleted, Contact.id.not_in(contacts))
    near = or_(
        Contact.name_norm == contact.name_norm, Contact.id.in_(reached), Contact.account_id == contact.account_id
    )
    for other in session.scalars(others.where(near)):
        alike = SequenceMatcher(None, other.name_norm, contact.name_norm).ratio() > _ALIKE
        if alike or session.scalars(reached.where(PhoneNumber.contact_id == other.id)).first() is not None:
            return False
    mailed = select(EmailAddress.norm).where(EmailAddress.contact_id.in_(contacts))
    hinted = or_(Lead.name_norm == contact.name_norm, Lead.phone_norm.in_(numbers), Lead.email_norm.in_(mailed))
    waiting = select(Lead.id).where(~Lead.is_deleted, Lead.status.in_(OPEN_LEADS), Lead.id.not_in(leads), hinted)
    return session.scalars(waiting).first() is None


def target_of(session: Session, case: Case) -> dict[str, list[int]]:
    """The record that wrote, its mail, and what its person has said before."""
    contact = session.get_one(Contact, case.contact_id)
    contacts, leads = contacts_of(session, contact), leads_of(session, contact)
    known = or_(
        (Consent.kind == "contact") & Consent.record_id.in_(contacts),
        (Consent.kind == "lead") & Consent.record_id.in_(leads),
    )
    said = list(session.scalars(select(Consent.id).where(known).order_by(Consent.id)))
    target = {"contact": [contact.id], "activity": [case.mail_id]}
    return {**target, "consent": said} if said else target


# -- what is left behind ------------------------------------------------------------------------------------------


def expectation(session: Session, case: Case, decision: Decision) -> Expectation:
    """The objection on every record and channel and in every campaign, or one hand-over and nothing beside it."""
    quoted = record(decision["quoted"])
    contact = session.get_one(Contact, case.contact_id)
    records = quantity(len(decision["contacts"]) + len(decision["leads"]))
    spare = spare_note({"contact_id": case.contact_id, "account_id": (None, contact.account_id)})
    if decision["branch"] == PRIVACY:
        passed_on = replace(handed_over("contact", case.contact_id, "privacy", quoted), bind="hand-over")
        slots: dict[str, Typed | FromRow] = {"records": records, "hand_over": FromRow("record", "hand-over", "number")}
        answer = Answer("waiting", slots, reasons=["privacy"])
        return Expectation(any_of=[Bundle(required=[passed_on], allowed=[spare])], answer=answer)
    said, again = _objected(session, decision, (date(case.day), quoted))
    required = [*said, *_follows(session, decision), *(_unsubscribed(key) for key in decision["members"])]
    return Expectation(
        any_of=[Bundle(required=required, allowed=[*again, spare])], answer=to_report({"records": records})
    )


def _objected(session: Session, decision: Decision, dated: tuple[Typed, ...]) -> tuple[list[Effect], list[Effect]]:
    """That they object, record by record; and where they had objected already, that it may be said again."""
    told: Mapping[str, Any] = {"source": mentions(BY_MAIL), "note": mentions(*dated)}
    said, again = [], []
    for kind, key in _records(decision):
        known = select(Consent).where(Consent.kind == kind, Consent.record_id == key)
        there = {one.channel: one for one in session.scalars(known)}
        for channel in decision["channels"]:
            name, one = f"{kind}-{key}-{channel}", there.get(channel)
            words = f"The {kind} {key} objects to {channel}, by e-mail, with its date and {dated[-1]}"
            if one is None:
                where = {"kind": kind, "record_id": key, "channel": channel}
                said.append(Effect(name, "consent", "insert", where=where, set={"state": "out", **told}, words=words))
            elif one.state == "in":
                changed = {"state": "out", **told}
                said.append(Effect(name, "consent", "update", where={"id": one.id}, set=changed, words=words))
            else:
                where = {"id": one.id}
                again.append(
                    Effect(f"{name}-again", "consent", "update", where=where, set=told, count=(0, 1), words=words)
                )
    return said, again


def _records(decision: Decision) -> list[tuple[str, int]]:
    return [*(("contact", key) for key in decision["contacts"]), *(("lead", key) for key in decision["leads"])]


def _follows(session: Session, decision: Decision) -> list[Effect]:
    """What the CRM sets with an objection: addresses and numbers that are opted out, and do-not-call."""
    found: list[Effect] = []
    if "email" in decision["channels"]:
        addresses = select(EmailAddress.id).where(
            EmailAddress.contact_id.in_(decision["contacts"]), ~EmailAddress.opted_out
        )
        found += [_set("email_address", key, "opted_out") for key in session.scalars(addresses)]
    if "phone" in decision["channels"]:
        numbers = select(PhoneNumber.id).where(PhoneNumber.contact_id.in_(decision["contacts"]), ~PhoneNumber.opted_out)
        found += [_set("phone_number", key, "opted_out") for key in session.scalars(numbers)]
        contacts = select(Contact.id).where(Contact.id.in_(decision["contacts"]), ~Contact.do_not_call)
        found += [_set("contact", key, "do_not_call") for key in session.scalars(contacts)]
        leads = select(Lead.id).where(Lead.id.in_(decision["leads"]), ~Lead.do_not_call)
        found += [_set("lead", key, "do_not_call") for key in session.scalars(leads)]
    return found


def _set(table: str, key: int, column: str) -> Effect:
    words = f"The {table.replace('_', ' ')} {key} is marked {column.replace('_', ' ')}"
    return Effect(
        f"{table}-{key}-{column}",
        table,
        "update",
        where={"id": key},
        set={column: any_value("the CRM sets it with the objection")},
        words=words,
    )


def _unsubscribed(key: int) -> Effect:
    return Effect(
        f"member-{key}", "campaign_member", "update", where={"id": key}, set={"status": "unsubscribed"},
        words=f"Member {key} of a running campaign is unsubscribed and stays a member",
    )  # fmt: skip
