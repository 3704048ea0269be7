"""Orders and their lines, as they were placed, with the counters of what became of each unit."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from worlds.engine.schema import business, check, collection, derived, key, not_negative, one_of, prose, refers, table
from worlds.shop.models.model import Model

FINANCIAL_STATUSES = (
    "pending", "authorized", "expired", "voided", "partially_paid", "paid", "partially_refunded", "refunded",
)  # fmt: skip
FULFILMENT_STATUSES = ("unfulfilled", "partially_fulfilled", "fulfilled")
RETURN_STATUSES = ("none", "requested", "in_progress", "returned")
SOURCES = ("web", "phone", "marketplace")
CANCEL_REASONS = ("customer", "fraud", "stock", "payment", "staff_error", "other")


class SalesOrder(Model):
    """An order. Money in cents: total = subtotal - discount_total + shipping_total + tax_total.

    `subtotal` is goods at unit prices; `discount_total` what codes took off goods; `shipping_total` what shipping costs
    after `shipping_discount`; `tax_total` the lines' taxes and `shipping_tax`. The three statuses, `refunded_total` and
    `search_text` are recomputed in one place. `return_window_days` is the rule as it stood when the order was placed.
    """

    __tablename__ = "sales_order"
    __table_args__ = table(
        "business",
        one_of("financial_status", FINANCIAL_STATUSES),
        one_of("fulfilment_status", FULFILMENT_STATUSES),
        one_of("return_status", RETURN_STATUSES),
        one_of("source", SOURCES),
        check("total = subtotal - discount_total + shipping_total + tax_total"),
        check("discount_total <= subtotal"),
        check("(cancelled_at IS NULL) = (cancel_reason IS NULL)"),
        *not_negative("subtotal", "discount_total", "shipping_total", "shipping_discount", "shipping_tax", "tax_total"),
        Index("sales_order_placed_at", "placed_at"),
        Index("sales_order_financial_status", "financial_status"),
        Index("sales_order_fulfilment_status", "fulfilment_status"),
        Index("sales_order_email", "email_norm"),
    )

    id: Mapped[int] = key()
    number: Mapped[str] = business(unique=True)
    customer_id: Mapped[int | None] = refers("customer.id")
    email: Mapped[str] = business()
    email_norm: Mapped[str] = derived()
    currency: Mapped[str] = business()
    source: Mapped[str] = business()
    placed_at: Mapped[datetime] = business()
    financial_status: Mapped[str] = derived()
    fulfilment_status: Mapped[str] = derived()
    return_status: Mapped[str] = derived()
    cancelled_at: Mapped[datetime | None] = business()
    cancel_reason: Mapped[str | None] = business()
    subtotal: Mapped[int] = business()
    discount_total: Mapped[int] = business()
    shipping_method: Mapped[str] = business()
    shipping_total: Mapped[int] = business()
    shipping_discount: Mapped[int] = business()
    shipping_tax_rate_bp: Mapped[int] = business()
    shipping_tax: Mapped[int] = business()
    tax_total: Mapped[int] = business()
    total: Mapped[int] = business()
    refunded_total: Mapped[int] = derived()
    return_window_days: Mapped[int] = business()
    customer_note: Mapped[str | None] = prose()
    tags: Mapped[str] = collection()
    ship_name: Mapped[str] = business()
    ship_company: Mapped[str | None] = business()
    ship_line1: Mapped[str] = business()
    ship_line2: Mapped[str | None] = business()
    ship_city: Mapped[str] = business()
    ship_province: Mapped[str | None] = business()
    ship_postal_code: Mapped[str] = business()
    ship_country: Mapped[str] = business()
    ship_phone: Mapped[str | None] = business()
    search_text: Mapped[str] = derived()


class OrderLine(Model):
    """One line of an order: title, SKU, price, tax rate and allocated discount as they were when it was placed.

    total = quantity * unit_price - discount_total + tax_total. Counters of units: `fulfilled` were shipped, `cancelled`
    will never ship, `return_requested` are under a requested or open return, `returned` came back, `refunded` are in
    refunds that are pending or succeeded.
    """

    __tablename__ = "order_line"
    __table_args__ = table(
        "business",
        check("quantity > 0"),
        check("subtotal = quantity * unit_price"),
        check("total = subtotal - discount_total + tax_total"),
        check("discount_total BETWEEN 0 AND subtotal"),
        check("fulfilled + cancelled <= quantity"),
        check("refunded <= quantity"),
        check("returned + return_requested <= fulfilled"),
        *not_negative("unit_price", "tax_total", "fulfilled", "cancelled", "return_requested", "returned", "refunded"),
        part_of="order_id",
    )

    id: Mapped[int] = key()
    order_id: Mapped[int] = refers("sales_order.id")
    variant_id: Mapped[int | None] = refers("variant.id")
    position: Mapped[int] = business()
    title: Mapped[str] = business()
    variant_title: Mapped[str] = business()
    sku: Mapped[str] = business()
    quantity: Mapped[int] = business()
    unit_price: Mapped[int] = business()
    subtotal: Mapped[int] = business()
    discount_total: Mapped[int] = business()
    tax_rate_bp: Mapped[int] = business()
    tax_total: Mapped[int] = business()
    total: Mapped[int] = business()
    final_sale: Mapped[bool] = business()
    fulfilled: Mapped[int] = derived()
    cancelled: Mapped[int] = derived()
    return_requested: Mapped[int] = derived()
    returned: Mapped[int] = derived()
    refunded: Mapped[int] = derived()


class DiscountAllocation(Model):
    """What one code took off one line, or off shipping where there is no line. `amount` in cents, without tax."""

    __tablename__ = "discount_allocation"
    __table_args__ = table("business", check("amount > 0"))

    id: Mapped[int] = key()
    order_id: Mapped[int] = refers("sales_order.id")
    order_line_id: Mapped[int | None] = refers("order_line.id")
    discount_id: Mapped[int] = refers("discount.id")
    discount_class: Mapped[str] = business()
    code: Mapped[str] = business()
    amount: Mapped[int] = business()
