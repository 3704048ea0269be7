"""Refunds as the shop's people make them: within their limits, handed over beyond them, noted when large."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from worlds.engine.fields import format_money
from worlds.engine.history import SYSTEM
from worlds.shop import mails, order_file
from worlds.shop.operations.escalations import escalate
from worlds.shop.operations.orders import add_order_note
from worlds.shop.operations.refunds import RefundLine, preview_refund, refund_order
from worlds.shop.population import words
from worlds.shop.population.journey import Course, Journey
from worlds.shop.population.settling import settle_later
from worlds.shop.rules import MERCHANT_FAULT

_NOTED_ABOVE = 4_000  # cents; the policy page on refunds asks for a note from here on


@dataclass(frozen=True, slots=True)
class _Wish:
    lines: tuple[RefundLine, ...]
    reason: str
    shipping: bool
    looked_into: bool


def refund(
    course: Course,
    journey: Journey,
    now: datetime,
    asked: tuple[Sequence[RefundLine], str],
    *,
    shipping: bool | None = None,
    looked_into: bool = False,
) -> None:
    """Refund units at what was paid for them: support within its limits, finance beyond them after a hand-over.

    Refunds that the bank looks into, because they are of broken goods, take it some weeks, and more of them fail.
    """
    wanted, reason = asked
    rng = course.rng(journey.plan, f"refund {len(wanted)} {reason}")
    with_shipping = _with_shipping(course, journey, now, wanted, reason) if shipping is None else shipping
    wish = _Wish(tuple(wanted), reason, with_shipping, looked_into)
    for role in rng.choice((("support_l1", "support_l2"), ("support_l2",))):
        if _made(course, journey, now, role, wish) or course.history.why != "approval_needed":
            return
    _hand_over(course, journey, now, wish)
    moment = now + timedelta(minutes=rng.randint(20, 400))
    course.history.at(moment, lambda then: _answer(course, journey, then, wish))


def _answer(course: Course, journey: Journey, now: datetime, wish: _Wish) -> None:
    """Finance makes a refund that was handed over."""
    _made(course, journey, now, "finance", wish)


def _made(course: Course, journey: Journey, now: datetime, role: str, wish: _Wish) -> bool:
    """Whether somebody of a role made the refund; then it is written down too."""
    actor = course.history.someone(role, now, journey.order_id)
    made = course.history.perform(
        now, actor, refund_order, journey.order_id, list(wish.lines), wish.reason, shipping=wish.shipping
    )
    if made:
        _write_down(course, journey, now, (made.refund_id, made.amount, wish))
    return made is not None


def _with_shipping(course: Course, journey: Journey, now: datetime, wanted: Sequence[RefundLine], reason: str) -> bool:
    """Shipping goes back with the last of the goods, or for the shop's own fault in most of the order."""
    ctx = course.history.context(now, SYSTEM)
    lines = order_file.lines(ctx, journey.order_id)
    if order_file.shipping_left(ctx, order_file.head(ctx, journey.order_id)) <= 0:
        return False
    taken = {one.line_id: one.quantity for one in wanted}
    if all(line.refundable == taken.get(line.id, 0) for line in lines.values()):
        return True
    worth = sum(lines[line].total * units // lines[line].quantity for line, units in taken.items())
    return reason in MERCHANT_FAULT and 2 * worth > sum(line.total for line in lines.values())


def _hand_over(course: Course, journey: Journey, now: datetime, wish: _Wish) -> None:
    actor = course.history.someone("support_l2", now, journey.order_id)
    shown = course.history.perform(now, actor, preview_refund, journey.order_id, list(wish.lines), wish.shipping)
    amount = format_money(shown.amount) if shown else "the rest"
    goods = f"{mails.counted(sum(one.quantity for one in wish.lines))}, {wish.reason}"
    message = f"Refund of {amount} EUR on order {journey.number} ({goods}) is above my limit. Goods are dealt with."
    course.history.perform(now, actor, escalate, "finance", "approval_needed", message, order_id=journey.order_id)


def _write_down(course: Course, journey: Journey, now: datetime, made: tuple[int, int, _Wish]) -> None:
    """The note that larger refunds get, and the bank's word some days later."""
    refund_id, amount, wish = made
    rng = course.rng(journey.plan, f"settling {refund_id}")
    if amount > _NOTED_ABOVE and rng.random() < 0.93:
        given = course.slots(rng, journey, now) | {
            "amount": f"{format_money(amount)} EUR",
            "reason": wish.reason.replace("_", " "),
        }
        actor = course.history.someone("support_l2", now, journey.order_id)
        course.history.perform(now, actor, add_order_note, journey.order_id, words.staff_say(rng, "refund", given))
    settle_later(course, rng, now, refund_id, looked_into=wish.looked_into)
