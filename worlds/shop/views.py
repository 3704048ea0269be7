"""What operations take and answer in more than one place: addresses, order lines, payments, parcels, returns."""

from typing import Annotated, Literal

from pydantic import Field

from worlds.engine.fields import Input, Instant, Money, Name, Phone, Quantity, RecordId, Result, UpTo200
from worlds.shop.texts import Country, PostalCode

FinancialStatus = Literal[
    "pending", "authorized", "expired", "voided", "partially_paid", "paid", "partially_refunded", "refunded"
]
FulfilmentStatus = Literal["unfulfilled", "partially_fulfilled", "fulfilled"]
ShippingMethodCode = Literal["standard", "express", "pickup_point"]
Carrier = Literal["PostNL", "DHL", "DPD", "UPS", "GLS", "FedEx"]
RefundReason = Literal[
    "changed_mind", "damaged", "defective", "wrong_item", "missing_item", "late", "not_as_described", "other"
]
CancelReason = Literal["customer", "fraud", "stock", "payment", "staff_error", "other"]
ReturnReason = Literal[
    "size_too_small",
    "size_too_large",
    "changed_mind",
    "not_as_described",
    "wrong_item",
    "damaged",
    "defective",
    "other",
]
ReturnStatus = Literal["requested", "open", "declined", "closed"]


class AddressInput(Input):
    """A whole postal address; what is left out is empty."""

    name: Name = Field(description="Who receives it.")
    line1: Name = Field(description="Street and house number.")
    line2: Name | None = Field(default=None, description="Apartment, floor or the like.")
    city: Name = Field(description="Town.")
    postal_code: PostalCode = Field(description="Postal code as the country writes it.")
    country: Country = Field(description="ISO 3166 code of two capital letters, such as NL.")
    province: Name | None = Field(default=None, description="Province or state, where the country needs one.")
    company: Name | None = Field(default=None, description="Company, if it goes to one.")
    phone: Phone | None = Field(default=None, description="Phone number for the carrier.")


class AddressView(Result):
    """A postal address."""

    name: str
    company: str | None
    line1: str
    line2: str | None
    city: str
    province: str | None
    postal_code: str
    country: str
    phone: str | None


class LineQuantity(Input):
    """So many units of one order line."""

    line_id: RecordId = Field(description="The order line's id, as the order lists it.")
    quantity: Quantity = Field(description="How many units.")


class OrderRow(Result):
    """An order in a list."""

    order_id: int
    number: str
    placed_at: Instant
    customer_id: int | None
    customer_name: str
    email: str
    financial_status: str
    fulfilment_status: str
    return_status: str
    cancelled: bool
    units: int
    total: Money
    currency: str


class OrderLineView(Result):
    """A line of an order as it was placed, and what became of its units.

    `discount_total` was taken off by codes; `total` is what the line cost, tax included. `refundable` units may
    still be refunded, for `refundable_amount` together. `returnable` units may be sent
    back now; `return_by` is the last day.
    """

    line_id: int
    variant_id: int | None
    title: str
    variant_title: str
    sku: str
    quantity: int
    unit_price: Money
    subtotal: Money
    discount_total: Money
    tax_rate: str
    tax_total: Money
    total: Money
    final_sale: bool
    fulfilled: int
    cancelled: int
    return_requested: int
    returned: int
    refunded: int
    unfulfilled: int
    refundable: int
    refundable_amount: Money
    returnable: int
    return_by: str | None


class PaymentView(Result):
    """A card payment. `refunded` counts pending refunds too; `refundable` is what can still go back to this card."""

    payment_id: int
    order_id: int
    method: str
    amount: Money
    captured: Money
    refunded: Money
    refundable: Money
    status: str
    authorized_at: Instant
    auth_expires_at: Instant
    gateway_ref: str


class RefundedLine(Result):
    """Units of a line in a refund. `amount` = `net` + `tax`."""

    line_id: int
    title: str
    quantity: int
    net: Money
    tax: Money
    amount: Money
    restocked: int


class RefundView(Result):
    """A refund: pending until the bank settles it. `amount` includes `shipping_amount` and all tax.

    `fee` was kept back of it as a return's restocking fee.
    """

    refund_id: int
    number: str
    order_id: int
    payment_id: int
    amount: Money
    shipping_amount: Money
    fee: Money
    currency: str
    status: str
    reason: str
    note: str | None
    created_at: Instant
    settled_at: Instant | None
    made_by: str
    lines: UpTo200[RefundedLine]


