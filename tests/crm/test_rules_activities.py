"""Promises of activities: what took place and what is planned, on whose clock, and who is left alone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tiny_crm import START, Crm
from tiny_deals import EARLY, FRENCH_DEAL, GBP_DEAL, OFFERED
from tiny_records import ANNA, ANNA_TWIN, BRAM, CLAIRE, GARETH, HARBOUR, TILLEULS, WEB, ZWAAN
from tiny_staff import LEAVER, OTHER_REP, REP, SDR

from worlds.crm.operations.activities import (
    add_note,
    get_activity,
    list_activities,
    log_call,
    log_email,
    send_email,
)
from worlds.crm.operations.opportunities import list_opportunities
from worlds.crm.operations.planning import (
    cancel_activity,
    complete_meeting,
    complete_task,
    create_task,
    reschedule_meeting,
    schedule_meeting,
    update_task,
)

TOMORROW_AT_TEN = datetime(2026, 3, 17, 10, 0, tzinfo=UTC)


def ids(page) -> list[int]:
    return [row.activity_id for row in page.items]


def last_day(crm: Crm, table: str, key: int) -> str | None:
    held: str | None = crm.held(table, key, "last_activity_on")
    return held


def objects(crm: Crm, contact: int, channel: str) -> None:
    """A contact has objected to a channel."""
    crm.db.execute(
        "INSERT INTO consent VALUES (?, 'contact', ?, ?, 'out', 'e-mail', NULL, '2026-03-01T08:00:00Z')",
        (100 + contact, contact, channel),
    )


# -- what took place ----------------------------------------------------------------------------------------------


def test_a_call_is_written_down_where_it_is_looked_for(crm: Crm):
    crm.wait(hours=3)
    done = log_call(
        crm.as_("rep"), "Prices", "reached", contact_id=GARETH, opportunity_id=GBP_DEAL,
        called_at=datetime(2026, 3, 16, 9, 30, tzinfo=UTC), duration=12, body="He wants thirty.",
    )  # fmt: skip
    assert (done.status, done.direction, done.outcome, done.account_id, done.owner_id) == (
        "done", "out", "reached", HARBOUR, REP,
    )  # fmt: skip
    assert (done.zone, done.local_time) == ("Europe/London", "2026-03-16 09:30")
    assert [(one.kind, one.title) for one in done.about] == [
        ("account", "Harbour Outdoor Ltd"), ("contact", "Gareth Lloyd"), ("opportunity", "D-1044 Summer range"),
    ]  # fmt: skip
    ctx = crm.as_("rep")
    for where in ({"contact_id": GARETH}, {"opportunity_id": GBP_DEAL}, {"account_id": HARBOUR}, {"kind": "call"}):
        assert ids(list_activities(ctx, **where)) == [done.activity_id]
    assert ids(list_activities(ctx, query="PRICES thirty")) == [done.activity_id]


def test_what_took_place_is_the_last_that_there_was(crm: Crm):
    ctx = crm.as_("rep")
    log_call(ctx, "Lamps", "reached", contact_id=ANNA, opportunity_id=EARLY, called_at=START - timedelta(days=3))
    for table, key in (("contact", ANNA), ("opportunity", EARLY), ("account", ZWAAN)):
        assert last_day(crm, table, key) == "2026-03-13"
    log_email(ctx, "Before", "Older.", contact_id=ANNA, sent_at=START - timedelta(days=9), direction="in")
    add_note(ctx, "A thought", "She likes green.", contact_id=ANNA)
    create_task(ctx, "Send lamps", contact_id=ANNA)
    assert last_day(crm, "contact", ANNA) == "2026-03-13"
    assert last_day(crm, "opportunity", OFFERED) is None
    assert list_opportunities(ctx, no_activity_since=date(2026, 3, 13), query="d-1041").total == 0
    assert list_opportunities(ctx, no_activity_since=date(2026, 3, 14), query="d-1041").total == 1


def test_a_late_call_is_on_the_day_of_the_house(crm: Crm):
    log_call(crm.as_("rep"), "Late", "reached", contact_id=ANNA, called_at=datetime(2026, 3, 12, 23, 30, tzinfo=UTC))
    assert last_day(crm, "contact", ANNA) == "2026-03-13"


def test_nothing_took_place_later_than_now(crm: Crm):
    for call in (
        lambda: log_call(crm.as_("rep"), "Soon", "reached", contact_id=ANNA, called_at=START + timedelta(hours=1)),
        lambda: log_email(crm.as_("rep"), "Soon", "…", contact_id=ANNA, sent_at=START + timedelta(hours=1)),
    ):
        with crm.refuses("not_yet"):
            call()


def test_the_first_touch_of_a_lead_is_noted(crm: Crm):
    create_task(crm.as_("sdr"), "Call Joost", lead_id=WEB)
    assert crm.held("lead", WEB, "first_touch_at") is None
    log_call(crm.as_("sdr"), "First call", "voicemail", lead_id=WEB, called_at=START - timedelta(minutes=20))
    assert crm.held("lead", WEB, "first_touch_at, status") == ("2026-03-16T07:40:00Z", "assigned")
    log_call(crm.as_("sdr"), "Again", "reached", lead_id=WEB)
    assert crm.held("lead", WEB, "first_touch_at") == "2026-03-16T07:40:00Z"


def test_an_activity_is_about_records_that_one_may_open(crm: Crm):
    ctx = crm.as_("rep")
    with crm.refuses("record_required", field="contact_id"):
        log_call(ctx, "Whom?", "reached")
    with crm.refuses("contact_not_found", field="contact_id"):
        log_call(ctx, "Claire", "reached", contact_id=CLAIRE)
    with crm.refuses("opportunity_not_found", field="opportunity_id"):
        add_note(ctx, "Terrasse", "…", opportunity_id=FRENCH_DEAL)
    with crm.refuses("account_not_found", field="account_id"):
        add_note(ctx, "Tilleuls", "…", account_id=TILLEULS)
    theirs = add_note(crm.as_("rep", OTHER_REP), "Tilleuls", "Quiet.", account_id=TILLEULS).activity_id
    with crm.refuses("activity_not_found", field="activity_id"):
        get_activity(ctx, theirs)
    assert list_activities(ctx).total == 0
    assert ids(list_activities(crm.as_("vp"))) == [theirs]


# -- who is left alone --------------------------------------------------------------------------------------------


def test_who_does_not_want_to_be_called_is_not_called(crm: Crm):
    ctx = crm.as_("rep")
    crm.db.execute("UPDATE contact SET do_not_call = 1 WHERE id = ?", (BRAM,))
    objects(crm, GARETH, "phone")
    for who in (BRAM, GARETH):
        with crm.refuses("do_not_call", field="contact_id"):
            log_call(ctx, "Hello", "reached", contact_id=who)
        with crm.refuses("do_not_call", field="contact_id"):
            schedule_meeting(ctx, "Call", TOMORROW_AT_TEN, kind="call", contact_id=who)
        assert log_call(ctx, "He rang", "reached", contact_id=who, direction="in").direction == "in"
        assert schedule_meeting(ctx, "Visit", TOMORROW_AT_TEN, contact_id=who).kind == "meeting"
    crm.db.execute("UPDATE lead SET do_not_call = 1 WHERE id = ?", (WEB,))
    with crm.refuses("do_not_call", field="lead_id"):
        log_call(crm.as_("sdr"), "Hello", "reached", lead_id=WEB)


def test_who_opted_out_gets_no_mail(crm: Crm):
    ops = crm.as_("sales_ops")
    for call in (
        lambda: log_email(ops, "News", "…", contact_id=ANNA_TWIN),
        lambda: send_email(ops, "News", "…", contact_id=ANNA_TWIN),
    ):
        with crm.refuses("opted_out", field="contact_id"):
            call()
    assert log_email(ops, "Stop", "No more mails.", contact_id=ANNA_TWIN, direction="in").outcome == "received"
    assert send_email(ops, "News", "…", contact_id=ANNA).outcome == "sent"


def test_a_mail_goes_to_the_address_that_works(crm: Crm):
    ctx = crm.as_("rep")
    done = send_email(ctx, "Samples", "They are on their way.", contact_id=ANNA, opportunity_id=EARLY)
    assert (done.kind, done.direction, done.status) == ("email", "out", "done")
    assert crm.one("SELECT kind, to_address, contact_id, opportunity_id, subject FROM outbox_email") == (
        "email", "anna@dezwaan.example", ANNA, EARLY, "Samples",
    )  # fmt: skip
    assert last_day(crm, "opportunity", EARLY) == "2026-03-16"
    send_email(crm.as_("sdr"), "Your forty tents", "…", lead_id=WEB)
    assert crm.rows("SELECT to_address FROM outbox_email ORDER BY id")[1] == ("joost@hetloo.example",)
    crm.db.execute("UPDATE email_address SET opted_out = 1 WHERE contact_id = ?", (BRAM,))
    with crm.refuses("contact_unreachable", field="contact_id"):
        send_email(ctx, "Hello", "…", contact_id=BRAM)
    for both in ({"contact_id": ANNA, "lead_id": WEB}, {}):
        with crm.refuses("one_recipient", field="contact_id"):
            send_email(ctx, "Hello", "…", **both)


# -- what is planned ----------------------------------------------------------------------------------------------


def test_times_are_shown_on_the_clock_of_the_contact(crm: Crm):
    ctx = crm.as_("rep")
    task = create_task(ctx, "Call Gareth back", TOMORROW_AT_TEN, contact_id=GARETH, priority="high")
    assert (task.due_at, task.zone, task.local_time) == (TOMORROW_AT_TEN, "Europe/London", "2026-03-17 10:00")
    mine = create_task(ctx, "Prepare offer", TOMORROW_AT_TEN)
    assert (mine.zone, mine.local_time, mine.about) == ("Europe/Amsterdam", "2026-03-17 11:00", [])
    summer = schedule_meeting(ctx, "Visit", datetime(2026, 7, 1, 8, 0, tzinfo=UTC), contact_id=GARETH)
    assert summer.local_time == "2026-07-01 09:00"


def test_a_task_is_changed_while_it_is_open(crm: Crm):
    ctx = crm.as_("rep")
    task = create_task(ctx, "Send offer", TOMORROW_AT_TEN, opportunity_id=EARLY, body="By mail.").activity_id
    changed = update_task(ctx, task, subject="Send the offer", priority="high", owner_id=SDR)
    assert (changed.subject, changed.priority, changed.owner_name, changed.body) == (
        "Send the offer", "high", "Timo Saarinen", "By mail.",
    )  # fmt: skip
    assert update_task(crm.as_("sdr"), task, empty=["body", "due_at"]).due_at is None
    with crm.refuses("set_and_emptied", field="empty"):
        update_task(crm.as_("sdr"), task, body="No.", empty=["body"])
    with crm.refuses("owner_inactive", field="owner_id"):
        update_task(crm.as_("sdr"), task, owner_id=LEAVER)
    with crm.refuses("not_your_activity", field="activity_id"):
        complete_task(ctx, task)
    assert complete_task(crm.as_("sales_manager"), task).status == "done"
    assert last_day(crm, "opportunity", EARLY) == "2026-03-16"
    with crm.refuses("activity_closed", field="activity_id"):
        update_task(crm.as_("sdr"), task, subject="Once more")


def test_what_is_late_comes_first(crm: Crm):
    ctx = crm.as_("rep")
    late = create_task(ctx, "Late", START - timedelta(days=1)).activity_id
    soon = create_task(ctx, "Soon", START + timedelta(hours=2)).activity_id
    meeting = schedule_meeting(ctx, "Visit", TOMORROW_AT_TEN, opportunity_id=EARLY).activity_id
    done = create_task(ctx, "Done", START - timedelta(days=2)).activity_id
    complete_task(ctx, done)
    assert ids(list_activities(ctx, sort="due")) == [late, soon, meeting, done]
    assert ids(list_activities(ctx, overdue=True)) == [late]
    assert ids(list_activities(ctx, overdue=False, status="open", sort="oldest")) == [soon, meeting]
    assert ids(list_activities(ctx, from_day=date(2026, 3, 17), kind="meeting", opportunity_id=EARLY)) == [meeting]
    assert ids(list_activities(ctx, to_day=date(2026, 3, 15), sort="oldest")) == [done, late]
    assert ids(list_activities(ctx, owner_id=REP, page=2, page_size=3)) == [done]


def test_a_meeting_is_planned_ahead_moved_and_held(crm: Crm):
    ctx = crm.as_("rep")
    with crm.refuses("starts_in_past", field="starts_at"):
        schedule_meeting(ctx, "Visit", START, contact_id=ANNA)
    meeting = schedule_meeting(ctx, "Visit", TOMORROW_AT_TEN, contact_id=ANNA, opportunity_id=EARLY).activity_id
    assert last_day(crm, "opportunity", EARLY) is None
    with crm.refuses("not_yet", field="activity_id"):
        complete_meeting(ctx, meeting, "held")
    with crm.refuses("other_activity", field="activity_id"):
        complete_task(ctx, meeting)
    moved = reschedule_meeting(ctx, meeting, TOMORROW_AT_TEN + timedelta(days=1), 45)
    assert (moved.local_time, moved.duration) == ("2026-03-18 11:00", 45)
    crm.wait(days=3)
    held = complete_meeting(crm.as_("rep"), meeting, "held", "They take the green ones.")
    assert (held.status, held.outcome, held.body) == ("done", "held", "They take the green ones.")
    assert last_day(crm, "opportunity", EARLY) == "2026-03-18"


def test_a_meeting_to_which_nobody_came_is_no_touch(crm: Crm):
    meeting = schedule_meeting(crm.as_("rep"), "Visit", TOMORROW_AT_TEN, opportunity_id=EARLY).activity_id
    crm.wait(days=3)
    assert complete_meeting(crm.as_("rep"), meeting, "no_show").outcome == "no_show"
    assert last_day(crm, "opportunity", EARLY) is None


@pytest.mark.parametrize("reason", [None, "She is ill."])
def test_what_does_not_take_place_is_cancelled(crm: Crm, reason: str | None):
    ctx = crm.as_("rep")
    meeting = schedule_meeting(ctx, "Visit", TOMORROW_AT_TEN, contact_id=ANNA, body="In Zwolle.").activity_id
    done = cancel_activity(ctx, meeting, reason)
    assert (done.status, done.body) == ("cancelled", "In Zwolle." + ("\n\nCancelled: She is ill." if reason else ""))
    assert last_day(crm, "contact", ANNA) is None
    with crm.refuses("activity_closed", field="activity_id"):
        reschedule_meeting(ctx, meeting, TOMORROW_AT_TEN)
