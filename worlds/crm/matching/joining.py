"""What goes over when records are merged: whatever refers to a loser refers to the winner afterwards.

Rows that the winner has already, such as the same e-mail address or the same campaign, are not doubled.
"""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own tables

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from worlds.crm.records import changing, consenting, heads, searching
from worlds.engine.context import Context
from worlds.engine.rows import Query, number, run

VIA: Final = "merge"


class _Key(NamedTuple):
    id: int


class Part(NamedTuple):
    """Rows that refer to a record: in which table and column, and by which columns two of them would be the same."""

    what: str
    table: str
    column: str
    same: tuple[str, ...] = ()


PARTS: Final[Mapping[str, tuple[Part, ...]]] = {
    "account": (
        Part("links of contacts", "contact_account", "account_id", ("contact_id", "role", "active")),
        Part("contracts", "contract", "account_id"),
        Part("orders", "order_ref", "account_id"),
        Part("activities", "activity", "account_id"),
        Part("team members", "account_team", "account_id", ("user_id",)),
    ),
    "contact": (
        Part("e-mail addresses", "email_address", "contact_id", ("norm",)),
        Part("phone numbers", "phone_number", "contact_id", ("norm", "extension")),
        Part("links to accounts", "contact_account", "contact_id", ("account_id", "role", "active")),
        Part("roles in deals", "opportunity_contact_role", "contact_id", ("opportunity_id",)),
        Part("activities", "activity", "contact_id"),
        Part("campaigns", "campaign_member", "contact_id", ("campaign_id",)),
        Part("quotes", "quote", "contact_id"),
    ),
    "lead": (
        Part("activities", "activity", "lead_id"),
        Part("campaigns", "campaign_member", "lead_id", ("campaign_id",)),
        Part("deliveries of web forms", "web_event", "lead_id"),
    ),
}
RECORDS: Final[Mapping[str, tuple[Part, ...]]] = {
    "account": (
        Part("contacts", "contact", "account_id"),
        Part("deals", "opportunity", "account_id"),
        Part("accounts below", "account", "parent_id"),
        Part("converted leads", "lead", "converted_account_id"),
    ),
    "contact": (
        Part("deals", "opportunity", "primary_contact_id"),
        Part("people who report to them", "contact", "reports_to_id"),
        Part("converted leads", "lead", "converted_contact_id"),
    ),
    "lead": (),
}
"""Records whose columns refer to a merged one; they change as all records do, with their history."""


def counted(ctx: Context, kind: str, losers: list[int]) -> dict[str, int]:
    """How many rows of each sort would go over; those that are none are left out."""
    found: dict[str, int] = {}
    for part in (*RECORDS[kind], *PARTS[kind]):
        sql = f"SELECT count(*) FROM {part.table} WHERE {part.column} = :key"
        total = sum(number(ctx, sql, key=key) for key in losers)
        if total:
            found[part.what] = total
    return found


def take_over(ctx: Context, kind: str, winner: int, loser: int) -> None:
    """Let the winner have all that refers to a loser."""
    for part in RECORDS[kind]:
        _repoint(ctx, part, winner, loser)
    if kind == "contact":
        _restrict(ctx, winner, loser)
    if kind != "account":
        consenting.unsubscribe(ctx, kind, winner, kind, loser)
    for part in PARTS[kind]:
        _move(ctx, part, winner, loser)
    _share(ctx, kind, winner, loser)
    if kind != "account":
        consenting.join(ctx, kind, winner, kind, loser, VIA)
    searching.index(ctx, kind, winner)


def _repoint(ctx: Context, part: Part, winner: int, loser: int) -> None:
    found = Query(_Key, f"SELECT id FROM {part.table} WHERE {part.column} = :loser ORDER BY id")
    for one in found.all(ctx, loser=loser):
        if (part.table, one.id) in {("account", winner), ("contact", winner)}:
            continue  # nobody stands above themselves: the winner's own superior is settled with its columns
        record: Any = heads.stored(ctx, part.table, one.id)
        changing.change(ctx, part.table, record, {part.column: winner}, via=VIA, asked=False)


def _move(ctx: Context, part: Part, winner: int, loser: int) -> None:
    both = {"winner": winner, "loser": loser}
    if part.same:
        alike = " AND ".join(f"w.{name} IS {part.table}.{name}" for name in part.same)
        run(
            ctx,
            f"""DELETE FROM {part.table} WHERE {part.column} = :loser AND EXISTS (
            SELECT 1 FROM {part.table} w WHERE w.{part.column} = :winner AND {alike})""",
            **both,
        )
    primary = ", is_primary = 0" if part.table in ("email_address", "phone_number") else ""
    run(ctx, f"UPDATE {part.table} SET {part.column} = :winner{primary} WHERE {part.column} = :loser", **both)
    if primary:
        run(
            ctx,
            f"""UPDATE {part.table} SET is_primary = 1 WHERE id = (SELECT min(id) FROM {part.table}
              WHERE contact_id = :winner) AND NOT EXISTS (
              SELECT 1 FROM {part.table} WHERE contact_id = :winner AND is_primary = 1)""",
            winner=winner,
        )


def _restrict(ctx: Context, winner: int, loser: int) -> None:
    """An address that both have is opted out if either record says so."""
    for table in ("email_address", "phone_number"):
        run(
            ctx,
            f"""UPDATE {table} SET opted_out = 1 WHERE contact_id = :winner AND opted_out = 0 AND norm IN (
            SELECT norm FROM {table} WHERE contact_id = :loser AND opted_out = 1)""",
            winner=winner,
            loser=loser,
        )


def _share(ctx: Context, kind: str, winner: int, loser: int) -> None:
    """Whoever a loser was shared with sees the winner; what is asked about it and holds on it go on."""
    both = {"kind": kind, "winner": winner, "loser": loser}
    run(
        ctx,
        """DELETE FROM record_share WHERE kind = :kind AND record_id = :loser AND user_id IN (
        SELECT user_id FROM record_share WHERE kind = :kind AND record_id = :winner)""",
        **both,
    )
    run(ctx, "UPDATE record_share SET record_id = :winner WHERE kind = :kind AND record_id = :loser", **both)
    for table in ("legal_hold", "gdpr_request", "access_request"):
        waits = " AND state = 'pending'" if table == "access_request" else ""
        run(ctx, f"UPDATE {table} SET record_id = :winner WHERE kind = :kind AND record_id = :loser{waits}", **both)
