"""The change log against the full comparison, over SQL of every kind, and each of its guards shown to matter."""

import re
import sqlite3

import pytest
import sqlalchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateTable

from worlds.engine import changelog
from worlds.engine.changelog import Cause, compare, entries, install, set_cause
from worlds.graders.changes import fold
from worlds.seeds.forks import fork_mode, open_fork
from worlds.seeds.snapshots import SnapshotStore

METADATA = MetaData()
ITEM = Table(
    "item",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Text, unique=True),
    Column("qty", Integer, nullable=False, server_default="1"),
    Column("note", Text),
    sqlite_strict=True,
)
Table(
    "order",  # a word of SQL, as are its columns
    METADATA,
    Column("note", Text),
    Column("id", Integer, primary_key=True),
    Column("group", Integer, ForeignKey("item.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED")),
    Column("it's", Integer, ForeignKey("item.id", ondelete="SET NULL", deferrable=True, initially="DEFERRED")),
    sqlite_strict=True,
)
Table("engine_clock", METADATA, Column("id", Integer, primary_key=True), sqlite_strict=True, info={"class": "engine"})


def build(connection, _report):
    for table in METADATA.sorted_tables:
        connection.execute(str(CreateTable(table).compile(dialect=sqlalchemy.dialects.sqlite.dialect())))
    for key in range(1, 9):
        connection.execute("INSERT INTO item VALUES (?, ?, ?, ?)", (key, f"name {key}", key, None))
        connection.execute('INSERT INTO "order" VALUES (?, ?, ?, ?)', ("first", key, key, 9 - key))
    install(connection, METADATA)


@pytest.fixture
def path(tmp_path, request):
    return SnapshotStore(tmp_path).ensure("items", request.node.name, build).path


@pytest.fixture(params=["slots", "copy"])
def mode(request, monkeypatch):
    monkeypatch.setenv("WORLDS_FORK", request.param)
    if fork_mode().name != request.param:
        pytest.skip(fork_mode().reason)
    return request.param


@pytest.fixture
def database(path):
    """A fork's connection, below SQLAlchemy."""
    with open_fork(path).lease() as connection:
        yield connection.connection.dbapi_connection


def log_equals_truth(database, path):
    return fold(entries(database, METADATA)) == compare(path.read_bytes(), database, METADATA)


KEYS = st.integers(0, 12)
NAMES = st.sampled_from([f"name {key}" for key in range(1, 9)] + ["new", "", None])
NUMBERS = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.integers(0, 3), st.sampled_from([5.0, "7", "7.0", 5.5, "x", b"1", None])
)
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.sampled_from(["a\0b", "\0", "[1,2]", "null", '"', "\u2028", "😀", "é", "e\u0301", b"\x00\xff", 5, 5.0, None]),
)


def is_no_blob(value):
    return not isinstance(value, bytes)


