"""Promises of the family ask-and-continue: what only the requester can tell is asked for, waited for, and then used."""

import pytest

import worlds
from worlds.desk import WORLD
from worlds.desk.models import Attachment, Comment, ShopOrder
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, through_tools
from worlds.engine.resilience.line import Desk
from worlds.engine.resilience.naive import Naive
from worlds.engine.resilience.resilient import Resilient
from worlds.engine.start import Start

FAMILY = WORLD.families["ask-and-continue"]
BRANCHES = ("ask", "solvable")


@pytest.fixture(scope="module")
def start():
    return Start.of(WORLD, FAMILY.population)


@pytest.fixture(scope="module")
def drawn(start):
    return [draw(start, FAMILY, seed).instance for seed in range(200)]


@pytest.fixture(scope="module")
def cases(start, drawn):
    """An instance whose requester has named their order, one who has not, and one who gives a wrong number first."""
    first: dict[str, int] = {}
    for seed, one in enumerate(drawn):
        first.setdefault("slip" if one.decision["slip"] else one.branch, seed)
    return {kind: Case.of(start, FAMILY, seed) for kind, seed in first.items()}


def said(play, table="comment", **where):
    """The rows that were made in a table, in order."""
    rows = [entry.after for entry in play.record.entries if entry.table == table and entry.kind == "insert"]
    return [row for row in rows if all(row[name] == value for name, value in where.items())]


def test_200_seeds_give_200_instances_of_both_branches(drawn):
    assert len({one.fingerprint for one in drawn}) >= 190
    assert 60 <= sum(one.branch == "ask" for one in drawn) <= 140
    assert sum(bool(one.decision["slip"]) for one in drawn) >= 15
    assert {one.decision["language"] for one in drawn} == {"en", "nl", "de", "fr"}


def test_only_what_the_requester_wrote_tells_the_twins_apart(start):
    for seed in range(8):
        pair = {one.branch: one for one in (draw(start, FAMILY, seed, flip=flip).instance for flip in (0, 1))}
        plain = {one.instruction.replace(one.facts["ticket"], "…") for one in pair.values()}
        assert (set(pair), len(plain)) == (set(BRANCHES), 1)
        with start.reading() as (session, _):
            for branch, one in pair.items():
                (ticket,) = one.target["ticket"]
                words = [row.body for row in session.query(Comment).filter_by(ticket_id=ticket, author_role="end_user")]
                words += [row.content for row in session.query(Attachment).filter_by(ticket_id=ticket)]
                assert (one.decision["order"] in "\n".join(words)) == (branch == "solvable")


def test_they_have_two_orders_on_the_way_and_a_mistaken_number_is_somebody_elses(start, drawn):
    with start.reading() as (session, _):
        owners = {one.number: one.email.casefold() for one in session.query(ShopOrder)}
    for one in drawn:
        number, others, slip = (one.decision[name] for name in ("order", "others", "slip"))
        assert others
        assert {owners[other] for other in others} == {owners[number]}
        assert not slip or owners[slip] != owners[number]


def test_every_right_way_earns_everything_and_each_mistake_nothing(start, cases):
    assert set(cases) == {"solvable", "ask", "slip"}
    for one in cases.values():
        assert rule(start, one.task) == one.task.instance.decision
        assert one.solution.earned, missed(one.solution)
        assert all(way.earned for way in one.alternatives.values()), one.label
        for name, wrong in one.mistakes.items():
            assert not wrong.stopped, (one.label, name)
            assert (wrong.grade.reward, wrong.grade.passed) == (0.0, False), (one.label, name)


def test_they_are_asked_as_often_as_it_takes_and_answer_as_themselves(cases):
    for kind, times in (("solvable", 0), ("ask", 1), ("slip", 2)):
        one = cases[kind]
        (ticket,) = one.task.instance.target["ticket"]
        theirs = said(one.solution, ticket_id=ticket, author_role="end_user")
        ours = said(one.solution, ticket_id=ticket, author_role="agent", public=1)
        assert (len(theirs), len(ours)) == (times, times + 1)
        assert not theirs or one.task.instance.decision["order"] in theirs[-1]["body"]
        by = {entry.actor for entry in one.solution.record.entries if entry.operation == "requester_writes"}
        assert by <= {f"person:{one.task.instance.people[0].name}"}


def test_a_number_that_is_not_theirs_is_told_nothing(cases):
    one = cases["slip"]
    (ticket,) = one.task.instance.target["ticket"]
    decision = one.task.instance.decision
    first, second, last = (row["body"] for row in said(one.solution, ticket_id=ticket, author_role="agent", public=1))
    assert all(decision["tracking_number"] not in text for text in (first, second))
    assert decision["tracking_number"] in last


def test_who_is_asked_again_before_they_have_answered_is_nudged(cases):
    for kind in ("ask", "slip"):
        unmet = {item.id for item in cases[kind].mistakes["asked once too often"].grade.criteria if not item.satisfied}
        assert unmet & {"collateral", "pending", "ticket"}, kind


def test_solved_before_it_is_answered_is_wrong_by_its_order_alone(start, cases):
    one = cases["solvable"]

    def solved_first(worker):
        for call in one.solution.journal:
            hasty = {"status": "solved"} if call.operation == "update_ticket" else {}
            worker.call(call.operation, **call.arguments, **hasty)
        return one.solution.answer

    grade = through_tools(start, one.task, solved_first).grade
    unmet = {item.id for item in grade.criteria if not item.satisfied}
    assert unmet == {"before.reply.ticket", "answer.status"}


@pytest.mark.parametrize("agent", [Resilient, Naive])
def test_who_only_asks_for_news_has_not_answered_and_is_not_asked_again(cases, agent):
    with worlds.open("desk/ask-and-continue", seed=cases["ask"].task.seed, faults="T1") as episode:
        grade = episode.grade(agent(Desk.at(episode)).work())
        (ticket,) = episode.task.instance.target["ticket"]
        rows = [entry.after for entry in episode.record.entries if entry.table == "comment" and entry.kind == "insert"]
        roles = [row["author_role"] for row in rows if row["ticket_id"] == ticket and row["public"]]
    assert roles == ["end_user", "agent", "end_user", "agent"]
    assert grade.passed, [one.words for one in grade.criteria if not one.satisfied]


def test_whoever_may_call_only_so_often_a_day_asks_again_by_what_they_see_on_the_next(cases):
    with worlds.open("desk/ask-and-continue", seed=cases["slip"].task.seed, faults="F8") as episode:
        grade = episode.grade(Resilient(Desk.at(episode)).work())
        waits = [entry for entry in episode.journal if entry.operation == "wait"]
    assert len(waits) > 2
    assert grade.passed, [one.words for one in grade.criteria if not one.satisfied]
