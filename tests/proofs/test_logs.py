"""Promises of the proof of records: the fast comparison is the slow one, and what the log does not see is found."""

from dataclasses import replace

import pytest
from sqlalchemy import text

import worlds
from worlds.engine import changelog
from worlds.engine.episode import Episode
from worlds.engine.hands import Hands
from worlds.engine.operation import writes
from worlds.engine.proofs.logs import PROOF, apart
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.proof import View
from worlds.seeds.forks import open_fork


@pytest.fixture
def case(tiny):
    return Case.of(tiny.start, tiny.task.family, 0)


def concluded(case):
    return PROOF.conclude(View(case.start, case.family, [0]), [PROOF.examine(case)])


def failing(case, way, name="another"):
    family = replace(case.family, mistakes={**case.family.mistakes, name: way})
    return Case(case.start, replace(case.task, family=family))


@pytest.mark.parametrize("name", ["tiny/recount", "shop/refund-partial", "shop/buy-with-code", "desk/link-one-order"])
def test_comparing_inside_the_database_finds_what_the_slow_comparison_finds(name):
    with worlds.open(name, seed=1) as episode:
        start, task = episode.start, episode.task
        task.family.solve(Hands(episode))
        image, logged = episode.image(), episode.diff()
    with Episode(start, open_fork(start.snapshot.path), task.actor, task) as fresh:
        slow = changelog.compare(fresh.image(), image, start.world.metadata)
        assert apart(start.snapshot.path, fresh.image(), start.world.metadata) == []
    assert apart(start.snapshot.path, image, start.world.metadata) == slow == logged
    assert slow


def operation(case, monkeypatch, *statements):
    """One more writing operation in the tiny world that runs SQL."""
    module = case.start.world.part("operations.items")

    def tinker(ctx: module.Context, item_id: module.RecordId) -> module.Sent:
        for statement in ("PRAGMA recursive_triggers=OFF", *statements, "PRAGMA recursive_triggers=ON"):
            ctx.session.execute(text(statement.replace(":item", str(item_id))))
        return module.Sent(message_id=1)

    tinker.__doc__ = "Tinker.\n\nArgs:\n    item_id: The item.\n"
    made = writes(roles=("keeper",))(tinker)
    monkeypatch.setitem(case.start.world.__dict__, "operations", {**case.start.world.operations, "tinker": made})


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("INSERT OR REPLACE INTO item SELECT id, name, quantity, price + 1, note FROM item WHERE id = :item", "item 7"),
        (
            "INSERT OR REPLACE INTO item SELECT id, upper(name), quantity, price, note FROM item WHERE id = :item",
            "item 7",
        ),
        ("UPDATE OR REPLACE item SET rowid = 7 WHERE id = 8", None),
    ],
)
def test_what_goes_behind_the_log_is_found(case, monkeypatch, statement, row):
    operation(case, monkeypatch, statement)
    one = failing(case, lambda worker: worker.call("tinker", item_id=7))
    holes = [hole for hole in concluded(one).holes if hole.startswith("REPLACE")]
    if row is None:  # a changed key is refused by the log itself, so nothing happens
        assert holes == []
    else:
        assert holes == [f"REPLACE: tiny/recount seed 0: the mistake “another” changes {row} behind the change log"]


def test_the_slow_comparison_is_made_for_the_first_instance_alone(case):
    assert PROOF.examine(case).compared == 3
    assert PROOF.examine(Case.of(case.start, case.family, 1)).compared == 0


def test_a_crash_that_leaves_no_reward_is_a_hole_whatever_played_it(case):
    def crash(worker):
        worker.call("change_item", item_id=3, quantity=1)
        worker.call("crash", item_id=3)

    holes = concluded(failing(case, crash)).holes
    assert [hole.split(": ")[0] for hole in holes] == ["`None` on crash"]
    assert "the mistake “another” ends without a reward: crash crashed at step 2" in holes[0]
    solved = Case(case.start, replace(case.task, family=replace(case.family, solve=crash)))
    assert "the solution ends without a reward" in concluded(solved).holes[0]


def test_a_mistake_that_does_and_says_nothing_is_a_hole(case):
    holes = concluded(failing(case, lambda worker: worker.call("get_item", item_id=10_000))).holes
    assert len(holes) == 1
    assert holes[0].startswith(
        "mistake that only crashes: tiny/recount seed 0: the mistake “another” does nothing: 404"
    )


def test_a_sound_family_has_no_holes(case):
    assert concluded(case).holes == []
