"""Discount codes: standing ones, the campaigns of the calendar, newsletters, partners, and single-use apologies."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from worlds.seeds.calendars import black_friday

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_PARTNERS = (
    "VELOCLUB",
    "SCOUTS",
    "HIKEPOD",
    "DUNECAMP",
    "BOOKCAFE",
    "KOKEN",
    "WILDSWIM",
    "TUINCLUB",
    "NORDWEG",
    "CANOE",
)
_SHELF_SALES = (
    ("TENT", "tents-sleeping/tents", "tents"), ("MUG", "camp-kitchen/mugs-flasks", "mugs and flasks"),
    ("SOCK", "accessories/socks", "socks"), ("BOOT", "footwear/hiking-boots", "hiking boots"),
    ("PAN", "cooking/pans", "pans"), ("PLATE", "tableware/plates-bowls", "plates and bowls"),
    ("COZY", "textiles/blankets", "blankets"), ("GROW", "growing/seeds-bulbs", "seeds and bulbs"),
    ("PACK", "packs-bags", "packs and bags"), ("LIGHT", "light-tools/lamps-lanterns", "lamps and lanterns"),
    ("LAYER", "men/mens-base-layers", "men's base layers"), ("KNIT", "women/womens-base-layers", "women's base layers"),
    ("COFFEE", "pantry/coffee-tea", "coffee and tea"), ("GARDEN", "garden-tools", "garden tools"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Voucher:
    """A discount code as planned, with `value` as stored and `category` as the end of a category's path.

    `appeal` is how often it is tried while it is valid; `with_product`, `with_order` and `with_shipping` say with which
    kinds it goes together.
    """

    code: str
    title: str
    discount_class: str
    kind: str
    value: int
    starts: datetime
    ends: datetime | None
    appeal: float
    category: str | None = None
    min_subtotal: int = 0
    min_quantity: int = 0
    usage_limit: int | None = None
    once: bool = False
    first: bool = False
    with_product: bool = False
    with_order: bool = False
    with_shipping: bool = True

    def valid(self, at: datetime) -> bool:
        """Whether its dates allow it at a moment."""
        return self.starts <= at and (self.ends is None or at < self.ends)

    def fits(self, basket: Sequence[tuple[str, int, int]]) -> bool:
        """Whether a basket of (category path, units, price in cents) may use it, as far as buyers can tell."""
        wanted = f"/{self.category}/" if self.category else "/"
        covered = [(units, price) for path, units, price in basket if wanted in f"/{path}/"]
        worth = sum(units * price for units, price in covered)
        return bool(covered) and worth >= self.min_subtotal and sum(units for units, _ in covered) >= self.min_quantity

    def beside(self, other: "Voucher") -> bool:
        """Whether both allow the other's kind."""
        return self.allows(other.discount_class) and other.allows(self.discount_class)

    def allows(self, discount_class: str) -> bool:
        """Whether it goes together with a kind of code."""
        return {"product": self.with_product, "order": self.with_order, "shipping": self.with_shipping}[discount_class]


@dataclass(frozen=True, slots=True)
class Span:
    """The time that codes are made for, in the store's zone."""

    begin: datetime
    start: datetime
    zone: ZoneInfo = field(repr=False)

    def midnight(self, day: date) -> datetime:
        """The instant at which a day of the store begins."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    @property
    def first_day(self) -> date:
        """The store's day on which history begins."""
        return self.begin.astimezone(self.zone).date()

    @property
    def today(self) -> date:
        """The store's day on which episodes begin."""
        return self.start.astimezone(self.zone).date()


def vouchers(rng_of: Callable[..., random.Random], span: Span, count: int) -> list[Voucher]:
    """So many codes (as far as there are that many), in the order in which they were made up."""
    found = [*_standing(span), *_spring(span), *_black_friday(span), *_shelf_sales(rng_of("shelf sales"), span)]
    found += [*_partners(rng_of("partners"), span), *_newsletters(rng_of("newsletters"), span)]
    found = found[:count]
    found += list(_apologies(rng_of("apologies"), span, count - len(found)))
    return sorted(found, key=lambda one: (one.starts, one.code))


def _standing(span: Span) -> Iterator[Voucher]:
    """Codes without an end; together they show each way in which codes go together or not."""
    begin = span.begin
    yield Voucher(
        "WELCOME10", "10 % off a first order", "order", "percent", 1000, begin, None, 3.0, once=True, first=True
    )
    yield Voucher(
        "LARK15", "15 % off from 100.00", "order", "percent", 1500, begin, None, 3.4, min_subtotal=10_000,
        with_shipping=False,
    )  # fmt: skip
    yield Voucher(
        "FREESHIP75", "Free shipping from 75.00", "shipping", "free_shipping", 0, begin, None, 2.4, min_subtotal=7_500,
        with_product=True, with_order=True, with_shipping=False,
    )  # fmt: skip
    yield Voucher(
        "TABLE3", "3.00 off each mug, cup and glass", "product", "fixed", 300, begin, None, 1.4,
        category="tableware/cups-glasses", with_order=True,
    )  # fmt: skip
    yield Voucher("TEAM20", "20 % for colleagues", "order", "percent", 2000, begin, None, 0.3, with_shipping=True)
    yield Voucher(
        "CAMPKITCHEN12", "12 % off the camp kitchen", "product", "percent", 1200, begin, None, 1.6,
        category="camp-kitchen", with_order=True, with_shipping=True,
    )  # fmt: skip
    yield Voucher(
        "SIX4FIVE", "16.67 % off six or more", "order", "percent", 1667, begin, None, 1.0, min_quantity=6,
        with_product=True, with_shipping=False,
    )  # fmt: skip
    yield Voucher("TENOFF80", "10.00 off from 80.00", "order", "fixed", 1000, begin, None, 1.8, min_subtotal=8_000)


