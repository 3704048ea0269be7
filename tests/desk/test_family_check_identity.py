"""Promises of the family check-identity: two of three agree, or nothing of the order is told."""

import pytest
from families import made

from worlds.desk import WORLD
from worlds.desk.models import ShopOrder
from worlds.desk.tasks.casework import receivers
from worlds.desk.tasks.check_identity import is_proven
from worlds.desk.tasks.identity_words import CODE_WORDS
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, through_browser

FAMILY = WORLD.families["check-identity"]
BRANCHES = ("solvable", "ask")


@pytest.fixture(scope="module")
def cases(start):
    """An instance of each branch: a seed's own and its twin."""
    pair = [Case.of(start, FAMILY, 3, flip=flip) for flip in (0, 1)]
    return {one.task.instance.branch: one for one in pair}


def test_twins_are_worded_alike(start):
    for seed in range(12):
        pair = [draw(start, FAMILY, seed, flip=flip).instance for flip in (0, 1)]
        plain = [one.instruction.replace(one.facts["ticket"], "") for one in pair]
        assert plain[0].replace(pair[0].facts["reference"], "") == plain[1].replace(pair[1].facts["reference"], "")
        assert {one.branch for one in pair} == set(BRANCHES)


@pytest.mark.parametrize(
    ("words", "address", "proven"),
    [
        ("LK-12345, postcode 1068 VD.", "a@example.com", True),
        ("LK-12345 (1068vd)", "a@example.com", True),
        ("LK-12345, Ann Bos", "ann@example.org", True),
        ("LK-12345, Ann Bos, who has always been Ann Bos", "a@example.com", False),
        ("LK-11068, VD Bos", "a@example.com", False),
        ("LK-12345, postcode 1068 VE", "a@example.com", False),
    ],
)
def test_beside_the_number_the_address_or_the_postcode_has_to_agree(words, address, proven):
    assert is_proven(words, address, "Ann@example.org", "1068 VD") == proven


def test_whoever_has_proven_it_is_told_and_the_ticket_stays_with_who_took_it(start, cases):
    one = cases["solvable"]
    assert one.solution.earned, missed(one.solution)
    assert rule(start, one.task) == one.task.instance.decision
    (said,) = [row["body"] for row in made(one.solution, "comment") if row["public"]]
    assert one.task.instance.decision["tracking_number"] in said
    ended = [entry.after for entry in one.solution.record.entries if entry.table == "ticket"][-1]
    assert (ended["status"], ended["assignee_id"]) == ("open", one.task.actor.person)


def test_whoever_has_not_is_told_nothing_of_the_order_and_asked_for_the_postcode(start, cases):
    one = cases["ask"]
    assert one.solution.earned, missed(one.solution)
    assert rule(start, one.task) == one.task.instance.decision
    (said,) = [row["body"] for row in made(one.solution, "comment") if row["public"]]
    with start.reading() as (session, _):
        order = session.query(ShopOrder).filter_by(number=one.task.instance.decision["order"]).one()
        kept = [one.task.instance.decision["tracking_number"], order.email, order.postal_code, order.number]
    assert not [fact for fact in kept if fact in said]
    assert CODE_WORDS[one.task.instance.decision["language"]][0] in said
    assert [entry.after for entry in one.solution.record.entries if entry.table == "ticket"][-1]["status"] == "pending"


def test_everybody_writes_from_another_address_than_the_orders(start):
    with start.reading() as (session, _):
        for seed in range(12):
            one = draw(start, FAMILY, seed).instance
            (told,) = receivers(session, one.target["ticket"][0])
            assert told.address.casefold() != one.decision["email"].casefold()


def test_each_mistake_commits_something_and_earns_nothing(cases):
    for one in cases.values():
        for name, wrong in one.mistakes.items():
            assert wrong.committed, (one.label, name)
            assert not wrong.stopped, (one.label, name)
            assert wrong.grade.reward == 0.0, (one.label, name)


@pytest.mark.browser
def test_both_branches_are_solved_in_the_browser(start, cases):
    for one in cases.values():
        browsed = through_browser(start, one.task)
        assert browsed.earned, missed(browsed)
