"""Promises of the set-up: colleagues, queues, stages and rules as they are, and rules that administrators keep."""

import json
from typing import Any

import pytest
from tiny_crm import Crm
from tiny_deals import EARLY, LOST
from tiny_records import HARBOUR, QUEUED, WEB, ZWAAN
from tiny_staff import CLOSED_QUEUE, LEAVER, MANAGER, OTHER_REP, QUEUE, REP, SDR

from worlds.crm.operations.automation import (
    list_duplicate_rules,
    list_workflow_rules,
    list_workflow_runs,
    switch_workflow_rule,
)
from worlds.crm.operations.policies import get_policy, list_policies
from worlds.crm.operations.rule_keeping import (
    create_assignment_rule,
    create_validation_rule,
    list_assignment_rules,
    list_validation_rules,
    update_assignment_rule,
    update_validation_rule,
)
from worlds.crm.operations.setup import get_user, list_queues, list_stages, list_users
from worlds.crm.population.staffing import STAGES
from worlds.crm.records import assigning, changing, heads

KEY_ACCOUNTS_CALL = json.dumps({"all": [{"field": "tier", "is": "key"}, {"field": "phone", "empty": True}]})


# What there is


def test_colleagues_are_listed_with_those_who_left(crm: Crm) -> None:
    everybody = list_users(crm.as_("rep"), page_size=100)
    assert everybody.total == crm.count("crm_user")
    (gone,) = list_users(crm.as_("rep"), active=False).items
    assert (gone.user_id, gone.active, gone.manager_name) == (LEAVER, False, "Marit de Jong")
    assert {one.user_id for one in list_users(crm.as_("rep"), role="rep", team_id=2).items} == {OTHER_REP}
    assert [one.user_id for one in list_users(crm.as_("rep"), query="vissér daan").items] == [REP]


def test_a_colleague_is_shown_with_what_they_own(crm: Crm) -> None:
    shown = get_user(crm.as_("sales_ops"), REP)
    assert (shown.accounts, shown.open_deals, shown.closed_deals, shown.open_leads) == (4, 4, 1, 1)
    assert (shown.territories, shown.queues) == (["Netherlands"], [])
    boss = get_user(crm.as_("sales_ops"), MANAGER)
    assert (boss.queues, {one.user_id for one in boss.reports}) == (["New leads North"], {REP, SDR})
    with crm.refuses("user_not_found", field="user_id"):
        get_user(crm.as_("rep"), 99)


def test_queues_tell_who_takes_from_them_and_what_waits(crm: Crm) -> None:
    first, closed = list_queues(crm.as_("sdr")).queues
    assert (first.queue_id, first.waiting, {one.user_id for one in first.members}) == (QUEUE, 1, {SDR, MANAGER})
    assert (closed.queue_id, closed.active, closed.waiting, closed.waiting_since) == (CLOSED_QUEUE, False, 0, None)


def test_stages_tell_what_a_deal_needs(crm: Crm) -> None:
    (pipeline,) = list_stages(crm.as_("rep")).pipelines
    assert [one.name for one in pipeline.stages] == [one[0] for one in STAGES]
    lost = next(one for one in pipeline.stages if one.stage_id == LOST)
    assert (lost.kind, lost.probability, lost.required_fields) == ("lost", 0, ["loss_reason"])


def test_the_handbook_is_read_page_by_page(crm: Crm) -> None:
    pages = list_policies(crm.as_("finance")).items
    assert pages
    assert get_policy(crm.as_("rep"), pages[0].slug).text
    with crm.refuses("policy_not_found", field="slug"):
        get_policy(crm.as_("rep"), "nowhere")


def test_rules_are_open_to_everybody(crm: Crm) -> None:
    ctx = crm.as_("rep")
    assert [one.record_kind for one in list_validation_rules(ctx).rules] == ["account", "lead"]
    assert json.loads(list_workflow_rules(ctx).rules[0].actions)["task"]["subject"] == "Call the hot lead"
    first = list_duplicate_rules(ctx).rules[0]
    assert (first.action, first.method, first.likeness) == ("alert", "name_domain", 75)
    assert list_assignment_rules(ctx).rules == []


# Validation rules


