"""Promises of the mess in the shop's data and of the sealed truth that says what was meant."""

import re
import unicodedata

import pytest
from populated import populated

from worlds.shop import WORLD

STANDING = (
    "apartment_in_line1", "archived_on_open_order", "blank_description", "duplicate_email_variant",
    "duplicate_name_typo", "duplicate_new_email", "merged_tombstones", "missing_last_name", "missing_phone",
    "near_identical_orders", "near_identical_products", "notes_emoji", "notes_markup", "phone_extension",
    "refunds_failed", "respaced_postal_code", "reused_sku", "stale_address", "test_records",
)  # fmt: skip


def population():
    """The small population and its sealed truth."""
    return populated(WORLD)


@pytest.fixture(scope="module")
def mess(made):
    return made[1]["mess"]


def test_many_kinds_of_mess_are_there_and_listed(mess):
    assert set(STANDING) <= set(mess)
    assert len(mess) >= 25
    assert all(mess[kind] for kind in mess)


def test_every_customer_and_order_of_a_person_is_told(made, ask):
    _, truth = made
    told = {table: set() for table in ("customer", "sales_order")}
    for person in truth["persons"].values():
        for table, rows in person["records"].items():
            told[table] |= set(rows)
    tests = set(truth["mess"]["test_records"])
    assert told["customer"] | tests == {row[0] for row in ask("SELECT id FROM customer")}
    untold = {row[0] for row in ask("SELECT id FROM sales_order")} - told["sales_order"]
    buyers = {
        row[0]
        for row in ask(
            "SELECT id FROM sales_order WHERE customer_id IN (SELECT id FROM customer WHERE tags = '[\"test\"]')"
        )
    }
    assert untold == buyers


def test_duplicates_are_second_records_of_one_person(made, mess):
    owners = {}
    for pid, person in made[1]["persons"].items():
        for row in person["records"].get("customer", []):
            owners[row] = pid
    for kind in ("duplicate_email_variant", "duplicate_new_email", "duplicate_name_typo", "merged_tombstones"):
        for row in mess[kind]:
            assert len(made[1]["persons"][owners[row]]["records"]["customer"]) >= 2


def test_duplicates_make_up_the_promised_share(ask, mess):
    rates = WORLD.seeds["small"].settings["rates"]
    total = ask("SELECT count(*) FROM customer")[0][0]
    for kind in ("duplicate_email_variant", "duplicate_new_email", "duplicate_name_typo", "merged_tombstones"):
        assert len(mess[kind]) == max(1, round(total * rates[kind]))


def test_a_tombstone_points_to_the_record_that_stayed_and_has_no_orders(ask, mess):
    for row in mess["merged_tombstones"]:
        state, into = ask("SELECT state, merged_into_id FROM customer WHERE id = ?", row)[0]
        assert state == "disabled"
        assert ask("SELECT merged_into_id FROM customer WHERE id = ?", into) == [(None,)]
        assert ask("SELECT count(*) FROM sales_order WHERE customer_id = ?", row) == [(0,)]


def test_missing_phones_and_names_are_missing(ask, mess):
    assert all(ask("SELECT phone FROM customer WHERE id = ?", row) == [(None,)] for row in mess["missing_phone"])
    assert all(
        ask("SELECT last_name FROM customer WHERE id = ?", row) == [(None,)] for row in mess["missing_last_name"]
    )
    total = ask("SELECT count(*) FROM customer")[0][0]
    assert 0.25 < len(mess["missing_phone"]) / total < 0.45


def test_phones_are_written_in_many_ways(ask):
    phones = [row[0] for row in ask("SELECT phone FROM customer WHERE phone IS NOT NULL")]
    shapes = {"".join("9" if sign.isdigit() else sign for sign in phone) for phone in phones}
    assert len(shapes) >= 12


