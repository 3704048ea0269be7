"""What the store of snapshots promises."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from worlds.seeds import snapshots
from worlds.seeds.errors import SnapshotDamaged, SnapshotUnknown
from worlds.seeds.forks import open_fork
from worlds.seeds.snapshots import SnapshotStore


class Builder:
    """Builds a little database and counts how often it was asked to."""

    def __init__(self, rows=50, truth=None):
        self.rows, self.truth, self.calls = rows, truth, 0

    def __call__(self, connection, report):
        self.calls += 1
        connection.execute("CREATE TABLE note(id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT")
        connection.execute("BEGIN")
        for number in range(self.rows):
            connection.execute("INSERT INTO note VALUES (?, ?)", (number, f"note {number} " * 20))
        report("notes", 1.0)
        return self.truth


@pytest.fixture
def store(tmp_path) -> SnapshotStore:
    return SnapshotStore(tmp_path / "store")


def fresh(store):
    """The store as another process sees it: nothing verified yet."""
    return SnapshotStore(store.root)


def files(store):
    return sorted(path.name for path in store.root.rglob("*") if path.is_file() and not path.name.endswith(".lock"))


def count(snapshot):
    fork = open_fork(snapshot.path)
    with fork.lease() as connection, connection.begin():
        found = connection.exec_driver_sql("SELECT count(*) FROM note").scalar()
    fork.close()
    return found


def test_a_snapshot_is_built_once_for_a_key(store):
    build, seen = Builder(), []
    first = store.ensure("shop-small", "key 1", build, lambda what, share: seen.append((what, share)))
    assert store.ensure("shop-small", "key 1", build) == first
    assert fresh(store).ensure("shop-small", "key 1", build) == first
    assert (build.calls, seen) == (1, [("notes", 1.0)])
    assert (first.name, first.key, first.kind, first.bytes) == (
        "shop-small", "key 1", "built", first.path.stat().st_size,
    )  # fmt: skip
    assert count(first) == 50


def test_another_key_is_another_snapshot_and_the_older_one_stays_usable(store):
    old = store.ensure("shop-small", "key 1", Builder(rows=3))
    new = store.ensure("shop-small", "key 2", Builder(rows=5))
    assert (count(old), count(new)) == (3, 5)


def test_only_a_few_builds_of_one_name_are_kept_and_those_last_used(store):
    for number in range(8):
        store.ensure("shop-small", f"key {number}", Builder(rows=number))
        store.ensure("shop-small", "key 0", Builder(rows=0))
    kept = [snapshot.key for snapshot in store.listed()]
    assert len(kept) <= 1 + snapshots.KEPT_BUILDS
    assert {"key 0", "key 7"} <= set(kept)
    assert len(files(store)) == 2 * len(kept)


def test_builds_with_equal_content_do_not_share_a_file_that_one_of_them_may_remove(store):
    first = store.ensure("shop-small", "key 1", Builder())
    second = store.ensure("shop-small", "key 2", Builder())
    assert first.hash == second.hash
    assert first.path != second.path


def test_the_same_build_gives_the_same_bytes(store, tmp_path):
    one = store.ensure("shop-small", "key 1", Builder())
    two = SnapshotStore(tmp_path / "elsewhere").ensure("shop-small", "key 1", Builder())
    assert one.path.read_bytes() == two.path.read_bytes()
    assert one.hash == two.hash


def _tags(connection, _report):
    """A table whose index is entered in no order, as a shop's are by orders that go on for weeks."""
    connection.execute("CREATE TABLE tag(id INTEGER PRIMARY KEY, note INTEGER NOT NULL) STRICT")
    connection.execute("CREATE INDEX tag_note ON tag(note)")
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO tag VALUES (?, ?)", [(n, n * 7919 % 20_011) for n in range(1, 20_000)])


