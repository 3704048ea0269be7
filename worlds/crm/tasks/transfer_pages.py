"""A wrong change of owners as it is undone on the pages: the history, the accounts, and giving them back."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from worlds.crm.tasks import relwork
from worlds.crm.tasks.casework import TO_ROLE, reported
from worlds.graders.answers import FinalAnswer

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

NEXT: Final = "Next"
"""The link to the next page of a list."""
TALKS: Final = ("Meeting Held", "Call Reached")


@dataclass(frozen=True, slots=True)
class Given:
    """A record that was given away: its id, who had it before, and whether it was given on since."""

    key: str
    before: str
    is_kept: bool


def browse(page: "Page", reason: str) -> FinalAnswer:
    """Read the history, look at each account of the change, give back what goes back, hand over what waits."""
    facts = page.facts
    back: list[Given] = []
    waits: list[Given] = []
    kept = 0
    for one in _of_change(page, "account"):
        page.open(f"/relations/accounts/{one.key}")
        meant = page.value(facts["column"].capitalize()).casefold() in facts["values"].split(" or ")
        if meant and one.is_kept:
            kept += 1
        elif meant:
            (waits if _is_spoken(page, one.key) else back).append(one)
    deals = _along(page, [one.key for one in back])
    _give(page, "account", {one.key: one.before for one in back})
    _give(page, "opportunity", deals)
    for one in waits:
        page.open(f"/relations/accounts/{one.key}")
        said = f"{facts['reference']}: {page.heading} was with {one.before}, and was spoken with since. Please decide."
        relwork.hand_over(page, reason, TO_ROLE[reason], said)
    return reported({"returned": str(len(back)), "kept": str(kept)}, reason if waits else "")


def _of_change(page: "Page", kind: str) -> list[Given]:
    """What of a kind the change moved, as the history has it, which begins with the latest."""
    facts, day = page.facts, date.fromisoformat(page.facts["day"])
    page.open(f"/relations/history?kind={kind}&field=owner_id&changed_from={facts['day']}")
    rows = [row for row, _ in page.listed("Field history")] if page.names("columnheader", "When") else []
    given, later = [], set()
    for row in rows:
        record, on_the_day = row["Record"].split()[-1], row["When"].startswith(f"{day.day} {day:%b %Y},")
        if on_the_day and row["By"] == facts["who"] and row["After"] == facts["wrong"]:
            given.append(Given(record, row["Before"], record in later))
        later.add(record)
    return given


def _is_spoken(page: "Page", key: str) -> bool:
    """Whether the wrong owner has met or reached somebody of an account since the day."""
    facts = page.facts
    page.open(f"/relations/activities?account_id={key}&status=done&from_day={facts['day']}")
    rows = [row for row, _ in page.listed("Activities")] if page.names("columnheader", "Kind") else []
    return any(row["Owner"] == facts["wrong"] and row["Kind"] in TALKS for row in rows)


def _along(page: "Page", accounts: list[str]) -> Mapping[str, str]:
    """The deals of some accounts that went along and are still with the wrong owner, each with whom it had."""
    before = {one.key: one.before for one in _of_change(page, "opportunity")}
    found: dict[str, str] = {}
    for key in accounts if before else ():
        page.open(f"/relations/deals?account_id={key}&stage_kind=open")
        theirs = _deals(page)
        found |= {deal: before[deal] for deal in before if theirs.get(deal) == page.facts["wrong"]}
    return found


def _deals(page: "Page") -> dict[str, str]:
    """The owners of the deals of a list, by their ids."""
    found: dict[str, str] = {}
    while ids := [name.rpartition(", id ")[2] for name in page.names("checkbox", ", id ")]:
        found |= dict(zip(ids, (row.cells["Owner"] for row in page.rows("Deals")), strict=True))
        if NEXT not in page.names("link"):
            break
        page.click("link", NEXT)
    return found


def _give(page: "Page", kind: str, owners: Mapping[str, str]) -> None:
    """Give records to colleagues, all of one colleague at once."""
    theirs = defaultdict(list)
    for key, name in owners.items():
        theirs[name].append(key)
    for name, keys in theirs.items():
        page.open(f"/relations/transfer/{kind}?{'&'.join(f'record_ids={key}' for key in keys)}")
        page.choose("Colleague who gets them", name)
        page.click("button", "Change the owner")
