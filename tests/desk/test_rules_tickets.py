"""Promises of tickets: how they are found, read, opened and changed."""

import json
from dataclasses import replace

import pytest
from pydantic import ValidationError
from tiny_desk import (
    ANNA,
    BEN,
    CARLA,
    CLOSED,
    FRONTLINE,
    KADE,
    NEW,
    NOOR,
    OPEN,
    PENDING,
    RETURNS,
    SAM,
    SOLVED,
    Desk,
)

from worlds.desk import WORLD, models
from worlds.desk.errors import body
from worlds.desk.operations.around import add_collaborator, add_item, complete_item
from worlds.desk.operations.conversation import (
    add_note,
    open_for_editing,
    reply_publicly,
)
from worlds.desk.operations.tickets import (
    add_tags,
    create_ticket,
    get_ticket,
    list_ticket_audits,
    list_tickets,
    remove_tags,
    take_ticket,
    update_ticket,
)
from worlds.desk.rules import STAFF, WORKERS
from worlds.desk.views import FieldSetting
from worlds.engine.errors import Conflict, NotFound


def ids(page) -> list[int]:
    return [row.ticket_id for row in page.items]


def order_number(value: str) -> list[FieldSetting]:
    return [FieldSetting(name="order_number", value=value)]


def test_a_refusal_names_the_error_the_field_and_the_code():
    said = body(NotFound("ticket_not_found", "There is no ticket with id 9.", field="ticket_id"))
    assert said == {
        "error": "RecordNotFound",
        "description": "There is no ticket with id 9.",
        "details": {
            "ticket_id": [{"description": "There is no ticket with id 9.", "error": "ticket_not_found"}],
        },
    }
    assert list(body(Conflict("item_done", "It was done before."))["details"]) == ["base"]


def test_tickets_are_found_by_what_they_are(desk: Desk):
    ctx = desk.as_("light_agent")
    assert ids(list_tickets(ctx)) == [NEW, OPEN, PENDING, SOLVED, CLOSED]
    assert ids(list_tickets(ctx, status="unsolved", sort="oldest")) == [PENDING, OPEN, NEW]
    assert ids(list_tickets(ctx, query="#48203")) == [PENDING]
    assert ids(list_tickets(ctx, query="MULLER grinder")) == [PENDING]
    assert ids(list_tickets(ctx, requester_id=ANNA, status="closed")) == [CLOSED]
    assert ids(list_tickets(ctx, organization_id=KADE)) == [OPEN, PENDING]
    assert ids(list_tickets(ctx, unassigned=True)) == [NEW]
    assert ids(list_tickets(ctx, tag="parcel")) == ids(list_tickets(ctx, order_number="lk-10002")) == [CLOSED]
    assert ids(list_tickets(ctx, group_id=RETURNS, assignee_id=NOOR, topic="damaged")) == [PENDING]
    assert ids(list_tickets(ctx, page=2, page_size=2)) == [PENDING, SOLVED]


def test_spam_is_left_out_unless_it_is_asked_for(desk: Desk):
    update_ticket(desk.as_("agent"), NEW, spam=True)
    assert NEW not in ids(list_tickets(desk.as_("agent")))
    assert ids(list_tickets(desk.as_("agent"), spam=True)) == [NEW]


def test_a_ticket_is_read_whole_by_a_fixed_number_of_statements(desk: Desk):
    ctx = desk.as_("agent")

    def statements() -> int:
        seen: list[str] = []
        desk.db.set_trace_callback(seen.append)
        get_ticket(ctx, OPEN)
        list_tickets(ctx)
        desk.db.set_trace_callback(None)
        return len(seen)

    few = statements()
    for at in range(12):
        add_note(ctx, OPEN, f"Note {at}.")
        create_ticket(ctx, ANNA, f"Call {at}", "They called.")
    assert statements() == few
    shown = get_ticket(ctx, OPEN)
    assert (shown.requester.name, shown.requester.tier, shown.requester.vip) == ("Carla Rossi", "business", True)
    assert (shown.assignee_name, shown.group_name) == ("Sam Okafor", "Frontline")
    assert [file.name for comment in shown.comments for file in comment.attachments] == ["order.csv", "ledger.txt"]
    assert shown.comments_total == 14


def test_a_ticket_that_is_not_there_is_refused(desk: Desk):
    with desk.refuses("ticket_not_found", field="ticket_id"):
        get_ticket(desk.as_("agent"), 99)
    with desk.refuses("ticket_not_found"):
        list_ticket_audits(desk.as_("agent"), 99)


