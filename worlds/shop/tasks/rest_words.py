"""What the words of a `refund-rest` request mean on the order: which lines, how many units, and whether shipping."""

import re
from collections.abc import Mapping
from typing import Any

from worlds.engine.fields import parse_money
from worlds.engine.task import Worker
from worlds.shop.tasks.rests import ORDER


def articles_in(article: str) -> list[str]:
    """The articles that a request names, each as it is called there: one, or two that are told apart by variants."""
    return re.split(r"(?<=\)) and the ", article)


def is_named(worker: Worker, line: Mapping[str, Any]) -> bool:
    """Whether a request names the article of a line."""
    called = {line["title"], f"{line['title']} ({line['variant_title']})"}
    return not called.isdisjoint(articles_in(worker.facts["article"]))


def units_wanted(wanted: str) -> int | None:
    """How many units a request is about, where it is not about all that are left."""
    units = re.search(r"\d+", wanted)
    return int(units[0]) if units else None


def refund_asked(worker: Worker, order: Mapping[str, Any]) -> dict[str, Any]:
    """What a refund of what is wanted would be: lines, and shipping where nothing else is left."""
    left = {line["line_id"]: line["quantity"] - line["refunded"] for line in order["lines"]}
    wanted = [line["line_id"] for line in order["lines"] if worker.facts["wanted"] == ORDER or is_named(worker, line)]
    number = units_wanted(worker.facts["wanted"])
    units = {line: number or left[line] for line in wanted if left[line]}
    lines = [{"line_id": line, "quantity": quantity, "restock": False} for line, quantity in units.items()]
    return {"order_id": order["order_id"], "lines": lines, "shipping": with_shipping(order, units)}


def with_shipping(order: Mapping[str, Any], units: Mapping[int, int]) -> bool:
    """Whether shipping goes back with these units: some is left, and nothing of the goods is after it."""
    last = all(line["quantity"] == line["refunded"] + units.get(line["line_id"], 0) for line in order["lines"])
    return last and parse_money(order["shipping_refundable"]) > 0
