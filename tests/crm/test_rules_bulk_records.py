"""Promises of changing many records at once: alike or each for itself, by the same rules, told record by record."""

from datetime import timedelta

import pytest
from tiny_crm import Crm
from tiny_deals import BARE, EARLY, FRENCH_DEAL, GBP_DEAL, LOST, OFFERED, WON_DEAL
from tiny_records import ANNA, BRAM, CAMPAIGN, DONE, QUEUED, TILLEULS, WEB, WORKED, ZWAAN, ZWAAN_TWIN
from tiny_staff import LEAVER, OTHER_REP, REP

from worlds.crm.operations.bulk import FieldValue, OwnValues, bulk_update_records
from worlds.crm.population.staffing import STAGES
from worlds.engine.context import Context


def said(**values: str | None) -> list[FieldValue]:
    return [FieldValue(field=name, value=value) for name, value in values.items()]


def test_deals_are_closed_as_lost_together_and_each_says_why(crm: Crm) -> None:
    ctx = crm.as_("rep")
    own = [OwnValues(record_id=GBP_DEAL, changes=said(loss_reason="competitor"))]
    changes = said(stage=STAGES[LOST - 1][0].lower(), loss_reason="no_response")
    done = bulk_update_records(ctx, "opportunity", [EARLY, GBP_DEAL, WON_DEAL, FRENCH_DEAL], changes, own)
    assert [one.error for one in done.items] == [None, None, "DEAL_CLOSED", "OPPORTUNITY_NOT_FOUND"]
    assert (done.total, done.succeeded, done.failed) == (4, 2, 2)
    assert crm.held("opportunity", EARLY, "stage_id, loss_reason") == (LOST, "no_response")
    assert crm.held("opportunity", GBP_DEAL, "stage_id, loss_reason") == (LOST, "competitor")
    moved = crm.rows("SELECT opportunity_id FROM stage_history WHERE to_stage_id = ? ORDER BY 1", LOST)
    assert moved == [(EARLY,), (GBP_DEAL,)]


def test_a_deal_that_does_not_say_why_it_is_lost_fails_alone(crm: Crm) -> None:
    own = [OwnValues(record_id=EARLY, changes=said(loss_reason="timing"))]
    done = bulk_update_records(crm.as_("rep"), "opportunity", [EARLY, BARE], said(stage_id=str(LOST)), own)
    assert [one.success for one in done.items] == [True, False]
    assert (done.items[1].error, done.items[1].field) == ("REQUIRED_FOR_STAGE", "loss_reason")
    assert crm.held("opportunity", BARE, "stage_id, closed_at") == (1, None)


def test_changes_are_booked_as_bulk_and_what_is_so_already_is_no_change(crm: Crm) -> None:
    crm.db.execute("UPDATE account SET tier = 'key' WHERE id = ?", (ZWAAN_TWIN,))
    done = bulk_update_records(crm.as_("rep"), "account", [ZWAAN, ZWAAN_TWIN], said(tier="Key", employees="60"))
    assert [one.outcome for one in done.items] == ["changed", "changed"]
    assert crm.history("account", ZWAAN) == [("employees", None, "60", "bulk"), ("tier", "standard", "key", "bulk")]
    again = bulk_update_records(crm.as_("rep"), "account", [ZWAAN], said(tier="key"))
    assert (again.items[0].outcome, again.items[0].success) == ("unchanged", True)


def test_rules_of_the_house_hold_for_each_record(crm: Crm) -> None:
    done = bulk_update_records(crm.as_("sdr"), "lead", [WEB, WORKED], said(status="dead"))
    assert [one.error for one in done.items] == [None, "LEAD_NOT_FOUND"]
    crm.db.execute("UPDATE lead SET notes = NULL WHERE id = ?", (QUEUED,))
    done = bulk_update_records(crm.as_("sales_ops"), "lead", [QUEUED, DONE], said(status="dead"))
    assert [one.error for one in done.items] == ["VALIDATION_RULE", "LEAD_CONVERTED"]
    assert crm.held("lead", QUEUED, "status") == "new"