def test_a_ticket_is_opened_on_behalf_of_a_caller(desk: Desk):
    made = create_ticket(
        desk.as_("agent"), ANNA, "Called about a parcel", "She asks where LK-1 is.", topic="wismo", group_id=FRONTLINE,
        tags=["call", "call"], fields=order_number("LK-1"),
    )  # fmt: skip
    row = desk.ticket(made.ticket_id, "requester_id, submitter_id, status, channel, language, group_id, topic")
    assert row == (ANNA, SAM, "new", "phone", "nl", FRONTLINE, "wismo")
    assert (made.tags, desk.said(made.ticket_id)) == (["call"], [(0, "Sam Okafor", "She asks where LK-1 is.")])
    assert desk.mails() == []
    assert ids(list_tickets(desk.as_("agent"), query="anna called", order_number="LK-1")) == [made.ticket_id]
    assert create_ticket(desk.as_("agent"), ANNA, "Again", "Body.", assignee_id=SAM).number == made.number + 1


def test_a_ticket_is_not_opened_for_nobody_or_with_what_a_field_cannot_hold(desk: Desk):
    ctx = desk.as_("agent")
    with desk.refuses("user_not_found", field="requester_id"):
        create_ticket(ctx, 99, "Hello", "Body.")
    desk.db.execute("UPDATE desk_user SET merged_into_id = ? WHERE id = ?", (ANNA, BEN))
    with desk.refuses("user_merged", field="requester_id"):
        create_ticket(ctx, BEN, "Hello", "Body.")


def test_an_update_changes_what_is_named_and_nothing_else(desk: Desk):
    before = desk.ticket(OPEN, "subject, status, topic, assignee_id, tags, created_at")
    done = update_ticket(desk.as_("agent"), OPEN, priority="high", impact="low", urgency="high")
    assert desk.ticket(OPEN, "priority, impact, urgency") == ("high", "low", "high")
    assert desk.ticket(OPEN, "subject, status, topic, assignee_id, tags, created_at") == before
    assert (done.priority, done.version) == ("high", 1)
    assert desk.rows("SELECT kind, field, before, after FROM audit_event ORDER BY id") == [
        ("change", "impact", None, "low"),
        ("change", "priority", "normal", "high"),
        ("change", "urgency", None, "high"),
    ]  # fmt: skip
    assert desk.rows("SELECT actor_role, actor_name, via FROM ticket_audit") == [("agent", "Sam Okafor", "agent")]


def test_an_update_that_changes_nothing_leaves_nothing_behind(desk: Desk):
    before = desk.dump()
    update_ticket(desk.as_("agent"), OPEN, priority="normal", tags=[], status="open")
    assert desk.dump() == before


def test_tags_replace_in_an_update_and_are_added_by_their_own_operation(desk: Desk):
    ctx = desk.as_("agent")
    update_ticket(ctx, OPEN, tags=["b", "a"])
    add_tags(ctx, OPEN, ["c", "a"])
    assert desk.tags(OPEN) == ["a", "b", "c"]
    remove_tags(ctx, OPEN, ["b", "zz"])
    assert desk.tags(OPEN) == ["a", "c"]
    update_ticket(ctx, OPEN, tags=["only"])
    assert desk.tags(OPEN) == ["only"]
    update_ticket(ctx, OPEN, tags=[f"t{at}" for at in range(40)])
    with desk.refuses("tags_full", field="tags"):
        add_tags(ctx, OPEN, ["one-more"])


def test_a_closed_ticket_takes_no_change_at_all(desk: Desk):
    ctx = desk.as_("admin")
    for change in (
        lambda: update_ticket(ctx, CLOSED, subject="x", fields=order_number("LK-9")),
        lambda: add_tags(ctx, CLOSED, ["x"]),
        lambda: take_ticket(ctx, CLOSED),
        lambda: reply_publicly(ctx, CLOSED, "Hello."),
        lambda: add_note(ctx, CLOSED, "Hm."),
        lambda: add_item(ctx, CLOSED, "Look."),
        lambda: add_collaborator(ctx, CLOSED, BEN),
        lambda: open_for_editing(ctx, CLOSED),
    ):
        with desk.refuses("ticket_closed", field="ticket_id"):
            change()


