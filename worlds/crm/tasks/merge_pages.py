"""Records that are merged on the pages: finding all of them by what they share, and making one of them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worlds.crm.tasks import relwork
from worlds.crm.tasks.casework import TO_ROLE, reported
from worlds.graders.answers import FinalAnswer

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

_HINTS = 2
_NONE = "none"
_WITHOUT_STREET = 3
"""Parts of an address that names postal code, town and country alone."""


def digits(number: str) -> str:
    """What two writings of one phone number have in common: its last digits, without an extension."""
    bare = re.split(r"ext|x|tst|dw|poste|toestel", number.casefold())[0]
    return re.sub(r"\D", "", bare)[-7:]


def host(website: str) -> str:
    """The domain of a website, however it is written."""
    return website.casefold().partition("://")[2 if "://" in website else 0].partition("/")[0].removeprefix("www.")


@dataclass(frozen=True, slots=True)
class Seen:
    """A record as its page shows it, by id."""

    key: int
    name: str
    linked: bool
    number: str = ""
    marks: tuple[str, str, str] = ("", "", "")
    phones: frozenset[str] = frozenset()


def merge_firm(page: "Page", reason: str) -> FinalAnswer:
    """Find the accounts, merge those that are one firm and people who are there twice, hand over what is another."""
    found = _accounts(page)
    oldest = min(found, key=lambda one: one.key)
    one = [each for each in found if each is oldest or _is_same(each, oldest, found)]
    others = [each for each in found if each not in one]
    stays, *goes = kept_first(one)
    people = [kept_first(those) for those in _twice(page, one)]
    facts = {"accounts": str(len(goes)), "people": str(sum(len(those) - 1 for those in people))}
    if goes:
        merge(page, "accounts", [stays, *goes])
        page.open(f"/relations/accounts/{stays.key}")
        relwork.note(
            page, page.facts["reference"], f"Into this account went {' and '.join(each.name for each in goes)}."
        )
    for those in people:
        merge(page, "contacts", those)
    if not others:
        return reported(facts)
    numbers = " and ".join(sorted({each.number for each in found if each.number}))
    page.open(f"/relations/accounts/{others[0].key}")
    said = f"{page.facts['reference']}: {others[0].name} is another firm than {stays.name}; registered as {numbers}."
    relwork.hand_over(page, reason, TO_ROLE[reason], said)
    answer = reported(facts | {"hand_over": page.message.split()[0]}, reason)
    return answer.model_copy(update={"status": "partly"}) if goes else answer


def kept_first(records: Sequence[Seen]) -> list[Seen]:
    """Records of which the first one stays: the oldest that is linked to the shop, or the oldest."""
    stays = min([one for one in records if one.linked] or records, key=lambda one: one.key)
    return [stays, *(one for one in records if one is not stays)]


def merge(page: "Page", many: str, records: Sequence[Seen]) -> None:
    """Merge records into the first of them."""
    stays, *goes = [one.key for one in records]
    page.open(f"/relations/{many}/{stays}/merge?{'&'.join(f'loser_ids={key}' for key in goes)}")
    page.click("button", "Merge for good")


def ids_found(page: "Page") -> list[tuple[str, int]]:
    """Names and ids of the records of the list that is open, on all of its pages."""
    found = []
    while True:
        for name in page.names("checkbox", ", id "):
            called, _, key = name.removeprefix("Choose ").rpartition(", id ")
            found.append((called, int(key)))
        if "Next page" not in page.names("link"):
            return found
        page.click("link", "Next page")


def _accounts(page: "Page") -> list[Seen]:
    """All accounts of the firm's name in the town, and all there that the CRM or their marks find beside them."""
    found: dict[int, Seen | None] = {}
    asked = {page.facts["firm"]}
    keys = _listed(page, page.facts["firm"])
    while keys:
        key = keys.pop()
        if key in found:
            continue
        found[key] = one = _account(page, key)
        if one is None:
            continue
        page.open(f"/relations/duplicates/account/{key}")
        likes = page.rows() if page.names("columnheader", "Alike by") else []
        keys += [int(row.cells["Kind"].split()[-1]) for row in likes if row.cells["Kind"].startswith("Account")]
        for mark in (one.number, one.marks[0]):
            if mark and mark not in asked:
                asked.add(mark)
                keys += _listed(page, mark)
    return [one for one in found.values() if one is not None]


def _listed(page: "Page", query: str) -> list[int]:
    page.open("/relations/accounts")
    page.fill("Search", query)
    page.click("button", "Filter")
    return [key for _, key in ids_found(page)]


def _account(page: "Page", key: int) -> Seen | None:
    """An account as its page shows it; None where it is of another town."""
    page.open(f"/relations/accounts/{key}")
    street, *_ = place = known(page, "Billing address").split(", ")
    if page.facts["town"] not in place:
        return None
    number, phone, site = (known(page, one) for one in ("Registration number", "Phone", "Website"))
    street = street if len(place) > _WITHOUT_STREET else ""
    return Seen(key, page.heading, bool(known(page, "In the shop")), number, (host(site), digits(phone), street))


def known(page: "Page", label: str) -> str:
    """What a record's page says of a thing; nothing where it says that there is none."""
    value = page.value(label)
    return "" if value == _NONE else value


def _is_same(one: Seen, oldest: Seen, every: Iterable[Seen]) -> bool:
    if one.number and oldest.number:
        return one.number == oldest.number
    family = [each for each in every if each is oldest or (oldest.number and each.number == oldest.number)]
    shared = [sum(mine == theirs != "" for mine, theirs in zip(one.marks, each.marks, strict=True)) for each in family]
    return max(shared) >= _HINTS


def _twice(page: "Page", accounts: Iterable[Seen]) -> list[list[Seen]]:
    named: dict[str, list[tuple[str, int]]] = {}
    for account in accounts:
        page.open(f"/relations/contacts?account_id={account.key}")
        for name, key in ids_found(page):
            named.setdefault(" ".join(name.split()).casefold(), []).append((name, key))
    groups: list[list[Seen]] = []
    for rows in named.values():
        found: list[list[Seen]] = []
        for name, key in rows if len(rows) > 1 else ():
            one = contact_seen(page, name, key)
            own = next((those for those in found if any(one.phones & each.phones for each in those)), None)
            if own is None:
                found.append([one])
            else:
                own.append(one)
        groups += [those for those in found if len(those) > 1]
    return groups


def contact_seen(page: "Page", name: str, key: int) -> Seen:
    """A contact as its page shows it."""
    page.open(f"/relations/contacts/{key}")
    values = [one.removeprefix("Correct ") for one in page.names("link", "Correct ")]
    phones = frozenset(digits(one) for one in values if "@" not in one)
    return Seen(key, name, bool(known(page, "In the shop")), phones=phones)
