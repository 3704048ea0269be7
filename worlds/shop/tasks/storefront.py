"""The storefront as solutions in the browser use it: filling a cart, trying codes, checking out."""

import re
from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from worlds.engine.fields import parse_money
from worlds.shop.tasks.officework import money_in

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

TOTAL = "Estimated total, incl. VAT"


def put_into_cart(page: "Page", said: str, units: str) -> None:
    """Search for an article that people call `Title (variant)`, choose the variant, add so many of it."""
    title, variant = said.removesuffix(")").rsplit(" (", 1)
    page.fill("Search products", title)
    page.click("button", "Search")
    page.click("link", title)
    choice = re.search(rf'radio "({re.escape(variant)} €[^"]*)"', page.see())
    if choice:
        page.choose("Choose one", choice[1])
    page.fill("Quantity", units)
    page.click("button", "Add to cart")


def use_codes(page: "Page", codes: tuple[str, ...]) -> bool:
    """Have exactly these codes on the cart; False where the shop refuses one of them."""
    page.open("/cart")
    for remove in page.names("button", "Remove code "):
        page.click("button", remove)
    for code in codes:
        page.fill("Discount code", code)
        page.click("button", "Apply code")
        if f"Remove code {code}" not in page.names("button", "Remove code "):
            return False
    return True


def cheapest(page: "Page", codes: list[str]) -> tuple[str, ...]:
    """The codes that together bring the cart's total lowest."""
    totals = dict(_totals(page, codes))
    return min(totals, key=lambda subset: (totals[subset], len(subset)))


def _totals(page: "Page", codes: list[str]) -> Iterator[tuple[tuple[str, ...], int]]:
    for size in range(len(codes) + 1):
        for subset in combinations(codes, size):
            if use_codes(page, subset):
                yield subset, parse_money(money_in(page.value(TOTAL)))


def check_out(page: "Page", street: str) -> tuple[str, str]:
    """Buy the cart for the saved address in a street by standard delivery: number and total of the order."""
    page.open("/checkout")
    address = re.search(rf'radio "([^"]*{re.escape(street)}[^"]*)"', page.see())
    if address is None:
        raise LookupError(f"no address is saved for {street}")
    page.choose("Shipping address", address[1])
    page.click("button", "Continue to shipping")
    way = re.search(r'radio "(Standard delivery[^"]*)"', page.see())
    if way is None:
        raise LookupError("there is no standard delivery")
    page.choose("Way of shipping", way[1])
    page.click("button", "Continue to review")
    pay = page.names("button", "Place order and pay ")
    if not pay:
        raise LookupError(f"nothing can be bought: {page.message}")
    page.click("button", pay[0])
    number = re.search(r"LK-\d+", page.see())
    if number is None:
        raise LookupError(f"no order number is shown: {page.message}")
    return number[0], money_in(pay[0])
