"""Promises of goodwill and of the approvals that it needs above a limit."""

from datetime import timedelta

import pytest
from tiny_desk import ADMIN, ANNA, CARLA, CLOSED, LEAD, LIGHT, NOOR, OPEN, PENDING, SAM, START, Desk, person, refused

from worlds.desk.operations.approvals import (
    approval_lapses,
    approver_decides,
    ask_approval,
    decide_approval,
    get_approval,
    list_approvals,
    withdraw_approval,
)
from worlds.desk.operations.goodwill import give_credit, list_credits
from worlds.desk.operations.people import get_user, merge_users
from worlds.desk.operations.requests import get_request
from worlds.desk.operations.tickets import get_ticket
from worlds.desk.rules import APPROVAL_LIFE, GOODWILL_LIMITS

AGENT, TEAM_LEAD = GOODWILL_LIMITS["agent"], GOODWILL_LIMITS["team_lead"]


def asked(desk: Desk, amount: int = 6_000, approver: int = LEAD, ticket_id: int = OPEN) -> int:
    """A request for approval of Sam's; its id."""
    return ask_approval(desk.as_("agent"), ticket_id, amount, "Wrong invoice twice.", approver).approval_id


# -- goodwill -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "limit"), [("agent", AGENT), ("team_lead", TEAM_LEAD)])
def test_goodwill_up_to_the_limit_needs_nobody(desk: Desk, role: str, limit: int):
    ctx = desk.as_(role)
    assert refused(give_credit, ctx, OPEN, limit + 1) == "approval_needed"
    done = give_credit(ctx, OPEN, limit)
    assert (done.amount, done.user_id, done.approval_id) == (limit, CARLA, None)
    assert refused(give_credit, ctx, OPEN, 1) == "approval_needed"


def test_the_limit_counts_all_goodwill_on_a_ticket_whoever_gave_it(desk: Desk):
    give_credit(desk.as_("agent"), OPEN, AGENT - 100)
    assert refused(give_credit, desk.as_("agent", NOOR), OPEN, 101) == "approval_needed"
    give_credit(desk.as_("agent", NOOR), OPEN, 100)
    give_credit(desk.as_("agent"), PENDING, AGENT)
    assert desk.one("SELECT sum(amount) FROM goodwill_credit WHERE ticket_id = ?", OPEN) == AGENT


def test_administrators_have_no_limit_and_apps_give_nothing(desk: Desk):
    assert give_credit(desk.as_("admin"), OPEN, 50_000).amount == 50_000
    assert "integration" not in give_credit.roles
    assert "light_agent" not in give_credit.roles


def test_a_credit_is_written_down_where_it_is_looked_for(desk: Desk):
    done = give_credit(desk.as_("agent"), OPEN, 1_500)
    ctx = desk.as_("agent")
    assert list_credits(ctx, ticket_id=OPEN).items == list_credits(ctx, user_id=CARLA).items == [done]
    assert get_user(ctx, CARLA).credits == [done]
    assert [head.number for head in get_ticket(ctx, OPEN).credits] == [done.number]
    assert get_ticket(ctx, OPEN).audits[0].events[0].after == "15.00 EUR"
    assert desk.mails() == []
    assert refused(give_credit, ctx, CLOSED, 100) == "ticket_closed"


def test_goodwill_is_remembered_when_records_are_merged(desk: Desk):
    done = give_credit(desk.as_("agent"), OPEN, 1_500)
    merge_users(desk.as_("team_lead"), ANNA, CARLA)
    assert get_user(desk.as_("agent"), ANNA).credits == [done]


def test_a_credit_above_the_limit_takes_an_approval_of_at_least_the_amount(desk: Desk):
    ctx, approval = desk.as_("agent"), asked(desk)
    assert refused(give_credit, ctx, OPEN, 6_000, approval) == "approval_not_given"
    decide_approval(desk.as_("team_lead"), approval, "approved", "Fine.")
    assert refused(give_credit, ctx, OPEN, 6_001, approval) == "above_approval"
    assert refused(give_credit, ctx, PENDING, 6_000, approval) == "approval_of_another_ticket"
    assert refused(give_credit, ctx, OPEN, 6_000) == "approval_needed"
    assert refused(give_credit, ctx, OPEN, 6_000, 99) == "approval_not_found"
    assert give_credit(ctx, OPEN, 6_000, approval).approval_id == approval
    assert refused(give_credit, ctx, OPEN, 100, approval) == "approval_used"


@pytest.mark.parametrize("end", ["denied", "withdrawn", "lapsed"])
def test_an_approval_that_was_not_given_allows_nothing(desk: Desk, end: str):
    approval = asked(desk)
    if end == "denied":
        decide_approval(desk.as_("team_lead"), approval, "denied", "No.")
    elif end == "withdrawn":
        withdraw_approval(desk.as_("agent"), approval)
    else:
        approval_lapses(desk.as_system(), approval)
    assert get_approval(desk.as_("agent"), approval).status == end
    assert refused(give_credit, desk.as_("agent"), OPEN, 6_000, approval) == "approval_not_given"
    assert refused(decide_approval, desk.as_("team_lead"), approval, "approved", "Yes.") == "approval_closed"


