"""Promises of the family record-objection: an objection counts for a person, on all their records and no further."""

import pytest
from families import bare
from sqlalchemy import select

from worlds.crm import WORLD
from worlds.crm.models import Consent, Contact
from worlds.crm.rulings.record_objection import wish_of
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, through_browser

FAMILY = WORLD.families["record-objection"]
BRANCHES = ("solvable", "calls_only", "erasure")
SEEDS = range(9)


@pytest.fixture(scope="module")
def cases(start):
    """An instance of each branch: a seed's own and its twins."""
    found = [Case.of(start, FAMILY, 1, flip=flip) for flip in range(3)]
    return {one.task.instance.branch: one for one in found}


def written(play, table):
    """The rows of a table that the agent wrote in a play, as they were afterwards."""
    return [one.after for one in play.record.entries if one.actor == "agent" and one.table == table and one.after]


def test_twins_are_worded_alike_and_only_the_mail_differs(start):
    for seed in SEEDS:
        drawn = [draw(start, FAMILY, seed, flip=flip).instance for flip in range(3)]
        assert {one.branch for one in drawn} == set(BRANCHES)
        assert len({bare(one) for one in drawn}) == 1


def test_a_wish_is_read_by_its_words_in_every_language():
    wishes = {
        "Please do not write to me any more. We have all.": "letters",
        "Streichen Sie mich aus der Liste, bitte.": "list",
        "Je ne veux plus d'appels de votre part.": "calls",
        "Laat me dus met rust, per mail en per telefoon.": "alone",
        "Please delete everything that you have stored about me.": "erasure",
        "Thank you for the samples.": None,
    }
    assert {text: wish_of(text) for text in wishes} == wishes


def test_an_objection_stands_on_every_record_of_the_person_and_on_nobody_elses(start, cases):
    for branch in ("solvable", "calls_only"):
        one = cases[branch]
        assert one.solution.earned, missed(one.solution)
        decision = one.task.instance.decision
        assert rule(start, one.task) == decision
        contacts = set(decision["contacts"])
        assert len(contacts) + len(decision["leads"]) > 1
        said = {(row["kind"], row["record_id"], row["channel"]) for row in written(one.solution, "consent")}
        records = {("contact", key) for key in contacts} | {("lead", key) for key in decision["leads"]}
        assert {(kind, key) for kind, key, _ in said} <= records
        with start.reading() as (session, _):
            known = select(Consent).where(Consent.state == "out", Consent.record_id.in_(contacts))
            before = {(row.kind, row.record_id, row.channel) for row in session.scalars(known)}
            assert len({session.get_one(Contact, key).name_norm for key in contacts}) == 1
        assert {(*record, channel) for record in records for channel in decision["channels"]} <= said | before


def test_a_wish_to_be_erased_is_handed_over_and_nothing_is_set(cases):
    one = cases["erasure"]
    assert one.solution.earned, missed(one.solution)
    (passed_on,) = written(one.solution, "hand_over")
    assert (passed_on["reason"], passed_on["to_role"]) == ("privacy", "admin")
    assert not written(one.solution, "consent")


def test_what_the_world_lets_through_the_grader_does_not(cases):
    for one in cases.values():
        for name in ("the record that wrote", "both ways", "somebody else as well", "without the date"):
            wrong = one.mistakes[name]
            assert written(wrong, "consent") or written(wrong, "hand_over")
            assert wrong.grade.reward == 0.0, name


@pytest.mark.browser
def test_every_branch_is_solved_in_the_browser(start, cases):
    for one in cases.values():
        browsed = through_browser(start, one.task)
        assert browsed.earned, missed(browsed)
