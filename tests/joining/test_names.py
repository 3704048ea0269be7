"""Promises of the names that apps have in a database that they share: what is translated, and what is left alone."""

import sqlite3

import pytest
from sqlalchemy import Column, Index, Integer, MetaData, Table

from worlds.engine.naming import Names, names_of

NAMES = Names("shop", {"product": "shop_product", "cart": "cart"}, {"product_sku": "shop_product_sku"})


def schema(*tables, index=None):
    metadata = MetaData()
    for name in tables:
        Table(name, metadata, Column("id", Integer, primary_key=True), *([Index(index, "id")] if index else []))
    return metadata


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("SELECT product.id FROM product", "SELECT shop_product.id FROM shop_product"),
        ('SELECT p.id FROM "product" p', 'SELECT p.id FROM "shop_product" p'),
        ("INSERT INTO product(id) VALUES (:product)", "INSERT INTO shop_product(id) VALUES (:product)"),
        ("SELECT c.product FROM cart c", "SELECT c.product FROM cart c"),
        ("SELECT 'product', 'it''s a product' FROM cart", "SELECT 'product', 'it''s a product' FROM cart"),
        ("SELECT product_id, products FROM cart", "SELECT product_id, products FROM cart"),
        ("CREATE INDEX product_sku ON product(sku)", "CREATE INDEX shop_product_sku ON shop_product(sku)"),
        ("SELECT max(seq) FROM engine_change", "SELECT max(seq) FROM engine_change_of_shop"),
        ("SELECT now FROM engine_state", "SELECT now FROM engine_state"),
    ],
)
def test_only_names_of_tables_are_translated(said, meant):
    assert NAMES.sql(said) == meant


def test_a_name_that_one_app_alone_has_is_kept():
    names = names_of({"shop": schema("product", "cart"), "crm": schema("product", "lead")})
    assert dict(names["shop"].tables) == {"cart": "cart", "product": "shop_product"}
    assert dict(names["crm"].tables) == {"lead": "lead", "product": "crm_product"}


def test_indexes_of_one_name_are_kept_apart():
    names = names_of({"shop": schema("cart", index="by_id"), "crm": schema("lead", index="by_id")})
    assert (names["shop"].indexes["by_id"], names["crm"].indexes["by_id"]) == ("shop_by_id", "crm_by_id")


def test_a_name_that_cannot_be_kept_apart_is_refused_with_the_way_out():
    with pytest.raises(ValueError, match=r"shop_product.*call one of them otherwise"):
        names_of({"shop": schema("product"), "crm": schema("product", "shop_product")})


def test_counters_of_apps_are_counted_apart_and_those_of_the_engine_together():
    assert [NAMES.counter(name) for name in ("product", "cart", "order_number", "engine_event.seq")] == [
        "shop_product",
        "cart",
        "shop.order_number",
        "engine_event.seq",
    ]


def test_an_app_sees_its_own_part_of_the_log_under_its_own_names():
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE engine_change(seq, cause_id, tbl, key, kind, before, after)")
        database.execute("CREATE TABLE engine_lock(tbl, key, holder, why, until, PRIMARY KEY (tbl, key))")
        for statement in NAMES.views():
            database.execute(statement)
        rows = [(1, 1, "shop_product", 7, "update", "", ""), (2, 1, "crm_product", 7, "update", "", "")]
        database.executemany("INSERT INTO engine_change VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        assert database.execute("SELECT seq, tbl FROM engine_change_of_shop").fetchall() == [(1, "product")]
        database.execute("DELETE FROM engine_change_of_shop WHERE seq > 0")
        assert database.execute("SELECT seq FROM engine_change").fetchall() == [(2,)]
        for who in ("Ann", "Ben"):
            database.execute("INSERT OR REPLACE INTO engine_lock_of_shop VALUES ('product', 7, ?, '', 9)", (who,))
        assert database.execute("SELECT tbl, holder FROM engine_lock").fetchall() == [("shop_product", "Ben")]
        database.execute("DELETE FROM engine_lock_of_shop WHERE tbl = 'product' AND key = 7")
        assert database.execute("SELECT count(*) FROM engine_lock").fetchall() == [(0,)]
    database.close()
