"""What comes after delivery: returns asked for, approved, declined and received; damage and lateness."""

import random
from datetime import date, datetime, timedelta

from worlds.engine.history import SYSTEM
from worlds.engine.rows import number
from worlds.seeds.streams import Weighted
from worlds.shop import order_file
from worlds.shop.days import day_start, local_day
from worlds.shop.operations.accounts import request_my_return
from worlds.shop.operations.escalations import escalate
from worlds.shop.operations.orders import add_order_note
from worlds.shop.operations.refunds import RefundLine
from worlds.shop.operations.returns import approve_return, close_return, decline_return, open_return, receive_return
from worlds.shop.population import breakage, words
from worlds.shop.population.journey import Course, Journey
from worlds.shop.population.refunding import refund
from worlds.shop.rules import FEE_WAIVED
from worlds.shop.views import Damage, LineQuantity, ReturnView

_REASONS_FOR_CLOTHES = Weighted(
    {
        "size_too_small": 34.0,
        "size_too_large": 26.0,
        "changed_mind": 22.0,
        "not_as_described": 9.0,
        "defective": 4.0,
        "wrong_item": 3.0,
        "other": 2.0,
    }
)
_REASONS = Weighted(
    {
        "changed_mind": 52.0,
        "not_as_described": 18.0,
        "damaged": 12.0,
        "defective": 9.0,
        "wrong_item": 6.0,
        "other": 3.0,
    }
)
_REFUND_REASON = {"size_too_small": "changed_mind", "size_too_large": "changed_mind"}
_BUSY = timedelta(days=8)
"""For so long before the end support has been behind with requests, because of the sale."""
_LATE = 0.06  # of the orders that are kept: somebody asks up to three days after the last day
_RETURNS = 1.1  # calibrated on the share of order value that comes back


def begin(course: Course, journey: Journey, now: datetime) -> None:
    """All parcels of an order have arrived: let what may come after come."""
    rng = course.rng(journey.plan, "aftersales")
    wanted = _unwanted(rng, journey)
    late = course.rng(journey.plan, "late wish")
    if not wanted and not journey.plan.guest and late.random() < _LATE:
        _plan_late_wish(course, journey, now, late)
    if wanted:
        moment = now + timedelta(days=min(29.0, rng.lognormvariate(1.75, 0.75)), seconds=rng.randrange(3_600))
        course.history.at(moment.replace(microsecond=0), lambda then: _ask(course, journey, then, wanted))
    elif rng.random() < 0.035:
        moment = course.calendar.worked(rng, now, rng.randint(0, 4))
        course.history.at(moment, lambda then: _complain(course, journey, then))
    elif rng.random() < 0.012:
        moment = course.calendar.worked(rng, now, rng.randint(1, 3))
        course.history.at(moment, lambda then: _too_late(course, journey, then))
    else:
        breakage.arrive(course, journey, now)


def _unwanted(rng: random.Random, journey: Journey) -> list[LineQuantity]:
    """The units that the buyer will want to send back; final sale is left alone by those who have read."""
    wanted = []
    for line_id, offered in sorted(journey.lines.items()):
        units = journey.units[line_id]
        if not offered.final_sale and rng.random() < offered.article.returns * _RETURNS * (1 + 0.15 * (units - 1)):
            back = units if units == 1 or rng.random() < 0.35 else rng.randint(1, units - 1)
            wanted.append(LineQuantity(line_id=line_id, quantity=back))
    return wanted


