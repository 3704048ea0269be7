"""Moving stock between locations: what leaves one arrives at the other, judged on the number of that moment."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_shop import AMSTERDAM, ANNA, MUG, MUG_BLUE, SOCKS, TENT, UTRECHT, Shop, opened_shop

from worlds.engine.errors import Conflict, Invalid, NotFound, Refusal
from worlds.shop.operations.escalations import escalate, list_escalations
from worlds.shop.operations.reorders import order_again
from worlds.shop.operations.stock import adjust_stock, move_stock, set_stock


def test_what_leaves_one_location_arrives_at_the_other(shop: Shop):
    done = move_stock(shop.as_("ops"), MUG, AMSTERDAM, UTRECHT, 4, 10, "TR-1001", "for the van")
    assert (done.quantity, done.source.available, done.target.available) == (4, 6, 9)
    assert shop.rows(
        "SELECT location_id, quantity, from_state, to_state, reason, actor_role FROM stock_movement"
        " WHERE kind = 'transfer' ORDER BY id"
    ) == [
        (AMSTERDAM, 4, "available", None, "TR-1001: for the van", "ops"),
        (UTRECHT, 4, None, "available", "TR-1001: for the van", "ops"),
    ]
    assert shop.one("SELECT count(*) FROM audit_event WHERE action = 'move_stock'") == 1
    assert shop.broken_laws() == []


def test_a_number_that_was_read_before_a_sale_moves_nothing_and_the_new_one_is_told(shop: Shop):
    shop.order((MUG, 3))
    before = shop.dump()
    with pytest.raises(Conflict) as no:
        move_stock(shop.as_("ops"), MUG, AMSTERDAM, UTRECHT, 4, 10)
    assert (no.value.code, no.value.field, no.value.details) == ("stale_stock", "expected_available", {"available": 7})
    assert "has 7 available, not 10" in no.value.message
    assert shop.dump() == before
    move_stock(shop.as_("ops"), MUG, AMSTERDAM, UTRECHT, 4, 7)
    assert (shop.level(MUG), shop.level(MUG, UTRECHT)) == ((3, 3, 0), (9, 0, 0))


def test_committed_units_stay_where_they_are_promised(shop: Shop):
    shop.order((MUG, 8))
    with pytest.raises(Conflict) as no:
        move_stock(shop.as_("ops"), MUG, AMSTERDAM, UTRECHT, 3, 2)
    assert (no.value.code, no.value.field, no.value.details) == ("insufficient_stock", "quantity", {"available": 2})
    assert shop.level(MUG) == (2, 8, 0)


def test_a_location_may_get_what_it_never_kept(shop: Shop):
    move_stock(shop.as_("ops"), SOCKS, AMSTERDAM, UTRECHT, 8, 8)
    assert (shop.level(SOCKS), shop.level(SOCKS, UTRECHT)) == ((0, 0, 0), (8, 0, 0))
    assert shop.broken_laws() == []


@pytest.mark.parametrize(
    ("arguments", "kind", "code"),
    [
        ((MUG, AMSTERDAM, AMSTERDAM, 1, 10), Invalid, "invalid_change"),
        ((MUG, AMSTERDAM, 9, 1, 10), NotFound, "location_not_found"),
        ((MUG, 9, UTRECHT, 1, 10), NotFound, "location_not_found"),
        ((TENT, UTRECHT, AMSTERDAM, 1, 0), NotFound, "stock_level_not_found"),
        ((99, AMSTERDAM, UTRECHT, 1, 0), NotFound, "stock_level_not_found"),
    ],
)
def test_a_move_that_makes_no_sense_changes_nothing(shop: Shop, arguments, kind, code):
    before = shop.dump()
    with pytest.raises(kind) as no:
        move_stock(shop.as_("ops"), *arguments)
    assert no.value.code == code
    assert shop.dump() == before


STEPS = st.lists(
    st.tuples(st.sampled_from(("move", "back", "sale", "adjust", "count", "again")), st.integers(1, 6), st.booleans()),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_moves_and_sales_in_any_order_lose_and_make_no_unit(steps):
    with opened_shop() as shop:
        first = shop.order((MUG, 1))
        whole = 15
        for kind, units, fresh in steps:
            seen = {place: shop.level(MUG, place)[0] if fresh else 10 for place in (AMSTERDAM, UTRECHT)}
            ctx = shop.as_("ops")
            with suppress(Refusal):
                if kind == "move":
                    move_stock(ctx, MUG, AMSTERDAM, UTRECHT, units, seen[AMSTERDAM])
                elif kind == "back":
                    move_stock(ctx, MUG, UTRECHT, AMSTERDAM, units, seen[UTRECHT])
                elif kind == "sale":
                    shop.order((MUG, units))
                elif kind == "again":
                    order_again(shop.as_("customer", ANNA), first.order_id, MUG)
                elif kind == "adjust":
                    adjust_stock(ctx, MUG, AMSTERDAM, units, "found")
                    whole += units
                else:
                    set_stock(ctx, MUG, UTRECHT, seen[UTRECHT], units)
                    whole += units - seen[UTRECHT]
        there = shop.one("SELECT sum(available + committed) FROM inventory_level WHERE variant_id = ?", MUG)
        assert there == whole
        assert shop.broken_laws() == []


def test_a_transfer_of_which_one_end_is_missing_breaks_a_law(shop: Shop):
    move_stock(shop.as_("ops"), MUG, AMSTERDAM, UTRECHT, 4, 10)
    assert shop.broken_laws() == []
    shop.db.execute("DELETE FROM stock_movement WHERE kind = 'transfer' AND to_state IS NULL")
    assert "transfers_conserve" in shop.broken_laws()


def test_somebody_orders_again_what_they_had(shop: Shop):
    earlier = shop.order((MUG, 3), (SOCKS, 1))
    again = order_again(shop.as_("customer", ANNA), earlier.order_id, MUG)
    assert (again.quantity, shop.level(MUG), shop.level(SOCKS)) == (3, (4, 6, 0), (7, 1, 0))
    assert shop.rows("SELECT variant_id, quantity FROM order_line WHERE order_id = ?", again.order_id) == [(MUG, 3)]
    assert shop.one("SELECT count(*) FROM outbox_email WHERE kind = 'order_confirmation'") == 2
    with pytest.raises(NotFound) as no:
        order_again(shop.as_("customer", ANNA), earlier.order_id, TENT)
    assert no.value.code == "line_not_found"
    assert shop.broken_laws() == []


def test_a_matter_of_stock_is_handed_over_with_its_variant(shop: Shop):
    ctx = shop.as_("ops")
    made = escalate(ctx, "merchandising", "stock_problem", "Too few to move", variant_id=MUG_BLUE)
    assert (made.variant_id, made.product_id, made.order_id) == (MUG_BLUE, None, None)
    assert list_escalations(ctx, product_id=1).items == [made]
    assert list_escalations(ctx, product_id=2).items == []
    for subject in ({"variant_id": 99}, {"product_id": 99}):
        with pytest.raises(NotFound):
            escalate(ctx, "merchandising", "stock_problem", "Too few to move", **subject)
