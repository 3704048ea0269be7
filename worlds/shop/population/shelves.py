"""The articles on the shelves: products and variants by the grammar in `catalogue/` (brand, line, material, size)."""

import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product as combinations
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "catalogue"
ARTICLE_FILES = ("camping", "clothing", "kitchen", "home")


@dataclass(frozen=True, slots=True)
class Article:
    """One rule of the grammar: what a shelf holds and how its titles, prices (cents) and variants come about.

    `returns` is the share of bought units that comes back; `tax` in hundredths of a percent; `axis` what variants
    differ in, beside colours, of which there are from `colours[0]` to `colours[1]`.
    """

    shelf: str
    title: str
    motif: str
    family: str
    about: str
    price: tuple[int, int]
    weight: tuple[int, int]
    returns: float
    materials: tuple[str, ...] = ("",)
    sizes: tuple[str, ...] = ("",)
    axis: tuple[str, ...] = ()
    colours: tuple[int, int] = (0, 0)
    tax: int = 2100
    final: bool = False
    named: bool = False
    care: str = ""


@dataclass(frozen=True, slots=True)
class MadeVariant:
    """A variant about to be stored; `price` and `cost` in cents, `weight` in grams."""

    title: str
    sku: str
    price: int
    cost: int
    weight: int
    share: float


@dataclass(frozen=True, slots=True)
class MadeProduct:
    """A product about to be stored, with its variants.

    `popularity` is its share of demand among all, unscaled; `short` is what people call it.
    """

    article: Article
    title: str
    short: str
    vendor: str
    description: str
    colour: str
    final_sale: bool
    popularity: float
    variants: tuple[MadeVariant, ...] = field(repr=False)