ROWS = st.tuples(KEYS, NAMES, NUMBERS, TEXTS)
STATEMENTS = st.one_of(
    st.tuples(st.just("INSERT INTO item VALUES (?, ?, ?, ?)"), ROWS),
    st.tuples(st.just("INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?)"), ROWS),
    st.tuples(st.just("INSERT OR IGNORE INTO item VALUES (?, ?, ?, ?)"), ROWS),
    st.tuples(st.just("INSERT INTO item(name, note) VALUES (?, json(?))"), st.tuples(NAMES, st.just("[1, {}]"))),
    st.tuples(
        st.just(
            "INSERT INTO item VALUES (?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET qty = excluded.qty, note = 'upserted' "
            "ON CONFLICT(name) DO UPDATE SET note = excluded.note"
        ),
        ROWS,
    ),
    st.tuples(st.just("INSERT INTO item VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"), ROWS),
    st.tuples(st.just("UPDATE item SET note = ? WHERE id = ?"), st.tuples(TEXTS, KEYS)),
    st.tuples(st.just("UPDATE item SET qty = ? WHERE id = ?"), st.tuples(NUMBERS, KEYS)),
    st.tuples(st.just("UPDATE item SET qty = qty + 1, note = note || ?"), st.tuples(TEXTS.filter(is_no_blob))),
    st.tuples(st.just("UPDATE OR REPLACE item SET name = ? WHERE id = ?"), st.tuples(NAMES, KEYS)),
    st.tuples(st.just("UPDATE OR IGNORE item SET name = ? WHERE id > ?"), st.tuples(NAMES, KEYS)),
    st.tuples(st.just("UPDATE OR FAIL item SET name = ? WHERE id > ?"), st.tuples(NAMES, KEYS)),
    st.tuples(st.just("UPDATE item SET id = ? WHERE id = ?"), st.tuples(KEYS, KEYS)),
    st.tuples(st.just("UPDATE item SET rowid = ? WHERE id = ?"), st.tuples(KEYS, KEYS)),
    st.tuples(st.just("UPDATE OR REPLACE item SET _rowid_ = ? WHERE id = ?"), st.tuples(KEYS, KEYS)),
    st.tuples(st.just("UPDATE OR IGNORE item SET oid = ? WHERE id = ?"), st.tuples(KEYS, KEYS)),
    st.tuples(st.just('UPDATE item SET note = o.note FROM "order" o WHERE o."group" = item.id AND o.id > ?'),
              st.tuples(KEYS)),
    st.tuples(st.just("DELETE FROM item WHERE id = ?"), st.tuples(KEYS)),
    st.tuples(st.just("DELETE FROM item WHERE id > ?"), st.tuples(KEYS)),
    st.tuples(st.just("DELETE FROM item"), st.just(())),
    st.tuples(st.just('REPLACE INTO "order" VALUES (?, ?, ?, ?)'), st.tuples(TEXTS, KEYS, KEYS, KEYS)),
    st.tuples(st.just('DELETE FROM "order" WHERE id = ?'), st.tuples(KEYS)),
    st.tuples(st.just("INSERT INTO engine_clock VALUES (?)"), st.tuples(KEYS)),
)  # fmt: skip
CONTROL = st.sampled_from(
    ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT s", "RELEASE s", "ROLLBACK TO s", "SAVEPOINT s", "ROLLBACK TO s"]
)
SCRIPTS = st.lists(st.one_of(STATEMENTS, STATEMENTS, STATEMENTS, st.tuples(CONTROL, st.just(()))), max_size=25)


@settings(deadline=None, max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=SCRIPTS)
def test_the_folded_log_equals_the_full_comparison_whatever_sql_is_run(mode, path, script):
    fork = open_fork(path)
    with fork.lease() as connection:
        database = connection.connection.dbapi_connection
        for statement, values in script:
            try:
                database.execute(statement, values)
            except sqlite3.Error:
                continue  # a refusal changes nothing: that is half of the promise
            if not database.in_transaction:
                assert log_equals_truth(database, path)
        if database.in_transaction:
            database.execute("ROLLBACK")
        assert log_equals_truth(database, path)
    fork.close()


REPLACING = ("INSERT OR REPLACE INTO item VALUES (20, 'name 1', 1, 'took the name')",)
UPDATING = ("UPDATE OR REPLACE item SET name = 'name 1' WHERE id = 2",)
JSON = ("UPDATE item SET note = json('[1]') WHERE id = 1",)


@pytest.mark.parametrize("statements", [REPLACING, UPDATING, JSON])
def test_a_replaced_row_and_the_result_of_a_json_function_are_logged(database, path, statements):
    for statement in statements:
        database.execute(statement)
    assert len(compare(path.read_bytes(), database, METADATA)) > 0
    assert log_equals_truth(database, path)


@pytest.mark.parametrize("statements", [REPLACING, UPDATING])
def test_without_recursive_triggers_a_replaced_row_would_go_unlogged(database, path, statements):
    database.execute("PRAGMA recursive_triggers=OFF")
    for statement in statements:
        database.execute(statement)
    database.execute("PRAGMA recursive_triggers=ON")
    assert not log_equals_truth(database, path)


def test_without_its_concatenation_the_log_would_take_json_text_for_an_array(tmp_path, monkeypatch):
    monkeypatch.setattr(changelog, "_value", lambda side, column: f"{side}.{changelog._name(column.name)}")
    path = SnapshotStore(tmp_path).ensure("items", "careless", build).path
    with open_fork(path).lease() as connection:
        database = connection.connection.dbapi_connection
        database.execute(*JSON)
        assert not log_equals_truth(database, path)


