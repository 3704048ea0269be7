"""Promises of handing records on: each told for itself, closed deals stay, what goes along with an account."""

import pytest
from tiny_crm import Crm
from tiny_deals import EARLY, FRENCH_DEAL, GBP_DEAL, OFFERED, QUOTE, WON_DEAL
from tiny_records import ANNA, ANNA_TWIN, BRAM, DONE, QUEUED, TILLEULS, WEB, WORKED, ZWAAN
from tiny_staff import LEAVER, OTHER_REP, REP, SDR

from worlds.crm import models
from worlds.crm.operations.approvals import submit_quote
from worlds.crm.operations.hand_over import hand_over, list_hand_overs
from worlds.crm.operations.ownership import transfer_records
from worlds.crm.operations.quote_lines import set_discount


def task(crm: Crm, at: int, **columns: object) -> None:
    """An open task of Daan's about the hotel, unless told otherwise."""
    given = {
        "kind": "task", "subject": "Call", "account_id": ZWAAN, "status": "open", "priority": "normal", "owner_id": REP,
        "zone": "Europe/Amsterdam", "created_by": "Daan Visser", "is_deleted": False, "search_text": "call",
        "created_at": crm.now, "updated_at": crm.now,
    }  # fmt: skip
    crm.add(models.Activity(id=at, **{**given, **columns}))


def test_a_book_is_handed_on_record_by_record_and_closed_deals_stay(crm: Crm) -> None:
    done = transfer_records(crm.as_("sales_ops"), "opportunity", [EARLY, WON_DEAL, 99, OFFERED], OTHER_REP)
    assert [one.error for one in done.items] == [None, "DEAL_CLOSED", "OPPORTUNITY_NOT_FOUND", None]
    assert (done.succeeded, done.failed, done.to_user_name) == (2, 2, "Camille Renard")
    assert [crm.held("opportunity", one, "owner_id") for one in (EARLY, WON_DEAL, OFFERED)] == [
        OTHER_REP, REP, OTHER_REP,
    ]  # fmt: skip
    assert crm.history("opportunity", EARLY) == [("owner_id", str(REP), str(OTHER_REP), "transfer")]


def test_an_account_takes_along_what_it_is_told_to(crm: Crm) -> None:
    task(crm, 71)
    task(crm, 72, status="done", done_at=crm.now)
    task(crm, 73, kind="note")
    task(crm, 74, owner_id=SDR)
    task(crm, 75, account_id=None, contact_id=ANNA)
    ctx = crm.as_("sales_ops")
    done = transfer_records(
        ctx, "account", [ZWAAN], OTHER_REP, with_contacts=True, with_open_deals=True, with_open_activities=True
    )
    item = done.items[0]
    assert (item.contacts_moved, item.deals_moved, item.closed_deals_kept) == (2, 3, 1)
    assert item.activities_moved == 2
    assert crm.rows("SELECT id FROM activity WHERE owner_id = ?", OTHER_REP) == [(71,), (75,)]
    assert [crm.held("contact", one, "owner_id") for one in (ANNA, BRAM)] == [OTHER_REP, OTHER_REP]
    assert crm.held("opportunity", WON_DEAL, "owner_id") == REP


def test_an_account_goes_alone_unless_told_otherwise(crm: Crm) -> None:
    task(crm, 71)
    done = transfer_records(crm.as_("sales_ops"), "account", [ZWAAN], OTHER_REP)
    assert (done.items[0].outcome, done.items[0].deals_moved) == ("moved", 0)
    assert crm.held("opportunity", EARLY, "owner_id") == REP
    assert crm.held("activity", 71, "owner_id") == REP


def test_a_locked_deal_is_told_as_refused_and_stops_nothing(crm: Crm) -> None:
    set_discount(crm.as_("rep"), QUOTE, 2_000, "They order for three years.")
    submit_quote(crm.as_("rep"), QUOTE, "They order for three years.")
    done = transfer_records(crm.as_("sales_ops"), "account", [ZWAAN], OTHER_REP, with_open_deals=True)
    assert (done.items[0].success, done.items[0].deals_moved, done.items[0].children_refused) == (True, 2, 1)
    assert crm.held("opportunity", OFFERED, "owner_id") == REP
    alone = transfer_records(crm.as_("sales_ops"), "opportunity", [OFFERED], OTHER_REP)
    assert alone.items[0].error == "APPROVAL_LOCK"


