"""Promises of the family import-list: what fails is mended where that is known, and nobody comes in a second time."""

import pytest
from sqlalchemy import select

from worlds.crm import WORLD
from worlds.crm.models import Consent, Lead
from worlds.crm.rulings.import_list import contacts_with, leads_with, rows_of
from worlds.crm.tasks.fair_lists import COLUMNS
from worlds.crm.tasks.import_list import list_in, slip
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, through_browser

FAMILY = WORLD.families["import-list"]
BRANCHES = ("solvable", "nobody", "contact")
SEEDS = range(60)


@pytest.fixture(scope="module")
def cases(start):
    """An instance of each branch: a seed's own and its twins."""
    found = [Case.of(start, FAMILY, 1, flip=flip) for flip in range(3)]
    return {one.task.instance.branch: one for one in found}


@pytest.fixture(scope="module")
def drawn(start):
    """Instances of many seeds."""
    return [draw(start, FAMILY, seed).instance for seed in SEEDS]


def written(play, table):
    """The rows of a table as a play left them."""
    found = {}
    for one in play.record.entries:
        if one.root.startswith("agent:") and one.table == table and one.after:
            found[one.after["id"]] = one.after
    return list(found.values())


def test_each_branch_is_right_in_a_third_of_the_instances_and_every_list_is_another(drawn):
    shares = {branch: sum(one.branch == branch for one in drawn) for branch in BRANCHES}
    assert set(shares.values()) == {len(SEEDS) // 3}
    assert len({list_in(one.facts) for one in drawn}) == len(SEEDS)


def test_a_list_has_twenty_to_thirty_rows_of_which_one_has_no_company_in_every_branch(drawn):
    for one in drawn:
        rows = rows_of(one.facts)
        assert 18 <= len(rows) <= 32
        assert sum(not row["company"] for row in rows.values()) == 1
        assert all(row["last_name"] and row["phone"] for row in rows.values())
        assert one.facts["line_1"] == ";".join(COLUMNS)


def test_every_list_names_somebody_twice_somebody_without_an_address_and_somebody_who_has_objected(start, drawn):
    with start.reading() as (session, _):
        out = select(Consent.record_id).where(
            Consent.kind == "lead", Consent.channel == "email", Consent.state == "out"
        )
        objected = set(session.scalars(select(Lead.email_norm).where(Lead.id.in_(out))))
        for one in drawn:
            rows = list(rows_of(one.facts).values())
            addresses = [row["email"].casefold() for row in rows]
            assert len(set(addresses)) == len(rows) - 1
            assert addresses.count("") == 1
            agreeing = {row["email"] for row in rows if row["email_consent"] == "in"}
            assert agreeing & objected


def test_who_is_new_is_nobody_that_the_crm_has(start, drawn):
    with start.reading() as (session, _):
        for row in drawn[0].decision["created"]:
            assert not leads_with(session, [row["email"]])
            assert not contacts_with(session, [row["email"]])
            name = (Lead.first_name == row["first_name"]) & (Lead.last_name == row["last_name"])
            assert session.scalars(select(Lead.id).where(name)).first() is None


def test_slips_are_read_alike_by_whoever_mends_them():
    assert slip({"email": "ada @hof.example"}, "email") == {"email": "ada@hof.example"}
    assert slip({"country": "Germany"}, "country") == {"country": "DE"}
    assert slip({"employees": "1,200"}, "employees") == {"employees": "1200"}
    assert slip({"email": "ada@hof.example"}, "email") == {}


@pytest.mark.parametrize("branch", BRANCHES)
def test_rows_end_as_the_handbook_says(start, cases, branch):
    one = cases[branch]
    assert one.solution.earned, missed(one.solution)
    decision = one.task.instance.decision
    assert rule(start, one.task) == decision
    (job,) = written(one.solution, "import_job")
    rows = {row["line"]: row["status"] for row in written(one.solution, "import_row") if row["job_id"] == job["id"]}
    failed = {line for line, status in rows.items() if status == "failed"}
    assert failed == {*decision["known"], *decision["missing"]}
    assert len(written(one.solution, "lead")) == len(decision["created"])
    assert bool(decision["missing"]) == (branch == "nobody")


def test_the_row_without_a_company_is_known_in_two_ways_or_in_none(start, cases):
    with start.reading() as (session, _):
        for branch, one in cases.items():
            (odd,) = [row for row in rows_of(one.task.instance.facts).values() if not row["company"]]
            assert bool(leads_with(session, [odd["email"]])) == (branch == "solvable")
            assert bool(contacts_with(session, [odd["email"]])) == (branch == "contact")


def test_a_list_that_is_sent_again_makes_a_second_lead_of_who_has_no_address(cases):
    for one in cases.values():
        wrong = one.mistakes["sent again"]
        phones = [row["phone"] for row in written(wrong, "lead")]
        assert len(phones) == len(set(phones)) + 1
        assert wrong.grade.reward == 0.0


def test_the_crm_takes_the_lists_word_for_a_consent_and_the_grader_does_not(cases):
    for one in cases.values():
        wrong = one.mistakes["the list's word"]
        changed = [
            entry for entry in wrong.record.entries
            if entry.table == "consent" and entry.before and entry.before["state"] == "out"
        ]  # fmt: skip
        assert {entry.after["state"] for entry in changed} == {"in"}
        assert wrong.grade.reward == 0.0


def test_who_is_a_contact_can_be_forced_in_and_is_wrong_there(start, cases):
    for one in cases.values():
        wrong = one.mistakes["forced"]
        made = {row["email"] for row in written(wrong, "lead") if row["email"]}
        with start.reading() as (session, _):
            assert contacts_with(session, made)
        assert wrong.grade.reward == 0.0


@pytest.mark.browser
def test_every_branch_is_solved_in_the_browser(start, cases):
    for one in cases.values():
        browsed = through_browser(start, one.task)
        assert browsed.earned, missed(browsed)
