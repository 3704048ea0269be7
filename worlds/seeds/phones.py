"""Telephone numbers that reach nobody, and the ways in which people write them.

Numbers come from the ranges that the regulators keep for fiction where there are any (Germany: Bundesnetzagentur's
numbers for films; France: Arcep's 06 39 98; Ireland: ComReg's 020 91; Britain: Ofcom's 07700 900), and elsewhere from
blocks that the national plan does not hand out.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from worlds.seeds.streams import Weighted

_PLANS = {
    "NL": ("31", "0", "6", "0{digit}{mixed:04d}{tail}"),
    "BE": ("32", "0", "400", "40{spread:04d}"),
    "FR": ("33", "0", "6", "3998{spread:04d}"),
    "IE": ("353", "0", "20", "91{spread:05d}"),
    "AT": ("43", "0", "1", "0{spread:04d}{tail}"),
    "LU": ("352", "", "600", "{spread:04d}00"),
    "GB": ("44", "0", "7700", "900{trio:03d}"),
    "CH": ("41", "0", "70", "0{spread:04d}{tail}"),
    "DK": ("45", "", "00", "{spread:04d}{tail}"),
    "SE": ("46", "0", "70", "0{spread:04d}{tail}"),
    "NO": ("47", "", "00", "{spread:04d}{tail}"),
    "FI": ("358", "0", "40", "0{spread:04d}{tail}"),
    "ES": ("34", "", "600", "0{spread:04d}0"),
    "IT": ("39", "", "300", "0{spread:04d}{tail}"),
}
"""Country code, trunk prefix, area and the pattern of the subscriber's digits."""
_GERMAN = (("30", "23125"), ("69", "90009"), ("40", "66969"), ("221", "4710"), ("89", "99998"))


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in parts: country code and trunk prefix without signs, area or network, and the subscriber's digits."""

    country_code: str
    trunk: str
    area: str
    subscriber: str

    @property
    def e164(self) -> str:
        """The international form, such as +31600417723."""
        return f"+{self.country_code}{self.area}{self.subscriber}"

    @property
    def national(self) -> str:
        """The digits as dialled at home, such as 0600417723."""
        return f"{self.trunk}{self.area}{self.subscriber}"


def phone_of(country: str, serial: int) -> Phone:
    """The number of the `serial`-th person of a country; no two persons share one, up to 5,000 people in Germany.

    Elsewhere up to 10,000, in Britain up to 1,000.
    """
    if country == "DE":
        area, head = _GERMAN[serial % len(_GERMAN)]
        return Phone("49", "0", area, f"{head}{serial // len(_GERMAN) * 787 % 1000:03d}")
    code, trunk, area, pattern = _PLANS.get(country, _PLANS["NL"])
    spread = serial * 7919 % 10_000  # neighbours should not have neighbouring numbers; 7919 is prime, so none collide
    digits = {"spread": spread, "mixed": _mixed(spread), "digit": serial * 3 % 10, "tail": serial % 89 + 10}
    digits["trio"] = serial * 787 % 1000
    return Phone(code, trunk, area, pattern.format(**digits))


def _mixed(number: int) -> int:
    return (number * 4001 + 137) % 10_000


def _pairs(digits: str) -> str:
    """Digits in twos from the right; an odd one out leads."""
    odd = len(digits) % 2
    parts = [digits[:odd]] if odd else []
    return " ".join([*parts, *(digits[at : at + 2] for at in range(odd, len(digits), 2))])


FORMATS: dict[str, Callable[[Phone], str]] = {
    "e164": lambda phone: phone.e164,
    "national": lambda phone: phone.national,
    "national_spaced": lambda phone: f"{phone.trunk}{phone.area} {_pairs(phone.subscriber)}",
    "national_dashed": lambda phone: f"{phone.trunk}{phone.area}-{phone.subscriber}",
    "international_spaced": lambda phone: f"+{phone.country_code} {phone.area} {_pairs(phone.subscriber)}",
    "double_zero": lambda phone: f"00{phone.country_code}{phone.area}{phone.subscriber}",
    "bracketed_zero": lambda phone: (
        f"+{phone.country_code} ({phone.trunk or '0'}){phone.area} {_pairs(phone.subscriber)}"
    ),
}
"""The seven ways in which a number is written, by name."""

_SHARES = Weighted(
    {
        "national": 30.0, "e164": 22.0, "international_spaced": 14.0, "national_dashed": 12.0, "national_spaced": 12.0,
        "double_zero": 6.0, "bracketed_zero": 4.0,
    }
)  # fmt: skip


def written(rng: random.Random, phone: Phone) -> str:
    """The number in one of these ways, the usual ones more often."""
    return FORMATS[_SHARES.draw(rng)](phone)


_EXTENSIONS = ("ext. {}", "tst {}", "x{}")


def with_extension(rng: random.Random, shown: str) -> str:
    """The number with an office extension behind it."""
    return f"{shown} {rng.choice(_EXTENSIONS).format(rng.randint(1, 89))}"


def in_wrong_country(rng: random.Random, phone: Phone) -> str:
    """The number with another country's code before it, as an import that assumed one country leaves it."""
    wrong = rng.choice([code for code in ("31", "32", "49", "33", "44") if code != phone.country_code])
    return f"+{wrong}{phone.area}{phone.subscriber}"