def _ask(course: Course, journey: Journey, now: datetime, wanted: list[LineQuantity]) -> None:
    """The buyer asks in the account, or writes and support opens the return."""
    rng = course.rng(journey.plan, "return")
    one = journey.lines[wanted[0].line_id]
    worn = all(journey.lines[want.line_id].article.family == "wear" for want in wanted)
    reason = (_REASONS_FOR_CLOTHES if worn else _REASONS).draw(rng)
    buyer = journey.plan.buyer
    given = course.slots(rng, journey, now) | words.of_article(one.short, one.article.motif)
    kind = words.return_wish(rng, reason, coloured=one.article.colours[1] > 0)
    note = words.customer_says(rng, buyer.language, kind, given)
    if not journey.plan.guest and rng.random() < 0.85:
        asked = course.history.perform(
            now,
            journey.customer,
            request_my_return,
            journey.order_id,
            wanted,
            reason,
            note if rng.random() < 0.6 else None,
        )
        if asked:
            busy = 5 if course.calendar.end - now < _BUSY else 0
            moment = course.calendar.worked(rng, now, rng.choice((0, 1, 1, 2, 3)) + busy)
            course.history.at(moment, lambda then: _decide(course, journey, then, asked))
        return
    moment = course.calendar.worked(rng, now, rng.choice((0, 0, 1)))
    day = local_day(now)
    course.history.at(moment, lambda then: _open(course, journey, then, (wanted, reason, note, day)))


def _open(course: Course, journey: Journey, now: datetime, asked: tuple[list[LineQuantity], str, str, date]) -> None:
    wanted, reason, note, day = asked
    actor = course.history.someone("support_l1", now, journey.order_id)
    opened = course.history.perform(now, actor, open_return, journey.order_id, wanted, reason, note, asked_on=day)
    if opened:
        _await_parcel(course, journey, now, opened)


def _plan_late_wish(course: Course, journey: Journey, now: datetime, rng: random.Random) -> None:
    """A buyer will write one to three days after the last day on which something could have been sent back."""
    ctx = course.history.context(now, SYSTEM)
    if any(line.unfulfilled for line in order_file.lines(ctx, journey.order_id).values()):
        return  # another parcel will bring the wish
    parcels = order_file.sent(ctx, journey.order_id)
    able = [line for line in sorted(parcels) if not journey.lines[line].final_sale]
    if able:
        line = rng.choice(able)
        window = order_file.head(ctx, journey.order_id).return_window_days
        until = max(order_file.last_day(parcel, window) for parcel in parcels[line])
        asked = until + timedelta(days=rng.randint(1, 3))
        moment = course.calendar.worked(rng, day_start(asked) + timedelta(hours=10), 0)
        course.history.at(moment, lambda then: _ask_late(course, journey, then, (line, asked)))


def _ask_late(course: Course, journey: Journey, now: datetime, wish: tuple[int, date]) -> None:
    """Support hands the late wish over; the lead opens the return as an exception, at most one a year and customer."""
    _, asked = wish
    actor = course.history.someone("support_l1", now, journey.order_id)
    ctx = course.history.context(now, actor)
    year = (asked - timedelta(days=366)).isoformat()
    if number(ctx, _EXCEPTIONS, customer=journey.plan.buyer.customer_id, since=year):
        return
    message = f"Order {journey.number}: asked on {asked}, after the last day. The customer has had no exception so far."
    course.history.perform(now, actor, escalate, "support_lead", "outside_policy", message, order_id=journey.order_id)
    moment = course.calendar.worked(course.rng(journey.plan, "exception"), now, 1)
    course.history.at(moment, lambda then: _except(course, journey, then, wish))


_EXCEPTIONS = """SELECT count(*) FROM return_request r JOIN sales_order o ON o.id = r.order_id
    WHERE o.customer_id = :customer AND r.exception = 1 AND r.asked_on >= :since"""


def _except(course: Course, journey: Journey, now: datetime, wish: tuple[int, date]) -> None:
    line, asked = wish
    lead = course.history.someone("admin", now)
    wanted = [LineQuantity(line_id=line, quantity=1)]
    opened = course.history.perform(
        now, lead, open_return, journey.order_id, wanted, "changed_mind", asked_on=asked, exception=True
    )
    if opened:
        _await_parcel(course, journey, now, opened)


