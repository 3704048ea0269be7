"""Service levels: what starts a clock, what stops it, and what it counts in between."""

import json
from datetime import timedelta

from served import (
    BY_SAM,
    FOR_VIPS,
    brought,
    clock,
    due,
    night_shift,
    promise,
    rule,
    states,
    text_of,
    works,
    writes,
)
from tiny_desk import CARLA, KADE, NOOR, RETURNS, SAM, START, Desk

from worlds.desk.service import sla
from worlds.desk.tickets.ticket_file import head
from worlds.desk.tickets.updating import Said, update

T = 20
"""The ticket that tests bring: at nine o'clock on a Monday, to a group that works from half past eight to six."""


def at(minutes: float) -> str:
    """Minutes after nine o'clock on Monday, as they are stored."""
    return text_of(START + timedelta(minutes=minutes))


def test_a_new_ticket_starts_every_clock_but_that_of_the_next_reply(desk: Desk) -> None:
    promise(desk)
    brought(desk)
    assert states(desk, T) == dict.fromkeys(("first_reply", "requester_wait", "agent_work", "resolution"), "active")
    assert due(desk, T, "first_reply") == at(120)
    assert due(desk, T, "resolution") == at(60 * 24 + 390), "nine hours today, seven tomorrow"


def test_only_a_public_reply_of_a_person_fulfils_the_first_reply(desk: Desk) -> None:
    promise(desk)
    night = {"all": [{"field": "event", "is": "update"}, {"field": "comment_public", "is": False}]}
    rule(desk, 1, "We are on it", night, {"reply": "Thank you, {{ticket.requester.first_name}}."})
    brought(desk)
    works(desk, T, note="Parcel is in the depot.", assignee_id=SAM)
    assert [said[2] for said in desk.said(T)][-1] == "Thank you, Anna."
    writes(desk, T, "Hello?")
    assert states(desk, T)["first_reply"] == "active"
    desk.wait(minutes=50)
    works(desk, T, reply="It is in the depot.")
    assert clock(desk, T, "first_reply") == ("fulfilled", 3_000, at(120), None)
    assert "next_reply" not in states(desk, T), "nobody has asked again since"


def test_the_next_reply_counts_from_the_oldest_question_that_is_not_answered(desk: Desk) -> None:
    promise(desk)
    brought(desk)
    works(desk, T, reply="Which parcel?", status="pending", assignee_id=SAM)
    desk.wait(minutes=30)
    writes(desk, T, "The second one.")
    desk.wait(minutes=60)
    writes(desk, T, "Are you there?")
    assert clock(desk, T, "next_reply") == ("active", 0, at(150), None)
    works(desk, T, status="pending")
    assert states(desk, T)["next_reply"] == "active", "the next reply never pauses"
    desk.wait(minutes=10)
    works(desk, T, reply="It comes tomorrow.")
    assert clock(desk, T, "next_reply")[:2] == ("fulfilled", 70 * 60)


def test_each_metric_pauses_in_its_own_states(desk: Desk) -> None:
    promise(desk)
    brought(desk)
    desk.wait(minutes=10)
    works(desk, T, reply="Which parcel?", status="pending", assignee_id=SAM)
    assert states(desk, T) == {
        "first_reply": "fulfilled", "requester_wait": "paused", "agent_work": "paused", "resolution": "active",
    }  # fmt: skip
    assert clock(desk, T, "agent_work") == ("paused", 600, None, None)
    desk.wait(minutes=60)
    works(desk, T, status="hold")
    assert clock(desk, T, "requester_wait") == ("active", 600, at(70 + 470), None)
    assert clock(desk, T, "agent_work")[:3] == ("paused", 600, None)
    desk.wait(minutes=60)
    works(desk, T, status="open")
    assert clock(desk, T, "agent_work") == ("active", 600, at(130 + 230), None)
    assert due(desk, T, "resolution") == at(60 * 24 + 390)


