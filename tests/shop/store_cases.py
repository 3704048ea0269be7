"""Customers of the small shop at its storefront, and articles found by what they are and never by their id."""

import re
from functools import cached_property
from typing import Any

from colleague import Colleague, sit

import worlds
from worlds.engine import bookkeeping
from worlds.engine.episode import Episode
from worlds.shop.account_file import password_digest

TASK = "shop/buy-with-code"
PASSWORD = "correct horse battery"  # noqa: S105 - of an invented account


class Shopper(Colleague):
    """A customer at the storefront of a fresh copy of the small shop.

    Without `task` it is the one who has bought most; otherwise the customer of that instance of the task.
    """

    def __init__(self, app: Any, *, task: str | None = None, seed: int = 1) -> None:
        episode = worlds.open(task, seed=seed) if task else worlds.open("shop", role="customer")
        if not task:
            sit(episode, "customer", one_of(episode, _MOST_ORDERS))
        super().__init__(app, episode)

    def run(self, statement: str, *more: Any) -> None:
        """Run a statement on the copy, with the customer's id as its first value."""
        with self.episode._fork.lease() as connection:
            driver = bookkeeping.driver_of(connection)
            driver.execute("BEGIN")
            driver.execute(statement, (self.person, *more))
            driver.execute("COMMIT")

    def give_password(self) -> None:
        """Let the customer know the account's password."""
        assert self.person is not None
        self.run("UPDATE customer SET password_digest = ?2 WHERE id = ?1", password_digest(self.person, PASSWORD))

    def call(self, name: str, **arguments: Any) -> Any:
        """What a reading operation answers on the pages, without virtual time."""
        reply = self.episode.perform(name, {key: str(value) for key, value in arguments.items()}, "pages", seconds=0)
        assert reply.ok, reply.body
        return reply.body

    @property
    def writes(self) -> list[str]:
        """The writing operations that took effect."""
        return [entry.operation for entry in self.episode.journal if entry.committed]

    def sent(self, field: str) -> str:
        """What stands in an input of the page."""
        found = re.search(rf'<input[^>]*\bname="{re.escape(field)}"[^>]*>', self.source)
        value = re.search(r'\bvalue="([^"]*)"', found[0]) if found else None
        return value[1] if value else ""

    # -- articles and orders --------------------------------------------------------------------------------------

    @cached_property
    def buyable(self) -> Any:
        """A product of which every variant can be ordered, with one variant and with three units there."""
        return self._product(lambda one: len(one["variants"]) > 1 and all(v["available"] >= 3 for v in one["variants"]))

    @cached_property
    def partly_gone(self) -> Any:
        """A product of which some variants are sold out."""
        return self._product(lambda one: {v["in_stock"] for v in one["variants"]} == {True, False})

    def _product(self, fits: Any) -> Any:
        for page in range(1, 9):
            for card in self.call("search_products", page=page)["items"]:
                product = self.call("get_product", product_id=card["product_id"])
                if fits(product):
                    return product
        raise LookupError("the shop has no such product")

    @cached_property
    def returnable(self) -> Any:
        """An order of which something can come back now."""
        for row in self.call("list_my_orders", page_size=100)["items"]:
            order = self.call("get_my_order", order_id=row["order_id"])
            if any(line["returnable"] for line in order["lines"]):
                return order
        raise LookupError("nothing can come back")

    @cached_property
    def foreign_order(self) -> int:
        """An order of somebody else."""
        return int(one_of(self.episode, f"SELECT id FROM sales_order WHERE customer_id <> {self.person} LIMIT 1"))  # noqa: S608 - our own number

    # -- steps on the pages ---------------------------------------------------------------------------------------

    def put(self, product_id: int, variant_id: int, quantity: int = 1) -> None:
        """Put units into the cart from a product's page."""
        self.get(f"/products/{product_id}")
        self.send("/cart", {"variant_id": str(variant_id), "quantity": str(quantity)})

    def fill(self) -> None:
        """Put one unit of something into the cart."""
        self.put(self.buyable["product_id"], self.buyable["variants"][0]["variant_id"])

    def review(self, street: str | None = None, shipping: str = "standard") -> None:
        """Go through the checkout to its last step, as its two forms do."""
        book = self.call("get_my_account")["addresses"]
        chosen = next(one for one in book if street is None or one["line1"] == street)
        self.get("/checkout")
        self.get(f"/checkout/shipping?address_id={chosen['address_id']}")
        self.get(f"/checkout/review?address_id={chosen['address_id']}&shipping_method={shipping}")


def one_of(episode: Episode, query: str) -> Any:
    """The first value that a query finds."""
    with episode._fork.lease() as connection:
        return bookkeeping.driver_of(connection).execute(query).fetchone()[0]


_MOST_ORDERS = """SELECT c.id FROM customer c JOIN sales_order o ON o.customer_id = c.id
  JOIN payment_method m ON m.customer_id = c.id AND m.is_default AND m.expires_year > 2026
  WHERE c.state = 'enabled' AND c.merged_into_id IS NULL AND EXISTS (SELECT 1 FROM address a WHERE a.customer_id = c.id)
    AND EXISTS (SELECT 1 FROM fulfilment f JOIN sales_order s ON s.id = f.order_id
      JOIN order_line l ON l.order_id = s.id WHERE s.customer_id = c.id AND f.delivered_at > '2026-02-20'
      AND l.final_sale = 0 AND l.refunded = 0 AND l.fulfilled > 0)
  GROUP BY c.id ORDER BY count(*) DESC, c.id LIMIT 1"""
