"""How a customer's purchase is made through tools: by the solution of `buy-with-code`, and by its mistakes."""

from itertools import combinations
from typing import Any

from worlds.engine.fields import parse_money
from worlds.engine.task import Refused, Worker, every_row
from worlds.graders.answers import FinalAnswer

ADDRESS = ("name", "company", "line1", "line2", "city", "province", "postal_code", "country", "phone")
"""Parts of an address, which an order copies one by one."""


def variant_named(worker: Worker, said: str) -> int:
    """The id of the variant that people call `Title (variant)`."""
    title = said[: said.rindex(" (")]
    for card in every_row(worker, "search_products", query=title[:100]):
        if card["title"] == title:
            for variant in worker.call("get_product", product_id=card["product_id"])["variants"]:
                if f"{title} ({variant['title']})" == said:
                    return int(variant["variant_id"])
    raise LookupError(f"the shop has no {said}")


def fill(worker: Worker, *, first: int = 0) -> None:
    """Put both articles into the cart, `first` units more of the first one."""
    facts = worker.facts
    for name, more in (("first", first), ("second", 0)):
        units = int(facts[f"{name}_units"]) + more
        worker.call("add_to_cart", variant_id=variant_named(worker, facts[name]), quantity=units)


def codes_of(worker: Worker) -> list[str]:
    """The codes that the customer has."""
    return worker.facts["codes"].split(", ")


def use(worker: Worker, codes: tuple[str, ...]) -> bool:
    """Have exactly these codes on the cart; False where the shop refuses one of them."""
    for used in worker.call("get_cart")["codes"]:
        worker.call("remove_discount_code", code=used["code"])
    try:
        for code in codes:
            worker.call("apply_discount_code", code=code)
    except Refused:
        return False
    return True


def cheapest(worker: Worker) -> tuple[str, ...]:
    """The codes that together bring the total lowest, found by trying all that go together."""
    address = address_of(worker)
    totals: dict[tuple[str, ...], int] = {}
    codes = codes_of(worker)
    for size in range(len(codes) + 1):
        for subset in combinations(codes, size):
            if use(worker, subset):
                preview = worker.call("preview_checkout", address_id=address, shipping_method="standard")
                totals[subset] = parse_money(preview["total"])
    return min(totals, key=lambda subset: (totals[subset], len(subset)))


def address_of(worker: Worker) -> int:
    """The saved address in the street that the customer names."""
    for address in worker.call("get_my_account")["addresses"]:
        if address["line1"] == worker.facts["street"]:
            return int(address["address_id"])
    raise LookupError(f"no address is saved for {worker.facts['street']}")


def place(worker: Worker, **changes: Any) -> FinalAnswer:
    """Buy what is in the cart, and report number and total."""
    placed = worker.call("place_order", **({"address_id": address_of(worker), "shipping_method": "standard"} | changes))
    return FinalAnswer(
        status="done",
        facts={"order": placed["number"], "total": f"{placed['total']} EUR"},
        message=f"Ordered as {placed['number']} for {placed['total']} EUR.",
    )
