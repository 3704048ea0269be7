"""Threads that call, reset, grade, fork and close one episode: every outcome is an answer or a refusal."""

import threading

import pytest

import worlds
from worlds.engine.errors import Refusal

ROUNDS = 60
CALLS = {
    "list_items": {},
    "get_item": {"item_id": 1},
    "change_item": {"item_id": 1, "quantity": 7},
    "sell_item": {"item_id": 2, "quantity": 1},
    "send_message": {"item_id": 3, "recipient": "somebody", "body": "hello"},
    "no_such_thing": {},
}


def together(*deeds):
    """Run the deeds at once, `ROUNDS` times each; answers what they raised that is no refusal."""
    odd = []

    def repeat(deed):
        for _ in range(ROUNDS):
            try:
                deed()
            except Refusal:
                pass
            except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
                odd.append(error)

    threads = [threading.Thread(target=repeat, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return odd


@pytest.fixture
def episode():
    with worlds.open("tiny/recount", seed=3) as episode:
        yield episode


def call_all(episode):
    for name, arguments in CALLS.items():
        assert episode.call(name, arguments).status < 500


def fork_and_grade(episode):
    with episode.fork() as copy:
        call_all(copy)
        assert copy.grade("status: done").reward == 0.0


def test_calls_resets_grades_and_forks_at_once_end_in_answers_or_refusals(episode):
    odd = together(
        lambda: call_all(episode),
        lambda: call_all(episode),
        episode.reset,
        lambda: episode.grade("status: done"),
        lambda: fork_and_grade(episode),
        episode.diff,
    )
    assert odd == []
    episode.reset()
    assert episode.diff() == []
    assert episode.grade("status: done").reward == 0.0


def test_whoever_calls_while_the_episode_is_graded_changes_nothing_afterwards(episode):
    worker = threading.Thread(target=lambda: [call_all(episode) for _ in range(ROUNDS)])
    worker.start()
    grade = episode.grade("status: done")
    state = episode.state_hash()
    worker.join()
    assert episode.state_hash() == state
    assert episode.grade("status: not_done") is grade


def test_closing_under_calls_ends_them_with_refusals(episode):
    odd = together(lambda: call_all(episode), lambda: call_all(episode), episode.close, episode.reset)
    assert odd == []
    assert episode.call("anything").status == 410
