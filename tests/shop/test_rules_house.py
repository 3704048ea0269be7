"""What holds everywhere: codes of refusals, roles, searching, signing in, policies, and laws that notice breakage."""

import re

import pytest
from tiny_shop import ANNA, MUG, Shop, code

from worlds.engine.errors import Invalid, NotFound, Unauthorized
from worlds.engine.folding import fold, phone_pattern, word_patterns
from worlds.engine.schema import lint
from worlds.shop import WORLD
from worlds.shop.invariants import INVARIANTS
from worlds.shop.models import Model
from worlds.shop.operations.accounts import get_session, sign_in, sign_out
from worlds.shop.operations.catalogue import get_product, list_categories, list_products, search_products
from worlds.shop.operations.customers import get_customer, list_customers
from worlds.shop.operations.emails import list_emails
from worlds.shop.operations.escalations import escalate, list_escalations
from worlds.shop.operations.fulfilments import fulfil_order
from worlds.shop.operations.labels import buy_label, void_label
from worlds.shop.operations.orders import get_order
from worlds.shop.operations.policies import get_policy, list_policies
from worlds.shop.operations.refunds import RefundLine, refund_order
from worlds.shop.rules import REFUND_LIMITS, RETURN_WINDOW_DAYS, STAFF


def test_the_schema_is_sound():
    assert lint(Model.metadata) == []


def of_every_world() -> set[str]:
    """Names of the operations that the shop has because every world has them."""
    home = "worlds.engine.everywhere."
    return {name for name, one in WORLD.operations.items() if one.function.__module__.startswith(home)}


def test_every_role_of_an_operation_exists_and_customers_write_only_their_own():
    writing = {name for name, one in WORLD.operations.items() if one.writing and "customer" in one.roles}
    within_reach = {name for name in writing & of_every_world() if WORLD.operations[name].doors}
    assert within_reach == {"renew_session", "wait"}
    assert writing - of_every_world() == {
        "add_to_cart", "change_cart_line", "apply_discount_code", "remove_discount_code", "place_order",
        "add_my_address", "request_my_return", "sign_in", "sign_out",
    }  # fmt: skip
    assert all(one.roles <= WORLD.roles.keys() for one in WORLD.operations.values())


def test_money_and_stock_are_kept_apart():
    may = {role: {name for name, one in WORLD.operations.items() if role in one.roles} for role in STAFF}
    assert not {"refund_order", "capture_payment", "void_payment", "cancel_order"} & may["ops"]
    assert not {"capture_payment", "cancel_order", "edit_shipping_address", "fulfil_order"} & may["support_l1"]
    assert not {"fulfil_order", "adjust_stock", "capture_payment"} & may["support_l2"]
    assert not {"fulfil_order", "adjust_stock", "set_stock", "move_stock"} & may["finance"]
    assert not {"adjust_stock", "move_stock", "refund_order", "cancel_order", "capture_payment"} & may["merch"]
    priced = {"update_product", "price_product", "update_variant"}
    assert [role for role in sorted(may) if priced & may[role]] == ["admin", "merch"]
    assert may["admin"] >= may["ops"] | may["finance"] | may["support_l2"]


def test_everything_an_order_went_through_is_in_its_file(shop: Shop):
    placed = shop.order((MUG, 2))
    fulfil_order(shop.as_("ops"), placed.order_id, 1, "PostNL", "3SLARK001")
    line = shop.line_ids(placed.order_id)[0]
    refund_order(shop.as_("finance"), placed.order_id, [RefundLine(line_id=line, quantity=1)], "late")
    escalate(shop.as_("support_l1"), "finance", "approval_needed", "Refund of 80.00 EUR", order_id=placed.order_id)
    seen = get_order(shop.as_("support_l1"), placed.order_id)
    kinds = [event.kind for event in seen.timeline]
    assert kinds == ["order_placed", "payment_captured", "shipped", "refund_created", "escalated"]
    assert [mail.kind for mail in seen.emails] == ["order_confirmation", "order_shipped", "refund_created"]
    assert (seen.escalations[0].team, seen.refunds[0].made_by) == ("finance", "Finance")
    assert [row[0] for row in shop.rows("SELECT action FROM audit_event ORDER BY id")] == [
        "place_order", "fulfil_order", "refund_order", "escalate",
    ]  # fmt: skip
    mails = list_emails(shop.as_("ops"), query="refund", order_id=placed.order_id)
    assert [mail.kind for mail in mails.items] == ["refund_created"]


def test_a_hand_over_says_what_it_is_about(shop: Shop):
    ctx = shop.as_("support_l1")
    with pytest.raises(Invalid) as no:
        escalate(ctx, "risk", "suspected_fraud", "Look at this")
    assert no.value.code == "escalation_without_subject"
    with pytest.raises(NotFound):
        escalate(ctx, "risk", "suspected_fraud", "Look at this", customer_id=99)
    made = escalate(ctx, "risk", "suspected_fraud", "Look at this", customer_id=ANNA)
    assert list_escalations(ctx, team="risk").items == [made]
    assert get_customer(ctx, ANNA).escalations == [made]


