"""Promises of time that goes by: leads that nobody turns to change hands, and every night what has run out ends."""

from datetime import UTC, datetime, timedelta

import pytest
from tiny_crm import START, Crm
from tiny_deals import CONTRACT, OFFERED, QUOTE, WON_DEAL
from tiny_records import ANNA, QUEUED, WEB, WORKED, ZWAAN
from tiny_staff import LEAVER, MANAGER, REP, SDR

from worlds.crm import models
from worlds.crm.operations.leads import assign_lead
from worlds.crm.operations.passing_time import (
    first_hour,
    hour_strikes,
    look_after,
    next_night,
    night_falls,
    pass_on_leads,
)
from worlds.crm.records import working_hours
from worlds.crm.rules import LEAD_PROMISE_HOURS


def waits(crm: Crm, lead: int, since: datetime, owner: int = SDR) -> None:
    """A lead that was given to somebody then, and that nobody has turned to."""
    crm.db.execute(
        "UPDATE lead SET owner_id = ?, queue_id = NULL, status = 'assigned', assigned_at = ?, first_touch_at = NULL "
        "WHERE id = ?",
        (owner, since.strftime("%Y-%m-%dT%H:%M:%SZ"), lead),
    )
    crm.db.execute(
        "UPDATE lead SET first_touch_at = '2026-03-01T09:00:00Z' WHERE id <> ? AND status = 'assigned'", (lead,)
    )


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Hours


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-16T08:00", 4, "2026-03-16T12:00"),  # a Monday, at nine in Amsterdam
        ("2026-03-16T05:00", 4, "2026-03-16T12:00"),  # before work begins
        ("2026-03-16T14:00", 4, "2026-03-17T10:00"),  # two hours are left that day
        ("2026-03-16T18:00", 4, "2026-03-17T12:00"),  # after work
        ("2026-03-13T15:00", 4, "2026-03-16T11:00"),  # over a weekend
        ("2026-03-14T10:00", 8, "2026-03-16T16:00"),  # a whole day, to its last minute
        ("2026-03-27T15:00", 4, "2026-03-30T10:00"),  # over the night in which the clocks go forward
    ],
)
def test_hours_of_work_are_counted_by_the_clock_of_the_house(start: str, hours: int, end: str) -> None:
    assert working_hours.after(instant(start), hours) == instant(end)


# Leads


def test_a_lead_that_nobody_turned_to_in_four_hours_of_work_goes_to_the_next_in_turn(crm: Crm) -> None:
    waits(crm, WEB, START)
    crm.wait(hours=LEAD_PROMISE_HOURS - 1, minutes=59)
    assert pass_on_leads(crm.as_system("clock")) == 0
    crm.wait(minutes=1)
    assert pass_on_leads(crm.as_system("clock")) == 1
    assert crm.held("lead", WEB, "owner_id, status, assigned_at") == (MANAGER, "assigned", "2026-03-16T12:00:00Z")
    assert crm.history("lead", WEB)[-1] == ("owner_id", str(SDR), str(MANAGER), "lead_promise")
    assert crm.rows("SELECT to_address, lead_id FROM outbox_email") == [("marit@larkfield.example", WEB)]


def test_a_lead_goes_to_the_next_in_turn_once_unless_somebody_gives_it_anew(crm: Crm) -> None:
    waits(crm, WEB, START)
    crm.wait(days=1)
    assert pass_on_leads(crm.as_system("clock")) == 1
    crm.wait(days=1)
    assert pass_on_leads(crm.as_system("clock")) == 0, "it is not handed round"
    assign_lead(crm.as_("sales_ops"), WEB, owner_id=SDR)
    crm.wait(days=1)
    assert pass_on_leads(crm.as_system("clock")) == 1


def test_nights_and_weekends_do_not_count(crm: Crm) -> None:
    waits(crm, WEB, instant("2026-03-13T15:30"))
    assert pass_on_leads(crm.as_system("clock")) == 0
    crm.wait(hours=4)
    assert pass_on_leads(crm.as_system("clock")) == 1


def test_a_lead_that_somebody_turned_to_stays(crm: Crm) -> None:
    waits(crm, WEB, START)
    crm.db.execute("UPDATE lead SET first_touch_at = '2026-03-16T09:00:00Z' WHERE id = ?", (WEB,))
    crm.wait(days=1)
    before = crm.dump()
    assert pass_on_leads(crm.as_system("clock")) == 0
    assert crm.dump() == before
    assert crm.held("lead", WORKED, "owner_id") == REP
    assert crm.held("lead", QUEUED, "owner_id") is None, "what waits in a queue is nobody's promise"


