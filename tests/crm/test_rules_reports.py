"""Promises of reports: sums of what one may open, in euros at dated rates, and promises counted in hours of work."""

from datetime import timedelta

from tiny_crm import START, Crm
from tiny_deals import (
    ANALYSIS,
    EARLY,
    GBP_DEAL,
    LAMP,
    LOST,
    OFFERED,
    PRICES,
    PROPOSAL,
    PROSPECTING,
    QUALIFICATION,
    STANDARD,
    STERLING,
    TENT,
)  # fmt: skip
from tiny_records import QUEUED, WEB, ZWAAN
from tiny_staff import OTHER_REP, REP, SDR

from worlds.crm import models
from worlds.crm.operations.opportunities import change_stage
from worlds.crm.operations.reports import activities_report, forecast_report, leads_report, pipeline_report

LAMPS = 20 * PRICES[STANDARD][LAMP]
FURNITURE = 10 * PRICES[STANDARD][TENT] + 4 * PRICES[STANDARD][LAMP]
TENTS_IN_POUNDS = 30 * PRICES[STERLING][TENT]


def test_the_pipeline_adds_up_open_deals_by_stage_in_euros(crm: Crm) -> None:
    told = pipeline_report(crm.as_("rep"), owner_id=REP)
    pounds = (TENTS_IN_POUNDS * 1_190_000 + 500_000) // 1_000_000
    assert (told.deals, told.amount) == (4, LAMPS + FURNITURE + pounds)
    (early,) = [one for one in told.stages if one.stage_id == ANALYSIS]
    assert (early.deals, early.amount, early.weighted) == (1, LAMPS, LAMPS * 20 // 100)
    assert [one.stage_id for one in told.stages] == [PROSPECTING, QUALIFICATION, ANALYSIS, PROPOSAL]


def test_the_rate_is_that_of_the_day_on_which_a_deal_closes(crm: Crm) -> None:
    crm.db.execute("UPDATE opportunity SET close_date = '2026-03-31' WHERE id = ?", (GBP_DEAL,))
    told = pipeline_report(crm.as_("rep"), close_to=START.date() + timedelta(days=15))
    assert told.amount == (TENTS_IN_POUNDS * 1_170_000 + 500_000) // 1_000_000
    crm.db.execute("UPDATE opportunity SET close_date = '2025-12-31', currency = 'CHF' WHERE id = ?", (GBP_DEAL,))
    late = pipeline_report(crm.as_("rep"), close_to=START.date())
    assert (late.deals, late.amount, late.without_rate, late.overdue) == (0, 0, 1, 1)


def test_everybody_sees_the_sums_of_what_they_may_open(crm: Crm) -> None:
    everything, theirs = pipeline_report(crm.as_("vp")), pipeline_report(crm.as_("rep", OTHER_REP))
    assert (everything.deals, theirs.deals) == (5, 1)
    assert pipeline_report(crm.as_("vp"), team_id=2).deals == 1
    with crm.refuses("team_not_found", field="team_id"):
        pipeline_report(crm.as_("vp"), team_id=99)


def test_the_forecast_of_a_quarter_is_by_owner_and_category(crm: Crm) -> None:
    change_stage(crm.as_("rep"), GBP_DEAL, LOST, loss_reason="price")
    crm.db.execute("UPDATE opportunity SET close_date = '2026-04-20' WHERE id = ?", (GBP_DEAL,))
    told = forecast_report(crm.as_("vp"), "2026-Q2")
    assert (str(told.first), str(told.last)) == ("2026-04-01", "2026-06-30")
    assert [one.owner_name for one in told.owners] == ["Camille Renard", "Daan Visser"]
    daan = told.owners[1]
    assert (daan.best_case, daan.pipeline, daan.commit, daan.closed) == (FURNITURE, LAMPS, 0, 0)
    assert daan.quota == 15_000_000
    won = forecast_report(crm.as_("vp"), "2026-Q1", owner_id=REP)
    assert (won.closed, str(won.last)) == (5 * PRICES[STANDARD][TENT], "2026-03-31")
    assert str(forecast_report(crm.as_("vp"), "2026-Q4").last) == "2026-12-31"


def test_leads_are_counted_with_the_promise_in_hours_of_work(crm: Crm) -> None:
    crm.db.execute("UPDATE lead SET created_at = '2026-03-16T07:30:00Z', assigned_at = NULL")
    crm.db.execute("UPDATE lead SET first_touch_at = NULL")
    crm.wait(hours=4)
    told = leads_report(crm.as_("sales_ops"), days=1)
    assert told.leads == crm.count("lead")
    assert (told.kept, told.in_time, told.late) == (0, 0, told.leads)
    crm.db.execute("UPDATE lead SET first_touch_at = '2026-03-16T12:00:00Z' WHERE id = ?", (WEB,))
    crm.db.execute("UPDATE lead SET first_touch_at = '2026-03-16T12:01:00Z' WHERE id = ?", (QUEUED,))
    told = leads_report(crm.as_("sales_ops"), days=1)
    assert (told.kept, told.late) == (1, told.leads - 1)
    assert {one.name: one.count for one in told.by_status}["converted"] == told.converted == 1
    assert leads_report(crm.as_("rep", OTHER_REP), days=1).leads == 1


def test_activities_are_counted_by_who_did_them_and_notes_are_none(crm: Crm) -> None:
    given = {
        "subject": "x", "account_id": ZWAAN, "priority": "normal", "zone": "Europe/Amsterdam", "created_by": "x",
        "is_deleted": False, "search_text": "x", "created_at": START, "updated_at": START,
    }  # fmt: skip
    yesterday = START - timedelta(days=1)
    cases = (
        (1, "call", "done", REP, yesterday, None),
        (2, "email", "done", REP, yesterday, None),
        (3, "call", "done", SDR, yesterday, None),
        (4, "note", "done", REP, yesterday, None),
        (5, "task", "open", REP, None, yesterday),
        (6, "task", "open", REP, None, START + timedelta(days=1)),
        (7, "call", "done", REP, START - timedelta(days=9), None),
    )
    for at, kind, status, owner, done, due in cases:
        crm.add(
            models.Activity(id=at, kind=kind, status=status, owner_id=owner, done_at=done, due_at=due, **given)
        )  # fmt: skip
    told = activities_report(crm.as_("sales_ops"), days=7)
    assert (told.done, told.overdue) == (3, 1)
    daan = next(one for one in told.colleagues if one.owner_id == REP)
    assert (daan.calls, daan.emails, daan.tasks, daan.overdue) == (1, 1, 0, 1)
    assert activities_report(crm.as_("sales_ops"), days=30).done == 4


def test_reports_change_nothing(crm: Crm) -> None:
    before = crm.dump()
    pipeline_report(crm.as_("finance"))
    forecast_report(crm.as_("finance"), "2026-Q1")
    leads_report(crm.as_("marketing"))
    activities_report(crm.as_("cs_manager"))
    assert crm.dump() == before
    assert crm.held("opportunity", EARLY, "amount") == LAMPS
    assert crm.held("opportunity", OFFERED, "amount") == FURNITURE