class ParcelLine(Result):
    """Units of a line in a parcel."""

    line_id: int
    title: str
    quantity: int


class FulfilmentView(Result):
    """One parcel; `version` counts its changes."""

    fulfilment_id: int
    version: int
    number: str
    order_id: int
    location_id: int
    location: str
    status: str
    carrier: str
    tracking_number: str
    shipped_at: Instant
    delivered_at: Instant | None
    lines: UpTo200[ParcelLine]


class LabelView(Result):
    """A shipping label: `bought`, `scanned` by the carrier, `used` by a booked parcel, or `voided`.

    Its carrier takes a bought label back until `voidable_until`; the address is what is printed on it.
    """

    label_id: int
    number: str
    order_id: int
    order_number: str
    status: str
    carrier: str
    service: str
    tracking_number: str
    price: Money
    address: AddressView
    bought_at: Instant
    scanned_at: Instant | None
    voided_at: Instant | None
    void_reason: str | None
    voidable_until: Instant | None


class ReturnedLine(Result):
    """Units of a line in a return; `damaged` of the `received` ones arrived damaged."""

    line_id: int
    title: str
    variant_title: str
    sku: str
    quantity: int
    received: int
    damaged: int


class ReturnView(Result):
    """A return with its lines.

    `asked_on` is the day to which its period was counted; an `exception` was opened although that was too late. `fee`
    is the restocking fee that refunds of its goods keep back, once.
    """

    return_id: int
    number: str
    order_id: int
    order_number: str
    status: str
    reason: str
    note: str | None
    decline_reason: str | None
    requested_by: str
    requested_at: Instant
    asked_on: str
    exception: bool
    fee: Money
    lines: UpTo200[ReturnedLine]


class Damage(Input):
    """What arrived of one order line."""

    line_id: RecordId = Field(description="The order line's id.")
    received: Quantity = Field(description="Units that arrived, damaged ones included.")
    damaged: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=0, description="How many of the received are damaged."
    )


class CodeUsed(Result):
    """A discount code on a cart or an order and what it took off, without tax."""

    code: str
    discount_class: str
    amount: Money


class TimelineView(Result):
    """A line of an order's timeline."""

    at: Instant
    kind: str
    message: str
    by: str


class NoteView(Result):
    """An internal note."""

    note_id: int
    order_id: int
    text: str
    by: str
    created_at: Instant


class EmailView(Result):
    """An e-mail that went out."""

    email_id: int
    kind: str
    to: str
    subject: str
    body: str
    sent_at: Instant
    order_id: int | None
    customer_id: int | None


class EscalationView(Result):
    """A hand-over to a team."""

    escalation_id: int
    number: str
    order_id: int | None
    customer_id: int | None
    product_id: int | None
    variant_id: int | None
    team: str
    reason: str
    message: str
    by: str
    created_at: Instant


class OrderSummary(Result):
    """The head of an order: who, when, status, address and totals.

    total = subtotal - discount_total + shipping_total + tax_total. `refundable` is the most that may still be refunded,
    `shipping_refundable` what of it is shipping, both with tax.
    """

    order_id: int
    number: str
    customer_id: int | None
    customer_name: str
    email: str
    source: str
    placed_at: Instant
    financial_status: str
    fulfilment_status: str
    return_status: str
    cancelled_at: Instant | None
    cancel_reason: str | None
    currency: str
    subtotal: Money
    discount_total: Money
    shipping_method: str
    shipping_total: Money
    shipping_discount: Money
    tax_total: Money
    total: Money
    captured: Money
    refunded: Money
    refundable: Money
    shipping_refundable: Money
    return_window_days: int
    customer_note: str | None
    shipping_address: AddressView


class CustomerOrder(OrderSummary):
    """An order as its customer sees it."""

    lines: UpTo200[OrderLineView]
    codes: UpTo200[CodeUsed]
    payments: UpTo200[PaymentView]
    refunds: UpTo200[RefundView]
    fulfilments: UpTo200[FulfilmentView]
    returns: UpTo200[ReturnView]


class OrderDetail(CustomerOrder):
    """An order with all that belongs to it, as staff see it.

    `version` counts the changes of the order and its lines; an edit may ask that it still be the one that was read.
    """

    version: int
    tags: UpTo200[str]
    labels: UpTo200[LabelView]
    timeline: UpTo200[TimelineView]
    notes: UpTo200[NoteView]
    emails: UpTo200[EmailView]
    escalations: UpTo200[EscalationView]
