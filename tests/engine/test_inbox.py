"""Promises of the inbox: messages are noticed on every surface, read once, and never a part of what is judged."""

import json

import pytest
from meanwhile import busy, letter, waited

import worlds
from worlds.engine.surfaces.http import Request, respond
from worlds.engine.surfaces.mcp import _result


@pytest.fixture
def episode():
    with worlds.open("tiny/recount", seed=3) as opened, busy(opened, letter(60), letter(120, "Hello?")) as one:
        yield one


def test_unread_messages_are_noticed_with_every_answer_until_they_are_read(episode):
    waited(episode, minutes=5)
    assert episode.unread == 2
    assert episode.call("list_items").notice == "2 new messages; read_inbox shows them."
    assert episode.call("get_item", {"item_id": 10_000}).notice == "2 new messages; read_inbox shows them."
    assert episode.call("read_inbox", {"page_size": 1}).notice == "1 new message; read_inbox shows it."
    assert episode.call("read_inbox").notice == ""
    assert episode.unread == 0


def test_the_inbox_shows_messages_newest_first_and_what_is_new(episode):
    waited(episode, minutes=5)
    shown = episode.call("read_inbox").body
    assert [one["body"] for one in shown["items"]] == ["Hello?", "Are you there?"]
    assert all(one["new"] for one in shown["items"])
    assert [one["received_at"] for one in shown["items"]] == ["2026-03-16T08:02:02Z", "2026-03-16T08:01:02Z"]
    again = episode.call("read_inbox").body
    assert not any(one["new"] for one in again["items"])
    assert episode.call("read_inbox", {"unread_only": True}).body["items"] == []


def test_messages_and_reading_them_change_nothing_that_is_judged(episode):
    waited(episode, minutes=5)
    episode.call("read_inbox")
    assert episode.diff() == []
    grade = episode.grade({"status": "done"})
    assert grade.collateral == ()


def test_over_http_the_notice_is_a_header(episode):
    waited(episode, minutes=5)
    answer = respond(episode, Request("POST", "list_items", b"{}", ("application/json",)))
    assert dict(answer.headers)["x-notice"] == "2 new messages; read_inbox shows them."
    assert "items" in json.loads(answer.body)


def test_a_fork_and_a_reset_keep_and_forget_messages_as_they_do_everything_else(episode):
    waited(episode, minutes=5)
    with episode.fork() as other:
        assert other.unread == 2
        other.call("read_inbox")
        assert (other.unread, episode.unread) == (0, 2)
    before = episode.state_hash()
    episode.reset()
    assert episode.unread == 0
    waited(episode, minutes=5)
    assert episode.state_hash() == before


def test_over_mcp_and_in_a_chat_the_notice_stands_beside_the_result(episode):
    waited(episode, minutes=5)
    reply = episode.perform("list_items", {}, "mcp")
    texts = [one["text"] for one in _result(reply)["content"]]
    assert texts == [reply.text, "2 new messages; read_inbox shows them."]
    assert reply.whole_text.endswith("\n2 new messages; read_inbox shows them.")
    assert json.loads(texts[0]) == reply.body
