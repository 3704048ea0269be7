"""Promises of sharing: owners let colleagues open their records, teams work on accounts, and rules have a history."""

import pytest
from tiny_crm import Crm
from tiny_deals import EARLY, FRENCH_DEAL
from tiny_records import CLAIRE, FRENCH, HARBOUR, QUEUED, TILLEULS, WEB, ZWAAN
from tiny_staff import ADMIN, LEAVER, OTHER_MANAGER, OTHER_REP, REP, SDR

from worlds.crm.operations.accounts import get_account, update_account
from worlds.crm.operations.automation import switch_workflow_rule
from worlds.crm.operations.contacts import get_contact
from worlds.crm.operations.history import list_field_history, list_setup_history
from worlds.crm.operations.leads import get_lead
from worlds.crm.operations.opportunities import get_opportunity, update_opportunity
from worlds.crm.operations.rule_keeping import (
    create_assignment_rule,
    create_validation_rule,
    update_assignment_rule,
    update_validation_rule,
)
from worlds.crm.operations.sharing import end_share, list_shares, remove_team_member, set_team_member, share_record

pytestmark = pytest.mark.usefixtures("lawful")
WHY = "Stands in for me in April."


def test_an_owner_shares_a_record_and_takes_that_back(crm: Crm):
    camille, daan = crm.as_("rep", OTHER_REP), crm.as_("rep")
    told = share_record(camille, "lead", FRENCH, REP, WHY)
    assert [(one.user_id, one.name, one.by, one.level, one.reason) for one in told.shares] == [
        (REP, "Daan Visser", "share", "read", WHY)
    ]
    assert (get_lead(daan, FRENCH).editable, told.owner_name) == (False, "Camille Renard")
    share_record(camille, "lead", FRENCH, REP, WHY, "edit")
    assert get_lead(daan, FRENCH).editable
    assert end_share(camille, "lead", FRENCH, REP).shares == []
    with crm.refuses("lead_not_found"):
        get_lead(daan, FRENCH)
    with crm.refuses("share_not_found", field="user_id"):
        end_share(camille, "lead", FRENCH, REP)
    assert [(one.field, one.before, one.after) for one in list_field_history(camille, "lead", FRENCH).items] == [
        (f"share.{REP}", "edit", None), (f"share.{REP}", "read", "edit"), (f"share.{REP}", None, "read"),
    ]  # fmt: skip


def test_a_team_opens_an_account_with_its_contacts_and_deals(crm: Crm):
    luc, daan = crm.as_("sales_manager", OTHER_MANAGER), crm.as_("rep")
    told = set_team_member(luc, TILLEULS, REP, "service")
    assert [(one.by, one.part, one.level) for one in told.shares] == [("team", "service", "read")]
    assert [one.part for one in get_account(daan, TILLEULS).team] == ["service"]
    assert get_contact(daan, CLAIRE).editable is get_account(daan, TILLEULS).editable is False
    with crm.refuses("edit_not_permitted"):
        update_opportunity(daan, FRENCH_DEAL, next_step="Call")
    set_team_member(luc, TILLEULS, REP, "service", "edit")
    assert update_opportunity(daan, FRENCH_DEAL, next_step="Call").version
    assert update_account(daan, TILLEULS, tier="key").tier == "key"
    assert remove_team_member(luc, TILLEULS, REP).shares == []
    with crm.refuses("opportunity_not_found"):
        get_opportunity(daan, FRENCH_DEAL)
    with crm.refuses("share_not_found", field="user_id"):
        remove_team_member(luc, TILLEULS, REP)


def test_only_who_answers_for_a_record_shares_it(crm: Crm):
    """Timo sells where the hotel is; he works on it, and it is Daan's."""
    sdr = crm.as_("sdr")
    with crm.refuses("owner_not_permitted", field="record_id"):
        share_record(sdr, "account", ZWAAN, OTHER_REP, WHY)
    with crm.refuses("owner_not_permitted", field="account_id"):
        set_team_member(sdr, ZWAAN, SDR, "mine", "edit")
    with crm.refuses("opportunity_not_found", field="record_id"):
        share_record(sdr, "opportunity", FRENCH_DEAL, SDR, WHY)
    share_record(crm.as_("sales_manager"), "opportunity", EARLY, OTHER_REP, WHY)
    share_record(crm.as_("sales_ops"), "account", HARBOUR, OTHER_REP, WHY)
    share_record(sdr, "lead", WEB, OTHER_REP, WHY)
    assert share_record(sdr, "lead", QUEUED, OTHER_REP, WHY).owner_name is None
    assert "finance" not in share_record.roles | set_team_member.roles


def test_records_are_shared_with_who_is_here_and_while_nobody_has_them(crm: Crm):
    with crm.refuses("owner_inactive", field="user_id"):
        share_record(crm.as_("rep"), "account", ZWAAN, LEAVER, WHY)
    with crm.refuses("user_not_found", field="user_id"):
        set_team_member(crm.as_("rep"), ZWAAN, 99, "service")
    with crm.refuses("account_not_found", field="record_id"):
        list_shares(crm.as_("rep"), "account", TILLEULS)


def test_the_rules_of_the_house_have_a_history(crm: Crm):
    admin, always = crm.as_("admin"), '{"always": true}'
    made = create_validation_rule(admin, "Nobody", "lead", '{"field": "country", "is": "XX"}', "No such country.")
    update_validation_rule(admin, made.validation_rule_id, active=False)
    given = create_assignment_rule(crm.as_("sales_ops"), "All", always, 9, user_id=ADMIN)
    update_assignment_rule(crm.as_("sales_ops"), given.assignment_rule_id, position=7)
    switch_workflow_rule(admin, 1, active=False)
    told = list_setup_history(crm.as_("vp"))
    assert [(one.kind, one.field, one.before, one.after, one.actor_name) for one in told.items] == [
        ("workflow_rule", "active", "1", "0", "Eva Kolar"), ("assignment_rule", "position", "9", "7", "Wout Hermans"),
        ("assignment_rule", "created", None, "All", "Wout Hermans"),
        ("validation_rule", "active", "1", "0", "Eva Kolar"),
        ("validation_rule", "created", None, "Nobody", "Eva Kolar"),
    ]  # fmt: skip
    assert list_setup_history(admin, kind="workflow_rule", changed_from=crm.now.date()).total == 1
    assert "rep" not in list_setup_history.roles
