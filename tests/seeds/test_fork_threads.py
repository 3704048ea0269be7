"""Forks on many threads, and in processes that were forked or spawned."""

import random
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from worlds.seeds import forks


def add(fork, key, text):
    with fork.lease() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE note SET body = body || ? WHERE id = ?", (text, key))


def bodies(fork):
    with fork.lease() as connection, connection.begin():
        return dict(connection.exec_driver_sql("SELECT id, body FROM note").fetchall())


def test_hundreds_of_forks_on_several_threads_keep_their_own_state(open_fork, mode):
    made = [open_fork() for _ in range(300 if mode == "slots" else 60)]
    plans = [
        [(random.Random(n * 10 + turn).randrange(1, 61), f"<{n}.{turn}>") for turn in range(4)] for n in range(300)
    ]

    def play(start):
        for turn in range(4):
            for number in range(start, len(made), 8):
                add(made[number], *plans[number][turn])

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(play, range(8)))
    for number, fork in enumerate(made):
        expected = {key: f"note {key} " * 60 for key in range(1, 61)}
        for key, text in plans[number]:
            expected[key] += text
        assert bodies(fork) == expected


def test_threads_that_share_a_fork_take_turns(open_fork):
    fork = open_fork()
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda number: add(fork, 1, f"<{number}>"), range(60)))
    found = bodies(fork)[1]
    assert all(f"<{number}>" in found for number in range(60))


def test_a_thread_waits_while_every_slot_is_leased(open_fork, one_slot):
    holder, waiter = open_fork(), open_fork()
    done = threading.Event()

    def wait_and_add():
        add(waiter, 1, "waited")
        done.set()

    with holder.lease():
        thread = threading.Thread(target=wait_and_add)
        thread.start()
        assert not done.wait(0.1)
    thread.join(10)
    assert done.is_set()
    assert bodies(waiter)[1].endswith("waited")


def test_resets_branches_and_closings_race_without_harm(open_fork, monkeypatch):
    monkeypatch.setenv("WORLDS_SLOTS", "2")
    trunk = open_fork()
    add(trunk, 1, "trunk")

    def play(number):
        chance = random.Random(number)
        for turn in range(15):
            branch = trunk.branch()
            add(branch, 2, str(turn))
            assert bodies(branch)[1].endswith("trunk")
            if chance.random() < 0.5:
                branch.reset()
                assert bodies(branch)[2].endswith("note 2 ")
            branch.close()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(play, range(12)))
    assert bodies(trunk)[1].endswith("trunk")


IN_A_FORKED_PROCESS = """
import os, sys
from worlds.seeds.forks import ForkClosed, open_fork

def write(fork, text):
    with fork.lease() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE note SET body=? WHERE id=1", (text,))

def read(fork):
    with fork.lease() as connection, connection.begin():
        return connection.exec_driver_sql("SELECT body FROM note WHERE id=1").scalar()

path = sys.argv[1]
seated, parked = open_fork(path), open_fork(path)
write(parked, "parked"); write(seated, "seated")
child = os.fork()
if child == 0:
    for fork in (seated, parked):
        for use in (lambda: read(fork), fork.reset, fork.branch, fork.image):
            try:
                use()
            except ForkClosed as refusal:
                assert "Open another one here" in str(refusal)
            else:
                sys.exit("a fork of the parent was used")
        fork.close()
    own, other = open_fork(path), open_fork(path)
    write(own, "child"); write(other, "other child")
    for _ in range(3):
        assert (read(own), read(other)) == ("child", "other child")
    assert own.branch().changed_bytes > 0
    sys.exit(0)
_, status = os.waitpid(child, 0)
assert (read(seated), read(parked)) == ("seated", "parked")
sys.exit(os.waitstatus_to_exitcode(status))
"""

IN_SPAWNED_PROCESSES = """
import multiprocessing, sys
from worlds.seeds.forks import open_fork

def work(path, number):
    forks = [open_fork(path) for _ in range(9)]
    for index, fork in enumerate(forks):
        with fork.lease() as connection, connection.begin():
            connection.exec_driver_sql("UPDATE note SET body=? WHERE id=1", (f"{number}.{index}",))
    found = []
    for fork in forks:
        with fork.lease() as connection, connection.begin():
            found.append(connection.exec_driver_sql("SELECT body FROM note WHERE id=1").scalar())
    return found

if __name__ == "__main__":
    path = sys.argv[1]
    for method in ("spawn", "fork"):
        with multiprocessing.get_context(method).Pool(2) as processes:
            found = processes.starmap(work, [(path, number) for number in range(4)])
        assert found == [[f"{number}.{index}" for index in range(9)] for number in range(4)], found
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="the platform forks no processes")
@pytest.mark.parametrize("script", [IN_A_FORKED_PROCESS, IN_SPAWNED_PROCESSES], ids=["forked", "pooled"])
def test_other_processes_have_forks_of_their_own(mode, snapshot, tmp_path, script):
    path = tmp_path / "script.py"
    path.write_text(script)
    done = subprocess.run([sys.executable, path, snapshot], capture_output=True, text=True, check=False)  # noqa: S603 - the script above
    assert (done.returncode, done.stderr) == (0, "")


def test_the_interpreter_leaves_quietly_with_forks_open_and_leased(mode, snapshot):
    script = (
        "import sys, threading, time\n"
        "from worlds.seeds.forks import open_fork\n"
        "forks = [open_fork(sys.argv[1]) for _ in range(6)]\n"
        "def hold():\n"
        "    with forks[0].lease() as connection:\n"
        "        connection.connection.dbapi_connection.execute('BEGIN')\n"
        "        held.set(); time.sleep(60)\n"
        "held = threading.Event()\n"
        "threading.Thread(target=hold, daemon=True).start(); held.wait()\n"
        "for fork in forks[1:]:\n"
        "    with fork.lease() as connection, connection.begin():\n"
        "        connection.exec_driver_sql('UPDATE note SET size=1')\n"
    )
    done = subprocess.run([sys.executable, "-c", script, snapshot], capture_output=True, text=True, check=False)  # noqa: S603 - the script above
    assert (done.returncode, done.stderr) == (0, "")


def test_forks_of_one_file_share_one_pool(mode, snapshot):
    assert forks.open_fork(snapshot)._pool is forks.open_fork(str(snapshot))._pool