def test_solving_ends_all_clocks_and_fulfils_those_of_work(desk: Desk) -> None:
    promise(desk)
    brought(desk, topic="other")
    desk.wait(minutes=5)
    works(desk, T, status="solved", assignee_id=SAM)
    assert states(desk, T) == {
        "first_reply": "stopped", "requester_wait": "fulfilled", "agent_work": "fulfilled", "resolution": "fulfilled",
    }  # fmt: skip
    brought(desk, 21, topic="other")
    works(desk, 21, reply="Here you are.", status="solved", assignee_id=SAM)
    assert set(states(desk, 21).values()) == {"fulfilled"}


def test_a_reopened_ticket_gets_new_clocks(desk: Desk) -> None:
    promise(desk)
    brought(desk, topic="other")
    works(desk, T, reply="Here you are.", status="solved", assignee_id=SAM)
    desk.wait(hours=3)
    writes(desk, T, "It is the wrong one.")
    assert desk.ticket(T) == "open"
    assert clock(desk, T, "resolution")[:2] == ("active", 0)
    assert due(desk, T, "next_reply") == at(180 + 120)
    assert desk.one("SELECT count(*) FROM sla_timer WHERE ticket_id = ? AND metric = 'first_reply'", T) == 1


def test_another_priority_counts_from_the_start(desk: Desk) -> None:
    promise(desk)
    brought(desk)
    desk.wait(minutes=30)
    works(desk, T, priority="high")
    assert clock(desk, T, "first_reply") == ("active", 1_800, at(60), None)
    works(desk, T, priority="low")
    assert due(desk, T, "first_reply") == at(120)
    desk.wait(minutes=50)
    works(desk, T, priority="high")
    assert clock(desk, T, "first_reply") == ("active", 4_800, at(60), at(80)), "it is breached by the change"
    works(desk, T, priority="low")
    assert clock(desk, T, "first_reply")[2:] == (at(120), at(80)), "what was breached stays so"


def test_another_target_leaves_out_the_time_in_which_the_clock_stood_still(desk: Desk) -> None:
    promise(desk)
    brought(desk)
    desk.wait(minutes=20)
    works(desk, T, reply="Which parcel?", status="pending", assignee_id=SAM)
    desk.wait(hours=30)
    works(desk, T, priority="urgent")
    assert clock(desk, T, "agent_work") == ("paused", 1_200, None, None)
    works(desk, T, status="open")
    assert due(desk, T, "agent_work") == at(20 + 30 * 60 + 40), "urgent work is counted around the clock"


def test_targets_in_business_hours_pass_over_nights_and_those_around_the_clock_do_not(desk: Desk) -> None:
    promise(desk)
    desk.wait(hours=8)  # 17:00, an hour before closing
    brought(desk)
    brought(desk, 21, priority="urgent")
    assert due(desk, T, "first_reply") == text_of(START + timedelta(days=1, minutes=30))
    assert due(desk, 21, "requester_wait") == text_of(desk.now + timedelta(hours=2))


def test_a_ticket_that_goes_to_a_group_with_other_hours_is_counted_in_those(desk: Desk) -> None:
    promise(desk)
    night_shift(desk)
    brought(desk)
    desk.wait(minutes=90)
    works(desk, T, group_id=RETURNS, assignee_id=NOOR)
    assert clock(desk, T, "first_reply") == ("active", 0, at(5 * 60 + 120), None), "they begin at two o'clock"


def test_the_first_policy_in_order_holds_and_another_order_shows_at_the_next_update(desk: Desk) -> None:
    promise(desk, at=1)
    vips = json.dumps({"any": [{"field": "requester_vip", "is": True}, {"field": "requester_tier", "is": "vip"}]})
    promise(desk, conditions=vips, at=FOR_VIPS, share=4)
    brought(desk, requester_id=CARLA, submitter_id=CARLA, organization_id=KADE)
    assert due(desk, T, "first_reply") == at(120), "the policy for everybody comes first"
    desk.db.execute("UPDATE sla_policy SET position = 0 WHERE id = ?", (FOR_VIPS,))
    works(desk, T, topic="wismo")
    assert due(desk, T, "first_reply") == at(30)
    brought(desk, 21)
    assert due(desk, 21, "first_reply") == at(120), "Anna is nobody special"


