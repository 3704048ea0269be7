"""What units of an order line are worth in a refund, and which units a refund takes. Pure; cents throughout.

Rounding: the first n units of a line of q are worth round(n * line / q), rounded half up, for its net price and its tax
each. A refund brings the line up to the worth of all units refunded so far. So a single unit may differ by a cent from
the next, while the refunds of all units together are exactly what was paid.
"""

from typing import NamedTuple


class LineState(NamedTuple):
    """An order line with what was refunded of it; `refunded_*` count pending and succeeded refunds."""

    id: int
    order_id: int
    variant_id: int | None
    position: int
    title: str
    variant_title: str
    sku: str
    quantity: int
    unit_price: int
    subtotal: int
    discount_total: int
    tax_rate_bp: int
    tax_total: int
    total: int
    final_sale: int
    fulfilled: int
    cancelled: int
    return_requested: int
    returned: int
    refunded: int
    refunded_net: int = 0
    refunded_tax: int = 0
    refunded_from_return: int = 0

    @property
    def unfulfilled(self) -> int:
        """Units that wait to be shipped."""
        return self.quantity - self.fulfilled - self.cancelled

    @property
    def refundable(self) -> int:
        """Units that were not refunded."""
        return self.quantity - self.refunded

    @property
    def refunded_shipped(self) -> int:
        """Units that were shipped, are under no return and were refunded: they can no longer be returned."""
        return max(0, self.refunded - self.refunded_from_return - self.cancelled)

    @property
    def returnable(self) -> int:
        """Units that were shipped, are under no return and were not refunded."""
        return max(0, self.fulfilled - self.return_requested - self.returned - self.refunded_shipped)


class UnitsRefunded(NamedTuple):
    """Units of a line in a refund, by what they were, and their worth in cents.

    `from_return` are under a return, `cancelled` had not been shipped and now never will be, `shipped` were shipped and
    are under no return. Units that an earlier, failed refund had taken out of shipping are in none of the three.
    """

    quantity: int
    from_return: int
    cancelled: int
    shipped: int
    net: int
    tax: int

    @property
    def amount(self) -> int:
        """Net and tax together."""
        return self.net + self.tax


def worth(total: int, quantity: int, units: int) -> int:
    """What the first `units` of a line of `quantity` are worth of its `total`, rounded half up."""
    return (2 * total * units + quantity) // (2 * quantity)


def refund_units(line: LineState, units: int) -> UnitsRefunded:
    """What refunding so many units of a line takes and brings; `units` is at most `line.refundable`."""
    after = line.refunded + units
    net = max(0, worth(line.total - line.tax_total, line.quantity, after) - line.refunded_net)
    tax = max(0, worth(line.tax_total, line.quantity, after) - line.refunded_tax)
    under_return = max(0, line.return_requested + line.returned - line.refunded_from_return)
    from_return = min(units, under_return)
    rest = units - from_return
    dropped = line.cancelled - min(line.cancelled, line.refunded - line.refunded_from_return)
    rest -= min(rest, max(0, dropped))
    cancelled = min(rest, line.unfulfilled)
    return UnitsRefunded(units, from_return, cancelled, rest - cancelled, net, tax)
