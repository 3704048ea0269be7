"""Promises of shipping labels: one live label an order, charged and paid back once, and no address beside the label."""

import re

import pytest
from tiny_shop import AMSTERDAM, HOME, MUG, MUG_BLUE, Shop

import worlds
from worlds.engine.errors import Conflict, Forbidden, Invalid, NotFound
from worlds.shop import WORLD, labelling
from worlds.shop.models.shipping import CARRIERS
from worlds.shop.operations.fulfilments import fulfil_order
from worlds.shop.operations.labels import buy_label, list_label_rates, list_labels, void_label
from worlds.shop.operations.orders import cancel_order, edit_shipping_address, get_order
from worlds.shop.operations.payments import capture_payment, list_payments
from worlds.shop.rules import LABEL_VOID_LIFE, LABELLERS

ELSEWHERE = HOME.model_copy(update={"line1": "Herengracht 5", "postal_code": "1015 BA"})


def events(shop: Shop) -> list[tuple[str, str, int]]:
    return shop.rows("SELECT kind, carrier, amount FROM carrier_event ORDER BY id")


def labelled(shop: Shop, carrier: str = "PostNL") -> tuple[int, int]:
    """An order and its label."""
    placed = shop.order((MUG, 2))
    return placed.order_id, buy_label(shop.as_("ops"), placed.order_id, carrier, "standard").label_id


def test_a_label_bears_the_order_s_address_and_is_charged_once(shop: Shop):
    order_id, _ = labelled(shop)
    (label,) = get_order(shop.as_("support_l1"), order_id).labels
    assert label.address == get_order(shop.as_("support_l1"), order_id).shipping_address
    assert (label.status, label.carrier, label.number) == ("bought", "PostNL", "LK-10001-L1")
    assert events(shop) == [("purchase", "PostNL", label.price)]
    assert shop.broken_laws() == []


def test_an_order_has_one_live_label_at_a_time(shop: Shop):
    order_id, label_id = labelled(shop)
    with pytest.raises(Conflict) as no:
        buy_label(shop.as_("ops"), order_id, "DHL", "standard")
    assert no.value.code == "label_live"
    void_label(shop.as_("support_l2"), label_id, "wrong_carrier")
    assert buy_label(shop.as_("support_l2"), order_id, "DHL", "standard").number == "LK-10001-L2"
    assert shop.broken_laws() == []


def test_the_address_stays_while_a_label_is_live_and_moves_once_it_is_voided(shop: Shop):
    order_id, label_id = labelled(shop)
    with pytest.raises(Conflict) as no:
        edit_shipping_address(shop.as_("support_l2"), order_id, ELSEWHERE)
    assert no.value.code == "label_live"
    assert "Void the label first." in no.value.message
    voided = void_label(shop.as_("support_l2"), label_id, "address_changed")
    edit_shipping_address(shop.as_("support_l2"), order_id, ELSEWHERE)
    new = buy_label(shop.as_("support_l2"), order_id, "PostNL", "standard")
    assert (voided.status, voided.void_reason, new.address.line1) == ("voided", "address_changed", "Herengracht 5")
    assert new.tracking_number != voided.tracking_number
    assert events(shop) == [
        ("purchase", "PostNL", new.price), ("void", "PostNL", new.price), ("purchase", "PostNL", new.price),
    ]  # fmt: skip
    assert shop.broken_laws() == []


def test_what_the_carrier_scanned_is_neither_voided_nor_readdressed(shop: Shop):
    order_id, label_id = labelled(shop)
    labelling.scan(shop.as_("system"), label_id)
    with pytest.raises(Conflict) as no:
        void_label(shop.as_("support_l2"), label_id, "address_changed")
    assert no.value.code == "label_scanned"
    with pytest.raises(Conflict) as no:
        edit_shipping_address(shop.as_("support_l2"), order_id, ELSEWHERE)
    assert "carrier_claim" in no.value.message
    assert events(shop)[1:] == [("scan", "PostNL", 0)]
    assert shop.broken_laws() == []


def test_a_scan_is_counted_once(shop: Shop):
    _, label_id = labelled(shop)
    for _ in range(2):
        labelling.scan(shop.as_("system"), label_id)
    assert [kind for kind, _, _ in events(shop)] == ["purchase", "scan"]


def test_a_carrier_takes_labels_back_for_as_long_as_the_rules_say(shop: Shop):
    _, label_id = labelled(shop)
    days = int(LABEL_VOID_LIFE.days)
    shop.wait(days=days)
    with pytest.raises(Conflict) as no:
        void_label(shop.as_("ops"), label_id, "other")
    assert no.value.code == "label_too_old"
    shop.wait(seconds=-1)
    assert void_label(shop.as_("ops"), label_id, "other").status == "voided"
    with pytest.raises(Conflict) as no:
        void_label(shop.as_("ops"), label_id, "other")
    assert no.value.code == "label_voided"
    assert f"**{days} days**" in (WORLD.folder / "policy" / "labels.md").read_text("utf-8")


def test_the_next_parcel_goes_with_the_live_label_and_uses_it_up(shop: Shop):
    order_id, _ = labelled(shop)
    parcel = fulfil_order(shop.as_("ops"), order_id, AMSTERDAM)
    (label,) = get_order(shop.as_("ops"), order_id).labels
    assert (parcel.carrier, parcel.tracking_number, label.status) == ("PostNL", label.tracking_number, "used")
    with pytest.raises(Conflict) as no:
        void_label(shop.as_("ops"), label.label_id, "other")
    assert no.value.code == "label_scanned"
    assert shop.broken_laws() == []


