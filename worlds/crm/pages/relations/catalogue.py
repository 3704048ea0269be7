"""What the house sells and for how much: products, price books, prices, exchange rates; and its handbook."""

from flask import url_for

from worlds.crm.operations.catalogue import list_exchange_rates, list_price_books, list_prices, list_products
from worlds.crm.operations.policies import get_policy, list_policies
from worlds.crm.pages.relations.app import relations
from worlds.crm.pages.relations.asking import Ask
from worlds.crm.pages.relations.choices import MANY, YES_NO
from worlds.crm.pages.relations.lists import Listed, list_page
from worlds.engine.surfaces.chrome import Act
from worlds.engine.surfaces.markdown import render_markdown
from worlds.engine.surfaces.pages import Door


def _acts() -> list[Act]:
    pages = (("Products", "products"), ("Price books", "books"), ("Prices", "prices"), ("Exchange rates", "rates"))
    return [Act(title, url_for(f"relations.{page}")) for title, page in pages]


@relations.page("/products")
def products(door: Door) -> str:
    """The product list."""
    filters = (Ask("query", "Search"), Ask("line", "Line", blank="Any"), Ask("active", "Sold", YES_NO, "Any"))
    listed = Listed("Products", "product", "product", "products", filters, (("All products", {}),), _acts())
    return list_page(door, list_products, listed)


@relations.page("/prices/books")
def books(door: Door) -> str:
    """The price books."""
    filters = (Ask("currency", "Currency", blank="Any"), Ask("active", "In use", YES_NO, "Any"))
    listed = Listed("Price books", "price_book", "book", "books", filters, (("All books", {}),), _acts())
    return list_page(door, list_price_books, listed)


@relations.page("/prices")
def prices(door: Door) -> str:
    """What products cost, by price book."""
    found = door.part(list_price_books, page_size=MANY)
    known = [(str(one.price_book_id), one.name) for one in (found.items if found else ())]
    filters = (
        Ask("query", "Search"), Ask("price_book_id", "Price book", known, "Any"), Ask("line", "Line", blank="Any"),
        Ask("product_id", "Product’s id"),
    )  # fmt: skip
    listed = Listed("Prices", "price", "price", "prices", filters, (("All prices", {}),), _acts())
    return list_page(door, list_prices, listed)


@relations.page("/prices/rates")
def rates(door: Door) -> str:
    """Exchange rates, by the day from which they hold."""
    filters = (
        Ask("from_currency", "From", blank="Any"), Ask("to_currency", "To", blank="Any"), Ask("on", "In force on"),
    )  # fmt: skip
    listed = Listed("Exchange rates", "rate", "rate", "rates", filters, (("All rates", {}),), _acts())
    return list_page(door, list_exchange_rates, listed)


@relations.page("/handbook")
def handbook(door: Door) -> str:
    """The sales handbook."""
    return door.render("relations/handbook.html", found=door.part(list_policies))


@relations.page("/handbook/<slug>")
def handbook_page(door: Door, slug: str) -> str:
    """One page of the handbook."""
    shown = door.read(get_policy, slug=slug)
    return door.render("relations/handbook_page.html", policy=shown, text=render_markdown(shown.text))