def test_a_built_snapshot_has_room_in_its_indexes_so_that_an_insertion_seldom_splits_a_page(store):
    snapshot, pages = store.ensure("shop-small", "key 1", _tags), []
    for place in range(50):
        fork = open_fork(snapshot.path)
        with fork.lease() as connection, connection.begin():
            connection.exec_driver_sql("INSERT INTO tag(note) VALUES (?)", (place * 400,))
        pages.append(fork.changed_bytes // 4096)
        fork.close()
    assert sum(page == 3 for page in pages) >= 40, pages  # the first page, the table's last, and one of the index


def test_a_snapshot_is_not_a_write_ahead_log_and_nobody_may_write_to_it(store):
    snapshot = store.ensure("shop-small", "key 1", Builder())
    assert snapshot.path.read_bytes()[18:20] == b"\x01\x01"
    assert stat.S_IMODE(snapshot.path.stat().st_mode) == 0o444
    database = sqlite3.connect(f"file:{snapshot.path}?mode=ro", uri=True)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()


def overwrite(path, content):
    path.chmod(0o644)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (lambda s: overwrite(s.path, s.path.read_bytes()[:-4096]), "bytes instead of"),
        (lambda s: overwrite(s.path, s.path.read_bytes()[:-1] + b"\x01"), "does not match its fingerprint"),
        (lambda s: s.path.unlink(), "is gone"),
        (lambda s: overwrite(s.truth_path, b"{}"), "sealed truth"),
        (lambda s: s.truth_path.unlink(), "sealed truth"),
    ],
)
@pytest.mark.parametrize("again", [lambda store: store, fresh], ids=["same process", "next process"])
def test_a_damaged_snapshot_is_built_again_and_that_is_said(store, harm, reason, again):
    build, said = Builder(truth={"fraud": [7]}), []
    good = store.ensure("shop-small", "key 1", build)
    harm(good)
    rebuilt = again(store).ensure("shop-small", "key 1", build, say=said.append)
    assert build.calls == 2
    assert len(said) == 1
    assert said[0].startswith("Snapshot shop-small is built again: ")
    assert reason in said[0]
    assert rebuilt == good
    assert (count(rebuilt), rebuilt.truth()) == (50, {"fraud": [7]})


def manifest_of(store, kind="built"):
    return next((store.root / kind).glob("*.manifest.json"))


def test_an_unreadable_manifest_is_a_reason_to_build_again(store):
    build, said = Builder(), []
    store.ensure("shop-small", "key 1", build)
    manifest_of(store).write_text("{")
    assert count(store.ensure("shop-small", "key 1", build, say=said.append)) == 50
    assert "cannot be read" in said[0]


def test_a_snapshot_built_for_another_key_is_built_again(store):
    build, said = Builder(), []
    store.ensure("shop-small", "key 1", build)
    fields = json.loads(manifest_of(store).read_text()) | {"key": "key 0"}
    manifest_of(store).write_text(json.dumps(fields))
    assert store.ensure("shop-small", "key 1", build, say=said.append).key == "key 1"
    assert "another version of the world" in said[0]


def test_sealed_truth_lies_in_a_file_of_its_own(store):
    truth = {"secret": "Zürich-4711", "orders": [1, 2]}
    snapshot = store.ensure("shop-small", "key 1", Builder(truth=truth))
    assert snapshot.truth() == truth
    assert b"4711" not in snapshot.path.read_bytes()
    assert snapshot.truth_path.name.endswith(".truth.json")
    assert store.ensure("shop-plain", "key 1", Builder()).truth() is None


def test_a_build_that_fails_leaves_nothing_behind(store):
    def fail(connection, report):
        connection.execute("CREATE TABLE half(id INTEGER PRIMARY KEY) STRICT")
        raise RuntimeError("no such supplier")

    with pytest.raises(RuntimeError, match="no such supplier"):
        store.ensure("shop-small", "key 1", fail)
    assert files(store) == []
    assert count(store.ensure("shop-small", "key 1", Builder())) == 50


def test_what_a_killed_build_left_is_cleared_away(store):
    left = store.root / "built" / ".shop-small-0123.manifest.json.99999.part"
    left.write_bytes(b"half a database")
    store.ensure("shop-small", "key 1", Builder())
    assert not left.exists()