def _spring(span: Span) -> Iterator[Voucher]:
    """The sale that is on when episodes begin."""
    opens, closes = span.midnight(span.today - timedelta(4)), span.midnight(span.today + timedelta(10))
    yield Voucher(
        "SPRING15", "15 % off: opening of the season", "order", "percent", 1500, opens, closes, 14.0, with_product=True
    )
    yield Voucher(
        "GARDEN20", "20 % off everything for the garden", "product", "percent", 2000, opens, closes, 3.5,
        category="garden", with_order=True,
    )  # fmt: skip
    yield Voucher(
        "SPRINGSHIP", "Free shipping in the first week of spring", "shipping", "free_shipping", 0, opens, closes, 2.0,
        min_subtotal=4_000, with_product=True, with_order=True, with_shipping=False,
    )  # fmt: skip
    yield Voucher(
        "BOOTS25", "25.00 off a pair of boots", "product", "fixed", 2500, opens, closes, 1.5,
        category="footwear/hiking-boots", with_order=False,
    )  # fmt: skip


def _black_friday(span: Span) -> Iterator[Voucher]:
    for year in range(span.first_day.year, span.today.year + 1):
        friday = black_friday(year)
        if span.first_day <= friday < span.today:
            opens, closes = span.midnight(friday - timedelta(1)), span.midnight(friday + timedelta(4))
            tail = f"{year % 100}"
            yield Voucher(f"BLACK25-{tail}", "25 % off, Black Friday", "order", "percent", 2500, opens, closes, 9.0)
            yield Voucher(
                f"WARM20-{tail}", "20 % off clothing", "product", "percent", 2000, opens, closes, 4.0,
                category="clothing", with_shipping=True,
            )  # fmt: skip


def _shelf_sales(rng: random.Random, span: Span) -> Iterator[Voucher]:
    """Two to four weeks off one shelf, time and again; the last few are still on."""
    months = max(1, (span.today - span.first_day).days // 30)
    offset = rng.randrange(len(_SHELF_SALES))
    for turn in range(months + 3):
        stem, category, shown = _SHELF_SALES[(5 * turn + offset) % len(_SHELF_SALES)]
        value = rng.choice((10, 12, 15, 20, 25))
        day = (
            span.first_day + timedelta(30 * turn + rng.randint(0, 20))
            if turn < months
            else span.today - timedelta(rng.randint(3, 12))
        )
        yield Voucher(
            f"{stem}{value}-{turn + 1:02d}", f"{value} % off {shown}", "product", "percent", value * 100,
            span.midnight(day), span.midnight(day + timedelta(rng.randint(14, 28))), 2.0, category=category,
            min_quantity=rng.choice((0, 0, 0, 2)), with_order=rng.random() < 0.5, with_shipping=rng.random() < 0.7,
        )  # fmt: skip


def _partners(rng: random.Random, span: Span) -> Iterator[Voucher]:
    for name in _PARTNERS:
        value = rng.choice((5, 8, 10, 12))
        day = span.first_day + timedelta(rng.randint(0, max(1, (span.today - span.first_day).days - 20)))
        ends = span.midnight(day + timedelta(rng.randint(40, 240))) if rng.random() < 0.7 else None
        yield Voucher(
            f"{name}{value}", f"{value} % for readers and members", "order", "percent", value * 100, span.midnight(day),
            ends, 0.7, min_subtotal=rng.choice((0, 2_500, 5_000)), once=rng.random() < 0.5,
            with_shipping=rng.random() < 0.5,
        )  # fmt: skip


def _newsletters(rng: random.Random, span: Span) -> Iterator[Voucher]:
    """Every other Thursday, good for ten days."""
    day = span.first_day + timedelta((3 - span.first_day.weekday()) % 7)
    while day < span.today:
        fixed = rng.random() < 0.4
        value = rng.choice((500, 750, 1000)) if fixed else rng.choice((500, 800, 1000))
        title = f"{value // 100}.{value % 100:02d} off" if fixed else f"{value // 100} % off"
        yield Voucher(
            f"NEWS-{day:%y%m%d}", f"Newsletter: {title}", "order", "fixed" if fixed else "percent", value,
            span.midnight(day), span.midnight(day + timedelta(11)), 1.6, min_subtotal=rng.choice((3_000, 5_000, 6_000)),
            once=True, with_product=rng.random() < 0.4,
        )  # fmt: skip
        day += timedelta(14)


def _apologies(rng: random.Random, span: Span, count: int) -> Iterator[Voucher]:
    """Single-use codes that support sent after something went wrong."""
    for _ in range(max(0, count)):
        tail = "".join(rng.choice(_LETTERS) for _ in range(6))
        day = span.first_day + timedelta(rng.randint(0, max(1, (span.today - span.first_day).days)))
        value = rng.choice((500, 750, 1000, 1500))
        yield Voucher(
            f"SORRY-{tail}", "With our apologies", "order", "fixed", value, span.midnight(day),
            span.midnight(day + timedelta(180)), 0.12, min_subtotal=value, usage_limit=1, once=True,
            with_product=True, with_shipping=True,
        )  # fmt: skip


def category_of(paths: Mapping[str, int], voucher: Voucher) -> int | None:
    """The id of the category that a code is narrowed to, found by the end of its path.

    Raises:
        LookupError: when no category's path ends so.
    """
    if voucher.category is None:
        return None
    matches: Sequence[str] = [path for path in sorted(paths) if f"/{path}".endswith(f"/{voucher.category}")]
    if not matches:
        raise LookupError(f"no category ends in {voucher.category}")
    return paths[matches[0]]
