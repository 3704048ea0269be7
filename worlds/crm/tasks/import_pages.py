"""A list as it is imported on the pages: sent, its failed rows mended one after the other, and counted."""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from worlds.graders.answers import FinalAnswer

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

Slip = Callable[[Mapping[str, str], str], dict[str, str]]
LABELS: Final = {"email": "E-mail", "country": "Country", "employees": "Employees"}
COUNTS: Final = ("Created", "Updated", "Skipped", "Failed")
_LIKE: Final = "We know somebody"
_LACKS: Final = "Every lead has a"


def browse(page: "Page", text: str, slip: Slip) -> FinalAnswer:
    """Import the list, see to the rows that failed, and report."""
    facts = page.facts
    page.open("/relations/imports/new")
    page.fill("Text of the file", text)
    page.choose("What the rows are", "Leads")
    page.fill("Name of the file (optional)", facts["file"])
    page.choose("Rows are matched by", "E-mail")
    page.choose("With a record that there is", "Leave it as it is")
    page.choose("Owner of what is made (optional)", facts["owner"])
    page.click("button", "Import it")
    here = page.url
    lines: dict[str, list[str | int | float | bool]] = {"known": [], "missing": []}
    for line, (values, why) in _failed(page).items():
        stays = _settle(page, here, line, values, why, slip)
        if stays:
            lines[stays].append(line)
    page.open(here)
    told: dict[str, str | int | float | bool | list[str | int | float | bool]] = {
        name.lower(): page.value(name) for name in COUNTS
    }
    told |= {name: found for name, found in lines.items() if found}
    return FinalAnswer(status="partly" if told["failed"] != "0" else "done", facts=told)


def _failed(page: "Page") -> dict[str, tuple[dict[str, str], str]]:
    """By line, what rows that failed say, and why they failed."""
    rows = [cells for cells, _ in page.listed("Rows")]
    failed = [cells for cells in rows if cells["What became of it"] == "Failed"]
    return {one["Line"]: (_values(one["Values"]), one["Why not"]) for one in failed}


def _values(text: str) -> dict[str, str]:
    """`last_name: Bos, email: a@b.example` by field."""
    parts = re.split(r"(?:^|, )(\w+): ", text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _settle(page: "Page", here: str, line: str, values: Mapping[str, str], why: str, slip: Slip) -> str:
    """Mend a row and enter it again; answers among which it is reported, if it stays out."""
    if _LIKE in why:
        return "known"
    change = {LABELS[field]: right for field in LABELS for right in slip(values, field).values()}
    if _LACKS in why:
        company, kind = _company(page, values["email"])
        if kind != "lead":
            return "known" if kind else "missing"
        change = {"Company": company}
    page.open(f"{here}?status=failed")
    page.click("link", f"Correct line {line}")
    for label, value in change.items():
        page.fill(f"{label} (optional)", value)
    page.click("button", "Enter the row")
    return ""


def _company(page: "Page", email: str) -> tuple[str, str]:
    """The company of whoever has an address, and what they are with us: `lead`, `contact`, or nothing."""
    for many, column, kind in (("leads", "Company", "lead"), ("contacts", "Account", "contact")):
        page.open(f"/relations/{many}?email={email}")
        rows = page.rows() if page.names("columnheader", column) else []
        for row in rows:
            if row.cells.get("Status") != "Converted":
                return row.cells[column], kind
    return "", ""
