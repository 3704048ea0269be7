"""A small snapshot, and every promise of forks made in both modes."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from worlds.seeds import forks, slots

SCHEMA = """
PRAGMA page_size=4096;
CREATE TABLE note(id INTEGER PRIMARY KEY, body TEXT NOT NULL, size INTEGER NOT NULL CHECK (size >= 0)) STRICT;
CREATE INDEX note_size ON note(size);
CREATE TABLE tag(
  id INTEGER PRIMARY KEY, note_id INTEGER NOT NULL REFERENCES note(id) DEFERRABLE INITIALLY DEFERRED) STRICT;
"""


def _write_snapshot(path: Path, rows: int = 60) -> Path:
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.executescript(SCHEMA)
    database.execute("BEGIN")
    for number in range(1, rows + 1):
        database.execute("INSERT INTO note VALUES (?, ?, ?)", (number, f"note {number} " * 60, number))
    database.execute("COMMIT")
    database.execute("VACUUM INTO ?", (str(path),))
    database.close()
    return path


@pytest.fixture
def write_snapshot() -> Callable[..., Path]:
    return _write_snapshot


@pytest.fixture
def snapshot(tmp_path) -> Path:
    return _write_snapshot(tmp_path / "snapshot.sqlite")


@pytest.fixture(params=["slots", "copy"])
def mode(request, monkeypatch) -> str:
    monkeypatch.setenv("WORLDS_FORK", request.param)
    if forks.fork_mode().name != request.param:
        pytest.skip(forks.fork_mode().reason)
    return request.param


@pytest.fixture
def one_slot(monkeypatch) -> None:
    monkeypatch.setenv("WORLDS_SLOTS", "1")


@pytest.fixture
def open_fork(mode, snapshot) -> Callable[[], forks.Fork]:
    return lambda: forks.open_fork(snapshot)


@pytest.fixture(autouse=True)
def fresh_pools(monkeypatch):
    """Each test has pools of its own, as a process would, and leaves nothing behind."""
    monkeypatch.setattr(slots, "_pools", slots._Pools())
    yield
    for pool in list(slots._pools.alive.values()):
        assert pool.rest(), "a lease was left open"