def test_a_validation_rule_holds_from_now_on_until_it_is_put_out_of_use(crm: Crm) -> None:
    made = create_validation_rule(
        crm.as_("admin"), "Key accounts have a phone", "account", KEY_ACCOUNTS_CALL,
        "A key account has a phone number; enter it first.", field="phone", except_roles=["vp"],
    )  # fmt: skip
    rep = crm.as_("rep")
    with crm.refuses("validation_rule", field="phone") as said:
        changing.change(rep, "account", heads.account(rep, HARBOUR), {"tier": "key"})
    assert said.value.details == {"rule": "Key accounts have a phone"}  # type: ignore[attr-defined]  # pytest says it
    changing.change(rep, "account", heads.account(rep, ZWAAN), {"tier": "key"})
    changing.change(crm.as_("vp"), "account", heads.account(rep, HARBOUR), {"tier": "key"})
    off = update_validation_rule(crm.as_("admin"), made.validation_rule_id, active=False)
    assert (off.active, off.message) == (False, made.message)
    changing.change(rep, "account", heads.account(rep, HARBOUR), {"website": None})


@pytest.mark.parametrize(
    "condition",
    [
        "no json",
        "[]",
        "[" * 3000,
        "{}",
        '{"field": "tier"}',
        '{"field": "colour", "is": "red"}',
        '{"field": "tier", "is": "key", "in": ["key"]}',
        '{"field": "tier", "longer": 3}',
        '{"field": "employees", "more": "ten"}',
        '{"field": "employees", "is": true}',
        '{"field": "locked", "is": 1}',
        '{"field": "locked", "more": true}',
        '{"field": "name", "in": []}',
        '{"field": "name", "empty": "yes"}',
        '{"field": ["name"], "empty": true}',
        '{"all": [], "any": []}',
        '{"all": []}',
        '{"always": 1}',
        '{"not": {"not": {"not": {"not": {"not": {"always": true}}}}}}',
        '{"all": [{"field": "name", "contains": 5}]}',
    ],
)
def test_a_condition_that_cannot_be_asked_is_refused(crm: Crm, condition: str) -> None:
    with crm.refuses("condition_invalid", field="condition"):
        create_validation_rule(crm.as_("admin"), "Odd", "account", condition, "No.")


@pytest.mark.parametrize(
    ("condition", "keeps_back"),
    [
        ({"field": "amount", "more": 50_000}, True),
        ({"field": "close_date", "less": "2026-04-01"}, False),
        ({"field": "stage", "in": [STAGES[2][0].upper()]}, True),
        ({"field": "stage_kind", "is": "won"}, False),
        ({"field": "loss_reason", "is": None}, True),
        ({"any": [{"field": "approval_lock", "is": True}, {"field": "next_step", "starts": "writ"}]}, True),
        ({"not": {"field": "stage_since", "less": "2026-01-01"}}, False),
        ({"field": "owner_id", "changed": True}, False),
    ],
)
def test_what_is_asked_of_a_deal_decides(crm: Crm, condition: Any, *, keeps_back: bool) -> None:
    create_validation_rule(crm.as_("admin"), "Odd", "opportunity", json.dumps(condition), "It must not be so.")
    ctx = crm.as_("rep")
    deal = heads.opportunity(ctx, EARLY)
    if keeps_back:
        with crm.refuses("validation_rule"):
            changing.change(ctx, "opportunity", deal, {"next_step": "Write"})
    else:
        assert changing.change(ctx, "opportunity", deal, {"next_step": "Write"}).next_step == "Write"


def test_a_rule_has_a_name_of_its_own_and_fields_that_there_are(crm: Crm) -> None:
    ctx = crm.as_("admin")
    with crm.refuses("name_taken", field="name"):
        create_validation_rule(ctx, "Dead leads say why", "lead", '{"always": true}', "No.")
    with crm.refuses("field_unknown", field="field"):
        create_validation_rule(ctx, "Odd", "lead", '{"always": true}', "No.", field="name_norm")
    with crm.refuses("rule_not_found", field="validation_rule_id"):
        update_validation_rule(ctx, 99, active=False)


# Assignment rules


def test_the_first_assignment_rule_that_fits_decides(crm: Crm) -> None:
    ctx = crm.as_("sales_ops")
    create_assignment_rule(ctx, "Everything", '{"always": true}', 9, queue_id=QUEUE)
    french = create_assignment_rule(ctx, "French", '{"field": "country", "is": "FR"}', 1, user_id=OTHER_REP)
    assert [one.name for one in list_assignment_rules(ctx).rules] == ["French", "Everything"]
    assert assigning.decided(ctx, {"country": "FR"}) == {"owner_id": OTHER_REP}
    assert assigning.decided(ctx, {"country": "NL"}) == {"queue_id": QUEUE}
    update_assignment_rule(ctx, french.assignment_rule_id, active=False)
    assert assigning.decided(ctx, {"country": "FR"}) == {"queue_id": QUEUE}


