"""Quotes as lists and record pages show them."""

from typing import Any, NamedTuple

from worlds.crm.models import Quote
from worlds.crm.records import withheld
from worlds.crm.selling import discounts, quote_file
from worlds.crm.selling.quote_file import QuoteFile
from worlds.crm.selling.views import ApprovalHead, QuoteDetail, QuoteLineView, QuoteRow
from worlds.engine.context import Context
from worlds.engine.rows import Query


class _Approval(NamedTuple):
    approval_id: int
    number: str
    state: str
    approver_name: str
    discount: int


_APPROVALS = Query(
    _Approval,
    """SELECT r.id, r.number, r.state, u.name, r.discount_bp FROM approval_request r
    JOIN crm_user u ON u.id = r.approver_id WHERE r.quote_id = :quote ORDER BY r.id DESC LIMIT 50""",
)


def row_view(found: QuoteFile) -> QuoteRow:
    """A quote as lists show it."""
    return QuoteRow.model_validate(_columns(found, QuoteRow))


def detail(ctx: Context, found: QuoteFile) -> QuoteDetail:
    """A quote as its record page shows it."""
    lines = quote_file.lines(ctx, found.id)
    most = discounts.off_list(lines, found.discount_bp)
    needed = found.status in ("draft", "in_review") and most > discounts.limit(ctx.actor.role)
    shown: dict[str, Any] = {
        **_columns(found, QuoteDetail), "version": ctx.version(Quote, found.id),
        "withheld": withheld.names(ctx, "quote"), "locked": found.status == "in_review", "off_list": most,
        "approval_needed": needed,
        "lines": [_line(one) for one in lines],
        "approvals": [ApprovalHead.model_validate(one._asdict()) for one in _APPROVALS.all(ctx, quote=found.id)],
    }  # fmt: skip
    return QuoteDetail.model_validate(shown)


def now(ctx: Context, quote_id: int) -> QuoteDetail:
    """A quote as it is stored, once it was looked up."""
    found = quote_file.stored(ctx, quote_id)
    assert found is not None  # noqa: S101 - the caller has just read or made it
    return detail(ctx, found)


def _columns(found: QuoteFile, view: type[QuoteRow]) -> dict[str, Any]:
    values = {**found._asdict(), "quote_id": found.id, "discount": found.discount_bp}
    return {name: values[name] for name in view.model_fields if name in values}


def _line(row: quote_file.QuoteLineRow) -> QuoteLineView:
    return QuoteLineView(
        quote_line_id=row.quote_line_id, position=row.position, product_id=row.product_id, sku=row.sku,
        product_name=row.product_name, quantity=row.quantity, list_price=row.list_price, discount=row.discount_bp,
        net=row.net,
    )  # fmt: skip