def test_owners_of_closed_deals_stay_also_here(crm: Crm) -> None:
    ids = [EARLY, WON_DEAL]
    done = bulk_update_records(crm.as_("sales_ops"), "opportunity", ids, said(owner_id=str(OTHER_REP)))
    assert [one.error for one in done.items] == [None, "DEAL_CLOSED"]
    assert crm.held("opportunity", WON_DEAL, "owner_id") == REP
    done = bulk_update_records(crm.as_("sales_ops"), "opportunity", [OFFERED], said(owner_id=str(LEAVER)))
    assert done.items[0].error == "OWNER_INACTIVE"


@pytest.mark.parametrize(
    ("kind", "key", "field", "value", "code"),
    [
        ("account", ZWAAN, "locked", "true", "field_unknown"),
        ("contact", ANNA, "do_not_call", "true", "field_unknown"),
        ("opportunity", EARLY, "amount", "5", "field_unknown"),
        ("account", ZWAAN, "tier", "golden", "value_invalid"),
        ("account", ZWAAN, "employees", "0", "value_invalid"),
        ("account", ZWAAN, "employees", "9" * 5000, "value_invalid"),
        ("account", ZWAAN, "country", "Netherlands", "value_invalid"),
        ("contact", ANNA, "title", "two\nlines", "value_invalid"),
        ("opportunity", EARLY, "close_date", "31.3.2026", "value_invalid"),
        ("lead", WEB, "status", "converted", "value_invalid"),
        ("lead", WEB, "campaign_id", "99", "campaign_not_found"),
    ],
)
def test_what_a_field_cannot_hold_is_refused_for_all(
    crm: Crm, kind: str, key: int, field: str, value: str, code: str
) -> None:
    with crm.refuses(code) as told:
        bulk_update_records(crm.as_("admin"), kind, [key], said(**{field: value}))
    assert told.value.field is not None  # type: ignore[attr-defined]  # it is pytest that says it


def test_records_are_named_once_and_single_changes_are_among_them(crm: Crm) -> None:
    ctx = crm.as_("admin")
    with crm.refuses("record_twice", field="record_ids"):
        bulk_update_records(ctx, "contact", [ANNA, ANNA], said(title="Owner"))
    with crm.refuses("record_not_among", field="own.0.record_id"):
        own = [OwnValues(record_id=BRAM, changes=said(title="Cook"))]
        bulk_update_records(ctx, "contact", [ANNA], said(title="Owner"), own)


def test_a_record_that_is_busy_fails_alone_and_can_be_sent_again(crm: Crm) -> None:
    ctx = crm.as_("admin")
    busy = iter([None, {"error": "record_busy", "message": "The record was busy; it was not changed."}])
    ctx = Context(
        ctx.session, ctx.now, ctx.actor, 1, "test", crm._next_id, crm._schedule, lambda _: next(busy, None)
    )  # fmt: skip
    done = bulk_update_records(ctx, "account", [ZWAAN, TILLEULS], said(tier="strategic"))
    assert [one.error for one in done.items] == [None, "RECORD_BUSY"]
    assert [crm.held("account", one, "tier") for one in (ZWAAN, TILLEULS)] == ["strategic", "standard"]
    assert bulk_update_records(ctx, "account", [TILLEULS], said(tier="strategic")).succeeded == 1


def test_values_are_emptied_and_dates_and_campaigns_are_set(crm: Crm) -> None:
    day = (crm.now + timedelta(days=30)).date().isoformat()
    bulk_update_records(crm.as_("rep"), "opportunity", [EARLY], said(close_date=day, next_step=None))
    assert crm.held("opportunity", EARLY, "close_date, next_step") == (day, None)
    bulk_update_records(crm.as_("sdr"), "lead", [WEB], said(campaign_id=str(CAMPAIGN), rating="hot"))
    assert crm.held("lead", WEB, "campaign_id, rating") == (CAMPAIGN, "hot")


def test_nothing_is_left_without_an_owner(crm: Crm) -> None:
    done = bulk_update_records(crm.as_("admin"), "lead", [WEB, QUEUED], said(owner_id=None))
    assert [one.error for one in done.items] == ["OWNER_AND_QUEUE", None]
    assert crm.held("lead", WEB, "owner_id IS NULL") == 0
    done = bulk_update_records(crm.as_("admin"), "account", [ZWAAN], said(owner_id=None))
    assert done.items[0].error == "REQUIRED_FIELD_MISSING"
