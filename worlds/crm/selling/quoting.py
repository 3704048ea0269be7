"""What is done with quotes: made from a deal's lines or from one another, added up, and moved from status to status."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from worlds.crm.days import local_day
from worlds.crm.models import Quote, QuoteLine
from worlds.crm.records import fieldlog, heads
from worlds.crm.records.heads import Opportunity
from worlds.crm.rules import QUOTE_LIFE
from worlds.crm.selling import amounts, discounts, price_books, prices, quote_file
from worlds.crm.selling.price_books import Book
from worlds.crm.selling.quote_file import QuoteFile
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid
from worlds.engine.rows import Query, insert, run


class Wanted(NamedTuple):
    """How a quote is to be: what is left out follows from its deal."""

    book: Book
    currency: str
    contact_id: int | None
    expires_on: date
    notes: str | None


class Row(NamedTuple):
    """A line of a quote that is to be made; `floor_price` in euro cents."""

    product_id: int
    sku: str
    quantity: int
    list_price: int
    discount_bp: int
    floor_price: int


class _Key(NamedTuple):
    id: int
    status: str


_PRESENTED = Query(
    _Key,
    "SELECT {fields} FROM quote WHERE opportunity_id = :deal AND status = 'presented' AND id <> :quote ORDER BY id",
)
_EXPIRED = Query(
    _Key,
    "SELECT {fields} FROM quote WHERE status IN ('approved', 'presented') AND expires_on < :today ORDER BY id",
)


def expiry(ctx: Context, asked: date | None) -> date:
    """Until when a quote is good: thirty days (rule CR15), or a day before that.

    Raises:
        Invalid: when another day is asked for.
    """
    today = local_day(ctx.now)
    last = today + QUOTE_LIFE
    if asked is not None and not today <= asked <= last:
        raise Invalid(
            "quote_life",
            f"A quote is good for {QUOTE_LIFE.days} days at most, so until {last.isoformat()}, and not into the past.",
            field="expires_on",
        )
    return asked or last


def recipient(ctx: Context, deal: Opportunity, asked: int | None) -> int | None:
    """Whom a quote is for: somebody who can be opened, or else the deal's primary contact."""
    if asked is not None:
        return heads.contact(ctx, asked).id
    return deal.primary_contact_id


def from_deal(ctx: Context, deal: Opportunity, wanted: Wanted) -> int:
    """Make a quote from a deal's lines, at the prices of a book and in a currency; answers its id.

    A price in another currency than the book's is converted at the rate of the deal's close date (rule CR8), and
    rounded for each product.

    Raises:
        Conflict: where a product has no price, or a price would be below its floor.
    """
    rate = prices.Rates(ctx).required(wanted.book.currency, wanted.currency, deal.close_date)
    rows = []
    for line in amounts.lines(ctx, deal.id):
        entry = price_books.entry(ctx, wanted.book.id, line.product_id)
        each = prices.divided((entry.list_price or 0) * rate[0], rate[1])
        rows.append(Row(line.product_id, line.sku, line.quantity, each, line.discount_bp, line.floor_price))
    discounts.check_floor(ctx, rows, 0, wanted.currency, deal.close_date, "opportunity_id")
    return _make(ctx, deal.id, wanted, 0, None, rows)


def copied(ctx: Context, before: QuoteFile, expires_on: date) -> int:
    """Make a draft with the lines and the discount of a quote; answers its id."""
    book = Book(before.price_book_id, before.price_book_name, before.book_currency, 1)
    wanted = Wanted(book, before.currency, before.contact_id, expires_on, before.notes)
    rows = [
        Row(one.product_id, one.sku, one.quantity, one.list_price, one.discount_bp, one.floor_price)
        for one in quote_file.lines(ctx, before.id)
    ]
    return _make(ctx, before.opportunity_id, wanted, before.discount_bp, before.discount_reason, rows)


