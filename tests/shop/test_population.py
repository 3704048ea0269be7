"""Promises of the shop's population: lawful, live, and as mixed as a real shop's data."""

import re
from datetime import UTC, datetime

import pytest
from populated import populated

from worlds.shop import WORLD

MINI = {"months": 2, "customers": 60, "orders": 130, "products": 125, "locations": 3, "codes": 48}


def population(seed=77, **sizes):
    """A small population with the rates of `small`, in memory, and its sealed truth."""
    return populated(WORLD, seed=seed, sizes={**MINI, **sizes})


def test_another_seed_gives_another_shop(ask):
    other, _ = population(seed=78, customers=20, orders=15)
    emails = {row[0] for row in other.execute("SELECT email FROM customer")}
    other.close()
    assert not emails & {row[0] for row in ask("SELECT email FROM customer WHERE email NOT LIKE 'test%'")}


def test_sizes_are_kept(ask):
    assert ask("SELECT count(*) FROM customer") == [(MINI["customers"],)]
    assert ask("SELECT count(*) FROM sales_order") == [(MINI["orders"],)]
    assert ask("SELECT count(*) FROM product") == [(MINI["products"],)]
    assert ask("SELECT count(*) FROM discount") == [(MINI["codes"],)]


def test_nothing_happens_after_episodes_begin(ask):
    start = WORLD.seeds["small"].settings["start"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    moments = (
        ("sales_order", "placed_at"), ("timeline_event", "at"), ("audit_event", "at"), ("stock_movement", "at"),
        ("outbox_email", "sent_at"), ("fulfilment", "delivered_at"), ("refund", "settled_at"),
        ("customer", "created_at"),
        ("order_note", "created_at"), ("return_request", "requested_at"),
    )  # fmt: skip
    for table, column in moments:
        latest = ask(f"SELECT max({column}) FROM {table}")[0][0]  # noqa: S608 - names of this test
        assert latest is None or latest < start


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("sales_order", "placed_at"),
        ("customer", "created_at"),
        ("refund", "created_at"),
        ("fulfilment", "shipped_at"),
        ("stock_movement", "at"),
        ("outbox_email", "sent_at"),
    ],
)
def test_ids_follow_time(ask, table, column):
    moments = [row[0] for row in ask(f"SELECT {column} FROM {table} ORDER BY id")]  # noqa: S608 - names of this test
    assert moments == sorted(moments)


def test_orders_are_in_every_live_state(ask):
    live = "SELECT count(*) FROM sales_order WHERE cancelled_at IS NULL AND "
    assert ask(live + "financial_status = 'authorized' AND fulfilment_status = 'unfulfilled'")[0][0] >= 12
    assert ask(live + "fulfilment_status = 'fulfilled' AND financial_status = 'paid'")[0][0] >= 40
    assert ask("SELECT count(*) FROM fulfilment WHERE status = 'shipped'")[0][0] >= 4
    assert ask("SELECT count(*) FROM sales_order WHERE cancelled_at IS NOT NULL")[0][0] >= 2


def test_open_orders_were_placed_within_the_life_of_their_authorization(ask):
    rows = ask("SELECT auth_expires_at FROM payment WHERE status = 'authorized'")
    start = WORLD.seeds["small"].settings["start"]
    assert all(datetime.fromisoformat(row[0]) > start for row in rows)


def test_near_identical_orders_of_one_day_are_both_shipped(ask, made):
    twins = made[1]["mess"]["near_identical_orders"]
    pairs = {}
    for row in twins:
        customer, day = ask("SELECT customer_id, date(placed_at, '+1 hour') FROM sales_order WHERE id = ?", row)[0]
        pairs.setdefault((customer, day), []).append(row)
    assert all(len(pair) >= 2 for pair in pairs.values())
    assert len(pairs) >= 0.03 * MINI["customers"]
    for row in twins:
        assert ask("SELECT count(*) FROM fulfilment WHERE order_id = ?", row)[0][0] >= 1


def test_tracking_numbers_carry_their_carriers_prefix(ask):
    prefixes = {"PostNL": "3SLK", "DHL": "JVGL", "DPD": "0534", "GLS": "ZNL", "UPS": "1ZLK", "FedEx": "7712"}
    rows = ask("SELECT carrier, tracking_number FROM fulfilment")
    assert all(number.startswith(prefixes[carrier]) for carrier, number in rows)


def test_only_addresses_for_examples_receive_mail(ask):
    rows = [row[0] for row in ask("SELECT email FROM customer UNION SELECT to_address FROM outbox_email")]
    assert all(re.search(r"@([\w-]+\.)*example\.(com|net|org)$", one, re.IGNORECASE) for one in rows)


def test_no_text_is_filler_or_holds_an_unfilled_slot(ask):
    texts = [
        row[0]
        for sql in (
            "SELECT description FROM product", "SELECT customer_note FROM sales_order", "SELECT text FROM order_note",
            "SELECT note FROM return_request", "SELECT note FROM customer", "SELECT message FROM escalation",
        )
        for row in ask(sql)
        if row[0]
    ]  # fmt: skip
    assert len(texts) > 150
    assert not [one for one in texts if re.search(r"lorem|ipsum|\{|\}|None|TO-?DO", one)]


def test_each_active_code_class_can_be_used_today(ask):
    start = WORLD.seeds["small"].settings["start"].strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = ask(
        "SELECT discount_class, count(*) FROM discount WHERE active = 1 AND starts_at <= ? AND"
        " (ends_at IS NULL OR ends_at > ?) GROUP BY 1",
        start,
        start,
    )
    assert {row[0] for row in rows} == {"product", "order", "shipping"}
    assert sum(row[1] for row in rows) >= 10


def test_first_order_codes_were_used_on_first_orders_only(ask):
    again = """SELECT count(*) FROM discount_allocation a JOIN sales_order o ON o.id = a.order_id
      WHERE a.code LIKE 'WELCOME%' AND EXISTS (SELECT 1 FROM sales_order p
        WHERE p.email_norm = o.email_norm AND p.placed_at < o.placed_at
          AND (p.cancelled_at IS NULL OR p.cancelled_at > o.placed_at))"""
    assert ask(again) == [(0,)]
    assert ask("SELECT count(*) > 0 FROM discount_allocation WHERE code LIKE 'WELCOME%'") == [(1,)]


def test_products_are_found_by_their_skus_and_tags(ask):
    lost = """SELECT p.title, v.sku FROM product p JOIN variant v ON v.product_id = p.id
      WHERE p.search_text NOT LIKE '%' || lower(v.sku) || '%'"""
    assert ask(lost) == []
    untold = """SELECT p.title, j.value FROM product p, json_each(p.tags) j
      WHERE p.search_text NOT LIKE '%' || lower(j.value) || '%'"""
    assert ask(untold) == []