def test_an_approved_credit_leaves_the_own_limit_untouched(desk: Desk):
    approval = asked(desk)
    decide_approval(desk.as_("team_lead"), approval, "approved", "Fine.")
    give_credit(desk.as_("agent"), OPEN, 6_000, approval)
    assert give_credit(desk.as_("agent"), OPEN, AGENT).approval_id is None


# -- approvals ----------------------------------------------------------------------------------------------------


def test_a_request_is_mailed_to_whoever_decides_and_stands_on_the_ticket(desk: Desk):
    approval = asked(desk)
    shown = get_approval(desk.as_("light_agent"), approval)
    assert (shown.status, shown.asked_by, shown.approver_name, shown.ticket_number) == (
        "pending", "Sam Okafor", "Ines Duarte", 48_202,
    )  # fmt: skip
    assert [(kind, to) for kind, to, *_ in desk.mails()] == [("approval", "ines@larkfield.example")]
    assert [head.status for head in get_ticket(desk.as_("agent"), OPEN).approvals] == ["pending"]
    assert list_approvals(desk.as_("agent"), status="pending", approver_id=LEAD, ticket_id=OPEN).total == 1
    assert desk.ticket(OPEN) == "open"
    assert "Wrong invoice" not in get_request(desk.as_("requester", CARLA), OPEN).model_dump_json()


def test_only_somebody_who_may_allow_it_is_asked(desk: Desk):
    for who in (SAM, NOOR, LIGHT, ANNA, 999):
        assert refused(asked, desk, 6_000, who) == "approver_not_found"
    assert refused(asked, desk, TEAM_LEAD + 1, LEAD) == "above_approver_limit"
    assert refused(ask_approval, desk.as_("team_lead"), OPEN, 5_000, "Why not.", LEAD) == "own_request"
    desk.db.execute("UPDATE desk_user SET away_until = '2026-03-20' WHERE id = ?", (LEAD,))
    assert refused(asked, desk, 6_000, LEAD) == "approver_away"
    assert asked(desk, TEAM_LEAD + 1, ADMIN) == 1
    assert refused(asked, desk, 100, ADMIN, CLOSED) == "ticket_closed"


def test_a_ticket_has_one_request_at_a_time(desk: Desk):
    approval = asked(desk)
    assert refused(asked, desk) == "approval_pending"
    withdraw_approval(desk.as_("agent"), approval)
    assert asked(desk) != approval


def test_a_request_is_taken_back_by_whoever_made_it_or_a_lead(desk: Desk):
    approval = asked(desk)
    assert refused(withdraw_approval, desk.as_("agent", NOOR), approval) == "not_your_request"
    assert withdraw_approval(desk.as_("team_lead"), approval).status == "withdrawn"


def test_a_request_is_decided_by_whoever_was_asked_or_an_administrator(desk: Desk):
    person(desk, 30, "Rafael Sol", "rafael@larkfield.example", role="team_lead")
    approval = asked(desk)
    assert refused(decide_approval, desk.as_("team_lead", 30), approval, "approved", "Yes.") == "not_your_decision"
    assert decide_approval(desk.as_("admin"), approval, "denied", "Too much.").answer == "Too much."
    own = ask_approval(desk.as_("admin"), PENDING, 5_000, "Late.", LEAD).approval_id
    assert refused(decide_approval, desk.as_("admin"), own, "approved", "Mine.") == "own_request"
    large = asked(desk, TEAM_LEAD + 1, ADMIN)
    assert refused(decide_approval, desk.as_("team_lead"), large, "approved", "Yes.") == "not_your_decision"


def test_an_approver_answers_in_their_own_time_and_the_ticket_knows(desk: Desk):
    approval = asked(desk)
    desk.wait(hours=5)
    done = approver_decides(desk.as_system("Ines Duarte"), OPEN, "denied", "Not for an invoice.")
    assert (done.approval_id, done.status, done.answer) == (approval, "denied", "Not for an invoice.")
    assert done.decided_at == START + timedelta(hours=5)
    audit = get_ticket(desk.as_("agent"), OPEN).audits[0]
    assert (audit.actor_name, audit.events[0].before, audit.events[0].after) == ("Ines Duarte", "pending", "denied")
    assert (
        refused(approver_decides, desk.as_system("Ines Duarte"), OPEN, "approved", "Oh well.") == "approval_not_found"
    )


def test_a_request_lapses_unless_somebody_has_answered(desk: Desk):
    approval = asked(desk)
    (due, operation, arguments, _) = desk.later[-1]
    assert (due, operation, arguments) == (START + APPROVAL_LIFE, "approval_lapses", {"approval_id": approval})
    decide_approval(desk.as_("team_lead"), approval, "approved", "Fine.")
    assert approval_lapses(desk.as_system(), approval).status == "approved"