def price(ctx: Context, found: QuoteFile, product_id: int) -> int:
    """What a product costs in a quote: by its book, in its currency."""
    entry = price_books.entry(ctx, found.price_book_id, product_id)
    rate = prices.Rates(ctx).required(found.book_currency, found.currency, found.close_date)
    return prices.divided((entry.list_price or 0) * rate[0], rate[1])


def add_up(ctx: Context, quote_id: int, discount_bp: int) -> None:
    """Work out a quote's lines and sums anew, with a discount on all of them; each line is rounded by itself."""
    lines = quote_file.lines(ctx, quote_id)
    for one in lines:
        net = prices.net(one.quantity, one.list_price, one.discount_bp, discount_bp)
        if net != one.net:
            run(ctx, "UPDATE quote_line SET net = :net WHERE id = :line", net=net, line=one.quote_line_id)
    run(
        ctx, "UPDATE quote SET discount_bp = :off, subtotal = :subtotal, total = :total, updated_at = :now "
        "WHERE id = :quote", off=discount_bp, subtotal=prices.total(lines), total=prices.total(lines, discount_bp),
        now=ctx.now, quote=quote_id,
    )  # fmt: skip


def move(ctx: Context, found: QuoteFile, status: str, via: str = "user", **columns: Any) -> None:
    """Give a quote another status, and other columns with it."""
    changed = {"status": status, **columns, "updated_at": ctx.now}
    sql = ", ".join(f"{name} = :{name}" for name in changed)
    run(ctx, f"UPDATE quote SET {sql} WHERE id = :quote_key", quote_key=found.id, **changed)  # noqa: S608 - names of our own columns
    fieldlog.entry(ctx, "quote", found.id, "status", found.status, status, via)


def supersede(ctx: Context, found: QuoteFile) -> None:
    """Let the other quotes of the deal that were presented give way to this one."""
    for other in _PRESENTED.all(ctx, deal=found.opportunity_id, quote=found.id):
        _give_way(ctx, other, "superseded", found.number)


def expire(ctx: Context) -> int:
    """Let the quotes expire that were good until yesterday; answers how many. For every night."""
    over = _EXPIRED.all(ctx, today=local_day(ctx.now).isoformat())
    for one in over:
        _give_way(ctx, one, "expired", "expiry")
    return len(over)


def check_good(ctx: Context, found: QuoteFile) -> None:
    """Refuse a quote that has expired.

    Raises:
        Conflict: then.
    """
    if date.fromisoformat(found.expires_on) < local_day(ctx.now):
        way = "revise it to get a new one" if found.status == "presented" else "give it another day"
        raise Conflict(
            "quote_expired",
            f"Quote {found.number} was good until {found.expires_on}; {way}.",
            field="quote_id",
        )


def _give_way(ctx: Context, one: _Key, status: str, via: str) -> None:
    run(
        ctx, "UPDATE quote SET status = :status, updated_at = :now WHERE id = :quote", status=status, now=ctx.now,
        quote=one.id,
    )  # fmt: skip
    fieldlog.entry(ctx, "quote", one.id, "status", one.status, status, via)


def _make(ctx: Context, deal_id: int, wanted: Wanted, discount_bp: int, reason: str | None, rows: Iterable[Row]) -> int:
    quote_id = insert(
        ctx, Quote, number=f"Q-{2000 + ctx.number('quote_number')}", opportunity_id=deal_id,
        contact_id=wanted.contact_id, status="draft", price_book_id=wanted.book.id, currency=wanted.currency,
        expires_on=wanted.expires_on.isoformat(), discount_bp=discount_bp, discount_reason=reason, subtotal=0, total=0,
        notes=wanted.notes, created_by_id=ctx.actor.person, created_at=ctx.now, updated_at=ctx.now,
    )  # fmt: skip
    for position, row in enumerate(rows, 1):
        insert(
            ctx, QuoteLine, quote_id=quote_id, product_id=row.product_id, position=position, quantity=row.quantity,
            list_price=row.list_price, discount_bp=row.discount_bp, net=0,
        )  # fmt: skip
    add_up(ctx, quote_id, discount_bp)
    return quote_id
