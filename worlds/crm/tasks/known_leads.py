"""Web leads of people whom the house may have as contacts: which there are, and what is right to leave behind."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import product
from typing import Any, Final

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from worlds.crm.models import (
    Account,
    Activity,
    Consent,
    Contact,
    CrmUser,
    EmailAddress,
    Lead,
    PhoneNumber,
    QueueMember,
    TerritoryMember,
)
from worlds.crm.models.leads import OPEN_LEADS
from worlds.crm.rulings.convert_leads import UNKNOWN, UNQUALIFIED, contact_of, mended, staying
from worlds.crm.tasks.casework import at_work, noted, spare_note, word
from worlds.engine.context import Actor
from worlds.engine.task import SOLVABLE, Decision, Draw
from worlds.graders.answers import Answer
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import any_value
from worlds.graders.typed import Typed, email, person, phone, quantity, record

_ALIKE: Final = 0.8
"""From this likeness on two names at one firm could be one person's."""
_READABLE: Final = re.compile(r"\+|0[1-9]")
"""How a number begins that can be read without a doubt."""
_LATIN: Final = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ' -]+")
"""Names that read alike in any case."""
_CODES: Final = {"NL": "31", "BE": "32", "DE": "49", "FR": "33", "AT": "43", "CH": "41", "GB": "44", "IE": "353"}
_ABROAD: Final = "31"
"""The code of numbers that say their country themselves, where that is none of those."""
_FILLED_FIRM: Final = {
    "website": "website", "phone": "phone", "employees": "employees", "billing_street": "street",
    "billing_postal_code": "postal_code", "billing_city": "city", "billing_country": "country",
}  # fmt: skip
_FILLED_PERSON: Final = {
    "salutation": "salutation", "first_name": "first_name", "title": "title", "lead_source": "source", "notes": "notes",
}  # fmt: skip


# -- cases --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Case:
    """Three leads of a colleague in sales development, by id; the last one is what the branch hangs on."""

    branch: str
    leads: tuple[int, int, int]
    actor: Actor


def cases(draw: Draw) -> list[Case]:
    """Each with one qualified lead that waits in the queue, one that is the colleague's own, and a third.

    The third one is qualified and known as well, or known and not qualified, or qualified and known to nobody.
    """
    found = []
    for key, actor in at_work(draw.session, "sdr").items():
        theirs = _Theirs.of(draw.session, key)
        for at, (one, other) in enumerate(product(theirs.waiting[::2], theirs.own)):
            thirds = {
                SOLVABLE: theirs.waiting[1::2],
                UNQUALIFIED: theirs.working,
                UNKNOWN: theirs.strangers,
            }
            for branch, pool in ((name, pool) for name, pool in thirds.items() if pool):
                trio = (one, other, pool[at % len(pool)])
                if len({theirs.firms.get(lead, -lead) for lead in trio}) == len(trio):
                    found.append(Case(branch, trio, actor))
    return found


@dataclass(frozen=True, slots=True)
class _Theirs:
    """The leads of one colleague by what is to become of them, and the account of whoever is known."""

    waiting: list[int]
    own: list[int]
    working: list[int]
    strangers: list[int]
    firms: dict[int, int]

    @classmethod
    def of(cls, session: Session, user: int) -> "_Theirs":
        found = cls([], [], [], [], {})
        for lead in session.scalars(_leads_of(user)):
            if not _is_plain(session, lead):
                continue
            contact = contact_of(session, lead)
            if contact is None:
                if lead.status == "qualified" and lead.owner_id and _is_stranger(session, lead):
                    found.strangers.append(lead.id)
            elif _is_known(session, lead, contact, user) and contact.account_id:
                found.firms[lead.id] = contact.account_id
                ready = found.own if lead.owner_id else found.waiting
                (ready if lead.status == "qualified" else found.working).append(lead.id)
        return found


def _leads_of(user: int) -> Select[tuple[Lead]]:
    queues = select(QueueMember.queue_id).where(QueueMember.user_id == user)
    return (
        select(Lead)
        .where(~Lead.is_deleted, Lead.source == "web", Lead.status.in_(("qualified", "working")), ~Lead.do_not_call)
        .where(or_(Lead.owner_id == user, Lead.queue_id.in_(queues)), Lead.email.is_not(None))
        .order_by(Lead.id)
    )


