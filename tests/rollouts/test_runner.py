"""Many rollouts in several processes: the same results as one by one, and none is lost when a process dies."""

import json
import sys

import pytest

from worlds.engine.rollouts import runner
from worlds.engine.rollouts.limits import Limits
from worlds.engine.rollouts.runner import Batch, run

AGENT = """
import os, time

class Odd:
    def work(self, seat):
        if "{word}" in seat.instruction:
            {deed}
        return seat.task.family.solve(seat)

def make(options):
    return Odd()
"""


def test_processes_come_to_the_same_files_as_one(tmp_path):
    told = []
    results = {}
    for jobs in (0, 2):
        batch = Batch(tasks=["kiosk/recount", "tiny/recount"], n=3, out=tmp_path / str(jobs))
        rollouts = run(batch, jobs=jobs, progress=False, report=lambda *all_: told.append(all_[1:]))
        assert [rollout.reward for rollout in rollouts] == [1.0] * 6
        assert [rollout.plan.seed for rollout in rollouts] == [0, 1, 2, 0, 1, 2]
        results[jobs] = {path.name: path.read_bytes() for path in sorted((tmp_path / str(jobs)).iterdir())}
    assert len(results[0]) == 12
    assert results[0] == results[2]
    assert told == [(done, 6) for done in range(1, 7)] * 2


@pytest.fixture
def odd(tmp_path, monkeypatch):
    """Writes an agent of the user's own, `odd.agent`, that misbehaves at one instruction."""

    def write(word, deed):
        package = tmp_path / "site" / "odd"
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "agent.py").write_text(AGENT.format(word=word, deed=deed))
        monkeypatch.syspath_prepend(str(package.parent))
        monkeypatch.delitem(sys.modules, "odd", raising=False)
        monkeypatch.delitem(sys.modules, "odd.agent", raising=False)

    return write


def test_a_process_that_dies_loses_no_rollout(tmp_path, odd):
    odd("Latch 50 mm", "os.environ['KIOSK_FAINT'] = '1'; seat.call('faint')")
    batch = Batch(tasks=["kiosk/recount"], agent="odd.agent", n=12, out=tmp_path / "out", limits=Limits(retries=1))
    rollouts = run(batch, jobs=2, progress=False)
    lost = [rollout for rollout in rollouts if rollout.reward is None]
    assert [rollout.reward for rollout in rollouts if rollout not in lost] == [1.0] * 11
    (rollout,) = lost
    assert (rollout.cause, rollout.attempts, rollout.error) == ("infra", 2, "The process ended with the code 9.")
    assert json.loads(rollout.plan.record.read_text())["grade"]["reward"] is None
    assert rollout.plan.trace.exists()


def test_a_process_that_hangs_is_ended(tmp_path, odd, monkeypatch):
    odd("Latch 50 mm", "time.sleep(3600)")
    monkeypatch.setattr(runner, "GRACE_SECONDS", 14.0)  # ample for the others, even where a machine is busy
    limits = Limits(episode_seconds=6.0, retries=0)
    rollouts = run(
        Batch(tasks=["kiosk/recount"], agent="odd.agent", n=12, out=tmp_path / "out", limits=limits), progress=False
    )
    (rollout,) = [rollout for rollout in rollouts if rollout.reward != 1.0]
    assert (rollout.reward, rollout.error) == (None, "The process took too long and was ended.")


def test_what_cannot_be_played_at_all_is_said_before_anything_starts(tmp_path):
    with pytest.raises(LookupError, match="has no population 'huge'"):
        run(Batch(tasks=["kiosk/recount"], population="huge", out=tmp_path / "out"), progress=False)
    assert not (tmp_path / "out").exists()
