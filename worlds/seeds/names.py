"""Names of people as they are borne in the countries a European shop sells to, with the shapes that break software."""

import random
import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from faker import Faker

from worlds.seeds.streams import Weighted

SHAPES = ("plain", "apostrophe", "sharp_s", "right_to_left", "two_part", "mononym", "long", "diacritics")
"""How a name may be shaped; all but `plain` are the ones that careless software gets wrong."""

_ORIGINS = {
    "NL": {"nl_NL": 80, "tr_TR": 4, "pl_PL": 4, "en_GB": 4, "de_DE": 3, "it_IT": 2, "es_ES": 2, "vi_VN": 1},
    "DE": {"de_DE": 84, "tr_TR": 6, "pl_PL": 5, "it_IT": 3, "en_GB": 2},
    "AT": {"de_AT": 90, "pl_PL": 4, "it_IT": 6},
    "BE": {"nl_BE": 88, "it_IT": 5, "tr_TR": 4, "pt_PT": 3},
    "FR": {"fr_FR": 90, "pt_PT": 5, "es_ES": 3, "it_IT": 2},
    "LU": {"fr_FR": 55, "pt_PT": 25, "de_DE": 20},
    "IE": {"en_IE": 92, "pl_PL": 8},
    "GB": {"en_GB": 92, "pl_PL": 4, "it_IT": 4},
    "CH": {"de_CH": 80, "fr_CH": 14, "it_IT": 6},
    "DK": {"da_DK": 100},
    "SE": {"sv_SE": 100},
    "NO": {"no_NO": 100},
    "FI": {"fi_FI": 100},
    "ES": {"es_ES": 100},
    "IT": {"it_IT": 100},
}
_SHARP_S = ("Weiß", "Strauß", "Groß", "Preuß", "Heß", "Voß", "Reißner", "Fuß", "Kloß", "Thieß")
_APOSTROPHES = (
    "O'Brien",
    "O'Connor",
    "D'Angelo",
    "O'Sullivan",
    "D'Hondt",
    "L'Hermitte",
    "O'Shea",
    "d'Aubigny",
    "'t Hart",
)
_DIACRITICS = (
    ("Zoë", "Brontë"), ("Björn", "Åkesson"), ("Jürgen", "Mößner"), ("Renée", "Lefèvre"), ("Łukasz", "Wójcik"),
    ("Şebnem", "Yıldız"), ("François", "Müller"), ("Søren", "Kjær"), ("Andrés", "Núñez"), ("Dvořák", "Jiří"),
    ("Anaïs", "Crèvecœur"), ("Nguyễn", "Thị Hà"), ("Eszter", "Kőszegi"), ("Maëlle", "Gérôme"),
)  # fmt: skip
_RIGHT_TO_LEFT = (
    ("ليلى", "حداد"), ("يوسف", "المصري"), ("سارة", "بن علي"), ("כרם", "נתיב"), ("נועה", "ברקוביץ"),
    ("عمر", "الخطيب"), ("מאיה", "שגיא"), ("هدى", "منصور"),
)  # fmt: skip
_WHOLE = {"right_to_left": _RIGHT_TO_LEFT, "diacritics": _DIACRITICS}
_FAMILIES = {"apostrophe": _APOSTROPHES, "sharp_s": _SHARP_S}
_MONONYMS = ("Suharto", "Wulandari", "Teller", "Ngawang", "Sukarno", "Chandrika", "Björk", "Kartini", "Padma")
_PREFIXED = re.compile(r"^(?:[Vv]an |[Dd]e |[Dd]en |[Tt]er |'t )")
_BRACKETS = re.compile(r"\s*\(.*?\)")


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name, clean and in NFC. A mononym has no family name."""

    given: str
    family: str | None
    shape: str

    @property
    def full(self) -> str:
        """Given and family name."""
        return f"{self.given} {self.family}" if self.family else self.given


@cache
def _faker(locale: str) -> Faker:
    return Faker(locale)


@cache
def _origins(country: str) -> Weighted[str]:
    return Weighted({locale: float(weight) for locale, weight in _ORIGINS[country].items()})


def name_of(rng: random.Random, country: str, language: str, shape: str = "plain") -> Name:
    """A name as somebody living in that country may bear it, in the shape asked for (one of SHAPES)."""
    given, family = _borne(rng, "fr_FR" if (country, language) == ("BE", "fr") else _origins(country).draw(rng))
    if shape == "plain":
        return Name(given, family, shape)
    return Name(*_shaped(rng, shape, given, family), shape)


def _borne(rng: random.Random, locale: str) -> tuple[str, str]:
    fake = _faker(locale)
    fake.seed_instance(rng.getrandbits(48))
    given = fake.first_name_female() if rng.random() < 0.56 else fake.first_name_male()
    return _clean(given), _clean(fake.last_name())


def _clean(name: str) -> str:
    return unicodedata.normalize("NFC", _BRACKETS.sub("", name).strip())


def _shaped(rng: random.Random, shape: str, given: str, family: str) -> tuple[str, str | None]:
    if shape in _WHOLE:
        return rng.choice(_WHOLE[shape])
    if shape in _FAMILIES:
        return given, rng.choice(_FAMILIES[shape])
    if shape == "mononym":
        return rng.choice(_MONONYMS), None
    if shape == "two_part":
        return given, f"{family}-{_PREFIXED.sub('', _borne(rng, 'nl_NL')[1])}"
    more = " ".join(_borne(rng, "es_ES")[0] for _ in range(2))
    return f"{given} {more}", f"{family} {_borne(rng, 'nl_NL')[1]}-{_borne(rng, 'pt_PT')[1]} van Hoogstraten"
