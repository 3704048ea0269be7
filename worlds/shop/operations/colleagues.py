"""What colleagues do while others work: edits, counts and steps of records. No surface offers it, events perform it.

A colleague goes through the same business as everybody, under their own name: audit and timeline name them.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from worlds.engine.context import Actor, Context
from worlds.engine.errors import Conflict, NotFound
from worlds.engine.fields import Amount, Name, Phone, RecordId, Result, Words
from worlds.engine.operation import writes
from worlds.engine.rows import Query
from worlds.shop import labelling, order_file
from worlds.shop.operations.fulfilments import mark_delivered, update_tracking
from worlds.shop.operations.labels import void_label
from worlds.shop.operations.orders import readdress
from worlds.shop.operations.payments import capture_payment
from worlds.shop.operations.products import Grams, update_product, update_variant
from worlds.shop.operations.returns import approve_return, close_return
from worlds.shop.operations.stock import adjust_stock
from worlds.shop.texts import Code, Tracking
from worlds.shop.views import Carrier

Step = Literal["approve_return", "close_return", "capture_payment", "mark_delivered", "void_label"]


class _Colleague(NamedTuple):
    id: int
    role: str
    name: str


_COLLEAGUE = Query(_Colleague, "SELECT {fields} FROM staff_user WHERE name = :name AND active = 1 ORDER BY id LIMIT 1")


class Amended(Result):
    """A record that a colleague has changed."""

    record_id: int
    by: str


def acting(ctx: Context) -> Context:
    """The context of the colleague whose name the event bears.

    Raises:
        NotFound: when nobody of that name works here.
    """
    found = _COLLEAGUE.first(ctx, name=ctx.actor.name)
    if found is None:
        raise NotFound("colleague_not_found", f"Nobody named {ctx.actor.name!r} works in the back office.")
    return replace(ctx, actor=Actor(found.role, found.id, found.name))


@writes(roles=(), doors=())
def colleague_amends_address(
    ctx: Context,
    order_id: RecordId,
    company: Name | None = None,
    line1: Name | None = None,
    line2: Name | None = None,
    phone: Phone | None = None,
) -> Amended:
    """Change some of an order's shipping address, as a colleague; what is left out stays.

    Args:
        order_id: The order.
        company: The company.
        line1: Street and number.
        line2: What else the carrier needs.
        phone: The recipient's number.
    """
    own = acting(ctx)
    order = order_file.head(own, order_id)
    if order.cancelled_at is not None or order.fulfilment_status != "unfulfilled":
        raise Conflict("order_shipped", f"Order {order.number} is cancelled or on its way; its address stays.")
    labelling.check_unlabelled(own, order, "its address stays as it is")
    given = {"company": company, "line1": line1, "line2": line2, "phone": phone}
    new = order.address.model_copy(update={name: value for name, value in given.items() if value is not None})
    if new != order.address:
        readdress(own, order, new)
    return Amended(record_id=order_id, by=own.actor.name)


@writes(roles=(), doors=())
def colleague_amends_product(
    ctx: Context,
    product_id: RecordId,
    title: Name | None = None,
    vendor: Name | None = None,
    description: Words | None = None,
) -> Amended:
    """Change a product's words, as a colleague; what is left out stays.

    Args:
        product_id: The product.
        title: Its name.
        vendor: Its maker.
        description: What the storefront says of it.
    """
    own = acting(ctx)
    update_product(own, product_id, title=title, vendor=vendor, description=description)
    return Amended(record_id=product_id, by=own.actor.name)


@writes(roles=(), doors=())
def colleague_amends_variant(
    ctx: Context,
    variant_id: RecordId,
    price: Amount | None = None,
    barcode: Code | None = None,
    weight: Grams | None = None,
) -> Amended:
    """Change a variant, as a colleague; what is left out stays.

    Args:
        variant_id: The variant.
        price: Its price without tax.
        barcode: Its barcode.
        weight: Its weight in grams.
    """
    own = acting(ctx)
    update_variant(own, variant_id, price=price, barcode=barcode, weight=weight)
    return Amended(record_id=variant_id, by=own.actor.name)


@writes(roles=(), doors=())
def colleague_amends_tracking(
    ctx: Context, fulfilment_id: RecordId, carrier: Carrier, tracking_number: Tracking
) -> Amended:
    """Correct a parcel's tracking, as a colleague; the customer is not told of it.

    Args:
        fulfilment_id: The parcel.
        carrier: Who carries it.
        tracking_number: The number.
    """
    own = acting(ctx)
    update_tracking(own, fulfilment_id, carrier, tracking_number, notify=False)
    return Amended(record_id=fulfilment_id, by=own.actor.name)


@writes(roles=(), doors=())
def colleague_counts(
    ctx: Context,
    variant_id: RecordId,
    location_id: RecordId,
    change: Annotated[int, Field(ge=-10_000, le=10_000)],
) -> Amended:
    """Book a difference that a colleague found on the shelf.

    Args:
        variant_id: The variant.
        location_id: Where it lies.
        change: Units more, or fewer if negative.
    """
    own = acting(ctx)
    adjust_stock(own, variant_id, location_id, change, "correction", "shelf check")
    return Amended(record_id=variant_id, by=own.actor.name)


@writes(roles=(), doors=())
def colleague_steps(ctx: Context, step: Step, record_id: RecordId) -> Amended:
    """Take a record one step further, as a colleague.

    Args:
        step: The step, named as the operation that takes it.
        record_id: The return, payment, parcel or label.
    """
    own = acting(ctx)
    if step == "void_label":
        void_label(own, record_id, "misprint")
    else:
        _STEPS[step](own, record_id)
    return Amended(record_id=record_id, by=own.actor.name)


_STEPS: Mapping[Step, Callable[[Context, int], object]] = {
    "approve_return": approve_return,
    "close_return": close_return,
    "capture_payment": capture_payment,
    "mark_delivered": mark_delivered,
}
