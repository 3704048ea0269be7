"""Promises of the family goodwill-denied: what the approver says in the system is done, no more, no less, no sooner."""

import pytest

from worlds.desk import WORLD
from worlds.desk.models import DeskUser
from worlds.desk.rules import GOODWILL_LIMITS, LEADS
from worlds.desk.rulings.goodwill_denied import answer_to
from worlds.engine.drawing import draw, rule
from worlds.engine.fields import parse_money
from worlds.engine.proofs.plays import Case, missed, through_tools
from worlds.engine.start import Start
from worlds.engine.task import SOLVABLE
from worlds.graders.answers import FinalAnswer

FAMILY = WORLD.families["goodwill-denied"]
BRANCHES = ("denied", SOLVABLE)


@pytest.fixture(scope="module")
def start():
    return Start.of(WORLD, FAMILY.population)


@pytest.fixture(scope="module")
def drawn(start):
    return [draw(start, FAMILY, seed).instance for seed in range(200)]


@pytest.fixture(scope="module")
def cases(start):
    """The instance of a seed and its twin, by branch."""
    pair = [Case.of(start, FAMILY, 3, flip=flip) for flip in (0, 1)]
    return {one.task.instance.branch: one for one in pair}


def test_200_seeds_give_200_instances_of_every_answer(drawn):
    assert len({one.fingerprint for one in drawn}) >= 190
    assert 60 <= sum(one.branch == SOLVABLE for one in drawn) <= 140
    assert sum(0 < one.decision["given"] < one.decision["asked"] for one in drawn) >= 30
    assert {one.decision["mail"] for one in drawn} == {"", "hopeful", "doubtful"}
    assert {one.decision["language"] for one in drawn} == {"en", "nl", "de", "fr"}


def test_twins_are_one_ticket_in_the_same_words_and_only_the_answer_differs(start):
    for seed in range(6):
        one, other = (draw(start, FAMILY, seed, flip=flip).instance for flip in (0, 1))
        assert {one.branch, other.branch} == set(BRANCHES)
        assert one.target == other.target
        assert one.instruction.replace(one.facts["amount"], "…") == other.instruction.replace(
            other.facts["amount"], "…"
        )


def test_neither_the_amount_nor_the_mail_tells_the_answer():
    answers = [answer_to(ticket, amount) for ticket in range(1, 400) for amount in (2_600, 5_000, 9_000)]
    by_amount = [sum(one.allowed > 0 for one in answers[at::3]) / 399 for at in range(3)]
    assert max(by_amount) - min(by_amount) < 0.12
    granted = {mail: [one.allowed > 0 for one in answers if one.mail == mail] for mail in ("hopeful", "doubtful")}
    assert all(0.4 < sum(one) / len(one) < 0.6 for one in granted.values())


def test_who_is_asked_may_decide_it_and_the_agent_may_not_give_it_alone(start, drawn):
    with start.reading() as (session, _):
        roles = {one.name: one.role for one in session.query(DeskUser).filter(DeskUser.role.in_(LEADS))}
    for one in drawn:
        asked, role = parse_money(one.facts["amount"]), roles[one.facts["approver"]]
        assert GOODWILL_LIMITS["agent"] < asked
        assert asked <= GOODWILL_LIMITS["team_lead"] if role == "team_lead" else asked > GOODWILL_LIMITS["team_lead"]


def test_every_right_way_earns_everything_and_each_mistake_nothing(cases):
    for one in cases.values():
        assert one.solution.earned, missed(one.solution)
        assert all(way.earned for way in one.alternatives.values()), one.label
        for name, wrong in one.mistakes.items():
            assert not wrong.stopped, (one.label, name)
            assert (wrong.grade.reward, wrong.grade.passed) == (0.0, False), (one.label, name)


def test_a_denied_request_leaves_no_credit_and_one_answer_without_a_figure(start, cases):
    one = cases["denied"]
    assert rule(start, one.task) == one.task.instance.decision
    entries = one.solution.record.entries
    assert not [entry for entry in entries if entry.table == "goodwill_credit"]
    own = [entry.after for entry in entries if entry.table == "comment" and entry.root.startswith("agent:")]
    (said,) = [row["body"] for row in own if row["public"]]
    assert "EUR" not in said
    (answer,) = [entry for entry in entries if entry.table == "approval" and entry.kind == "update"]
    who = f"person:{one.task.instance.facts['approver']}"
    assert (answer.actor, answer.root) == (who, f"world:{who}")


def test_the_customer_is_told_within_two_days_of_the_answer(cases):
    for one in cases.values():
        unmet = {item.id for item in one.mistakes["put off"].grade.criteria if not item.satisfied}
        assert unmet - {"answer.status"} == {"reply", "collateral"}


def test_the_right_reply_before_the_answer_earns_nothing(start, cases):
    one = cases["denied"]
    said = next(call for call in reversed(one.solution.journal) if call.operation == "reply_publicly").arguments

    def hasty(worker):
        ticket_id, facts = said["ticket_id"], worker.facts
        approver = next(row for row in worker.call("list_agents")["items"] if row["name"] == facts["approver"])
        reason = f"Order {one.task.instance.decision['order']}, cause {facts['cause']}."
        asked = {"amount": facts["amount"], "reason": reason, "approver_id": approver["user_id"]}
        request = worker.call("ask_approval", ticket_id=ticket_id, **asked)
        fields = [{"name": "cause", "value": facts["cause"]}]
        worker.call("update_ticket", ticket_id=ticket_id, fields=fields)
        worker.call("reply_publicly", **said)
        worker.call("wait", minutes=2 * 1_440)
        return FinalAnswer(status="not_done", facts={"request": request["number"], "credit": "0.00 EUR"})

    early = through_tools(start, one.task, hasty)
    assert not early.stopped
    unmet = {item.id for item in early.grade.criteria if not item.satisfied}
    assert unmet == {"before.answered.reply"}