def test_threads_that_want_the_same_snapshot_build_it_once(store):
    build, found = Builder(rows=3000), []
    threads = [
        threading.Thread(target=lambda: found.append(fresh(store).ensure("shop-small", "key 1", build)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert build.calls == 1
    assert len({snapshot.path for snapshot in found}) == 1


BUILD_AT_ONCE = """
import sys, time
from pathlib import Path
from worlds.seeds.snapshots import SnapshotStore
root, key = Path(sys.argv[1]), sys.argv[2]
def build(connection, report):
    (root / f"started-{time.perf_counter_ns()}").touch()
    connection.execute("CREATE TABLE note(id INTEGER PRIMARY KEY, body TEXT) STRICT")
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO note VALUES (?, ?)", [(n, key * 50) for n in range(20000)])
while not (root / "go").exists():
    time.sleep(0.001)
print(SnapshotStore(root / "store").ensure("shop-small", key, build).hash)
"""


def test_processes_that_build_at_once_do_not_harm_each_other(tmp_path):
    command = [sys.executable, "-c", BUILD_AT_ONCE, str(tmp_path)]
    running = [
        subprocess.Popen(  # noqa: S603 - the script above, no shell
            [*command, key], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for key in ("a", "a", "b")
    ]
    (tmp_path / "go").touch()
    ended = [process.communicate() for process in running]
    assert [error for _, error in ended] == ["", "", ""]
    assert ended[0] == ended[1] != ended[2]
    assert len(list(tmp_path.glob("started-*"))) == 2
    assert [count(snapshot) for snapshot in SnapshotStore(tmp_path / "store").listed()] == [20000, 20000]


def changed_image(snapshot, body):
    fork = open_fork(snapshot.path)
    with fork.lease() as connection, connection.begin():
        connection.exec_driver_sql("INSERT INTO note VALUES (500, ?)", (body,))
    return fork.image()


def test_a_state_in_the_middle_is_saved_under_a_name_and_forked_again(store):
    built = store.ensure("shop-small", "key 1", Builder(truth=[1]))
    image = changed_image(built, "late")
    saved = store.save("before-refund", image, {"task": "shop/refund", "step": 4}, built.truth_path)
    assert fresh(store).named("before-refund") == saved
    assert (saved.kind, saved.meta, saved.truth()) == ("saved", {"task": "shop/refund", "step": 4}, [1])
    assert count(saved) == 51
    assert [(s.kind, s.name) for s in store.listed()] == [("built", "shop-small"), ("saved", "before-refund")]


def test_a_saved_name_is_not_taken_twice_unless_asked_for(store):
    built = store.ensure("shop-small", "key 1", Builder())
    first = store.save("mine", changed_image(built, "first"))
    fork = open_fork(first.path)
    with pytest.raises(ValueError, match="There is a snapshot mine already"):
        store.save("mine", changed_image(built, "second"))
    second = store.save("mine", changed_image(built, "second"), replace=True)
    assert store.named("mine") == second
    assert not first.path.exists()
    with fork.lease() as connection, connection.begin():
        assert connection.exec_driver_sql("SELECT body FROM note WHERE id=500").scalar() == "first"


def test_a_saved_name_cannot_hide_a_built_one(store):
    built = store.ensure("shop-small", "key 1", Builder())
    with pytest.raises(ValueError, match="name of a built snapshot"):
        store.save("shop-small", built.path.read_bytes())


@pytest.mark.parametrize("name", ["", "Mine", "a b", "../up", "a" * 65, "naïve", "a\n", "a_b", ".hidden", "a/b"])
def test_a_name_that_is_no_name_is_refused_everywhere(store, name):
    for use in (
        lambda: store.save(name, b""),
        lambda: store.named(name),
        lambda: store.remove(name),
        lambda: store.ensure(name, "key", Builder()),
    ):
        with pytest.raises(ValueError, match="cannot name a snapshot"):
            use()


def test_what_is_no_database_is_not_saved(store):
    with pytest.raises(SnapshotDamaged, match="not an SQLite database"):
        store.save("mine", b"x" * 8192)
    assert files(store) == []


def test_a_saved_snapshot_that_was_damaged_is_not_used(store):
    saved = store.save("mine", store.ensure("shop-small", "key 1", Builder()).path.read_bytes())
    overwrite(saved.path, saved.path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(SnapshotDamaged, match="does not match its fingerprint"):
        fresh(store).named("mine")


def test_an_unknown_name_is_unknown(store):
    for use in (store.named, store.remove):
        with pytest.raises(SnapshotUnknown):
            use("nobody")


def test_removing_takes_every_file_and_spares_open_forks(store):
    built = store.ensure("shop-small", "key 1", Builder(truth=[1]))
    store.ensure("shop-small", "key 2", Builder(rows=9))
    saved = store.save("mine", changed_image(built, "x"), truth_path=built.truth_path)
    fork, late = open_fork(saved.path), open_fork(built.path)
    store.remove("mine")
    store.remove("shop-small")
    assert (files(store), store.listed()) == ([], [])
    for open_one, rows in ((fork, 51), (late, 50)):
        with open_one.lease() as connection, connection.begin():
            assert connection.exec_driver_sql("SELECT count(*) FROM note").scalar() == rows


def test_the_store_lies_in_the_users_cache_unless_told_otherwise(tmp_path, monkeypatch):
    monkeypatch.setenv("WORLDS_CACHE", str(tmp_path / "chosen"))
    assert SnapshotStore().root == tmp_path / "chosen" / "snapshots"
    monkeypatch.delenv("WORLDS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if sys.platform.startswith("linux"):
        assert SnapshotStore().root == tmp_path / "cache" / "workworlds" / "snapshots"
        assert Path(os.environ["XDG_CACHE_HOME"]).is_dir()
