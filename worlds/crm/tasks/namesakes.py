"""Contacts of one surname at one firm: where there are such, and what it leaves behind when they are sorted out."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.crm.models import (
    AccessRequest,
    Account,
    Contact,
    DuplicateItem,
    EmailAddress,
    GdprRequest,
    LegalHold,
    PhoneNumber,
    RecordShare,
)
from worlds.crm.rulings.merge_namesakes import UNCLEAR, Marks, are_apart, are_one, marks_of, settled, surname
from worlds.crm.tasks.casework import at_work, handed_over, noted, spare_note
from worlds.crm.tasks.mergers import Mergers
from worlds.engine.context import Actor
from worlds.engine.folding import fold
from worlds.engine.task import SOLVABLE, Decision, Draw
from worlds.graders.answers import Answer, FromRow
from worlds.graders.effects import Where
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.predicates import one_of
from worlds.graders.typed import Typed, email, quantity, record

REASON: Final = "unclear_identity"
_MOST: Final = 3
_ALIKE: Final = 0.75
"""From here on two surnames might be one with a slip in it."""
_DIGITS: Final = 6
_YOUNG: Final = 1999
"""Born from then on one is among the youngest of a rep's contacts, and would be guessed by that."""


@dataclass(frozen=True, slots=True)
class Case:
    """Contacts of one surname at one firm, all of one rep; `branch` says whether two of them are one person."""

    branch: str
    account_id: int
    contacts: tuple[int, ...]
    name: str
    firm: str
    actor: Actor


def cases(draw: Draw) -> list[Case]:
    """Surnames at firms of which two or three records are there, with nothing beside them that might be meant, too."""
    session, reps, found = draw.session, at_work(draw.session), []
    held = _held(session)
    for account, contacts in _by_firm(session):
        for theirs in _of_one_name(contacts):
            owners = {one.owner_id for one in theirs}
            actor = reps.get(min(owners))
            keys = tuple(one.id for one in theirs)
            if actor is None or len(owners) > 1 or held & set(keys) or not _is_plain(session, theirs, contacts):
                continue
            branch, people = settled(session, theirs)
            if branch == UNCLEAR and _is_nearly_clear([marks_of(session, one) for one in theirs]):
                continue
            last = [one for one in theirs if one.id in people[0]] if branch == SOLVABLE else []
            newest = max(last, key=lambda one: (one.updated_at, one.id), default=None)
            linked = [one for one in last if one.shop_customer] or last
            if newest is None or newest is not linked[0]:
                name = " ".join(surname_as_written(theirs[0].last_name).split())
                found.append(Case(branch, account.id, keys, name, account.name.strip(), actor))
    return found


def _is_nearly_clear(marks: Sequence[Marks]) -> bool:
    """Whether somebody may take two records for one for a reason: the same job, or a number that but two of three have.

    What may be of either of two people is of neither alone, and what only bears a name is nobody's.
    """
    pairs = [(one, other) for at, one in enumerate(marks) for other in marks[:at] if not are_apart(one, other)]
    likely = [(one, other) for one, other in pairs if are_one(one, other) or (one.job and one.job == other.job)]
    return len(likely) == 1


def surname_as_written(last_name: str) -> str:
    """A surname without what tells the generations apart."""
    words = last_name.split()
    return " ".join(words[:-1] if words[-1] in ("jun.", "sen.") else words)


def _by_firm(session: Session) -> Iterator[tuple[Account, list[Contact]]]:
    """Accounts of which there is but one of the name and the website, with their contacts, the oldest first."""
    accounts = list(session.scalars(select(Account).where(~Account.is_deleted).order_by(Account.id)))
    names: dict[str, int] = defaultdict(int)
    for one in accounts:
        for mark in {one.name_norm, one.domain_norm} - {None}:
            names[str(mark)] += 1
    contacts: dict[int | None, list[Contact]] = defaultdict(list)
    for each in session.scalars(select(Contact).where(~Contact.is_deleted).order_by(Contact.created_at, Contact.id)):
        contacts[each.account_id].append(each)
    for one in accounts:
        if not one.locked and names[one.name_norm] == 1 and names.get(one.domain_norm or "", 1) == 1:
            yield one, contacts[one.id]


