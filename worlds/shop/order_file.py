"""Reading an order: its head and lines for those who change it, and the whole file for those who look at it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from worlds.engine.context import Context
from worlds.engine.errors import Invalid, NotFound
from worlds.engine.rows import Query
from worlds.shop.days import local_day
from worlds.shop.ledger import LineState
from worlds.shop.rules import SHIPPING_METHODS, TRANSIT_BUFFER_DAYS
from worlds.shop.views import AddressView, OrderLineView


class OrderHead(NamedTuple):
    """An order as stored."""

    id: int
    number: str
    customer_id: int | None
    email: str
    currency: str
    source: str
    placed_at: datetime
    financial_status: str
    fulfilment_status: str
    return_status: str
    cancelled_at: datetime | None
    cancel_reason: str | None
    subtotal: int
    discount_total: int
    shipping_method: str
    shipping_total: int
    shipping_discount: int
    shipping_tax: int
    tax_total: int
    total: int
    refunded_total: int
    return_window_days: int
    customer_note: str | None
    tags: str
    ship_name: str
    ship_company: str | None
    ship_line1: str
    ship_line2: str | None
    ship_city: str
    ship_province: str | None
    ship_postal_code: str
    ship_country: str
    ship_phone: str | None

    @property
    def address(self) -> AddressView:
        """Where it goes."""
        return AddressView(
            name=self.ship_name, company=self.ship_company, line1=self.ship_line1, line2=self.ship_line2,
            city=self.ship_city, province=self.ship_province, postal_code=self.ship_postal_code,
            country=self.ship_country, phone=self.ship_phone,
        )  # fmt: skip


class Sent(NamedTuple):
    """Units of an order line in a parcel, with the parcel's dates."""

    order_line_id: int
    quantity: int
    location_id: int
    shipped_at: datetime
    delivered_at: datetime | None


class ShippingPaid(NamedTuple):
    """Shipping's share of an order's refunds, in cents with tax."""

    refunded: int


HEAD = Query(OrderHead, "SELECT {fields} FROM sales_order WHERE id = :order")
LINES = Query(
    LineState,
    """SELECT l.id, l.order_id, l.variant_id, l.position, l.title, l.variant_title, l.sku, l.quantity, l.unit_price,
      l.subtotal, l.discount_total, l.tax_rate_bp, l.tax_total, l.total, l.final_sale, l.fulfilled, l.cancelled,
      l.return_requested, l.returned, l.refunded, coalesce(x.net, 0), coalesce(x.tax, 0), coalesce(x.from_return, 0)
    FROM order_line l LEFT JOIN (
      SELECT k.order_line_id AS line_id, sum(k.net_amount) AS net, sum(k.tax_amount) AS tax,
        sum(k.from_return) AS from_return
      FROM refund r JOIN refund_line k ON k.refund_id = r.id
      WHERE r.order_id = :order AND r.status <> 'failed' GROUP BY k.order_line_id) x ON x.line_id = l.id
    WHERE l.order_id = :order ORDER BY l.position""",
)
SENT = Query(
    Sent,
    """SELECT k.order_line_id, k.quantity, f.location_id, f.shipped_at, f.delivered_at
    FROM fulfilment f JOIN fulfilment_line k ON k.fulfilment_id = f.id WHERE f.order_id = :order ORDER BY f.id, k.id""",
)
_SHIPPING = Query(
    ShippingPaid,
    "SELECT coalesce(sum(shipping_amount), 0) FROM refund WHERE order_id = :order AND status <> 'failed'",
)


def head(ctx: Context, order_id: int) -> OrderHead:
    """An order that the acting person may see.

    Raises:
        NotFound: when there is none of that id, or it is somebody else's.
    """
    order = HEAD.first(ctx, order=order_id)
    if order is None or (ctx.actor.role == "customer" and order.customer_id != ctx.actor.person):
        place = "among your orders" if ctx.actor.role == "customer" else "in the list of orders"
        raise NotFound(
            "order_not_found", f"There is no order with the id {order_id}. Find it {place}.", field="order_id"
        )
    return order


def lines(ctx: Context, order_id: int) -> dict[int, LineState]:
    """An order's lines by id, in their order."""
    return {line.id: line for line in LINES.all(ctx, order=order_id)}


