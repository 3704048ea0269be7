"""Promises of the family advance-deal: a quote by the right price book, and nothing made up on the way to it."""

import pytest
from sqlalchemy import select

from worlds.crm import WORLD
from worlds.crm.models import Account, Opportunity, OpportunityContactRole, OpportunityLine, PriceBook
from worlds.crm.tasks.advance_deal import book_for, lack
from worlds.engine.drawing import draw, rule
from worlds.engine.proofs.plays import Case, missed, through_browser, through_tools

FAMILY = WORLD.families["advance-deal"]
BRANCHES = {"solvable", "lacking"}
SEEDS = range(40)


@pytest.fixture(scope="module")
def cases(start):
    """An instance that can be done, and one for each thing that a deal may lack."""
    found = {}
    for seed in SEEDS:
        for flip in (0, 1):
            decision = draw(start, FAMILY, seed, flip=flip).instance.decision
            name = decision.get("lacks", "solvable")
            if name not in found:
                found[name] = Case.of(start, FAMILY, seed, flip=flip)
        if len(found) == 4:
            break
    return found


def written(play, table):
    """The rows of a table that the agent wrote in a play, as they were afterwards."""
    return [one.after for one in play.record.entries if one.actor == "agent" and one.table == table and one.after]


def bare(instance):
    """The words of a request without what it is about."""
    text = instance.instruction
    for name, value in instance.facts.items():
        text = text.replace(value, name)
    return text


def test_twins_are_worded_alike_and_each_of_three_things_may_be_missing(start, cases):
    assert cases.keys() == {"solvable", "close date", "decision maker", "lines"}
    for seed in range(6):
        pair = [draw(start, FAMILY, seed, flip=flip).instance for flip in (0, 1)]
        assert {one.branch for one in pair} == BRANCHES
        assert bare(pair[0]) == bare(pair[1])


def test_the_deals_own_price_book_is_often_another_than_the_accounts(start):
    own = other = 0
    with start.reading() as (session, _):
        for seed in SEEDS:
            for flip in (0, 1):
                one = draw(start, FAMILY, seed, flip=flip).instance
                if one.branch == "solvable":
                    deal = session.get_one(Opportunity, one.target["opportunity"][0])
                    own += deal.price_book_id == one.decision["book"]
                    other += deal.price_book_id != one.decision["book"]
    assert own >= 10
    assert other >= 10


def test_the_quote_has_the_deals_quantities_at_the_prices_of_the_accounts_book(start, cases):
    one = cases["solvable"]
    assert one.solution.earned, missed(one.solution)
    assert rule(start, one.task) == one.task.instance.decision
    quotes = written(one.solution, "quote")
    assert {row["status"] for row in quotes} == {"draft"}
    with start.reading() as (session, _):
        deal = session.get_one(Opportunity, one.task.instance.target["opportunity"][0])
        account = session.get_one(Account, deal.account_id)
        book = session.get_one(PriceBook, quotes[-1]["price_book_id"])
        assert book.name == book_for(account.kind, account.segment, account.currency)
        lines = session.scalars(select(OpportunityLine).where(OpportunityLine.opportunity_id == deal.id)).all()
        wanted = {line.product_id: line.quantity for line in lines}
    assert {row["product_id"]: row["quantity"] for row in written(one.solution, "quote_line")} == wanted


def test_what_a_deal_lacks_is_asked_of_its_owner_and_nothing_else_is_done(start, cases):
    for name in ("close date", "decision maker", "lines"):
        one = cases[name]
        assert one.solution.earned, missed(one.solution)
        (task,) = written(one.solution, "activity")
        with start.reading() as (session, _):
            deal = session.get_one(Opportunity, one.task.instance.target["opportunity"][0])
            assert task["owner_id"] == deal.owner_id
        assert name in task["body"]
        assert not written(one.solution, "quote")
        assert not written(one.solution, "opportunity")


def test_the_crm_lets_a_deal_pass_on_what_was_made_up_and_the_grader_does_not(cases):
    made_up = {"close date": "opportunity", "decision maker": "opportunity_contact_role", "lines": "opportunity_line"}
    for name, table in made_up.items():
        wrong = cases[name].mistakes["the other way"]
        assert written(wrong, table)
        assert "Q-" in wrong.answer.facts["quote"]
        assert wrong.grade.reward == 0.0


def test_a_deal_of_each_case_lacks_what_its_way_says_and_no_more(start):
    with start.reading() as (session, _):
        drawn = [draw(start, FAMILY, seed, flip=flip).instance for seed in SEEDS for flip in (0, 1)]
        for deal_id, branch in {(one.target["opportunity"][0], one.branch) for one in drawn}:
            deal = session.get_one(Opportunity, deal_id)
            deciders = session.scalars(
                select(OpportunityContactRole.role).where(OpportunityContactRole.opportunity_id == deal_id)
            )
            lines = session.scalars(select(OpportunityLine.id).where(OpportunityLine.opportunity_id == deal_id)).all()
            decided = bool({"decision_maker", "economic_buyer"} & set(deciders))
            missing = [deal.close_date.isoformat() < "2026-03-16", not decided, not lines]
            assert sum(missing) == (branch == "lacking")


def test_what_is_missing_is_named_in_the_order_in_which_stages_ask_for_it():
    facts = {"today": "2026-03-16"}
    assert lack(facts, "2026-03-15", decided=True, lines=True) == "close date"
    assert lack(facts, "2026-03-16", decided=False, lines=True) == "decision maker"
    assert lack(facts, "2026-03-16", decided=True, lines=False) == "lines"
    assert lack(facts, "2026-03-16", decided=True, lines=True) == ""


def test_another_total_in_the_answer_does_not_pass(start, cases):
    def misreported(worker):
        done = FAMILY.solve(worker)
        return done.model_copy(update={"facts": {**done.facts, "total": "1.00 EUR"}})

    assert not through_tools(start, cases["solvable"].task, misreported).grade.passed


@pytest.mark.browser
def test_both_branches_are_solved_in_the_browser(start, cases):
    for name in ("solvable", "close date"):
        browsed = through_browser(start, cases[name].task)
        assert browsed.earned, missed(browsed)
