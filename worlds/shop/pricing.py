"""What a basket costs: discounts by class, their shares by line, and tax by line. Pure; cents throughout.

Product codes first (a line takes the one that gives it most), then order codes on what is left (percentages before
fixed amounts, each on the goods' total that the one before left), then shipping codes. An order code's amount is spread
over the lines by their net price with cumulative rounding, so the shares add up to it exactly. Tax is worked out on
each line's discounted amount, rounded half up to the cent, then added up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Item:
    """So many units of something at a price without tax; `category` is the path of its category."""

    quantity: int
    unit_price: int
    tax_rate_bp: int
    product_id: int
    category: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A discount as far as prices go. `value`: hundredths of a percent, or cents; the last two narrow it."""

    discount_id: int
    code: str
    discount_class: str
    kind: str
    value: int
    category: str | None = None
    product_id: int | None = None

    def covers(self, item: Item) -> bool:
        """Whether a product offer applies to an item."""
        if self.product_id is not None:
            return item.product_id == self.product_id
        return self.category is None or f"{item.category}/".startswith(f"{self.category}/")

    def off_item(self, item: Item) -> int:
        """Cents that a product offer takes off an item."""
        if not self.covers(item):
            return 0
        subtotal = item.quantity * item.unit_price
        if self.kind == "percent":
            return share(subtotal, self.value)
        return min(self.value, item.unit_price) * item.quantity


@dataclass(frozen=True, slots=True)
class Share:
    """What one offer takes off one line (`line` is its index), or off shipping where `line` is None."""

    offer: Offer
    line: int | None
    amount: int


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A priced line: total = subtotal - discount + tax."""

    subtotal: int
    discount: int
    tax: int

    @property
    def total(self) -> int:
        """What the line costs, tax included."""
        return self.subtotal - self.discount + self.tax


@dataclass(frozen=True, slots=True)
class Quote:
    """A priced basket: total = subtotal - discount_total + shipping_total + tax_total."""

    lines: tuple[QuotedLine, ...]
    shares: tuple[Share, ...]
    shipping_total: int
    shipping_discount: int
    shipping_tax: int
    subtotal: int = field(init=False)
    discount_total: int = field(init=False)
    tax_total: int = field(init=False)
    total: int = field(init=False)

    def __post_init__(self) -> None:
        """Add up the lines."""
        subtotal = sum(line.subtotal for line in self.lines)
        discount = sum(line.discount for line in self.lines)
        tax = sum(line.tax for line in self.lines) + self.shipping_tax
        object.__setattr__(self, "subtotal", subtotal)
        object.__setattr__(self, "discount_total", discount)
        object.__setattr__(self, "tax_total", tax)
        object.__setattr__(self, "total", subtotal - discount + self.shipping_total + tax)

    def taken_off_by(self, discount_id: int) -> int:
        """What one code took off in all, without tax."""
        return sum(one.amount for one in self.shares if one.offer.discount_id == discount_id)


def share(amount: int, rate_bp: int) -> int:
    """`rate_bp` hundredths of a percent of an amount, rounded half up to the cent."""
    return (2 * amount * rate_bp + 10_000) // 20_000


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """An amount split in proportion to weights; the parts add up to it, none is above its weight if it is not."""
    whole, parts, passed, given = sum(weights), [], 0, 0
    for weight in weights:
        passed += weight
        until = (2 * amount * passed + whole) // (2 * whole) if whole else 0
        parts.append(until - given)
        given = until
    return parts


def quote(items: Sequence[Item], offers: Sequence[Offer], shipping_price: int, shipping_tax_bp: int) -> Quote:
    """Price a basket with codes that have been found fit to go together."""
    nets = [item.quantity * item.unit_price for item in items]
    shares = _product_shares(items, [one for one in offers if one.discount_class == "product"])
    for one in shares:
        nets[one.line or 0] -= one.amount
    for offer in _in_turn([one for one in offers if one.discount_class == "order"]):
        goods = sum(nets)
        amount = share(goods, offer.value) if offer.kind == "percent" else min(offer.value, goods)
        for at, part in enumerate(spread(amount, nets)):
            nets[at] -= part
            if part:
                shares.append(Share(offer, at, part))
    free = next((one for one in offers if one.discount_class == "shipping"), None)
    shipping = 0 if free else shipping_price
    if free and shipping_price:
        shares.append(Share(free, None, shipping_price))
    lines = tuple(
        QuotedLine(
            subtotal=item.quantity * item.unit_price,
            discount=item.quantity * item.unit_price - net,
            tax=share(net, item.tax_rate_bp),
        )
        for item, net in zip(items, nets, strict=True)
    )
    return Quote(lines, tuple(shares), shipping, shipping_price - shipping, share(shipping, shipping_tax_bp))


def _product_shares(items: Sequence[Item], offers: Sequence[Offer]) -> list[Share]:
    shares = []
    for at, item in enumerate(items):
        best = max(offers, key=lambda offer: (offer.off_item(item), -offer.discount_id), default=None)
        if best and (amount := best.off_item(item)):
            shares.append(Share(best, at, amount))
    return shares


def _in_turn(offers: Sequence[Offer]) -> list[Offer]:
    return sorted(offers, key=lambda offer: (offer.kind != "percent", offer.discount_id))
