"""Promises of tickets that belong together: merges, links, problems with incidents, splits, follow-ups."""

import json

import pytest
from tiny_desk import ANNA, BEN, CARLA, CLOSED, FRONTLINE, NEW, OPEN, PENDING, SOLVED, Desk

from worlds.desk.operations.conversation import reply_publicly
from worlds.desk.operations.requests import list_requests
from worlds.desk.operations.structure import (
    create_follow_up,
    link_incident,
    link_tickets,
    merge_tickets,
    preview_merge,
    split_ticket,
    unlink_tickets,
)
from worlds.desk.operations.tickets import add_tags, get_ticket, list_tickets, update_ticket
from worlds.desk.operations.writing_in import requester_writes


def test_a_merge_closes_the_sources_with_a_pointer_and_notes_them_on_the_target(desk: Desk):
    ctx = desk.as_("agent")
    add_tags(ctx, NEW, ["late"])
    done = merge_tickets(ctx, SOLVED, [NEW], note="Same parcel.")
    assert desk.ticket(NEW, "status, merged_into_id, assignee_id") == ("closed", SOLVED, None)
    assert desk.said(NEW)[-1] == (0, "Sam Okafor", "This ticket was merged into ticket #48204.")
    public, _, note = desk.said(SOLVED)[-1]
    assert not public
    assert note.startswith("Same parcel.\n\nTicket #48201 of Anna de Vries, Where is my parcel?, was merged")
    assert "> Hello, this is about: where is my parcel?" in note
    assert (done.target.tags, done.target.status, done.sources[0].status) == (["late"], "solved", "closed")
    assert desk.rows("SELECT target_id, source_id, actor_name FROM merge_record") == [(SOLVED, NEW, "Sam Okafor")]
    assert get_ticket(ctx, NEW).merged_into.number == 48_204
    assert [one.number for one in get_ticket(ctx, SOLVED).merged] == [48_201]
    assert desk.mails() == []


def test_what_is_merged_stays_merged_and_nothing_is_merged_into_what_is_closed(desk: Desk):
    ctx = desk.as_("team_lead")
    merge_tickets(ctx, SOLVED, [NEW])
    with desk.refuses("already_merged", field="source_ids.0"):
        merge_tickets(ctx, OPEN, [NEW], confirm_different_requesters=True)
    for closed in (CLOSED, NEW):
        with desk.refuses("merge_target_closed", field="target_id"):
            merge_tickets(ctx, closed, [SOLVED])
    with desk.refuses("ticket_closed", field="source_ids.0"):
        merge_tickets(ctx, SOLVED, [CLOSED])
    with desk.refuses("duplicate_ticket", field="source_ids.0"):
        merge_tickets(ctx, SOLVED, [SOLVED])
    with desk.refuses("duplicate_ticket", field="source_ids.1"):
        preview_merge(ctx, OPEN, [SOLVED, SOLVED])
    with desk.refuses("ticket_not_found", field="source_ids.1"):
        merge_tickets(ctx, OPEN, [SOLVED, 99])


def test_tickets_of_different_people_are_merged_only_if_that_is_confirmed(desk: Desk):
    ctx = desk.as_("agent")
    with desk.refuses("different_requesters", field="source_ids"):
        merge_tickets(ctx, OPEN, [PENDING])
    merge_tickets(ctx, OPEN, [PENDING], confirm_different_requesters=True)
    assert [one.name for one in get_ticket(ctx, OPEN).collaborators] == ["Ben Müller"]
    reply_publicly(ctx, OPEN, "To both of you.")
    assert {mail[1] for mail in desk.mails()} == {"carla@kadecoffee.example", "ben@kadecoffee.example"}


def test_a_preview_says_who_would_read_along_and_changes_nothing(desk: Desk):
    before = desk.dump()
    shown = preview_merge(desk.as_("agent"), OPEN, [PENDING, NEW])
    assert (shown.different_requesters, shown.requester_name) == (True, "Carla Rossi")
    assert shown.copied_in == ["Anna de Vries", "Ben Müller"]
    assert [(one.number, one.public_comments) for one in shown.sources] == [(48_203, 2), (48_201, 1)]
    assert desk.dump() == before


