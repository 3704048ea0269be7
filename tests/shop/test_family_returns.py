"""What the families about returns promise of their instances: which branch is right, and that nobody can guess it."""

from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from itertools import permutations

import pytest

from worlds.engine.build import snapshot_of
from worlds.engine.drawing import draw
from worlds.engine.proofs.plays import through_tools
from worlds.engine.start import Start
from worlds.engine.task import Refused
from worlds.engine.world import find
from worlds.seeds.snapshots import SnapshotStore
from worlds.shop.rulings.sending_back import way_for, year_before

SHOP = find("shop")
UNTIL = date(2026, 3, 10)


@pytest.fixture(scope="module")
def start():
    store = SnapshotStore()
    return Start(SHOP, "medium", snapshot_of(SHOP, "medium", store=store), store)


def drawn(start, name, seeds, flip=0):
    return [draw(start, SHOP.families[name], seed, flip=flip).instance for seed in range(seeds)]


@pytest.mark.parametrize("name", ["split-return", "return-window", "book-in-return"])
def test_no_two_of_two_hundred_seeds_expect_the_same(start, name):
    found = drawn(start, name, 200)
    assert len({one.fingerprint for one in found}) == 200
    assert len({repr(one.expectation.to_json()) for one in found}) == 200


@pytest.mark.parametrize("name", ["split-return", "return-window", "book-in-return"])
def test_the_calls_for_one_seed_do_not_pass_another_of_the_same_order(start, name):
    tasks = [draw(start, SHOP.families[name], seed) for seed in range(60)]
    pairs = [
        (one, other)
        for one, other in permutations(tasks, 2)
        if one.instance.target["sales_order"] == other.instance.target["sales_order"]
    ]
    assert pairs
    calls = {one.seed: through_tools(start, one, one.family.solve) for one, _ in pairs}
    for one, other in pairs:
        assert not through_tools(start, other, again(calls[one.seed])).grade.passed, (one.seed, other.seed)


def again(play):
    """A way to work that makes the same calls with the same arguments, and says the same at the end."""

    def way(worker):
        for entry in play.journal:
            with suppress(Refused):
                worker.call(entry.operation, **entry.arguments)
        return play.answer

    return way


def test_most_wishes_are_split_and_some_come_back_whole(start):
    refused = Counter(len(one.decision["refused"]) for one in drawn(start, "split-return", 120))
    assert set(refused) == {0, 1}
    assert 0.55 < refused[1] / 120 < 0.9


def test_every_late_wish_was_made_more_than_a_month_after_the_order(start):
    for one in drawn(start, "return-window", 60):
        placed = rule_day(one.facts["day"])
        assert date.fromisoformat(one.decision["asked_on"]) - placed > timedelta(days=30)


def rule_day(words):
    day, month, year = words.split()
    months = ("January", "February", "March")
    return date(int(year), 1 + months.index(month), int(day))


def test_the_twin_of_a_late_wish_is_right_another_way(start):
    own, twins = (drawn(start, "return-window", 40, flip) for flip in (0, 1))
    for one, other in zip(own, twins, strict=True):
        assert (one.branch == "solvable") != (other.branch == "solvable")
    found = Counter(one.branch for one in (*own, *twins))
    assert min(found[branch] for branch in ("solvable", "hand_over", "decline")) >= 10


def test_some_wishes_are_declined_for_an_exception_too_many(start):
    family = SHOP.families["return-window"]
    declined = [one for one in drawn(start, "return-window", 120) if one.branch == "decline"]
    near = [
        one
        for one in declined
        if (date.fromisoformat(one.decision["asked_on"]) - date.fromisoformat(one.decision["last_day"])).days <= 3
    ]
    assert 0 < len(near) < len(declined)
    assert family.unenforced["grace turned round"].startswith("Anything later, and any second late request")


@pytest.mark.parametrize(
    ("late", "had", "way"),
    [
        (-5, [], "solvable"),
        (0, [UNTIL - timedelta(days=90)], "solvable"),
        (1, [], "hand_over"),
        (3, [], "hand_over"),
        (4, [], "decline"),
        (2, [UNTIL - timedelta(days=300)], "decline"),
        (2, [UNTIL - timedelta(days=400)], "hand_over"),
    ],
)
def test_a_wish_is_opened_in_time_handed_over_a_little_late_and_declined_after_that(late, had, way):
    assert way_for(UNTIL + timedelta(days=late), UNTIL, had) == way


def test_a_leap_day_has_a_day_a_year_before():
    assert year_before(date(2028, 2, 29)) == date(2027, 2, 28)


def test_a_fee_is_due_in_some_parcels_and_waived_in_others(start):
    found = drawn(start, "book-in-return", 100)
    due = [one for one in found if one.decision["fee"]]
    assert 25 < len(due) < 75
    assert {one.decision["mail"] for one in found} == {True, False}
    assert {one.decision["closed"] for one in found} == {True, False}


@pytest.mark.parametrize("name", ["split-return", "return-window", "book-in-return"])
def test_every_way_that_is_right_passes_and_no_mistake_does(start, name):
    family = SHOP.families[name]
    for seed, flip in ((3, 0), (3, 1), (5, 0)):
        task = draw(start, family, seed, flip=flip)
        for label, way in {"solve": family.solve, **family.alternatives}.items():
            assert through_tools(start, task, way).earned, (seed, flip, label)
        for label, way in family.mistakes.items():
            play = through_tools(start, task, way)
            assert not play.grade.passed, (seed, flip, label)
            assert label not in family.unenforced or play.committed, (seed, flip, label)
