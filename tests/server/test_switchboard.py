"""The switchboard: keys that tell nothing, retire for ever and never lead into another epoch."""

import threading

import pytest

import worlds
from worlds.engine.errors import Conflict, Gone, NotFound
from worlds.engine.switchboard import Switchboard


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_a_key_leads_to_its_episode_alone(tiny, stall):
    board = Switchboard()
    first, second = board.register(tiny), board.register(stall)
    assert board.by_key(first.key).episode is tiny
    assert board.by_key(second.key).episode is stall
    assert first.secret != second.secret


def test_a_key_tells_nothing_of_id_task_or_seed(tiny):
    board = Switchboard()
    address = board.register(tiny, "run-7-recount")
    for word in ("run", "recount", "tiny", address.id):
        assert word not in address.key
    board.remove("run-7-recount")
    assert board.register(tiny, "run-7-recount").key != address.key


def test_a_retired_key_is_gone_for_ever_and_an_unknown_one_was_never_there(tiny):
    board = Switchboard()
    keys = [board.register(tiny, "one").key, *(board.rotate("one").key for _ in range(20))]
    board.remove("one")
    for key in keys:
        with pytest.raises(Gone):
            board.by_key(key)
        with pytest.raises(Gone), board.call(key):
            pass
        with pytest.raises(NotFound):
            board.by_key(key[::-1])
    for key in ("", "x", "é" * 48, keys[0] + "A", keys[0][:-1]):
        with pytest.raises(NotFound):
            board.by_key(key)
    with pytest.raises(NotFound):
        Switchboard().by_key(keys[0])


def test_rotating_makes_a_new_key_secret_and_epoch(tiny):
    board = Switchboard()
    first = board.register(tiny)
    second = board.rotate(first.id)
    assert (second.id, second.epoch) == (first.id, 1)
    assert second.key != first.key
    assert second.secret != first.secret
    assert board.by_key(second.key).episode is tiny


def test_rotating_waits_for_the_call_that_is_inside_and_turns_away_those_that_wait(tiny):
    board = Switchboard()
    address = board.register(tiny)
    inside, leave, turned_away, rotated = (threading.Event() for _ in range(4))

    def first():
        with board.call(address.key):
            inside.set()
            leave.wait()
            assert not rotated.is_set()

    def second():
        inside.wait()
        try:
            with board.call(address.key):
                pass
        except Gone:
            turned_away.set()

    def rotate():
        inside.wait()
        board.rotate(address.id)
        rotated.set()

    threads = [threading.Thread(target=work) for work in (first, second, rotate)]
    for thread in threads:
        thread.start()
    inside.wait()
    assert not rotated.wait(0.05)
    leave.set()
    for thread in threads:
        thread.join()
    assert rotated.is_set()
    with pytest.raises(Gone):
        board.by_key(address.key)


def test_an_id_is_used_once_and_free_again_after_removal(tiny, stall):
    board = Switchboard()
    board.register(tiny, "one")
    with pytest.raises(Conflict, match="one") as refused:
        board.register(stall, "one")
    assert refused.value.code == "episode_id_taken"
    assert board.remove("one") is tiny
    board.register(stall, "one")


def test_no_more_than_the_maximum_live_at_once(tiny, stall):
    board = Switchboard(maximum=1)
    board.register(tiny, "one")
    with pytest.raises(Conflict) as refused:
        board.register(stall)
    assert (refused.value.code, refused.value.status) == ("too_many_episodes", 503)
    board.remove("one")
    board.register(stall)
    assert len(board) == 1


def test_idle_episodes_are_closed_and_used_ones_kept():
    clock = Clock()
    board = Switchboard(idle_seconds=60, clock=clock)
    used, idle = worlds.open("tiny"), worlds.open("tiny")
    kept, lost = board.register(used), board.register(idle)
    clock.now += 50
    with board.call(kept.key):
        pass
    clock.now += 20
    assert board.reap() == [lost]
    assert idle.closed
    assert not used.closed
    with pytest.raises(Gone):
        board.by_key(lost.key)
    clock.now += 1000
    with board.call(kept.key):
        assert board.reap() == []
    used.close()


def test_without_a_limit_nothing_is_ever_idle(tiny):
    clock = Clock()
    board = Switchboard(clock=clock)
    board.register(tiny)
    clock.now += 1e9
    assert board.reap() == []
    assert not tiny.closed


def test_many_threads_register_rotate_and_remove_at_once(tiny):
    board = Switchboard()
    keys, lock = set(), threading.Lock()

    def work(number):
        for turn in range(50):
            name = f"{number}-{turn}"
            addresses = [board.register(tiny, name), board.rotate(name), board.rotate(name)]
            assert board.by_key(addresses[-1].key).address == addresses[-1]
            board.remove(name)
            with lock:
                keys.update(address.key for address in addresses)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(keys), len(board)) == (8 * 50 * 3, 0)
