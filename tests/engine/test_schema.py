"""Promises of the schema lint: what a world's tables may not be."""

import pytest
from sqlalchemy import BLOB, REAL, Column, ForeignKey, Integer, MetaData, Table, Text

import worlds
from worlds.engine.schema import lint


def column(name, type_=None, **options):
    return Column(name, type_ or Text(), info={"class": options.pop("kind", "business")}, **options)


def reference(*, index=False, **options):
    return Column("parent_id", ForeignKey("thing.id", **options), index=index, info={"class": "business"})


def linted(*columns, kind="business", strict=True):
    metadata = MetaData()
    key = Column("id", Integer, primary_key=True, info={"class": "key"})
    Table("thing", metadata, key, *columns, info={"class": kind}, sqlite_strict=strict)
    return lint(metadata)


def test_a_sound_table_has_no_problems():
    assert linted(column("name")) == []


@pytest.mark.parametrize(
    ("columns", "options", "sentence"),
    [
        ([column("weight", REAL())], {}, "thing.weight is stored as"),
        ([column("photo", BLOB())], {}, "thing.photo is stored as"),
        ([Column("name", Text())], {}, "thing.name states no class"),
        ([column("name")], {"kind": "misc"}, "thing states no class"),
        ([column("name")], {"strict": False}, "thing is not STRICT"),
        ([column("amount", Integer(), kind="volatile")], {}, "its name says that it counts"),
        ([column("price", Integer())], {"kind": "session"}, "its name says that it counts"),
        ([reference(index=True)], {}, "not deferred"),
        ([reference(deferrable=True, initially="DEFERRED")], {}, "without an index"),
    ],
)
def test_the_lint_names_what_is_wrong(columns, options, sentence):
    assert any(sentence in problem for problem in linted(*columns, **options))


def test_a_table_without_an_integer_key_named_id_is_refused():
    metadata = MetaData()
    Table(
        "thing",
        metadata,
        Column("code", Text, primary_key=True, info={"class": "key"}),
        info={"class": "business"},
        sqlite_strict=True,
    )
    assert any("integer primary key named id" in problem for problem in lint(metadata))


def test_every_world_that_is_found_passes_the_lint():
    for world in worlds.discover().values():
        assert lint(world.metadata) == []
