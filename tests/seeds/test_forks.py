"""What a fork promises to whoever holds one, in both modes."""

import gc
import pickle
import sqlite3
import weakref

import pytest
import sqlalchemy
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from worlds.seeds import forks, native
from worlds.seeds.forks import ForkClosed, LeaseError


class Table(DeclarativeBase):
    pass


class Note(Table):
    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str]
    size: Mapped[int]


def body(fork, key=1):
    with fork.lease() as connection, connection.begin():
        return connection.execute(sqlalchemy.text("SELECT body FROM note WHERE id=:key"), {"key": key}).scalar()


def write(fork, text, key=1):
    with fork.lease() as connection, connection.begin():
        connection.execute(sqlalchemy.text("UPDATE note SET body=:text WHERE id=:key"), {"text": text, "key": key})


def rows(image):
    database = sqlite3.connect(":memory:")
    database.deserialize(image)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    found = database.execute("SELECT id, body, size FROM note ORDER BY id").fetchall()
    database.close()
    return found


def plain(connection):
    return connection.connection.dbapi_connection


def test_a_fork_shows_the_snapshot_and_keeps_its_own_changes(open_fork, snapshot):
    before = snapshot.read_bytes()
    first, second = open_fork(), open_fork()
    write(first, "mine")
    assert body(first) == "mine"
    assert body(second).startswith("note 1 ")
    assert snapshot.read_bytes() == before


def test_a_reset_returns_to_the_snapshot_whether_the_fork_is_seated_or_at_rest(open_fork, one_slot):
    seated, resting = open_fork(), open_fork()
    write(resting, "gone soon")
    write(seated, "gone soon")
    for fork in (resting, seated):
        fork.reset()
        assert body(fork).startswith("note 1 ")
        assert fork.changed_bytes == 0


def test_a_branch_starts_from_the_same_state_and_goes_its_own_way(open_fork):
    trunk = open_fork()
    write(trunk, "shared")
    branch = trunk.branch()
    write(trunk, "trunk")
    write(branch, "branch", key=2)
    assert (body(trunk), body(branch), body(branch, 2)) == ("trunk", "shared", "branch")


def test_branches_share_the_pages_that_neither_changed(open_fork):
    trunk = open_fork()
    for key in range(1, 50, 8):
        write(trunk, f"changed {key}", key)
    branch = trunk.branch()
    write(branch, "one more", 60)
    ours, theirs = trunk._settled_pages(), branch._settled_pages()
    shared = [number for number in ours if theirs[number] is ours[number]]
    assert len(shared) >= len(ours) - 2


def test_an_image_is_the_whole_database_and_can_be_forked_again(open_fork, snapshot, tmp_path):
    fork = open_fork()
    write(fork, "kept")
    saved = tmp_path / "saved.sqlite"
    saved.write_bytes(fork.image())
    assert rows(fork.image())[0] == (1, "kept", 1)
    again = forks.open_fork(saved)
    assert body(again) == "kept"
    assert again.changed_bytes == 0


def test_an_image_is_whole_when_pages_were_given_out_and_never_written(open_fork):
    fork = open_fork()
    with fork.lease() as connection, connection.begin():
        database = plain(connection)
        database.execute("CREATE TABLE passing(id INTEGER PRIMARY KEY, body TEXT) STRICT")
        database.executemany("INSERT INTO passing VALUES (?, ?)", [(key, "x" * 3000) for key in range(50)])
        database.execute("INSERT INTO note VALUES (1000, ?, 1)", ("y" * 9000,))
        database.execute("DROP TABLE passing")
    assert rows(fork.image())[-1] == (1000, "y" * 9000, 1)
    assert rows(fork.branch().image())[-1] == (1000, "y" * 9000, 1)


def test_the_same_actions_give_the_same_image_in_both_modes(snapshot, monkeypatch):
    images = set()
    for mode in ("slots", "copy"):
        monkeypatch.setenv("WORLDS_FORK", mode)
        fork = forks.open_fork(snapshot)
        for key in range(1, 30):
            write(fork, "z" * key * 100, key)
        with fork.lease() as connection, connection.begin():
            plain(connection).execute("DELETE FROM note WHERE id % 3 = 0")
        images.add(fork.image())
    assert len(images) == 1


def test_a_closed_fork_says_so_and_closing_again_is_no_error(open_fork):
    fork = open_fork()
    write(fork, "x")
    fork.close()
    fork.close()
    for use in (lambda: body(fork), fork.reset, fork.branch, fork.image, lambda: fork.changed_bytes):
        with pytest.raises(ForkClosed):
            use()


