"""What the agent did, did twice, did beyond or undid: every right way passes, and nothing beyond it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plain_shop import (
    MESSAGE,
    REQUIRED,
    SCHEMA,
    Log,
    expecting,
    judged,
    line_of,
    refund,
    send,
    solved,
)

from worlds.graders.expectation import Bundle, Effect, Expectation, ExpectationError, before
from worlds.graders.predicates import any_value, between, multiset, not_null, ref

ANY = Effect(
    "refund",
    "refunds",
    "insert",
    where={"order_id": 5, "payment_id": 77, "reason": "damaged"},
    count=(1, 10),
    total=("amount", 3000),
    bind="refund",
)
SUMS = expecting(
    ANY,
    Effect(
        "lines", "refund_lines", "insert", where={"refund_id": ref("refund")}, count=(1, 10), total=("amount", 3000)
    ),
    Effect("paid_back", "payments", "update", where={"order_id": 5}, total=("refunded", 3000)),
    Effect("counted", "order_lines", "update", where={"order_id": 5}, total=("qty_refunded", 2), count=(1, 2)),
)


class TestEquivalentWork:
    def test_a_refund_in_two_parts_is_as_good_as_one(self):
        whole, parts, lines = Log(), Log(), Log()
        refund(whole, 3000, qty=2)
        refund(parts, 1500)
        refund(parts, 1500)
        refund(lines, 2000)
        refund(lines, 1000, line=52)
        assert [judged(log, None, SUMS).reward for log in (whole, parts, lines)] == [1.0, 1.0, 1.0]

    @pytest.mark.parametrize("amounts", [(1500,), (1500, 1499), (1500, 1500, 1), (3001,), (1500, 1600)])
    def test_parts_that_do_not_add_up_fail(self, amounts):
        log = Log()
        for amount in amounts:
            refund(log, amount)
        assert judged(log, None, SUMS).reward == 0.0

    def test_more_than_the_total_is_harm_and_less_is_only_unfinished(self):
        more, less = Log(), Log()
        refund(more, 3001, qty=2)
        refund(less, 1500, qty=2)
        assert judged(more, None, SUMS).score == 0.0
        assert 0.0 < judged(less, None, SUMS).score <= 0.5

    def test_what_is_allowed_up_to_a_total_is_allowed_whole_or_not_at_all(self):
        credit = Effect("credit", "refunds", "insert", {"order_id": 6}, count=(1, 3), total=("amount", 500))
        for amounts, right in (((), True), ((500,), True), ((200, 300), True), ((200,), False), ((600,), False)):
            log = Log()
            refund(log)
            for amount in amounts:
                log.call().insert("refunds", order_id=6, amount=amount)
            assert judged(log, None, expecting(*REQUIRED, allowed=[credit])).passed == right

    def test_a_value_that_was_there_already_is_not_earned_by_touching_its_row(self):
        city = Effect("city", "orders", "update", where={"id": 5}, set={"city": "Bonn"})
        status = Effect("status", "orders", "update", where={"id": 5}, set={"status": "held"})
        log = Log()
        log.call().update("orders", 5, status="held")
        found = judged(log, None, expecting(city, allowed=[status]))
        assert (found.passed, found.score) == (False, 0.0)

    def test_either_of_two_ways_of_being_right_passes(self):
        edited = Effect("edited", "orders", "update", where={"id": 5}, set={"city": "Köln"})
        moved = Effect("moved", "orders", "insert", where={"customer_id": 1}, set={"city": "Köln", "status": "paid"})
        expectation = Expectation([Bundle([edited]), Bundle([moved])])
        one, other, both = Log(), Log(), Log()
        for log in (one, both):
            log.call().update("orders", 5, city="Köln")
        for log in (other, both):
            log.call().insert("orders", customer_id=1, city="Köln", status="paid")
        assert judged(one, None, expectation).passed
        assert judged(other, None, expectation).passed
        assert judged(other, None, expectation).bundle == 1
        assert not judged(both, None, expectation).passed

    def test_two_bundles_that_hold_at_once_are_reported_as_a_defect_of_the_expectation(self):
        edited = Effect("edited", "orders", "update", where={"id": 5}, set={"city": "Köln"})
        vague = Effect("vague", "orders", "update", where={"id": 5}, set={"city": not_null()})
        log = Log()
        log.call().update("orders", 5, city="Köln")
        found = judged(log, None, Expectation([Bundle([edited]), Bundle([vague])]))
        assert found.passed
        assert found.defects
        assert not judged(log, None, Expectation([Bundle([edited])])).defects

    def test_generated_ids_and_the_order_of_commuting_writes_do_not_matter(self):
        other = Log(first_id=900_000)
        send(other)
        refund(other)
        assert judged(other).reward == judged(solved()).reward == 1.0

    def test_the_same_row_may_be_named_by_two_effects_on_different_columns(self):
        city = Effect("city", "orders", "update", where={"id": 5}, set={"city": "Köln"})
        status = Effect("status", "orders", "update", where={"id": 5}, set={"status": "held"})
        log = Log()
        log.call().update("orders", 5, city="Köln", status="held")
        assert judged(log, None, expecting(city, status)).passed
        assert judged(log, None, expecting(city, allowed=[status])).passed
        assert not judged(log, None, expecting(city)).passed

    def test_sets_json_and_tags_in_another_order_are_no_change(self):
        log = solved()
        log.call().update("orders", 5, tags='["vip","gift","gift"]')
        assert judged(log).passed
        log.call().update("orders", 5, tags='["vip"]')
        assert not judged(log).passed

    def test_a_set_is_expected_by_its_members(self):
        tagged = Effect("tagged", "orders", "update", where={"id": 5}, set={"tags": multiset("vip", "checked", "gift")})
        for text in ('["checked", "gift", "vip"]', '["vip","gift","checked"]', "checked, vip,gift"):
            log = Log()
            log.call().update("orders", 5, tags=text)
            assert judged(log, None, expecting(tagged)).passed
        log.call().update("orders", 5, tags='["checked"]')
        assert not judged(log, None, expecting(tagged)).passed

    @pytest.mark.parametrize("city", ["Ko\u0308ln", " Köln", "Köln ", "Köln"])
    def test_text_is_compared_after_composing_and_trimming(self, city):
        edited = Effect("edited", "orders", "update", where={"id": 5}, set={"city": "Köln"})
        log = Log()
        log.call().update("orders", 5, city=city)
        assert judged(log, None, expecting(edited)).passed

    @pytest.mark.parametrize("city", ["köln", "Koeln", "Köln-Mitte", "KÖLN", 0, None, ""])
    def test_any_other_difference_of_text_counts(self, city):
        edited = Effect("edited", "orders", "update", where={"id": 5}, set={"city": "Köln"})
        log = Log()
        log.call().update("orders", 5, city=city)
        assert not judged(log, None, expecting(edited)).passed

    @pytest.mark.parametrize("amount", ["1840", 1840.0, "18.40", 184000, 18, None])
    def test_a_number_is_no_text_and_no_float(self, amount):
        assert not judged_with_amount(amount).passed

    def test_a_boolean_is_the_zero_or_one_that_it_is_stored_as(self):
        agreed = Effect("agreed", "customers", "update", where={"id": 1}, set={"consent": True})
        log = Log()
        log.call().update("customers", 1, consent=1)
        assert judged(log, None, expecting(agreed)).passed


def judged_with_amount(amount):
    log = solved()
    entries = [
        replace(entry, after=dict(entry.after, amount=amount)) if entry.table == "refunds" else entry
        for entry in log.entries
    ]
    log.entries = entries
    return judged(log)


class TestOrder:
    EXPECTED = expecting(
        Effect("return", "returns", "insert", where={"order_id": 5}, set={"status": "received"}),
        Effect("refund", "refunds", "insert", where={"order_id": 5}, set={"amount": 1840}),
        order=[before("return", "refund")],
    )

    def log(self, *, late: bool) -> Log:
        log = Log()
        for what in ("refunds", "returns") if late else ("returns", "refunds"):
            more = {"amount": 1840} if what == "refunds" else {"status": "received"}
            log.call().insert(what, order_id=5, **more)
        return log

    def test_what_must_come_first_must_come_first(self):
        assert judged(self.log(late=False), None, self.EXPECTED).passed
        late = judged(self.log(late=True), None, self.EXPECTED)
        assert not late.passed
        assert late.score <= 0.5
        assert not line_of(late, "before.return.refund").satisfied

    def test_the_decisive_write_counts_not_the_first_touch_of_the_row(self):
        approve = Effect("approve", "returns", "update", where={"order_id": 5}, set={"status": "approved"})
        act = Effect("act", "refunds", "insert", where={"order_id": 5}, set={"amount": 1840})
        log = Log()
        log.rows["returns", 300] = {"id": 300, "order_id": 5, "status": "open"}
        log.call().update("returns", 300, status="seen")
        log.call().insert("refunds", order_id=5, amount=1840)
        log.call().update("returns", 300, status="approved")
        assert not judged(log, None, expecting(approve, act, order=[before("approve", "act")])).passed


class TestExtras:
    def test_a_cart_filled_and_emptied_is_nobodys_business(self):
        log = solved()
        cart = log.call().insert("carts", customer_id=1, items=2)
        log.call().update("carts", cart, items=0)
        log.call().insert("jobs", due="2026-03-03T00:00:00Z")
        assert judged(log).passed

    def test_saving_a_form_unchanged_is_no_change(self):
        log = solved()
        log.call().update("orders", 6, at="2026-03-05T00:00:00Z")
        log.insert("timeline", order_id=6, event="edited")
        assert judged(log).passed

    def test_an_allowed_note_is_allowed_once_on_its_own_order_only(self):
        right, wrong, twice = solved(), solved(), solved()
        right.call().update("orders", 5, note="Refunded 18.40 EUR.")
        wrong.call().update("orders", 6, note="Refunded 18.40 EUR.")
        send(twice)
        assert judged(right).passed
        assert judged(wrong).score == 0.0
        assert judged(twice).score == 0.0

    def test_an_allowed_effect_with_an_open_where_is_refused(self):
        for where in ({}, {"id": not_null()}, {"id": any_value("whatever")}):
            with pytest.raises(ExpectationError, match="any row"):
                expecting(*REQUIRED, allowed=[Effect("x", "orders", "update", where=where, set={"city": "Köln"})])

    def test_an_outward_effect_is_allowed_only_where_a_fact_ties_it_down(self):
        wide = Effect("wide", "emails", "insert", where={"template": "free", "order_id": not_null()})
        anyone = replace(wide, where={"order_id": between(1, 9999)})
        for effect in (wide, anyone):
            with pytest.raises(ExpectationError, match="outward"):
                expecting(*REQUIRED, allowed=[effect]).check_against(SCHEMA)
        expecting(*REQUIRED, allowed=[MESSAGE]).check_against(SCHEMA)

    def test_business_rows_of_the_same_transaction_are_no_consequence(self):
        log = solved()
        log.update("stock", 9, on_hand=21)
        found = judged(log)
        assert found.score == 0.0
        assert [one.table for one in found.collateral] == ["stock"]

    def test_a_message_of_the_same_transaction_is_no_consequence(self):
        log = Log()
        refund(log)
        log.insert("emails", order_id=5, to_address="max@example.com", template="free", body="18.40 EUR")
        assert judged(log).score == 0.0

    def test_a_trace_of_a_named_change_is_a_consequence_and_any_other_trace_is_not(self):
        log = solved()
        log.call().insert("timeline", order_id=5, event="comment")
        assert judged(solved()).passed
        assert judged(log).score == 0.0

    def test_a_trace_row_that_is_altered_or_deleted_is_collateral(self):
        log = solved()
        log.rows["timeline", 400] = {"id": 400, "order_id": 5, "event": "placed"}
        log.update("timeline", 400, event="never placed")
        assert judged(log).score == 0.0

    def test_the_right_row_with_one_column_too_many_fails(self):
        log = solved()
        log.call().update("payments", 77, captured=11999)
        found = judged(log)
        assert found.score == 0.0
        assert found.collateral[0].columns == ("captured",)

    def test_derived_and_volatile_columns_are_not_judged(self):
        log = solved()
        log.update("orders", 7, total=1, at="2026-03-04T00:00:00Z")
        assert judged(log).passed

    def test_a_table_that_no_model_knows_hides_nothing(self):
        log = solved()
        log.call().insert("shadow", amount=1)
        assert judged(log).score == 0.0


class TestUndoing:
    def test_a_typo_saved_and_corrected_passes(self):
        log = Log()
        log.call().update("orders", 5, note="Refunded 81.40 EUR.")
        log.call().update("orders", 5, note="Refunded 18.40 EUR.")
        refund(log)
        assert judged(log).passed

    def test_a_row_put_back_is_untidy_but_no_harm(self):
        log = Log()
        log.call().update("orders", 6, city="Köln")
        log.insert("timeline", order_id=6, event="edited")
        log.call().update("orders", 6, city="Bonn")
        log.insert("timeline", order_id=6, event="edited")
        refund(log)
        found = judged(log)
        assert found.passed
        assert not line_of(found, "tidy").satisfied
        assert "orders 6" in line_of(found, "tidy").evidence

    def test_a_sensitive_column_changed_and_put_back_is_harm(self):
        log = solved()
        log.call().update("customers", 1, consent=1)
        log.call().update("customers", 1, consent=0)
        found = judged(log)
        assert found.score == 0.0
        assert not line_of(found, "undone").satisfied

    def test_a_lock_taken_and_released_within_one_transaction_is_how_an_operation_works(self):
        log = solved()
        log.call().update("payments", 77, locked=1)
        log.update("payments", 77, locked=0)
        found = judged(log)
        assert found.passed
        assert line_of(found, "tidy").satisfied

    def test_a_sensitive_column_put_back_is_seen_on_a_row_that_rightly_changed(self):
        log = Log()
        log.call().update("payments", 77, locked=1)
        refund(log)
        log.call().update("payments", 77, locked=0)
        assert judged(log).score == 0.0

    @pytest.mark.parametrize("how", ["event", "message", "nothing", "afterwards"])
    def test_what_somebody_used_in_between_cannot_be_put_back(self, how):
        log = Log()
        log.call().update("orders", 5, city="Köln")
        if how == "event":
            log.call("system", "world:parcel").insert("returns", order_id=5, status="sent")
        if how == "message":
            send(log)
        log.call().update("orders", 5, city="Bonn")
        refund(log)
        if how == "afterwards":
            send(log)
        assert judged(log).passed == (how in ("nothing", "afterwards"))

    def test_a_row_made_and_deleted_leaves_nothing(self):
        log = Log()
        made = log.call().insert("returns", order_id=6, status="open")
        log.call().delete("returns", made)
        refund(log)
        assert judged(log).passed

    def test_a_message_cannot_be_unsent(self):
        log = solved()
        made = send(log, to="max@example.com")
        log.call().delete("emails", made)
        assert judged(log).score == 0.0

    def test_a_message_is_judged_as_it_was_sent(self):
        log = Log()
        refund(log)
        made = send(log, "Dear Max Stone")
        log.call().update("emails", made, body="€18.40 is on its way.")
        assert judged(log).score == 0.0

    def test_a_message_altered_after_it_was_sent_is_collateral(self):
        log = solved()
        made = next(entry.key for entry in log.entries if entry.table == "emails")
        log.call().update("emails", made, body="€18.40 is on its way, dear Jane.")
        assert judged(log).score == 0.0

    def test_the_systems_own_delivery_of_a_message_rides_along(self):
        log = solved()
        made = next(entry.key for entry in log.entries if entry.table == "emails")
        log.call("system", "agent:2").update("emails", made, status="sent", template="delivered")
        assert judged(log).passed


def test_a_grade_names_the_allowances_that_were_used():
    log = Log()
    refund(log)
    assert judged(log).used == ()
    send(log)
    assert judged(log).used == ("message",)
