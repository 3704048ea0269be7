"""Promises of the shop's own time: money that is held lapses, parcels arrive, requests are answered, nights go by."""

from datetime import datetime, timedelta

import pytest
from troubles import stored

import worlds
from worlds.engine.bookkeeping import driver_of
from worlds.engine.events import Event, queue


@pytest.fixture
def office():
    with worlds.open("shop", population="small", role="finance") as episode:
        yield episode


def let(episode, operation, who, after=1, **arguments):
    """Let an event happen so many seconds from now."""
    with episode._fork.lease() as connection, connection.begin():
        due = int(episode.now.timestamp()) + after
        queue(driver_of(connection), Event.of(due, operation, arguments, f"person:{who}", f"world:person:{who}"))


def wait(episode, **arguments):
    reply = episode.call("wait", arguments)
    assert reply.ok, reply.body
    return reply.body


def test_a_held_payment_lapses_when_its_time_is_up_and_not_before(office):
    held = "SELECT id, auth_expires_at FROM payment WHERE status = 'authorized' ORDER BY auth_expires_at LIMIT 1"
    ((payment, expires),) = stored(office, held)
    status = "SELECT status FROM payment WHERE id = ?"
    end = datetime.fromisoformat(expires)
    wait(office, until=f"{end - timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}")
    assert stored(office, status, payment) == [("authorized",)]
    wait(office, minutes=3)
    assert stored(office, status, payment) == [("expired",)]


def test_no_held_payment_outlives_its_time_over_a_month(office):
    wait(office, minutes=43_200)
    query = "SELECT count(*) FROM payment WHERE status = 'authorized' AND auth_expires_at < ?"
    assert stored(office, query, f"{office.now:%Y-%m-%dT%H:%M:%SZ}") == [(0,)]


def test_parcels_under_way_arrive_and_none_on_the_first_working_day(office):
    under_way = "SELECT count(*) FROM fulfilment WHERE status = 'shipped'"
    ((before,),) = stored(office, under_way)
    wait(office, minutes=4 * 60)
    assert stored(office, under_way) == [(before,)]
    wait(office, minutes=14 * 24 * 60)
    assert stored(office, under_way)[0][0] < before
    by = stored(office, "SELECT DISTINCT root FROM engine_cause WHERE operation = 'carrier_scans'")
    assert by == [("world:carrier",)]


def test_every_night_the_stock_report_is_written(office):
    wait(office, minutes=5 * 24 * 60)
    reports = stored(office, "SELECT at FROM audit_event WHERE action = 'stock_report' ORDER BY id")
    assert [at[:13] for (at,) in reports] == [f"2026-03-{day}T01" for day in (17, 18, 19, 20, 21)]


def test_what_the_world_does_by_itself_is_not_the_agents(office):
    wait(office, minutes=7 * 24 * 60)
    roots = {root for (root,) in stored(office, "SELECT DISTINCT root FROM engine_cause WHERE step > 0")}
    assert roots >= {"world:bank", "world:carrier", "world:nightly jobs"}
    written = "SELECT count(*) FROM engine_change JOIN engine_cause c ON c.id = cause_id WHERE root GLOB 'agent:*'"
    assert stored(office, written) == [(0,)]


# -- approvals ----------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(office):
    """An order, and a request over two units of a line of it, just made."""
    order_id, line_id = stored(
        office,
        """SELECT o.id, l.id FROM order_line l JOIN sales_order o ON o.id = l.order_id
        WHERE o.fulfilment_status = 'fulfilled' AND o.financial_status = 'paid' AND l.quantity >= 3
          AND l.refunded = 0 AND l.returned = 0 ORDER BY l.id LIMIT 1""",
    )[0]
    let(office, "ask_approval", "Sanne", order_id=order_id, line_id=line_id, units=2, approver="Ruben")
    wait(office, minutes=1)
    return order_id, line_id


def request(office, order_id):
    return office.call("list_approvals", {"order_id": order_id}).body["items"][0]


def test_a_request_stands_in_the_list_and_waits_for_its_approver(office, asked):
    shown = request(office, asked[0])
    assert (shown["status"], shown["waits_for"], shown["asked_by"]) == ("pending", "Ruben", "Sanne")
    assert shown["amount_approved"] == "0.00"


def test_an_answer_allows_no_more_than_was_asked_for_and_is_told(office, asked):
    let(office, "decide_approval", "Ruben", order_id=asked[0], units=9, answer="Fine.")
    wait(office, for_message=True)
    shown = request(office, asked[0])
    assert (shown["status"], shown["units_approved"]) == ("approved", 2)
    assert shown["amount_approved"] == shown["amount"]
    (message,) = office.call("read_inbox").body["items"]
    assert (message["sender"], message["sender_role"]) == ("Ruben", "approver")
    assert shown["number"] in message["subject"]


def test_an_answered_request_takes_no_other_answer(office, asked):
    let(office, "decide_approval", "Ruben", order_id=asked[0], units=0, answer="No.")
    let(office, "decide_approval", "Petra", after=5, order_id=asked[0], units=2, answer="Yes.")
    wait(office, minutes=1)
    assert request(office, asked[0])["status"] == "denied"


def test_a_request_that_nobody_answers_lapses_after_four_days(office, asked):
    wait(office, minutes=4 * 24 * 60 - 5)
    assert request(office, asked[0])["status"] == "pending"
    wait(office, minutes=10)
    assert request(office, asked[0])["status"] == "lapsed"


def test_who_is_away_passes_a_request_on_and_it_stays_pending(office, asked):
    let(office, "pass_approval_on", "Ruben", order_id=asked[0], delegate="Petra", days=7)
    wait(office, for_message=True)
    shown = request(office, asked[0])
    assert (shown["status"], shown["waits_for"]) == ("pending", "Petra")
    assert "out of the office" in office.call("read_inbox").body["items"][0]["body"]


def test_what_was_approved_may_be_refunded_above_the_roles_limit_and_no_more():
    with worlds.open("shop", population="small", role="support_l1") as episode:
        order_id, line_id = stored(
            episode,
            """SELECT o.id, l.id FROM order_line l JOIN sales_order o ON o.id = l.order_id
            WHERE o.fulfilment_status = 'fulfilled' AND o.financial_status = 'paid' AND l.quantity >= 3
              AND l.total / l.quantity > 3000 AND l.refunded = 0 AND l.returned = 0 ORDER BY l.id LIMIT 1""",
        )[0]
        two = {"lines": [{"line_id": line_id, "quantity": 2}], "order_id": order_id, "reason": "missing_item"}
        assert episode.call("refund_order", two).body["error"]["code"] == "approval_needed"
        let(episode, "ask_approval", "Sanne", order_id=order_id, line_id=line_id, units=3, approver="Ruben")
        let(episode, "decide_approval", "Ruben", after=5, order_id=order_id, units=2, answer="Two of them.")
        wait(episode, minutes=1)
        three = {**two, "lines": [{"line_id": line_id, "quantity": 3}]}
        assert episode.call("refund_order", three).body["error"]["code"] == "approval_needed"
        assert episode.call("refund_order", two).ok
