"""What `worlds bench` measures is what its keys say; how fast it comes out is no matter of tests."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import Column, Integer, MetaData, Table

from worlds.bench import MARKS, workload_of
from worlds.bench.tenfold import tenfold
from worlds.engine.build import snapshot_of
from worlds.engine.world import find

SLIP = {"class": "business"}
KEYS = [
    "fork_ms",
    "reset_ms",
    "fork_growth",
    "private_mb_per_episode",
    "read_ms",
    "write_ms",
    "diff_grade_ms",
    "episodes_per_s",
    "browser_reset_ms",
    "browser_step_ms",
    "http_call_ms",
    "mcp_call_ms",
    "wait_10k_events_s",
    "wait_10k_light_events_s",
    "fault_overhead",
]


def test_the_figures_are_the_agreed_ones():
    assert [mark.key for mark in MARKS] == KEYS


def test_a_mark_knows_whether_it_is_kept():
    by_key = {mark.key: mark for mark in MARKS}
    assert by_key["fork_ms"].kept(0.8)
    assert not by_key["fork_ms"].kept(0.81)
    assert by_key["episodes_per_s"].kept(150)
    assert not by_key["episodes_per_s"].kept(149)
    assert by_key["fork_ms"].kept(None) is None


@pytest.mark.parametrize(
    "key", ["fork_ms", "reset_ms", "fork_growth", "write_ms", "diff_grade_ms", "http_call_ms", "mcp_call_ms"]
)
def test_a_figure_is_measured_and_printed_alone(say, home, key, monkeypatch):
    for module in ("calls", "forks", "ways_in"):
        monkeypatch.setattr(f"worlds.bench.{module}.REPETITIONS", 3)
    said = say("bench", "--world", "office", "--only", key, "--json")
    assert said.code == 0, said.err
    assert list(said.json) == [key]
    assert said.json[key] > 0


def test_a_missed_mark_ends_a_strict_run_with_code_1(say, home, monkeypatch):
    monkeypatch.setattr("worlds.bench.calls.REPETITIONS", 1)
    monkeypatch.setattr("worlds.bench.marks.Mark.kept", lambda _mark, _value: False)
    assert say("bench", "--world", "office", "--only", "read_ms").code == 0
    said = say("bench", "--world", "office", "--only", "read_ms", "--strict")
    assert said.code == 1
    assert "missed" in said.out


def test_the_shop_names_its_work(monkeypatch):
    workload = workload_of(find("shop"))
    assert (workload.read.operation, workload.write.operation) == ("get_order", "refund_order")


def test_ten_times_the_rows_are_as_sound_as_one(home, tmp_path):
    world = find("office")
    source = workload_of(world).start.snapshot.path
    large = tenfold(source, tmp_path / "large.sqlite", world.metadata)
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(large)) as ten:
        for table in world.metadata.tables:
            counts = [database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for database in (one, ten)]  # noqa: S608 - names of the metadata
            assert counts[1] == 10 * counts[0], table
        assert ten.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert ten.execute("PRAGMA foreign_key_check").fetchall() == []
        assert ten.execute("SELECT count(*) FROM engine_change").fetchone() == (0,)


def test_rows_that_are_told_apart_by_a_number_alone_are_copied_too(tmp_path):
    metadata = MetaData()
    Table("slip", metadata, Column("id", Integer, primary_key=True), Column("number", Integer, unique=True), info=SLIP)
    with closing(sqlite3.connect(tmp_path / "one.sqlite")) as one:
        one.execute("CREATE TABLE slip (id INTEGER PRIMARY KEY, number INTEGER UNIQUE)")
        one.execute("INSERT INTO slip VALUES (1, 1000), (2, 1001)")
        one.commit()
    with closing(sqlite3.connect(tenfold(tmp_path / "one.sqlite", tmp_path / "ten.sqlite", metadata))) as ten:
        assert ten.execute("SELECT count(*), count(DISTINCT number) FROM slip").fetchone() == (20, 20)


def test_what_a_check_bounds_stays_and_what_a_row_names_by_its_kind_is_copied_with_it(tmp_path):
    world = find("crm")
    source = snapshot_of(world, "small").path
    with closing(sqlite3.connect(tenfold(source, tmp_path / "ten.sqlite", world.metadata))) as ten:
        lost = "SELECT count(*) FROM consent WHERE kind = 'lead' AND record_id NOT IN (SELECT id FROM lead)"
        assert ten.execute(lost).fetchone() == (0,)
        days = {row[0] for row in ten.execute("SELECT DISTINCT date(valid_from) = valid_from FROM exchange_rate")}
        assert days == {1}
