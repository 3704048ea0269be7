"""Returns: what may come back, until when, who decides, and where the goods go."""

from datetime import date, timedelta

import pytest
from tiny_shop import ANNA, MUG, SOCKS, TENT, Shop

from worlds.engine.errors import Conflict, Forbidden, Invalid, NotFound
from worlds.shop.derived import recompute
from worlds.shop.operations.accounts import get_my_order, request_my_return
from worlds.shop.operations.emails import mail_customer
from worlds.shop.operations.fulfilments import fulfil_order, mark_delivered
from worlds.shop.operations.orders import get_order
from worlds.shop.operations.refunds import RefundLine, preview_refund, refund_order
from worlds.shop.operations.returns import (
    approve_return,
    close_return,
    decline_return,
    list_returns,
    open_return,
    receive_return,
)
from worlds.shop.views import Damage, LineQuantity


def shipped(shop: Shop, *lines):
    placed = shop.order(*lines)
    return placed, fulfil_order(shop.as_("ops"), placed.order_id, 1, "PostNL", "3SLARK001")


def units(line_id: int, quantity: int = 1) -> list[LineQuantity]:
    return [LineQuantity(line_id=line_id, quantity=quantity)]


def test_the_window_runs_from_delivery_not_from_the_order(shop: Shop):
    placed, sent = shipped(shop, (MUG, 1))
    line = shop.line_ids(placed.order_id)[0]
    shop.wait(days=7)
    mark_delivered(shop.as_("ops"), sent.fulfilment_id)
    shop.wait(days=24)  # day 31 of the order
    seen = get_order(shop.as_("support_l1"), placed.order_id).lines[0]
    assert (seen.returnable, seen.return_by) == (1, date(2026, 4, 8).isoformat())
    assert open_return(shop.as_("support_l1"), placed.order_id, units(line), "changed_mind").status == "open"


def test_the_last_day_counts_whole_in_the_stores_zone(shop: Shop):
    placed, sent = shipped(shop, (MUG, 2))
    line = shop.line_ids(placed.order_id)[0]
    mark_delivered(shop.as_("ops"), sent.fulfilment_id)  # on 2 March
    shop.now = shop.now.replace(month=4, day=1, hour=21, minute=59)  # 23:59 in Amsterdam, summer time by now
    open_return(shop.as_("support_l1"), placed.order_id, units(line), "changed_mind")
    shop.wait(minutes=1)
    with pytest.raises(Conflict) as no:
        open_return(shop.as_("support_l1"), placed.order_id, units(line), "changed_mind")
    assert no.value.code == "return_window_closed"
    assert no.value.details["last_day"] == "2026-04-01"


def test_without_a_delivery_date_the_parcel_counts_as_five_days_under_way(shop: Shop):
    placed, _ = shipped(shop, (MUG, 1))
    line = shop.line_ids(placed.order_id)[0]
    shop.wait(days=36)
    with pytest.raises(Conflict) as no:
        open_return(shop.as_("support_l1"), placed.order_id, units(line), "changed_mind")
    assert no.value.code == "return_window_closed"
    shop.wait(days=-1)
    open_return(shop.as_("support_l1"), placed.order_id, units(line), "changed_mind")


def test_the_window_is_the_one_stamped_on_the_order(shop: Shop):
    placed, sent = shipped(shop, (MUG, 1))
    mark_delivered(shop.as_("ops"), sent.fulfilment_id)
    shop.db.execute("UPDATE sales_order SET return_window_days = 90")
    shop.wait(days=80)
    open_return(shop.as_("support_l1"), placed.order_id, units(shop.line_ids(placed.order_id)[0]), "changed_mind")


def test_each_parcel_has_a_window_of_its_own(shop: Shop):
    placed = shop.order((MUG, 3))
    line = shop.line_ids(placed.order_id)[0]
    for days, quantity in ((0, 2), (20, 1)):
        shop.wait(days=days)
        sent = fulfil_order(shop.as_("ops"), placed.order_id, 1, "PostNL", "3SLARK001", units(line, quantity))
        mark_delivered(shop.as_("ops"), sent.fulfilment_id)
        if not days:
            shop.db.execute("UPDATE payment SET auth_expires_at = '2027-01-01T00:00:00Z'")
    shop.wait(days=20)
    with pytest.raises(Conflict) as no:
        open_return(shop.as_("support_l1"), placed.order_id, units(line, 2), "changed_mind")
    assert no.value.details["returnable"] == 1
    open_return(shop.as_("support_l1"), placed.order_id, units(line), "changed_mind")


