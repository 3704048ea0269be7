"""Promises of approvals: who decides a discount, what is locked meanwhile, and how it ends."""

import pytest
from tiny_crm import Crm
from tiny_deals import LOST, OFFERED, QUOTE, TENT
from tiny_staff import FINANCE, MANAGER, OTHER_MANAGER, REP, VP

from worlds.crm import WORLD
from worlds.crm.operations.approvals import (
    answer_question,
    approver_asks,
    approver_decides,
    ask_about_approval,
    decide_approval,
    get_approval,
    list_approvals,
    recall_approval,
    submit_quote,
)
from worlds.crm.operations.lines import add_line
from worlds.crm.operations.opportunities import change_stage, get_opportunity, update_opportunity
from worlds.crm.operations.quote_lines import add_quote_line, set_discount
from worlds.crm.operations.quotes import create_quote, get_quote, present_quote, update_quote
from worlds.crm.rules import APPROVAL_LIFE
from worlds.crm.selling import approvals

WHY = "They order for three years."


def submitted(crm: Crm, discount: int = 2_200, role: str = "rep") -> int:
    """A request about the quote with a discount; its id."""
    set_discount(crm.as_(role), QUOTE, discount, WHY)
    return submit_quote(crm.as_(role), QUOTE, WHY).approval_id


def state(crm: Crm) -> tuple[str, int]:
    """The quote's status, and whether its deal is locked."""
    return crm.held("quote", QUOTE, "status"), crm.held("opportunity", OFFERED, "approval_lock")


def approver(crm: Crm, approval: int) -> int:
    return int(crm.held("approval_request", approval, "approver_id"))


# -- who decides --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("discount", "who"), [(1_001, [MANAGER]), (2_000, [MANAGER]), (2_001, [VP, FINANCE]), (2_200, [VP, FINANCE])]
)
def test_the_discount_says_who_decides(crm: Crm, discount: int, who: list[int]):
    approval = submitted(crm, discount)
    for person in who:
        (waiting,) = list_approvals(crm.as_("rep"), state="pending").items
        assert (waiting.approver_id, state(crm)) == (person, ("in_review", 1))
        role = crm.held("crm_user", person, "role")
        decide_approval(crm.as_(role, person), waiting.approval_id, "approved", "All right.")
    assert state(crm) == ("approved", 0)
    assert get_approval(crm.as_("rep"), approval).quote_status == "approved"
    assert [one.level for one in list_approvals(crm.as_("rep"), quote_id=QUOTE).items] == [
        {MANAGER: 1, VP: 2, FINANCE: 3}[person] for person in reversed(who)
    ]


def test_nobody_is_asked_what_they_decide_themselves(crm: Crm):
    set_discount(crm.as_("sales_manager"), QUOTE, 2_000, WHY)
    with crm.refuses("approval_not_needed", field="quote_id"):
        submit_quote(crm.as_("sales_manager"), QUOTE, WHY)
    approval = submitted(crm, 2_200, "vp")
    assert (approver(crm, approval), crm.count("approval_request")) == (FINANCE, 1)
    decide_approval(crm.as_("finance"), approval, "approved")
    assert state(crm) == ("approved", 0)


def test_the_nearest_above_is_asked_or_who_stands_in(crm: Crm):
    crm.db.execute("UPDATE crm_user SET away_until = '2026-03-20' WHERE id = ?", (MANAGER,))
    assert approver(crm, submitted(crm, 1_500)) == OTHER_MANAGER
    crm.db.execute("UPDATE crm_user SET active = 0 WHERE id = ?", (OTHER_MANAGER,))
    recall_approval(crm.as_("rep"), 1)
    with crm.refuses("no_approver", field="quote_id"):
        submit_quote(crm.as_("rep"), QUOTE, WHY)
    crm.db.execute("UPDATE crm_user SET away_until = '2026-03-15' WHERE id = ?", (MANAGER,))
    assert approver(crm, submit_quote(crm.as_("rep"), QUOTE, WHY).approval_id) == MANAGER


