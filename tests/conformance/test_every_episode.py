"""Episodes of every world are private, come back clean, and end for good."""

import pytest

import worlds
from worlds.engine.hands import Hands


@pytest.fixture
def solved(world, family):
    """An episode in which the task was solved."""
    with worlds.open(f"{world.name}/{family.name}", seed=1) as episode:
        family.solve(Hands(episode))
        yield episode


def test_reset_brings_back_the_start_byte_for_byte(solved):
    with worlds.open(solved.task.name, seed=1) as untouched:
        assert solved.diff()
        solved.reset()
        assert solved.diff() == []
        assert solved.image() == untouched.image()
        assert solved.state_hash() == untouched.state_hash()
        assert len(solved.journal) == 0


def test_a_fork_goes_its_own_way(solved, family):
    with worlds.open(solved.task.name, seed=1) as origin, origin.fork() as branch:
        before = origin.image()
        family.solve(Hands(branch))
        assert origin.image() == before
        assert branch.image() == solved.image()


def test_two_episodes_do_not_touch_each_other(solved, world, family):
    with worlds.open(solved.task.name, seed=1) as other:
        assert other.diff() == []
        family.solve(Hands(other))
        assert other.image() == solved.image()
        other.reset()
        assert solved.diff()


def test_a_graded_episode_takes_no_more_calls(solved):
    grade = solved.grade("")
    before = solved.image()
    name = next(iter(solved.world.operations))
    assert solved.call(name, {}).status == 410
    assert solved.image() == before
    assert solved.grade("another answer") == grade