def test_final_sale_is_never_returned(shop: Shop):
    placed, _ = shipped(shop, (SOCKS, 1), (MUG, 1))
    with pytest.raises(Conflict) as no:
        open_return(shop.as_("support_l2"), placed.order_id, units(shop.line_ids(placed.order_id)[0]), "changed_mind")
    assert no.value.code == "final_sale"
    assert get_order(shop.as_("ops"), placed.order_id).lines[0].return_by is None


def test_only_shipped_kept_and_unrefunded_units_are_returned(shop: Shop):
    placed = shop.order((MUG, 4))
    line, ctx = shop.line_ids(placed.order_id)[0], shop.as_("support_l2")
    with pytest.raises(Conflict) as early:
        open_return(ctx, placed.order_id, units(line), "changed_mind")
    assert early.value.code == "quantity_above_returnable"
    fulfil_order(shop.as_("ops"), placed.order_id, 1, "PostNL", "3SLARK001")
    refund_order(shop.as_("finance"), placed.order_id, [RefundLine(line_id=line, quantity=1)], "damaged")
    open_return(ctx, placed.order_id, units(line, 2), "changed_mind")
    with pytest.raises(Conflict) as no:
        open_return(ctx, placed.order_id, units(line, 2), "changed_mind")
    assert no.value.details == {"returnable": 1}
    assert shop.broken_laws() == []


def test_a_refund_of_kept_goods_rules_a_return_out(shop: Shop):
    placed, _ = shipped(shop, (MUG, 1))
    line = shop.line_ids(placed.order_id)[0]
    refund_order(shop.as_("finance"), placed.order_id, [RefundLine(line_id=line, quantity=1)], "changed_mind")
    with pytest.raises(Conflict) as no:
        open_return(shop.as_("support_l2"), placed.order_id, units(line), "changed_mind")
    assert no.value.code == "quantity_above_returnable"


def test_a_received_return_puts_sound_units_on_the_shelf_and_damaged_ones_apart(shop: Shop):
    placed, _ = shipped(shop, (MUG, 3))
    line = shop.line_ids(placed.order_id)[0]
    made = open_return(shop.as_("support_l2"), placed.order_id, units(line, 2), "damaged")
    assert get_order(shop.as_("ops"), placed.order_id).return_status == "in_progress"
    assert shop.level(MUG) == (7, 0, 0)
    got = receive_return(shop.as_("ops"), made.return_id, [Damage(line_id=line, received=2, damaged=1)])
    assert (got.status, got.lines[0].received, got.lines[0].damaged) == ("closed", 2, 1)
    assert shop.level(MUG) == (8, 0, 1)
    seen = get_order(shop.as_("ops"), placed.order_id)
    assert (seen.return_status, seen.lines[0].returned, seen.lines[0].return_requested) == ("returned", 2, 0)
    assert shop.broken_laws() == []


def test_units_under_a_return_are_refunded_first_and_not_restocked_twice(shop: Shop):
    placed, _ = shipped(shop, (MUG, 2))
    line = shop.line_ids(placed.order_id)[0]
    made = open_return(shop.as_("support_l2"), placed.order_id, units(line), "damaged")
    receive_return(shop.as_("ops"), made.return_id, [Damage(line_id=line, received=1)])
    refunded = refund_order(
        shop.as_("finance"), placed.order_id, [RefundLine(line_id=line, quantity=1, restock=True)], "damaged"
    )
    assert (refunded.lines[0].restocked, shop.level(MUG)) == (0, (9, 0, 0))
    open_return(shop.as_("support_l2"), placed.order_id, units(line), "damaged")  # the other unit may still come back
    assert shop.broken_laws() == []