def test_a_fork_that_is_dropped_without_closing_is_forgotten(open_fork, one_slot):
    forgotten = weakref.ref(fork := open_fork())
    write(fork, "x")
    del fork
    body(open_fork())
    gc.collect()
    assert forgotten() is None


def test_leasing_within_a_lease_of_the_same_fork_is_an_error_and_harms_nothing(open_fork):
    fork = open_fork()
    with fork.lease() as connection, connection.begin():
        for use in (lambda: body(fork), fork.reset, fork.branch, fork.image, fork.close):
            with pytest.raises(LeaseError, match="already has the fork on lease"):
                use()
        connection.execute(sqlalchemy.text("UPDATE note SET body='kept' WHERE id=1"))
    assert body(fork) == "kept"


def test_one_lease_cannot_be_entered_twice(open_fork):
    lease = open_fork().lease()
    with lease, pytest.raises(LeaseError, match="entered already"):
        lease.__enter__()


def test_one_thread_may_lease_more_forks_than_there_are_slots(open_fork, one_slot):
    first, second, third = open_fork(), open_fork(), open_fork()
    with first.lease() as one, second.lease() as two, third.lease() as three:
        assert len({id(one), id(two), id(three)}) == 3
        with two.begin():
            two.execute(sqlalchemy.text("UPDATE note SET body='second' WHERE id=1"))
    assert [body(fork)[:6] for fork in (first, second, third)] == ["note 1", "second", "note 1"]


def test_a_transaction_left_open_is_rolled_back_and_reported(open_fork):
    fork = open_fork()

    def forget():
        with fork.lease() as connection:
            connection.execute(sqlalchemy.text("UPDATE note SET body='lost' WHERE id=1"))

    def forget_below():
        with fork.lease() as connection:
            plain(connection).execute("BEGIN")
            plain(connection).execute("UPDATE note SET body='lost' WHERE id=1")

    for mistake in (forget, forget_below):
        with pytest.raises(LeaseError, match="a transaction open"):
            mistake()
        assert body(fork).startswith("note 1 ")


def test_a_cursor_left_open_is_cut_off_and_can_never_read_another_episode(open_fork, one_slot):
    fork, other = open_fork(), open_fork()
    write(fork, "mine")
    write(other, "theirs")
    cursors = []

    def forget():
        with fork.lease() as connection:
            cursors.append(plain(connection).execute("SELECT body FROM note ORDER BY id"))
            assert cursors[0].fetchone() == ("mine",)

    with pytest.raises(LeaseError, match="a cursor open"):
        forget()
    assert (body(other), body(fork)) == ("theirs", "mine")
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        cursors[0].fetchone()
    cursors.clear()
    gc.collect()
    assert (body(other), body(fork)) == ("theirs", "mine")


def test_a_cursor_open_in_an_open_transaction_keeps_what_was_committed_before(open_fork):
    fork = open_fork()
    write(fork, "kept", 2)

    def forget():
        with fork.lease() as connection:
            connection.execute(sqlalchemy.text("UPDATE note SET body='lost' WHERE id=1"))
            cursor.append(plain(connection).execute("SELECT body FROM note"))
            cursor[0].fetchone()

    cursor = []
    with pytest.raises(LeaseError):
        forget()
    assert (body(fork)[:6], body(fork, 2)) == ("note 1", "kept")


def test_an_exception_out_of_a_lease_comes_through_and_its_transaction_is_rolled_back(open_fork):
    fork = open_fork()

    def fail():
        with fork.lease() as connection:
            connection.execute(sqlalchemy.text("UPDATE note SET body='lost' WHERE id=1"))
            raise KeyError("the caller's own")

    with pytest.raises(KeyError, match="the caller's own"):
        fail()
    assert body(fork).startswith("note 1 ")


def test_a_connection_that_was_closed_is_reported_and_replaced(open_fork):
    fork = open_fork()
    write(fork, "kept")

    def close():
        with fork.lease() as connection:
            connection.close()

    with pytest.raises(LeaseError, match="the connection closed"):
        close()
    assert body(fork) == "kept"


def test_sessions_commit_and_roll_back_and_nest(open_fork):
    fork = open_fork()
    with fork.lease() as connection, Session(bind=connection, expire_on_commit=False) as session:
        with session.begin():
            session.get_one(Note, 1).body = "committed"
            with session.begin_nested() as savepoint:
                session.get_one(Note, 2).body = "undone"
                session.flush()
                savepoint.rollback()
        with session.begin() as transaction:
            with session.begin_nested():
                session.get_one(Note, 3).body = "released, then undone"
            transaction.rollback()
    assert body(fork) == "committed"
    assert (body(fork, 2)[:6], body(fork, 3)[:6]) == ("note 2", "note 3")


