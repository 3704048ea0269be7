"""One quote as operations read it, with its lines, and who may open it: whoever may open its deal, and approvers."""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

from datetime import datetime
from typing import NamedTuple

from worlds.crm.records import access
from worlds.crm.records.heads import Opportunity
from worlds.crm.selling import amounts
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, NotFound
from worlds.engine.rows import Query, number


class QuoteFile(NamedTuple):
    """A quote's columns, with the number of its deal and the names of its price book and its recipient."""

    id: int
    number: str
    opportunity_id: int
    opportunity_number: str
    opportunity_name: str
    account_id: int
    account_name: str
    close_date: str
    owner_id: int
    owner_name: str
    contact_id: int | None
    contact_name: str | None
    status: str
    price_book_id: int
    price_book_name: str
    book_currency: str
    currency: str
    expires_on: str
    discount_bp: int
    discount_reason: str | None
    subtotal: int
    total: int
    notes: str | None
    answer: str | None
    created_by_id: int | None
    presented_at: datetime | None
    answered_at: datetime | None
    created_at: datetime
    updated_at: datetime


class QuoteLineRow(NamedTuple):
    """A line of a quote, with its product; `floor_price` in euro cents."""

    quote_line_id: int
    position: int
    product_id: int
    sku: str
    product_name: str
    quantity: int
    list_price: int
    discount_bp: int
    net: int
    floor_price: int


SELECTED = """q.id, q.number, q.opportunity_id, o.number, o.name, o.account_id, a.name, o.close_date, o.owner_id,
  u.name, q.contact_id, trim(coalesce(c.first_name, '') || ' ' || c.last_name), q.status, q.price_book_id, b.name,
  b.currency, q.currency, q.expires_on, q.discount_bp, q.discount_reason, q.subtotal, q.total, q.notes, q.answer,
  q.created_by_id, q.presented_at, q.answered_at, q.created_at, q.updated_at"""
SOURCE = """quote q JOIN opportunity o ON o.id = q.opportunity_id JOIN account a ON a.id = o.account_id
  JOIN crm_user u ON u.id = o.owner_id JOIN price_book b ON b.id = q.price_book_id
  LEFT JOIN contact c ON c.id = q.contact_id"""
_ONE = Query(QuoteFile, f"SELECT {SELECTED} FROM {SOURCE} WHERE q.id = :quote")
_LINES = Query(
    QuoteLineRow,
    """SELECT l.id, l.position, l.product_id, p.sku, p.name, l.quantity, l.list_price, l.discount_bp, l.net,
      p.floor_price FROM quote_line l JOIN product p ON p.id = l.product_id WHERE l.quote_id = :quote
    ORDER BY l.position, l.id LIMIT 200""",
)
_SEEN = """SELECT count(*) FROM quote q WHERE q.id = :quote AND ({} OR EXISTS
  (SELECT 1 FROM approval_request r WHERE r.quote_id = q.id AND r.approver_id = :me))"""


def stored(ctx: Context, quote_id: int) -> QuoteFile | None:
    """A quote, whoever asks; None where there is none of that id."""
    return _ONE.first(ctx, quote=quote_id)


def quote(ctx: Context, quote_id: int, field: str = "quote_id") -> QuoteFile:
    """A quote that the acting person may open: of a deal that they may open, or one that they were asked to approve.

    Raises:
        NotFound: when there is none.
    """
    found = stored(ctx, quote_id)
    if found is None or not _opens(ctx, quote_id):
        raise NotFound(
            "quote_not_found",
            f"There is no quote with id {quote_id} that you may open; the list of quotes holds those that you may.",
            field=field,
        )
    return found


def lines(ctx: Context, quote_id: int) -> list[QuoteLineRow]:
    """A quote's lines, in their order."""
    return _LINES.all(ctx, quote=quote_id)


def line(ctx: Context, found: QuoteFile, quote_line_id: int) -> QuoteLineRow:
    """One line of a quote.

    Raises:
        NotFound: when the quote has none of that id.
    """
    for one in lines(ctx, found.id):
        if one.quote_line_id == quote_line_id:
            return one
    raise NotFound(
        "quote_line_not_found",
        f"Quote {found.number} has no line with id {quote_line_id}; the quote shows those it has.",
        field="quote_line_id",
    )


def workable(ctx: Context, quote_id: int) -> tuple[QuoteFile, Opportunity]:
    """A quote with its deal, where the acting person may change the deal and it is open and not locked.

    Raises:
        Conflict, Forbidden, NotFound: as `amounts.workable`.
    """
    found = quote(ctx, quote_id)
    return found, amounts.workable(ctx, found.opportunity_id)


def draft(ctx: Context, quote_id: int) -> tuple[QuoteFile, Opportunity]:
    """The same, of a quote that is still a draft, whose lines and discount may be changed.

    Raises:
        Conflict, Forbidden, NotFound: otherwise.
    """
    found, deal = workable(ctx, quote_id)
    if found.status != "draft":
        raise Conflict(
            "quote_not_draft",
            f"Quote {found.number} is {found.status.replace('_', ' ')} and stays as it is; revise it to get a new "
            "draft.",
            field="quote_id",
        )
    return found, deal


def _opens(ctx: Context, quote_id: int) -> bool:
    condition = access.opens_each(ctx, "quote", "q")
    return condition == "1" or bool(number(ctx, _SEEN.format(condition), quote=quote_id, **access.me(ctx)))
