"""Promises of what runs beside a ticket: side conversations, handing up, suspended messages, and the report."""

from datetime import timedelta
from typing import Any

import pytest
from tiny_desk import (
    ANNA,
    CLOSED,
    FRONTLINE,
    LEAD,
    NEW,
    OPEN,
    PENDING,
    RETURNS,
    SAM,
    SOLVED,
    START,
    Desk,
    refused,
    remark,
)

from worlds.desk import models
from worlds.desk.operations.approvals import ask_approval, list_approvals, withdraw_approval
from worlds.desk.operations.escalations import escalate, list_escalations
from worlds.desk.operations.goodwill import give_credit, list_credits
from worlds.desk.operations.people import suspend_user
from worlds.desk.operations.reports import desk_report
from worlds.desk.operations.requests import get_request
from worlds.desk.operations.side import (
    ADDRESSES,
    close_side_conversation,
    get_side_conversation,
    list_side_conversations,
    party_answers,
    send_side_message,
    side_answers,
    start_side_conversation,
)
from worlds.desk.operations.suspended import (
    delete_suspended_message,
    get_suspended_message,
    list_suspended_messages,
    release_suspended_message,
)
from worlds.desk.operations.tickets import get_ticket, take_ticket, update_ticket


def asked(desk: Desk, ticket_id: int = OPEN, party: Any = "warehouse") -> int:
    """A side conversation that has been started; its id."""
    question = "Is the second parcel of LK-10001 still with you?"
    return start_side_conversation(desk.as_("agent"), ticket_id, party, "LK-10001", question).conversation_id


# -- side conversations -------------------------------------------------------------------------------------------


def test_a_question_at_the_side_is_mailed_and_leaves_the_ticket_as_it_is(desk: Desk):
    one = get_side_conversation(desk.as_("light_agent"), asked(desk))
    assert (one.state, one.party, [message.ours for message in one.messages]) == ("waiting", "warehouse", [True])
    assert desk.mails() == [
        (
            "side_message",
            ADDRESSES["warehouse"],
            "[#48202] LK-10001",
            "Is the second parcel of LK-10001 still with you?",
        )
    ]
    assert desk.ticket(OPEN) == "open"
    assert [head.messages for head in get_ticket(desk.as_("agent"), OPEN).side_conversations] == [1]


def test_no_word_of_a_side_conversation_reaches_the_requester(desk: Desk):
    side_answers(desk.as_system("Marit Blom"), asked(desk, SOLVED), "It fell off the belt.")
    seen = get_request(desk.as_("requester"), SOLVED).model_dump_json()
    assert "belt" not in seen
    assert "second parcel" not in seen
    assert {row[1] for row in desk.mails()} == {ADDRESSES["warehouse"]}


@pytest.mark.parametrize("status", ["pending", "hold", "solved"])
def test_an_answer_opens_the_ticket_that_waits(desk: Desk, status: Any):
    ctx = desk.as_("agent")
    conversation = asked(desk)
    update_ticket(ctx, OPEN, status=status)
    desk.wait(hours=20)
    done = side_answers(desk.as_system("Marit Blom"), conversation, "It leaves us tomorrow.")
    assert (done.state, done.messages[-1].author_name, done.messages[-1].ours) == ("answered", "Marit Blom", False)
    assert desk.ticket(OPEN) == "open"
    audit = get_ticket(ctx, OPEN).audits[0]
    assert (audit.actor_name, audit.via) == ("Marit Blom", "side_conversation")
    assert {(one.kind, one.field, one.after) for one in audit.events} == {
        ("change", "status", "open"), ("side_conversation", "warehouse", "answered"),
    }  # fmt: skip


def test_an_answer_changes_neither_the_assignee_nor_what_was_said(desk: Desk):
    before, said = desk.ticket(OPEN, "assignee_id, group_id, tags"), desk.said(OPEN)
    side_answers(desk.as_system("Marit Blom"), asked(desk), "It leaves us tomorrow.")
    assert (desk.ticket(OPEN, "assignee_id, group_id, tags"), desk.said(OPEN)) == (before, said)


def test_an_answer_to_a_closed_ticket_is_kept_and_opens_nothing(desk: Desk):
    conversation = asked(desk, SOLVED)
    desk.db.execute("UPDATE ticket SET status = 'closed' WHERE id = ?", (SOLVED,))
    assert side_answers(desk.as_system("Marit Blom"), conversation, "Found it.").state == "answered"
    assert desk.ticket(SOLVED) == "closed"
    assert refused(send_side_message, desk.as_("agent"), conversation, "Thanks") == "ticket_closed"
    assert refused(asked, desk, CLOSED) == "ticket_closed"


def test_a_party_answers_what_it_was_asked_last(desk: Desk):
    asked(desk)
    second = asked(desk)
    asked(desk, party="carrier")
    done = party_answers(desk.as_system("Marit Blom"), OPEN, "warehouse", "Yes.")
    assert done.conversation_id == second
    assert refused(party_answers, desk.as_system(), OPEN, "finance", "Paid.") == "conversation_not_found"