@pytest.mark.parametrize(
    "words", ["anna", "VRIES de", "anna@example.com", "06-1234 5678", "0031612345678", "(06) 12345678"]
)
def test_customers_are_found_by_name_mail_and_phone_in_any_form(shop: Shop, words: str):
    assert [row.customer_id for row in list_customers(shop.as_("support_l1"), query=words).items] == [ANNA]


@pytest.mark.parametrize("words", ["muller", "Müller", "MU\u0308LLER"])
def test_accents_do_not_hide_a_customer(shop: Shop, words: str):
    assert [row.name for row in list_customers(shop.as_("support_l1"), query=words).items] == ["Ben Müller"]


def test_words_are_folded_and_their_wildcards_escaped():
    assert fold("  Stra\u00dfe O\u2019Brien  ") == "strasse o'brien"
    assert word_patterns("50%_a\\b") == ["%50\\%\\_a\\\\b%"]
    assert phone_pattern("LK-10423") is None
    assert phone_pattern("anna 06") is None


def test_a_customer_is_shown_with_what_they_bought(shop: Shop):
    placed = shop.order((MUG, 1))
    seen = get_customer(shop.as_("support_l1"), ANNA)
    assert (seen.orders, seen.spent, seen.recent_orders[0].number) == (1, placed.total, placed.number)
    assert seen.addresses[0].city == "Amsterdam"
    with pytest.raises(NotFound) as no:
        get_customer(shop.as_("support_l1"), 99)
    assert no.value.code == "customer_not_found"


def test_products_are_found_by_words_category_price_and_stock(shop: Shop):
    ctx = shop.as_("customer", ANNA)
    assert [card.title for card in search_products(ctx, query="MUG harbour").items] == ["Harbour Enamel Mug"]
    assert {card.product_id for card in search_products(ctx, category="home").items} == {1, 4}
    assert search_products(ctx, category="hom").total == 0
    assert [
        card.product_id for card in search_products(ctx, price_min=1450, price_max=1999, sort="price_low").items
    ] == [3, 1]
    shop.db.execute("UPDATE inventory_level SET available = 0 WHERE variant_id <> 1")
    assert {card.product_id for card in search_products(ctx, in_stock_only=True).items} == {1, 2}
    counts = {one.path: one.products for one in list_categories(ctx).items}
    assert counts == {"home": 2, "outdoor": 2, "home/kitchen": 1}


def test_a_product_that_is_not_on_sale_is_for_staff(shop: Shop):
    shop.db.execute("UPDATE product SET status = 'draft' WHERE id = 1")
    assert get_product(shop.as_("ops"), 1).status == "draft"
    assert list_products(shop.as_("ops"), status="draft").total == 1
    with pytest.raises(NotFound) as no:
        get_product(shop.as_("customer", ANNA), 1)
    assert no.value.code == "product_not_found"
    shown = get_product(shop.as_("customer", ANNA), 4)
    assert (shown.tax_rate, shown.variants[0].available, shown.breadcrumb[0].path) == ("9", 90, "home")


def test_a_customer_is_signed_in_until_they_sign_out(shop: Shop):
    ctx = shop.as_("customer", ANNA)
    assert get_session(ctx).signed_in
    assert not sign_out(ctx).signed_in
    assert not get_session(ctx).signed_in
    assert sign_in(ctx, "anna@example.com").signed_in  # the passkey on this device


def test_signing_in_needs_ones_own_address_and_password(shop: Shop):
    ctx = shop.as_("customer", ANNA)
    sign_out(ctx)
    for email, password in (
        ("anna@example.com", "wrong"),
        ("ben@example.com", "secret Ben"),
        ("ben@example.com", "secret Anna"),
        ("ben@example.com", None),
    ):
        with pytest.raises(Unauthorized) as no:
            sign_in(ctx, email, password)
        assert no.value.code == "sign_in_failed"
    assert sign_in(ctx, " ANNA@example.com", "secret Anna").name == "Anna de Vries"
    assert get_session(ctx).signed_in
    assert not sign_out(ctx).signed_in


def test_policies_are_readable_by_those_they_are_for(shop: Shop):
    all_pages = list_policies(shop.as_("support_l1")).items
    public = list_policies(shop.as_("customer", ANNA)).items
    assert {page.slug for page in public} < {page.slug for page in all_pages}
    assert all(page.audience == "customers" for page in public)
    hidden = next(page.slug for page in all_pages if page.audience == "staff")
    assert get_policy(shop.as_("ops"), hidden).text
    with pytest.raises(NotFound) as no:
        get_policy(shop.as_("customer", ANNA), hidden)
    assert no.value.code == "policy_not_found"


