"""What the shop sells, and the discount codes it gives out."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from worlds.engine.schema import (
    business,
    check,
    collection,
    derived,
    key,
    not_negative,
    one_of,
    prose,
    refers,
    table,
    volatile,
)
from worlds.shop.models.model import Model

PRODUCT_STATUSES = ("active", "draft", "archived")
INVENTORY_POLICIES = ("deny", "continue")
DISCOUNT_CLASSES = ("product", "order", "shipping")
DISCOUNT_KINDS = ("percent", "fixed", "free_shipping")


class Category(Model):
    """A node of the category tree. `path` holds the slugs from the root, such as `kitchen-table/tableware`."""

    __tablename__ = "category"
    __table_args__ = table("business", *not_negative("position"))

    id: Mapped[int] = key()
    parent_id: Mapped[int | None] = refers("category.id")
    slug: Mapped[str] = business()
    name: Mapped[str] = business()
    path: Mapped[str] = business(unique=True)
    position: Mapped[int] = business()


class Product(Model):
    """Something sold in one or more variants. `tax_rate_bp` is in hundredths of a percent: 2100 is 21 %.

    `drawing` names how its picture is drawn (a motif and a colour), as JSON.
    """

    __tablename__ = "product"
    __table_args__ = table("business", one_of("status", PRODUCT_STATUSES), check("tax_rate_bp BETWEEN 0 AND 10000"))

    id: Mapped[int] = key()
    category_id: Mapped[int] = refers("category.id")
    title: Mapped[str] = business()
    handle: Mapped[str] = business(unique=True)
    vendor: Mapped[str] = business()
    description: Mapped[str] = prose()
    status: Mapped[str] = business()
    tags: Mapped[str] = collection()
    final_sale: Mapped[bool] = business()
    tax_rate_bp: Mapped[int] = business()
    drawing: Mapped[str | None] = business()
    search_text: Mapped[str] = derived()
    created_at: Mapped[datetime] = volatile()


class Variant(Model):
    """One buyable form of a product. `price` is in cents without tax. SKUs are not unique: real ones are reused.

    `inventory_policy` says whether it may be sold beyond what is there. `weight` is in grams.
    """

    __tablename__ = "variant"
    __table_args__ = table(
        "business",
        one_of("inventory_policy", INVENTORY_POLICIES),
        *not_negative("price", "weight", "position"),
        part_of="product_id",
    )

    id: Mapped[int] = key()
    product_id: Mapped[int] = refers("product.id")
    position: Mapped[int] = business()
    title: Mapped[str] = business()
    sku: Mapped[str] = business(index=True)
    barcode: Mapped[str | None] = business()
    price: Mapped[int] = business()
    compare_at: Mapped[int | None] = business()
    cost: Mapped[int | None] = business()
    weight: Mapped[int] = business()
    inventory_policy: Mapped[str] = business()
    active: Mapped[bool] = business()


class Discount(Model):
    """A discount code. `value` is hundredths of a percent for `percent`, cents for `fixed`, 0 for `free_shipping`.

    A product code applies to one category (with all below it), one product, or, where neither is named, to every line.
    Two codes go together only if each allows the other's class. `usage_count` counts orders that are not cancelled.
    """

    __tablename__ = "discount"
    __table_args__ = table(
        "business",
        UniqueConstraint("code"),
        one_of("discount_class", DISCOUNT_CLASSES),
        one_of("kind", DISCOUNT_KINDS),
        check("(kind = 'free_shipping') = (discount_class = 'shipping')"),
        check("kind <> 'percent' OR value BETWEEN 1 AND 10000"),
        *not_negative("value", "min_subtotal", "min_quantity", "usage_count"),
    )

    id: Mapped[int] = key()
    code: Mapped[str] = business()
    title: Mapped[str] = business()
    discount_class: Mapped[str] = business()
    kind: Mapped[str] = business()
    value: Mapped[int] = business()
    category_id: Mapped[int | None] = refers("category.id")
    product_id: Mapped[int | None] = refers("product.id")
    min_subtotal: Mapped[int] = business()
    min_quantity: Mapped[int] = business()
    usage_limit: Mapped[int | None] = business()
    usage_count: Mapped[int] = derived()
    once_per_customer: Mapped[bool] = business()
    first_order_only: Mapped[bool] = business()
    combines_with_product: Mapped[bool] = business()
    combines_with_order: Mapped[bool] = business()
    combines_with_shipping: Mapped[bool] = business()
    starts_at: Mapped[datetime] = business()
    ends_at: Mapped[datetime | None] = business()
    active: Mapped[bool] = business()
