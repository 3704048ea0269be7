"""Refunding a part of an order, and the rest of one: limits, pending and failed refunds, what units were worth."""

import re
from collections import Counter

import pytest
from sqlalchemy import select

import worlds
from worlds.engine.drawing import draw
from worlds.engine.hands import Hands
from worlds.engine.task import SOLVABLE
from worlds.graders.answers import FinalAnswer
from worlds.shop.models import Refund
from worlds.shop.rulings import money_back
from worlds.shop.tasks import refund_partial, refund_rest, rests

SEEDS = range(14)


@pytest.fixture(scope="module", params=["refund-partial", "refund-rest"])
def family(request):
    return worlds.discover()["shop"].families[request.param]


@pytest.fixture(scope="module")
def start(family):
    with worlds.open(f"shop/{family.name}", seed=0) as episode:
        return episode.start


def test_both_ways_are_right_about_as_often(start, family):
    ways = Counter(draw(start, family, seed).instance.branch for seed in range(200))
    assert set(ways) == {SOLVABLE, "hand_over"}
    assert 60 <= ways[SOLVABLE] <= 140


def test_a_twin_is_asked_for_in_the_same_words_and_goes_the_other_way(start, family):
    for seed in SEEDS:
        one, other = (draw(start, family, seed, flip=flip).instance for flip in (0, 1))
        assert wording(family, one) == wording(family, other)
        assert {one.branch, other.branch} == {SOLVABLE, "hand_over"}


def wording(family, instance):
    """Which of the family's wordings an instance has."""
    said = {"refund-partial": refund_partial.WORDINGS, "refund-rest": refund_rest.WORDINGS}[family.name]
    return next(words for words in said if words.format(**instance.facts) == instance.instruction)


def test_what_the_ruling_says_a_refund_comes_to_is_what_the_world_works_out(family):
    for seed in SEEDS:
        with worlds.open(f"shop/{family.name}", seed=seed) as episode:
            decision, worker = episode.task.instance.decision, Hands(episode)
            order = episode.task.instance.target["sales_order"][0]
            if "lines" in decision:
                lines = [{"line_id": line, "quantity": units} for line, units, _ in decision["lines"]]
            else:
                line = episode.task.instance.target["order_line"][0]
                lines = [{"line_id": line, "quantity": decision["units"]}]
            shown = worker.call("preview_refund", order_id=order, lines=lines, shipping=decision["shipping"] > 0)
        assert shown["amount"] == f"{decision['amount'] / 100:.2f}"
        assert decision["branch"] != SOLVABLE or not shown["needs_approval"]


def test_a_twin_above_the_limit_has_as_many_units_and_is_there_because_of_an_earlier_refund():
    family = worlds.discover()["shop"].families["refund-partial"]
    with worlds.open("shop/refund-partial", seed=0) as episode:
        start = episode.start
    for seed in SEEDS:
        one, other = (draw(start, family, seed, flip=flip).instance for flip in (0, 1))
        above = one if one.branch != SOLVABLE else other
        assert one.facts["units"] == other.facts["units"]
        assert above.decision["amount"] <= money_back.LIMIT
        with start.reading() as (session, _):
            own = money_back.refunded(session, above.target["sales_order"][0])
        assert own + above.decision["amount"] > money_back.LIMIT


def test_after_the_rest_is_refunded_no_more_than_was_captured_has_gone_back():
    for seed in SEEDS:
        with worlds.open("shop/refund-rest", seed=seed) as episode:
            if episode.task.instance.branch != SOLVABLE:
                continue
            worker = Hands(episode)
            episode.task.family.solve(worker)
            order = worker.call("get_order", order_id=episode.task.instance.target["sales_order"][0])
            counted = [cents(one["amount"]) for one in order["refunds"] if one["status"] != "failed"]
            assert sum(counted) <= cents(order["captured"])
            assert len(counted) == 2
            whole = all(line["refunded"] == line["quantity"] for line in order["lines"])
            assert (cents(order["shipping_refundable"]) == 0) or not whole


def cents(text):
    return round(float(text) * 100)