def _of_one_name(contacts: Sequence[Contact]) -> Iterator[list[Contact]]:
    named: dict[str, list[Contact]] = defaultdict(list)
    for one in contacts:
        named[surname(one.last_name)].append(one)
    yield from (those for _, those in sorted(named.items()) if 1 < len(those) <= _MOST)


def _held(session: Session) -> set[int]:
    """Contacts with whom something else is to be settled first, or who stand in a set of duplicates."""
    found: set[int] = set()
    for of in (LegalHold, RecordShare, GdprRequest, AccessRequest, DuplicateItem):
        found |= set(session.scalars(select(of.record_id).where(of.kind == "contact")))
    return found


def _is_plain(session: Session, theirs: Sequence[Contact], contacts: Sequence[Contact]) -> bool:
    """Whether names and numbers leave no doubt what is meant: no slips, no number that is written for another country.

    Each has an address by which they are called.
    """
    own = {one.id for one in theirs}
    name = surname(theirs[0].last_name)
    for other in contacts:
        near = SequenceMatcher(None, surname(other.last_name), name).ratio() > _ALIKE
        if other.id not in own and (near or name in fold(other.last_name)):
            return False
    if any(not one.first_name or one.last_name != one.last_name.strip() or one.reports_to_id for one in theirs):
        return False
    numbers = list(session.scalars(select(PhoneNumber.norm).where(PhoneNumber.contact_id.in_(own))))
    alike = {norm[-_DIGITS:] for norm in numbers}
    young = any(one.birthday is not None and one.birthday.year >= _YOUNG for one in theirs)
    primary = select(EmailAddress.contact_id).where(EmailAddress.contact_id.in_(own), EmailAddress.is_primary)
    called = set(session.scalars(primary)) == own and name != "test"
    return len(alike) == len(set(numbers)) and called and not young


# -- what is left behind ------------------------------------------------------------------------------------------


def expectation(session: Session, case: Case, decision: Decision) -> Expectation:
    """One contact of one person, a note on each that is left; or one hand-over and nothing beside it."""
    quoted = record(decision["quoted"])
    left, goes = decision["left"], decision["goes"]
    slots: dict[str, Typed | FromRow] = {"contacts": quantity(len(left)), "merged": quantity(len(goes))}
    addresses = {key: email(_primary(session, key)) for key in case.contacts}
    spare = spare_note(_about(case, left[0]), (quoted,))
    if decision["branch"] not in (SOLVABLE, "people"):
        passed_on = handed_over("contact", left[0], REASON, quoted, *addresses.values())
        where: Where = {"kind": "contact", "record_id": one_of(*left)}
        slots["hand_over"] = FromRow("record", "hand-over", "number")
        bundle = Bundle(required=[replace(passed_on, where=where, bind="hand-over")], allowed=[spare])
        return Expectation(any_of=[bundle], answer=Answer("waiting", slots, reasons=[REASON]))
    required = [noted(_about(case, key), addresses[key], subject=(quoted,), name=f"note-{key}") for key in left]
    allowed = [spare]
    if goes:
        done = Mergers(session)
        done.merge("contact", decision["stays"], goes)
        required += done.effects()
        allowed += done.filled()
    return Expectation(any_of=[Bundle(required=required, allowed=allowed)], answer=Answer("done", slots))


def _about(case: Case, key: int) -> dict[str, int | Sequence[int | None]]:
    return {"contact_id": key, "account_id": (None, case.account_id)}


def _primary(session: Session, key: int) -> str:
    return session.scalars(
        select(EmailAddress.value).where(EmailAddress.contact_id == key, EmailAddress.is_primary)
    ).one()
