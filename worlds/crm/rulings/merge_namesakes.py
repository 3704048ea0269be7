"""What becomes of contacts of one surname at one firm: the pages on duplicates and on merging."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.crm.models import Contact, PhoneNumber
from worlds.engine.folding import fold
from worlds.engine.task import SOLVABLE, Decision, Situation

PEOPLE: Final = "people"
UNCLEAR: Final = "unclear"
_GENERATIONS: Final = ("jun", "sen")


class Marks(NamedTuple):
    """By what somebody is told: given name, generation, birthday, job and numbers."""

    first: str
    generation: str
    birthday: str
    job: str
    numbers: frozenset[str]


def surname(last_name: str) -> str:
    """A surname as it is compared, without what tells the generations apart."""
    words = fold(last_name).replace(".", "").replace("’", "'").split()
    return " ".join(words[:-1] if words[-1] in _GENERATIONS else words)


def marks_of(session: Session, contact: Contact) -> Marks:
    """The marks of a contact."""
    last = fold(contact.last_name).replace(".", "").split()[-1]
    numbers = session.scalars(select(PhoneNumber.norm).where(PhoneNumber.contact_id == contact.id))
    return Marks(
        fold(contact.first_name or ""),
        last if last in _GENERATIONS else "",
        contact.birthday.isoformat() if contact.birthday else "",
        fold(contact.title or ""),
        frozenset(numbers),
    )


def are_apart(one: Marks, other: Marks) -> bool:
    """Whether something tells two people apart."""
    told = ((one.generation, other.generation), (one.birthday, other.birthday), (one.job, other.job))
    numbers = bool(one.numbers and other.numbers) and not one.numbers & other.numbers
    return one.first != other.first or numbers or any(mine and theirs and mine != theirs for mine, theirs in told)


def are_one(one: Marks, other: Marks) -> bool:
    """Whether two hints say that they are one: the name at the firm, and number or birthday."""
    hint = one.numbers & other.numbers or (one.birthday and one.birthday == other.birthday)
    return bool(hint) and not are_apart(one, other)


def settled(session: Session, contacts: Sequence[Contact]) -> tuple[str, list[list[int]]]:
    """Which way is right, and the contacts by person, the oldest first."""
    marks = [marks_of(session, one) for one in contacts]
    pairs = [(at, to) for at in range(len(marks)) for to in range(at)]
    if all(are_apart(marks[at], marks[to]) for at, to in pairs):
        return PEOPLE, [[one.id] for one in contacts]
    one = [(at, to) for at, to in pairs if are_one(marks[at], marks[to])]
    apart = [(at, to) for at, to in pairs if are_apart(marks[at], marks[to])]
    if len(one) != 1 or len(one) + len(apart) != len(pairs):
        return UNCLEAR, []
    ((at, to),) = one
    pair = [contacts[to].id, contacts[at].id]
    return SOLVABLE, [pair, *([each.id] for each in contacts if each.id not in pair)]


def ruling(situation: Situation) -> Decision:
    """One person becomes one contact; others stay; where a record may be of either, nobody merges anything."""
    session = situation.session
    contacts = [session.get_one(Contact, key) for key in situation.target["contact"]]
    branch, people = settled(session, sorted(contacts, key=lambda one: (one.created_at, one.id)))
    pair = [session.get_one(Contact, key) for key in people[0]] if branch == SOLVABLE else []
    linked = [one for one in pair if one.shop_customer] or pair
    stays = min(linked, key=lambda one: (one.created_at, one.id)).id if linked else None
    goes = [one.id for one in pair if one.id != stays]
    return {
        "branch": branch,
        "stays": stays,
        "goes": goes,
        "left": [one.id for one in contacts if one.id not in goes],
        "quoted": situation.facts["reference"],
    }
