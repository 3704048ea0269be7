"""Promises of the family refund-approved: it waits for finance, and does what finance says, not what was asked."""

import pytest

from worlds.engine.drawing import draw
from worlds.engine.episode import Episode
from worlds.engine.hands import Hands
from worlds.engine.proofs.plays import Case, play
from worlds.engine.task import SOLVABLE
from worlds.seeds.forks import open_fork
from worlds.shop import WORLD
from worlds.shop.rulings.refund_approved import answer_to

FAMILY = WORLD.families["refund-approved"]


@pytest.fixture(scope="module")
def cases(start):
    return [Case.of(start, FAMILY, seed, flip=flip) for seed in (1, 2) for flip in (0, 1)]


def test_200_seeds_give_200_instances_and_every_kind_of_answer(start):
    drawn = [draw(start, FAMILY, seed).instance for seed in range(200)]
    assert len({one.fingerprint for one in drawn}) >= 190
    assert 60 <= sum(one.branch == SOLVABLE for one in drawn) <= 140
    assert {one.decision["state"] for one in drawn} == {"approved", "denied", "lapsed"}
    assert {one.decision["away"] for one in drawn} == {True, False}
    less = [one for one in drawn if one.branch == SOLVABLE and one.decision["amount"] < one.decision["asked"]]
    assert len(less) > 30


def test_nothing_that_a_request_says_tells_the_answer():
    answers = [answer_to(line, units) for line in range(1000) for units in (2, 3, 4)]
    by_units = [sum(one.state == "approved" for one in answers[at::3]) / 1000 for at in range(3)]
    assert max(by_units) - min(by_units) < 0.08


def test_every_right_way_earns_everything(cases):
    for one in cases:
        assert one.solution.earned, one.label
        assert all(way.earned for way in one.alternatives.values()), one.label


def test_each_mistake_earns_nothing(cases):
    for one in cases:
        for name, wrong in one.mistakes.items():
            assert not wrong.stopped, (one.label, name)
            assert (wrong.grade.reward, wrong.grade.passed) == (0.0, False), (one.label, name)


def test_waiting_alone_and_doing_nothing_earn_nothing(start, cases):
    for one in cases:
        waited = play(start, one.task, lambda episode: episode.call("wait", {"minutes": 43_200}) and None)
        assert (waited.grade.reward, waited.grade.score) == (0.0, 0.0), one.label


def test_the_work_done_right_but_before_the_answer_earns_nothing(start, cases):
    for one in (case for case in cases if case.task.instance.branch != SOLVABLE):
        decision, target = one.task.instance.decision, one.task.instance.target
        words = f"Order {decision['number']}: {decision['amount'] / 100:.2f} EUR was asked for and not granted."
        told = {"team": decision["team"], "reason": decision["hand_over_reason"], "message": words}

        def hasty(episode, told=told, order=target["sales_order"][0], amount=decision["amount"]):
            assert episode.call("escalate", {**told, "order_id": order}).ok
            episode.call("wait", {"minutes": 43_200})
            return {"status": "waiting", "facts": {"amount": f"{amount / 100:.2f} EUR"}}

        assert not play(start, one.task, hasty).earned, one.label


def test_the_lead_and_finance_are_booked_as_themselves_and_the_agent_is_not(start, cases):
    task = cases[0].task
    with Episode(start, open_fork(start.snapshot.path), task.actor, task) as episode:
        episode.grade(FAMILY.solve(Hands(episode)))
        by = {entry.actor for entry in episode.record.entries if entry.table == "approval_request"}
        roots = {entry.root.partition(":")[0] for entry in episode.record.entries if entry.table == "approval_request"}
        assert "person:Sanne Dekker" in by
        assert roots == {"world"}
        assert episode.record.people["Sanne Dekker"] == "lead"


def test_ten_times_slower_steps_change_nothing(start, cases):
    class Slow(Hands):
        """Hands that take twenty seconds over each call."""

        def call(self, operation, /, **arguments):
            reply = self._episode.perform(operation, arguments, "tools", seconds=20)
            assert reply.ok, reply.body
            return reply.body

    for one in cases:
        assert play(start, one.task, lambda episode: FAMILY.solve(Slow(episode))).earned, one.label