def test_a_conversation_waits_again_after_another_question_and_can_be_closed(desk: Desk):
    ctx, conversation = desk.as_("agent"), asked(desk)
    side_answers(desk.as_system("Marit Blom"), conversation, "Which parcel?")
    assert send_side_message(ctx, conversation, "The one with the tent.").state == "waiting"
    assert close_side_conversation(ctx, conversation).state == "closed"
    assert refused(send_side_message, ctx, conversation, "Hello?") == "conversation_closed"
    assert refused(close_side_conversation, ctx, conversation) == "conversation_closed"
    rows = list_side_conversations(ctx, ticket_id=OPEN, state="closed").items
    assert [(row.conversation_id, row.messages) for row in rows] == [(conversation, 3)]
    assert list_side_conversations(ctx, party="carrier").total == 0
    assert refused(get_side_conversation, ctx, 99) == "conversation_not_found"


# -- handing up ---------------------------------------------------------------------------------------------------


def test_handing_up_sets_the_group_clears_the_assignee_and_leaves_a_note(desk: Desk):
    ctx = desk.as_("agent")
    done = escalate(ctx, OPEN, "Returns & Refunds", "needs_diagnosis", "The grinder smells of hot plastic.")
    assert desk.ticket(OPEN, "status, group_id, assignee_id") == ("open", RETURNS, None)
    public, author, body = desk.said(OPEN)[-1]
    assert (public, author) == (0, "Sam Okafor")
    assert (
        body
        == f"{done.number}, handed up to Returns & Refunds (needs_diagnosis):\n\nThe grinder smells of hot plastic."
    )
    assert desk.mails() == []
    assert list_escalations(ctx, ticket_id=OPEN).items == [done]
    assert list_escalations(ctx, group_id=FRONTLINE).total == list_escalations(ctx, reason="safety").total == 0
    assert [head.reason for head in get_ticket(ctx, OPEN).escalations] == ["needs_diagnosis"]


@pytest.mark.parametrize("ticket", [NEW, PENDING, SOLVED])
def test_a_ticket_that_is_handed_up_is_open(desk: Desk, ticket: int):
    escalate(desk.as_("agent"), ticket, "Frontline", "other", "Please look.")
    assert desk.ticket(ticket, "status, assignee_id") == ("open", None)


def test_what_cannot_be_handed_up_leaves_no_trace(desk: Desk):
    before = desk.dump()
    assert refused(escalate, desk.as_("agent"), OPEN, "Delivery", "other", "Look.") == "group_not_found"
    assert refused(escalate, desk.as_("agent"), 999, "Returns & Refunds", "other", "Look.") == "ticket_not_found"
    assert desk.dump() == before
    assert refused(escalate, desk.as_("agent"), CLOSED, "Returns & Refunds", "other", "Look.") == "ticket_closed"
    assert desk.count("escalation") == 0


# -- suspended messages -------------------------------------------------------------------------------------------


@pytest.fixture
def held(desk: Desk) -> Desk:
    """The desk with three messages that were kept out: of a stranger, of Anna, and of Anna on a ticket of hers."""
    messages = (
        (1, "mia@example.org", "Mia Berg", "Cheap watches", "Where is my order LK-10003?"),
        (2, "anna@example.com", "Anna de Vries", "Question", "May I exchange the tent?"),
        (3, "ANNA@example.com", "Anna de Vries", "Re: [#48201] Where is my parcel?", "It has come."),
    )
    for at, sender, name, subject, body in messages:
        desk.add(
            models.SuspendedMessage(
                id=at, sender=sender, sender_name=name, subject=subject, body=body, cause="spam", state="held",
                received_at=START - timedelta(hours=at),
            )
        )  # fmt: skip
    return desk


def test_a_released_message_of_a_stranger_opens_a_ticket_in_their_name(held: Desk):
    done = release_suspended_message(held.as_("team_lead"), 1)
    assert done.state == "released"
    assert done.ticket_id is not None
    ticket = get_ticket(held.as_("agent"), done.ticket_id)
    assert (ticket.requester.name, ticket.requester.email, ticket.subject, ticket.status) == (
        "Mia Berg", "mia@example.org", "Cheap watches", "new",
    )  # fmt: skip
    assert [(one.public, one.body, one.author_role) for one in ticket.comments] == [
        (True, "Where is my order LK-10003?", "end_user")
    ]


def test_a_released_message_goes_to_the_ticket_that_it_answers(held: Desk):
    assert release_suspended_message(held.as_("team_lead"), 3).ticket_id == NEW
    assert held.said(NEW)[-1] == (1, "Anna de Vries", "It has come.")
    opened = release_suspended_message(held.as_("admin"), 2).ticket_id
    assert opened is not None
    assert held.ticket(opened, "requester_id, language") == (ANNA, "nl")


def test_a_message_is_decided_once(held: Desk):
    ctx = held.as_("team_lead")
    delete_suspended_message(ctx, 1)
    release_suspended_message(ctx, 2)
    for call in (release_suspended_message, delete_suspended_message):
        assert refused(call, ctx, 1) == "message_decided"
        assert refused(call, ctx, 2) == "message_decided"
        assert refused(call, ctx, 9) == "message_not_found"
    assert [row.message_id for row in list_suspended_messages(ctx).items] == [3]
    assert [row.message_id for row in list_suspended_messages(ctx, state="deleted").items] == [1]


