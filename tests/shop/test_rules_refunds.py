"""Refunds bring back exactly what was paid, never more, and only what the role may give."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_shop import LAMP, MUG, SOCKS, Shop, code, opened_shop

from worlds.engine.errors import Conflict, Forbidden, Invalid, NotFound
from worlds.shop import gateway
from worlds.shop.ledger import LineState, refund_units
from worlds.shop.operations.fulfilments import fulfil_order
from worlds.shop.operations.orders import get_order
from worlds.shop.operations.payments import capture_payment, void_payment
from worlds.shop.operations.refunds import RefundLine, preview_refund, refund_order


def shipped(shop: Shop, *lines, **more):
    """An order that has been paid and shipped whole."""
    placed = shop.order(*lines, **more)
    fulfil_order(shop.as_("ops"), placed.order_id, 1, "PostNL", "3SLARK001")
    return placed


def units(line_id: int, quantity: int, *, restock: bool = False) -> list[RefundLine]:
    return [RefundLine(line_id=line_id, quantity=quantity, restock=restock)]


def test_one_unit_of_three_under_a_15_percent_code_brings_back_its_allocated_price_and_tax(shop: Shop):
    placed = shipped(shop, (MUG, 3), (SOCKS, 1), codes=(code(shop, 1, "SPRING15"),))
    line = shop.line_ids(placed.order_id)[0]
    # goods 74.47, 15 % is 11.17, of which the mugs carry 9.00; tax 21 % of 50.97 is 10.70
    assert shop.one("SELECT discount_total, tax_total FROM order_line WHERE id = ?", line) == (900, 1070)
    made = refund_order(shop.as_("support_l1"), placed.order_id, units(line, 1), "damaged")
    assert (made.amount, made.lines[0].net, made.lines[0].tax) == (2056, 1699, 357)
    assert (made.status, made.shipping_amount) == ("pending", 0)
    assert shop.broken_laws() == []


def test_refunding_units_one_by_one_comes_to_exactly_what_the_line_cost(shop: Shop):
    placed = shipped(shop, (LAMP, 7), codes=(code(shop, 1, "SEVEN", kind="fixed", value=100),))
    line = shop.line_ids(placed.order_id)[0]
    paid = shop.one("SELECT total FROM order_line WHERE id = ?", line)
    amounts = [refund_order(shop.as_("finance"), placed.order_id, units(line, 1), "other").amount for _ in range(7)]
    assert sum(amounts) == paid
    assert max(amounts) - min(amounts) <= 2  # a cent of net and a cent of tax


def test_a_refund_leaves_its_traces_and_one_mail(shop: Shop):
    placed = shipped(shop, (MUG, 2))
    line = shop.line_ids(placed.order_id)[0]
    mails = shop.count("outbox_email")
    made = refund_order(shop.as_("finance"), placed.order_id, units(line, 1), "changed_mind", note="Wrong colour")
    seen = get_order(shop.as_("support_l1"), placed.order_id)
    assert seen.financial_status == "partially_refunded"
    assert seen.refunded == made.amount
    assert seen.lines[0].refundable == 1
    assert seen.timeline[-1].kind == "refund_created"
    assert made.number in seen.timeline[-1].message
    assert shop.count("outbox_email") == mails + 1
    assert placed.number in seen.emails[-1].subject
    assert "24.19 EUR" in seen.emails[-1].body
    assert shop.one("SELECT kind, amount FROM payment_event ORDER BY id DESC LIMIT 1") == ("refund", 2419)
    assert shop.one("SELECT action, subject_id FROM audit_event ORDER BY id DESC LIMIT 1") == (
        "refund_order",
        made.refund_id,
    )


def test_a_quiet_refund_sends_no_mail(shop: Shop):
    placed = shipped(shop, (MUG, 1))
    mails = shop.count("outbox_email")
    refund_order(
        shop.as_("finance"), placed.order_id, units(shop.line_ids(placed.order_id)[0], 1), "late", notify=False
    )
    assert shop.count("outbox_email") == mails


def test_money_that_was_only_authorized_cannot_be_refunded(shop: Shop):
    placed = shop.order((MUG, 1))
    with pytest.raises(Conflict) as no:
        refund_order(shop.as_("finance"), placed.order_id, units(shop.line_ids(placed.order_id)[0], 1), "other")
    assert no.value.code == "nothing_captured"
    assert placed.number in no.value.message


def test_a_refund_never_exceeds_what_was_captured(shop: Shop):
    placed = shop.order((MUG, 2))
    capture_payment(shop.as_("finance"), placed.payment_id, 1000)
    with pytest.raises(Conflict) as no:
        refund_order(shop.as_("finance"), placed.order_id, units(shop.line_ids(placed.order_id)[0], 1), "other")
    assert no.value.code == "refund_above_captured"
    assert no.value.details == {"maximum": "10.00"}


def test_pending_refunds_count_and_failed_ones_do_not(shop: Shop):
    placed = shipped(shop, (MUG, 2))
    line = shop.line_ids(placed.order_id)[0]
    first = refund_order(shop.as_("finance"), placed.order_id, units(line, 2), "other")
    with pytest.raises(Conflict) as no:
        refund_order(shop.as_("finance"), placed.order_id, units(line, 1), "other")
    assert no.value.code == "quantity_above_refundable"
    gateway.settle_refund(shop.as_("system"), first.refund_id, succeeded=False)
    assert shop.one("SELECT financial_status, refunded_total FROM sales_order") == ("paid", 0)
    assert shop.one("SELECT kind FROM outbox_email ORDER BY id DESC LIMIT 1") == "refund_failed"
    again = refund_order(shop.as_("finance"), placed.order_id, units(line, 2), "other")
    gateway.settle_refund(shop.as_("system"), again.refund_id, succeeded=True)
    assert again.amount == first.amount
    assert shop.one("SELECT status, settled_at FROM refund WHERE id = ?", again.refund_id)[0] == "succeeded"
    assert shop.broken_laws() == []


def test_a_settled_refund_is_settled_once(shop: Shop):
    placed = shipped(shop, (MUG, 1))
    made = refund_order(shop.as_("finance"), placed.order_id, units(shop.line_ids(placed.order_id)[0], 1), "other")
    gateway.settle_refund(shop.as_("system"), made.refund_id, succeeded=True)
    before = shop.dump()
    gateway.settle_refund(shop.as_("system"), made.refund_id, succeeded=False)
    assert shop.dump() == before


@pytest.mark.parametrize(("role", "limit"), [("support_l1", 5_000), ("support_l2", 15_000)])
def test_support_refunds_up_to_its_limit_on_one_order_and_is_told_to_escalate_beyond(shop: Shop, role: str, limit: int):
    placed = shipped(shop, (LAMP, 60))
    line, ctx = shop.line_ids(placed.order_id)[0], shop.as_(role)
    within = next(n for n in range(60, 0, -1) if preview_refund(ctx, placed.order_id, units(line, n)).amount <= limit)
    assert not preview_refund(ctx, placed.order_id, units(line, within)).needs_approval
    assert preview_refund(ctx, placed.order_id, units(line, within + 1)).needs_approval
    with pytest.raises(Forbidden) as no:
        refund_order(ctx, placed.order_id, units(line, within + 1), "damaged")
    assert (no.value.code, no.value.status) == ("approval_needed", 403)
    assert "scalate" in no.value.message
    refund_order(ctx, placed.order_id, units(line, within), "damaged")


def test_a_limit_is_not_evaded_by_splitting(shop: Shop):
    placed = shipped(shop, (LAMP, 60))
    line = shop.line_ids(placed.order_id)[0]
    refund_order(shop.as_("support_l1"), placed.order_id, units(line, 10), "damaged")
    with pytest.raises(Forbidden) as no:
        refund_order(shop.as_("support_l1"), placed.order_id, units(line, 5), "damaged")
    assert no.value.details["used"] != "0.00"
    refund_order(shop.as_("finance"), placed.order_id, units(line, 5), "damaged")


def test_operations_may_not_refund():
    assert "ops" not in refund_order.roles
    assert "customer" not in refund_order.roles


def test_shipping_comes_back_with_the_whole_order_or_our_fault_and_once(shop: Shop):
    placed = shipped(shop, (MUG, 2))
    line, ctx = shop.line_ids(placed.order_id)[0], shop.as_("finance")
    with pytest.raises(Conflict) as no:
        refund_order(ctx, placed.order_id, units(line, 1), "changed_mind", shipping=True)
    assert no.value.code == "shipping_not_refundable"
    made = refund_order(ctx, placed.order_id, [], "late", shipping=True)
    assert (made.amount, made.lines) == (599, [])  # 4.95 and 21 % on it
    with pytest.raises(Conflict) as no:
        refund_order(ctx, placed.order_id, units(line, 2), "changed_mind", shipping=True)
    assert no.value.code == "shipping_already_refunded"
    refund_order(ctx, placed.order_id, units(line, 2), "changed_mind")
    assert shop.one("SELECT financial_status, refunded_total = total FROM sales_order") == ("refunded", 1)


def test_the_whole_order_comes_back_with_shipping_whatever_the_reason(shop: Shop):
    placed = shipped(shop, (MUG, 2), (LAMP, 3))
    one, two = shop.line_ids(placed.order_id)
    lines = [RefundLine(line_id=one, quantity=2), RefundLine(line_id=two, quantity=3)]
    made = refund_order(shop.as_("finance"), placed.order_id, lines, "changed_mind", shipping=True)
    assert made.amount == placed.total


def test_units_not_shipped_yet_will_not_ship_and_go_back_on_the_shelf_if_asked(shop: Shop):
    placed = shop.order((MUG, 3))
    line = shop.line_ids(placed.order_id)[0]
    capture_payment(shop.as_("finance"), placed.payment_id)
    assert shop.level(MUG) == (7, 3, 0)
    made = refund_order(shop.as_("finance"), placed.order_id, units(line, 1, restock=True), "changed_mind")
    assert (shop.level(MUG), made.lines[0].restocked) == ((8, 2, 0), 1)
    refund_order(shop.as_("finance"), placed.order_id, units(line, 1), "damaged")  # written off
    assert shop.level(MUG) == (8, 1, 0)
    fulfil_order(shop.as_("ops"), placed.order_id, 1, "PostNL", "3SLARK001")
    assert shop.one("SELECT fulfilment_status FROM sales_order") == "fulfilled"
    assert shop.level(MUG) == (8, 0, 0)
    assert shop.broken_laws() == []


def test_shipped_units_go_back_on_the_shelf_only_if_asked(shop: Shop):
    placed = shipped(shop, (MUG, 2))
    line = shop.line_ids(placed.order_id)[0]
    refund_order(shop.as_("finance"), placed.order_id, units(line, 1), "other")
    assert shop.level(MUG) == (8, 0, 0)
    refund_order(shop.as_("finance"), placed.order_id, units(line, 1, restock=True), "other")
    assert shop.level(MUG) == (9, 0, 0)
    assert shop.broken_laws() == []


def test_a_preview_says_what_the_refund_then_is_and_changes_nothing(shop: Shop):
    placed = shipped(shop, (MUG, 3), (LAMP, 2), codes=(code(shop, 1, "SPRING15"),))
    one, two = shop.line_ids(placed.order_id)
    lines = [RefundLine(line_id=one, quantity=2), RefundLine(line_id=two, quantity=1)]
    before = shop.dump()
    seen = preview_refund(shop.as_("finance"), placed.order_id, lines, shipping=True)
    assert shop.dump() == before
    made = refund_order(shop.as_("finance"), placed.order_id, lines, "damaged", shipping=True)
    assert (seen.amount, seen.shipping_amount) == (made.amount, made.shipping_amount)
    assert seen.paid_back_to == "Visa ending 4242"


def test_a_refund_names_lines_of_the_order_once_and_something_to_refund(shop: Shop):
    placed = shipped(shop, (MUG, 2))
    line, ctx = shop.line_ids(placed.order_id)[0], shop.as_("finance")
    with pytest.raises(NotFound) as no:
        refund_order(ctx, placed.order_id, units(99, 1), "other")
    assert (no.value.code, no.value.field) == ("line_not_found", "lines.0.line_id")
    with pytest.raises(Invalid) as twice:
        refund_order(ctx, placed.order_id, units(line, 1) * 2, "other")
    assert (twice.value.code, twice.value.field) == ("duplicate_line", "lines.1.line_id")
    with pytest.raises(Invalid) as empty:
        refund_order(ctx, placed.order_id, [], "other")
    assert empty.value.code == "nothing_to_refund"


def bare_line(quantity: int, net: int, tax: int) -> LineState:
    return LineState(
        1, 1, 1, 1, "Mug", "", "LF", quantity, net, net, 0, 2100, tax, net + tax, 0, quantity, 0, 0, 0, 0
    )  # fmt: skip


@given(
    quantity=st.integers(1, 40),
    net=st.integers(0, 50_000),
    tax=st.integers(0, 10_000),
    parts=st.lists(st.tuples(st.integers(1, 40), st.booleans()), max_size=60),
)
@settings(max_examples=300, deadline=None)
def test_any_sequence_of_partial_refunds_adds_up_to_the_cent(quantity, net, tax, parts):
    line, live = bare_line(quantity, net, tax), []
    for wanted, fails in [*parts, (quantity, False)]:
        taken = min(wanted, line.refundable)
        if not taken:
            continue
        units = refund_units(line, taken)
        assert units.net >= 0
        assert units.tax >= 0
        if not fails:
            live.append(units)
        line = line._replace(
            refunded=sum(one.quantity for one in live),
            refunded_net=sum(one.net for one in live),
            refunded_tax=sum(one.tax for one in live),
        )
        assert line.refunded_net <= net
        assert line.refunded_tax <= tax
    assert (line.refunded_net, line.refunded_tax) == (net, tax)


@given(parts=st.lists(st.tuples(st.integers(0, 1), st.integers(1, 4), st.booleans(), st.booleans()), max_size=12))
@settings(max_examples=40, deadline=None)
def test_no_sequence_of_refunds_exceeds_the_captured_money_or_breaks_a_law(parts):
    with opened_shop() as shop:
        placed = shipped(shop, (MUG, 3), (LAMP, 4), codes=(code(shop, 1, "SPRING15"),))
        lines = shop.line_ids(placed.order_id)
        for at, quantity, restock, fails in parts:
            if quantity <= shop.one("SELECT quantity - refunded FROM order_line WHERE id = ?", lines[at]):
                wanted = units(lines[at], quantity, restock=restock)
                made = refund_order(shop.as_("admin"), placed.order_id, wanted, "other")
                gateway.settle_refund(shop.as_("system"), made.refund_id, succeeded=not fails)
        back = shop.one("SELECT coalesce(sum(amount), 0) FROM refund WHERE status <> 'failed'")
        assert back <= placed.total
        assert shop.broken_laws() == []


def test_a_line_that_cost_nothing_brings_nothing_back(shop: Shop):
    free = code(shop, 1, "GIFT", kind="percent", value=10000)
    placed = shipped(shop, (MUG, 1), codes=(free,))
    with pytest.raises(Invalid) as no:
        refund_order(shop.as_("finance"), placed.order_id, units(shop.line_ids(placed.order_id)[0], 1), "other")
    assert no.value.code == "nothing_to_refund"


def test_a_refund_of_money_that_was_never_taken_names_the_way_out_that_there_is(shop: Shop):
    held, voided = shop.order((MUG, 1)), shop.order((MUG, 1))
    void_payment(shop.as_("finance"), voided.payment_id)
    for order, said in ((held, "Cancel the order, or wait until it ships"), (voided, "is nothing to give back")):
        line = shop.line_ids(order.order_id)[0]
        with pytest.raises(Conflict) as no:
            refund_order(shop.as_("admin"), order.order_id, [RefundLine(line_id=line, quantity=1)], "changed_mind")
        assert no.value.code == "nothing_captured"
        assert said in no.value.message
