"""What a refund that was made rightly leaves behind: its lines, the bank, the mail, and the note where one is due."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from worlds.engine.fields import format_money
from worlds.graders.expectation import Bundle, Effect
from worlds.graders.predicates import mentions, one_of, ref
from worlds.graders.typed import Typed, money
from worlds.shop.tasks.casework import Contact, free_words, spare_note

REPORTED = ("succeeded", "failed")
"""What the bank reports on a refund in the end; whoever made it rightly is not to blame for the second."""


@dataclass(frozen=True, slots=True)
class Covered:
    """Units of an order line that a refund covers, and the cents that it gives back for them."""

    line_id: int
    units: int
    amount: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A refund to one payment of an order, in cents; `noted` says whether the rules ask for a note on the order.

    `reference` is what the refund's own note has to name, where the rules ask for that.
    """

    order_id: int
    payment_id: int
    amount: int
    shipping: int
    reason: str
    lines: Sequence[Covered]
    noted: bool
    reference: Typed | None = None


def refunded(sent: Sent, told: Contact) -> Bundle:
    """Everything that the refund changes, no unit put into stock, and the note that is due or may be written."""
    spare = [] if sent.noted else [spare_note(sent.order_id, told.never)]
    return Bundle(
        required=list(_effects(sent, told)), allowed=[*spare, *came_back(sent.payment_id, sent.order_id, told)]
    )


def came_back(payment_id: int, order_id: int, told: Contact, binding: str = "refund") -> Iterator[Effect]:
    """What the bank and the shop's own systems do, days later, where a refund that was made rightly cannot be paid."""
    yield Effect(
        "bank-returned-it",
        "payment_event",
        "insert",
        where={"payment_id": payment_id, "kind": "refund_failure", "refund_id": ref(binding)},
        by="automation",
        words="The bank reported that the refund could not be paid",
    )
    yield Effect(
        "mail-about-it",
        "outbox_email",
        "insert",
        where={"order_id": order_id, "kind": "refund_failed"},
        set={"to_address": told.email},
        by="automation",
        words="The customer was told that the refund did not arrive",
    )


def _effects(sent: Sent, told: Contact) -> Iterator[Effect]:
    yield Effect(
        "refund",
        "refund",
        "insert",
        where={"order_id": sent.order_id, "payment_id": sent.payment_id},
        set={
            "amount": sent.amount,
            "shipping_amount": sent.shipping,
            "fee_amount": 0,
            "reason": sent.reason,
            "status": one_of(*REPORTED),
            "note": mentions(sent.reference, must_not=told.never) if sent.reference else free_words(told.never),
        },
        bind="refund",
        words=f"A refund of {format_money(sent.amount)} EUR, {format_money(sent.shipping)} of it shipping",
    )
    for line in sent.lines:
        yield Effect(
            f"units-{line.line_id}",
            "refund_line",
            "insert",
            where={"order_line_id": line.line_id, "refund_id": ref("refund")},
            set={"quantity": line.units, "amount": line.amount, "restocked": 0},
            words=f"It covers {line.units} of line {line.line_id}, none of them put into stock",
        )
    yield Effect(
        "gateway",
        "payment_event",
        "insert",
        where={"payment_id": sent.payment_id, "kind": "refund"},
        set={"amount": sent.amount, "refund_id": ref("refund")},
        words="The bank was asked once to pay it back",
    )
    yield Effect(
        "mail",
        "outbox_email",
        "insert",
        where={"order_id": sent.order_id, "kind": "refund_created"},
        set={"to_address": told.email},
        words="The customer was told once",
    )
    if sent.noted:
        yield Effect(
            "note",
            "order_note",
            "insert",
            where={"order_id": sent.order_id},
            set={"text": mentions(money(sent.amount, "EUR"), must_not=told.never)},
            words="One note on the order that names the amount and nothing private, as the policy asks above 40.00",
        )