def test_decomposed_names_are_not_in_nfc(ask, mess):
    for row in mess["names_decomposed"]:
        first, last = ask("SELECT first_name, last_name FROM customer WHERE id = ?", row)[0]
        assert not unicodedata.is_normalized("NFC", f"{first or ''}{last or ''}") or last is None


def test_reused_skus_stand_on_two_variants(ask, mess):
    for row in mess["reused_sku"]:
        sku = ask("SELECT sku FROM variant WHERE id = ?", row)[0][0]
        assert ask("SELECT count(*) > 1 FROM variant WHERE sku = ?", sku) == [(1,)]


def test_failed_refunds_do_not_count(ask, mess):
    assert {row[0] for row in ask("SELECT id FROM refund WHERE status = 'failed'")} == set(mess["refunds_failed"])


def test_figures_are_those_of_a_shop(ask):
    orders = ask("SELECT count(*) FROM sales_order")[0][0]
    assert 0.15 < ask("SELECT avg(customer_id IS NULL) FROM sales_order")[0][0] < 0.30
    assert 0.04 < ask("SELECT avg(cancelled_at IS NOT NULL) FROM sales_order")[0][0] < 0.11
    assert 0.22 < ask("SELECT count(DISTINCT order_id) FROM discount_allocation")[0][0] / orders < 0.45
    assert 0.10 < ask("SELECT count(DISTINCT order_id) FROM return_request")[0][0] / orders < 0.22
    totals = [row[0] for row in ask("SELECT total FROM sales_order ORDER BY total")]
    assert totals[len(totals) * 99 // 100] > 6 * totals[len(totals) // 2]
    assert ask("SELECT avg(quantity > 1) FROM order_line")[0][0] > 0.25


def test_there_are_many_cases_for_work(ask):
    assert (
        ask("SELECT count(*) FROM sales_order WHERE financial_status = 'authorized' AND cancelled_at IS NULL")[0][0]
        >= 24
    )
    assert ask("SELECT count(*) FROM return_request WHERE status = 'requested'")[0][0] >= 1
    assert ask("SELECT count(*) FROM return_request WHERE status = 'open'")[0][0] >= 4
    assert ask("SELECT count(*) FROM refund WHERE status = 'pending'")[0][0] >= 3
    assert ask("SELECT count(*) FROM sales_order WHERE fulfilment_status = 'partially_fulfilled'")[0][0] >= 1
    partial = """SELECT count(*) FROM order_line l JOIN sales_order o ON o.id = l.order_id WHERE l.quantity >= 3
        AND l.discount_total > 0 AND l.fulfilled = l.quantity AND o.refunded_total = 0"""
    assert ask(partial)[0][0] >= 30
    under_way = """SELECT count(*) FROM sales_order o JOIN fulfilment f ON f.order_id = o.id AND f.status = 'shipped'
        WHERE EXISTS (SELECT 1 FROM sales_order p JOIN fulfilment g ON g.order_id = p.id AND g.status = 'shipped'
          WHERE p.customer_id = o.customer_id AND p.id <> o.id AND date(p.placed_at) = date(o.placed_at))"""
    assert ask(under_way)[0][0] >= 8


def test_refunds_above_the_noted_amount_mostly_carry_a_note(ask):
    rows = ask("""SELECT r.id, EXISTS (SELECT 1 FROM order_note n WHERE n.order_id = r.order_id) FROM refund r
        WHERE r.amount > 4000 AND r.reason <> 'cancellation'""")
    assert sum(noted for _, noted in rows) > 0.8 * len(rows)


def test_damage_is_refunded_as_damage_only_where_photographs_are_on_file_or_the_goods_came_back(ask):
    rows = ask("""SELECT r.order_id FROM refund r WHERE r.reason = 'damaged'
        AND NOT EXISTS (SELECT 1 FROM return_request t WHERE t.order_id = r.order_id)""")
    assert rows
    for (order,) in rows:
        notes = " ".join(row[0] for row in ask("SELECT text FROM order_note WHERE order_id = ?", order)).casefold()
        assert "photos on file" in notes


SOFT = ("Beanie", "Towel", "Gloves", "Socks", "Dry Bag", "Tarp", "Blanket", "Cushion", "Trousers", "Daypack")
HARD_FLAWS = (
    "a crack", "a dent", "a scratch", "a chip", "barst", "deuk", "een kras", "Sprung", "Delle", "Kratzer",
)  # fmt: skip


def test_flaws_are_those_that_such_goods_can_have(ask):
    """No towel with a scratch, and no cloth with a chip on its rim."""
    said = [
        row[0].lower()
        for row in ask(
            "SELECT text FROM order_note"
            " UNION ALL SELECT customer_note FROM sales_order WHERE customer_note IS NOT NULL"
            " UNION ALL SELECT note FROM return_request WHERE note IS NOT NULL"
        )
    ]
    soft, hard = [[word.lower() for word in words] for words in (SOFT, HARD_FLAWS)]
    flawed = [text for text in said if any(flaw in text for flaw in hard)]
    assert flawed
    assert [text for text in flawed if any(re.search(rf"\b{one}\b", text) for one in soft)] == []


def test_sizes_and_colours_are_spoken_of_only_where_goods_have_them(ask):
    """Nobody finds a map too small."""
    notes = ask(
        "SELECT r.note, group_concat(p.drawing) FROM return_request r JOIN return_line k ON k.return_id = r.id"
        " JOIN order_line l ON l.id = k.order_line_id JOIN variant v ON v.id = l.variant_id"
        " JOIN product p ON p.id = v.product_id WHERE r.note IS NOT NULL GROUP BY r.id"
    )
    sizes = (
        "too small", "doesn't fit", "two sizes", "past niet", "te klein", "twee maten", "passt", "zu klein",
        "zwei größen", "trop petit", "deux tailles",
    )  # fmt: skip
    worn = ("trousers", "jacket", "pullover", "shirt", "socks", "gloves", "hat", "beanie", "boot", "shoe")
    odd = [
        (note, drawing)
        for note, drawing in notes
        if any(one in note.lower() for one in sizes) and not any(f'"{one}"' in drawing for one in worn)
    ]
    assert odd == []


def test_nothing_is_expected_on_a_sunday(ask):
    assert ask("SELECT text FROM order_note WHERE text LIKE '%Sunday%'") == []


def test_dutch_notes_name_days_in_dutch(ask):
    assert ask("SELECT text FROM order_note WHERE text LIKE '%Teruggebeld%day%' OR text LIKE '%Gevraagd%day%'") == []
    assert ask("SELECT text FROM order_note WHERE text LIKE '%Gevraagd te wachten%dag%'")


def test_food_seeds_and_maps_are_not_said_to_be_repairable(ask):
    assert ask("SELECT title FROM product WHERE tax_rate_bp = 900 AND tags LIKE '%repairable%'") == []


@pytest.mark.parametrize(
    ("table", "column"),
    [("timeline_event", "at"), ("refund", "created_at"), ("outbox_email", "sent_at"), ("escalation", "created_at")],
)
def test_rows_are_written_in_the_order_of_their_time(ask, table, column):
    """Finance answers later than it is asked, and what happens in between is written first."""
    moments = [row[0] for row in ask(f"SELECT {column} FROM {table} ORDER BY id")]  # noqa: S608 - names of this test
    assert moments == sorted(moments)


def test_hand_overs_to_finance_name_the_amount_that_finance_then_refunds(ask):
    told = ask(
        "SELECT e.message, r.amount FROM escalation e JOIN refund r ON r.order_id = e.order_id"
        " AND r.actor_role = 'finance' AND r.created_at > e.created_at"
        " WHERE e.team = 'finance' AND e.reason = 'approval_needed'"
        " AND (SELECT count(*) FROM refund x WHERE x.order_id = e.order_id) = 1"
    )
    assert len(told) > 20
    assert [(message, amount) for message, amount in told if f" {amount / 100:.2f} EUR " not in message] == []