def test_the_readme_names_what_is_there_and_every_event_of_the_shop():
    text = (WORLD.folder / "README.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| (`[^|]+) \|", text, flags=re.MULTILINE)
    named = {name.rstrip("/") for row in table for name in re.findall(r"`([^`]+)`", row)}
    assert len(named) > 10
    assert {name for name in named if not (WORLD.folder / name).exists()} == set()
    folders = {path.parent.name for path in WORLD.folder.glob("*/__init__.py")}
    assert folders <= named
    events = {one.function.__module__ for one in WORLD.operations.values() if not one.doors}
    by_itself = text[text.index("## What happens by itself") : text.index("## Who works here")]
    events = {module for module in events if module.startswith("worlds.shop.")}
    told = set(re.findall(r"`(\w+\.py)`", by_itself))
    assert told == {f"{module.rpartition('.')[2]}.py" for module in events}


def test_the_policy_pages_say_the_numbers_that_the_shop_holds(shop: Shop):
    text = " ".join(get_policy(shop.as_("ops"), page.slug).text for page in list_policies(shop.as_("ops")).items)
    assert f"{RETURN_WINDOW_DAYS} days" in text
    for limit in REFUND_LIMITS.values():
        assert f"{limit // 100}.00" in text


BREAKAGES = {
    "refunds_within_captures_by_payment": "UPDATE refund SET amount = 999999",
    "refunds_within_captures_by_order": "UPDATE refund SET amount = 999999",
    "payments_match_their_events": "UPDATE payment_event SET amount = amount + 1 WHERE kind = 'capture'",
    "payment_refunds_are_recomputed": "UPDATE payment SET refunded_amount = 1",
    "refunds_add_up": "UPDATE refund SET amount = amount - 1",
    "fees_are_kept_once": "UPDATE refund SET fee_amount = 1",
    "refunds_within_lines": "UPDATE refund_line SET net_amount = 999999, amount = 999999 + tax_amount",
    "units_conserved": "UPDATE inventory_level SET available = available + 1 WHERE variant_id = 1",
    "movements_have_a_level": "UPDATE stock_movement SET location_id = 2 WHERE variant_id = 4",
    "movements_moved_units": "UPDATE stock_movement SET quantity = quantity + 1 WHERE variant_id = 1",
    "transfers_conserve": "UPDATE stock_movement SET kind = 'transfer' WHERE variant_id = 4",
    "promises_are_committed": "UPDATE allocation SET quantity = quantity + 1",
    "committed_is_promised": "UPDATE allocation SET quantity = quantity + 1",
    "waiting_lines_are_promised": "UPDATE allocation SET quantity = quantity + 1",
    "order_totals_add_up": "UPDATE sales_order SET subtotal = subtotal + 10, total = total + 10",
    "discounts_add_up": "UPDATE sales_order SET shipping_discount = 1",
    "statuses_are_derived": "UPDATE sales_order SET financial_status = 'pending'",
    "counters_are_derived": "UPDATE order_line SET refunded = 0",
    "one_email_for_one_event": None,  # the table itself refuses it
    "discounts_within_limits": "UPDATE discount SET usage_count = 7",
    "nothing_shipped_is_cancelled": "UPDATE sales_order SET cancelled_at = placed_at, cancel_reason = 'other'",
    "one_default_address": "UPDATE address SET customer_id = 1",
    "one_live_label": "UPDATE shipping_label SET status = 'bought'",
    "live_labels_have_the_address": "UPDATE sales_order SET ship_city = 'Utrecht'",
    "labels_match_their_events": "UPDATE carrier_event SET amount = amount + 1",
}


def test_every_law_has_a_breakage():
    assert set(BREAKAGES) == {law.name for law in INVARIANTS}


@pytest.mark.parametrize("law", [name for name, sql in BREAKAGES.items() if sql])
def test_a_law_notices_what_breaks_it(shop: Shop, law: str):
    placed = shop.order((MUG, 2), codes=(code(shop, 1, "SPRING15"),))
    fulfil_order(shop.as_("ops"), placed.order_id, 1, "PostNL", "3SLARK001")
    line = shop.line_ids(placed.order_id)[0]
    refund_order(shop.as_("finance"), placed.order_id, [RefundLine(line_id=line, quantity=1)], "late")
    waiting = shop.order((MUG, 1)).order_id
    void_label(shop.as_("ops"), buy_label(shop.as_("ops"), waiting, "DHL", "standard").label_id, "wrong_carrier")
    buy_label(shop.as_("ops"), waiting, "PostNL", "standard")
    assert shop.broken_laws() == []
    shop.db.execute("PRAGMA ignore_check_constraints = ON")
    shop.db.execute(BREAKAGES[law])
    assert law in shop.broken_laws()
