"""Deals before they are opened: with whom, about what, how far they get, and when."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from worlds.crm.population.firms import Firm
from worlds.crm.population.folk import Record
from worlds.crm.population.goods import Ware
from worlds.crm.population.life import Life
from worlds.crm.population.office import LEAVER, worked
from worlds.seeds.streams import Weighted

REPS: Final = (
    "Daan Visser", "Silke Brügger", "Aksel Nygaard", "Camille Renard", "Jonas Aigner", "Chiara Bellini", "Orla Keane",
)  # fmt: skip
STEPS: Final = ("open", "people", "value", "quote", "present", "contract", "sign")
"""What happens with a deal one after the other; each but the last leaves it open."""


class Fate(NamedTuple):
    """How far deals get: the last of STEPS, by name with weights, and how many days before episodes begin that is."""

    last: Weighted[str]
    since: tuple[float, float]
    past: float = 0.08


FATES: Final = {
    "won": Fate(Weighted({"sign": 1.0}), (4.0, 330.0)),
    "lost": Fate(Weighted({"open": 2.0, "people": 3.0, "value": 2.0, "quote": 2.0, "present": 3.0}), (2.0, 320.0)),
    "early": Fate(Weighted({"open": 3.0, "people": 4.0, "value": 3.0}), (1.0, 40.0), 0.12),
    "draft_mid": Fate(Weighted({"quote": 1.0}), (0.4, 14.0), 0.04),
    "draft_big": Fate(Weighted({"quote": 1.0}), (0.4, 14.0), 0.04),
    "pending": Fate(Weighted({"quote": 1.0}), (0.4, 5.6), 0.02),
    "negotiation": Fate(Weighted({"contract": 1.0}), (0.5, 9.0), 0.03),
    "stale": Fate(Weighted({"open": 3.0, "people": 4.0, "value": 3.0, "quote": 2.0}), (96.0, 240.0), 0.5),
    "wrong_quantity": Fate(Weighted({"open": 1.0, "people": 2.0, "value": 2.0}), (2.0, 30.0), 0.03),
    "presented": Fate(Weighted({"present": 1.0}), (2.0, 26.0), 0.06),
    "left": Fate(Weighted({"open": 1.0, "people": 2.0, "value": 2.0}), (61.0, 130.0), 0.25),
}


class Piece(NamedTuple):
    """A line that a deal is to have. `off` in basis points."""

    ware: Ware
    quantity: int
    off: int


@dataclass(slots=True, eq=False)
class Deal:
    """A deal about to be opened. `moments` are when its steps happen, `closes` is what its owner hopes for.

    `right` is how many of the first line's product the customer wants, where that is another number.
    """

    key: str
    fate: str
    firm: Firm
    contact: Record
    others: list[Record]
    pieces: list[Piece]
    last: str
    moments: list[datetime]
    closes: date
    discount: int = 0
    right: int = 0
    row_id: int = 0
    number: str = ""
    quote_id: int = 0
    dirt: set[str] = field(default_factory=set)

    @property
    def first(self) -> Piece:
        """The line that texts are about."""
        return self.pieces[0]


def plan(life: Life) -> list[Deal]:
    """Every deal that somebody opens; renewals come by themselves."""
    sizes = life.build.sizes
    made: list[Deal] = []
    crowds = {name: _crowd(life, name) for name in (None, *REPS, LEAVER)}
    reps = REPS[: max(1, sizes["deals_stale"] // 12)]
    for fate in FATES:
        for at in range(sizes[f"deals_{fate}"]):
            rng = life.rng("deal", fate, at)
            whose = reps[at % len(reps)] if fate == "stale" else LEAVER if fate == "left" else None
            one = _deal(life, rng, fate, f"{fate}{at}", crowds[whose])
            if one is not None:
                made.append(one)
    return made


def _crowd(life: Life, whose: str | None) -> Weighted[int]:
    """Firms by how much they buy, by their place among the folk's: all, or those in somebody's territory."""
    weights: dict[int, float] = {}
    for at, firm in enumerate(life.folk.firms):
        able = any(one.person for one in firm.people) and not firm.locked and firm.kind_of != "tombstone"
        if able and whose is not None:
            able = life.office.seller(firm.country, firm.columns["billing_postal_code"], firm.owner).name == whose
        if able:
            weights[at] = firm.weight * (1.0 if firm.columns["kind"] != "former" else 0.2)
    return Weighted(weights)


def _deal(life: Life, rng: random.Random, fate: str, key: str, crowd: Weighted[int]) -> Deal | None:
    kept = FATES[fate]
    last = kept.last.draw(rng)
    for _ in range(60):
        firm = life.folk.firms[crowd.draw(rng)]
        end = worked(rng, life.build.start - timedelta(days=rng.uniform(*kept.since)))
        if end > life.build.start - timedelta(hours=3):
            end = worked(rng, life.build.start - timedelta(days=4))
        moments = _moments(rng, last, end)
        known = [one for one in firm.people if one.person and one.created < moments[0] and one.kind == "primary"]
        if known and firm.created < moments[0] and moments[0] > life.begin:
            break
    else:
        return None
    contact = rng.choice(known)
    pieces = _pieces(life, rng, fate)
    one = Deal(
        key, fate, firm, contact, [other for other in known if other is not contact][:2], pieces, last, moments,
        _closes(life, rng, kept, moments[-1], fate),
    )  # fmt: skip
    if (
        fate in ("early", "presented", "stale")
        and rng.random() < life.build.rates["amount_zero"]
        and last in ("open", "people", "value")
    ):
        one.pieces = []
        one.dirt.add("amount_zero")
    if fate == "wrong_quantity":
        one.right = max(2, pieces[0].quantity + rng.choice((-4, -2, 2, 4, 6, 10, 12)))
    one.discount = _discount(rng, fate)
    return one


def _moments(rng: random.Random, last: str, end: datetime) -> list[datetime]:
    """When the steps happen, from the first to the last one."""
    count = STEPS.index(last) + 1
    moments = [end]
    for _ in range(count - 1):
        gap = rng.uniform(1.2, 16.0) if last != "contract" or len(moments) > 2 else rng.uniform(0.6, 6.0)
        before = worked(rng, moments[0] - timedelta(days=gap))
        moments.insert(0, min(before, moments[0] - timedelta(minutes=25)))
    return moments


def _pieces(life: Life, rng: random.Random, fate: str) -> list[Piece]:
    count = rng.choice((1, 1, 2, 2, 3, 4))
    found = []
    for ware in life.range.some(rng, count):
        base = 6 if ware.price > 100_000 else 40 if ware.price > 10_000 else 120
        quantity = max(2, round(base * rng.lognormvariate(-0.5, 0.6)))
        off = (
            rng.choice((250, 500, 750))
            if rng.random() < 0.16 and fate not in ("draft_mid", "draft_big", "pending")
            else 0
        )
        found.append(Piece(ware, quantity, off))
    return found


def _closes(life: Life, rng: random.Random, fate: Fate, end: datetime, name: str) -> date:
    start = life.build.start
    if name in ("won", "lost"):
        return (end + timedelta(days=rng.randint(0, 30))).date() + timedelta(days=1)
    if rng.random() < fate.past:
        span = max(1, (start - end).days - 1)
        return min((end + timedelta(days=rng.randint(1, span))).date(), (start - timedelta(days=1)).date())
    return (start + timedelta(days=rng.randint(2, 110))).date()


def _discount(rng: random.Random, fate: str) -> int:
    """What is given on a quote as a whole, in basis points."""
    if fate == "draft_mid":
        return rng.choice((1_100, 1_200, 1_350, 1_500, 1_800, 1_950))
    if fate == "draft_big":
        return rng.choice((2_050, 2_100, 2_200, 2_250, 2_400))
    if fate == "pending":
        return rng.choice((1_200, 1_500, 1_750, 2_100, 2_200))
    at = rng.random()
    if at < 0.55:
        return 0
    if at < 0.86:
        return rng.choice((200, 300, 500, 750, 1_000))
    return rng.choice((1_200, 1_500)) if at < 0.96 else 2_100
