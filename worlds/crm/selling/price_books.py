"""Price books: which one a deal or a quote uses, and what a product costs by it."""

from typing import NamedTuple

from worlds.crm.records.heads import Account
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid, NotFound
from worlds.engine.rows import Query


class Book(NamedTuple):
    """A price book."""

    id: int
    name: str
    currency: str
    active: int


class Entry(NamedTuple):
    """A product with its price by a book, in minor units of the book's currency; `floor_price` in euro cents."""

    product_id: int
    sku: str
    name: str
    active: int
    floor_price: int
    list_price: int | None
    listed: int


_BOOK = Query(Book, "SELECT {fields} FROM price_book WHERE id = :key")
_STANDARD = Query(Book, "SELECT {fields} FROM price_book WHERE currency = :currency AND active = 1 ORDER BY id LIMIT 1")
_ENTRY = Query(
    Entry,
    """SELECT p.id, p.sku, p.name, p.active, p.floor_price, e.list_price, coalesce(e.active, 0) FROM product p
    LEFT JOIN price_book_entry e ON e.product_id = p.id AND e.price_book_id = :book WHERE p.id = :product""",
)


def book(ctx: Context, book_id: int, field: str = "price_book_id") -> Book:
    """A price book that is in use.

    Raises:
        Conflict: when it is last year's.
        NotFound: when there is none of that id.
    """
    found = _BOOK.first(ctx, key=book_id)
    if found is None:
        raise NotFound(
            "price_book_not_found",
            f"There is no price book with id {book_id}; see the list of price books.",
            field=field,
        )
    if not found.active:
        raise Conflict(
            "price_book_inactive",
            f"The price book {found.name} is not used any more; choose another one.",
            field=field,
        )
    return found


def check(ctx: Context, book_id: int | None, currency: str, field: str) -> None:
    """Refuse a book whose prices are not in a deal's currency, or that is out of use.

    Raises:
        Conflict, Invalid, NotFound: then.
    """
    if book_id is None:
        return
    found = book(ctx, book_id)
    if found.currency != currency:
        raise Invalid(
            "price_book_currency",
            f"The prices of {found.name} are in {found.currency}, those of the deal in {currency}; choose another.",
            field=field,
        )


def chosen(ctx: Context, account: Account, currency: str, asked: int | None) -> int | None:
    """The book of a new deal: the one that is asked for, else the account's own, else the first of its currency.

    Raises:
        Conflict, Invalid, NotFound: when the one that is asked for cannot be it.
    """
    if asked is not None:
        check(ctx, asked, currency, "price_book_id")
        return asked
    own = None if account.price_book_id is None else _BOOK.first(ctx, key=account.price_book_id)
    if own is not None and own.active and own.currency == currency:
        return own.id
    standard = _STANDARD.first(ctx, currency=currency)
    return None if standard is None else standard.id


def entry(ctx: Context, book_id: int, product_id: int) -> Entry:
    """A product that is sold, with its price by a book.

    Raises:
        Conflict: when it is not sold any more, or has no price there.
        NotFound: when there is none of that id.
    """
    found = _ENTRY.first(ctx, book=book_id, product=product_id)
    if found is None:
        raise NotFound(
            "product_not_found",
            f"There is no product with id {product_id}; see the list of products.",
            field="product_id",
        )
    if not found.active:
        raise Conflict(
            "product_inactive", f"{found.sku} {found.name} is not sold any more; choose another.", field="product_id"
        )
    if not found.listed or found.list_price is None:
        raise Conflict(
            "price_missing",
            f"{found.sku} {found.name} has no price in that price book; see the prices of the book.",
            field="product_id",
        )
    return found
