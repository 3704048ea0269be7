"""Telephone numbers that reach nobody, and the ways in which people write them.

Numbers come from the ranges that the regulators keep for fiction where there are any (Germany: Bundesnetzagentur's
numbers for films; France: Arcep's 06 39 98; Ireland: ComReg's 020 91), and elsewhere from blocks that the national plan
does not hand out.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

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
    """The number of the `serial`-th person of a country: two persons share none (up to 5,000 in Germany, 10,000 elsewhere)."""
    spread = serial * 7919 % 10_000  # neighbours should not have neighbouring numbers; 7919 is prime, so none collide
    if country == "DE":
        area, head = _GERMAN[serial % len(_GERMAN)]
        return Phone("49", "0", area, f"{head}{serial // len(_GERMAN) * 787 % 1000:03d}")
    if country == "FR":
        return Phone("33", "0", "6", f"3998{spread:04d}")
    if country == "IE":
        return Phone("353", "0", "20", f"91{spread:05d}")
    if country == "BE":
        return Phone("32", "0", "400", f"{40 + serial // 10_000 % 60:02d}{spread:04d}")
    if country == "AT":
        return Phone("43", "0", "1", f"0{spread:04d}{serial % 89 + 10:02d}")
    if country == "LU":
        return Phone("352", "", "600", f"{spread:04d}00")
    return Phone("31", "0", "6", f"0{(serial // 10_000 + serial * 3) % 10}{_mixed(spread):04d}{serial % 89 + 10:02d}")


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

_EXTENSIONS = ("ext. {}", "tst {}", "x{}")


def with_extension(rng: random.Random, shown: str) -> str:
    """The number with an office extension behind it."""
    return f"{shown} {rng.choice(_EXTENSIONS).format(rng.randint(1, 89))}"


def in_wrong_country(rng: random.Random, phone: Phone) -> str:
    """The number with another country's code before it, as an import that assumed one country leaves it."""
    wrong = rng.choice([code for code in ("31", "32", "49", "33", "44") if code != phone.country_code])
    return f"+{wrong}{phone.area}{phone.subscriber}"