MOVES = [
    "UPDATE item SET id = 30 WHERE id = 1",
    "UPDATE item SET rowid = 30 WHERE id = 1",
    "UPDATE OR REPLACE item SET oid = 2 WHERE id = 1",
    "UPDATE OR IGNORE item SET _rowid_ = 30 WHERE id = 1",
]


@pytest.mark.parametrize("statement", MOVES)
def test_keys_are_immutable_under_every_name_they_have(database, path, statement):
    with pytest.raises(sqlite3.IntegrityError, match=r"keys are immutable: item\.id"):
        database.execute(statement)
    assert compare(path.read_bytes(), database, METADATA) == []
    assert entries(database, METADATA) == []


@pytest.mark.parametrize("statement", MOVES)
def test_without_that_rule_a_moved_row_would_be_logged_wrongly(tmp_path, monkeypatch, statement):
    strict = changelog._triggers

    def careless(table):
        return [re.sub(r"SELECT RAISE.*?;", "", trigger) for trigger in strict(table)]

    monkeypatch.setattr(changelog, "_triggers", careless)
    path = SnapshotStore(tmp_path).ensure("items", "careless", build).path
    with open_fork(path).lease() as connection:
        database = connection.connection.dbapi_connection
        database.execute("PRAGMA foreign_keys=OFF")
        database.execute(statement)
        assert not log_equals_truth(database, path)


def test_a_cascade_is_logged_row_by_row(database, path):
    database.execute("DELETE FROM item WHERE id = 3")
    changes = fold(entries(database, METADATA))
    assert [(change.table, change.key, change.kind, change.columns) for change in changes] == [
        ("item", 3, "delete", ("id", "name", "qty", "note")),
        ("order", 3, "delete", ("note", "id", "group", "it's")),
        ("order", 6, "update", ("it's",)),
    ]
    assert log_equals_truth(database, path)


@pytest.mark.parametrize("value", ["a\0b", "\0", '"\\', "\x1f", "😀", "\u2028", "\ufffe", "[1]", "null", "1e5"])
def test_text_comes_back_as_it_was_written(database, value):
    database.execute("UPDATE item SET note = ? WHERE id = 1", (value,))
    assert entries(database, METADATA)[0].after["note"] == value


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), 2**53 + 1, 0, -1])
def test_integers_come_back_with_all_their_digits(database, value):
    database.execute("UPDATE item SET qty = ? WHERE id = 2", (value,))
    assert entries(database, METADATA)[0].after["qty"] == value


@pytest.mark.parametrize(
    "statement", ["UPDATE item SET note = x'00ff' WHERE id = 1", "UPDATE item SET qty = x'00ff' WHERE id = 1"]
)
def test_bytes_are_refused_and_leave_no_entry(database, statement):
    with pytest.raises(sqlite3.IntegrityError, match="cannot store BLOB"):
        database.execute(statement)
    assert entries(database, METADATA) == []


def test_bytes_made_into_text_that_is_none_are_a_loud_error_never_a_missing_entry(database):
    database.execute("UPDATE item SET note = '' || x'ff' WHERE id = 1")
    with pytest.raises(sqlite3.OperationalError, match="Could not decode to UTF-8"):
        entries(database, METADATA)


def test_an_entry_says_who_wrote_it_and_why(database):
    database.execute("UPDATE item SET qty = 2 WHERE id = 1")
    set_cause(database, Cause(tx=1, step=3, operation="refund_order", actor="agent", root="agent:3"))
    database.execute("UPDATE item SET qty = 3 WHERE id = 1")
    set_cause(database, Cause(tx=2, step=3, operation="expire", actor="system", root="world:expire-4"))
    database.execute("DELETE FROM item WHERE id = 8")
    told = [(e.seq, e.tx, e.step, e.operation, e.actor, e.root, e.table, e.kind) for e in entries(database, METADATA)]
    expired = (2, 3, "expire", "system", "world:expire-4")
    assert [line[0] for line in told] == [1, 2, 3, 4, 5]
    assert told[:2] == [
        (1, 0, 0, "setup", "system", "setup", "item", "update"),
        (2, 1, 3, "refund_order", "agent", "agent:3", "item", "update"),
    ]
    assert {line[1:] for line in told[2:]} == {
        (*expired, "item", "delete"),
        (*expired, "order", "delete"),
        (*expired, "order", "update"),
    }
    assert [entry.seq for entry in entries(database, METADATA, after_seq=3)] == [4, 5]


