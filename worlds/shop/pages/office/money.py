"""Money: the payments list, and of an order refunds with their preview, captures, voids, and cancelling."""

from collections.abc import Mapping
from typing import Any, Final

from flask import url_for

from worlds.engine.errors import NotFound, Refusal
from worlds.engine.surfaces.chrome import AGAIN, Views, tabs
from worlds.engine.surfaces.pages import Done, Door
from worlds.shop.operations.orders import OrderCancelled, cancel_order, get_order
from worlds.shop.operations.payments import capture_payment, list_payments, void_payment
from worlds.shop.operations.refunds import RefundPreview, preview_refund, refund_order
from worlds.shop.pages.office.app import euros, office
from worlds.shop.views import OrderDetail, PaymentView, RefundView

ROWS: Final[Mapping[str, str]] = {"lines": "quantity"}
VIEWS: Final[Views] = (
    ("All", {}),
    ("Authorizations", {"status": "authorized"}),
    ("Captured", {"status": "captured"}),
    ("Expired", {"status": "expired"}),
    ("Voided", {"status": "voided"}),
)


@office.page("/payments")
def payments(door: Door) -> str:
    """The list, with its filters in the URL."""
    listed = door.listing(list_payments)
    return door.render("office/payments.html", listed=listed, tabs=tabs(door, VIEWS))


@office.page("/orders/<id:order_id>/refund")
def refund(door: Door, order_id: int) -> str:
    """The order's lines with what may be refunded, and what the entered quantities come to."""
    shown = door.read(get_order, order_id=order_id)
    form = door.form(refund_order, url_for("office.refunded", order_id=order_id))
    preview, problem = _previewed(door, order_id)
    lines = [line for line in shown.lines if line.refundable]
    return door.render(
        "office/refund.html", order=shown, lines=lines, form=form, preview=preview, preview_problem=problem
    )


@office.page("/orders/<id:order_id>/refund/preview")
def refund_preview(door: Door, order_id: int) -> str:
    """What the quantities in the URL come to: a part of the refund page, which its script fetches."""
    preview, problem = _previewed(door, order_id)
    return door.render("office/refund_preview.html", preview=preview, preview_problem=problem)


@office.action("/orders/<id:order_id>/refund", refund_order, shows=refund, rows=ROWS)
def refunded(_door: Door, done: RefundView | None, order_id: int) -> Done:
    """The money is on its way."""
    said = f"Refund {done.number} of {euros(done.amount)} is {done.status}." if done else AGAIN
    return Done(said, url_for("office.order", order_id=order_id))


def _previewed(door: Door, order_id: int) -> tuple[RefundPreview | None, str | None]:
    asked: dict[str, Any] = door.query(preview_refund, ROWS)
    if not asked.get("lines") and asked.get("shipping") in {None, "false"}:
        return None, None
    try:
        return door.read(preview_refund, **{**asked, "order_id": order_id}), None
    except Refusal as refusal:
        return None, door.words_of(refusal)


@office.page("/orders/<id:order_id>/payments/<id:payment_id>/capture")
def capture(door: Door, order_id: int, payment_id: int) -> str:
    """What is authorized, and how much of it to take."""
    shown = door.read(get_order, order_id=order_id)
    form = door.form(capture_payment, url_for("office.captured", order_id=order_id, payment_id=payment_id))
    return door.render("office/capture.html", order=shown, payment=payment_of(shown, payment_id), form=form)


@office.action("/orders/<id:order_id>/payments/<id:payment_id>/capture", capture_payment, shows=capture)
def captured(_door: Door, done: PaymentView | None, order_id: int, payment_id: int) -> Done:  # noqa: ARG001 - the address has both
    """The money was taken."""
    said = f"Payment {done.gateway_ref}: {euros(done.captured)} of {euros(done.amount)} captured." if done else AGAIN
    return Done(said, url_for("office.order", order_id=order_id))


@office.page("/orders/<id:order_id>/payments/<id:payment_id>/void")
def void(door: Door, order_id: int, payment_id: int) -> str:
    """Asks before an authorization is let go."""
    shown = door.read(get_order, order_id=order_id)
    form = door.form(void_payment, url_for("office.voided", order_id=order_id, payment_id=payment_id))
    return door.render("office/void.html", order=shown, payment=payment_of(shown, payment_id), form=form)


@office.action("/orders/<id:order_id>/payments/<id:payment_id>/void", void_payment, shows=void)
def voided(_door: Door, done: PaymentView | None, order_id: int, payment_id: int) -> Done:  # noqa: ARG001 - the address has both
    """The authorization is gone."""
    said = f"Payment {done.gateway_ref} of {euros(done.amount)} was voided; nothing is taken." if done else AGAIN
    return Done(said, url_for("office.order", order_id=order_id))


@office.page("/orders/<id:order_id>/cancel")
def cancel(door: Door, order_id: int) -> str:
    """What cancelling does, in figures, and the reason for it."""
    shown = door.read(get_order, order_id=order_id)
    form = door.form(cancel_order, url_for("office.cancelled", order_id=order_id))
    return door.render(
        "office/cancel.html",
        order=shown,
        form=form,
        released=[(payment, payment.amount) for payment in shown.payments if payment.status == "authorized"],
        returned=[payment for payment in shown.payments if payment.refundable],
        units=sum(line.unfulfilled for line in shown.lines),
    )


@office.action("/orders/<id:order_id>/cancel", cancel_order, shows=cancel)
def cancelled(_door: Door, done: OrderCancelled | None, order_id: int) -> Done:
    """The order is off."""
    said = AGAIN
    if done:
        parts = [f"Order {done.number} was cancelled."]
        parts += [f"{euros(done.voided)} were released on the card."] if done.voided else []
        parts += (
            [f"Refund {done.refund.number} of {euros(done.refunded)} is {done.refund.status}."] if done.refund else []
        )
        said = " ".join(parts)
    return Done(said, url_for("office.order", order_id=order_id))


def payment_of(shown: OrderDetail, payment_id: int) -> PaymentView:
    """A payment of an order.

    Raises:
        NotFound: when it is another order's.
    """
    for payment in shown.payments:
        if payment.payment_id == payment_id:
            return payment
    raise NotFound("payment_not_found", f"Order {shown.number} has no payment {payment_id}; see its page.")