def _is_plain(session: Session, lead: Lead) -> bool:
    """Whether a lead says clearly who it is, has objected to nothing, and is no lead a second time."""
    told = select(Consent.id).where(Consent.kind == "lead", Consent.record_id == lead.id, Consent.state == "out")
    hinted = or_(
        Lead.name_norm == lead.name_norm, Lead.phone_norm == lead.phone_norm, Lead.email_norm == lead.email_norm
    )
    again = select(Lead.id).where(~Lead.is_deleted, Lead.status.in_(OPEN_LEADS), Lead.id != lead.id, hinted)
    clear = bool(lead.phone and _READABLE.match(lead.phone) and lead.first_name and _LATIN.fullmatch(name_of(lead)))
    abroad = lead.country not in _CODES and not (lead.phone or "").startswith("+")
    return clear and not abroad and not any(session.scalars(one).first() for one in (told, again))


def _is_stranger(session: Session, lead: Lead) -> bool:
    """Whether neither the person nor the firm of a lead is anything else with us, and its address needs no mending."""
    host = (lead.email_norm or "").rpartition("@")[2]
    firm = or_(Account.name_norm == lead.company_norm, Account.domain_norm == host)
    hinted = or_(
        Contact.name_norm == lead.name_norm,
        Contact.id.in_(select(PhoneNumber.contact_id).where(PhoneNumber.norm == lead.phone_norm)),
    )
    hits = (select(Account.id).where(firm), select(Contact.id).where(hinted))
    return mended(lead.email) == lead.email and not any(session.scalars(one).first() for one in hits)


def _is_known(session: Session, lead: Lead, contact: Contact, user: int) -> bool:
    """Whether a lead's contact is beyond doubt, has objected to nothing, and the user may change them and the firm."""
    numbers = select(PhoneNumber.norm).where(PhoneNumber.contact_id == contact.id)
    held = select(EmailAddress.id).where(EmailAddress.contact_id == contact.id)
    territories = select(TerritoryMember.territory_id).where(TerritoryMember.user_id == user)
    there = select(CrmUser.id).where(CrmUser.active, CrmUser.away_until.is_(None))
    fit = select(Account.id).where(
        Account.id == contact.account_id, ~Account.is_deleted, ~Account.locked, Account.name_norm == lead.company_norm,
        Account.territory_id.in_(territories), Account.owner_id.in_(there),
    )  # fmt: skip
    told = select(Consent.id).where(Consent.kind == "contact", Consent.record_id == contact.id, Consent.state == "out")
    reached = select(PhoneNumber.contact_id).where(
        or_(PhoneNumber.norm.in_(numbers), PhoneNumber.norm == lead.phone_norm)
    )
    near = or_(Contact.name_norm == contact.name_norm, Contact.id.in_(reached))
    others = session.scalars(
        select(Contact).where(
            ~Contact.is_deleted, Contact.id != contact.id, or_(near, Contact.account_id == contact.account_id)
        )
    )
    doubtful = any(
        SequenceMatcher(None, other.name_norm, contact.name_norm).ratio() > _ALIKE
        or session.scalars(reached.where(PhoneNumber.contact_id == other.id)).first() is not None
        for other in others
    )
    return (
        contact.name_norm == lead.name_norm
        and not contact.do_not_call
        and all(session.scalars(one).first() is not None for one in (numbers, held, fit))
        and session.scalars(told).first() is None
        and not doubtful
    )


def target_of(session: Session, leads: Sequence[int], case: Case) -> dict[str, list[int]]:
    """The leads, and what was done about the one that the branch hangs on."""
    done = select(Activity.id).where(Activity.lead_id == case.leads[-1]).order_by(Activity.id)
    return {"lead": list(leads), "activity": list(session.scalars(done))}


# -- what is left behind ------------------------------------------------------------------------------------------


def expectation(session: Session, decision: Decision) -> Expectation:
    """The conversions with what follows from them, and notes on what the leads said otherwise or why one stays."""
    quoted = record(decision["quoted"])
    required: list[Effect] = []
    allowed: list[Effect] = []
    for one in decision["leads"]:
        lead = session.get_one(Lead, one["lead"])
        if one["why"]:
            required += [*_mended(lead, one), _reason(lead, quoted)]
            continue
        required += [*_converted(session, lead, one)]
        about = {"contact_id": one["contact"], "account_id": (None, one["account"]), "lead_id": (None, lead.id)}
        lost = [_fact(lead, name, value) for name, value in one["lost"].items()]
        if lost:
            required.append(noted(about, *lost, subject=(quoted,), name=f"note-{lead.id}"))
        else:
            allowed.append(spare_note(about, name=f"spare-{lead.id}"))
    left = staying(decision)
    slots: dict[str, Typed] = {"converted": quantity(len(decision["leads"]) - len(left))}
    for key in left:
        slots["left"] = person(name_of(session.get_one(Lead, key)))
    answer = Answer("partly" if left else "done", slots)
    return Expectation(any_of=[Bundle(required=required, allowed=allowed)], answer=answer)