def test_leads_leave_their_queue_and_converted_ones_stay(crm: Crm) -> None:
    done = transfer_records(crm.as_("sales_ops"), "lead", [QUEUED, DONE, WORKED], SDR)
    assert [one.error for one in done.items] == [None, "LEAD_CONVERTED", None]
    assert crm.held("lead", QUEUED, "owner_id, queue_id, status") == (SDR, None, "assigned")
    assert crm.held("lead", WORKED, "owner_id, status") == (SDR, "working")


def test_what_is_theirs_already_is_no_change(crm: Crm) -> None:
    done = transfer_records(crm.as_("sales_ops"), "lead", [WEB], SDR)
    assert (done.items[0].outcome, done.succeeded) == ("unchanged", 1)
    assert not crm.history("lead", WEB)


def test_nobody_hands_on_what_they_may_not_change(crm: Crm) -> None:
    done = transfer_records(crm.as_("rep"), "account", [ZWAAN, TILLEULS], SDR)
    assert [one.error for one in done.items] == [None, "ACCOUNT_NOT_FOUND"]
    done = transfer_records(crm.as_("sales_manager"), "contact", [ANNA_TWIN], REP)
    assert done.succeeded == 1, "whoever leads the one who left hands on what is theirs"
    done = transfer_records(crm.as_("marketing"), "opportunity", [GBP_DEAL], SDR)
    assert done.items[0].error == "EDIT_NOT_PERMITTED"


@pytest.mark.parametrize(("to", "code"), [(LEAVER, "owner_inactive"), (99, "user_not_found")])
def test_records_go_to_somebody_who_is_here(crm: Crm, to: int, code: str) -> None:
    with crm.refuses(code, field="to_user_id"):
        transfer_records(crm.as_("sales_ops"), "opportunity", [EARLY], to)


def test_only_accounts_take_contacts_and_deals_along(crm: Crm) -> None:
    with crm.refuses("accounts_only", field="with_open_deals"):
        transfer_records(crm.as_("sales_ops"), "contact", [ANNA], SDR, with_open_deals=True)
    with crm.refuses("record_twice", field="record_ids"):
        transfer_records(crm.as_("sales_ops"), "contact", [ANNA, ANNA], SDR)


# Handing matters over


def test_a_matter_is_handed_to_a_role_and_its_people_find_it(crm: Crm) -> None:
    before = crm.held("opportunity", FRENCH_DEAL, "owner_id, updated_at")
    made = hand_over(
        crm.as_("rep"), "opportunity", FRENCH_DEAL, "outside_policy", "They ask for 30 per cent.", to_role="vp"
    )
    assert (made.number, made.to_role, made.author_name) == ("HO-101", "vp", "Daan Visser")
    assert crm.rows("SELECT kind, record_id, reason, message, author_id FROM hand_over") == [
        ("opportunity", FRENCH_DEAL, "outside_policy", "They ask for 30 per cent.", REP),
    ]
    assert crm.held("opportunity", FRENCH_DEAL, "owner_id, updated_at") == before
    assert [one.number for one in list_hand_overs(crm.as_("vp"), mine=True).items] == ["HO-101"]


def test_hand_overs_are_seen_by_who_may_open_the_record_and_by_both_sides(crm: Crm) -> None:
    hand_over(crm.as_("rep"), "account", ZWAAN, "needs_decision", "Which of the two stays?", to_user_id=OTHER_REP)
    assert list_hand_overs(crm.as_("rep", OTHER_REP), mine=True).total == 1
    assert list_hand_overs(crm.as_("rep")).total == 1
    hand_over(crm.as_("sales_ops"), "account", TILLEULS, "other", "Look at it, please.", to_role="finance")
    assert list_hand_overs(crm.as_("rep")).total == 1, "Daan may not open the account"
    assert list_hand_overs(crm.as_("finance"), kind="account", record_id=TILLEULS).total == 1


def test_a_matter_goes_to_one_who_is_here_and_is_about_something(crm: Crm) -> None:
    ctx = crm.as_("rep")
    with crm.refuses("one_recipient", field="to_role"):
        hand_over(ctx, "lead", WEB, "other", "Hm.", to_user_id=SDR, to_role="vp")
    with crm.refuses("owner_inactive", field="to_user_id"):
        hand_over(ctx, "lead", WEB, "other", "Hm.", to_user_id=LEAVER)
    with crm.refuses("record_not_found", field="record_id"):
        hand_over(ctx, "quote", 99, "other", "Hm.", to_role="vp")
