"""Promises of branches: a tape that goes on from where another came to is played as in an episode of its own."""

from dataclasses import replace
from datetime import timedelta

import pytest

from worlds.engine.proofs.branches import Branches
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.tapes import Pause, Tape, replay
from worlds.engine.start import Start
from worlds.engine.world import find
from worlds.graders.answers import FinalAnswer

NAMES = ("tiny/recount", "shop/refund-partial")
A_DAY = Pause(timedelta(days=1))


@pytest.fixture(scope="module", params=NAMES)
def solved(request):
    world, name = request.param.split("/")
    family = find(world).families[name]
    return Case.of(Start.of(find(world), family.population), family, 2)


def seen(one):
    """All that proofs look at."""
    return (one.grade, one.record.to_json(), [entry.to_json() for entry in one.journal], one.answer, one.stopped)


def edits(tape):
    """Tapes that begin as this one does, each up to another place, some with time that passes."""
    steps = tape.steps
    middle = len(steps) // 2
    yield tape
    yield tape.with_steps([*steps[:middle], A_DAY, *steps[middle:]])
    yield tape.with_steps([*steps[:middle], A_DAY]).with_answer(None)
    yield tape.with_steps([*steps, steps[-1]])
    yield tape.with_steps(steps[1:])
    yield tape.with_steps([replace(steps[0], arguments={}), *steps[1:]])
    yield Tape((A_DAY,), FinalAnswer(status="waiting"))
    yield Tape((A_DAY, *steps), tape.answer, tape.told)
    yield Tape((), None)


@pytest.mark.parametrize("trunk", [True, False])
def test_a_play_in_a_branch_is_that_of_a_fresh_episode(solved, trunk):
    tape = Tape.of(solved.solution, solved.start.world)
    branches = Branches(solved.start, solved.task)
    branches.replay(tape, trunk=trunk)
    for edit in edits(tape):
        fresh = replay(solved.start, solved.task, edit, reads=True)
        assert seen(branches.replay(edit)) == seen(fresh)


def test_a_branch_leaves_its_trunk_as_it_was(solved):
    tape = Tape.of(solved.solution, solved.start.world)
    branches = Branches(solved.start, solved.task)
    first = branches.replay(tape, trunk=True)
    assert branches.replay(tape.with_steps([*tape.steps, *tape.steps])).journal != first.journal
    assert seen(branches.replay(tape)) == seen(first)
