"""What becomes of the rows of a list from a fair: the pages on imports, on duplicates and on consent."""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.crm.models import Contact, EmailAddress, Lead
from worlds.engine.task import SOLVABLE, Decision, Situation

NOBODY: Final = "nobody"
CONTACT: Final = "contact"
COUNTRIES: Final = {"Netherlands": "NL", "Belgium": "BE", "Germany": "DE", "France": "FR", "United Kingdom": "GB"}
"""How people write countries out, and what the CRM calls them."""


def rows_of(facts: Mapping[str, str]) -> dict[int, dict[str, str]]:
    """The rows of a list (facts `line_1`, the header, and on) by line, each by its columns and without slips.

    `spelt_out` says that its country was.
    """
    lines = {
        int(name.removeprefix("line_")): text.split(";") for name, text in facts.items() if name.startswith("line")
    }
    header, found = lines.pop(1), {}
    for at, cells in lines.items():
        row = dict(zip(header, cells, strict=True))
        row["email"] = row["email"].replace(" ", "")
        row["spelt_out"] = "yes" if row["country"] in COUNTRIES else ""
        row["country"] = COUNTRIES.get(row["country"], row["country"])
        row["employees"] = re.sub(r"\D", "", row["employees"])
        found[at] = row
    return found


def leads_with(session: Session, emails: Collection[str]) -> dict[str, int]:
    """Which of some addresses leads in use have, and which leads these are."""
    asked = select(Lead.email_norm, Lead.id).where(~Lead.is_deleted, Lead.status != "converted")
    return {email: key for email, key in session.execute(asked.where(Lead.email_norm.in_(emails))).tuples() if email}


def contacts_with(session: Session, emails: Collection[str]) -> set[str]:
    """Which of some addresses a contact in use has."""
    asked = (
        select(EmailAddress.norm)
        .join(Contact, EmailAddress.contact_id == Contact.id)
        .where(~Contact.is_deleted, EmailAddress.norm.in_(emails))
    )
    return set(session.scalars(asked))


def ruling(situation: Situation) -> Decision:
    """A row is a lead that there is, a contact who is reported, a new lead, or lacks what nobody knows.

    The branch is what becomes of the row without a company: a lead's is mended, others are reported. Of a row that is
    skipped, `lead` is whom it matches, or `like` the line whose lead that is.
    """
    session, rows = situation.session, rows_of(situation.facts)
    created: list[dict[str, Any]] = []
    skipped: list[dict[str, Any]] = []
    known, missing = [], []
    emails = {row["email"].casefold() for row in rows.values()} - {""}
    leads, contacts = leads_with(session, emails), contacts_with(session, emails)
    branch, seen = "", dict[str, int]()
    for line, row in sorted(rows.items()):
        email = row["email"].casefold()
        is_lead, is_contact = email in leads, email in contacts
        if not row["company"]:
            branch = SOLVABLE if is_lead else CONTACT if is_contact else NOBODY
        if is_lead or email in seen:
            skipped.append({"line": line, "lead": leads.get(email), "like": seen.get(email), **row})
        elif is_contact:
            known.append(line)
        elif not row["company"]:
            missing.append(line)
        else:
            created.append({"line": line, **row})
            seen |= {email: line} if email else {}
    return {"branch": branch, "created": created, "skipped": skipped, "known": known, "missing": missing}


def agreed(row: Mapping[str, str]) -> bool:
    """Whether a row that becomes a lead brings consent with it."""
    return row["email_consent"] == "in"
