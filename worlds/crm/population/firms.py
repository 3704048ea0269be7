"""Firms, clubs and public bodies: made once, each a legal entity; records of them are derived elsewhere."""

import random
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from worlds.crm.population.office import worked
from worlds.seeds import mess
from worlds.seeds.addresses import Postal, gazetteer, postal_address
from worlds.seeds.names import name_of
from worlds.seeds.people import slug
from worlds.seeds.phones import FORMATS, Phone
from worlds.seeds.streams import Weighted

Streams = Callable[..., random.Random]

_TONGUES: Final = {
    "NL": "nl", "BE": "nl", "DE": "de", "AT": "de", "CH": "de", "FR": "fr", "GB": "en", "IE": "en", "DK": "north",
    "SE": "north", "NO": "north", "FI": "north", "ES": "south", "IT": "south",
}  # fmt: skip
_CURRENCIES: Final = {"GB": "GBP", "CH": "CHF"}
PHONE_WAYS: Final = Weighted(
    {
        "national": 28.0, "e164": 22.0, "international_spaced": 14.0, "national_dashed": 12.0, "national_spaced": 12.0,
        "double_zero": 7.0, "bracketed_zero": 5.0,
    }
)  # fmt: skip
_BARE: Final = frozenset({"sports_club", "public", "education"})
"""Industries whose bodies bear no legal form in their name."""
_KINDS: Final = Weighted({"customer": 52.0, "prospect": 34.0, "partner": 4.0, "former": 10.0})
_SEGMENTS: Final = ((500, "enterprise"), (80, "mid_market"), (0, "small_business"))
OTHER_FORMS: Final = {
    "NL": "Holding N.V.", "BE": "NV", "DE": "AG", "AT": "AG", "CH": "SA", "FR": "SA", "GB": "Holdings plc",
    "IE": "Holdings Ltd", "DK": "A/S", "SE": "Holding AB", "NO": "Holding AS", "FI": "Oyj", "ES": "S.A.",
    "IT": "S.p.A.",
}  # fmt: skip


@dataclass(slots=True, eq=False)
class Firm:
    """An account about to be stored. `entity` says which legal entity it is: the same for every record of it.

    `kind_of` is primary, double, look_alike, tombstone or test; `twin_of` the record that it doubles or looks like.
    `true_customer` is its number at the shop, `shop_customer` what the record says of it. `columns` are the record's
    other columns, `by_hand` is set where a territory was set by hand, `owner` names who gets it where that is not who
    sells in its territory.
    """

    entity: int
    name: str
    domain: str | None
    country: str
    language: str
    postal: Postal
    created: datetime
    columns: dict[str, Any]
    kind_of: str = "primary"
    twin_of: "Firm | None" = None
    true_customer: str | None = None
    shop_customer: str | None = None
    by_hand: str | None = None
    locked: bool = False
    owner: str | None = None
    weight: float = 1.0
    people: list[Any] = field(default_factory=list)
    dirt: set[str] = field(default_factory=set)
    owner_id: int = 0
    row_id: int = 0

    @property
    def legal(self) -> str:
        """Its name with the legal form."""
        return str(self.columns["legal_name"] or self.name)


