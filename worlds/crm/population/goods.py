"""What the house sells: products, price books and exchange rates."""

import random
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from worlds.crm.models import ExchangeRate, PriceBook, PriceBookEntry, Product
from worlds.engine.context import Context
from worlds.engine.folding import search_text
from worlds.engine.rows import insert

LANGUAGES: Final = ("en", "nl", "de", "fr")
_CODES: Final = {"tents": "TN", "furniture": "FU", "lighting": "LT", "cooking": "CK", "textiles": "TX", "storage": "ST"}
_NEW: Final = 9
"""Every so many products one is new and has no price in the book of last year."""
_RATES: Final = {"GBP": 1_172_000, "USD": 921_000, "CHF": 1_058_000}
"""What a unit is worth in euros, in millionths, when it is first noted."""


class Ware(NamedTuple):
    """A product that is sold: its id, name and line, and its list price in euro cents."""

    id: int
    name: str
    line: str
    price: int


class Range(NamedTuple):
    """What is sold now, and the ids of price books by name."""

    wares: tuple[Ware, ...]
    books: dict[str, int]

    def some(self, rng: random.Random, count: int) -> list[Ware]:
        """Different products, most of one line."""
        line = rng.choice(self.wares).line
        near = [one for one in self.wares if one.line == line]
        first = rng.sample(near, min(len(near), max(1, count - 1)))
        others = [one for one in self.wares if one not in first]
        return first + rng.sample(others, count - len(first))


@cache
def _table() -> dict[str, Any]:
    with Path(__file__).with_name("goods.toml").open("rb") as file:
        return tomllib.load(file)


def noun(line: str, language: str) -> str:
    """What the goods of a line are called together."""
    said: list[str] = _table()["nouns"][line]
    return said[LANGUAGES.index(language)]


def stock(ctx: Context, rng: random.Random, months: list[date]) -> Range:
    """Write down products, price books and a rate for every month; answers what is sold."""
    table = _table()
    books = {
        name: insert(
            ctx, PriceBook, name=name, currency=book["currency"], description=book["text"], active=int(book["active"]),
            valid_from="2026-01-01" if book["active"] else "2025-01-01",
            valid_to=None if book["active"] else "2025-12-31",
        )
        for name, book in table["books"].items()
    }  # fmt: skip
    wares = []
    serial = 0
    for line, code in _CODES.items():
        unit = table[line]["unit"]
        for at in range(0, len(unit), 2):
            serial += 1
            gone = serial % 30 == 0
            ware = Ware(0, unit[at], line, unit[at + 1] * 100)
            key = _enter(ctx, rng, f"{code}-{100 + at * 5:04d}", ware, active=not gone)
            for name, book in table["books"].items():
                if book["active"] or serial % _NEW:
                    price = round(ware.price * book["factor"] / 100 / 50) * 50
                    insert(
                        ctx, PriceBookEntry, price_book_id=books[name], product_id=key, list_price=price,
                        active=int(not gone),
                    )  # fmt: skip
            if not gone:
                wares.append(ware._replace(id=key))
    _note_rates(ctx, rng, months)
    return Range(tuple(wares), books)


def _enter(ctx: Context, rng: random.Random, sku: str, ware: Ware, *, active: bool) -> int:
    cost = round(ware.price * rng.uniform(0.40, 0.52) / 10) * 10
    return insert(
        ctx, Product, sku=sku, name=ware.name, line=ware.line, description=f"{ware.name}, sold by the piece.",
        cost=cost, floor_price=round(ware.price * rng.uniform(0.54, 0.60) / 10) * 10, active=int(active),
        search_text=search_text(sku, ware.name),
    )  # fmt: skip


def _note_rates(ctx: Context, rng: random.Random, months: list[date]) -> None:
    rates = dict(_RATES)
    for month in months:
        for currency in sorted(rates):
            rates[currency] = round(rates[currency] * rng.uniform(0.988, 1.012))
            insert(
                ctx, ExchangeRate, from_currency=currency, to_currency="EUR", rate_millionths=rates[currency],
                valid_from=month.isoformat(),
            )  # fmt: skip
