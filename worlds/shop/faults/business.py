"""What the shop's business gives to rules of the operator, duplicates and races for a refund; and declined cards."""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any, Final

from worlds.engine.faults.fault import WRITES, Fault, Hit, Params
from worlds.engine.faults.layers.business import Alike, DuplicateCheck, FieldRule, Overtaking, Values
from worlds.engine.folding import search_text


class CardParams(Params):
    """What the bank says when it declines."""

    decline_code: str = "insufficient_funds"


class CardDeclined(Fault):
    """The bank declines the card with which the agent pays for an order; cards of others are no matter of its work."""

    code = "S1"
    lesson = (
        "Pay with another card if there is one that the customer lets you use; never send the same one again and again."
    )
    strikes = WRITES
    mishap = "card"
    own = True
    Params = CardParams


def _number(driver: sqlite3.Connection, order_id: Any) -> str | None:
    rows = driver.execute("SELECT number FROM sales_order WHERE id = ?", (order_id,)).fetchall()
    return str(rows[0][0]) if rows else None


def _names_its_order(field: str) -> Any:
    def holds(driver: sqlite3.Connection, values: Values) -> bool:
        number = _number(driver, values.get("order_id"))
        return number is None or number in (values.get(field) or "")

    return holds


_OWN_NUMBER: Final = ("get_order", "order_id", "number")

RULES: Final = (
    FieldRule(
        "refund_order",
        "note",
        "Refund note must contain the number of the order.",
        _names_its_order("note"),
        _OWN_NUMBER,
    ),
    FieldRule(
        "escalate",
        "message",
        "Message must contain the number of the order.",
        _names_its_order("message"),
        _OWN_NUMBER,
    ),
)
"""What finance asks of every refund and every hand-over since its last audit."""


def _alike_in_name(driver: sqlite3.Connection, values: Values) -> Iterator[Alike]:
    """Articles called the same, and those of the same shelf whose names differ in one word at most.

    As such rules do, it looks at every save, also at one that leaves the name as it is.
    """
    key = values["product_id"]
    kept = driver.execute("SELECT title, category_id FROM product WHERE id = ?", (key,)).fetchall()
    if not kept:
        return
    title, shelf = kept[0]
    wanted = search_text(values.get("title") or title)
    others = driver.execute("SELECT id, title, category_id FROM product WHERE id <> ? ORDER BY id", (key,)).fetchall()
    for other, name, where in others:
        said = search_text(name)
        if said == wanted or (where == shelf and len(set(said.split()) ^ set(wanted.split())) <= _ONE_WORD):
            yield Alike("product", other, f"product {other} {name}")


_ONE_WORD: Final = 2
"""One word in place of another is two words that only one of two names has."""


def _open_already(driver: sqlite3.Connection, values: Values) -> Iterator[Alike]:
    query = "SELECT id, number FROM return_request WHERE order_id = ? AND status IN ('requested', 'open') ORDER BY id"
    for key, number in driver.execute(query, (values["order_id"],)).fetchall():
        yield Alike("return_request", key, f"return {number}")


DUPLICATES: Final[Mapping[str, DuplicateCheck]] = {
    "update_product": DuplicateCheck("title", _alike_in_name),
    "open_return": DuplicateCheck("order_id", _open_already),
}


def _refund_before(hit: Hit) -> tuple[str, str, Values] | None:
    """Finance makes the refund that is asked for, a moment before.

    Only where too little is left then to make it twice, and where nobody has begun to refund the same lines: what an
    agent sends a second time, because it does not know what became of the first, is not overtaken.
    """
    values = hit.call.values
    if any(_under_way(hit.call.driver, line.line_id) for line in values["lines"]):
        return None
    left = [(_units_left(hit.call.driver, line.line_id), line.quantity) for line in values["lines"]]
    may_once = all(units >= wanted for units, wanted in left)
    may_twice = all(units >= 2 * wanted for units, wanted in left) and not values["shipping"]
    if not may_once or may_twice:
        return None
    lines = [line.model_dump(mode="json") for line in values["lines"]]
    told = {"order_id": values["order_id"], "lines": lines, "reason": values["reason"], "shipping": values["shipping"]}
    return "person:finance", "refund_by_colleague", told


def _under_way(driver: sqlite3.Connection, line_id: int) -> bool:
    """Whether a refund of the line is pending."""
    pending = """SELECT 1 FROM refund_line l JOIN refund r ON r.id = l.refund_id
        WHERE l.order_line_id = ? AND r.status = 'pending' LIMIT 1"""
    return bool(driver.execute(pending, (line_id,)).fetchall())


def _units_left(driver: sqlite3.Connection, line_id: int) -> int:
    """Units of a line that were not refunded."""
    rows = driver.execute("SELECT quantity - refunded FROM order_line WHERE id = ?", (line_id,)).fetchall()
    return int(rows[0][0]) if rows else 0


OVERTAKING: Final[Mapping[str, Overtaking]] = {"refund_order": _refund_before}
