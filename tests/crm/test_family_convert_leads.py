"""Promises of the family convert-leads: who is known goes into what is there, blanks are filled and nothing is lost."""

import pytest
from sqlalchemy import select

from worlds.crm import WORLD
from worlds.crm.models import Account, Contact, Lead, PhoneNumber
from worlds.crm.rulings.convert_leads import lead_of, mended
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, through_browser

FAMILY = WORLD.families["convert-leads"]
BRANCHES = ("solvable", "not_qualified", "unknown")
SEEDS = range(60)


@pytest.fixture(scope="module")
def cases(start):
    """An instance of each branch: a seed's own and its twins."""
    found = [Case.of(start, FAMILY, 2, flip=flip) for flip in range(3)]
    return {one.task.instance.branch: one for one in found}


@pytest.fixture(scope="module")
def drawn(start):
    """Instances of many seeds."""
    return [draw(start, FAMILY, seed).instance for seed in SEEDS]


def written(play, table, kind="update"):
    """The rows of a table that the agent changed or made in a play, as they were afterwards."""
    entries = [one for one in play.record.entries if one.root.startswith("agent:") and one.table == table]
    return [one.after for one in entries if one.after and (one.before is None) == (kind == "insert")]


def test_each_branch_is_right_in_a_third_of_the_instances_and_most_of_them_differ(drawn):
    shares = {branch: sum(one.branch == branch for one in drawn) for branch in BRANCHES}
    assert set(shares.values()) == {len(SEEDS) // 3}
    leads = {tuple(sorted(lead["lead"] for lead in one.decision["leads"])) for one in drawn}
    assert len(leads) > 40


def test_every_instance_has_a_lead_of_the_queue_with_a_slip_and_a_word_that_would_be_lost(start, drawn):
    with start.reading() as (session, _):
        for one in drawn:
            converted = [lead for lead in one.decision["leads"] if not lead["why"]]
            assert any(lead["owner"] and lead["email"] for lead in converted)
            assert any(lead["lost"] for lead in converted)
            for lead in converted:
                contact = session.get_one(Contact, lead["contact"])
                assert contact.name_norm == session.get_one(Lead, lead["lead"]).name_norm
                assert contact.account_id == lead["account"]
                assert not session.get_one(Account, lead["account"]).locked


def test_leads_are_found_by_name_and_firm(start, drawn):
    with start.reading() as (session, _):
        for one in drawn:
            named = [lead_of(session, one.facts[who]) for who in ("first", "second", "third")]
            assert named == [lead["lead"] for lead in one.decision["leads"]]
            assert one.target["lead"] == named


def test_a_slip_at_the_end_of_an_address_is_mended_and_nothing_else_of_it():
    assert mended("ada@hof,example") == "ada@hof.example"
    assert mended("Ada@hof.exmaple") == "Ada@hof.example"
    assert mended("ada.exmple@hof.example") == "ada.exmple@hof.example"
    assert mended(None) is None


@pytest.mark.parametrize("branch", BRANCHES)
def test_who_may_be_converted_is_and_numbers_stay(start, cases, branch):
    one = cases[branch]
    assert one.solution.earned, missed(one.solution)
    decision = one.task.instance.decision
    assert rule(start, one.task) == decision
    for table in ("account", "contact", "phone_number", "opportunity"):
        assert not written(one.solution, table, "insert")
    assert not written(one.solution, "phone_number")
    due = {lead["lead"] for lead in decision["leads"] if not lead["why"]}
    done = {row["id"] for row in written(one.solution, "lead") if row["status"] == "converted"}
    assert done == due
    assert len(due) == (3 if branch == "solvable" else 2)


def test_what_a_record_says_stays_and_what_the_form_says_is_noted(start, cases):
    one = cases["solvable"]
    notes = {row["contact_id"]: row["body"] for row in written(one.solution, "activity", "insert")}
    with start.reading() as (session, _):
        for lead in one.task.instance.decision["leads"]:
            held = session.scalars(select(PhoneNumber.value).where(PhoneNumber.contact_id == lead["contact"])).all()
            for value in lead["lost"].values():
                assert value in notes[lead["contact"]]
                assert value not in held


def test_the_crm_lets_an_unqualified_lead_be_converted_and_the_grader_does_not(cases):
    wrong = cases["not_qualified"].mistakes["the other way"]
    assert sum(row["status"] == "converted" for row in written(wrong, "lead")) == 3
    assert wrong.grade.reward == 0.0


def test_whoever_is_not_known_would_become_a_new_account_and_contact(cases):
    wrong = cases["unknown"].mistakes["the other way"]
    assert written(wrong, "account", "insert")
    assert written(wrong, "contact", "insert")
    assert wrong.grade.reward == 0.0


def test_a_slip_that_stays_makes_a_second_contact(cases):
    for one in cases.values():
        wrong = one.mistakes["second contact"]
        assert written(wrong, "contact", "insert")
        assert wrong.grade.reward == 0.0


@pytest.mark.browser
def test_every_branch_is_solved_in_the_browser(start, cases):
    for one in cases.values():
        browsed = through_browser(start, one.task)
        assert browsed.earned, missed(browsed)
