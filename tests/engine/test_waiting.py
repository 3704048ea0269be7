"""Promises of waiting: what is due happens in order, a message ends it early, and nobody's plans are told."""

from datetime import UTC, datetime, timedelta

import pytest
from meanwhile import busy, letter, sale, waited

import worlds
from worlds.engine import events
from worlds.engine.bookkeeping import driver_of
from worlds.engine.events import Event
from worlds.engine.hands import Hands
from worlds.engine.proofs.plays import finished
from worlds.engine.proofs.tapes import Tape, replay


@pytest.fixture
def episode():
    with worlds.open("tiny/recount", seed=3) as opened:
        yield opened


def test_waiting_moves_the_clock_by_what_was_asked_and_its_own_cost(episode):
    begin = episode.now
    told = waited(episode, minutes=90)
    assert told == {"now": "2026-03-16T09:30:02Z", "waited_seconds": 5400, "unread": []}
    assert episode.now == begin + timedelta(minutes=90, seconds=2)
    assert waited(episode, until="2026-03-17T08:00:00Z")["now"] == "2026-03-17T08:00:00Z"


def test_every_role_of_every_world_can_wait_and_read_its_inbox():
    for world in worlds.discover().values():
        for name in ("wait", "read_inbox"):
            operation = world.operations[name]
            assert operation.roles == frozenset(world.roles)
            assert operation.doors == {"tools", "pages"}


def test_what_is_due_meanwhile_happens_in_order_of_time_each_at_its_own(episode):
    with busy(episode, sale(7200, 2, "late"), sale(3600, 1, "early")) as one:
        before = one.call("get_item", {"item_id": 3}).body["quantity"]
        waited(one, minutes=60 * 3)
        assert one.call("get_item", {"item_id": 3}).body["quantity"] == before - 3
        one.grade({"status": "done"})
        assert [entry.actor for entry in one.record.entries] == ["early", "late"]
        assert all(entry.root == f"world:{entry.actor}" for entry in one.record.entries)


def test_a_message_ends_a_wait_for_one_at_its_own_moment(episode):
    with busy(episode, letter(3600), sale(7200, 1)) as one:
        told = waited(one, for_message=True, minutes=60 * 24)
        assert told["now"] == "2026-03-16T09:00:02Z"
        assert [head["subject"] for head in told["unread"]] == ["A question"]
        assert one.diff() == []


def test_a_wait_for_a_message_returns_at_once_while_one_is_unread(episode):
    with busy(episode, letter(60)) as one:
        waited(one, minutes=5)
        assert waited(one, for_message=True)["waited_seconds"] == 0
        one.call("read_inbox")
        assert waited(one, for_message=True, minutes=10)["waited_seconds"] == 600


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({}, "nothing_to_wait_for"),
        ({"until": "2026-03-01T00:00:00Z"}, "moment_passed"),
        ({"until": "2026-06-01T00:00:00Z"}, "too_far_away"),
        ({"minutes": 60 * 24 * 31}, "invalid_argument"),
    ],
)
def test_a_wait_that_means_nothing_is_refused_and_says_why(episode, arguments, code):
    reply = episode.call("wait", arguments)
    assert (reply.status, reply.body["error"]["code"]) == (422, code)


def test_waiting_tells_nothing_of_what_others_do(episode):
    with busy(episode, sale(60, 1)) as one, busy(episode) as quiet:
        assert waited(one, minutes=60) == waited(quiet, minutes=60)


def test_a_key_that_is_sent_again_does_not_wait_again(episode):
    first = episode.call("wait", {"minutes": 60}, key="k")
    again = episode.call("wait", {"minutes": 60}, key="k")
    assert again.body == first.body
    assert episode.now == datetime(2026, 3, 16, 9, 0, 4, tzinfo=UTC)


def test_a_play_with_a_wait_replays_to_the_same_state(episode):
    waited(episode, minutes=600)
    answer = episode.task.family.solve(Hands(episode))
    assert episode.grade(answer).passed
    journal = tuple(episode.journal)
    assert journal[0].lasted == 36_000
    assert not journal[0].committed

    with busy(episode) as other:
        waited(other, minutes=600)
        assert other.grade(other.task.family.solve(Hands(other))).passed
        play = finished(other, answer)
    replayed = replay(episode.start, episode.task, Tape.of(play, episode.world), reads=True)
    assert replayed.grade.passed
    assert [entry.now for entry in replayed.journal] == [entry.now for entry in journal]


def test_what_is_due_at_the_same_moment_goes_by_priority_then_by_who_queued_first(episode):
    with episode._fork.lease() as connection, connection.begin():
        driver = driver_of(connection)
        now = int(episode.now.timestamp())
        for name, priority in (("second", 5), ("third", 5), ("first", 1)):
            event = Event.of(now + 10, "pass_by", {"item_id": 3, "quantity": 1}, name, f"world:{name}")
            events.queue(driver, event, priority)
    waited(episode, minutes=1)
    episode.grade({"status": "done"})
    assert [entry.actor for entry in episode.record.entries] == ["first", "second", "third"]