def line_of(order: OrderHead, found: dict[int, LineState], ids: Sequence[int], at: int) -> LineState:
    """One line of an order, named in the argument `lines.<at>`; `ids` are all that the argument names.

    Raises:
        NotFound: when the order has no such line.
        Invalid: when it was named before.
    """
    line_id = ids[at]
    if line_id not in found:
        raise NotFound(
            "line_not_found",
            f"Order {order.number} has no line {line_id}; its lines are {', '.join(map(str, found))}.",
            field=f"lines.{at}.line_id",
        )
    if line_id in ids[:at]:
        raise Invalid("duplicate_line", f"Line {line_id} is named twice; name it once.", field=f"lines.{at}.line_id")
    return found[line_id]


def sent(ctx: Context, order_id: int) -> dict[int, list[Sent]]:
    """What was shipped of an order, by order line, oldest parcel first."""
    found: dict[int, list[Sent]] = {}
    for one in SENT.all(ctx, order=order_id):
        found.setdefault(one.order_line_id, []).append(one)
    return found


def shipping_left(ctx: Context, order: OrderHead) -> int:
    """Cents of shipping with tax that were paid and not refunded."""
    refunded = _SHIPPING.first(ctx, order=order.id)
    return order.shipping_total + order.shipping_tax - (refunded.refunded if refunded else 0)


def last_day(parcel: Sent, window_days: int) -> date:
    """The last day on which what was in a parcel may be sent back."""
    arrived = parcel.delivered_at or parcel.shipped_at + timedelta(days=TRANSIT_BUFFER_DAYS)
    return local_day(arrived) + timedelta(days=window_days)


def returnable(line: LineState, parcels: list[Sent], window_days: int, today: date) -> tuple[int, date | None]:
    """Units of a line that may be sent back today, and the last day for any of them (None where there never is one).

    Units that are under a return or were refunded count as taken from the oldest parcels.
    """
    if line.final_sale or not parcels:
        return 0, None
    in_time = sum(parcel.quantity for parcel in parcels if last_day(parcel, window_days) >= today)
    return min(line.returnable, in_time), max(last_day(parcel, window_days) for parcel in parcels)


def line_views(order: OrderHead, found: list[LineState], parcels: dict[int, list[Sent]], today: date) -> list[Any]:
    """Lines as they are shown."""
    views = []
    for line in found:
        units, until = returnable(line, parcels.get(line.id, []), order.return_window_days, today)
        captured = order.financial_status in _CAPTURED
        left = line.total - line.refunded_net - line.refunded_tax
        views.append(
            OrderLineView(
                line_id=line.id, variant_id=line.variant_id, title=line.title, variant_title=line.variant_title,
                sku=line.sku, quantity=line.quantity, unit_price=line.unit_price, subtotal=line.subtotal,
                discount_total=line.discount_total, tax_rate=percent(line.tax_rate_bp), tax_total=line.tax_total,
                total=line.total, final_sale=bool(line.final_sale), fulfilled=line.fulfilled, cancelled=line.cancelled,
                return_requested=line.return_requested, returned=line.returned, refunded=line.refunded,
                unfulfilled=line.unfulfilled, refundable=line.refundable if captured else 0,
                refundable_amount=left if captured else 0,
                returnable=units, return_by=until.isoformat() if until else None,
            )
        )  # fmt: skip
    return views


_CAPTURED = frozenset({"paid", "partially_paid", "partially_refunded"})


def percent(rate_bp: int) -> str:
    """A rate as people write it: 2100 -> "21", 550 -> "5.5"."""
    return f"{rate_bp / 100:g}"


def summary(order: OrderHead, customer_name: str, captured: int, shipping: int, fees: int) -> dict[str, Any]:
    """The fields of an `OrderSummary`; `shipping` is left to refund, `fees` were kept of refunds, in cents."""
    refundable = captured - order.refunded_total - fees
    return {
        "order_id": order.id,
        "customer_name": customer_name or order.ship_name,
        "captured": captured,
        "refunded": order.refunded_total,
        "refundable": refundable,
        "shipping_refundable": min(shipping, refundable),
        "shipping_address": order.address,
        **{name: getattr(order, name) for name in _SAME},
        "shipping_method": SHIPPING_METHODS[order.shipping_method].title,
    }


_SAME = (
    "number", "customer_id", "email", "source", "placed_at", "financial_status", "fulfilment_status", "return_status",
    "cancelled_at", "cancel_reason", "currency", "subtotal", "discount_total", "shipping_total", "shipping_discount",
    "tax_total", "total", "return_window_days", "customer_note",
)  # fmt: skip
