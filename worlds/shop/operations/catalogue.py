"""Looking through what the shop sells: search, categories, one product, and the back office's product list."""

from typing import Literal

from worlds.engine.context import Context
from worlds.engine.fields import Money, Page, PageNumber, PageSize, Price, RecordId, Result
from worlds.engine.operation import reads
from worlds.shop.rules import EVERYBODY, STAFF
from worlds.shop.texts import Query, Slug


class ProductCard(Result):
    """A product in the storefront's lists. Prices without tax; `category` is the path of slugs."""

    product_id: int
    title: str
    handle: str
    vendor: str
    category: str
    category_name: str
    price_from: Money
    price_to: Money
    compare_at: Money | None
    in_stock: bool
    final_sale: bool
    drawing: str | None


class CategoryView(Result):
    """A node of the category tree; `products` counts active products in it and below it."""

    category_id: int
    parent_id: int | None
    slug: str
    name: str
    path: str
    depth: int
    products: int


class Categories(Result):
    """The whole category tree, parents before children."""

    items: list[CategoryView]


class VariantView(Result):
    """One buyable form of a product. `available` units may be ordered now, at all locations together."""

    variant_id: int
    title: str
    sku: str
    price: Money
    compare_at: Money | None
    available: int
    in_stock: bool


class Crumb(Result):
    """A step of a breadcrumb: a category's name and path."""

    name: str
    path: str


class ProductDetail(Result):
    """A product with its variants. `tax_rate` in percent; prices are without tax."""

    product_id: int
    title: str
    handle: str
    vendor: str
    description: str
    category: str
    breadcrumb: list[Crumb]
    status: str
    tags: list[str]
    final_sale: bool
    tax_rate: str
    drawing: str | None
    variants: list[VariantView]


class ProductRow(Result):
    """A product in the back office's list; `available` adds up all variants and locations."""

    product_id: int
    title: str
    handle: str
    vendor: str
    category: str
    status: str
    final_sale: bool
    variants: int
    available: int
    price_from: Money
    price_to: Money


@reads(roles=EVERYBODY)
def search_products(
    ctx: Context,
    query: Query | None = None,
    category: Slug | None = None,
    in_stock_only: bool = False,
    price_min: Price | None = None,
    price_max: Price | None = None,
    sort: Literal["featured", "price_low", "price_high", "newest", "title"] = "featured",
    page: PageNumber = 1,
    page_size: PageSize = 24,
) -> Page[ProductCard]:
    """Search the products on sale.

    Args:
        query: Words that must all occur in title, vendor, tags or SKU, in any case and with or without accents.
        category: Path of a category, such as `outdoor/camping`; products below it are found too.
        in_stock_only: Leave out products of which no unit can be ordered now.
        price_min: Lowest price without tax of the cheapest variant.
        price_max: Highest price without tax of the cheapest variant.
        sort: Order of the results; `featured` is the shop's own.
        page: Page number from 1.
        page_size: Products a page.
    """
    raise NotImplementedError


@reads(roles=EVERYBODY)
def list_categories(ctx: Context) -> Categories:
    """List the category tree."""
    raise NotImplementedError


@reads(roles=EVERYBODY)
def get_product(ctx: Context, product_id: RecordId) -> ProductDetail:
    """Show a product with its variants, prices and stock.

    Args:
        product_id: The product's id.
    """
    raise NotImplementedError


@reads(roles=STAFF)
def list_products(
    ctx: Context,
    query: Query | None = None,
    status: Literal["active", "draft", "archived"] | None = None,
    category: Slug | None = None,
    sort: Literal["title", "newest", "stock_low"] = "title",
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[ProductRow]:
    """List products of any status for the back office.

    Args:
        query: Words that must all occur in title, vendor, tags or SKU.
        status: Only products of this status.
        category: Path of a category; products below it are listed too.
        sort: Order of the list.
        page: Page number from 1.
        page_size: Products a page.
    """
    raise NotImplementedError