def test_who_stands_in_reads_what_they_are_asked(crm: Crm):
    crm.db.execute("UPDATE crm_user SET away_until = '2026-03-20' WHERE id = ?", (MANAGER,))
    approval = submitted(crm, 1_500)
    ctx = crm.as_("sales_manager", OTHER_MANAGER)
    with crm.refuses("opportunity_not_found"):
        get_opportunity(ctx, OFFERED)
    assert get_approval(ctx, approval).discount == get_quote(ctx, QUOTE).discount == 1_500
    assert decide_approval(ctx, approval, "approved").state == "approved"
    with crm.refuses("approval_not_found", field="approval_id"):
        get_approval(crm.as_("rep", 4), approval)


def test_only_who_is_asked_decides(crm: Crm):
    approval = submitted(crm)
    with crm.refuses("not_your_decision", field="approval_id"):
        decide_approval(crm.as_("finance"), approval, "approved")
    with crm.refuses("not_your_decision", field="approval_id"):
        ask_about_approval(crm.as_("sales_manager"), approval, "Why?")
    assert "rep" not in decide_approval.roles
    assert decide_approval(crm.as_("admin"), approval, "approved").state == "approved"
    with crm.refuses("approval_closed", field="approval_id"):
        decide_approval(crm.as_("vp"), approval, "rejected")


def test_nobody_decides_their_own_request(crm: Crm):
    approval = submitted(crm, 1_500, "admin")
    with crm.refuses("own_request", field="approval_id"):
        decide_approval(crm.as_("admin"), approval, "approved")


# -- the lock -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["rep", "vp", "admin"])
def test_a_request_locks_quote_and_deal(crm: Crm, role: str):
    submitted(crm)
    ctx = crm.as_(role)
    for call in (
        lambda: set_discount(ctx, QUOTE, 900, WHY),
        lambda: add_quote_line(ctx, QUOTE, TENT, 1),
        lambda: update_quote(ctx, QUOTE, notes="Now."),
        lambda: present_quote(ctx, QUOTE),
        lambda: submit_quote(ctx, QUOTE, WHY),
        lambda: create_quote(ctx, OFFERED),
        lambda: add_line(ctx, OFFERED, TENT, 1),
        lambda: update_opportunity(ctx, OFFERED, next_step="Now."),
        lambda: change_stage(ctx, OFFERED, LOST, "price"),
    ):
        with crm.refuses("approval_lock", field="opportunity_id"):
            call()
    assert get_opportunity(ctx, OFFERED).approval_lock
    assert get_quote(ctx, QUOTE).locked


def test_between_two_steps_the_lock_stays(crm: Crm):
    first = submitted(crm)
    decide_approval(crm.as_("vp"), first, "approved")
    assert state(crm) == ("in_review", 1)
    (waiting,) = list_approvals(crm.as_("finance"), approver_id=FINANCE).items
    assert (waiting.level, waiting.submission, waiting.asked_by_id, waiting.reason) == (3, 1, REP, WHY)


# -- questions ----------------------------------------------------------------------------------------------------


def test_a_question_is_answered_and_then_decided(crm: Crm):
    approval = submitted(crm)
    with crm.refuses("no_question_open", field="approval_id"):
        answer_question(crm.as_("rep"), approval, "They do.")
    asked = ask_about_approval(crm.as_("vp"), approval, "For how many seasons?")
    assert (asked.open_question, asked.state) == (True, "pending")
    with crm.refuses("own_question", field="approval_id"):
        answer_question(crm.as_("vp"), approval, "Three.")
    with crm.refuses("not_your_request", field="approval_id"):  # who sells in the territory may read it, no more
        answer_question(crm.as_("sdr"), approval, "As many as you like.")
    told = answer_question(crm.as_("rep"), approval, "Three, says their order of 2 March.")
    assert (told.open_question, [(one.kind, one.author_name) for one in told.messages]) == (
        False, [("question", "Helena Brandt"), ("answer", "Daan Visser")],
    )  # fmt: skip
    assert decide_approval(crm.as_("vp"), approval, "approved").state == "approved"


