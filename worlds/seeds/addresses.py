"""Postal addresses whose street, postcode, town, province and country belong together."""

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from worlds.seeds.streams import Weighted

_LETTERS = "ABCDEGHJKLMNPRSTVWXZ"  # Dutch postcodes use no F, I, O, Q, U and Y
_ROUTING_TAIL = "ACDEFHKNPRTVWXY0123456789"  # the characters of an Irish Eircode
_LANGUAGES = {
    "NL": "nl", "DE": "de", "BE": "nl", "FR": "fr", "IE": "en", "AT": "de", "LU": "fr", "GB": "en", "CH": "de",
    "DK": "en", "SE": "en", "NO": "en", "FI": "en", "ES": "en", "IT": "en",
}  # fmt: skip
"""In which of the house's languages somebody from a country is written to."""
_NUMBER_FIRST = ("FR", "LU", "IE", "GB")
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"  # the letters of the second half of a British postcode


@dataclass(frozen=True, slots=True)
class Postal:
    """One postal address, clean. `line2` is an apartment or floor; `country` an ISO 3166 code."""

    line1: str
    line2: str | None
    city: str
    province: str
    postal_code: str
    country: str


@dataclass(frozen=True, slots=True)
class Town:
    """A town and how its postcodes are made."""

    city: str
    province: str
    country: str
    language: str
    codes: tuple[int, int] = (0, 0)
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Towns by how many people live there, by country, and the streets of each country."""

    towns: Mapping[str, Weighted[Town]] = field(repr=False)
    streets: Mapping[str, tuple[str, ...]] = field(repr=False)
    countries: Weighted[str] = field(repr=False)

    def town(self, rng: random.Random, country: str | None = None) -> Town:
        """A town, of any country or of the one given."""
        return self.towns[country or self.countries.draw(rng)].draw(rng)


@cache
def gazetteer() -> Gazetteer:
    """The towns and streets of towns.toml."""
    with Path(__file__).with_name("towns.toml").open("rb") as file:
        table: dict[str, Any] = tomllib.load(file)
    return Gazetteer(
        towns={
            code: Weighted({_town(code, row): row["weight"] for row in country["towns"]})
            for code, country in table.items()
        },
        streets={code: tuple(country["streets"]) for code, country in table.items()},
        countries=Weighted({code: country["weight"] for code, country in table.items()}),
    )


def _town(country: str, row: Mapping[str, Any]) -> Town:
    codes = row.get("codes", (0, 0))
    return Town(
        city=row["city"],
        province=row["province"],
        country=country,
        language=row.get("language", _LANGUAGES[country]),
        codes=(codes[0], codes[1]),
        prefixes=tuple(row.get("prefixes", ())),
    )


def postal_address(rng: random.Random, town: Town) -> Postal:
    """An address in a town, about one in six with an apartment."""
    return Postal(
        line1=_street_line(rng, town),
        line2=_apartment(rng, town) if rng.random() < 0.17 else None,
        city=town.city,
        province=town.province,
        postal_code=_postal_code(rng, town),
        country=town.country,
    )


def _street_line(rng: random.Random, town: Town) -> str:
    streets = gazetteer().streets[town.country]
    french = ("Rue", "Avenue", "Chaussée", "Boulevard", "Place", "Allée", "Chemin", "Impasse", "Quai", "Grand-Rue")
    fitting = [one for one in streets if one.startswith(french) == (town.language == "fr")] or list(streets)
    street = rng.choice(fitting)
    number = max(1, round(rng.lognormvariate(3.4, 0.9)))
    suffix = rng.choice(("a", "b", "c", "-2", " bis")) if rng.random() < 0.08 else ""
    if town.language == "fr" or town.country in _NUMBER_FIRST:
        return f"{number}{suffix.replace('-2', '')} {street}"
    return f"{street} {number}{suffix.replace(' bis', '')}"


def _apartment(rng: random.Random, town: Town) -> str:
    number, floor = rng.randint(1, 48), rng.randint(1, 9)
    ways = {
        "nl": (
            f"Appartement {number}",
            f"{floor} hoog",
            f"bus {number}" if town.country == "BE" else f"kamer {number}",
        ),
        "de": (f"Wohnung {number}", f"{floor}. OG links", f"Hinterhaus, {floor}. Stock"),
        "fr": (f"Appt {number}", f"Bâtiment {rng.choice('ABCD')}, {floor}e étage", f"Boîte {number}"),
        "en": (f"Apartment {number}", f"Flat {floor}{rng.choice('ABC')}", f"Unit {number}"),
    }
    return rng.choice(ways[town.language])


def _postal_code(rng: random.Random, town: Town) -> str:
    if town.country == "GB":
        return f"{rng.choice(town.prefixes)} {rng.randint(1, 9)}{rng.choice(_INWARD)}{rng.choice(_INWARD)}"
    if town.prefixes:
        return f"{rng.choice(town.prefixes)} {''.join(rng.choice(_ROUTING_TAIL) for _ in range(4))}"
    number = rng.randint(*town.codes)
    if town.country == "NL":
        return f"{number} {rng.choice(_LETTERS)}{rng.choice(_LETTERS)}"
    return f"{number:05d}" if town.country in ("DE", "FR", "SE", "FI", "ES", "IT") else f"{number:04d}"
