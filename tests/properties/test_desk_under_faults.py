"""Under any plan and any work at the desk: its laws hold, a key has one effect, the diff names every change."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keeping import KEYS, chance, check, plans

import worlds
from worlds.engine.world import find

DESK = find("desk")
TICKETS = 30
"""Tickets that actions are drawn on: few, so that they meet on the same ones."""
STATES = ("open", "pending", "hold", "solved")


@cache
def records():
    """Tickets of every state, whole, as somebody reads them before anything goes wrong."""
    with worlds.open("desk", role="admin") as episode:
        rows = [
            *episode.call("list_tickets", {"status": "unsolved", "page_size": TICKETS - 8}).body["items"],
            *episode.call("list_tickets", {"status": "solved", "page_size": 4}).body["items"],
            *episode.call("list_tickets", {"status": "closed", "page_size": 4}).body["items"],
        ]
        return [episode.call("get_ticket", {"ticket_id": row["ticket_id"]}).body for row in rows]


def at(ticket):
    return {"ticket_id": ticket["ticket_id"]}


def other_than(ticket, number):
    found = records()
    other = found[number % len(found)]
    return other if other is not ticket else found[number % len(found) - 1]


def reply(ticket, number):
    return "reply_publicly", {**at(ticket), "body": "We look into it.", "status": STATES[number % 4]}


def note(ticket, number):
    return "add_note", {**at(ticket), "body": f"Looked at it {number} times; {ticket['number']}."}


def change(ticket, number):
    changed = {"status": STATES[number % 4], "priority": ("low", "high")[number % 2], "tags": [f"look-{number}"]}
    return "update_ticket", {**at(ticket), **changed, "safe_version": 1}


def take(ticket, _):
    return "take_ticket", at(ticket)


def link(ticket, number):
    return "link_tickets", {**at(ticket), "other_id": other_than(ticket, number)["ticket_id"]}


def merge(ticket, number):
    both = {"target_id": ticket["ticket_id"], "source_ids": [other_than(ticket, number)["ticket_id"]]}
    return "merge_tickets", {**both, "confirm_different_requesters": True}


def credit(ticket, number):
    return "give_credit", {**at(ticket), "amount": f"{number % 20 + 1}.00"}


def follow(ticket, _):
    return "create_follow_up", {**at(ticket), "body": "It goes on here."}


def escalate(ticket, _):
    message = f"Ticket {ticket['number']} is for you."
    return "escalate", {**at(ticket), "group": "Team leads", "reason": "other", "message": message}


def many(ticket, number):
    ids = sorted({ticket["ticket_id"], other_than(ticket, number)["ticket_id"]})
    return "bulk_update_tickets", {"ticket_ids": ids, "add_tags": ["many"]}


def ask(ticket, _):
    question = {"party": "carrier", "subject": f"Ticket {ticket['number']}", "body": "Where is the parcel?"}
    return "start_side_conversation", {**at(ticket), **question}


WORK = (reply, note, change, take, link, merge, credit, follow, escalate, many, ask)
ACTIONS = st.tuples(st.sampled_from(WORK), st.integers(0, TICKETS - 1), st.integers(0, 60), KEYS)


@chance(20)
@given(plan=plans(DESK), actions=st.lists(ACTIONS, min_size=3, max_size=14))
def test_the_laws_hold_and_the_diff_names_every_change(plan, actions):
    tickets = records()
    with worlds.open("desk", role="admin", faults=plan) as episode:
        for make, ticket, number, key in actions:
            episode.call(*make(tickets[ticket % len(tickets)], number), key=key)
        episode.call("wait", {"minutes": 60 * 24})
        check(episode)


@pytest.mark.parametrize("make", WORK, ids=lambda one: one.__name__)
def test_the_actions_are_ones_that_the_desk_takes(make):
    """So that the promise above speaks of work, not of refusals."""
    with worlds.open("desk", role="admin") as episode:
        assert any(episode.call(*make(ticket, number)).ok for number, ticket in enumerate(records()))