def test_nothing_of_a_suspended_sender_is_let_in(held: Desk):
    ctx = held.as_("team_lead")
    suspend_user(ctx, ANNA)
    before = held.count("comment")
    assert refused(release_suspended_message, ctx, 2) == "sender_suspended"
    assert held.count("comment") == before
    assert get_suspended_message(ctx, 2).known_user_id == ANNA
    suspend_user(ctx, ANNA, suspended=False)
    assert release_suspended_message(ctx, 2).state == "released"


def test_suspended_messages_are_found_by_words_and_cause(held: Desk):
    ctx = held.as_("light_agent")
    assert [row.message_id for row in list_suspended_messages(ctx, query="exchange TENT").items] == [2]
    assert list_suspended_messages(ctx, cause="loop").total == 0
    assert get_suspended_message(ctx, 1).body == "Where is my order LK-10003?"


def test_lists_beside_tickets_are_read_by_a_fixed_number_of_statements(held: Desk):
    ctx = held.as_("agent")

    def statements() -> int:
        seen: list[str] = []
        held.db.set_trace_callback(seen.append)
        for lists in (list_side_conversations, list_escalations, list_suspended_messages, list_approvals, list_credits):
            lists(ctx)
        desk_report(ctx)
        get_side_conversation(ctx, conversation)
        held.db.set_trace_callback(None)
        return len(seen)

    conversation = asked(held)
    few = statements()
    for at in range(5):
        send_side_message(ctx, asked(held), f"Question {at}?")
        send_side_message(ctx, conversation, f"And {at}?")
        escalate(ctx, OPEN, "Returns & Refunds", "other", f"Matter {at}.")
        give_credit(ctx, OPEN, 100)
        withdraw_approval(ctx, ask_approval(ctx, OPEN, 6_000, "Late.", LEAD).approval_id)
    assert statements() == few


# -- the report ---------------------------------------------------------------------------------------------------


def test_the_report_counts_what_is_in_the_tables(desk: Desk):
    report = desk_report(desk.as_("agent"), days=2)
    assert (report.created, report.solved, report.unsolved) == (2, 0, 3)
    week = desk_report(desk.as_("agent"), days=7)
    assert (week.created, week.solved, week.unsolved) == (4, 1, 3)
    assert {row.status: row.tickets for row in week.by_status} == {
        "new": 1, "open": 1, "pending": 1, "solved": 1, "closed": 1,
    }  # fmt: skip
    frontline = next(row for row in week.by_group if row.name == "Frontline")
    assert (frontline.created, frontline.solved, frontline.unsolved) == (2, 1, 1)
    assert {row.name for row in week.by_topic} == {"no topic", "invoice_b2b", "damaged", "refund_status", "wismo"}
    assert week.resolution_minutes == 60
    assert [(band.from_days, band.tickets) for band in week.backlog if band.tickets] == [(0, 2), (1, 1)]


def test_first_replies_of_the_report_are_those_of_people(desk: Desk):
    assert desk_report(desk.as_("agent"), days=7).first_reply_minutes == 69 * 60
    remark(desk, 90, OPEN, SAM, "Sam Okafor", "On it.", made=START - timedelta(hours=19))
    assert desk_report(desk.as_("agent"), days=2).first_reply_minutes == 60
    desk.db.execute("UPDATE comment SET automatic = 1 WHERE id = 90")
    assert desk_report(desk.as_("agent"), days=2).first_reply_minutes is None


def test_promises_and_ratings_of_the_report_count_in_the_period(desk: Desk):
    desk.add(models.SlaPolicy(id=1, name="All", position=1, conditions="{}", active=True))
    for at, breached in enumerate((None, None, START), start=1):
        desk.add(
            models.SlaTimer(
                id=at, ticket_id=OPEN, metric="first_reply", policy_id=1, target_minutes=60, hours="calendar",
                state="fulfilled", started_at=START - timedelta(hours=3), counted_at=START, used_seconds=60,
                breached_at=breached, ended_at=START,
            )
        )  # fmt: skip
    for at, ticket, score in ((1, SOLVED, "good"), (2, CLOSED, "offered")):
        desk.add(models.Rating(id=at, ticket_id=ticket, score=score, offered_at=START - timedelta(days=1)))
    report = desk_report(desk.as_("light_agent"), days=3)
    (kept,) = report.promises
    assert (kept.metric, kept.clocks, kept.breached, kept.kept_percent) == ("first_reply", 3, 1, 67)
    assert (report.good_ratings, report.bad_ratings, report.unanswered_ratings) == (1, 0, 1)


def test_spam_counts_nowhere(desk: Desk):
    take_ticket(desk.as_("agent"), NEW)
    desk.db.execute("UPDATE ticket SET spam = 1")
    report = desk_report(desk.as_("agent"), days=30)
    assert (report.created, report.unsolved, report.by_status, report.first_reply_minutes) == (0, 0, [], None)
    assert all(band.tickets == 0 for band in report.backlog)
