"""Promises of the family merge-accounts: one firm becomes one account, the right one; another legal entity stays."""

import pytest

from worlds.crm import WORLD
from worlds.crm.models import Account, Consent, Contact
from worlds.crm.rulings.merge_accounts import entities, stays
from worlds.crm.tasks.doubled_firms import bare
from worlds.crm.tasks.merge_pages import digits, host
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, through_browser, through_tools

FAMILY = WORLD.families["merge-accounts"]
BRANCHES = ("solvable", "mixed", "entities")
SEEDS = range(9)


@pytest.fixture(scope="module")
def cases(start):
    """An instance of each branch: a seed's own and its twins."""
    found = [Case.of(start, FAMILY, 4, flip=flip) for flip in range(3)]
    return {one.task.instance.branch: one for one in found}


def written(play, table):
    """The rows of a table that the agent wrote in a play, as they were afterwards."""
    return [one.after for one in play.record.entries if one.actor == "agent" and one.table == table and one.after]


def bare_words(instance):
    """The words of a request without what it is about."""
    text = instance.instruction
    for name, value in instance.facts.items():
        text = text.replace(value, name)
    return text


def test_twins_are_worded_alike_and_only_the_registers_differ(start):
    with start.reading() as (session, _):
        for seed in SEEDS:
            drawn = [draw(start, FAMILY, seed, flip=flip).instance for flip in range(3)]
            assert {one.branch for one in drawn} == set(BRANCHES)
            assert len({bare_words(one) for one in drawn}) == 1
            for one in drawn:
                accounts = [session.get_one(Account, key) for key in one.target["account"]]
                numbers = {each.registration_number for each in accounts} - {None}
                assert (len(numbers) > 1) == (one.branch != "solvable")
                assert {each.owner_id for each in accounts} == {one.actor.person}


def test_two_hundred_seeds_are_about_forty_firms_at_least(start):
    targets = {str(draw(start, FAMILY, seed).instance.target) for seed in range(200)}
    assert len(targets) >= 40


def test_the_record_that_stays_is_not_the_one_that_the_preview_proposes(start, cases):
    one = cases["solvable"]
    assert one.solution.earned, missed(one.solution)
    decision = one.task.instance.decision
    assert rule(start, one.task) == decision
    with start.reading() as (session, _):
        accounts = [session.get_one(Account, key) for key in (decision["stays"], *decision["goes"])]
        assert max(accounts, key=lambda each: (each.updated_at, each.id)).id != decision["stays"]
    merged = {(row["winner_id"], row["loser_id"]) for row in written(one.solution, "merge_record")}
    assert {(decision["stays"], key) for key in decision["goes"]} <= merged
    wrong = one.mistakes["as proposed"]
    assert written(wrong, "merge_record")
    assert wrong.grade.reward == 0.0


def test_another_legal_entity_stays_and_is_handed_over_once(start, cases):
    for branch in ("mixed", "entities"):
        one = cases[branch]
        assert one.solution.earned, missed(one.solution)
        decision = one.task.instance.decision
        (passed_on,) = written(one.solution, "hand_over")
        assert (passed_on["reason"], passed_on["to_role"]) == ("different_legal_entities", "sales_ops")
        gone = {row["loser_id"] for row in written(one.solution, "merge_record") if row["kind"] == "account"}
        assert gone == set(decision["goes"])
        assert not gone & set(decision["others"])
        assert one.mistakes["the other way"].grade.reward == 0.0
        assert rule(start, one.task) == decision


def test_who_is_there_twice_is_one_afterwards_and_the_strictest_word_holds(start):
    seen = 0
    for seed in range(60):
        task = draw(start, FAMILY, seed)
        people = task.instance.decision["people"]
        if not people:
            continue
        play = through_tools(start, task, FAMILY.solve)
        assert play.earned, missed(play)
        with start.reading() as (session, _):
            for pair in people:
                records = [session.get_one(Contact, key) for key in (pair["stays"], *pair["goes"])]
                assert len({one.name_norm for one in records}) == 1
                said = session.query(Consent).where(Consent.kind == "contact", Consent.state == "out")
                out = {one.channel for one in said if one.record_id in {each.id for each in records}}
                now = {(row["record_id"], row["channel"]): row["state"] for row in written(play, "consent")}
                kept = {one.channel for one in said if one.record_id == pair["stays"]}
                assert {channel for channel in out if now.get((pair["stays"], channel)) == "out"} | kept == out
                seen += bool(out)
        if seen > 1:
            break
    assert seen > 1


def test_a_register_tells_firms_apart_and_two_marks_make_one():
    def firm(key, number=None, site=None, phone=None, street=None, customer=None):
        return Account(
            id=key, created_at=key, registration_number=number, domain_norm=site, phone_norm=phone,
            billing_street=street, billing_city="Gent", shop_customer=customer,
        )  # fmt: skip

    first, other = firm(1, "BE1", "eik.example", "32911", "Dam 1"), firm(2, "BE2", "eik.example", "32911", "Dam 1")
    double, doubtful = firm(3, site="eik.example", street="Dam 1", customer="C-1"), firm(4, site="eik.example")
    assert entities([first, other]) == [[first], [other]]
    assert entities([first, double]) == [[first, double]]
    assert entities([first, doubtful]) is None  # one mark is a hint alone
    assert entities([first, other, double]) is None
    assert stays([first, double]) == 3
    assert stays([doubtful, first]) == 1


def test_marks_are_compared_however_they_are_written():
    assert host("https://www.Eik.example/nl") == host("eik.example") == "eik.example"
    assert digits("+31 (0)9 10 66 97") == digits("09-106697")
    assert bare("Weinberg Freizeit GmbH & Co. KG") == "Weinberg Freizeit"
    assert bare("De Linde Trading N.V.") == "De Linde Trading"


@pytest.mark.browser
def test_every_branch_is_solved_in_the_browser(start, cases):
    for one in cases.values():
        browsed = through_browser(start, one.task)
        assert browsed.earned, missed(browsed)
