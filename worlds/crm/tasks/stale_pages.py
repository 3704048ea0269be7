"""Deals that have gone quiet as they are closed on the pages: the list, what keeps each open, and the change of all."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from worlds.crm.tasks import relwork

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

NEXT: Final = "Next"
"""The link to the next page of a list."""


def browse(page: "Page", days: int, values: tuple[str, str]) -> tuple[list[str], dict[str, str]]:
    """Close what is untouched and nothing keeps open; the numbers of those, and what keeps each of the others."""
    keys = _listed(page, days)
    why = {number: said for number, key in keys.items() if (said := _keeps(page, key))}
    closable = [number for number in keys if number not in why]
    page.open(f"/relations/bulk/opportunity?{'&'.join(f'record_ids={keys[number]}' for number in closable)}")
    for at, (field, value) in enumerate(zip(("Stage", "Why it is lost"), values, strict=True), start=1):
        page.choose(f"Field {at}", field)
        page.fill(f"Its new value {at} (optional)", value)
    page.click("button", page.names("button", "Change ")[-1])
    named = page.facts["deal"]
    if named in why:
        relwork.open_deal(page, named)
        relwork.note(page, page.facts["reference"], f"It stays open: {why[named]}.")
    return closable, why


def _listed(page: "Page", days: int) -> dict[str, str]:
    """The ids of their untouched deals of the span, by number."""
    facts = page.facts
    since = date.fromisoformat(facts["today"]) - timedelta(days=days)
    span = f"close_from={facts['first']}&close_to={facts['last']}"
    page.open(f"/relations/deals?stage_kind=open&{span}&no_activity_since={since}")
    page.choose("Owner", facts["rep"])
    page.click("button", "Filter")
    ids = page.names("checkbox", ", id ")
    while NEXT in page.names("link"):
        page.click("link", NEXT)
        ids += page.names("checkbox", ", id ")
    return dict(name.removeprefix("Choose ").split(", id ") for name in ids)


def _keeps(page: "Page", key: str) -> str:
    """What keeps a deal open, as its pages show it; empty where nothing does."""
    page.open(f"/relations/activities?opportunity_id={key}&status=open")
    for row, _ in page.listed("Activities") if page.names("columnheader", "Status") else []:
        if row["Kind"] in ("Meeting", "Call") and "Overdue" not in row["Status"]:
            return f"{row['Kind']} on {row['When']}"
    page.open(f"/relations/deals/{key}")
    quotes = page.rows("Quotes") if "Quotes" in page.names("group") else []
    offered = [row.cells["Number"] for row in quotes if row.cells["Status"] == "Presented"]
    return f"quote {offered[0]}" if offered else ""
