"""People whom a rep is asked to enter: who is not there yet, who is, and whose record belongs to another region."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worlds.crm.models import (
    AccessRequest,
    Account,
    Contact,
    CrmUser,
    DuplicateItem,
    EmailAddress,
    Lead,
    PhoneNumber,
)
from worlds.crm.rulings.request_access import CLOSED, KNOWN, alike, likes_of, opens
from worlds.crm.tasks.casework import at_work
from worlds.engine.context import Actor
from worlds.engine.folding import fold
from worlds.engine.task import SOLVABLE, Draw

BRANCHES: Final = (SOLVABLE, CLOSED, KNOWN)
LANGUAGES: Final = {"nl": "Dutch", "de": "German", "fr": "French", "en": "English"}
ZONES: Final = {
    "nl": "Europe/Amsterdam", "de": "Europe/Berlin", "fr": "Europe/Paris", "en": "Europe/London",
}  # fmt: skip
COUNTRIES: Final = {"nl": "NL", "de": "DE", "fr": "FR", "en": "GB"}
NEAR: Final = 0.8
"""From here on the house's rule takes two names for like each other beyond doubt."""
ENOUGH: Final = 70
"""Cases of one sort, of which there are two among those who are to be entered."""
TITLES: Final = (
    "Head of purchasing", "Facility manager", "Front office", "Head chef", "Events", "Site manager", "Treasurer",
    "Caretaker", "Accounts payable", "Assistant",
)  # fmt: skip
FIRMS: Final = (
    ("Valdora", "Camping"), ("Birkensee", "Ferienpark"), ("De Zilverreiger", "Landgoed"), ("Ormehøj", "Kro"),
    ("Torlundet", "Gård"), ("Les Trois Chênes", "Domaine"), ("Silverbeck", "Lodge"), ("Am Krummen Ried", "Gasthof"),
    ("Pont d'Arzon", "Auberge"), ("Hexenloch", "Waldhaus"), ("Het Wolfsven", "Buitengoed"), ("Carrow Point", "Marina"),
)  # fmt: skip
"""Firms that the CRM does not know."""


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody who is to be entered, by whom and where; `contact_id` is the record that is like them.

    `account_id` is the account under which they are entered or stand, None where the rep finds none.
    """

    branch: str
    actor: Actor
    first: str
    last: str
    email: str
    firm: str
    language: str
    zone: str
    country: str
    account_id: int | None = None
    contact_id: int | None = None


def cases(draw: Draw) -> list[Case]:
    """People of each sort, in an order of their own."""
    session, reps = draw.session, at_work(draw.session)
    plain = [one for one in _contacts(session) if _is_plain(one[0])]
    found: list[Case] = []
    for sort, most in ((_new, ENOUGH // 2), (_unknown, ENOUGH // 2), (_namesakes, ENOUGH), (_closed, 2 * ENOUGH),
                       (_known, 2 * ENOUGH)):  # fmt: skip
        mixed = list(plain)
        random.Random(f"people|{sort.__name__}").shuffle(mixed)
        made: list[Case] = []
        for case in sort(session, reps, mixed):
            if not _has_lead(session, case):
                made.append(case)
            if len(made) == most:
                break
        found += made
    return found


Row = tuple[Contact, Account, str]
"""A contact, their account, and their address there."""


def _contacts(session: Session) -> list[Row]:
    """Live contacts with one address, at the domain of their account, which nobody else is called by."""
    alone = select(EmailAddress.contact_id).group_by(EmailAddress.contact_id).having(func.count() == 1)
    names = select(Account.name).group_by(Account.name).having(func.count() == 1)
    rows = session.execute(
        select(Contact, Account, EmailAddress.norm)
        .join(Account, Account.id == Contact.account_id)
        .join(EmailAddress, EmailAddress.contact_id == Contact.id)
        .where(~Contact.is_deleted, ~Account.is_deleted, ~Account.locked, Contact.id.in_(alone))
        .where(Account.name.in_(names), Contact.language.in_(LANGUAGES), ~EmailAddress.invalid)
        .where(EmailAddress.norm.like("%@" + Account.domain_norm))
        .order_by(Contact.id)
    )
    return [(contact, account, norm) for contact, account, norm in rows]


def _is_plain(contact: Contact) -> bool:
    """Whether first and last name of somebody are a word each, so that nobody doubts which is which."""
    return all(word and word.isalpha() and len(word) > 2 for word in (contact.first_name, contact.last_name))


def _alone(session: Session, name: str, email: str, but: int = 0) -> bool:
    """Whether nobody else at the domain of an address is called like that."""
    return set(likes_of(session, name, email)) <= {but}


def _free(session: Session, email: str) -> bool:
    return not session.scalar(select(func.count()).where(EmailAddress.norm == email))


def _has_lead(session: Session, case: Case) -> bool:
    """Whether a lead is known by the same address or name, which would be another question."""
    name = " ".join(fold(f"{case.first} {case.last}").split())
    known = (Lead.email_norm == case.email) | (Lead.name_norm == name)
    return bool(session.scalar(select(func.count(Lead.id)).where(known)))


def _mail(first: str, last: str, domain: str) -> str:
    """The address that a firm would give somebody: `ada.bos@…`."""
    return f"{fold(first)}.{fold(last)}@{domain}"


def _strangers(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """Names made of the first name of one contact and the last name of the next of the same language."""
    for language in sorted(LANGUAGES):
        own = [contact for contact, _, _ in rows if contact.language == language]
        for at, contact in enumerate(own):
            yield language, f"{contact.first_name} {own[at - 7].last_name}"


def _new(session: Session, reps: dict[int, Actor], rows: list[Row]) -> Iterator[Case]:
    """Somebody whom nobody knows, at an account of the rep."""
    names = {language: [name for spoken, name in _strangers(rows) if spoken == language] for language in LANGUAGES}
    for at, (contact, account, norm) in enumerate(rows):
        if account.owner_id in reps and names[contact.language]:
            first, last = names[contact.language][at % len(names[contact.language])].split()
            email = _mail(first, last, norm.rpartition("@")[2])
            if _free(session, email) and not likes_of(session, f"{first} {last}", email):
                yield Case(
                    SOLVABLE, reps[account.owner_id], first, last, email, account.name, contact.language, contact.zone,
                    account.country, account.id,
                )  # fmt: skip


def _unknown(session: Session, reps: dict[int, Actor], rows: list[Row]) -> Iterator[Case]:
    """Somebody whom nobody knows, at a firm that nobody knows."""
    people = list(_strangers(rows))
    random.Random("strangers").shuffle(people)
    for at, (language, name) in enumerate(people):
        place, sort = FIRMS[at % len(FIRMS)]
        first, last = name.split()
        domain = re.sub(r"[^a-z]+", "-", fold(f"{sort} {place}"))
        actor = reps[sorted(reps)[at % len(reps)]]
        email = _mail(first, last, f"{domain}.example")
        if not likes_of(session, name, email):
            yield Case(
                SOLVABLE, actor, first, last, email, f"{sort} {place}", language, ZONES[language], COUNTRIES[language]
            )


def _namesakes(session: Session, reps: dict[int, Actor], rows: list[Row]) -> Iterator[Case]:
    """Somebody like whom another is called at the same account of the rep, with another first name and job."""
    firsts = sorted({str(contact.first_name) for contact, _, _ in rows})
    numbered = set(session.scalars(select(PhoneNumber.contact_id)))
    suspected = set(session.scalars(select(DuplicateItem.record_id).where(DuplicateItem.kind == "contact")))
    for at, (contact, account, norm) in enumerate(rows):
        own, last = str(contact.first_name), contact.last_name
        if contact.owner_id not in reps or not contact.title or contact.id not in numbered - suspected:
            continue
        if not _alone(session, f"{own} {last}", norm, contact.id):
            continue
        turned = (firsts[(at * 53 + step) % len(firsts)] for step in range(len(firsts)))
        near = (one for one in turned if _is_another(own, one) and alike(f"{own} {last}", f"{one} {last}") > NEAR)
        first = next(near, "")
        email = _mail(first, last, norm.rpartition("@")[2])
        if first and _free(session, email) and likes_of(session, f"{first} {last}", email) == [contact.id]:
            yield Case(
                SOLVABLE, reps[contact.owner_id], first, last, email, account.name, contact.language, contact.zone,
                account.country, account.id, contact.id,
            )  # fmt: skip


def _is_another(one: str, other: str) -> bool:
    """Whether two first names are different ones in full: neither a slip nor short for the other."""
    first, second = fold(one), fold(other)
    slips = sum(left != right for left, right in zip(first, second, strict=False)) + abs(len(first) - len(second))
    return slips > 1 and not first.startswith(second[:3]) and not second.startswith(first[:3])


def _closed(session: Session, reps: dict[int, Actor], rows: list[Row]) -> Iterator[Case]:
    """Somebody whose record a colleague of the other region has, under the same address or another spelling of it."""
    managers = dict(session.execute(select(CrmUser.id, CrmUser.manager_id)).tuples().all())
    asked = set(session.scalars(select(AccessRequest.record_id).where(AccessRequest.kind == "contact")))
    for at, (contact, account, norm) in enumerate(rows):
        away = [one for one in sorted(reps) if managers[one] != managers.get(contact.owner_id)]
        if contact.owner_id not in reps or contact.id in asked or not away:
            continue
        rep = away[at % len(away)]
        name, email = f"{contact.first_name} {contact.last_name}", norm
        if at % 2:
            domain = norm.rpartition("@")[2]
            usual = _mail(str(contact.first_name), contact.last_name, domain)
            email = usual if usual != norm else f"{fold(contact.last_name)}@{domain}"
        fits = email == norm or _free(session, email)
        if fits and _alone(session, name, email, contact.id) and not opens(session, rep, contact):
            yield Case(
                CLOSED, reps[rep], str(contact.first_name), contact.last_name, email, account.name, contact.language,
                contact.zone, account.country, account.id, contact.id,
            )  # fmt: skip


def _known(session: Session, reps: dict[int, Actor], rows: list[Row]) -> Iterator[Case]:
    """Somebody whose record the rep has, without a number and perhaps without a title."""
    numbered = set(session.scalars(select(PhoneNumber.contact_id)))
    for contact, account, norm in rows:
        if contact.owner_id in reps and contact.id not in numbered:
            name = f"{contact.first_name} {contact.last_name}"
            if _alone(session, name, norm, contact.id):
                yield Case(
                    KNOWN, reps[contact.owner_id], str(contact.first_name), contact.last_name, norm, account.name,
                    contact.language, contact.zone, account.country, account.id, contact.id,
                )  # fmt: skip
