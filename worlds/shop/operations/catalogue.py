"""Looking through what the shop sells: search, categories, one product, and the back office's product list."""


# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

import json
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.fields import (
    Money,
    Page,
    PageNumber,
    PageSize,
    Price,
    Query,
    RecordId,
    Result,
    Slug,
    UpTo20,
    UpTo200,
)
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads
from worlds.engine.rows import Query as Rows
from worlds.shop.order_file import percent
from worlds.shop.rules import EVERYBODY, STAFF


class _Card(NamedTuple):
    product_id: int
    title: str
    handle: str
    vendor: str
    category: str
    category_name: str
    price_from: int
    price_to: int
    compare_at: int | None
    in_stock: int
    final_sale: int
    drawing: str | None


class _Row(NamedTuple):
    product_id: int
    title: str
    handle: str
    vendor: str
    category: str
    status: str
    final_sale: int
    variants: int
    available: int
    price_from: int
    price_to: int


class _Category(NamedTuple):
    category_id: int
    parent_id: int | None
    slug: str
    name: str
    path: str
    depth: int
    products: int


class _Product(NamedTuple):
    product_id: int
    title: str
    handle: str
    vendor: str
    description: str
    category: str
    status: str
    tags: str
    final_sale: int
    tax_rate_bp: int
    drawing: str | None


class _Variant(NamedTuple):
    variant_id: int
    title: str
    sku: str
    price: int
    compare_at: int | None
    available: int
    in_stock: int


class _Crumb(NamedTuple):
    name: str
    path: str


_PRODUCTS = "product p JOIN category c ON c.id = p.category_id"
_CHEAPEST = "(SELECT coalesce(min(v.price), 0) FROM variant v WHERE v.product_id = p.id AND v.active = 1)"
_DEAREST = "(SELECT coalesce(max(v.price), 0) FROM variant v WHERE v.product_id = p.id AND v.active = 1)"
_AVAILABLE = """(SELECT coalesce(sum(max(i.available, 0)), 0) FROM variant v
  JOIN inventory_level i ON i.variant_id = v.id
  JOIN location w ON w.id = i.location_id AND w.active = 1 AND w.fulfils_online = 1
  WHERE v.product_id = p.id AND v.active = 1)"""
_SOLD_BEYOND = """EXISTS (SELECT 1 FROM variant v WHERE v.product_id = p.id AND v.active = 1
  AND v.inventory_policy = 'continue')"""
_CARD_SQL = f"""p.id, p.title, p.handle, p.vendor, c.path, c.name, {_CHEAPEST}, {_DEAREST},
  (SELECT max(v.compare_at) FROM variant v WHERE v.product_id = p.id AND v.active = 1),
  ({_AVAILABLE} > 0 OR {_SOLD_BEYOND}), p.final_sale, p.drawing"""
_ROW_SQL = f"""p.id, p.title, p.handle, p.vendor, c.path, p.status, p.final_sale,
  (SELECT count(*) FROM variant v WHERE v.product_id = p.id), {_AVAILABLE}, {_CHEAPEST}, {_DEAREST}"""