@cache
def _toml(name: str) -> dict[str, Any]:
    with (FOLDER / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def articles() -> tuple[Article, ...]:
    """Every rule, in the order of the files."""
    return tuple(_article(row) for name in ARTICLE_FILES for row in _toml(name)["article"])


def _article(row: Mapping[str, Any]) -> Article:
    return Article(
        shelf=row["shelf"],
        title=row["title"],
        motif=row["motif"],
        family=row["family"],
        about=row["about"],
        price=(row["price"][0], row["price"][1]),
        weight=(row["weight"][0], row["weight"][1]),
        returns=row["returns"],
        materials=tuple(row.get("kinds") or row.get("materials", ("",))),
        sizes=tuple(row.get("sizes", ("",))),
        axis=tuple(row.get("axis", ())),
        colours=tuple(row.get("colours", (0, 0))),
        tax=row.get("tax", 2100),
        final=row.get("final", False),
        named="kinds" in row,
        care=row.get("care", row["family"]),
    )


def departments() -> Sequence[Mapping[str, Any]]:
    """The category tree: departments with groups with shelves."""
    rows: Sequence[Mapping[str, Any]] = _toml("categories")["department"]
    return rows


def pool(kind: str, family: str) -> tuple[str, ...]:
    """Brands, lines, colours or sentences on care of a family of articles."""
    return tuple(_toml("pools")[kind][family])


def stock_shelves(rng_of: Any, count: int) -> list[MadeProduct]:
    """So many products, spread over all rules, with no two titles alike; `rng_of(name...)` gives streams of chance."""
    rules = articles()
    made: list[MadeProduct] = []
    titles = {rule: _titles(rng_of("titles", at), rule) for at, rule in enumerate(rules)}
    taken: set[str] = set()
    at = 0
    while len(made) < count:
        rule = rules[at % len(rules)]
        at += 1
        drawn = next((one for one in titles[rule] if one.title not in taken), None)
        if drawn is None:
            del titles[rule]
            rules = tuple(titles)
            if not rules:
                raise ValueError(f"the grammar makes only {len(made)} products, not {count}")
            continue
        taken.add(drawn.title)
        made.append(_made(rng_of("product", len(made)), rule, drawn, len(made) + 1))
    return made


@dataclass(frozen=True, slots=True)
class _Drawn:
    title: str
    brand: str
    line: str
    material: str
    size: str


def _titles(rng: random.Random, rule: Article) -> Iterator[_Drawn]:
    """All titles that a rule can make, shuffled; one brand rarely shows twice in a row."""
    choices = list(combinations(pool("brands", rule.family), pool("lines", rule.family), rule.materials, rule.sizes))
    rng.shuffle(choices)
    for brand, line, material, size in choices:
        title = rule.title.format(brand=brand, line=line, material=material, size=size)
        yield _Drawn(title, brand, line, material, size)


def _made(rng: random.Random, rule: Article, drawn: _Drawn, number: int) -> MadeProduct:
    low, high = rule.price
    level = rule.sizes.index(drawn.size) / max(1, len(rule.sizes) - 1) if len(rule.sizes) > 1 else rng.random()
    middle = low + (high - low) * min(1.0, max(0.0, 0.15 + 0.6 * level + rng.gauss(0, 0.12)))
    count = min(rng.randint(*rule.colours), len(pool("colours", rule.family)))
    colours = rng.sample(pool("colours", rule.family), count)
    return MadeProduct(
        article=rule,
        title=drawn.title,
        short=_short(drawn),
        vendor=drawn.brand,
        description=_description(rng, rule, drawn),
        colour=colours[0] if colours else rng.choice(pool("colours", rule.family)),
        final_sale=rule.final or rng.random() < 0.03,
        popularity=rng.lognormvariate(0.0, 0.9) * (2_500 / middle) ** 1.05,
        variants=tuple(_variants(rng, rule, drawn, (middle, colours, number))),
    )


def _short(drawn: _Drawn) -> str:
    """What people call it, without brand and line: `Enamel Mug 350 ml`."""
    rest = drawn.title.removeprefix(drawn.brand).removeprefix(":").strip().removeprefix(drawn.line).strip()
    return rest.removesuffix(", Women").removesuffix(", Men")


def _description(rng: random.Random, rule: Article, drawn: _Drawn) -> str:
    """Two to four sentences: what it is, what it is made of, how to keep it."""
    noun = drawn.size.lower() if drawn.size[:1].isalpha() else drawn.size
    parts = [rule.about.format(size=noun, material=drawn.material, line=drawn.line)]
    if not rule.named and drawn.material:
        parts.append(_toml("pools")["materials"][drawn.material])
    if rng.random() < 0.75:
        parts.append(rng.choice(pool("care", rule.care)))
    return " ".join(parts)


def _variants(
    rng: random.Random, rule: Article, drawn: _Drawn, made: tuple[float, Sequence[str], int]
) -> Iterator[MadeVariant]:
    """One variant for each size of the axis and each colour; dearer up the axis where it means more of the thing."""
    middle, colours, number = made
    grows = (
        bool(rule.axis) and not rule.axis[0].replace("-", "").isdigit() and rule.axis[0] not in ("XS", "S", "Regular")
    )
    grows = grows and rule.family != "wear"
    weight = rule.weight[0] + (rule.weight[1] - rule.weight[0]) * rng.random() * 0.6
    share = rng.uniform(0.42, 0.58)
    options = list(combinations(rule.axis or ("",), colours or ("",)))
    for at, (step, colour) in enumerate(options):
        place = rule.axis.index(step) if step else 0
        size = 1 + (0.38 * place if grows else 0.0)
        price = charm(middle * size / (1.25 if grows else 1.0))
        peak = abs(place - (len(rule.axis) - 1) / 2) if rule.axis else 0
        yield MadeVariant(
            title=" / ".join(part for part in (step, colour) if part) or "Default",
            sku=_sku(drawn, rule, number, at),
            price=price,
            cost=round(price * share),
            weight=round(weight * size),
            share=1 / (1 + 0.35 * peak) * rng.uniform(0.6, 1.4),
        )


def charm(cents: float) -> int:
    """A price as shops write them: ends in .90 or .50 below 50 euros, in .00 or 9.00 above."""
    if cents < 1_500:
        return max(190, int(cents // 50) * 50 + (40 if cents % 100 >= 50 else 0))
    if cents < 5_000:
        return int(cents // 100) * 100 + 90
    return int(cents // 1_000) * 1_000 + (900 if cents % 1_000 >= 400 else 0)


def _sku(drawn: _Drawn, rule: Article, number: int, at: int) -> str:
    """A stock-keeping number such as LK-MUG-0417-03: brand, motif, product and variant."""
    brand = "".join(word[0] for word in drawn.brand.replace("&", "").replace(":", "").split())[:2].upper()
    brand = brand if len(brand) == 2 else drawn.brand[:2].upper()
    return f"{brand}-{rule.motif.replace('_', '')[:4].upper()}-{number:04d}-{at + 1:02d}"
