"""What is sold and for how much: products, price books by currency and customer, and dated exchange rates."""

from datetime import date

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from worlds.crm.models.accounts import CURRENCIES
from worlds.crm.models.model import Model
from worlds.engine.schema import (
    business,
    check,
    derived,
    key,
    not_negative,
    one_of,
    prose,
    refers,
    sensitive,
    table,
)

PRODUCT_LINES = ("tents", "furniture", "lighting", "cooking", "textiles", "storage")


class Product(Model):
    """Something that is sold. `cost` and `floor_price` are in euro cents; cost and margin are kept from most roles.

    Nothing is sold below the floor (rule CR6).
    """

    __tablename__ = "product"
    __table_args__ = table(
        "business", UniqueConstraint("sku"), one_of("line", PRODUCT_LINES), *not_negative("cost", "floor_price")
    )

    id: Mapped[int] = key()
    sku: Mapped[str] = business()
    name: Mapped[str] = business()
    line: Mapped[str] = business()
    description: Mapped[str | None] = prose()
    cost: Mapped[int] = sensitive()
    floor_price: Mapped[int] = business()
    active: Mapped[bool] = business()
    search_text: Mapped[str] = derived()


class PriceBook(Model):
    """Prices for one sort of customers in one currency; books that are not `active` are last year's."""

    __tablename__ = "price_book"
    __table_args__ = table("business", UniqueConstraint("name"), one_of("currency", CURRENCIES))

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    currency: Mapped[str] = business()
    description: Mapped[str] = prose()
    active: Mapped[bool] = business()
    valid_from: Mapped[date | None] = business()
    valid_to: Mapped[date | None] = business()


class PriceBookEntry(Model):
    """What a product costs by a price book, in minor units of the book's currency."""

    __tablename__ = "price_book_entry"
    __table_args__ = table(
        "business", UniqueConstraint("price_book_id", "product_id"), *not_negative("list_price"), called="entry_id"
    )

    id: Mapped[int] = key()
    price_book_id: Mapped[int] = refers("price_book.id")
    product_id: Mapped[int] = refers("product.id")
    list_price: Mapped[int] = business()
    active: Mapped[bool] = business()


class ExchangeRate(Model):
    """How much one unit of a currency is in another from a day on, in millionths (rule CR8)."""

    __tablename__ = "exchange_rate"
    __table_args__ = table(
        "business",
        UniqueConstraint("from_currency", "to_currency", "valid_from"),
        one_of("from_currency", CURRENCIES),
        one_of("to_currency", CURRENCIES),
        check("rate_millionths > 0"),
    )

    id: Mapped[int] = key()
    from_currency: Mapped[str] = business()
    to_currency: Mapped[str] = business()
    rate_millionths: Mapped[int] = business()
    valid_from: Mapped[date] = business()
