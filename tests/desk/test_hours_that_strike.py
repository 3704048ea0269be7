"""What happens at the desk with time alone, and whose doing it is."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from served import brought, clock, promise, rule, states, text_of, works, writes
from tiny_desk import ANNA, BEN, CLOSED, FRONTLINE, NOOR, PENDING, RETURNS, SAM, SOLVED, START, Desk

from worlds.desk import WORLD, models
from worlds.desk.operations.passing_time import first_hour, hour_strikes, look_after, next_look, promises_break
from worlds.engine import bookkeeping, events
from worlds.engine.context import Actor
from worlds.engine.door import Call, Door, settle, transact
from worlds.engine.due import Due
from worlds.engine.events import Event
from worlds.engine.faults.meeting import Faults
from worlds.engine.faults.plan import CLEAN

WEEK = 7 * 86_400
T = 20


def held(desk: Desk, at: int, *, group: int = FRONTLINE, assignee: int = SAM) -> None:
    """A ticket that is on hold from now on."""
    brought(desk, at, status="open", assignee_id=assignee, group_id=group)
    works(desk, at, status="hold")


def solved(desk: Desk, at: int, **more: Any) -> None:
    """A ticket that is solved now."""
    brought(desk, at, topic="other", **more)
    works(desk, at, reply="Here you are.", status="solved", assignee_id=SAM)


def strike(desk: Desk) -> int:
    """Do what is due this hour; answers how many records it touched."""
    return hour_strikes(desk.as_system()).records


# Every hour


def test_an_automation_runs_once_on_what_has_been_so_for_long_enough(desk: Desk) -> None:
    asked = {"all": [{"field": "status", "is": "pending"}, {"field": "status", "longer_than": 72}]}
    rule(desk, 1, "Remind", asked, {"reply": "Still waiting, {{ticket.requester.first_name}}."}, hourly=True)
    desk.wait(hours=2)
    strike(desk)
    assert len(desk.said(PENDING)) == 2, "it has been pending for 72 hours, and not for longer"
    desk.wait(hours=1)
    strike(desk)
    assert desk.said(PENDING)[-1] == (1, "Remind", "Still waiting, Ben.")
    assert desk.rows("SELECT via FROM ticket_audit WHERE ticket_id = ?", PENDING) == [("automation",)]
    desk.wait(hours=1)
    strike(desk)
    assert len(desk.said(PENDING)) == 3, "once for as long as it stays pending"


def test_an_automation_sets_off_triggers_and_moves_clocks(desk: Desk) -> None:
    promise(desk)
    old = {"all": [{"field": "status", "is": "new"}, {"field": "status", "longer_than": 3}]}
    rule(desk, 1, "Nobody has looked", old, {"set": {"priority": "high"}, "add_tags": ["waiting"]}, hourly=True)
    rule(desk, 1, "Tell the lead", {"all": [{"field": "tags", "has": "waiting"}]}, {"note": "Look at this one."})
    brought(desk)
    desk.wait(hours=4)
    strike(desk)
    assert desk.said(T)[-1] == (0, "Tell the lead", "Look at this one.")
    due, breached = text_of(START + timedelta(hours=1)), text_of(START + timedelta(hours=2))
    assert clock(desk, T, "first_reply")[2:] == (due, breached), "its first target had passed before"


def test_an_automation_that_a_law_forbids_leaves_the_ticket_alone(desk: Desk) -> None:
    silent = {"all": [{"field": "status", "is": "open"}, {"field": "updated", "longer_than": 2}]}
    rule(desk, 1, "Give up", silent, {"set": {"status": "solved"}, "note": "Given up."}, hourly=True)
    brought(desk, topic=None, assignee_id=SAM, status="open")
    desk.wait(hours=3)
    said = desk.said(T)
    strike(desk)
    assert (desk.ticket(T), desk.said(T)) == ("open", said), "it has no topic, so it cannot be solved"


def test_what_is_solved_closes_after_four_days_and_a_rating_is_offered_after_one(desk: Desk) -> None:
    desk.db.execute("DELETE FROM ticket WHERE id IN (?, ?)", (SOLVED, CLOSED))
    solved(desk, T)
    desk.wait(hours=23)
    assert strike(desk) == 0
    desk.wait(hours=1)
    assert strike(desk) == 1
    assert desk.rows("SELECT ticket_id, score FROM rating") == [(T, "offered")]
    kind, to, _, body = desk.mails()[-1]
    assert (kind, to) == ("csat_offer", "anna@example.com")
    assert "#50020 opgelost" in body, "Anna reads Dutch"
    desk.wait(days=2, hours=23)
    assert strike(desk) == 0
    desk.wait(hours=1)
    assert strike(desk) == 1
    assert desk.ticket(T) == "closed"
    assert len(desk.rows("SELECT 1 FROM rating")) == 1


def test_nobody_is_asked_about_spam_or_what_was_opened_again(desk: Desk) -> None:
    solved(desk, T)
    solved(desk, 21)
    works(desk, T, spam=True)
    writes(desk, 21, "Not solved at all.")
    desk.wait(hours=25)
    strike(desk)
    assert not desk.rows("SELECT 1 FROM rating WHERE ticket_id IN (?, 21)", T)


def test_a_ticket_is_on_hold_for_four_working_days_of_its_group(desk: Desk) -> None:
    every_day = json.dumps({str(day): [[480, 1200]] for day in range(7)})
    desk.add(models.Schedule(id=2, name="Every day", zone="Europe/Amsterdam", intervals=every_day))
    desk.db.execute("UPDATE desk_group SET schedule_id = 2 WHERE id = ?", (RETURNS,))
    desk.wait(days=3)  # Thursday
    held(desk, T)
    held(desk, 21, group=RETURNS, assignee=NOOR)
    desk.wait(days=4)
    strike(desk)
    assert (desk.ticket(T), desk.ticket(21)) == ("hold", "open")
    desk.wait(days=2, hours=-1)
    strike(desk)
    assert desk.ticket(T) == "hold"
    desk.wait(hours=1)
    strike(desk)
    assert desk.ticket(T) == "open", "Friday, Monday, Tuesday, Wednesday"
    assert desk.one("SELECT actor_name FROM ticket_audit WHERE ticket_id = ? ORDER BY id DESC LIMIT 1", T).startswith(
        "On hold for 4"
    )


def test_a_request_for_approval_that_nobody_answers_lapses(desk: Desk) -> None:
    desk.add(
        models.Approval(
            id=1, number="AP-1", ticket_id=PENDING, amount=4_000, currency="EUR", reason="Broken twice",
            status="pending", approver_id=4, asked_by="Sam Okafor", asked_at=desk.now - timedelta(days=4),
        )
    )  # fmt: skip
    strike(desk)
    assert desk.one("SELECT status FROM approval") == "pending", "its own event is due at this very moment"
    desk.wait(hours=1)
    strike(desk)
    assert desk.one("SELECT status FROM approval") == "lapsed"


def test_an_hour_in_which_nothing_is_due_changes_nothing_and_takes_few_statements(desk: Desk) -> None:
    rule(desk, 1, "Old", {"all": [{"field": "status", "longer_than": 900}]}, {"add_tags": ["old"]}, hourly=True)
    strike(desk)  # what is due in the tiny desk
    before, statements = desk.dump(), list[str]()
    desk.db.set_trace_callback(statements.append)
    assert look_after(desk.as_system()) == 0
    desk.db.set_trace_callback(None)
    assert desk.dump() == before
    assert len(statements) <= 6, statements


# Clocks that are wound up, and whose doing it is


@contextmanager
def at_the_door(desk: Desk, person: int = SAM, role: str = "agent") -> Iterator[tuple[Door, Any]]:
    """The tiny desk behind the real door, with its clocks wound up, for somebody at work."""
    ctx = desk.as_system()
    for due, name in ((first_hour(desk.now), "hour_strikes"), (next_look(ctx), "promises_break")):
        events.queue(desk.db, Event.of(int(due.timestamp()), name, {}, "clock", "world:clock"))
    desk.session.commit()
    door = Door(WORLD, Actor(role, person, "Sam Okafor"), "test", Faults(WORLD, CLEAN, {}, int(START.timestamp())))
    with desk.session.get_bind().connect() as connection:  # type: ignore[union-attr]
        yield door, connection


def call(door: Door, connection: Any, name: str, seconds: int = 1, **arguments: Any) -> Any:
    """Call an operation through the door, after so many virtual seconds."""
    operation = WORLD.operations[name]
    passed = transact(connection, door, Call(operation, operation.bind_json(arguments), seconds, None))
    assert passed.reply.ok, passed.reply.body
    return passed.reply.value


def roots(desk: Desk, table: str) -> list[tuple[Any, ...]]:
    """Who first caused the changes of a table, and by which operation, in order, each said once."""
    found = desk.rows(
        "SELECT c.root, c.operation FROM engine_change e JOIN engine_cause c ON c.id = e.cause_id WHERE e.tbl = ? "
        "ORDER BY e.seq",
        table,
    )
    return list(dict.fromkeys(found))


def test_what_a_rule_does_because_of_the_agent_is_the_agents_and_a_breach_is_the_clocks(desk: Desk) -> None:
    promise(desk)
    rule(desk, 1, "Urgent ones", {"all": [{"field": "priority", "changed": True}]}, {"note": "Mind the clock."})
    brought(desk)
    with at_the_door(desk) as (door, connection):
        call(door, connection, "update_ticket", ticket_id=T, priority="high")
        assert roots(desk, "comment")[-1] == ("agent:1", "update_ticket")
        call(door, connection, "list_views", seconds=3 * 3_600)
    due = text_of(START + timedelta(hours=1))
    assert clock(desk, T, "first_reply")[2:] == (due, due), "booked at the moment at which it was due"
    assert desk.rows("SELECT at FROM ticket_audit WHERE via = 'sla' ORDER BY id")[0] == (due,)
    assert roots(desk, "sla_timer")[-1] == ("world:clock", "promises_break")


def test_a_promise_that_is_made_after_the_clocks_were_wound_up_breaks_at_its_moment(desk: Desk) -> None:
    promise(desk, share=8)  # fifteen minutes for the first reply
    with at_the_door(desk) as (door, connection):
        call(door, connection, "list_views", seconds=7 * 60 + 13)
        made = call(
            door, connection, "create_ticket", requester_id=ANNA, subject="Parcel", body="She called.", channel="phone",
            public=False,
        )  # fmt: skip
        began = datetime.fromisoformat(desk.one("SELECT started_at FROM sla_timer LIMIT 1"))
        call(door, connection, "list_views", seconds=3_600)
    due = text_of(began + timedelta(minutes=15))
    assert clock(desk, made.ticket_id, "first_reply")[2:] == (due, due)
    assert (due,) in desk.rows("SELECT at FROM ticket_audit WHERE via = 'sla'")


def test_nothing_of_the_clocks_waits_for_the_agent_to_be_graded(desk: Desk) -> None:
    promise(desk)
    brought(desk)
    with at_the_door(desk) as (door, connection):
        call(door, connection, "reply_publicly", ticket_id=T, body="Which parcel?", status="pending")
        with connection.begin():
            assert settle(connection, door) == ()
    assert states(desk, T)["resolution"] == "active"
    assert desk.one("SELECT count(*) FROM engine_event") == 2


def test_a_week_goes_by_with_an_event_an_hour_and_one_whenever_promises_are_looked_at(desk: Desk) -> None:
    promise(desk)
    held(desk, T)
    solved(desk, 21, requester_id=BEN, submitter_id=BEN)
    with at_the_door(desk) as (door, connection), connection.begin():
        driver = bookkeeping.driver_of(connection)
        before = bookkeeping.next_id(driver, "engine_event.seq")
        with Due(connection, driver, door, 1) as due:
            due.until(int(START.timestamp()) + WEEK)
        queued = bookkeeping.next_id(driver, "engine_event.seq") - before
    assert 7 * 24 + 7 * 96 <= queued <= 7 * 24 + 7 * 96 + 20
    assert (desk.ticket(T), desk.ticket(21)) == ("open", "closed")
    assert desk.one("SELECT count(*) FROM engine_event") == 2, "each clock has queued its next stroke, and no more"


def test_every_operation_that_passes_time_is_no_tool() -> None:
    for operation in (hour_strikes, promises_break):
        assert not operation.doors
        assert not operation.roles