def test_what_was_rolled_back_leaves_no_entry_no_cause_and_no_gap(database):
    causes = "SELECT count(*) FROM engine_cause"
    before = database.execute(causes).fetchone()
    for _ in range(3):
        database.execute("BEGIN")
        set_cause(database, Cause(tx=1, step=1, operation="lost", actor="agent", root="agent:1"))
        database.execute("UPDATE item SET qty = qty + 1")
        database.execute("ROLLBACK")
    database.execute("BEGIN")
    database.execute("SAVEPOINT s")
    database.execute("UPDATE item SET qty = qty + 1")
    database.execute("ROLLBACK TO s")
    database.execute("UPDATE item SET qty = 9 WHERE id = 1")
    database.execute("COMMIT")
    assert database.execute(causes).fetchone() == before
    assert [(entry.seq, entry.root) for entry in entries(database, METADATA)] == [(1, "setup")]


def test_population_and_the_engines_own_tables_are_not_logged(database):
    assert entries(database, METADATA) == []
    database.execute("INSERT INTO engine_clock VALUES (1)")
    assert entries(database, METADATA) == []
    assert [table.name for table in changelog.logged_tables(METADATA)] == ["item", "order"]


def test_both_faces_of_a_connection_will_do(mode, path):
    with open_fork(path).lease() as connection, Session(bind=connection) as session:
        with session.begin():
            set_cause(connection, Cause(tx=1, step=1, operation="raise_qty", actor="agent", root="agent:1"))
            session.execute(sqlalchemy.update(ITEM).where(ITEM.c.id == 4).values(qty=40))
        with session.begin():
            (entry,) = entries(connection, METADATA)
            assert (entry.operation, entry.before["qty"], entry.after["qty"]) == ("raise_qty", 4, 40)
            assert [change.columns for change in compare(path.read_bytes(), connection, METADATA)] == [("qty",)]


def test_the_log_lives_in_the_fork_and_follows_its_branches(mode, path):
    trunk = open_fork(path)

    def raise_qty(fork):
        with fork.lease() as connection, connection.begin():
            connection.exec_driver_sql("UPDATE item SET qty = qty + 1 WHERE id = 1")

    def logged(fork):
        with fork.lease() as connection:
            return [entry.after["qty"] for entry in entries(connection, METADATA)]

    raise_qty(trunk)
    branch = trunk.branch()
    raise_qty(branch)
    assert (logged(trunk), logged(branch)) == ([2], [2, 3])
    branch.reset()
    assert logged(branch) == []


def test_comparing_needs_no_log(path):
    other = sqlite3.connect(":memory:")
    other.deserialize(path.read_bytes())
    other.execute("DELETE FROM item WHERE id = 1")
    other.execute("INSERT INTO item VALUES (100, 'new', 1, NULL)")
    other.commit()
    found = compare(path.read_bytes(), other.serialize(), METADATA)
    assert [(change.key, change.kind) for change in found] == [(1, "delete"), (100, "insert")]
    other.close()


@pytest.mark.parametrize(
    "columns",
    [
        [Column("key", Integer, primary_key=True)],
        [Column("id", Text, primary_key=True)],
        [Column("id", Integer, primary_key=True), Column("part", Integer, primary_key=True)],
        [Column("id", Integer)],
    ],
)
def test_a_table_without_one_integer_key_named_id_is_refused(columns):
    metadata = MetaData()
    Table("odd", metadata, *columns)
    connection = sqlite3.connect(":memory:")
    with pytest.raises(ValueError, match="one integer column named id"):
        install(connection, metadata)
    connection.close()