def test_a_return_comes_in_over_several_days_and_no_more_than_was_asked(shop: Shop):
    placed, _ = shipped(shop, (MUG, 3))
    line, ops = shop.line_ids(placed.order_id)[0], shop.as_("ops")
    made = open_return(shop.as_("support_l2"), placed.order_id, units(line, 3), "other")
    assert receive_return(ops, made.return_id, [Damage(line_id=line, received=1)]).status == "open"
    for received, damaged in ((3, 0), (1, 2)):
        with pytest.raises(Conflict) as no:
            receive_return(ops, made.return_id, [Damage(line_id=line, received=received, damaged=damaged)])
        assert no.value.code == "quantity_above_received"
    assert receive_return(ops, made.return_id, [Damage(line_id=line, received=1)], location_id=2).status == "open"
    assert shop.level(MUG, 2) == (6, 0, 0)
    assert close_return(ops, made.return_id).status == "closed"
    seen = get_order(ops, placed.order_id).lines[0]
    assert (seen.returned, seen.return_requested, seen.returnable) == (2, 0, 1)
    with pytest.raises(Conflict) as closed:
        receive_return(ops, made.return_id, [Damage(line_id=line, received=1)])
    assert closed.value.code == "return_not_open"
    assert shop.broken_laws() == []


def test_a_customer_asks_and_support_decides_once(shop: Shop):
    placed, _ = shipped(shop, (MUG, 2), (TENT, 1))
    mug, tent = shop.line_ids(placed.order_id)
    me = shop.as_("customer", ANNA)
    first = request_my_return(me, placed.order_id, units(mug), "changed_mind", "Too many mugs")
    second = request_my_return(me, placed.order_id, units(tent), "defective")
    assert (first.status, first.requested_by) == ("requested", "customer")
    assert get_my_order(me, placed.order_id).return_status == "requested"
    with pytest.raises(Conflict) as early:
        receive_return(shop.as_("ops"), first.return_id, [Damage(line_id=mug, received=1)])
    assert early.value.code == "return_not_open"
    assert approve_return(shop.as_("support_l1"), first.return_id).status == "open"
    declined = decline_return(shop.as_("support_l1"), second.return_id, "used_or_worn", "The tent is muddy.")
    assert (declined.status, declined.decline_reason) == ("declined", "used_or_worn")
    assert "The tent is muddy." in shop.one("SELECT body FROM outbox_email WHERE kind = 'return_declined'")
    for again in (approve_return, lambda ctx, at: decline_return(ctx, at, "other")):
        with pytest.raises(Conflict) as no:
            again(shop.as_("support_l2"), second.return_id)
        assert no.value.code == "return_not_requested"
    assert get_order(shop.as_("ops"), placed.order_id).lines[1].returnable == 1  # a declined return takes nothing
    assert shop.broken_laws() == []


def test_somebody_elses_order_cannot_be_returned(shop: Shop):
    placed, _ = shipped(shop, (MUG, 1))
    with pytest.raises(NotFound) as no:
        request_my_return(shop.as_("customer", 2), placed.order_id, units(shop.line_ids(placed.order_id)[0]), "other")
    assert no.value.code == "order_not_found"


def test_returns_name_lines_that_exist_once(shop: Shop):
    placed, _ = shipped(shop, (MUG, 2))
    line, ctx = shop.line_ids(placed.order_id)[0], shop.as_("support_l2")
    with pytest.raises(Invalid):
        open_return(ctx, placed.order_id, units(line) * 2, "other")
    made = open_return(ctx, placed.order_id, units(line), "other")
    with pytest.raises(NotFound) as no:
        receive_return(shop.as_("ops"), made.return_id, [Damage(line_id=99, received=1)])
    assert no.value.field == "lines.0.line_id"
    with pytest.raises(NotFound) as gone:
        approve_return(ctx, 99)
    assert gone.value.code == "return_not_found"


def test_returns_are_listed_and_found_by_number_and_order(shop: Shop):
    placed, _ = shipped(shop, (MUG, 2))
    line, ctx = shop.line_ids(placed.order_id)[0], shop.as_("support_l2")
    first = open_return(ctx, placed.order_id, units(line), "other")
    shop.now += timedelta(hours=1)
    second = open_return(shop.as_("support_l2"), placed.order_id, units(line), "other")
    assert [one.return_id for one in list_returns(ctx).items] == [second.return_id, first.return_id]
    assert [one.number for one in list_returns(ctx, query=first.number).items] == [first.number]
    assert list_returns(ctx, query=placed.number, status="closed").total == 0


