"""Promises of move-stock: the sale in between decides, the first number never does, and no unit is lost on the way."""

import pytest

from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, play, through_browser
from worlds.engine.task import Refused
from worlds.graders.answers import FinalAnswer
from worlds.shop.models import InventoryLevel
from worlds.shop.tasks.move_stock import FAMILY

SEEDS = range(6)


@pytest.fixture(scope="module")
def cases(start):
    return [Case.of(start, FAMILY, seed, flip=flip) for seed in SEEDS for flip in (0, 1)]


def told(case):
    return case.solution.journal


def test_seeds_differ_and_twins_share_their_words(start):
    drawn = [draw(start, FAMILY, seed) for seed in range(200)]
    assert len({task.instance.fingerprint for task in drawn}) >= 190
    assert 60 <= sum(task.instance.branch == "solvable" for task in drawn) <= 140
    for task in drawn[:40]:
        twin = draw(start, FAMILY, task.seed, flip=1)
        assert (twin.instruction, twin.instance.facts) == (task.instruction, task.instance.facts)
        assert {twin.instance.branch, task.instance.branch} == {"solvable", "hand_over"}
        same = {name: keys for name, keys in task.instance.target.items() if name != "sales_order"}
        assert same == {name: keys for name, keys in twin.instance.target.items() if name != "sales_order"}


def test_the_number_that_is_read_first_never_decides(start, cases):
    with start.reading() as (session, _):
        for case in cases:
            source = session.get_one(InventoryLevel, case.task.instance.target["inventory_level"][0])
            assert source.available - int(case.task.instance.facts["units"]) >= 2 * source.low_at
            assert source.available - case.task.instance.decision["sold"] >= int(case.task.instance.facts["units"])


def test_the_decision_is_the_rulings_own(start, cases):
    for case in cases:
        assert rule(start, case.task) == case.task.instance.decision


def test_right_ways_pass_and_the_first_attempt_is_refused(cases):
    for case in cases:
        assert case.solution.earned, missed(case.solution)
        assert [(one.operation, one.outcome) for one in told(case)][3] == ("move_stock", "refused")
        for way in case.alternatives.values():
            assert way.earned, missed(way)


def test_every_mistake_commits_something_and_fails(cases):
    for case in cases:
        for name, wrong in case.mistakes.items():
            assert wrong.committed, (case.label, name, wrong.stopped)
            assert wrong.grade.reward == 0.0, (case.label, name)
            assert "stopped" not in wrong.stopped, (case.label, name)


def test_whoever_believes_the_first_number_fails(start, cases):
    def stubborn(episode):
        """Take the number that the refusal tells, and move without deciding anew."""
        facts = episode.task.instance.facts
        product = facts["article"].rpartition(" (")[0]
        listed = episode.call("list_stock", {"query": product, "page_size": 100}).body["items"]
        source, place = (
            next(
                one
                for one in listed
                if one["location"] == facts[end] and facts["article"].endswith(f"({one['variant']})")
            )
            for end in ("source", "place")
        )
        arguments = {
            "variant_id": source["variant_id"],
            "from_location_id": source["location_id"],
            "to_location_id": place["location_id"],
            "quantity": int(facts["units"]),
            "expected_available": source["available"],
            "reference": facts["slip"],
        }
        refusal = episode.call("move_stock", arguments)
        assert (refusal.status, refusal.refusal.code) == (409, "stale_stock")
        now = refusal.refusal.details["available"]
        done = episode.call("move_stock", arguments | {"expected_available": now})
        assert done.ok
        return FinalAnswer(status="done", facts={"available": done.body["source"]["available"]})

    for case in cases:
        assert play(start, case.task, stubborn).earned == (case.task.instance.branch == "solvable")


def test_no_unit_is_lost_and_the_customer_has_theirs(start, cases):
    def solved(episode):
        facts = episode.task.instance.facts
        product = facts["article"].rpartition(" (")[0]
        before = units(episode, product)
        FAMILY.solve(Worker(episode))
        assert units(episode, product) == before

    class Worker:
        def __init__(self, episode):
            self.instruction, self.facts = episode.task.instruction, episode.task.instance.facts
            self.dialect = episode.world.dialect
            self._episode = episode

        def call(self, operation, /, **arguments):
            reply = self._episode.call(operation, arguments)
            if not reply.ok:
                raise Refused(reply.status, reply.body)
            return reply.body

    def units(episode, product):
        listed = episode.call("list_stock", {"query": product, "page_size": 100}).body["items"]
        return sum(one["on_hand"] for one in listed)

    for case in cases[:4]:
        play(start, case.task, solved)


@pytest.mark.browser
def test_both_branches_are_solved_in_the_browser(start, cases):
    for case in cases[:2]:
        one = through_browser(start, case.task)
        assert one.earned, missed(one)
