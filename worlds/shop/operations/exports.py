"""Taking many records out of the back office at once, as a file; what was taken, by whom and what for, stays known."""

from datetime import datetime
from typing import Literal, NamedTuple

from worlds.engine.context import Context
from worlds.engine.fields import Day, Instant, Page, PageNumber, PageSize, Reason, RecordId, Result, iso_instant
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import insert, number
from worlds.shop.chronicle import audit, speaker
from worlds.shop.days import day_end, day_start
from worlds.shop.models import DataExport
from worlds.shop.rules import CUSTOMER_EXPORTERS, ORDER_EXPORTERS, STAFF
from worlds.shop.views import FinancialStatus, FulfilmentStatus

ExportKind = Literal["customers", "orders"]


class ExportView(Result):
    """An export: which records in words, how many, what for, and the file that lies in your work folder."""

    export_id: RecordId
    number: str
    kind: str
    scope: str
    row_count: int
    purpose: str
    by: str
    created_at: Instant
    file: str


class _Row(NamedTuple):
    id: int
    number: str
    kind: str
    scope: str
    row_count: int
    purpose: str
    author_name: str
    created_at: datetime


_FIELDS = "x.id, x.number, x.kind, x.scope, x.row_count, x.purpose, x.author_name, x.created_at"


@writes(roles=CUSTOMER_EXPORTERS)
def export_customers(
    ctx: Context,
    purpose: Reason,
    state: Literal["enabled", "invited", "disabled"] | None = None,
    consenting: bool = False,
) -> ExportView:
    """Take customers out as a file, with names, addresses, e-mails and telephone numbers.

    Args:
        purpose: Who asked for it, and what for.
        state: Only accounts in this state.
        consenting: Only customers who want to hear of offers.
    """
    conditions = Conditions()
    conditions.equal(c__state=state, c__marketing_consent=1 if consenting else None)
    rows = number(ctx, f"SELECT count(*) FROM customer c{conditions.where}", **conditions.values)  # noqa: S608 - fixed texts
    parts = (f"{state} accounts" if state else "all accounts", "with consent" if consenting else "")
    return _export(ctx, "customers", ", ".join(filter(None, parts)), rows, purpose)


@writes(roles=ORDER_EXPORTERS)
def export_orders(
    ctx: Context,
    purpose: Reason,
    placed_from: Day | None = None,
    placed_to: Day | None = None,
    financial_status: FinancialStatus | None = None,
    fulfilment_status: FulfilmentStatus | None = None,
) -> ExportView:
    """Take orders out as a file, with what was bought, by whom and for how much.

    Args:
        purpose: Who asked for it, and what for.
        placed_from: First day of placing, in the store's zone.
        placed_to: Last day of placing, in the store's zone.
        financial_status: Only orders whose money is in this state.
        fulfilment_status: Only orders whose goods are in this state.
    """
    conditions = Conditions()
    conditions.equal(o__financial_status=financial_status, o__fulfilment_status=fulfilment_status)
    if placed_from:
        conditions.add("o.placed_at >= :since", since=iso_instant(day_start(placed_from)))
    if placed_to:
        conditions.add("o.placed_at < :until", until=iso_instant(day_end(placed_to)))
    rows = number(ctx, f"SELECT count(*) FROM sales_order o{conditions.where}", **conditions.values)  # noqa: S608 - fixed texts
    parts = (
        f"from {placed_from}" if placed_from else "",
        f"to {placed_to}" if placed_to else "",
        financial_status or "",
        fulfilment_status or "",
    )
    return _export(ctx, "orders", ", ".join(filter(None, parts)) or "all orders", rows, purpose)


@reads(roles=STAFF)
def list_exports(
    ctx: Context, kind: ExportKind | None = None, page: PageNumber = 1, page_size: PageSize = 25
) -> Page[ExportView]:
    """List what was taken out as files, newest first.

    Args:
        kind: Only exports of these records.
        page: Page number from 1.
        page_size: Exports a page.
    """
    conditions = Conditions()
    conditions.equal(x__kind=kind)
    rows, total = page_of(ctx, _Row, _FIELDS, "data_export x", conditions, "x.id DESC", page, page_size)
    return Page[ExportView].of([_view(row) for row in rows], total, page, page_size)


def _export(ctx: Context, kind: ExportKind, scope: str, rows: int, purpose: str) -> ExportView:
    name = f"EX-{100 + ctx.number('export_number')}"
    export_id = insert(
        ctx, DataExport, number=name, kind=kind, scope=scope, row_count=rows, purpose=purpose,
        author_role=ctx.actor.role, author_name=speaker(ctx), created_at=ctx.now,
    )  # fmt: skip
    audit(ctx, f"export_{kind}", "export", export_id, scope=scope, rows=rows)
    return _view(_Row(export_id, name, kind, scope, rows, purpose, speaker(ctx), ctx.now))


def _view(row: _Row) -> ExportView:
    return ExportView(
        export_id=row.id, number=row.number, kind=row.kind, scope=row.scope, row_count=row.row_count,
        purpose=row.purpose, by=row.author_name, created_at=row.created_at, file=f"{row.number}-{row.kind}.csv",
    )  # fmt: skip