def test_solving_asks_for_an_assignee_a_topic_and_the_fields_of_the_topic(desk: Desk):
    ctx = desk.as_("agent")
    with desk.refuses("assignee_required", field="assignee_id"):
        update_ticket(ctx, NEW, status="solved")
    take_ticket(ctx, NEW)
    assert desk.ticket(NEW, "status, assignee_id, group_id") == ("open", SAM, FRONTLINE)
    with desk.refuses("topic_required", field="topic"):
        update_ticket(ctx, NEW, status="solved")
    with desk.refuses("field_required", field="fields.order_number"):
        update_ticket(ctx, NEW, status="solved", topic="wismo")
    done = update_ticket(ctx, NEW, status="solved", topic="wismo", fields=order_number("LK-7"))
    assert (done.status, done.fields[0].value) == ("solved", "LK-7")
    assert desk.ticket(NEW, "solved_at") == "2026-03-16T08:00:00Z"


def test_a_solved_ticket_keeps_what_solving_asked_for(desk: Desk):
    ctx = desk.as_("agent")
    with desk.refuses("field_required", field="fields.0.value"):
        update_ticket(ctx, SOLVED, fields=order_number(""))
    with desk.refuses("assignee_required", field="assignee_id"):
        update_ticket(ctx, SOLVED, empty=["assignee_id"])
    update_ticket(ctx, OPEN, status="solved")
    with desk.refuses("field_required", field="fields.order_number"):
        update_ticket(ctx, OPEN, topic="wismo")
    assert update_ticket(ctx, SOLVED, fields=order_number("LK-8"), tags=["x"]).status == "solved"
    assert update_ticket(ctx, SOLVED, empty=["assignee_id"], status="open").assignee_id is None


def test_an_open_checklist_holds_a_ticket_open(desk: Desk):
    ctx = desk.as_("agent")
    item = add_item(ctx, OPEN, "Ask finance").items[0]
    with desk.refuses("checklist_open", field="status"):
        update_ticket(ctx, OPEN, status="solved")
    with desk.refuses("item_not_found", field="item_id"):
        complete_item(ctx, PENDING, item.item_id)
    assert complete_item(ctx, OPEN, item.item_id).items[0].status == "done"
    with desk.refuses("item_done"):
        complete_item(ctx, OPEN, item.item_id)
    assert update_ticket(ctx, OPEN, status="solved").status == "solved"
    with desk.refuses("ticket_solved", field="ticket_id"):
        add_item(ctx, OPEN, "One more thing")


def test_fields_hold_what_their_kind_allows(desk: Desk):
    ctx = desk.as_("agent")
    with desk.refuses("field_not_found", field="fields.0.name"):
        update_ticket(ctx, OPEN, fields=[FieldSetting(name="colour", value="red")])
    with desk.refuses("field_value_invalid", field="fields.1.value"):
        update_ticket(ctx, OPEN, fields=[*order_number("LK-1"), FieldSetting(name="cause", value="weather")])
    update_ticket(ctx, OPEN, fields=[*order_number("LK-1"), FieldSetting(name="cause", value="carrier")])
    update_ticket(ctx, OPEN, fields=[FieldSetting(name="cause", value="")])
    held = {one.name: one.value for one in get_ticket(ctx, OPEN).fields}
    assert held == {"order_number": "LK-1", "cause": ""}
    kinds = desk.rows("SELECT field, before, after FROM audit_event WHERE kind = 'field' ORDER BY id")
    assert kinds == [("order_number", None, "LK-1"), ("cause", None, "carrier"), ("cause", "carrier", None)]


def test_people_and_groups_fit_together_or_are_refused(desk: Desk):
    ctx = desk.as_("team_lead")
    with desk.refuses("assignee_not_in_group", field="assignee_id"):
        update_ticket(ctx, OPEN, assignee_id=NOOR)
    with desk.refuses("group_not_found", field="group_id"):
        update_ticket(ctx, OPEN, group_id=9)
    with desk.refuses("agent_not_found", field="assignee_id"):
        update_ticket(ctx, OPEN, assignee_id=ANNA)
    done = update_ticket(ctx, OPEN, group_id=RETURNS, assignee_id=NOOR)
    assert (done.group_name, done.assignee_name, desk.ticket(OPEN, "reassigned")) == (
        "Returns & Refunds", "Noor Haddad", 1,
    )  # fmt: skip
    update_ticket(ctx, OPEN, empty=["assignee_id", "group_id"])
    assert desk.ticket(OPEN, "assignee_id, group_id, status") == (None, None, "open")
    with desk.refuses("set_and_emptied", field="empty"):
        update_ticket(ctx, OPEN, group_id=RETURNS, empty=["group_id"])


