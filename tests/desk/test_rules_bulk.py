"""Promises of changes to many tickets at once, and of what a colleague has to themselves meanwhile."""

from tiny_desk import CLOSED, NEW, NOOR, OPEN, PENDING, Desk

from worlds.desk import WORLD
from worlds.desk.operations.bulk import BulkChange, bulk_update_tickets, work_off_updates
from worlds.desk.operations.conversation import open_for_editing
from worlds.desk.operations.structure import link_incident, merge_tickets
from worlds.desk.operations.tickets import update_ticket
from worlds.desk.operations.writing_in import colleague_updates
from worlds.engine.everywhere.jobs import get_job


def test_a_bulk_update_changes_what_it_can_and_tells_of_each_ticket(desk: Desk):
    update_ticket(desk.as_("agent"), OPEN, tags=["kept"])
    taken = bulk_update_tickets(desk.as_("agent"), [NEW, OPEN, CLOSED, 99], priority="low", add_tags=["wave"])
    assert [desk.ticket(one, "priority") for one in (NEW, OPEN)] == [None, "normal"]
    ((due, operation, arguments, _),) = desk.later
    assert operation == "work_off_updates"
    assert due > desk.now
    desk.now = due
    work_off_updates(desk.as_system(), **WORLD.operations[operation].bind_json(arguments))
    assert (desk.tags(NEW), desk.tags(OPEN), desk.tags(CLOSED)) == (["wave"], ["kept", "wave"], ["parcel"])
    job = get_job(desk.as_("agent"), taken.job_id)
    assert {one.index: one.error for one in job.items} == {
        0: None, 1: None, 2: "ticket_closed", 3: "ticket_not_found",
    }  # fmt: skip
    names = desk.rows("SELECT DISTINCT actor_role, actor_name FROM ticket_audit WHERE via = 'bulk'")
    assert names == [("agent", "Sam Okafor")]


def test_a_bulk_update_says_what_it_changes_and_each_ticket_once(desk: Desk):
    ctx = desk.as_("agent")
    with desk.refuses("nothing_to_change", field="ticket_ids"):
        bulk_update_tickets(ctx, [NEW])
    with desk.refuses("duplicate_ticket", field="ticket_ids"):
        bulk_update_tickets(ctx, [NEW, NEW], priority="low")
    assert BulkChange(priority="low").add_tags == []


def test_an_incident_of_a_problem_keeps_its_type_while_the_others_of_the_job_change(desk: Desk):
    update_ticket(desk.as_("agent"), NEW, type="problem")
    link_incident(desk.as_("agent"), OPEN, NEW)
    taken = bulk_update_tickets(desk.as_("agent"), [OPEN, PENDING], type="task")
    ((due, operation, arguments, _),) = desk.later
    desk.now = due
    work_off_updates(desk.as_system(), **WORLD.operations[operation].bind_json(arguments))
    assert (desk.ticket(OPEN, "type"), desk.ticket(PENDING, "type")) == ("incident", "task")
    items = get_job(desk.as_("agent"), taken.job_id).items
    assert {one.index: one.error for one in items} == {0: "incident_required", 1: None}


def test_what_a_colleague_has_to_themselves_is_left_alone_by_jobs_and_merges(desk: Desk):
    open_for_editing(desk.as_("agent", NOOR), OPEN)
    bulk_update_tickets(desk.as_("agent"), [NEW, OPEN], priority="low")
    ((_, operation, arguments, _),) = desk.later
    work_off_updates(desk.as_system(), **WORLD.operations[operation].bind_json(arguments))
    assert (desk.ticket(NEW, "priority"), desk.ticket(OPEN, "priority")) == ("low", "normal")
    with desk.refuses("ticket_locked", field="source_ids.0"):
        merge_tickets(desk.as_("agent"), NEW, [OPEN], confirm_different_requesters=True)
    with desk.refuses("ticket_locked", field="ticket_id"):
        colleague_updates(desk.as_system("Ines Duarte"), OPEN, note="Mine now.")
    assert colleague_updates(desk.as_system("Noor Haddad"), OPEN, note="Still mine.").ticket_id == OPEN
