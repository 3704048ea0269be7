"""Promises of what the workspace's pages show when something goes wrong: who was there, what is kept of a draft."""

import pytest
from troubled import under

from worlds.engine.surfaces.visitor import Visitor

DRAFT = "We have found your parcel and send it on today."


@pytest.fixture
def at_work(app):
    """Somebody who sits down before the page of an open ticket while one rule is in force."""
    opened = []

    def sit(fault, **rule):
        episode = under(fault, **rule)
        opened.append(episode)
        row = episode.call("list_tickets", {"status": "open", "page_size": 1}).body["items"][0]
        visitor = Visitor(app, episode)
        visitor.get(f"/workspace/tickets/{row['ticket_id']}")
        return episode, visitor, row["ticket_id"]

    yield sit
    for episode in opened:
        episode.close()


def ticket(episode, ticket_id):
    return episode.call("get_ticket", {"ticket_id": ticket_id}).body


def draft(visitor):
    return dict(visitor.form("/reply").fields)["body"]


def test_a_conflict_shows_the_colleagues_change_and_what_is_sent_then_keeps_both(at_work):
    episode, visitor, ticket_id = at_work("F16")
    visitor.send("/properties", {"priority": "urgent"})
    now = ticket(episode, ticket_id)
    assert visitor.page.status_code == 409
    who = now["audits"][0]["actor_name"]
    assert who != episode.actor.name
    assert who in visitor.text
    assert now["priority"] != "urgent"
    assert dict(visitor.form("/properties").fields)["if_version"] == str(now["version"])
    visitor.send("/properties", {"priority": "urgent"})
    after = ticket(episode, ticket_id)
    assert (after["priority"], after["due_at"]) == ("urgent", now["due_at"])
    assert now["due_at"] is not None


def test_who_finds_a_ticket_locked_keeps_the_draft_and_sees_by_whom(at_work):
    episode, visitor, ticket_id = at_work("F18")
    visitor.send("/reply", {"body": DRAFT})
    assert visitor.page.status_code == 423
    assert ticket(episode, ticket_id)["lock"]["holder"] in visitor.text
    assert draft(visitor) == DRAFT
    assert ticket(episode, ticket_id)["comments"][-1]["body"] != DRAFT


def test_the_limit_of_updates_counts_on_pages_too_and_keeps_the_draft(at_work):
    few = {"limit": 700, "others": 0, "updates": 100, "other_updates": 99}
    episode, visitor, ticket_id = at_work("rate-limit", times=0, params=few)
    visitor.send("/note", {"body": "First."})
    visitor.send("/reply", {"body": DRAFT})
    assert visitor.page.status_code == 429
    assert "Too many requests. Nothing was saved." in visitor.text
    assert draft(visitor) == DRAFT
    episode.call("wait", {"minutes": 2})
    visitor.send("/reply", {"body": DRAFT})
    assert [one["body"] for one in ticket(episode, ticket_id)["comments"]].count(DRAFT) == 1


def test_an_expired_session_leads_to_the_sign_in_page_and_nothing_is_sent(at_work):
    episode, visitor, ticket_id = at_work("F11")
    visitor.send("/reply", {"body": DRAFT})
    assert f"/-/workspace/sign-in?next=/episodes/abc/workspace/tickets/{ticket_id}" in visitor.text
    assert episode.diff() == []
    episode.call("renew_session", {})
    assert ticket(episode, ticket_id)["comments"][-1]["body"] != DRAFT


def test_a_rule_of_the_house_stands_beside_the_note_that_breaks_it(at_work):
    episode, visitor, _ = at_work("F24", times=0)
    visitor.send("/note", {"body": DRAFT})
    assert "Internal note must contain the number of the ticket." in visitor.text
    assert dict(visitor.form("/note").fields)["body"] == DRAFT
    assert episode.diff() == []