_CARD_SORTS = {
    "featured": "p.id * 7919 % 1009, p.id",
    "price_low": f"{_CHEAPEST}, p.id",
    "price_high": f"{_CHEAPEST} DESC, p.id",
    "newest": "p.created_at DESC, p.id DESC",
    "title": "p.search_text, p.id",
}
_ROW_SORTS = {
    "title": "p.title COLLATE NOCASE, p.id",
    "newest": "p.created_at DESC, p.id DESC",
    "stock_low": f"{_AVAILABLE}, p.id",
}
_CATEGORIES = Rows(
    _Category,
    """WITH sold AS MATERIALIZED (SELECT k.path, count(*) AS products FROM product p JOIN category k
      ON k.id = p.category_id WHERE p.status = 'active' GROUP BY k.id)
    SELECT c.id, c.parent_id, c.slug, c.name, c.path, length(c.path) - length(replace(c.path, '/', '')) AS depth,
      (SELECT coalesce(sum(products), 0) FROM sold WHERE sold.path = c.path OR sold.path LIKE c.path || '/%')
    FROM category c ORDER BY depth, c.position, c.path LIMIT 1000""",
)
_PRODUCT = Rows(
    _Product,
    """SELECT p.id, p.title, p.handle, p.vendor, p.description, c.path, p.status, p.tags, p.final_sale, p.tax_rate_bp,
      p.drawing FROM product p JOIN category c ON c.id = p.category_id WHERE p.id = :product""",
)
_VARIANTS = Rows(
    _Variant,
    """SELECT x.id, x.title, x.sku, x.price, x.compare_at, x.available, x.available > 0 OR x.policy = 'continue'
    FROM (SELECT v.id, v.title, v.sku, v.price, v.compare_at, v.inventory_policy AS policy, v.position,
      (SELECT coalesce(sum(max(i.available, 0)), 0) FROM inventory_level i JOIN location w ON w.id = i.location_id
        WHERE i.variant_id = v.id AND w.active = 1 AND w.fulfils_online = 1) AS available
      FROM variant v WHERE v.product_id = :product AND v.active = 1) x ORDER BY x.position, x.id LIMIT 200""",
)
_CRUMBS = Rows(
    _Crumb,
    """SELECT name, path FROM category WHERE :category = path OR :category LIKE path || '/%'
    ORDER BY length(path) LIMIT 20""",
)


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

    items: Annotated[list[CategoryView], Field(max_length=1000)]


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
    breadcrumb: UpTo20[Crumb]
    status: str
    tags: UpTo200[str]
    final_sale: bool
    tax_rate: str
    drawing: str | None
    variants: UpTo200[VariantView]


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
def search_products(  # noqa: PLR0913 - a list's filters are its schema
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
        category: Path of a category, such as `kitchen-table/tableware`; products below it are found too.
        in_stock_only: Leave out products of which no unit can be ordered now.
        price_min: Lowest price without tax of the cheapest variant.
        price_max: Highest price without tax of the cheapest variant.
        sort: Order of the results; `featured` is the shop's own.
        page: Page number from 1.
        page_size: Products a page.
    """
    conditions = Conditions()
    conditions.add("p.status = 'active'")
    conditions.words(query, "p.search_text")
    _in_category(conditions, category)
    if in_stock_only:
        conditions.add(f"({_AVAILABLE} > 0 OR {_SOLD_BEYOND})")
    if price_min is not None:
        conditions.add(f"{_CHEAPEST} >= :price_min", price_min=price_min)
    if price_max is not None:
        conditions.add(f"{_CHEAPEST} <= :price_max", price_max=price_max)
    rows, total = page_of(ctx, _Card, _CARD_SQL, _PRODUCTS, conditions, _CARD_SORTS[sort], page, page_size)
    return Page[ProductCard].of([ProductCard(**row._asdict()) for row in rows], total, page, page_size)


@reads(roles=EVERYBODY)
def list_categories(ctx: Context) -> Categories:
    """List the category tree."""
    return Categories(items=[CategoryView(**row._asdict()) for row in _CATEGORIES.all(ctx)])


@reads(roles=EVERYBODY)
def get_product(ctx: Context, product_id: RecordId) -> ProductDetail:
    """Show a product with its variants, prices and stock.

    Args:
        product_id: The product's id.
    """
    one = _PRODUCT.first(ctx, product=product_id)
    if one is None or (ctx.actor.role == "customer" and one.status != "active"):
        raise NotFound(
            "product_not_found",
            f"There is no product {product_id} on sale. Search the shop for one.",
            field="product_id",
        )
    variants = _VARIANTS.all(ctx, product=product_id)
    crumbs = _CRUMBS.all(ctx, category=one.category)
    return ProductDetail(
        product_id=one.product_id, title=one.title, handle=one.handle, vendor=one.vendor, description=one.description,
        category=one.category, breadcrumb=[Crumb(name=crumb.name, path=crumb.path) for crumb in crumbs],
        status=one.status, tags=json.loads(one.tags)[:200], final_sale=bool(one.final_sale),
        tax_rate=percent(one.tax_rate_bp), drawing=one.drawing,
        variants=[VariantView(**variant._asdict()) for variant in variants],
    )  # fmt: skip


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
    conditions = Conditions()
    conditions.words(query, "p.search_text")
    conditions.equal(p__status=status)
    _in_category(conditions, category)
    rows, total = page_of(ctx, _Row, _ROW_SQL, _PRODUCTS, conditions, _ROW_SORTS[sort], page, page_size)
    return Page[ProductRow].of([ProductRow(**row._asdict()) for row in rows], total, page, page_size)


def _in_category(conditions: Conditions, path: str | None) -> None:
    if path is not None:
        conditions.add("(c.path = :category OR substr(c.path, 1, :length) = :below)")
        conditions.values |= {"category": path, "below": f"{path}/", "length": len(path) + 1}
