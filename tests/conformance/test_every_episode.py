"""Episodes of every world are private, come back clean, and end for good.

Files are compared by the pages that differ from the snapshot's, and once a world as a whole: that both are the same is
for `tests/seeds`.
"""

import pytest

import worlds
from worlds.engine.hands import Hands


@pytest.fixture
def solved(world, family):
    """An episode in which the task was solved."""
    with worlds.open(f"{world.name}/{family.name}", seed=1) as episode:
        family.solve(Hands(episode))
        yield episode


def pages(episode):
    """The pages of an episode's file that differ from those of its snapshot."""
    return episode._fork._settled_pages()


def test_reset_brings_back_the_start_byte_for_byte(solved):
    with worlds.open(solved.task.name, seed=1) as untouched:
        assert solved.diff()
        solved.reset()
        assert solved.diff() == []
        assert pages(solved) == pages(untouched)
        assert solved.state_hash() == untouched.state_hash()
        assert len(solved.journal) == 0


def test_a_reset_file_is_that_of_a_fresh_episode(any_family, world):
    with worlds.open(f"{world.name}/{any_family.name}") as used, worlds.open(used.task.name) as untouched:
        any_family.solve(Hands(used))
        assert used.image() != untouched.image()
        used.reset()
        assert used.image() == untouched.image()


def test_a_fork_goes_its_own_way(solved, family):
    with worlds.open(solved.task.name, seed=1) as origin, origin.fork() as branch:
        before = pages(origin)
        family.solve(Hands(branch))
        assert pages(origin) == before
        assert pages(branch) == pages(solved) != before


def test_two_episodes_do_not_touch_each_other(solved, world, family):
    with worlds.open(solved.task.name, seed=1) as other:
        assert other.diff() == []
        family.solve(Hands(other))
        assert pages(other) == pages(solved)
        other.reset()
        assert solved.diff()


def test_a_graded_episode_takes_no_more_calls(solved):
    grade = solved.grade("")
    before = pages(solved)
    name = next(iter(solved.world.operations))
    assert solved.call(name, {}).status == 410
    assert pages(solved) == before
    assert solved.grade("another answer") == grade