def test_only_incidents_belong_to_problems(desk: Desk):
    ctx = desk.as_("agent")
    update_ticket(ctx, PENDING, type="problem")
    with desk.refuses("incident_required", field="problem_id"):
        update_ticket(ctx, OPEN, problem_id=PENDING)
    with desk.refuses("problem_not_found", field="problem_id"):
        update_ticket(ctx, OPEN, type="incident", problem_id=SOLVED)
    assert update_ticket(ctx, OPEN, type="incident", problem_id=PENDING).problem_id == PENDING
    with desk.refuses("incident_required", field="type"):
        update_ticket(ctx, OPEN, type="question")
    assert [one.ticket_id for one in get_ticket(ctx, PENDING).incidents] == [OPEN]
    assert ids(list_tickets(ctx, problem_id=PENDING)) == [OPEN]


def test_a_wrong_requester_is_put_right_with_their_organisation(desk: Desk):
    ctx = desk.as_("agent")
    update_ticket(ctx, NEW, requester_id=CARLA)
    assert desk.ticket(NEW, "requester_id, organization_id, submitter_id") == (CARLA, KADE, ANNA)
    assert ids(list_tickets(ctx, query="carla parcel")) == [NEW]
    update_ticket(ctx, NEW, requester_id=ANNA)
    assert desk.ticket(NEW, "requester_id, organization_id") == (ANNA, None)
    with desk.refuses("user_not_found", field="requester_id"):
        update_ticket(ctx, NEW, requester_id=99)


def test_audits_tell_who_changed_what_newest_first(desk: Desk):
    update_ticket(desk.as_("agent"), OPEN, priority="high")
    desk.wait(minutes=1)
    reply_publicly(desk.as_("team_lead"), OPEN, "Hello.")
    page = list_ticket_audits(desk.as_("light_agent"), OPEN)
    assert [(one.actor_name, [event.kind for event in one.events]) for one in page.items] == [
        ("Ines Duarte", ["comment"]), ("Sam Okafor", ["change"]),
    ]  # fmt: skip


def test_bad_input_never_reaches_a_ticket():
    update = WORLD.operations["update_ticket"]
    for bad in ({"status": "closed"}, {"status": "new"}, {"tags": ["two words"]}, {"priority": None, "colour": "red"}):
        with pytest.raises(Exception, match=r"update_ticket") as said:
            update.bind_json({"ticket_id": 1, **bad})
        assert said.value.code in {"invalid_argument", "unknown_argument"}
    with pytest.raises(ValidationError):
        FieldSetting(name="Order Number", value="x")


def test_what_overwrites_a_ticket_can_be_bound_to_its_version_and_notes_pass_locks():
    of_version = {name for name, one in WORLD.operations.items() if one.record in {"ticket_id", "target_id"}}
    assert of_version >= {"update_ticket", "reply_publicly", "take_ticket", "merge_tickets", "split_ticket"}
    assert not WORLD.operations["add_note"].locks_bind
    assert WORLD.operations["create_ticket"].duplicates
    assert WORLD.operations["get_ticket"].roles == set(STAFF)
    assert WORLD.operations["update_ticket"].roles == set(WORKERS)


def test_rules_follow_what_people_do_and_are_named_in_the_audit(desk: Desk):
    conditions = {"all": [{"field": "priority", "changed_to": "urgent"}]}
    actions = {"add_tags": ["hot"], "note": "Look at {{ticket.number}} now."}
    desk.add(
        models.Trigger(
            id=1, title="Urgent ones are hot", position=1, conditions=json.dumps(conditions),
            actions=json.dumps(actions), active=True,
        )
    )  # fmt: skip
    done = update_ticket(desk.as_("agent"), OPEN, priority="urgent")
    assert (done.rules, done.tags) == (["Urgent ones are hot"], ["hot"])
    assert desk.said(OPEN)[-1] == (0, "Urgent ones are hot", "Look at 48202 now.")
    again = update_ticket(desk.as_("agent"), OPEN, impact="high")
    assert again.rules == []


def test_who_acts_is_who_the_audit_names(desk: Desk):
    ctx = desk.as_("integration")
    update_ticket(ctx, OPEN, priority="low")
    assert desk.one("SELECT actor_role, actor_name FROM ticket_audit") == ("integration", "Shop connector")
    nameless = replace(ctx, actor=replace(ctx.actor, name=""))
    update_ticket(nameless, OPEN, priority="high")
    assert desk.one("SELECT actor_name FROM ticket_audit ORDER BY id DESC LIMIT 1") == "Integration"
