"""Which change answers which effect: required first, as many as possible, bindings consistent, the rest left over."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain_shop import SCHEMA, Log, expecting, judged, line_of

from worlds.graders.answers import FromRow
from worlds.graders.expectation import Answer, Bundle, Effect, Expectation, before
from worlds.graders.judged import judged as judged_of
from worlds.graders.matching import match
from worlds.graders.predicates import between, eq, not_null, one_of, ref


def returns(log: Log, *statuses: str, order: int = 5) -> Log:
    for status in statuses:
        log.call().insert("returns", order_id=order, status=status)
    return log


def matched(log: Log, required, allowed=()):
    found = match(required, allowed, judged_of(SCHEMA, log.entries).changes, {})
    taken = {name: [one.change.after["status"] for one in rows] for name, rows in found.taken.items()}
    return taken, [one.change.after["status"] for one in found.left]


def wanted(name: str, *statuses: str, count=1) -> Effect:
    return Effect(name, "returns", "insert", where={"order_id": 5}, set={"status": one_of(*statuses)}, count=count)


def test_a_narrow_effect_gets_the_only_row_that_it_can_take():
    log = returns(Log(), "a", "b")
    for effects in itertools.permutations([wanted("wide", "a", "b"), wanted("narrow", "a")]):
        assert matched(log, effects) == ({"wide": ["b"], "narrow": ["a"]}, [])


def test_required_effects_are_served_before_allowed_ones():
    taken, left = matched(returns(Log(), "a"), [wanted("need", "a")], [wanted("may", "a", "b")])
    assert (taken, left) == ({"need": ["a"], "may": []}, [])


def test_an_allowed_effect_takes_what_keeps_collateral_least():
    log = returns(Log(), "a", "b")
    assert matched(log, [wanted("need", "a", "b")], [wanted("may", "a")]) == ({"need": ["b"], "may": ["a"]}, [])


def test_a_count_is_exact_unless_it_is_a_range():
    three = returns(Log(), "a", "a", "a")
    assert matched(three, [wanted("two", "a", count=2)])[1] == ["a"]
    assert matched(three, [wanted("some", "a", count=(1, 5))])[1] == []
    for effects in itertools.permutations([wanted("one", "a"), wanted("rest", "a", count=(1, 5))]):
        taken, left = matched(three, effects)
        assert (len(taken["one"]), len(taken["rest"]), left) == (1, 2, [])


@given(st.lists(st.sampled_from("abc"), max_size=6), st.lists(st.sets(st.sampled_from("abc"), min_size=1), max_size=4))
def test_the_matching_is_a_maximum_one(statuses, patterns):
    effects = [wanted(f"e{at}", *sorted(pattern)) for at, pattern in enumerate(patterns)]
    taken, left = matched(returns(Log(), *statuses), effects)
    most = best_of(statuses, patterns)
    assert sum(map(len, taken.values())) == most
    assert len(left) == len(statuses) - most


def best_of(statuses: list[str], patterns: list[set[str]]) -> int:
    """Return by trying every assignment how many of the rows the patterns can take, one each."""
    if not statuses or not patterns:
        return 0
    without = best_of(statuses[1:], patterns)
    with_it = [
        1 + best_of(statuses[1:], patterns[:at] + patterns[at + 1 :])
        for at, pattern in enumerate(patterns)
        if statuses[0] in pattern
    ]
    return max([without, *with_it])


def test_columns_that_no_effect_names_are_left_over_until_an_allowed_effect_takes_them():
    need = Effect("need", "orders", "update", where={"id": 5}, set={"city": "Köln"})
    both = Effect("both", "orders", "update", where={"id": 5}, set={"city": not_null(), "status": "held"})
    log = Log()
    log.call().update("orders", 5, city="Köln", status="held")
    left = match([need], [], judged_of(SCHEMA, log.entries).changes, {}).left
    assert [one.columns for one in left] == [{"status"}]
    assert match([need], [both], judged_of(SCHEMA, log.entries).changes, {}).left == ()


def order_pair(log: Log, city: str, variants: list[int], first: int) -> None:
    log.call().insert("orders", id=first, customer_id=1, city=city)
    for at, variant in enumerate(variants):
        log.insert("order_lines", id=first + at, order_id=first, qty=variant)


PAIR = [
    Effect("one", "orders", "insert", where={"customer_id": 1}, set={"city": not_null()}, bind="one"),
    Effect("two", "orders", "insert", where={"customer_id": 1}, set={"city": not_null()}, bind="two"),
    Effect("line", "order_lines", "insert", where={"order_id": ref("one")}, set={"qty": 4}),
    Effect("lines", "order_lines", "insert", where={"order_id": ref("two")}, set={"qty": between(5, 6)}, count=2),
]


@pytest.mark.parametrize("turned", [False, True])
def test_look_alike_rows_are_told_apart_by_what_refers_to_them(turned):
    log = Log()
    for first, variants in ((200, [4]), (300, [5, 6])) if turned else ((300, [4]), (200, [5, 6])):
        order_pair(log, "Bonn", variants, first)
    assert judged(log, None, expecting(*PAIR)).passed


def test_a_row_that_others_refer_to_stays_with_the_effect_that_names_it():
    log = Log()
    order_pair(log, "Bonn", [4], 200)
    anyone = replace(PAIR[0], id="anyone", bind=None)
    taken = match([anyone, PAIR[0], PAIR[2]], [], judged_of(SCHEMA, log.entries).changes, {}).taken
    assert {name: len(rows) for name, rows in taken.items()} == {"anyone": 0, "one": 1, "line": 1}


def test_lines_on_the_wrong_one_of_two_rows_fail():
    log = Log()
    order_pair(log, "Bonn", [4, 5], 200)
    order_pair(log, "Bonn", [6], 300)
    assert not judged(log, None, expecting(*PAIR)).passed


def test_a_line_of_an_unrequested_twin_is_left_over_with_it():
    need = [
        Effect("refund", "refunds", "insert", where={"order_id": 5}, set={"amount": 100}, bind="refund"),
        Effect("line", "refund_lines", "insert", where={"refund_id": ref("refund")}, set={"qty": 1}),
    ]
    log = Log()
    for key in (500, 600):
        log.call().insert("refunds", id=key, order_id=5, amount=100)
        log.insert("refund_lines", id=key + 1, refund_id=key, qty=1)
    found = judged(log, None, expecting(*need))
    assert found.score == 0.0
    assert sorted(one.key for one in found.collateral) == [600, 601]


def test_a_hundred_copies_of_a_row_do_not_stall_the_grade():
    log = Log()
    for first in range(2000, 3000, 10):
        order_pair(log, "Bonn", [4, 5, 6], first)
    assert judged(log, None, expecting(*PAIR)).score == 0.0


def test_a_binding_can_name_another_column_and_a_chain_of_rows():
    need = [
        Effect("refund", "refunds", "insert", where={"order_id": 5}, bind="refund"),
        Effect("line", "refund_lines", "insert", where={"refund_id": ref("refund")}, bind="line"),
        Effect("mark", "stock", "insert", set={"variant": ref("refund", "number"), "on_hand": ref("line", "qty")}),
    ]
    log = Log()
    key = log.call().insert("refunds", order_id=5, number="RF-9")
    log.insert("refund_lines", refund_id=key, qty=3)
    log.insert("stock", variant="RF-9", on_hand=3)
    assert judged(log, None, expecting(*need)).passed
    log.update("stock", log.entries[-1].key, on_hand=4)
    assert not judged(log, None, expecting(*need)).passed


def test_a_number_made_in_the_episode_can_be_asked_for_in_the_answer():
    need = Effect("refund", "refunds", "insert", where={"order_id": 5}, bind="refund")
    slots = {
        "number": FromRow("record", "refund", "number", {"prefix": "RF-"}),
        "amount": FromRow("money", "refund", "amount", {"currency": "EUR"}),
    }
    expectation = Expectation([Bundle([need])], answer=Answer("done", slots))
    log = Log()
    log.call().insert("refunds", order_id=5, number="RF-9", amount=1840)
    assert judged(log, "status: done\nnumber: #9\namount: €18.40", expectation).passed
    wrong = judged(log, "status: done\nnumber: #8\namount: €18.40", expectation)
    assert not line_of(wrong, "answer.number").satisfied
    nothing = judged(Log(), "status: done\nnumber: #9\namount: €18.40", expectation)
    assert not line_of(nothing, "answer.number").satisfied


def test_a_deleted_row_is_known_by_what_it_held():
    gone = Effect("gone", "order_lines", "delete", where={"order_id": 5, "qty": 1}, total=("qty", 1), bind="gone")
    noted = Effect("noted", "stock", "insert", set={"on_hand": ref("gone", "qty"), "variant": eq("X")})
    log = Log()
    log.call().delete("order_lines", 52)
    log.call().insert("stock", on_hand=1, variant="X")
    assert judged(log, None, expecting(gone, noted)).passed
    assert not judged(log, None, expecting(replace(gone, total=("qty", 2)), noted)).passed


def test_an_order_with_an_allowed_effect_that_did_not_happen_is_kept():
    need = Effect("need", "returns", "insert", where={"order_id": 5})
    may = Effect("may", "stock", "update", where={"id": 9}, set={"on_hand": 1})
    log = Log()
    log.call().insert("returns", order_id=5)
    assert judged(log, None, expecting(need, allowed=[may], order=[before("may", "need")])).passed
    log.call().update("stock", 9, on_hand=1)
    assert not judged(log, None, expecting(need, allowed=[may], order=[before("may", "need")])).passed


def test_a_failed_criterion_says_what_was_found_instead():
    need = Effect("need", "refunds", "insert", where={"order_id": 5}, set={"amount": 1840}, words="Refund of 18.40 EUR")
    log = Log()
    log.call().insert("refunds", order_id=5, amount=2160)
    found = line_of(judged(log, None, expecting(need)), "need")
    assert found.words == "Refund of 18.40 EUR"
    assert found.evidence == "not found; instead: refunds 1001, step 1, where amount is 2160, not 1840"
    assert (
        line_of(judged(Log(), None, expecting(need)), "need").evidence == "not found; nothing else happened to refunds"
    )
    right = Log()
    right.call().insert("refunds", order_id=5, amount=1840)
    assert line_of(judged(right, None, expecting(need)), "need").evidence == "found, 1 row (refunds 1001, step 1)"
