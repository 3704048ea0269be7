"""What becomes of accounts that stand there more than once: the pages on duplicates and on merging."""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.crm.models import Account, Contact, PhoneNumber
from worlds.engine.task import SOLVABLE, Decision, Situation

ENTITIES: Final = "entities"
MIXED: Final = "mixed"
_HINTS: Final = 2


def entities(accounts: Sequence[Account]) -> list[list[Account]] | None:
    """Accounts by legal entity, that of the oldest one first; None where it cannot be told whose record one is.

    A registration number tells it; without one, two of website, phone number and street do.
    """
    oldest_first = sorted(accounts, key=lambda one: (one.created_at, one.id))
    numbers = dict.fromkeys(one.registration_number for one in oldest_first if one.registration_number)
    found = [[one for one in oldest_first if one.registration_number == number] for number in numbers]
    for one in oldest_first:
        if not one.registration_number:
            alike = [those for those in found if any(_shared(one, other) >= _HINTS for other in those)]
            if len(alike) > 1:
                return None
            if alike:
                alike[0].append(one)
            elif found:
                return None
            else:
                found.append([one])
    return sorted(found, key=lambda those: min((one.created_at, one.id) for one in those))


def _shared(one: Account, other: Account) -> int:
    """In how many of website, phone number and street two accounts agree."""
    street = (one.billing_street, one.billing_city) == (other.billing_street, other.billing_city)
    agreed = (
        bool(one.domain_norm) and one.domain_norm == other.domain_norm,
        bool(one.phone_norm) and one.phone_norm == other.phone_norm,
        bool(one.billing_street) and street,
    )
    return sum(agreed)


def stays(records: Iterable[Account | Contact]) -> int:
    """The oldest record that is linked to a customer of the shop; where none is, the oldest one."""
    every = list(records)
    linked = [one for one in every if one.shop_customer]
    return min(linked or every, key=lambda one: (one.created_at, one.id)).id


def twice(session: Session, accounts: Iterable[int]) -> list[list[Contact]]:
    """Contacts of some accounts that are one person: of one name and one phone number, in the order of their ids."""
    people = select(Contact).where(Contact.account_id.in_(list(accounts)), ~Contact.is_deleted).order_by(Contact.id)
    found: list[list[Contact]] = []
    numbers: list[set[str]] = []
    for one in session.scalars(people):
        own = set(session.scalars(select(PhoneNumber.norm).where(PhoneNumber.contact_id == one.id)))
        for those, known in zip(found, numbers, strict=True):
            if those[0].name_norm == one.name_norm and known & own:
                those.append(one)
                known.update(own)
                break
        else:
            found.append([one])
            numbers.append(own)
    return [those for those in found if len(those) > 1]


def ruling(situation: Situation) -> Decision:
    """What is one firm becomes one account; another legal entity stays, and is handed over."""
    session = situation.session
    accounts = [session.get_one(Account, key) for key in situation.target["account"]]
    found = entities(accounts)
    if found is None:
        raise LookupError(f"It cannot be told which firms accounts {situation.target['account']} are.")
    one, *others = found
    branch = SOLVABLE if not others else MIXED if len(one) > 1 else ENTITIES
    kept = stays(one)
    people = [(stays(those), [each.id for each in those]) for those in twice(session, [each.id for each in one])]
    return {
        "branch": branch,
        "stays": kept,
        "goes": [each.id for each in one if each.id != kept],
        "others": [each.id for those in others for each in those],
        "people": [{"stays": key, "goes": [each for each in keys if each != key]} for key, keys in people],
        "numbers": [those[0].registration_number for those in found] if others else [],
        "quoted": situation.facts["reference"],
    }
