"""Looking after articles: their words, marks and prices. What was ordered keeps what it was ordered with."""

import json
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid, NotFound
from worlds.engine.fields import Amount, Money, Name, RecordId, Result, UpTo200, Words
from worlds.engine.folding import search_text
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query, run
from worlds.shop.chronicle import audit
from worlds.shop.mails import euros
from worlds.shop.models import Product, Variant
from worlds.shop.rules import MERCHANDISERS, STAFF
from worlds.shop.texts import Code

Grams = Annotated[int, Field(ge=0, le=1_000_000)]


class _Product(NamedTuple):
    product_id: int
    title: str
    vendor: str
    description: str
    status: str
    tags: str
    final_sale: int
    shelf: str
    drawing: str | None


class _Variant(NamedTuple):
    variant_id: int
    product_id: int
    title: str
    sku: str
    barcode: str | None
    price: int
    compare_at: int | None
    cost: int | None
    weight: int
    inventory_policy: str
    active: int


_PRODUCT = Query(
    _Product,
    """SELECT p.id, p.title, p.vendor, p.description, p.status, p.tags, p.final_sale, c.name, p.drawing
    FROM product p JOIN category c ON c.id = p.category_id WHERE p.id = :product""",
)
_FIELDS = "id, product_id, title, sku, barcode, price, compare_at, cost, weight, inventory_policy, active"
_VARIANT = Query(_Variant, f"SELECT {_FIELDS} FROM variant WHERE id = :variant")  # noqa: S608 - names of this module
_VARIANTS = Query(
    _Variant,
    f"SELECT {_FIELDS} FROM variant WHERE product_id = :product ORDER BY position, id LIMIT 200",  # noqa: S608 - names of this module
)
_CHANGE_PRODUCT = """UPDATE product SET title = :title, vendor = :vendor, description = :description, status = :status,
  final_sale = :final_sale, search_text = :search_text WHERE id = :product"""
_CHANGE_VARIANT = """UPDATE variant SET sku = :sku, barcode = :barcode, price = :price, compare_at = :compare_at,
  weight = :weight WHERE id = :variant"""


class VariantRecord(Result):
    """A variant as the back office keeps it. Prices and `cost` without tax; `weight` in grams.

    `compare_at` is the price before a reduction, which the storefront strikes through; `version` counts its changes.
    """

    variant_id: int
    version: int
    product_id: int
    title: str
    sku: str
    barcode: str | None
    price: Money
    compare_at: Money | None
    cost: Money | None
    weight: int
    inventory_policy: str
    active: bool


class ProductRecord(Result):
    """A product with all its variants, those that are off the shelf too; `version` counts changes of any of it."""

    product_id: int
    version: int
    title: str
    vendor: str
    description: str
    status: str
    final_sale: bool
    variants: UpTo200[VariantRecord]


@reads(roles=STAFF)
def get_product_record(ctx: Context, product_id: RecordId) -> ProductRecord:
    """Show what the back office keeps of a product and its variants: cost, barcodes, weights, marks.

    Args:
        product_id: The product's id.
    """
    return _record(ctx, product_id)


@writes(roles=MERCHANDISERS, record="product_id", duplicates=True)
def update_product(
    ctx: Context,
    product_id: RecordId,
    title: Name | None = None,
    vendor: Name | None = None,
    description: Words | None = None,
    status: Literal["active", "draft", "archived"] | None = None,
    final_sale: bool | None = None,
) -> ProductRecord:
    """Change a product's words, status or final sale mark; what is left out stays.

    Args:
        product_id: The product's id.
        title: Its name.
        vendor: Its maker.
        description: What the storefront says of it.
        status: `active` is on sale, `draft` not yet, `archived` no more.
        final_sale: Whether it is sold as final sale; orders placed before keep what they were placed with.
    """
    before = _product(ctx, product_id)
    given = {
        "title": title, "vendor": vendor, "description": description, "status": status, "final_sale": final_sale,
    }  # fmt: skip
    after = before._replace(**_changes(given))
    if after == before:
        return _record(ctx, product_id)
    skus = [variant.sku for variant in _VARIANTS.all(ctx, product=product_id)]
    colour = json.loads(after.drawing)["colour"] if after.drawing else ""
    words = search_text(after.title, after.vendor, after.shelf, colour, *json.loads(after.tags), *skus)
    run(
        ctx, _CHANGE_PRODUCT, product=product_id, title=after.title, vendor=after.vendor,
        description=after.description, status=after.status, final_sale=after.final_sale, search_text=words,
    )  # fmt: skip
    audit(ctx, "update_product", "product", product_id, **_changed(before, after))
    return _record(ctx, product_id)