def test_a_rule_that_names_somebody_who_left_is_not_asked(crm: Crm) -> None:
    ctx = crm.as_("sales_ops")
    create_assignment_rule(ctx, "Everything", '{"always": true}', 1, user_id=OTHER_REP)
    crm.db.execute("UPDATE crm_user SET active = 0 WHERE id = ?", (OTHER_REP,))
    assert assigning.decided(ctx, {"country": "NL"}) == {"queue_id": QUEUE}


def test_an_assignment_rule_gives_leads_to_one_place_that_is_there(crm: Crm) -> None:
    ctx = crm.as_("sales_ops")
    condition = '{"always": true}'
    with crm.refuses("one_receiver", field="user_id"):
        create_assignment_rule(ctx, "Odd", condition, 1, user_id=REP, queue_id=QUEUE)
    with crm.refuses("one_receiver", field="user_id"):
        create_assignment_rule(ctx, "Odd", condition, 1, user_id=REP, in_turn=True)
    with crm.refuses("owner_inactive", field="user_id"):
        create_assignment_rule(ctx, "Odd", condition, 1, user_id=LEAVER)
    with crm.refuses("queue_not_found", field="queue_id"):
        create_assignment_rule(ctx, "Odd", condition, 1, queue_id=CLOSED_QUEUE)
    made = create_assignment_rule(ctx, "Daan", condition, 1, user_id=REP)
    with crm.refuses("one_receiver", field="in_turn"):
        update_assignment_rule(ctx, made.assignment_rule_id, in_turn=True)
    with crm.refuses("rule_not_found", field="assignment_rule_id"):
        update_assignment_rule(ctx, 99, active=False)
    assert heads.lead(ctx, WEB).owner_id == SDR, "rules are asked about new leads"


# Workflow rules


def test_a_workflow_rule_acts_once_a_change_until_it_is_switched_off(crm: Crm) -> None:
    actions = json.dumps({"mail": {"to": "sales_manager", "subject": "A lead is hot"}, "task": {"subject": "Call"}})
    crm.db.execute("UPDATE workflow_rule SET actions = ?", (actions,))
    ctx = crm.as_("sdr")
    changing.change(ctx, "lead", heads.lead(ctx, WEB), {"rating": "hot"})
    mailed = crm.rows("SELECT to_address, subject, lead_id FROM outbox_email ORDER BY 1")
    assert mailed == [
        ("luc@larkfield.example", "A lead is hot", WEB),
        ("marit@larkfield.example", "A lead is hot", WEB),
    ]
    assert crm.rows("SELECT owner_id, lead_id, created_by FROM activity") == [(SDR, WEB, "workflow")]
    (told,) = list_workflow_runs(ctx, "lead", WEB).items
    assert (told.rule_name, told.done) == ("Hot leads are called", "mail, task")
    rule = switch_workflow_rule(crm.as_("admin"), 1, active=False)
    assert not rule.active
    changing.change(ctx, "lead", heads.lead(ctx, WEB), {"rating": "cold"})
    changing.change(ctx, "lead", heads.lead(ctx, WEB), {"rating": "hot"})
    assert list_workflow_runs(ctx, "lead", WEB).total == 1
    with crm.refuses("rule_not_found", field="workflow_rule_id"):
        switch_workflow_rule(crm.as_("admin"), 99, active=True)


def test_a_mail_to_the_owner_of_what_a_queue_owns_goes_to_nobody(crm: Crm) -> None:
    actions = json.dumps({"mail": {"to": "owner", "subject": "Hot"}})
    crm.db.execute("UPDATE workflow_rule SET actions = ?", (actions,))
    ctx = crm.as_("sdr")
    changing.change(ctx, "lead", heads.lead(ctx, QUEUED), {"rating": "hot"})
    assert crm.count("outbox_email") == 0
    changing.change(ctx, "lead", heads.lead(ctx, WEB), {"rating": "hot"})
    assert crm.rows("SELECT to_address FROM outbox_email") == [("timo@larkfield.example",)]