def test_a_lead_stays_where_nobody_else_is_at_work(crm: Crm) -> None:
    waits(crm, WEB, START)
    crm.db.execute("UPDATE crm_user SET away_until = '2026-03-20' WHERE id = ?", (MANAGER,))
    crm.wait(days=1)
    assert pass_on_leads(crm.as_system("clock")) == 0
    assert crm.held("lead", WEB, "owner_id") == SDR
    crm.wait(days=4)
    assert pass_on_leads(crm.as_system("clock")) == 1, "on the day after the last one away they are back"


def test_whose_owner_is_in_no_queue_goes_by_the_assignment_rules(crm: Crm) -> None:
    waits(crm, WEB, START, owner=REP)
    crm.wait(days=1)
    assert pass_on_leads(crm.as_system("clock")) == 0
    crm.add(
        models.AssignmentRule(
            id=1, name="Dutch", position=1, condition='{"field": "country", "is": "NL"}', user_id=None, queue_id=1,
            in_turn=False, active=True,
        )
    )  # fmt: skip
    assert pass_on_leads(crm.as_system("clock")) == 1
    assert crm.held("lead", WEB, "owner_id") in {SDR, MANAGER}


def test_the_hour_comes_back_by_itself(crm: Crm) -> None:
    hour_strikes(crm.as_system("clock"))
    ((due, operation, arguments, _),) = crm.later
    assert (due, operation, arguments) == (START + timedelta(hours=1), "hour_strikes", {})
    assert first_hour(START + timedelta(minutes=20)) == START + timedelta(hours=1)


# Nights


def test_the_night_comes_at_two_by_the_clock_of_the_house(crm: Crm) -> None:
    assert next_night(START) == instant("2026-03-17T01:00")
    assert next_night(instant("2026-03-17T00:30")) == instant("2026-03-17T01:00")
    assert next_night(instant("2026-03-29T10:00")) == instant("2026-03-30T00:00"), "the clocks have gone forward"
    crm.now = instant("2026-03-17T01:00")
    night_falls(crm.as_system("clock"))
    assert [(one[0], one[1]) for one in crm.later] == [(instant("2026-03-18T01:00"), "night_falls")]


def test_quotes_expire_after_their_last_day(crm: Crm) -> None:
    for status in ("presented", "approved"):
        crm.db.execute("UPDATE quote SET status = ?, expires_on = '2026-03-16' WHERE id = ?", (status, QUOTE))
        assert look_after(crm.as_system("clock")).quotes == 0
        crm.wait(days=1)
        assert look_after(crm.as_system("clock")).quotes == 1
        assert crm.held("quote", QUOTE, "status") == "expired"
        assert crm.history("quote", QUOTE)[-1] == ("status", status, "expired", "expiry")
        crm.wait(days=-1)


def test_a_renewal_opens_ninety_days_before_a_contract_ends_and_once(crm: Crm) -> None:
    crm.db.execute("UPDATE contract SET ends = '2026-06-15' WHERE id = ?", (CONTRACT,))
    assert look_after(crm.as_system("clock")).renewals == 0
    crm.wait(days=1)
    assert look_after(crm.as_system("clock")).renewals == 1
    assert look_after(crm.as_system("clock")).renewals == 0
    made = crm.held("contract", CONTRACT, "renewal_opportunity_id")
    assert crm.held("opportunity", made, "kind, account_id, owner_id, close_date") == (
        "renewal", ZWAAN, REP, "2026-06-15",
    )  # fmt: skip
    assert made != WON_DEAL


def test_a_contract_ends_after_its_last_day(crm: Crm) -> None:
    crm.db.execute(
        "UPDATE contract SET ends = '2026-03-15', renewal_opportunity_id = ? WHERE id = ?", (OFFERED, CONTRACT)
    )
    assert look_after(crm.as_system("clock")).contracts == 1
    assert crm.held("contract", CONTRACT, "state") == "ended"


def test_the_bin_is_purged_after_fifteen_days(crm: Crm) -> None:
    crm.add(
        models.DeletedRecord(
            id=1, kind="contact", record_id=ANNA, title="Anna de Vries", deleted_by="Daan Visser", deleted_by_id=REP,
            state="in_bin", deleted_at=START, purge_at=START + timedelta(days=15),
        )
    )  # fmt: skip
    crm.wait(days=14, hours=23)
    assert look_after(crm.as_system("clock")).purged == 0
    crm.wait(hours=1)
    assert look_after(crm.as_system("clock")).purged == 1
    assert crm.held("deleted_record", 1, "state") == "purged"


def test_a_quiet_night_changes_nothing(crm: Crm) -> None:
    crm.db.execute("UPDATE crm_user SET active = 0 WHERE id = ?", (LEAVER,))
    before = crm.dump()
    done = look_after(crm.as_system("clock"))
    assert (done.quotes, done.approvals, done.renewals, done.contracts, done.purged) == (0, 0, 0, 0, 0)
    assert crm.dump() == before