def _decide(course: Course, journey: Journey, now: datetime, asked: ReturnView) -> None:
    rng = course.rng(journey.plan, "decision")
    actor = course.history.someone("support_l1", now, journey.order_id)
    if rng.random() < 0.055:
        reason = rng.choice(("used_or_worn", "used_or_worn", "duplicate", "other"))
        why = words.staff_say(rng, f"explanation_{reason}", {})
        course.history.perform(now, actor, decline_return, asked.return_id, reason, why)
    elif course.history.perform(now, actor, approve_return, asked.return_id):
        _await_parcel(course, journey, now, asked)


def _await_parcel(course: Course, journey: Journey, now: datetime, opened: ReturnView) -> None:
    """Most send it within two weeks; of some nothing is heard again, and the return is closed."""
    rng = course.rng(journey.plan, "sending back")
    if rng.random() < 0.05:
        moment = course.calendar.worked(rng, now + timedelta(days=21), 0)
        course.history.at(moment, lambda then: _give_up(course, then, opened))
        return
    moment = course.calendar.worked(rng, now, rng.randint(3, 11), hours=(9, 16))
    course.history.at(moment, lambda then: _receive(course, journey, then, opened))


def _give_up(course: Course, now: datetime, opened: ReturnView) -> None:
    course.history.perform(now, course.history.someone("ops", now), close_return, opened.return_id)


def _receive(course: Course, journey: Journey, now: datetime, opened: ReturnView) -> None:
    """Book in what is in the parcel; now and then a unit is broken or missing."""
    rng = course.rng(journey.plan, "receipt")
    share = 0.75 if opened.reason in ("damaged", "defective") else 0.07
    arrived = []
    for line in opened.lines:
        units = line.quantity if line.quantity == 1 or rng.random() > 0.06 else line.quantity - 1
        damaged = sum(rng.random() < share for _ in range(units))
        arrived.append(Damage(line_id=line.line_id, received=units, damaged=damaged))
    soon = rng.random() < 0.3
    actor = course.history.someone("ops", now, journey.order_id)
    fee = opened.reason not in FEE_WAIVED and any(one.damaged for one in arrived)
    receipt = course.history.perform(
        now, actor, receive_return, opened.return_id, arrived, restocking_fee=fee, notify=not soon
    )
    if receipt is None:
        return
    wanted = [RefundLine(line_id=one.line_id, quantity=one.received) for one in arrived]
    moment = course.calendar.worked(rng, now, 0 if soon else rng.randint(1, 4))
    reason = _REFUND_REASON.get(opened.reason, opened.reason)
    course.history.at(moment, lambda then: refund(course, journey, then, (wanted, reason)))


def _complain(course: Course, journey: Journey, now: datetime) -> None:
    """Something arrived broken or is missing. With photographs it is refunded; without, support waits for them."""
    rng = course.rng(journey.plan, "complaint")
    actor = course.history.someone("support_l1", now, journey.order_id)
    line_id = rng.choice(sorted(journey.lines))
    one = journey.lines[line_id]
    given = course.slots(rng, journey, now) | words.of_article(one.short, one.article.motif)
    missing = rng.random() < 0.25
    seen = rng.random() < 0.75
    kind = "missing" if missing else "photos" if seen else "no_photos"
    course.history.perform(now, actor, add_order_note, journey.order_id, words.staff_say(rng, kind, given))
    if missing or seen:
        units = rng.randint(1, max(1, journey.units[line_id] // 2))
        wanted = [RefundLine(line_id=line_id, quantity=units)]
        moment = course.calendar.worked(rng, now, rng.randint(0, 2))
        reason = "missing_item" if missing else "damaged"
        course.history.at(moment, lambda then: refund(course, journey, then, (wanted, reason)))


def _too_late(course: Course, journey: Journey, now: datetime) -> None:
    """The parcel came, but late: shipping goes back."""
    ctx = course.history.context(now, SYSTEM)
    if order_file.shipping_left(ctx, order_file.head(ctx, journey.order_id)) > 0:
        refund(course, journey, now, ((), "late"), shipping=True)
