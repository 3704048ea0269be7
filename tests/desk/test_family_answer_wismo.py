"""Promises of the family answer-wismo: the parcel that is late is told of, the one that is missing is traced."""

from datetime import date

import pytest
from families import made

from worlds.desk import WORLD
from worlds.desk.models import ShopOrder, ShopParcel, Ticket
from worlds.desk.tasks.casework import MARKS
from worlds.desk.tasks.parcelwork import MONTHS, spoken_day, working_days_since
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, through_browser

FAMILY = WORLD.families["answer-wismo"]
BRANCHES = ("solvable", "trace")


@pytest.fixture(scope="module")
def cases(start):
    """An instance of each branch: a seed's own and its twin."""
    pair = [Case.of(start, FAMILY, 5, flip=flip) for flip in (0, 1)]
    return {one.task.instance.branch: one for one in pair}


def test_twins_are_worded_alike_and_differ_in_how_long_the_parcel_is_late(start):
    for seed in range(12):
        pair = [draw(start, FAMILY, seed, flip=flip).instance for flip in (0, 1)]
        plain = [one.instruction.replace(one.facts["ticket"], "") for one in pair]
        assert plain[0].replace(pair[0].facts["reference"], "") == plain[1].replace(pair[1].facts["reference"], "")
        late = {one.branch: working_days_since(one.decision["expected"], one.decision["today"]) for one in pair}
        assert set(late) == set(BRANCHES)
        assert late["solvable"] < 5 <= late["trace"]


def test_each_order_has_two_parcels_of_which_one_has_come(start):
    with start.reading() as (session, _):
        for seed in range(12):
            decision = draw(start, FAMILY, seed).instance.decision
            order = session.query(ShopOrder).filter_by(number=decision["order"]).one()
            parcels = session.query(ShopParcel).filter_by(order_id=order.id).all()
            come = {one.tracking_number: one.delivered_at is not None for one in parcels}
            assert come == {decision["other"]: True, decision["tracking_number"]: False}


def test_only_mondays_to_fridays_count():
    assert working_days_since("2026-03-06", "2026-03-09") == 1
    assert working_days_since("2026-03-09", "2026-03-16") == 5
    assert working_days_since("2026-03-10", "2026-03-16") == 4


def test_the_late_parcel_is_told_of_and_the_ticket_solved(start, cases):
    one = cases["solvable"]
    assert one.solution.earned, missed(one.solution)
    assert rule(start, one.task) == one.task.instance.decision
    said = [row for row in made(one.solution, "comment") if row["public"]]
    decision = one.task.instance.decision
    assert decision["tracking_number"] in said[0]["body"]
    assert spoken_day(decision["expected"], decision["language"]) in said[0]["body"]
    assert decision["other"] not in said[0]["body"]
    assert made(one.solution, "escalation") == []
    ended = [entry.after for entry in one.solution.record.entries if entry.table == "ticket"]
    assert ended[-1]["status"] == "solved"


def test_the_missing_parcel_is_traced_and_no_day_is_named(start, cases):
    one = cases["trace"]
    assert one.solution.earned, missed(one.solution)
    assert rule(start, one.task) == one.task.instance.decision
    (said,) = [row["body"] for row in made(one.solution, "comment") if row["public"]]
    assert not [name for name in MONTHS[one.task.instance.decision["language"]].split() if name in said]
    (up,) = made(one.solution, "escalation")
    assert up["reason"] == "needs_diagnosis"
    notes = [row["body"] for row in made(one.solution, "comment") if not row["public"]]
    assert notes[0].startswith("Diagnosis:")
    assert one.task.instance.decision["expected"] in notes[0]


def test_the_reply_is_in_the_language_of_the_ticket(start, cases):
    with start.reading() as (session, _):
        for one in cases.values():
            (mail,) = made(one.solution, "outbox_email")
            language = session.get_one(Ticket, one.task.instance.target["ticket"][0]).language
            assert set(MARKS[language]) & set(mail["body"].split())


def test_each_mistake_commits_something_and_earns_nothing(cases):
    for one in cases.values():
        for name, wrong in one.mistakes.items():
            assert wrong.committed, (one.label, name)
            assert not wrong.stopped, (one.label, name)
            assert wrong.grade.reward == 0.0, (one.label, name)


def test_a_hand_over_before_the_answer_is_wrong_by_its_order_alone(cases):
    grade = cases["trace"].mistakes["handed up first"].grade
    unmet = {item.id for item in grade.criteria if not item.satisfied}
    assert unmet == {"before.reply.diagnosis", "before.diagnosis.escalation"}


def test_a_day_is_spoken_as_people_of_each_language_do():
    day = date(2026, 3, 4).isoformat()
    spoken = {language: spoken_day(day, language) for language in MONTHS}
    assert spoken == {"en": "4 March 2026", "nl": "4 maart 2026", "de": "4. März 2026", "fr": "4 mars 2026"}


@pytest.mark.browser
def test_both_branches_are_solved_in_the_browser(start, cases):
    for one in cases.values():
        browsed = through_browser(start, one.task)
        assert browsed.earned, missed(browsed)
