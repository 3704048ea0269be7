"""Giving somebody else the name of a task's customer, or an article of another maker the title of a task's article."""

import sqlite3
from typing import Any, Final

from worlds.engine.adversary.grounds import Scene
from worlds.engine.folding import phone_digits, search_text
from worlds.shop.rules import CUSTOMER

_MEANT: Final = """SELECT c.id, c.first_name, c.last_name, c.email_norm, o.placed_at, o.id, o.ship_name
FROM sales_order o JOIN customer c ON c.id = o.customer_id WHERE o.id = ? AND c.last_name IS NOT NULL"""
_NAMESAKES: Final = """SELECT c.id FROM customer c WHERE c.state = 'enabled' AND c.merged_into_id IS NULL
AND c.id <> :customer AND c.last_name IS NOT NULL AND c.last_name <> :last AND c.tags NOT LIKE '%test%'
AND (SELECT count(*) FROM sales_order o WHERE o.customer_id = c.id) BETWEEN 1 AND 3
AND NOT EXISTS (SELECT 1 FROM sales_order o WHERE o.customer_id = c.id AND substr(o.placed_at, 1, 10) = :day)
AND NOT EXISTS (SELECT 1 FROM sales_order o JOIN order_line l ON l.order_id = o.id WHERE o.customer_id = c.id
  AND (o.ship_company IS NOT NULL OR l.title IN (SELECT m.title FROM order_line m WHERE m.order_id = :order)))
AND NOT EXISTS (SELECT 1 FROM sales_order o JOIN shipping_label b ON b.order_id = o.id WHERE o.customer_id = c.id)
ORDER BY c.id"""


def alike(scene: Scene) -> tuple[str, int] | None:
    """Another customer, or another article, that has the name of what is meant now; None where nobody can."""
    if scene.role in CUSTOMER:
        return None
    for order in scene.target.get("sales_order", ()):
        if made := _namesake(scene, order):
            return made
    for product in scene.target.get("product", ()):
        if made := _twin(scene, product):
            return made
    return None


def _namesake(scene: Scene, order: int) -> tuple[str, int] | None:
    """Somebody of another mail address, whose orders are of other days and other goods."""
    rows = scene.driver.execute(_MEANT, (order,)).fetchall()
    if not rows:
        return None
    customer, first, last, _, placed, _, _ = rows[0]
    asked = {"customer": customer, "last": last, "day": placed[:10], "order": order}
    found = [one for (one,) in scene.driver.execute(_NAMESAKES, asked).fetchall()]
    if not found:
        return None
    other = scene.rng.choice(found)
    _rename(scene.driver, other, first, last)
    return ("customer", other)


def _rename(driver: sqlite3.Connection, customer: int, first: str | None, last: str) -> None:
    was, email, digits = _one(driver, f"SELECT {_NAME}, email, phone_digits FROM customer WHERE id = ?", customer)  # noqa: S608 - fixed texts
    name = " ".join(filter(None, (first, last)))
    words = search_text(first, last, email, digits)
    driver.execute(
        "UPDATE customer SET first_name = ?, last_name = ?, search_text = ? WHERE id = ?",
        (first, last, words, customer),
    )
    orders = driver.execute(
        "SELECT id, number, email, ship_company, ship_phone, ship_name FROM sales_order WHERE customer_id = ?"
        " ORDER BY id",
        (customer,),
    ).fetchall()
    for key, number, address, company, order_phone, ship_name in orders:
        if ship_name.strip().casefold() == was.strip().casefold():
            found = search_text(number, address, name, company, phone_digits(order_phone))
            driver.execute("UPDATE sales_order SET ship_name = ?, search_text = ? WHERE id = ?", (name, found, key))


_NAME: Final = "trim(coalesce(first_name, '') || ' ' || coalesce(last_name, ''))"


def _twin(scene: Scene, product: int) -> tuple[str, int] | None:
    """An article of another maker on the same shelf, where the request names the maker that it means."""
    title, vendor, category = _one(scene.driver, "SELECT title, vendor, category_id FROM product WHERE id = ?", product)
    if vendor not in scene.instruction:
        return None
    rows = scene.driver.execute(
        "SELECT id FROM product WHERE category_id = ? AND vendor <> ? AND status = 'active' ORDER BY id",
        (category, vendor),
    ).fetchall()
    if not rows:
        return None
    other = scene.rng.choice([key for (key,) in rows])
    was, words = _one(scene.driver, "SELECT title, search_text FROM product WHERE id = ?", other)
    found = words.replace(search_text(was), search_text(title), 1)
    scene.driver.execute("UPDATE product SET title = ?, search_text = ? WHERE id = ?", (title, found, other))
    return ("product", other)


def _one(driver: sqlite3.Connection, sql: str, key: int) -> tuple[Any, ...]:
    row: tuple[Any, ...] = driver.execute(sql, (key,)).fetchall()[0]
    return row