@pytest.mark.parametrize("ending", ["closed", "declined"])
def test_units_refunded_under_a_return_that_never_arrived_cannot_be_returned_again(shop: Shop, ending: str):
    placed, sent = shipped(shop, (MUG, 2))
    line = shop.line_ids(placed.order_id)[0]
    mark_delivered(shop.as_("ops"), sent.fulfilment_id)
    asked = request_my_return(shop.as_("customer", ANNA), placed.order_id, units(line), "changed_mind")
    refund_order(shop.as_("admin"), placed.order_id, [RefundLine(line_id=line, quantity=1)], "changed_mind")
    if ending == "closed":
        approve_return(shop.as_("support_l1"), asked.return_id)
        close_return(shop.as_("support_l1"), asked.return_id)
    else:
        decline_return(shop.as_("support_l1"), asked.return_id, "used_or_worn")
    assert get_order(shop.as_("support_l1"), placed.order_id).lines[0].returnable == 1
    with pytest.raises(Conflict) as no:
        open_return(shop.as_("support_l1"), placed.order_id, units(line, 2), "changed_mind")
    assert (no.value.code, no.value.details) == ("quantity_above_returnable", {"returnable": 1})
    open_return(shop.as_("support_l1"), placed.order_id, units(line), "changed_mind")
    with pytest.raises(Conflict) as none_left:
        open_return(shop.as_("support_l1"), placed.order_id, units(line), "changed_mind")
    assert "Leave the line out" in none_left.value.message


def test_final_sale_says_what_to_do_where_goods_arrived_broken(shop: Shop):
    placed, _ = shipped(shop, (SOCKS, 1))
    with pytest.raises(Conflict) as no:
        open_return(shop.as_("support_l1"), placed.order_id, units(shop.line_ids(placed.order_id)[0]), "damaged")
    assert "damaged or faulty" in no.value.message


def test_one_unit_is_written_as_one_unit(shop: Shop):
    placed, _ = shipped(shop, (MUG, 1))
    line = shop.line_ids(placed.order_id)[0]
    opened = open_return(shop.as_("support_l1"), placed.order_id, units(line), "changed_mind")
    receive_return(shop.as_("ops"), opened.return_id, [Damage(line_id=line, received=1)])
    said = " ".join(one.message for one in get_order(shop.as_("ops"), placed.order_id).timeline)
    assert "1 unit shipped" in said
    assert "1 units" not in said


def test_a_period_is_counted_to_the_day_on_which_the_customer_asked(shop: Shop):
    placed, sent = shipped(shop, (MUG, 2))
    line = units(shop.line_ids(placed.order_id)[0])
    mark_delivered(shop.as_("ops"), sent.fulfilment_id)  # on 2 March; the last day is 1 April
    shop.wait(days=35)
    with pytest.raises(Conflict) as late:
        open_return(shop.as_("support_l1"), placed.order_id, line, "changed_mind", asked_on=date(2026, 4, 2))
    assert late.value.code == "return_window_closed"
    opened = open_return(shop.as_("support_l1"), placed.order_id, line, "changed_mind", asked_on=date(2026, 4, 1))
    assert (opened.asked_on, opened.exception) == ("2026-04-01", False)


@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2026, 3, 3)])
def test_nobody_asks_before_the_order_or_after_today(shop: Shop, day: date):
    placed, _ = shipped(shop, (MUG, 1))
    with pytest.raises(Invalid) as no:
        open_return(
            shop.as_("support_l1"), placed.order_id, units(shop.line_ids(placed.order_id)[0]), "other", asked_on=day
        )
    assert (no.value.code, no.value.field) == ("day_impossible", "asked_on")


def test_senior_support_alone_opens_a_return_outside_its_period(shop: Shop):
    placed, sent = shipped(shop, (MUG, 1), (SOCKS, 1))
    mug, socks = shop.line_ids(placed.order_id)
    mark_delivered(shop.as_("ops"), sent.fulfilment_id)
    shop.wait(days=40)
    with pytest.raises(Forbidden) as no:
        open_return(shop.as_("support_l1"), placed.order_id, units(mug), "changed_mind", exception=True)
    assert no.value.code == "exception_for_leads"
    with pytest.raises(Conflict) as final:
        open_return(shop.as_("support_l2"), placed.order_id, units(socks), "changed_mind", exception=True)
    assert final.value.code == "final_sale"
    assert open_return(shop.as_("support_l2"), placed.order_id, units(mug), "changed_mind", exception=True).exception
    assert shop.broken_laws() == []