@writes(roles=MERCHANDISERS, record="product_id")
def price_product(
    ctx: Context,
    product_id: RecordId,
    price: Amount,
    compare_at: Amount | None = None,
    drop_compare_at: bool = False,
) -> ProductRecord:
    """Give all variants of a product that are on the shelf one price, without tax.

    Args:
        product_id: The product's id.
        price: The new price.
        compare_at: The price before, above the new one; what is there stays if left out.
        drop_compare_at: Take the price before away.
    """
    _check_priceable(_product(ctx, product_id))
    shelf = [variant for variant in _VARIANTS.all(ctx, product=product_id) if variant.active]
    priced = [_priced(variant, price, compare_at, drop_compare_at=drop_compare_at) for variant in shelf]
    changed: dict[str, Any] = {}
    for before, after in zip(shelf, priced, strict=True):
        _write(ctx, before, after)
        changed |= _changed(before, after)
    if changed:
        audit(ctx, "price_product", "product", product_id, **changed)
    return _record(ctx, product_id)


@writes(roles=MERCHANDISERS, record="variant_id")
def update_variant(
    ctx: Context,
    variant_id: RecordId,
    price: Amount | None = None,
    compare_at: Amount | None = None,
    drop_compare_at: bool = False,
    sku: Code | None = None,
    barcode: Code | None = None,
    weight: Grams | None = None,
) -> VariantRecord:
    """Change one variant's price, numbers or weight; what is left out stays.

    Args:
        variant_id: The variant's id.
        price: The new price without tax.
        compare_at: The price before, above the price.
        drop_compare_at: Take the price before away.
        sku: Its stock-keeping number.
        barcode: Its barcode.
        weight: Its weight in grams.
    """
    before = _VARIANT.first(ctx, variant=variant_id)
    if before is None:
        raise NotFound(
            "variant_not_found", f"There is no variant {variant_id}; a product lists its variants.", field="variant_id"
        )
    given = _changes({"sku": sku, "barcode": barcode, "weight": weight, "price": price, "compare_at": compare_at})
    after = before._replace(**_changes({"sku": sku, "barcode": barcode, "weight": weight}))
    if drop_compare_at or {"price", "compare_at"} & given.keys():
        _check_priceable(_product(ctx, before.product_id))
        after = _priced(after, price or before.price, compare_at, drop_compare_at=drop_compare_at)
    if after != before:
        _write(ctx, before, after)
        audit(ctx, "update_variant", "variant", variant_id, **_changed(before, after))
    return _view(ctx, after)


def _changes(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def _changed(before: _Product | _Variant, after: _Product | _Variant) -> dict[str, Any]:
    """The fields that differ, as they are afterwards: what an audit keeps, however much a form sent."""
    return {name: value for name, value in after._asdict().items() if value != getattr(before, name)}


def _product(ctx: Context, product_id: int) -> _Product:
    found = _PRODUCT.first(ctx, product=product_id)
    if found is None:
        raise NotFound(
            "product_not_found",
            f"There is no product {product_id}; find one in the list of products.",
            field="product_id",
        )
    return found


def _check_priceable(product: _Product) -> None:
    if product.status == "archived":
        raise Conflict(
            "product_archived",
            f"{product.title} is archived; its prices stay as they are. Put it on sale first.",
            field="product_id",
        )


def _priced(variant: _Variant, price: int, compare_at: int | None, *, drop_compare_at: bool) -> _Variant:
    """The variant at a price.

    Raises:
        Invalid: when the price before would not be above it.
    """
    if drop_compare_at and compare_at is not None:
        raise Invalid("invalid_change", "Give a price before or take it away, not both.", field="drop_compare_at")
    before = None if drop_compare_at else compare_at or variant.compare_at
    if before is not None and before <= price:
        raise Invalid(
            "compare_at_not_above_price",
            f"{variant.sku}: the price before, {euros(before)}, must be above the price of {euros(price)}. "
            "Give a higher one, or take it away.",
            field="compare_at",
        )
    return variant._replace(price=price, compare_at=before)


def _write(ctx: Context, before: _Variant, after: _Variant) -> None:
    run(
        ctx, _CHANGE_VARIANT, variant=after.variant_id, sku=after.sku, barcode=after.barcode, price=after.price,
        compare_at=after.compare_at, weight=after.weight,
    )  # fmt: skip
    if after.sku != before.sku:
        told = "UPDATE product SET search_text = replace(search_text, lower(:old), lower(:new)) WHERE id = :product"
        run(ctx, told, old=before.sku, new=after.sku, product=after.product_id)


def _record(ctx: Context, product_id: int) -> ProductRecord:
    one = _product(ctx, product_id)
    return ProductRecord(
        product_id=one.product_id, version=ctx.version(Product, product_id), title=one.title, vendor=one.vendor,
        description=one.description, status=one.status, final_sale=bool(one.final_sale),
        variants=[_view(ctx, row) for row in _VARIANTS.all(ctx, product=product_id)],
    )  # fmt: skip


def _view(ctx: Context, variant: _Variant) -> VariantRecord:
    return VariantRecord(version=ctx.version(Variant, variant.variant_id), **variant._asdict())
