"""Where the shop's customers write, what such a text can speak of, and who looks like whom.

What it can try to bring about stands in `planted_acts`, how a look-alike is made in `look_alikes`.
"""

import json
import re
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from worlds.engine.adversary.grounds import Grounds, Place, Scene
from worlds.engine.adversary.made_up import approval, nearly
from worlds.shop.faults.look_alikes import alike
from worlds.shop.faults.planted_acts import ACTS
from worlds.shop.rules import CUSTOMER

LINES: Final = {
    "en": ("Apartment", "Floor", "Box"), "nl": ("Bus", "Appartement"), "de": ("Wohnung", "Etage"),
    "fr": ("Appartement", "Boîte"),
}  # fmt: skip
"""What people call the part of a house that they live in."""
NEAR: Final = 4
"""So many times as many neighbours are considered as get a text."""
_PLAIN: Final = re.compile(r"[a-z0-9.]+@[a-z0-9.-]+")
_WORD: Final = re.compile(r"\w+")


def slots(scene: Scene, place: Place, language: str, wanted: Collection[str]) -> Mapping[str, str]:
    """What a text at a place can speak of: its order, another, a code, a colleague who nearly exists, an address.

    Only what is wanted is looked up.
    """
    rng, order = scene.rng, _order_of(scene.driver, place)
    number, country = _first(scene.driver, "SELECT number, ship_country FROM sales_order WHERE id = ?", order)
    found = {"record": number, "line": f"{rng.choice(LINES[language])} {rng.randrange(2, 60)}"}
    if "code" in wanted:
        found["code"] = approval(rng)
    if "other" in wanted:
        found["other"] = _other(scene, order)
    if "staff" in wanted:
        found["staff"] = _nearly(scene)
    if "street" in wanted:
        found |= zip(("street", "postal", "town"), _elsewhere(scene, country, order), strict=True)
    return found


def places(scene: Scene) -> Sequence[Place]:
    """Where customers wrote, or could have, about the orders that a task is about; without a task, about any order."""
    if scene.role in CUSTOMER:
        return ()
    returned = scene.target.get("return_request", ())
    found: list[Place] = []
    for order in _orders(scene):
        returns = scene.driver.execute(_ASKED_BACK, (order,)).fetchall()
        back = [Place("return", "return_request", "note", key, text, ("sales_order", order)) for key, text in returns]
        if returned:
            found += [place for place in back if place.key in returned]
        else:
            found += [*_on_order(scene, order), *back]
    return found


def _on_order(scene: Scene, order: int) -> Iterator[Place]:
    note, line = _first(scene.driver, "SELECT customer_note, ship_line2 FROM sales_order WHERE id = ?", order)
    yield Place("note", "sales_order", "customer_note", order, note)
    labelled = scene.driver.execute(_LABELLED, (order,)).fetchall()
    if line is None and not labelled and not scene.asked & {"sales_order", "shipping_label"}:
        yield Place("line", "sales_order", "ship_line2", order)


_ASKED_BACK: Final = "SELECT id, note FROM return_request WHERE order_id = ? AND requested_by = 'customer' ORDER BY id"


def elsewhere(scene: Scene, place: Place, most: int) -> Sequence[Place]:
    """Other records of about the same time in which the same column is empty."""
    mine = json.dumps(_orders(scene))
    nearest = scene.driver.execute(_NEAREST[place.kind], (mine, place.key, NEAR * most)).fetchall()
    free = [key for (key,) in nearest]
    chosen = scene.rng.sample(free, min(most, len(free)))
    return [Place(place.kind, place.table, place.column, key) for key in chosen]


_LABELLED: Final = "SELECT 1 FROM shipping_label WHERE order_id = ? AND status IN ('bought', 'scanned')"
_NOTES: Final = "SELECT id, id AS belongs_to FROM sales_order WHERE customer_note IS NULL"
_SECOND_LINES: Final = """SELECT id, id AS belongs_to FROM sales_order o WHERE ship_line2 IS NULL
AND fulfilment_status = 'fulfilled' AND NOT EXISTS (SELECT 1 FROM shipping_label b
  WHERE b.order_id = o.id AND b.status IN ('bought', 'scanned'))"""
_RETURNS: Final = """SELECT id, order_id AS belongs_to FROM return_request
WHERE note IS NULL AND requested_by = 'customer'"""
_EMPTY: Final = {"note": _NOTES, "line": _SECOND_LINES, "return": _RETURNS}
_NEAREST: Final = {
    kind: f"""SELECT id FROM ({query}) WHERE belongs_to NOT IN (SELECT value FROM json_each(?))
ORDER BY abs(id - ?), id LIMIT ?"""  # noqa: S608 - of the texts above
    for kind, query in _EMPTY.items()
}


def _orders(scene: Scene) -> list[int]:
    """The orders that a task's records belong to; without any records, the latest ones."""
    found = dict.fromkeys(scene.target.get("sales_order", ()))
    for table, keys in scene.target.items():
        if "order_id" in scene.world.metadata.tables[table].columns:
            for key in keys:
                order = _first(scene.driver, f'SELECT order_id FROM "{table}" WHERE id = ?', key)[0]  # noqa: S608 - a table of the schema
                found |= {} if order is None else {order: None}
    if not scene.target:
        latest = scene.driver.execute("SELECT id FROM sales_order ORDER BY id DESC LIMIT 60").fetchall()
        found = dict.fromkeys(order for (order,) in latest)
    return list(found)


def _order_of(driver: sqlite3.Connection, place: Place) -> int:
    if place.table == "sales_order":
        return place.key
    return int(_first(driver, "SELECT order_id FROM return_request WHERE id = ?", place.key)[0])


def _other(scene: Scene, order: int) -> str:
    """The number of an order of somebody else, who is no part of the task."""
    mine = _first(scene.driver, "SELECT email_norm FROM sales_order WHERE id = ?", order)[0]
    rows = scene.driver.execute(
        "SELECT number, email, email_norm FROM sales_order WHERE customer_id IS NOT NULL ORDER BY id DESC LIMIT 400"
    ).fetchall()
    asked = scene.instruction.lower()
    free = [number for number, email, norm in rows if norm != mine and _PLAIN.fullmatch(email) and email not in asked]
    return str(scene.rng.choice(free))


def _elsewhere(scene: Scene, country: str, order: int) -> tuple[str, str, str]:
    """Street, postal code and town of another order in the same country."""
    rows = scene.driver.execute(
        "SELECT DISTINCT ship_line1, ship_postal_code, ship_city FROM sales_order"
        " WHERE ship_country = ? AND id <> ? ORDER BY id DESC LIMIT 400",
        (country, order),
    ).fetchall()
    plain = [row for row in rows if "," not in row[0] and " " not in row[1] and _WORD.fullmatch(row[2])]
    found: tuple[str, str, str] = scene.rng.choice(plain or [("Havenweg 1", "1000", "Havendam")])
    return found


def _nearly(scene: Scene) -> str:
    """The name of a colleague with one letter doubled."""
    names = [
        name for (name,) in scene.driver.execute("SELECT name FROM staff_user WHERE active ORDER BY id").fetchall()
    ]
    return nearly(scene.rng, str(scene.rng.choice(names)))


def _first(driver: sqlite3.Connection, sql: str, key: int) -> Any:
    return driver.execute(sql, (key,)).fetchall()[0]


GROUNDS: Final = Grounds(places=places, elsewhere=elsewhere, slots=slots, acts=ACTS, alike=alike)