def name_of(lead: Lead) -> str:
    """A lead as people call it."""
    return f"{lead.first_name or ''} {lead.last_name}".strip()


def _fact(lead: Lead, name: str, value: str) -> Typed:
    if name == "phone":
        return phone(value, _CODES.get(lead.country or "", _ABROAD))
    return email(value) if name == "email" else word(value)


def _reason(lead: Lead, quoted: Typed) -> Effect:
    """The note on a lead that stays one."""
    return noted({"lead_id": lead.id}, word(lead.company.strip()), subject=(quoted,), name=f"note-{lead.id}")


def _mended(lead: Lead, one: Mapping[str, Any]) -> list[Effect]:
    if not one["email"]:
        return []
    words = f"The slip in the address of lead {lead.id} is corrected"
    return [
        Effect(f"lead-{lead.id}", "lead", "update", where={"id": lead.id}, set={"email": one["email"]}, words=words)
    ]


def _converted(session: Session, lead: Lead, one: Mapping[str, Any]) -> Iterator[Effect]:
    """A lead that has become its contact, and all that the CRM carries over."""
    became = {
        "status": "converted", "converted_account_id": one["account"], "converted_contact_id": one["contact"],
    }  # fmt: skip
    became |= {"email": one["email"]} if one["email"] else {}
    became |= {"owner_id": one["owner"], "queue_id": None} if one["owner"] else {}
    yield Effect(
        f"lead-{lead.id}", "lead", "update", where={"id": lead.id}, set=became,
        words=f"Lead {lead.id} is converted into the account and the contact that are there, without a deal",
    )  # fmt: skip
    account, contact = session.get_one(Account, one["account"]), session.get_one(Contact, one["contact"])
    yield from _filled("account", account, _FILLED_FIRM, lead)
    yield from _filled("contact", contact, _FILLED_PERSON, lead)
    yield from _carried(session, lead, contact.id, account.id)
    yield from _agreed(session, lead, contact.id)


def _filled(table: str, there: Account | Contact, columns: Mapping[str, str], lead: Lead) -> Iterator[Effect]:
    """The blanks of a record that the lead fills; nothing else of it changes."""
    given = {
        column: getattr(lead, source)
        for column, source in columns.items()
        if getattr(there, column) in (None, "") and getattr(lead, source) not in (None, "")
    }
    if given:
        taken = {
            name: any_value("the words of the form") if name == "notes" else value for name, value in given.items()
        }
        words = f"Only blanks of the {table} {there.id} are filled: {', '.join(sorted(given))}"
        yield Effect(f"{table}-{lead.id}", table, "update", where={"id": there.id}, set=taken, words=words)


def _carried(session: Session, lead: Lead, contact: int, account: int) -> Iterator[Effect]:
    """Activities of a lead, which go over to the contact."""
    for done in session.scalars(select(Activity).where(Activity.lead_id == lead.id).order_by(Activity.id)):
        blank = {"contact_id": contact, "account_id": account}
        moved = {name: value for name, value in blank.items() if getattr(done, name) is None}
        if moved:
            words = f"Activity {done.id} of the lead goes over"
            yield Effect(f"activity-{done.id}", "activity", "update", where={"id": done.id}, set=moved, words=words)


def _agreed(session: Session, lead: Lead, contact: int) -> Iterator[Effect]:
    """What the lead has agreed to and the contact has not spoken of."""
    there: Sequence[str] = session.scalars(
        select(Consent.channel).where(Consent.kind == "contact", Consent.record_id == contact)
    ).all()
    for said in session.scalars(select(Consent).where(Consent.kind == "lead", Consent.record_id == lead.id)):
        if said.channel not in there:
            yield Effect(
                f"consent-{lead.id}-{said.channel}", "consent", "insert",
                where={"kind": "contact", "record_id": contact, "channel": said.channel},
                set={"state": said.state, "source": any_value("where they said it to the form")},
                words=f"What lead {lead.id} has agreed to goes over",
            )  # fmt: skip