def test_a_failed_refund_is_named_with_its_amount_and_nothing_is_refunded():
    seen = 0
    for seed in SEEDS:
        with worlds.open("shop/refund-rest", seed=seed) as episode:
            if episode.task.instance.branch == SOLVABLE:
                continue
            worker = Hands(episode)
            order_id = episode.task.instance.target["sales_order"][0]
            before = worker.call("get_order", order_id=order_id)
            answer = episode.task.family.solve(worker)
            after = worker.call("get_order", order_id=order_id)
        assert after["refunds"] == before["refunds"]
        failed = [one["amount"] for one in before["refunds"] if one["status"] == "failed"]
        assert failed[0] in after["escalations"][0]["message"]
        assert answer.status == "waiting"
        seen += 1
    assert seen >= 3


def test_of_the_refunds_that_count_about_half_are_pending():
    family, statuses = worlds.discover()["shop"].families["refund-rest"], Counter()
    with worlds.open("shop/refund-rest", seed=0) as episode:
        start = episode.start
    with start.reading() as (session, _):
        for seed in range(200):
            order = draw(start, family, seed).instance.target["sales_order"][0]
            statuses[session.scalars(select(Refund.status).where(Refund.order_id == order)).one()] += 1
    assert set(statuses) == {"pending", "succeeded", "failed"}
    assert statuses["pending"] >= 30


def test_no_two_rests_are_expected_to_be_dealt_with_alike():
    family = worlds.discover()["shop"].families["refund-rest"]
    with worlds.open("shop/refund-rest", seed=0) as episode:
        start = episode.start
    expected = Counter(repr(draw(start, family, seed).instance.expectation.to_json()) for seed in range(200))
    assert len(expected) >= 190


def test_what_is_wanted_says_nothing_of_what_became_of_the_earlier_refund():
    family, wanted = worlds.discover()["shop"].families["refund-rest"], {SOLVABLE: Counter(), "hand_over": Counter()}
    with worlds.open("shop/refund-rest", seed=0) as episode:
        start = episode.start
    for seed in range(200):
        instance = draw(start, family, seed).instance
        wanted[instance.branch][instance.facts["wanted"]] += 1
    assert wanted[SOLVABLE] == wanted["hand_over"]
    assert len(wanted[SOLVABLE]) >= 5


def test_only_the_units_that_are_asked_for_are_refunded():
    seen = set()
    for seed in range(40):
        with worlds.open("shop/refund-rest", seed=seed) as episode:
            instance = episode.task.instance
            if instance.branch != SOLVABLE or instance.facts["wanted"] in seen:
                continue
            seen.add(instance.facts["wanted"])
            worker, order_id = Hands(episode), instance.target["sales_order"][0]
            before = worker.call("get_order", order_id=order_id)["lines"]
            episode.task.family.solve(worker)
            after = worker.call("get_order", order_id=order_id)["lines"]
        more = [now["refunded"] - then["refunded"] for then, now in zip(before, after, strict=True)]
        left = [then["quantity"] - then["refunded"] for then in before]
        if instance.facts["wanted"] == rests.ORDER:
            assert more == left
        elif said := re.search(r"\d+", instance.facts["wanted"]):
            assert max(more) == sum(more) == int(said[0]) < max(left)
        else:
            asked = 2 if instance.facts["wanted"] == rests.BOTH else 1
            assert len([units for units in more if units]) == asked
            assert all(units in (0, rest) for units, rest in zip(more, left, strict=True))
    assert len(seen) >= 4


def test_a_rest_that_is_not_refunded_is_still_told_at_what_it_comes_to():
    for seed in SEEDS:
        with worlds.open("shop/refund-rest", seed=seed) as episode:
            if episode.task.instance.branch == SOLVABLE:
                continue
            right = episode.task.family.solve(Hands(episode))
            assert money_back.LIMIT >= cents(right.facts["asked"].removesuffix(" EUR")) > 0
            wrong = FinalAnswer(status=right.status, reasons=right.reasons, facts=right.facts | {"asked": "0.00 EUR"})
            assert not episode.grade(wrong).passed


def test_the_numbers_of_the_rulings_stand_on_the_page():
    with worlds.open("shop/refund-rest", seed=0) as episode:
        page = Hands(episode).call("get_policy", slug="refunds")["text"]
    assert f"| Senior support agent (`support_l2`) | {money_back.LIMIT / 100:.2f} |" in page
    assert f"**each refund above {money_back.NOTED_ABOVE / 100:.2f}**" in page