def test_a_parcel_does_not_leave_under_another_number_than_its_label_s(shop: Shop):
    order_id, label_id = labelled(shop)
    with pytest.raises(Conflict) as no:
        fulfil_order(shop.as_("ops"), order_id, AMSTERDAM, "PostNL", "3SLK000000001")
    assert no.value.code == "label_live"
    void_label(shop.as_("ops"), label_id, "other")
    sent = fulfil_order(shop.as_("ops"), order_id, AMSTERDAM, "PostNL", "3SLK000000001")
    assert sent.tracking_number == "3SLK000000001"


def test_without_a_label_carrier_and_number_must_be_named(shop: Shop):
    placed = shop.order((MUG, 1))
    for given in ((None, None), ("PostNL", None), (None, "3SLK000000001")):
        with pytest.raises(Invalid) as no:
            fulfil_order(shop.as_("ops"), placed.order_id, AMSTERDAM, *given)
        assert no.value.code == "tracking_missing"


def test_only_what_is_paid_and_waits_gets_a_label(shop: Shop):
    shipped, cancelled = shop.order((MUG, 1)), shop.order((MUG_BLUE, 1))
    fulfil_order(shop.as_("ops"), shipped.order_id, AMSTERDAM, "PostNL", "3SLK000000001")
    cancel_order(shop.as_("support_l2"), cancelled.order_id, "customer")
    for order_id, code in ((shipped.order_id, "nothing_to_fulfil"), (cancelled.order_id, "order_cancelled")):
        with pytest.raises(Conflict) as no:
            buy_label(shop.as_("ops"), order_id, "PostNL", "standard")
        assert no.value.code == code
    with pytest.raises(NotFound):
        void_label(shop.as_("ops"), 99, "other")
    assert shop.count("shipping_label") == 0


def test_a_label_costs_what_the_rates_say_and_more_for_what_is_heavier_or_faster(shop: Shop):
    light, heavy = shop.order((MUG, 1)), shop.order((MUG, 9))
    rates = list_label_rates(shop.as_("ops"), heavy.order_id)
    asked = {(rate.carrier, rate.service): rate.price for rate in rates.rates}
    assert rates.weight_grams == 2_700
    assert {carrier for carrier, _ in asked} == set(CARRIERS)
    assert buy_label(shop.as_("ops"), heavy.order_id, "UPS", "express").price == asked["UPS", "express"]
    assert asked["UPS", "express"] > asked["UPS", "standard"] > asked["UPS", "pickup_point"]
    assert buy_label(shop.as_("ops"), light.order_id, "UPS", "express").price < asked["UPS", "express"]
    assert min(asked, key=lambda rate: (asked[rate], rate))[0] == "FedEx"


def test_labels_are_found_by_number_state_and_carrier(shop: Shop):
    order_id, label_id = labelled(shop)
    labelled(shop, "DHL")
    void_label(shop.as_("ops"), label_id, "other")
    ctx = shop.as_("support_l1")
    assert [one.label_id for one in list_labels(ctx, status="voided").items] == [label_id]
    assert [one.carrier for one in list_labels(ctx, carrier="DHL").items] == ["DHL"]
    assert [one.label_id for one in list_labels(ctx, query="lk-10001-l1").items] == [label_id]
    assert list_labels(ctx, order_id=order_id).total == 1


def test_senior_support_and_operations_alone_buy_and_void_labels():
    with worlds.open("shop", role="support_l1") as episode:
        order = episode.call("list_orders", {"fulfilment_status": "unfulfilled", "cancelled": False}).body["items"][0]
        wanted = {"order_id": order["order_id"], "carrier": "PostNL", "service": "standard"}
        refused = episode.call("buy_label", wanted)
        assert (refused.status, episode.diff()) == (Forbidden.status, [])
    assert WORLD.operations["buy_label"].roles == WORLD.operations["void_label"].roles == set(LABELLERS)


def test_labels_of_the_population_bear_numbers_of_their_carriers():
    text = (WORLD.folder / "policy" / "tracking.md").read_text("utf-8")
    rows = re.findall(r"^\| (\w+) \| `(\w+)` \|", text, re.MULTILINE)
    prefixes = dict(rows)
    with worlds.open("shop", role="ops") as episode:
        for status in ("bought", "scanned", "used", "voided"):
            found = episode.call("list_labels", {"status": status, "page_size": 100}).body["items"]
            assert found, status
            assert all(one["tracking_number"].startswith(prefixes[one["carrier"]]) for one in found)


def test_payments_are_listed_by_when_they_run_out_and_where_they_go(shop: Shop):
    first, second = shop.order((MUG, 1)), shop.order((MUG_BLUE, 1))
    ctx = shop.as_("finance")
    listed = list_payments(ctx, status="authorized", country="NL", shipping_method="standard")
    assert [one.order_number for one in listed.items] == [first.number, second.number]
    day = listed.items[0].auth_expires_at.date()
    assert list_payments(ctx, expires_from=day, expires_to=day).total == 2
    assert list_payments(ctx, expires_to=day.replace(day=day.day - 1)).total == 0
    assert list_payments(ctx, country="DE").total == 0
    capture_payment(ctx, listed.items[0].payment_id)
    assert [one.order_number for one in list_payments(ctx, status="captured").items] == [first.number]
    assert listed.items[0].shipping_method == "Standard delivery"


def test_a_page_of_the_rules_says_who_carries_what():
    text = (WORLD.folder / "policy" / "labels.md").read_text("utf-8")
    named = set(re.findall(r"^\| (?:weighs|goes)[^|]+\| (\w+) \|$", text, re.MULTILINE))
    assert named == set(CARRIERS) - {"FedEx"}