def received_with_fee(shop: Shop, damaged: int = 1):
    """Three mugs of which two come back, some of them damaged, at the customer's cost."""
    placed, _ = shipped(shop, (MUG, 3))
    line = shop.line_ids(placed.order_id)[0]
    made = open_return(shop.as_("support_l2"), placed.order_id, units(line, 2), "changed_mind")
    arrived = [Damage(line_id=line, received=2, damaged=damaged)]
    return placed, line, receive_return(shop.as_("ops"), made.return_id, arrived, restocking_fee=True)


def test_the_restocking_fee_is_a_tenth_of_what_was_paid_for_the_damaged_units(shop: Shop):
    _, line, got = received_with_fee(shop)
    total, quantity = shop.one("SELECT total, quantity FROM order_line WHERE id = ?", line)
    assert got.fee == pytest.approx(total / quantity / 10, abs=0.6)
    assert shop.broken_laws() == []


def test_a_fee_is_kept_from_the_refund_once_and_told(shop: Shop):
    placed, line, got = received_with_fee(shop)
    one = [RefundLine(line_id=line, quantity=1)]
    first = refund_order(shop.as_("finance"), placed.order_id, one, "changed_mind")
    again = refund_order(shop.as_("finance"), placed.order_id, one, "changed_mind")
    assert (first.amount, first.fee) == (first.lines[0].amount - got.fee, got.fee)
    assert (again.amount, again.fee) == (again.lines[0].amount, 0)
    bodies = [body for (body,) in shop.rows("SELECT body FROM outbox_email WHERE kind = 'refund_created' ORDER BY id")]
    assert ["restocking fee" in body for body in bodies] == [True, False]
    assert shop.broken_laws() == []


def test_a_failed_refund_has_kept_no_fee(shop: Shop):
    placed, line, got = received_with_fee(shop)
    both = [RefundLine(line_id=line, quantity=2)]
    refund_order(shop.as_("finance"), placed.order_id, both, "changed_mind")
    shop.db.execute("UPDATE refund SET status = 'failed'")
    recompute(shop.as_("finance"), placed.order_id)
    shown = preview_refund(shop.as_("finance"), placed.order_id, both)
    assert shown.fee == got.fee


def test_a_refund_of_kept_units_pays_no_fee(shop: Shop):
    placed, line, got = received_with_fee(shop)
    refund_order(shop.as_("finance"), placed.order_id, [RefundLine(line_id=line, quantity=2)], "changed_mind")
    kept = refund_order(shop.as_("finance"), placed.order_id, [RefundLine(line_id=line, quantity=1)], "damaged")
    assert (kept.fee, got.fee > 0) == (0, True)


def test_no_fee_without_damage_and_none_twice(shop: Shop):
    placed, _ = shipped(shop, (MUG, 3))
    line, ops = shop.line_ids(placed.order_id)[0], shop.as_("ops")
    made = open_return(shop.as_("support_l2"), placed.order_id, units(line, 3), "changed_mind")
    for damaged, code in ((0, "fee_without_damage"), (1, None), (1, "fee_already_kept")):
        arrived = [Damage(line_id=line, received=1, damaged=damaged)]
        if code is None:
            assert receive_return(ops, made.return_id, arrived, restocking_fee=True).fee > 0
            continue
        with pytest.raises(Conflict) as no:
            receive_return(ops, made.return_id, arrived, restocking_fee=True)
        assert no.value.code == code


def test_a_message_goes_to_the_address_of_the_order_and_stands_in_its_file(shop: Shop):
    placed, _ = shipped(shop, (MUG, 1))
    for words in ("Your mug stays with you.", "Once more."):
        told = mail_customer(shop.as_("support_l1"), placed.order_id, words)
        assert (told.kind, told.to, told.customer_id) == ("message", "anna@example.com", ANNA)
        assert words in told.body
    seen = get_order(shop.as_("support_l1"), placed.order_id)
    assert [mail.kind for mail in seen.emails][-2:] == ["message", "message"]
    assert seen.timeline[-1].kind == "message_sent"