def test_an_approver_acts_in_their_own_time_and_tells_so(crm: Crm):
    approval = submitted(crm)
    helena = crm.as_system("Helena Brandt")
    asked = approver_asks(helena, QUOTE, "For how many seasons?")
    assert (asked.open_question, asked.messages[0].author_name) == (True, "Helena Brandt")
    answer_question(crm.as_("rep"), approval, "Three.")
    done = approver_decides(helena, QUOTE, "approved", "Fine by me.")
    assert (done.state, done.comment, state(crm)) == ("approved", "Fine by me.", ("in_review", 1))
    with crm.refuses("not_your_decision", field="approval_id"):
        approver_decides(helena, QUOTE, "approved", "And for finance as well.")
    approver_decides(crm.as_system("Ruben Mulder"), QUOTE, "approved", "The margin is all right.")
    assert state(crm) == ("approved", 0)
    with crm.refuses("no_approval_pending", field="quote_id"):
        approver_decides(helena, QUOTE, "rejected", "No.")
    assert not approver_asks.doors | approver_decides.doors | approver_decides.roles
    assert WORLD.operations["approver_decides"].writing


# -- how it ends --------------------------------------------------------------------------------------------------


def test_what_was_approved_is_presented_as_it_is(crm: Crm):
    submitted(crm)
    for name in ("Helena Brandt", "Ruben Mulder"):
        approver_decides(crm.as_system(name), QUOTE, "approved", "Yes.")
    with crm.refuses("quote_not_draft", field="quote_id"):
        set_discount(crm.as_("rep"), QUOTE, 2_500)
    done = present_quote(crm.as_("rep"), QUOTE)
    assert (done.status, done.discount, done.total) == ("presented", 2_200, 206_544)


def test_a_rejected_quote_is_a_draft_again(crm: Crm):
    approval = submitted(crm)
    told = decide_approval(crm.as_("vp"), approval, "rejected", "Too much.")
    assert (told.state, told.comment, state(crm)) == ("rejected", "Too much.", ("draft", 0))
    with crm.refuses("approval_needed", field="quote_id"):
        present_quote(crm.as_("rep"), QUOTE)


def test_a_recalled_request_leaves_a_draft_that_may_need_nobody(crm: Crm):
    approval = submitted(crm)
    with crm.refuses("not_your_request", field="approval_id"):
        recall_approval(crm.as_("cs_manager"), approval)
    assert recall_approval(crm.as_("rep"), approval).state == "recalled"
    assert state(crm) == ("draft", 0)
    assert not set_discount(crm.as_("rep"), QUOTE, 900).approval_needed
    with crm.refuses("approval_not_needed", field="quote_id"):
        submit_quote(crm.as_("rep"), QUOTE, WHY)
    assert present_quote(crm.as_("rep"), QUOTE).total == 240_968
    assert crm.count("approval_request") == 1
    with crm.refuses("approval_closed"):
        recall_approval(crm.as_("rep"), approval)


def test_what_is_submitted_again_is_a_submission_of_its_own(crm: Crm):
    recall_approval(crm.as_("rep"), submitted(crm))
    again = submit_quote(crm.as_("rep"), QUOTE, "They order for four years.")
    assert (again.submission, again.number) == (2, "AP-302")
    assert crm.held("quote", QUOTE, "discount_reason") == "They order for four years."


def test_a_request_that_nobody_decides_lapses(crm: Crm):
    approval = submitted(crm)
    crm.now += APPROVAL_LIFE
    crm.wait(minutes=-1)
    assert approvals.lapse(crm.as_system()) == 0
    crm.wait(minutes=1)
    assert approvals.lapse(crm.as_system()) == 1
    assert (crm.held("approval_request", approval, "state"), state(crm)) == ("lapsed", ("draft", 0))
    assert approvals.lapse(crm.as_system()) == 0


def test_requests_are_listed_by_what_they_are(crm: Crm):
    approval = submitted(crm)
    for role in ("rep", "sales_manager", "vp", "finance"):
        (row,) = list_approvals(crm.as_(role), opportunity_id=OFFERED, asked_by_id=REP).items
        assert (row.approval_id, row.number, row.quote_number, row.asked_by_name) == (
            approval, "AP-301", "Q-2031", "Daan Visser",
        )  # fmt: skip
    assert list_approvals(crm.as_("rep"), state="approved").total == 0
    assert list_approvals(crm.as_("rep", 4)).total == 0