@cache
def _table() -> dict[str, Any]:
    with Path(__file__).with_name("firms.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def _weighted(what: str) -> Weighted[str]:
    return Weighted({name: float(weight) for name, weight in _table()[what].items()})


def country_of(rng: random.Random) -> str:
    """A country in which somebody may buy."""
    return _weighted("countries").draw(rng)


def found(rng_of: Streams, count: int, rates: Mapping[str, float], span: tuple[datetime, datetime]) -> list[Firm]:
    """So many legal entities, each with one record, the first of which was made at the beginning of a span."""
    firms: list[Firm] = []
    taken: set[str] = set()
    entity = 0
    while len(firms) < count:
        entity += 1
        rng = rng_of("firm", entity)
        firm = _one(rng, entity, rates, span)
        if firm.domain in taken:
            continue
        taken.add(str(firm.domain))
        firms.append(firm)
    _below(rng_of("groups"), firms, rates)
    return firms


def _one(rng: random.Random, entity: int, rates: Mapping[str, float], span: tuple[datetime, datetime]) -> Firm:
    country, industry = country_of(rng), _weighted("industries").draw(rng)
    town = gazetteer().town(rng, country)
    words = _table()[_TONGUES[country]]
    family = name_of(rng, country, town.language).family or "Linden"
    slots = {"stem": rng.choice(words["stems"]), "family": family, "city": town.city}
    bare = rng.choice(words[industry]).format(**slots)
    forms = _table()["legal"][country]
    form = None if industry in _BARE else rng.choice(forms)
    legal = f"{bare} {form}" if form else bare
    age = timedelta(days=rng.expovariate(1 / 420), minutes=rng.randrange(1_440))
    if age > span[1] - span[0]:  # the oldest were taken over from the system before this one
        age = (span[1] - span[0]) * rng.uniform(0.7, 1.0)
    firm = Firm(
        entity=entity, name=legal if rng.random() < 0.62 else bare, domain=f"{slug(bare)[:40]}.example",
        country=country, language=town.language, postal=postal_address(rng, town),
        created=min(worked(rng, span[1] - age), span[1]),
        columns=_columns(rng, industry, country, legal, entity), weight=rng.lognormvariate(0.0, 0.7),
    )  # fmt: skip
    _place(rng, firm, rates)
    _link(rng, firm, rates)
    return firm


def _columns(rng: random.Random, industry: str, country: str, legal: str, entity: int) -> dict[str, Any]:
    employees = max(2, round(rng.lognormvariate(3.3, 1.2)))
    segment = next(name for least, name in _SEGMENTS if employees >= least)
    public = industry in ("public", "education")
    kind = "reseller" if industry in ("retail", "wholesale") and rng.random() < 0.7 else _KINDS.draw(rng)
    phone = Phone(_CODES[country], "0", "9", f"{100_000 + entity * 37 % 900_000:06d}")
    return {
        "industry": industry, "segment": "public_sector" if public else segment,
        "employees": employees if rng.random() < 0.8 else None, "kind": kind,
        "tier": Weighted({"standard": 82.0, "key": 14.0, "strategic": 4.0}).draw(rng),
        "currency": _CURRENCIES.get(country, "EUR"), "legal_name": legal if rng.random() < 0.85 else None,
        "registration_number": f"{country}{10_000_000 + entity * 7_919 % 89_999_999}" if rng.random() < 0.8 else None,
        "phone": FORMATS[PHONE_WAYS.draw(rng)](phone) if rng.random() < 0.75 else None,
    }  # fmt: skip


_CODES: Final = {
    "NL": "31", "BE": "32", "DE": "49", "FR": "33", "AT": "43", "CH": "41", "ES": "34", "IT": "39", "GB": "44",
    "IE": "353", "DK": "45", "SE": "46", "NO": "47", "FI": "358",
}  # fmt: skip


def book_of(firm: Firm) -> str | None:
    """The name of the price book that the handbook gives an account; None where it has to be looked up by currency."""
    if firm.columns["currency"] == "CHF":
        return None
    if firm.columns["currency"] == "GBP":
        return "Standard GBP"
    if firm.columns["kind"] == "reseller":
        return "Reseller EUR"
    return "Public Sector EUR" if firm.columns["segment"] == "public_sector" else "Standard EUR"


def _place(rng: random.Random, firm: Firm, rates: Mapping[str, float]) -> None:
    postal = firm.postal
    if rng.random() < rates["town_swapped"]:
        postal = mess.swapped_town(postal)
        firm.dirt.add("town_swapped")
    elif rng.random() < rates["address_shouted"]:
        postal = mess.shouted_address(postal)
        firm.dirt.add("address_shouted")
    elif rng.random() < rates["postal_code_respaced"] and firm.country == "NL":
        postal = mess.respaced_postal_code(rng, postal)
        firm.dirt.add("postal_code_respaced")
    firm.columns |= {
        "billing_street": postal.line1, "billing_postal_code": postal.postal_code, "billing_city": postal.city,
        "billing_country": postal.country,
    }  # fmt: skip
    if rng.random() < 0.3:
        other = postal_address(rng, gazetteer().town(rng, firm.country))
        firm.columns |= {
            "shipping_street": other.line1, "shipping_postal_code": other.postal_code, "shipping_city": other.city,
            "shipping_country": other.country,
        }  # fmt: skip
    ways = (
        ("names_trailing_space", f"{firm.name} "), ("names_shouted", firm.name.upper()),
        ("names_decomposed", mess.decomposed(firm.name)),
    )  # fmt: skip
    for kind, dirty in ways:
        if dirty != firm.name and rng.random() < rates[kind]:
            firm.name = dirty
            firm.dirt.add(kind)
            return


def _link(rng: random.Random, firm: Firm, rates: Mapping[str, float]) -> None:
    """What the shop calls it: mostly right, sometimes missing, a few times somebody else's."""
    if firm.columns["kind"] in ("prospect", "partner"):
        return
    firm.true_customer = firm.shop_customer = f"C-{10_000 + firm.entity * 7}"
    at = rng.random()
    if at < rates["link_wrong"]:
        firm.shop_customer = f"C-{10_000 + (firm.entity + rng.choice((-3, -1, 1, 2))) * 7}"
        firm.dirt.add("link_wrong")
    elif at < rates["link_wrong"] + rates["link_missing"]:
        firm.shop_customer = None
        firm.dirt.add("link_missing")


def _below(rng: random.Random, firms: list[Firm], rates: Mapping[str, float]) -> None:
    """Some firms stand below another one, older and of the same country; a few are locked or placed by hand."""
    for at, firm in enumerate(firms):
        older = [
            one for one in firms[max(0, at - 60) : at] if one.created < firm.created and one.country == firm.country
        ]
        if older and rng.random() < rates["below_another"]:
            firm.columns["above"] = rng.choice(older)
        firm.locked = rng.random() < rates["locked"]
        if rng.random() < rates["territory_by_hand"]:
            firm.by_hand = rng.choice(("Netherlands", "Germany North", "France and Belgium", "UK and Ireland"))
        fate = rng.random()
        if fate < rates["owner_left"]:
            firm.owner = "Stefan Rook"
        elif fate < rates["owner_left"] + rates["owner_manager"]:
            firm.owner = "a manager"


def stranger(rng_of: Streams, serial: int, rates: Mapping[str, float], span: tuple[datetime, datetime]) -> Firm:
    """A firm that is no account, at which somebody works who asks."""
    return _one(rng_of("stranger", serial), 1_000_000 + serial, rates, span)


def double(rng: random.Random, firm: Firm, at: int, start: datetime) -> Firm:
    """Another record of a firm that has one: later, thinner, written differently, without what the shop calls it."""
    bare = _bare(firm)
    name = (bare, mess.misspelt(rng, bare), _turned(bare), f"{bare} {firm.postal.city}", bare.upper())[
        (firm.entity + 3 * at) % 5
    ]
    if name == firm.name:
        name = f"{bare} ({firm.postal.city})"
    gone = {"shipping_street", "shipping_postal_code", "shipping_city", "shipping_country", "above"}
    columns = {key: value for key, value in firm.columns.items() if key not in gone}
    columns |= {"legal_name": None, "tier": "standard", "kind": rng.choice(("prospect", firm.columns["kind"]))}
    if rng.random() < 0.5:
        columns["registration_number"] = None
        columns["phone"] = firm.columns["phone"]
    elif rng.random() < 0.6:
        columns["phone"] = None
    if rng.random() < 0.4:
        columns |= {"billing_street": None, "billing_postal_code": firm.postal.postal_code, "employees": None}
    else:
        columns["billing_street"] = firm.postal.line1
    room = max(3.0, (start - firm.created).total_seconds() / 86_400 - 20)
    made = firm.created + timedelta(days=2 + rng.random() * min(room, 900) * (0.5 + at / 4))
    return replace(
        firm, name=name, columns=columns, kind_of="double", twin_of=firm, shop_customer=None, by_hand=None,
        locked=False, owner=firm.owner, weight=0.15, people=[], dirt={"duplicate_account"}, row_id=0,
        created=min(worked(rng, made), worked(rng, start - timedelta(days=5 + 2 * at))),
        domain=firm.domain if rng.random() < 0.75 else None,
    )  # fmt: skip


def registered_double(rng: random.Random, firm: Firm, start: datetime) -> Firm:
    """Another record of a firm that has a look-alike: its registration number tells of which of the two."""
    again = double(rng, firm, 0, start)
    again.columns["registration_number"] = firm.columns["registration_number"]
    return again


def look_alike(rng: random.Random, firm: Firm, entity: int, start: datetime) -> Firm:
    """Another legal entity with the same name but for its legal form: it never is one account with the first."""
    legal = f"{_bare(firm)} {OTHER_FORMS[firm.country]}"
    firm.columns["legal_name"] = firm.legal
    number = firm.columns["registration_number"] or f"{firm.country}{10_000_000 + firm.entity * 7_919 % 89_999_999}"
    firm.columns["registration_number"] = number
    columns = dict(firm.columns)
    columns |= {
        "legal_name": legal, "registration_number": f"{firm.country}{10_000_000 + entity * 7_919 % 89_999_999}",
        "employees": max(2, round((firm.columns["employees"] or 20) * rng.uniform(0.3, 2.5))),
    }  # fmt: skip
    shared = rng.random() < 0.6
    customer = f"C-{10_000 + entity * 7}"
    return replace(
        firm, entity=entity, name=legal, columns=columns, kind_of="look_alike", twin_of=firm, locked=False,
        domain=firm.domain if shared else str(firm.domain).replace(".example", "-gruppe.example"), by_hand=None,
        true_customer=customer, shop_customer=customer if rng.random() < 0.6 else None, weight=0.4, people=[],
        dirt={"look_alike"}, row_id=0,
        created=worked(rng, max(firm.created, start - timedelta(days=rng.randint(30, 700)))),
    )  # fmt: skip


def _bare(firm: Firm) -> str:
    """Its name without legal form."""
    for form in sorted(_table()["legal"][firm.country], key=len, reverse=True):
        if firm.legal.endswith(f" {form}"):
            return firm.legal.removesuffix(f" {form}")
    return firm.legal


def _turned(name: str) -> str:
    words = name.split()
    return " ".join([*words[1:], words[0]])
