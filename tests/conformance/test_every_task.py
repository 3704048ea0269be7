"""What every family of tasks owes beyond `worlds check`: instances that differ, requests that do not tell too much."""

import re

import pytest

import worlds
from worlds.engine.hands import Hands
from worlds.graders.record import Record

SEEDS = 20


@pytest.fixture(scope="module")
def drawn(world, family):
    found = []
    for seed in range(SEEDS):
        with worlds.open(f"{world.name}/{family.name}", seed=seed) as episode:
            found.append(episode.task)
    return found


def test_seeds_give_different_instances(drawn):
    assert len({task.instance.fingerprint for task in drawn}) >= SEEDS * 19 // 20


def test_the_request_is_worded_in_three_ways_at_least(drawn):
    assert len({without_facts(task) for task in drawn}) >= 3


def without_facts(task):
    words = task.instruction
    for name, value in sorted(task.instance.facts.items(), key=lambda item: -len(item[1])):
        words = words.replace(value, f"<{name}>")
    return words


def test_the_request_names_no_key_of_its_target(drawn):
    """A person would not know them. Numbers that the facts state (counts, amounts) may happen to be equal."""
    told = 0
    for task in drawn:
        words = task.instruction
        for value in task.instance.facts.values():
            words = words.replace(value, "")
        keys = {str(key) for keys in task.instance.target.values() for key in keys}
        told += bool(keys & set(re.findall(r"\d+", words)))
    assert not told


def test_the_same_seed_gives_the_same_task(drawn):
    for task in drawn[:3]:
        with worlds.open(task.name, seed=task.seed) as episode:
            assert episode.task.instance == task.instance


def test_the_role_has_the_tools_to_solve_it(drawn, world, family):
    assert family.role in world.roles
    assert {task.actor.role for task in drawn} == {family.role}


def test_a_record_graded_elsewhere_gets_the_same_grade(world, family):
    from worlds.graders.grade import grade  # noqa: PLC0415 - the name of the method that it is compared with

    with worlds.open(f"{world.name}/{family.name}", seed=2) as episode:
        answer = family.solve(Hands(episode))
        given = episode.grade(answer)
        assert given.passed, [one for one in given.criteria if not one.satisfied]
        assert grade(Record.from_json(episode.record.to_json())) == given


def test_doing_nothing_earns_nothing(world, family):
    with worlds.open(f"{world.name}/{family.name}", seed=2) as episode:
        given = episode.grade({"status": "done"})
    assert (given.reward, given.score, given.passed) == (0.0, 0.0, False)


def test_no_mistake_passes(world, family):
    for name, mistake in family.mistakes.items():
        with worlds.open(f"{world.name}/{family.name}", seed=2) as episode:
            given = episode.grade(mistake(Hands(episode)))
            assert not given.passed, name
            assert given.score <= 0.5, name
