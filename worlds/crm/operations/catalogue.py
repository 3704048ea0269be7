"""What is sold and for how much: products, price books, prices, and exchange rates by day."""

from typing import Literal, NamedTuple

from worlds.crm.records import withheld
from worlds.crm.rules import EVERYBODY
from worlds.crm.views import Columns, Currency
from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.fields import Day, Line, Money, Page, PageNumber, PageSize, Query, RecordId, Result
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads
from worlds.engine.rows import Query as Rows

ProductLine = Literal["tents", "furniture", "lighting", "cooking", "textiles", "storage"]


class ProductView(Result):
    """A product. `floor_price` (EUR) is below what it is never sold; `cost` (EUR) is kept from most roles."""

    product_id: int
    sku: str
    name: str
    line: str
    description: str | None
    floor_price: Money
    cost: Money | None
    active: bool
    withheld: Columns


class PriceBookView(Result):
    """A price book; `prices` counts the products that it has prices of."""

    price_book_id: int
    name: str
    currency: str
    description: str
    active: bool
    valid_from: Day | None
    valid_to: Day | None
    prices: int


class PriceView(Result):
    """What a piece of a product costs by a price book."""

    price_book_id: int
    price_book_name: str
    currency: str
    product_id: int
    sku: str
    product_name: str
    line: str
    list_price: Money
    active: bool


class RateView(Result):
    """How much one unit of a currency is in another from a day on, such as 1.17."""

    from_currency: str
    to_currency: str
    rate: Line
    valid_from: Day


class _Product(NamedTuple):
    product_id: int
    sku: str
    name: str
    line: str
    description: str | None
    floor_price: int
    cost: int | None
    active: int


class _Book(NamedTuple):
    price_book_id: int
    name: str
    currency: str
    description: str
    active: int
    valid_from: str | None
    valid_to: str | None
    prices: int


class _Price(NamedTuple):
    price_book_id: int
    price_book_name: str
    currency: str
    product_id: int
    sku: str
    product_name: str
    line: str
    list_price: int
    active: int


class _Rate(NamedTuple):
    from_currency: str
    to_currency: str
    rate: int
    valid_from: str


class _Known(NamedTuple):
    id: int


_IS_BOOK = Rows(_Known, "SELECT {fields} FROM price_book WHERE id = :book")


@reads(roles=EVERYBODY)
def list_products(
    ctx: Context,
    query: Query | None = None,
    line: ProductLine | None = None,
    active: bool | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[ProductView]:
    """List products, by article number.

    Args:
        query: Words that must all occur in article number or name.
        line: Only products of this line.
        active: Only those that are sold (true) or not sold any more (false).
        page: Page number from 1.
        page_size: Products a page.
    """
    conditions = Conditions()
    conditions.words(query, "p.search_text")
    conditions.equal(p__line=line, p__active=None if active is None else int(active))
    fields = "p.id, p.sku, p.name, p.line, p.description, p.floor_price, p.cost, p.active"
    rows, total = page_of(ctx, _Product, fields, "product p", conditions, "p.sku, p.id", page, page_size)
    kept = withheld.names(ctx, "product")
    items = [
        ProductView.model_validate({**withheld.shown(ctx, "product", row._asdict()), "withheld": kept}) for row in rows
    ]
    return Page[ProductView].of(items, total, page, page_size)


@reads(roles=EVERYBODY)
def list_price_books(
    ctx: Context,
    currency: Currency | None = None,
    active: bool | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[PriceBookView]:
    """List price books, those in use first.

    Args:
        currency: Only books in this currency.
        active: Only books in use (true) or out of use (false).
        page: Page number from 1.
        page_size: Books a page.
    """
    conditions = Conditions()
    conditions.equal(b__currency=currency, b__active=None if active is None else int(active))
    fields = """b.id, b.name, b.currency, b.description, b.active, b.valid_from, b.valid_to,
      (SELECT count(*) FROM price_book_entry e WHERE e.price_book_id = b.id AND e.active = 1)"""
    rows, total = page_of(ctx, _Book, fields, "price_book b", conditions, "b.active DESC, b.id", page, page_size)
    return Page[PriceBookView].of([PriceBookView.model_validate(row._asdict()) for row in rows], total, page, page_size)


@reads(roles=EVERYBODY)
def list_prices(
    ctx: Context,
    price_book_id: RecordId | None = None,
    product_id: RecordId | None = None,
    query: Query | None = None,
    line: ProductLine | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[PriceView]:
    """List what products cost by price books, by article number.

    Args:
        price_book_id: Only prices of this book.
        product_id: Only prices of this product.
        query: Words that must all occur in the product's article number or name.
        line: Only products of this line.
        page: Page number from 1.
        page_size: Prices a page.
    """
    if price_book_id is not None and _IS_BOOK.first(ctx, book=price_book_id) is None:
        raise NotFound(
            "price_book_not_found",
            f"There is no price book with id {price_book_id}; see the list of price books.",
            field="price_book_id",
        )
    conditions = Conditions()
    conditions.words(query, "p.search_text")
    conditions.equal(e__price_book_id=price_book_id, e__product_id=product_id, p__line=line)
    fields = """e.price_book_id, b.name, b.currency, e.product_id, p.sku, p.name, p.line, e.list_price,
      e.active AND p.active AND b.active"""
    source = """price_book_entry e JOIN price_book b ON b.id = e.price_book_id JOIN product p ON p.id = e.product_id"""
    rows, total = page_of(ctx, _Price, fields, source, conditions, "p.sku, e.price_book_id", page, page_size)
    return Page[PriceView].of([PriceView.model_validate(row._asdict()) for row in rows], total, page, page_size)


@reads(roles=EVERYBODY)
def list_exchange_rates(
    ctx: Context,
    from_currency: Currency | None = None,
    to_currency: Currency | None = None,
    on: Day | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[RateView]:
    """List the exchange rates of the house, the newest first. An amount is converted at the rate of its close date.

    Args:
        from_currency: Only rates from this currency.
        to_currency: Only rates to this currency.
        on: Only the rates that are in force on this day.
        page: Page number from 1.
        page_size: Rates a page.
    """
    conditions = Conditions()
    conditions.equal(r__from_currency=from_currency, r__to_currency=to_currency)
    if on is not None:
        conditions.add(
            """r.valid_from = (SELECT max(x.valid_from) FROM exchange_rate x WHERE x.from_currency = r.from_currency
            AND x.to_currency = r.to_currency AND x.valid_from <= :on)""",
            on=on.isoformat(),
        )
    fields = "r.from_currency, r.to_currency, r.rate_millionths, r.valid_from"
    order = "r.valid_from DESC, r.from_currency, r.to_currency"
    rows, total = page_of(ctx, _Rate, fields, "exchange_rate r", conditions, order, page, page_size)
    items = [RateView.model_validate({**row._asdict(), "rate": _spelled(row.rate)}) for row in rows]
    return Page[RateView].of(items, total, page, page_size)


def _spelled(millionths: int) -> str:
    whole, rest = divmod(millionths, 1_000_000)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")
