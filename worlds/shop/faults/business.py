"""What the shop's business gives to rules of the operator, duplicates and races for a refund; and declined cards."""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any, Final

from worlds.engine.faults.fault import WRITES, Fault, Hit, Params
from worlds.engine.faults.layers.business import Alike, DuplicateCheck, FieldRule, Overtaking, Values
from worlds.shop.folding import search_text


class CardParams(Params):
    """What the bank says when it declines."""

    decline_code: str = "insufficient_funds"


class CardDeclined(Fault):
    """The bank declines the card with which an order is paid."""

    code = "S1"
    lesson = (
        "Pay with another card if there is one that the customer lets you use; never send the same one again and again."
    )
    strikes = WRITES
    mishap = "card"
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


def _same_title(driver: sqlite3.Connection, values: Values) -> Iterator[Alike]:
    if values.get("title") is None:
        return
    wanted = search_text(values["title"])
    rows = driver.execute("SELECT id, title FROM product WHERE id <> ? ORDER BY id", (values["product_id"],)).fetchall()
    for key, title in rows:
        if search_text(title) == wanted:
            yield Alike("product", key, f"product {key} {title}")


def _open_already(driver: sqlite3.Connection, values: Values) -> Iterator[Alike]:
    query = "SELECT id, number FROM return_request WHERE order_id = ? AND status IN ('requested', 'open') ORDER BY id"
    for key, number in driver.execute(query, (values["order_id"],)).fetchall():
        yield Alike("return_request", key, f"return {number}")


DUPLICATES: Final[Mapping[str, DuplicateCheck]] = {
    "update_product": DuplicateCheck("title", _same_title),
    "open_return": DuplicateCheck("order_id", _open_already),
}


def _refund_before(hit: Hit) -> tuple[str, str, Values] | None:
    """Finance makes the refund that is asked for, a moment before."""
    values = hit.call.values
    lines = [line.model_dump(mode="json") for line in values["lines"]]
    told = {"order_id": values["order_id"], "lines": lines, "reason": values["reason"], "shipping": values["shipping"]}
    return "person:finance", "refund_by_colleague", told


OVERTAKING: Final[Mapping[str, Overtaking]] = {"refund_order": _refund_before}
