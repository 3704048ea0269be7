"""What the tables of every world owe."""

import worlds
from worlds.engine.bookkeeping import driver_of
from worlds.engine.build import broken_rows
from worlds.engine.schema import lint
from worlds.graders.shape import COLUMN_CLASSES, TABLE_CLASSES


def test_the_schema_breaks_no_rule(world):
    assert lint(world.metadata) == []


def test_every_table_and_column_says_how_it_is_judged(world):
    for table in world.metadata.sorted_tables:
        assert table.info["class"] in TABLE_CLASSES
        for column in table.columns:
            assert column.info["class"] in COLUMN_CLASSES | {"key"}, f"{table.name}.{column.name}"


def test_every_table_says_what_it_holds(world):
    models = world.part("models").Model.__subclasses__()
    silent = [model.__name__ for model in models if not (model.__doc__ or "").strip()]
    assert not silent


def test_every_law_is_anchored_on_tables_that_exist(world):
    names = [law.name for law in world.invariants]
    assert len(names) == len(set(names))
    for law in world.invariants:
        assert law.table in world.metadata.tables, law.name
        assert ":keys" in law.sql, law.name
        for table, column in law.via.items():
            assert column in world.metadata.tables[table].columns, law.name


def test_the_small_population_keeps_every_law_and_every_reference(world):
    with worlds.open(world.name) as episode, episode._fork.lease() as connection:
        driver = driver_of(connection)
        assert {law.name: broken_rows(driver, law) for law in world.invariants} == {
            law.name: [] for law in world.invariants
        }
        assert driver.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_folder_says_what_it_is(world):
    readme = world.folder / "README.md"
    assert readme.is_file()
    assert readme.read_text(encoding="utf-8").startswith("# ")
    assert sorted((world.folder / "policy").glob("*.md")), "a world states its house rules"
    assert "small" in world.seeds