def test_savepoints_of_a_connection_roll_back_alone(open_fork):
    fork = open_fork()
    with fork.lease() as connection, connection.begin():
        connection.execute(sqlalchemy.text("UPDATE note SET body='kept' WHERE id=1"))
        nested = connection.begin_nested()
        connection.execute(sqlalchemy.text("UPDATE note SET body='undone' WHERE id=2"))
        nested.rollback()
    assert (body(fork), body(fork, 2)[:6]) == ("kept", "note 2")


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("INSERT INTO note VALUES (1, 'twice', 1)", sqlite3.IntegrityError),
        ("INSERT INTO note VALUES (900, 'negative', -1)", sqlite3.IntegrityError),
        ("INSERT INTO note VALUES (901, x'00', 1)", sqlite3.IntegrityError),
        ("SELECT * FROM nowhere", sqlite3.OperationalError),
    ],
)
def test_errors_of_sqlite_surface_as_they_are(open_fork, statement, error):
    fork = open_fork()
    with fork.lease() as connection:
        with pytest.raises(error):
            plain(connection).execute(statement)
        with pytest.raises(sqlalchemy.exc.DBAPIError) as caught, connection.begin():
            connection.exec_driver_sql(statement)
        assert isinstance(caught.value.orig, error)
    assert body(fork).startswith("note 1 ")


def test_a_broken_reference_is_refused_at_the_end_of_the_transaction(open_fork):
    fork = open_fork()

    def refer(*statements):
        with fork.lease() as connection, connection.begin():
            for statement in statements:
                connection.exec_driver_sql(statement)

    orphan, parent = "INSERT INTO tag VALUES (1, 500)", "INSERT INTO note VALUES (500, 'late', 1)"
    with pytest.raises(sqlalchemy.exc.IntegrityError, match="FOREIGN KEY"):
        refer(orphan)
    refer(orphan, parent)
    assert body(fork, 500) == "late"


def test_a_fork_cannot_be_pickled(open_fork):
    with pytest.raises(TypeError, match="lives in one process"):
        pickle.dumps(open_fork())


def test_the_mode_says_why(monkeypatch):
    monkeypatch.setenv("WORLDS_FORK", "copy")
    assert forks.fork_mode() == forks.ForkMode("copy", "WORLDS_FORK asks for plain copies.")
    monkeypatch.setenv("WORLDS_FORK", "fast")
    with pytest.raises(ValueError, match="'copy', 'slots' or unset"):
        forks.fork_mode()


def test_a_platform_that_cannot_map_takes_copies_and_says_so_once(monkeypatch, caplog, snapshot):
    def refuse():
        raise forks.NativeUnsupportedError("plan9 has no /proc/self/pagemap")

    monkeypatch.delenv("WORLDS_FORK", raising=False)
    monkeypatch.setattr(forks, "native", refuse)
    forks._mapping_refused.cache_clear()
    forks._say_once.cache_clear()
    try:
        fork = forks.open_fork(snapshot)
        write(fork, "works")
        assert body(fork) == "works"
        assert forks.fork_mode().name == "copy"
        assert "plan9" in forks.fork_mode().reason
        assert [record.getMessage() for record in caplog.records] == [
            "Forks are plain copies here, which is slower: plan9 has no /proc/self/pagemap."
        ]
    finally:
        forks._mapping_refused.cache_clear()


def test_another_sqlite_than_the_interpreters_own_is_never_used(monkeypatch):
    try:
        reached = native.Native()
    except native.NativeUnsupportedError as reason:
        pytest.skip(str(reason))
    monkeypatch.setattr(reached, "_auto_extension", lambda _extension: 0)  # as a second library in the process
    with pytest.raises(native.NativeUnsupportedError, match="not the interpreter's own"):
        reached.open()


@pytest.mark.parametrize("slots", ["0", "-1", "many", ""])
def test_the_number_of_slots_must_be_one_or_more(monkeypatch, snapshot, slots):
    monkeypatch.setenv("WORLDS_SLOTS", slots)
    with pytest.raises(ValueError, match=r"WORLDS_SLOTS is .* at least 1"):
        forks.open_fork(snapshot)


def test_table_valued_functions_go_on_working_after_many_resets(open_fork):
    query, fork = "SELECT value FROM json_each('[1, 2, 3]')", open_fork()
    for _ in range(20):
        with fork.lease() as connection, connection.begin():
            driver = connection.connection.driver_connection
            assert [row[0] for row in driver.execute(query).fetchall()] == [1, 2, 3]
        fork.reset()
