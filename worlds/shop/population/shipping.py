"""An order's way to the doorstep: cancelled before it leaves, held back, shipped in parcels, delivered."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from worlds.engine.fields import format_money
from worlds.seeds import mess
from worlds.seeds.addresses import gazetteer, postal_address
from worlds.seeds.mess import dirtied_note
from worlds.seeds.streams import Weighted
from worlds.shop import order_file, stockroom
from worlds.shop.labelling import tracking_number
from worlds.shop.operations.escalations import escalate
from worlds.shop.operations.fulfilments import fulfil_order, mark_delivered, update_tracking
from worlds.shop.operations.orders import add_order_note, cancel_order, edit_shipping_address
from worlds.shop.operations.payments import capture_payment
from worlds.shop.operations.refunds import RefundLine
from worlds.shop.population import words
from worlds.shop.population.holds import hold_back
from worlds.shop.population.journey import Course, Journey
from worlds.shop.population.labels import label_on, plan_label, stick_on, take_off
from worlds.shop.population.refunding import refund
from worlds.shop.population.settling import settle_later
from worlds.shop.views import AddressInput, LineQuantity

Arrived = Callable[[Course, Journey, datetime], None]

_SHIP_DAYS = Weighted({0: 40.0, 1: 42.0, 2: 14.0, 3: 4.0})
_EXPRESS_DAYS = Weighted({0: 84.0, 1: 16.0})
_TRANSIT = {"NL": 1, "BE": 1, "LU": 2, "DE": 2, "FR": 3, "AT": 3, "IE": 4}
_CANCEL_REASONS = Weighted(
    {"customer": 62.0, "stock": 12.0, "payment": 10.0, "staff_error": 8.0, "fraud": 5.0, "other": 3.0}
)
_UNSEEN = 0.03  # of parcels arrive without the carrier ever telling
_HEAVY = 15_000  # grams; from here on parcels go with GLS


def set_out(course: Course, journey: Journey, arrived: Arrived) -> None:
    """Decide what becomes of an order that was just placed, and put it into the queue of history."""
    rng = course.rng(journey.plan, "fate")
    at = journey.plan.at
    fate = rng.random() if journey.plan.twin is None else 1.0
    if rng.random() < 0.07:
        moment = course.calendar.worked(rng, at, rng.choice((0, 0, 1, 4)))
        course.history.at(moment, lambda now: _note(course, journey, now, rng.choice(("general", "call", "stock"))))
    if fate < 0.072:
        _plan_cancelling(course, journey, rng)
    elif fate < 0.072 + course.rates["expired_authorizations"]:
        moment = course.calendar.worked(rng, at, 1)
        course.history.at(moment, lambda now: _hold(course, journey, now))
        if rng.random() < 0.75:
            later = course.calendar.worked(rng, at + timedelta(days=9), 0)
            course.history.at(later, lambda now: _cancel(course, journey, now, "payment"))
    else:
        if fate < 0.1:
            moment = course.calendar.worked(rng, at, 0)
            course.history.at(moment, lambda now: _correct_address(course, journey, now))
        leaving = _leaving(course, journey, rng)
        course.history.at(leaving, lambda now: _ship(course, journey, now, arrived))
        if not hold_back(course, journey, leaving):
            plan_label(course, journey, leaving)


def _leaving(course: Course, journey: Journey, rng: random.Random) -> datetime:
    """When the first parcel leaves; twins leave on one day, the late ones on the last working day before the end."""
    days = (_EXPRESS_DAYS if journey.plan.method == "express" else _SHIP_DAYS).draw(rng)
    if journey.plan.twin is None:
        return course.calendar.worked(rng, journey.plan.at, days)
    moment = course.calendar.worked(rng, journey.plan.at, 0)
    end = course.calendar.end.astimezone(course.calendar.zone).date()
    ahead = course.calendar.worked(rng, journey.plan.at, 1)
    near = (end - moment.astimezone(course.calendar.zone).date()).days <= 4
    return ahead if near and ahead.astimezone(course.calendar.zone).date() < end else moment


def _plan_cancelling(course: Course, journey: Journey, rng: random.Random) -> None:
    reason = _CANCEL_REASONS.draw(rng)
    moment = course.calendar.worked(rng, journey.plan.at + timedelta(minutes=rng.lognormvariate(4.6, 0.8)), 0)
    if rng.random() < 0.3 and journey.payment_id is not None:
        taken = course.calendar.worked(rng, journey.plan.at, 0)
        moment = course.calendar.worked(rng, taken, 1)
        course.history.at(taken, lambda now: _capture(course, journey, now))
    if reason == "fraud":
        course.history.at(moment - timedelta(minutes=40), lambda now: _hold(course, journey, now))
    course.history.at(moment, lambda now: _cancel(course, journey, now, reason))


def _capture(course: Course, journey: Journey, now: datetime) -> None:
    finance = course.history.someone("finance", now)
    course.history.perform(now, finance, capture_payment, journey.payment_id)


def _cancel(course: Course, journey: Journey, now: datetime, reason: str) -> None:
    """Senior support cancels; what goes beyond their limit finance does."""
    for role in ("support_l2", "finance"):
        actor = course.history.someone(role, now)
        done = course.history.perform(
            now, actor, cancel_order, journey.order_id, reason, restock=reason != "stock", notify=reason != "fraud"
        )
        if done and done.refund:
            settle_later(course, course.rng(journey.plan, "settling"), now, done.refund.refund_id)
        if done:
            return


def _hold(course: Course, journey: Journey, now: datetime) -> None:
    """Somebody finds it fishy: a note and a hand-over to the people who look at risk."""
    rng = course.rng(journey.plan, "hold")
    actor = course.history.someone("support_l1", now)
    course.history.perform(now, actor, add_order_note, journey.order_id, words.staff_say(rng, "hold", {}))
    message = (
        f"Order {journey.number} of {format_money(journey.total)} EUR: {rng.choice(_SUSPICIONS)}. "
        "Please look at it before it ships."
    )
    course.history.perform(now, actor, escalate, "risk", "suspected_fraud", message, order_id=journey.order_id)


_SUSPICIONS = (
    "first order, express, to a town that is not the account's",
    "third order of the day with another card",
    "address changed ten minutes after payment",
    "name on the card and recipient do not match",
)


def _note(course: Course, journey: Journey, now: datetime, kind: str) -> None:
    rng = course.rng(journey.plan, f"note {kind}")
    text, dirt = dirtied_note(rng, words.staff_say(rng, kind, course.slots(rng, journey, now)), _RARELY)
    actor = course.history.someone("support_l1" if kind != "stock" else "ops", now)
    note = course.history.perform(now, actor, add_order_note, journey.order_id, text)
    if note and dirt:
        course.truth.dirty(f"staff_{dirt}", note.note_id)


_RARELY = {"notes_emoji": 0.05, "notes_markup": 0.03}


def _correct_address(course: Course, journey: Journey, now: datetime) -> None:
    """A customer wants it somewhere else in the same country, or support mends a slip of their own accord."""
    rng = course.rng(journey.plan, "address")
    actor = course.history.someone("support_l2", now)
    ctx = course.history.context(now, actor)
    address = order_file.head(ctx, journey.order_id).address.model_dump()
    asked = rng.random() < 0.7
    if asked:
        new = postal_address(rng, gazetteer().town(rng, address["country"]))
        address |= {"line1": new.line1, "line2": new.line2, "postal_code": new.postal_code}
        address |= {"city": new.city, "province": new.province}
    else:
        address["line1"] = mess.uncapitalised(address["line1"]).title()
        address["postal_code"] = address["postal_code"].upper().strip()
    labelled = take_off(course, journey, now, actor, "address_changed" if asked else "misprint")
    course.history.perform(now, actor, edit_shipping_address, journey.order_id, AddressInput(**address), notify=asked)
    if labelled:
        stick_on(course, journey, now)


def _ship(course: Course, journey: Journey, now: datetime, arrived: Arrived) -> None:
    """Ship what is promised, a parcel for each location; now and then something has to wait for a delivery."""
    rng = course.rng(journey.plan, f"ship {journey.sent}")
    ctx = course.history.context(now, course.history.someone("ops", now))
    by_place: dict[int, list[LineQuantity]] = {}
    for line, promised in sorted(stockroom.promises(ctx, journey.order_id).items()):
        for one in promised:
            by_place.setdefault(one.location_id, []).append(LineQuantity(line_id=line, quantity=one.quantity))
    wait = journey.sent == 0 and journey.plan.twin is None and rng.random() < 0.17
    if wait and len(journey.lines) > 1:
        place = max(by_place)
        held = by_place[place][-1:]
        by_place[place] = [one for one in by_place[place] if one not in held]
        later = course.calendar.worked(rng, now, rng.randint(3, 10))
        course.history.at(later, lambda then: _ship(course, journey, then, arrived))
    for turn, place in enumerate(sorted(by_place)):
        if by_place[place]:
            lines = by_place[place]
            moment = now + timedelta(minutes=turn * rng.randint(9, 160))
            course.history.at(moment, _parcel_step(course, journey, place, lines, arrived))


def _parcel_step(
    course: Course, journey: Journey, place: int, lines: list[LineQuantity], arrived: Arrived
) -> Callable[[datetime], None]:
    return lambda now: _send(course, journey, now, (place, lines), arrived)


def _send(
    course: Course, journey: Journey, now: datetime, parcel: tuple[int, list[LineQuantity]], arrived: Arrived
) -> None:
    place, lines = parcel
    rng = course.rng(journey.plan, f"parcel {journey.sent}")
    carrier = _carrier(rng, journey, lines)
    actor = course.history.someone("ops", now, journey.order_id)
    drawn = (carrier, tracking_number(rng, carrier))
    carrier, tracking = label_on(course, journey, now) or drawn
    sent = course.history.perform(now, actor, fulfil_order, journey.order_id, place, carrier, tracking, lines)
    if sent is None:
        if course.history.why == "insufficient_stock":
            later = course.calendar.worked(rng, now, 4)
            course.history.at(later, lambda then: _send(course, journey, then, parcel, arrived))
        return
    journey.sent += 1
    at = _arrival(course, rng, journey, now)
    if rng.random() < 0.015:
        wrong = now + (at - now) * rng.uniform(0.1, 0.6)
        course.history.at(wrong, lambda then: _correct_tracking(course, journey, then, sent.fulfilment_id, carrier))
    luck = rng.random()
    if luck < 0.006:
        lost = course.calendar.worked(rng, at, 8)
        course.history.at(lost, lambda then: _lose(course, journey, then, lines))
        return
    if luck < 0.03:
        course.history.at(at, lambda then: _note(course, journey, then, "carrier"))
        at = course.calendar.worked(rng, at, rng.randint(1, 4), hours=(10, 20))
    course.history.at(at, lambda then: _deliver(course, journey, then, sent.fulfilment_id, arrived))
    _arrive_later(course, rng, at, sent.fulfilment_id)


def _arrive_later(course: Course, rng: random.Random, at: datetime, fulfilment_id: int) -> None:
    """What carriers do with a parcel that is under way when episodes begin; on their first day they bring nothing."""
    build = course.history.build
    if at < build.start:
        return
    if at < build.start + timedelta(hours=20):
        at = course.calendar.worked(rng, at, 1, hours=(10, 20))
    build.later(
        at - timedelta(hours=rng.randint(2, 4)), "carrier_scans", "carrier", fulfilment_id=fulfilment_id, scan="van"
    )
    build.later(at, "carrier_scans", "carrier", fulfilment_id=fulfilment_id, scan="door")


def _arrival(course: Course, rng: random.Random, journey: Journey, now: datetime) -> datetime:
    """When the carrier will be at the door, if all goes well."""
    days = _TRANSIT[journey.plan.buyer.addresses[0].country] + rng.choice((0, 0, 0, 1, 1, 2, 4))
    if journey.plan.method == "express":
        days = max(1, days - 1)
    return course.calendar.worked(rng, now, days, hours=(10, 20))


def _lose(course: Course, journey: Journey, now: datetime, lines: list[LineQuantity]) -> None:
    """The carrier gives a parcel up; what was in it is refunded."""
    _note(course, journey, now, "lost")
    wanted = [RefundLine(line_id=one.line_id, quantity=one.quantity) for one in lines]
    course.history.at(now + timedelta(minutes=25), lambda then: refund(course, journey, then, (wanted, "missing_item")))


def _deliver(course: Course, journey: Journey, now: datetime, fulfilment_id: int, arrived: Arrived) -> None:
    unseen = journey.plan.twin is None and course.rng(journey.plan, f"scan {len(journey.delivered)}").random() < _UNSEEN
    ops = course.history.someone("ops", now)
    if not unseen and course.history.perform(now, ops, mark_delivered, fulfilment_id) is None:
        return
    journey.delivered[fulfilment_id] = now
    if len(journey.delivered) == journey.sent:
        arrived(course, journey, now)


def _correct_tracking(course: Course, journey: Journey, now: datetime, fulfilment_id: int, carrier: str) -> None:
    rng = course.rng(journey.plan, "tracking")
    actor = course.history.someone("ops", now)
    course.history.perform(now, actor, update_tracking, fulfilment_id, carrier, tracking_number(rng, carrier))
    _note(course, journey, now, "tracking")


def _carrier(rng: random.Random, journey: Journey, lines: list[LineQuantity]) -> str:
    """Who carries a parcel, by weight, country, way of shipping and buyer."""
    country = journey.plan.buyer.addresses[0].country
    weight = sum(journey.lines[one.line_id].weight * one.quantity for one in lines)
    if weight > _HEAVY:
        return "GLS"
    if country == "IE" or (journey.plan.buyer.company and rng.random() < 0.5):
        return "UPS"
    if rng.random() < 0.01:
        return "FedEx"
    if country in ("DE", "AT"):
        return "DHL"
    if country in ("FR", "LU"):
        return "DPD"
    return "DHL" if journey.plan.method == "express" else "PostNL"
