"""Promises of where a plan strikes: the right calls, counted rightly, decided by seed, operation and number alone."""

import pytest

import worlds
from worlds.engine.faults.plan import FaultPlan, Rule

LOST = {"fault": "F2", "operations": ("change_item",)}


def opened(*rules, seed=0, role="keeper"):
    return worlds.open("tiny", role=role, faults=FaultPlan(rules=tuple(Rule(**one) for one in rules), seed=seed))


def price(episode, item=1, amount="2.00"):
    """The status that a call to set a price comes back with."""
    return episode.call("change_item", {"item_id": item, "price": amount}).status


def test_the_nth_call_is_struck_and_no_other():
    with opened({**LOST, "nth": 3}) as episode:
        assert [price(episode) for _ in range(5)] == [200, 200, 504, 200, 200]


def test_it_goes_on_as_often_as_the_rule_says():
    with opened({**LOST, "nth": 2, "times": 2}) as episode, opened({**LOST, "times": 0}) as endless:
        assert [price(episode) for _ in range(5)] == [200, 504, 504, 200, 200]
        assert {price(endless) for _ in range(5)} == {504}


def test_calls_that_say_nothing_of_the_business_are_not_counted():
    with opened({**LOST, "nth": 2}) as episode:
        assert price(episode) == 200
        for _ in range(3):
            assert price(episode, amount="cheap") == 422
            assert price(episode, item=10_000) == 404
        assert episode.call("list_items", {}).status == 200
        assert price(episode) == 504


def test_calls_without_permission_are_not_counted():
    with opened({**LOST, "nth": 1}, role="visitor") as episode:
        assert {price(episode) for _ in range(3)} == {403}
        assert not any(entry.faults for entry in episode.journal)


def test_a_window_of_virtual_time_opens_and_closes():
    with opened({**LOST, "times": 0, "after": "10m", "until": "20m"}) as episode:
        seen = [price(episode)]
        for _ in range(2):
            episode.call("wait", {"minutes": 10})
            seen.append(price(episode))
        assert seen == [200, 504, 200]


def test_a_rule_for_tables_and_surfaces_leaves_the_others_alone():
    with opened({"fault": "F2", "tables": ("message",), "times": 0}) as elsewhere:
        assert price(elsewhere) == 200
    with opened({**LOST, "surfaces": ("http",), "times": 0}) as other:
        assert price(other) == 200
        told = other.perform("change_item", {"item_id": 1, "price": "3.00"}, "http")
        assert told.status == 504


def test_chance_is_of_the_plans_seed_and_of_nothing_else():
    def struck(seed):
        with opened({**LOST, "rate": 0.4, "times": 0}, seed=seed) as episode:
            return [price(episode) == 504 for _ in range(60)]

    first = struck(1)
    assert first == struck(1)
    assert first != struck(2)
    assert 10 <= sum(first) <= 40


def test_reading_in_between_moves_no_chance():
    with opened({**LOST, "rate": 0.4, "times": 0}) as plain, opened({**LOST, "rate": 0.4, "times": 0}) as busy:
        seen = [[], []]
        for _ in range(30):
            seen[0].append(price(plain))
            for _ in range(3):
                busy.call("list_items", {})
            seen[1].append(price(busy))
        assert seen[0] == seen[1]


def test_the_journal_says_what_was_met_and_what_became_of_it():
    with opened({**LOST}, {"fault": "F1", "operations": ("change_item",), "nth": 2}) as episode:
        for amount in ("2.00", "3.00", "4.00"):
            price(episode, amount=amount)
        told = [(entry.faults, entry.outcome, entry.committed) for entry in episode.journal]
    assert told == [
        (("timeout-before-commit",), "failed", False),
        (("timeout-after-commit",), "lost", True),
        ((), "done", True),
    ]


def test_a_fork_and_a_reset_carry_the_count_of_their_own_past():
    with opened({**LOST, "nth": 2}) as episode:
        price(episode)
        with episode.fork() as branch:
            assert price(branch) == 504
            assert price(episode) == 504
        episode.reset()
        assert [price(episode), price(episode)] == [200, 504]


@pytest.mark.parametrize("fault", ["F1", "F2"])
def test_a_saved_snapshot_goes_on_under_its_plan(fault, tmp_path, monkeypatch):
    monkeypatch.setenv("WORLDS_CACHE", str(tmp_path))
    with opened({**LOST, "fault": fault, "nth": 2}) as episode:
        price(episode)
        episode.snapshot("halfway")
    with worlds.open(snapshot="halfway") as again:
        assert price(again) == 504
