"""Records of the small shop on which the office's pages can be tried, found by what they are and never by their id."""

from functools import cached_property
from typing import Any

from finding import Finder


class Cases(Finder):
    """What the pages are tried on."""

    @cached_property
    def orders(self) -> list[Any]:
        """The latest 300 orders in full."""
        pages = [self._call("list_orders", page=page, page_size=100)["items"] for page in (1, 2, 3)]
        return [self._call("get_order", order_id=row["order_id"]) for rows in pages for row in rows]

    def order(self, fits: Any) -> Any:
        """An order that fits, with the most lines."""
        return max((order for order in self.orders if fits(order)), key=lambda order: len(order["lines"]))

    @cached_property
    def held(self) -> Any:
        """An order of which nothing is shipped and whose payment is authorized and not captured."""
        return self.order(
            lambda order: (
                [payment["status"] for payment in order["payments"]] == ["authorized"]
                and not order["fulfilments"]
                and not order["cancelled_at"]
                and not order["labels"]
            )
        )

    @cached_property
    def refundable(self) -> Any:
        """An order with captured money, a line of two units or more and little enough to be in any limit."""
        return self.order(
            lambda order: (
                any(
                    line["refundable"] >= 2 and float(line["refundable_amount"]) / line["refundable"] < 20
                    for line in order["lines"]
                )
                and not order["refunds"]
                and not order["returns"]
                and not order["escalations"]
                and order["fulfilments"]
            )
        )

    @cached_property
    def refundable_row(self) -> int:
        """Which row of that order's refund page has the line."""
        lines = [line for line in self.refundable["lines"] if line["refundable"]]
        fits = [
            line["refundable"] >= 2 and float(line["refundable_amount"]) / line["refundable"] < 20 for line in lines
        ]
        return fits.index(True)

    @cached_property
    def under_way(self) -> Any:
        """An order with a parcel that has not arrived."""
        return self.order(lambda order: any(parcel["status"] == "shipped" for parcel in order["fulfilments"]))

    @cached_property
    def returnable(self) -> Any:
        """An order of which units may be returned."""
        return self.order(lambda order: any(line["returnable"] for line in order["lines"]))

    @cached_property
    def labelled(self) -> Any:
        """An order with a label that was neither scanned nor voided."""
        return self.order(lambda order: any(label["status"] == "bought" for label in order["labels"]))

    def return_(self, status: str) -> Any:
        """A return in a state."""
        return self._call("list_returns", status=status)["items"][0]

    @cached_property
    def level(self) -> Any:
        """A stock level with units to spare."""
        return self._call("list_stock", sort="available_high")["items"][0]

    @cached_property
    def paths(self) -> dict[str, str]:
        """Every page of the office by name."""
        held, refundable, under_way = (order["order_id"] for order in (self.held, self.refundable, self.under_way))
        payment = self.held["payments"][0]["payment_id"]
        label = next(one["label_id"] for one in self.labelled["labels"] if one["status"] == "bought")
        parcel = next(one["fulfilment_id"] for one in self.under_way["fulfilments"] if one["status"] == "shipped")
        asked, opened = (self.return_(status)["return_id"] for status in ("requested", "open"))
        customer = self._call("list_customers", sort="orders_high")["items"][0]["customer_id"]
        product = self._call("list_products")["items"][0]["product_id"]
        variant = self._call("get_product", product_id=product)["variants"][0]["variant_id"]
        office = {
            "today": "",
            "orders": "orders",
            "no orders": "orders?query=zzzz",
            "a wrong filter": "orders?placed_from=x",
            "an order": f"orders/{refundable}",
            "an order to ship": f"orders/{held}",
            "fulfil": f"orders/{held}/fulfil",
            "refund": f"orders/{refundable}/refund",
            "refund preview": f"orders/{refundable}/refund/preview?shipping=true",
            "cancel": f"orders/{held}/cancel",
            "address": f"orders/{held}/address",
            "payments": "payments?status=authorized",
            "labels": "labels",
            "a labelled order": f"orders/{self.labelled['order_id']}",
            "buy a label": f"orders/{held}/labels/new",
            "void a label": f"orders/{self.labelled['order_id']}/labels/{label}/void",
            "capture": f"orders/{held}/payments/{payment}/capture",
            "void": f"orders/{held}/payments/{payment}/void",
            "tracking": f"orders/{under_way}/parcels/{parcel}/tracking",
            "delivery": f"orders/{under_way}/parcels/{parcel}/delivered",
            "open a return": f"orders/{self.returnable['order_id']}/return",
            "write about an order": f"orders/{held}/message",
            "hand over an order": f"orders/{held}/hand-over",
            "returns": "returns",
            "a return": f"returns/{asked}",
            "approve": f"returns/{asked}/approve",
            "decline": f"returns/{asked}/decline",
            "receive": f"returns/{opened}/receive",
            "close": f"returns/{opened}/close",
            "customers": "customers",
            "a customer": f"customers/{customer}",
            "hand over a customer": f"customers/{customer}/hand-over",
            "products": "products",
            "a product": f"products/{product}",
            "edit a product": f"products/{product}/edit",
            "price a product": f"products/{product}/price",
            "a variant": f"products/{product}/variants/{variant}",
            "hand over a product": f"products/{product}/hand-over",
            "stock": "stock",
            "a stock level": f"stock/{self.level['variant_id']}/{self.level['location_id']}",
            "move stock": f"stock/{self.level['variant_id']}/{self.level['location_id']}/move",
            "hand over a variant": f"variants/{self.level['variant_id']}/hand-over",
            "discounts": "discounts",
            "e-mails": "emails",
            "hand-overs": "handovers",
            "rules": "rules",
            "a rule": "rules/cancellations",
            "nothing": "nothing",
        }
        return {name: f"/office/{path}" for name, path in office.items()}
