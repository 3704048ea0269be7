"""Promises of reading records: what is shown costs so many statements, however many rows there are to show."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tiny_crm import Crm
from tiny_records import ANNA, ANNA_TWIN, KNOWN, WEB, ZWAAN, ZWAAN_GROUP, ZWAAN_TWIN, account

from worlds.crm import models
from worlds.crm.operations.access import list_access_requests, request_access
from worlds.crm.operations.accounts import create_account, get_account, list_accounts
from worlds.crm.operations.consents import list_consents
from worlds.crm.operations.contacts import get_contact, list_contacts
from worlds.crm.operations.converting import preview_conversion
from worlds.crm.operations.duplicates import find_duplicates, list_duplicate_sets
from worlds.crm.operations.history import delete_record, list_deleted, list_field_history
from worlds.crm.operations.leads import get_lead, list_leads
from worlds.crm.operations.merging import preview_merge
from worlds.engine.context import Context

MOST, MOST_AGAIN = 40, 3
"""Statements of a call, and how often it may ask the same; whoever asks row by row asks it more often."""
_GIVEN = re.compile(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b|\bNULL\b")
READS: dict[str, Callable[[Context], Any]] = {
    "list_accounts": lambda ctx: list_accounts(ctx, query="zwaan"),
    "get_account": lambda ctx: get_account(ctx, ZWAAN),
    "list_contacts": lambda ctx: list_contacts(ctx, account_id=ZWAAN),
    "get_contact": lambda ctx: get_contact(ctx, ANNA),
    "list_consents": lambda ctx: list_consents(ctx, "contact", ANNA),
    "list_leads": lambda ctx: list_leads(ctx, status="open"),
    "get_lead": lambda ctx: get_lead(ctx, WEB),
    "preview_conversion": lambda ctx: preview_conversion(ctx, KNOWN, account_id=ZWAAN, contact_id=ANNA),
    "find_duplicates": lambda ctx: find_duplicates(ctx, "lead", KNOWN),
    "list_duplicate_sets": list_duplicate_sets,
    "preview_merge of accounts": lambda ctx: preview_merge(ctx, "account", [ZWAAN, ZWAAN_TWIN, ZWAAN_GROUP]),
    "preview_merge of contacts": lambda ctx: preview_merge(ctx, "contact", [ANNA, ANNA_TWIN]),
    "list_field_history": lambda ctx: list_field_history(ctx, "account"),
    "list_deleted": list_deleted,
    "list_access_requests": list_access_requests,
}


@contextmanager
def counted(crm: Crm) -> Iterator[list[str]]:
    """The statements that are said within it."""
    said: list[str] = []
    crm.db.set_trace_callback(said.append)
    try:
        yield said
    finally:
        crm.db.set_trace_callback(None)


def again(said: list[str]) -> int:
    """How often the question that was asked most was asked, whatever values it was asked with."""
    return max(Counter(_GIVEN.sub("?", " ".join(one.split())) for one in said if " engine_" not in one).values())


def grow(crm: Crm) -> None:
    """Add ten firms at one domain, with people, histories, requests and deleted records."""
    for at in range(100, 110):
        account(
            crm.add, crm.now, id=at, name=f"Hotel de Zwaan {at}", website="dezwaan.example", country="NL", owner_id=3,
            parent_id=ZWAAN,
        )  # fmt: skip
        for table, row in (("contact", 1000 + at), ("lead", 1000 + at)):
            columns = [one[1] for one in crm.rows(f"SELECT * FROM pragma_table_info('{table}')")]  # noqa: S608 - a table of ours
            values = ", ".join(str(row) if name == "id" else name for name in columns)
            crm.db.execute(f"INSERT INTO {table} SELECT {values} FROM {table} WHERE id = 3")  # noqa: S608 - columns of ours
        crm.add(models.ContactAccount(id=at, contact_id=1000 + at, account_id=ZWAAN, role="employee", active=True))
        crm.add(
            models.Consent(
                id=at, kind="contact", record_id=1000 + at, channel="email", state="in", source="x", at=crm.now
            )
        )
    for at in range(100, 110):
        create_account(crm.as_("rep"), f"Zwaan Hotel {at}", "NL", website="dezwaan.example", allow_save=True)
        delete_record(crm.as_("rep"), "account", at)
        request_access(crm.as_("rep"), "lead", 1000 + at, "A customer of mine.")


@pytest.mark.parametrize("role", ["rep", "sales_ops"])
@pytest.mark.parametrize("name", sorted(READS))
def test_reading_costs_as_much_however_much_there_is(crm: Crm, name: str, role: str):
    who = "sales_manager" if role == "rep" and name in ("get_lead", "preview_conversion", "find_duplicates") else role
    with counted(crm) as few:
        READS[name](crm.as_(who))
    grow(crm)
    with counted(crm) as many:
        READS[name](crm.as_(who))
    assert len(many) <= MOST
    assert again(many) <= MOST_AGAIN
    assert len(many) <= len(few) + 3