def test_answers_to_a_merged_ticket_come_to_the_one_that_took_it_in(desk: Desk):
    ctx = desk.as_("agent")
    merge_tickets(ctx, SOLVED, [NEW])
    landed = requester_writes(desk.as_system("Anna de Vries"), NEW, "Any news?")
    assert landed.ticket_id == SOLVED
    assert desk.said(SOLVED)[-1] == (1, "Anna de Vries", "Any news?")
    assert desk.ticket(SOLVED, "status, reopens") == ("open", 1)
    assert desk.ticket(NEW) == "closed"


def test_a_problem_with_incidents_is_not_merged_away(desk: Desk):
    ctx = desk.as_("agent")
    update_ticket(ctx, PENDING, type="problem")
    link_incident(ctx, OPEN, PENDING)
    with desk.refuses("problem_has_incidents", field="source_ids.0"):
        merge_tickets(ctx, OPEN, [PENDING], confirm_different_requesters=True)


def test_an_incident_belongs_to_a_problem_that_is_one(desk: Desk):
    ctx = desk.as_("agent")
    for other in (PENDING, OPEN):
        with desk.refuses("problem_not_found", field="problem_id"):
            link_incident(ctx, OPEN, other)
    update_ticket(ctx, PENDING, type="problem")
    done = link_incident(ctx, OPEN, PENDING)
    assert (done.type, done.problem_id) == ("incident", PENDING)
    assert desk.ticket(PENDING, "updated_at") == desk.ticket(OPEN, "updated_at")
    with desk.refuses("ticket_closed"):
        link_incident(ctx, CLOSED, PENDING)


def test_links_join_two_tickets_once_from_either_side(desk: Desk):
    ctx = desk.as_("agent")
    assert [one.kind for one in link_tickets(ctx, OPEN, PENDING).links] == ["related"]
    with desk.refuses("already_linked"):
        link_tickets(ctx, PENDING, OPEN, "parent")
    with desk.refuses("duplicate_ticket", field="other_id"):
        link_tickets(ctx, OPEN, OPEN)
    with desk.refuses("ticket_not_found", field="other_id"):
        link_tickets(ctx, OPEN, 99)
    assert unlink_tickets(ctx, PENDING, OPEN).links == []
    with desk.refuses("link_not_found"):
        unlink_tickets(ctx, OPEN, PENDING)
    link_tickets(ctx, OPEN, CLOSED, "parent")
    assert [(one.kind, one.number) for one in get_ticket(ctx, OPEN).links] == [("child", 48_205)]
    assert [(one.kind, one.number) for one in get_ticket(ctx, CLOSED).links] == [("parent", 48_202)]
    assert desk.ticket(CLOSED) == "closed"
    links = "SELECT ticket_id, before, after FROM audit_event WHERE kind = 'link' ORDER BY id DESC LIMIT 2"
    assert desk.rows(links) == [
        (CLOSED, None, "48202"), (OPEN, None, "48205"),
    ]  # fmt: skip


def test_a_linked_ticket_stays_hidden_from_the_other_requester(desk: Desk):
    link_tickets(desk.as_("agent"), NEW, OPEN)
    assert 48_202 not in [one.number for one in list_requests(desk.as_("requester")).items]


def test_comments_are_split_off_to_a_ticket_of_their_own(desk: Desk):
    ctx = desk.as_("agent")
    requester_writes(desk.as_system(), OPEN, "By the way, my mug arrived broken.")
    moved = desk.one("SELECT max(id) FROM comment")
    done = split_ticket(ctx, OPEN, [moved, 6], "Broken mug")
    other = done.split_off.ticket_id
    assert (done.moved, done.split_off.subject, desk.ticket(other, "requester_id, status")) == (
        2, "Broken mug", (CARLA, "new"),
    )  # fmt: skip
    assert [body for _, _, body in desk.said(other)] == [
        "Secret: the invoice run failed on Friday.", "By the way, my mug arrived broken.",
        "Split off from ticket #48202.",
    ]  # fmt: skip
    assert [body for _, _, body in desk.said(OPEN)] == [
        "Hello, this is about: invoice for our march order",
        f"Comments were split off to ticket #{done.split_off.number}.",
    ]
    assert desk.rows("SELECT name, ticket_id FROM attachment ORDER BY id") == [
        ("order.csv", OPEN),
        ("ledger.txt", other),
    ]
    assert [one.ticket_id for one in get_ticket(ctx, OPEN).links] == [other]
    audited = "SELECT after FROM audit_event WHERE ticket_id = ? AND kind = 'comment' ORDER BY CAST(after AS INTEGER)"
    named = [row[0] for row in desk.rows(audited, other)]
    assert named == [str(row[0]) for row in desk.rows("SELECT id FROM comment WHERE ticket_id = ? ORDER BY id", other)]
    assert desk.mails() == []


