"""Contacts of one name on the pages; and how whoever reads records tells two people apart, on pages or by tools."""

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from worlds.crm.tasks import relwork
from worlds.crm.tasks.casework import TO_ROLE, reported
from worlds.crm.tasks.merge_pages import Seen, digits, ids_found, kept_first, known, merge
from worlds.graders.answers import FinalAnswer

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

_GENERATION = re.compile(r"\s+(jun|sen)\.?$")


class Told(NamedTuple):
    """What a record says of somebody: names, birthday, job, the last digits of numbers."""

    first: str
    last: str
    birthday: str
    job: str
    numbers: frozenset[str]


def _plain(name: str) -> str:
    marks = unicodedata.normalize("NFKD", name.casefold().replace("’", "'"))
    return " ".join("".join(one for one in marks if not unicodedata.combining(one)).split())


def bare(name: str) -> str:
    """A name without accents and without what tells the generations apart."""
    return _GENERATION.sub("", _plain(name))


def apart(one: Told, other: Told) -> bool:
    """Whether they are two people."""
    generations = [_GENERATION.search(_plain(each.last)) for each in (one, other)]
    told = ((one.birthday, other.birthday), (one.job, other.job), [found[1] if found else "" for found in generations])
    differ = any(mine and theirs and mine != theirs for mine, theirs in told)
    numbers = one.numbers and other.numbers and not one.numbers & other.numbers
    return _plain(one.first) != _plain(other.first) or differ or bool(numbers)


def in_one(every: Sequence[Told]) -> tuple[int, ...] | None:
    """Which two of some records are one person, none where all are different ones; None where it cannot be told."""
    open_pairs = [
        (at, to) for at in range(len(every)) for to in range(at + 1, len(every)) if not apart(every[at], every[to])
    ]
    if not open_pairs:
        return ()
    ((at, to), *more) = open_pairs
    one, other = every[at], every[to]
    hinted = one.numbers & other.numbers or (one.birthday and one.birthday == other.birthday)
    return (at, to) if hinted and not more else None


def browse(page: "Page", reason: str) -> FinalAnswer:
    """Look at everybody of the name, merge two records of one person, note or hand over."""
    found = sorted(_everybody(page), key=lambda one: one[0].key)
    every = [seen for seen, _, _ in found]
    mails = {seen.key: mail for seen, _, mail in found}
    pair = in_one([told for _, told, _ in found])
    if pair is None:
        page.open(f"/relations/contacts/{every[-1].key}")
        said = (
            f"{page.facts['reference']}: it cannot be told whose these are: {', '.join(mails.values())}. None merged."
        )
        relwork.hand_over(page, reason, TO_ROLE[reason], said)
        facts = {"contacts": str(len(every)), "merged": "0", "hand_over": page.message.split()[0]}
        return reported(facts, reason)
    gone = []
    if pair:
        _, *gone = both = kept_first([every[at] for at in pair])
        merge(page, "contacts", both)
    left = [one for one in every if one not in gone]
    for one in left:
        page.open(f"/relations/contacts/{one.key}")
        relwork.note(page, page.facts["reference"], f"The one of this name who is reached by {mails[one.key]}.")
    return reported({"contacts": str(len(left)), "merged": str(len(gone))})


def _everybody(page: "Page") -> list[tuple[Seen, Told, str]]:
    page.open("/relations/accounts")
    page.fill("Search", page.facts["firm"])
    page.click("button", "Filter")
    account = next(key for name, key in ids_found(page) if name.strip() == page.facts["firm"])
    page.open(f"/relations/contacts?account_id={account}")
    found = []
    for name, key in ids_found(page):
        if bare(name).endswith(bare(page.facts["name"])):
            page.open(f"/relations/contacts/{key}")
            values = [one.removeprefix("Correct ") for one in page.names("link", "Correct ")]
            numbers = frozenset(digits(one) for one in values if "@" not in one)
            first = bare(name).removesuffix(bare(page.facts["name"])).strip()
            told = Told(first, name, known(page, "Birthday"), known(page, "Title"), numbers)
            found.append((Seen(key, name, bool(known(page, "In the shop"))), told, page.value("E-mail")))
    return found