def test_a_promise_that_comes_later_counts_from_the_beginning(desk: Desk) -> None:
    tagged = json.dumps({"all": [{"field": "tags", "has": "launch"}]})
    promise(desk, conditions=tagged)
    brought(desk)
    desk.wait(minutes=15)
    works(desk, T, status="hold", assignee_id=SAM)
    assert states(desk, T) == {}
    desk.wait(minutes=15)
    works(desk, T, tags='["launch"]')
    assert clock(desk, T, "first_reply") == ("active", 1_800, at(120), None)
    assert clock(desk, T, "agent_work") == ("paused", 900, None, None)
    works(desk, T, tags="[]")
    assert set(states(desk, T).values()) == {"stopped"}


def test_spam_and_merged_tickets_have_no_clocks(desk: Desk) -> None:
    promise(desk)
    brought(desk)
    works(desk, T, spam=True)
    assert set(states(desk, T).values()) == {"stopped"}
    brought(desk, 21, assignee_id=SAM, status="open", topic="other")
    works(desk, 21, status="closed")
    assert set(states(desk, 21).values()) == {"stopped"}, "closed without being solved: it was merged"


def test_a_ticket_made_for_somebody_with_an_answer_waits_for_no_first_reply(desk: Desk) -> None:
    promise(desk)
    brought(desk, said="As we said on the phone, it comes tomorrow.", by=BY_SAM, channel="phone")
    assert "first_reply" not in states(desk, T)
    writes(desk, T, "It did not come.")
    assert states(desk, T)["next_reply"] == "active"


def test_a_promise_is_broken_at_its_moment_and_written_down_once(desk: Desk) -> None:
    promise(desk)
    brought(desk)
    assert sla.next_breach(desk.as_system()) == START + timedelta(minutes=120)
    desk.wait(minutes=119)
    assert sla.book_breaches(desk.as_system()) == 0
    desk.wait(minutes=1)
    assert sla.book_breaches(desk.as_system()) == 1
    assert sla.book_breaches(desk.as_system()) == 0
    assert clock(desk, T, "first_reply") == ("active", 0, at(120), at(120))
    written = desk.rows("SELECT field FROM audit_event WHERE ticket_id = ? AND kind = 'breach'", T)
    assert written == [("first_reply",)]
    works(desk, T, reply="Sorry for the wait.")
    assert clock(desk, T, "first_reply") == ("fulfilled", 7_200, at(120), at(120))


def test_a_late_answer_breaks_its_promise_even_where_no_clock_has_looked_yet(desk: Desk) -> None:
    promise(desk)
    brought(desk)
    desk.wait(minutes=130)
    works(desk, T, reply="Sorry for the wait.")
    assert clock(desk, T, "first_reply") == ("fulfilled", 7_800, at(120), at(120))
    assert desk.one("SELECT count(*) FROM audit_event WHERE ticket_id = ? AND kind = 'breach'", T) == 1


def test_an_ordinary_reply_takes_few_statements_and_a_note_none(desk: Desk) -> None:
    promise(desk)
    ticket = brought(desk)
    ctx = desk.as_("agent")
    for body, public, most in (("Here it is.", True, 5), ("For us alone.", False, 0)):
        statements: list[str] = []
        desk.db.set_trace_callback(statements.append)
        sla.reckon(ctx, ticket, ticket, Said(body, public=public), BY_SAM)
        desk.db.set_trace_callback(None)
        own = [one for one in statements if not one.startswith("--")]  # without those of the change log
        assert len(set(own)) <= most, "\n".join(own)


def test_hours_of_a_ticket_without_a_group_are_those_of_the_default_group(desk: Desk) -> None:
    night_shift(desk)
    ctx = desk.as_("agent")
    assert sla.in_hours(ctx, None, START)
    assert not sla.in_hours(ctx, RETURNS, START)
    assert sla.in_hours(ctx, RETURNS, START + timedelta(hours=6))


def test_a_change_that_no_promise_looks_at_leaves_the_clocks_alone(desk: Desk) -> None:
    promise(desk)
    brought(desk)
    clocks = desk.rows("SELECT * FROM sla_timer")
    ctx = desk.as_("agent")
    update(ctx, head(ctx, T), {"subject": "Parcel late again"}, by=BY_SAM)
    assert desk.rows("SELECT * FROM sla_timer") == clocks