def test_a_split_moves_comments_of_that_ticket_and_leaves_a_public_one(desk: Desk):
    ctx = desk.as_("agent")
    with desk.refuses("comment_not_found", field="comment_ids.1"):
        split_ticket(ctx, PENDING, [7, 6], "Other")
    with desk.refuses("nothing_left", field="comment_ids"):
        split_ticket(ctx, OPEN, [OPEN], "All of it")
    with desk.refuses("ticket_closed", field="ticket_id"):
        split_ticket(ctx, CLOSED, [CLOSED], "Old")


@pytest.mark.parametrize(("given", "kept"), [(None, ["parcel"]), (["fresh"], ["fresh"]), ([], [])])
def test_a_follow_up_goes_on_from_a_closed_ticket_with_its_order_and_tags_unless_new_ones_are_given(
    desk: Desk, given: list[str] | None, kept: list[str]
):
    done = create_follow_up(desk.as_("agent"), CLOSED, "She called again.", tags=given)
    row = desk.ticket(done.ticket_id, "follow_up_of_id, requester_id, submitter_id, subject, topic, group_id, status")
    assert row == (CLOSED, ANNA, 2, "Parcel late", "wismo", FRONTLINE, "new")
    assert done.tags == kept
    assert {one.name: one.value for one in done.fields}["order_number"] == "LK-10002"
    assert desk.said(done.ticket_id) == [(0, "Sam Okafor", "She called again.")]
    assert desk.ticket(CLOSED) == "closed"


def test_only_a_closed_ticket_has_follow_ups(desk: Desk):
    with desk.refuses("ticket_not_closed", field="ticket_id"):
        create_follow_up(desk.as_("agent"), SOLVED, "Hello.")


def test_a_closed_ticket_is_gone_on_from_when_its_requester_writes(desk: Desk):
    landed = requester_writes(desk.as_system("Anna de Vries"), CLOSED, "It is late again.")
    assert landed.ticket_id not in {CLOSED, None}
    shown = get_ticket(desk.as_("agent"), landed.ticket_id)
    assert shown.follow_up_of is not None
    assert (shown.follow_up_of.ticket_id, shown.requester.user_id, shown.channel) == (CLOSED, ANNA, "email")
    assert [one.ticket_id for one in get_ticket(desk.as_("agent"), CLOSED).follow_ups] == [landed.ticket_id]
    assert json.loads(desk.ticket(landed.ticket_id, "tags")) == ["parcel"]
    assert list_tickets(desk.as_("agent"), order_number="LK-10002").total == 2
    assert requester_writes(desk.as_system("Anna de Vries"), CLOSED, "And again.").ticket_id == landed.ticket_id


def test_a_merge_is_in_the_audits_of_both(desk: Desk):
    merge_tickets(desk.as_("agent"), OPEN, [PENDING], confirm_different_requesters=True)
    rows = desk.rows("SELECT DISTINCT e.ticket_id, e.kind, e.field FROM audit_event e JOIN ticket_audit a "
                     "ON a.id = e.audit_id WHERE a.via = 'merge' ORDER BY 1, 2, 3")  # fmt: skip
    assert (OPEN, "merge", "source") in rows
    assert (PENDING, "change", "merged_into_id") in rows
    assert desk.one("SELECT requester_id FROM ticket WHERE id = ?", PENDING) == BEN
