"""One identity, many records: a person is made whole once, and every record about them is derived from that."""

import random
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from worlds.seeds.addresses import Postal, gazetteer, postal_address
from worlds.seeds.names import Name, name_of
from worlds.seeds.phones import Phone, phone_of
from worlds.seeds.streams import Weighted, stream

_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ł": "l", "Ł": "L", "ı": "i", "đ": "d", "œ": "oe", "Œ": "Oe"}
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_HOSTS = Weighted(
    {
        "example.com": 34.0,
        "example.net": 20.0,
        "example.org": 14.0,
        "mail.example.com": 12.0,
        "post.example.net": 10.0,
        "inbox.example.org": 6.0,
        "student.example.org": 4.0,
    }
)
_TRADES = {
    "nl": ("Hoveniers", "Bouw", "Horeca", "Buitensport", "Interieur", "Advies", "Evenementen"),
    "de": ("Gartenbau", "Gastronomie", "Outdoor", "Wohnkultur", "Baustoffe", "Veranstaltungen"),
    "fr": ("Jardins", "Restauration", "Randonnée", "Décoration", "Conseil", "Paysages"),
    "en": ("Gardens", "Catering", "Outfitters", "Interiors", "Events", "Lodges"),
}
_LEGAL = {"NL": "B.V.", "BE": "BV", "DE": "GmbH", "AT": "GmbH", "FR": "SARL", "LU": "S.à r.l.", "IE": "Ltd"}


@dataclass(frozen=True, slots=True)
class Person:
    """The truth about one person.

    `rank` counts the people of their country from 0; `company` is set for buyers who order for a firm.
    """

    pid: int
    rank: int
    name: Name
    language: str
    postal: Postal
    phone: Phone
    email: str
    company: str | None = None


@dataclass(slots=True)
class Census:
    """Makes the people of a world one after another, so that e-mail addresses and phone numbers are never shared.

    `shapes` gives the share of each unusual shape of name (see names.SHAPES), `business` the share that buys for a
    firm, `namesakes` the share that bears the very name of somebody who came before and is somebody else, `households`
    the share that lives with somebody who came before, under the same family name.
    """

    seed: int
    shapes: Mapping[str, float]
    business: float
    namesakes: float
    households: float
    people: list[Person] = field(default_factory=list)
    _emails: set[str] = field(default_factory=set)
    _ranks: dict[str, int] = field(default_factory=dict)

    def next_person(self, country: str | None = None) -> Person:
        """The next person, remembered in `people`, from anywhere or from a country; pids count from 1."""
        pid = len(self.people) + 1
        rng = stream(self.seed, "person", pid)
        town = gazetteer().town(rng, country)
        postal = postal_address(rng, town)
        name = name_of(rng, town.country, town.language, self._shape(rng))
        fate = rng.random()
        if self.people and fate < self.namesakes + self.households and (other := self._other(rng)):
            if fate < self.namesakes:
                name = other.name
            else:
                postal, name = other.postal, replace(name, family=other.name.family, shape="plain")
        rank = self._ranks[postal.country] = self._ranks.get(postal.country, -1) + 1
        company = _company(rng, name, town.language, postal.country) if rng.random() < self.business else None
        person = Person(
            pid=pid,
            rank=rank,
            name=name,
            language=town.language,
            postal=postal,
            phone=phone_of(postal.country, rank),
            email=self._free(rng, email_local(rng, name), company),
            company=company,
        )
        self.people.append(person)
        return person

    def _shape(self, rng: random.Random) -> str:
        at = rng.random()
        for shape in sorted(self.shapes):
            if (at := at - self.shapes[shape]) < 0:
                return shape
        return "plain"

    def _other(self, rng: random.Random) -> Person | None:
        other = rng.choice(self.people)
        return other if other.name.family and other.name.shape != "right_to_left" and not other.company else None

    def _free(self, rng: random.Random, local: str, company: str | None) -> str:
        host = firm_host(company) if company else _HOSTS.draw(rng)
        email, number = f"{local}@{host}", rng.randint(2, 9)
        while email in self._emails:
            email, number = f"{local}{number}@{host}", number + rng.randint(1, 17)
        self._emails.add(email)
        return email


def email_local(rng: random.Random, name: Name) -> str:
    """The part before the @, made from the name as people make it."""
    given = slug(name.given.split()[0]).replace("-", "") or f"user{rng.randint(100, 999)}"
    family = slug(name.family or "").replace("-", "")
    if not family:
        return f"{given}{rng.randint(60, 99)}" if rng.random() < 0.5 else given
    year = rng.randint(55, 99)
    return rng.choice(
        (
            f"{given}.{family}", f"{given}.{family}", f"{given}{family}", f"{given[0]}.{family}", f"{given[0]}{family}",
            f"{given}_{family}", f"{family}.{given}", f"{given}{year}", f"{given}.{family}{year}", f"{given}-{family}",
        )
    )[:48]  # fmt: skip


def firm_host(company: str) -> str:
    """A firm's mail host, from its name without the legal form: "Emmen & Co B.V." -> "emmen-co.example.com"."""
    bare = next((company.removesuffix(form) for form in _LEGAL.values() if company.endswith(f" {form}")), company)
    return f"{slug(bare)}.example.com"


def slug(text: str) -> str:
    """Lower-case ASCII words joined by hyphens: "Müller & Söhne" -> "mueller-soehne"; empty for scripts without any."""
    plain = unicodedata.normalize("NFC", text).translate(_UMLAUTS).translate(_LETTERS)
    plain = unicodedata.normalize("NFD", plain).encode("ascii", "ignore").decode().lower().replace("'", "")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _company(rng: random.Random, name: Name, language: str, country: str) -> str:
    """A firm named after its owner and trade, with its country's legal form."""
    owner = name.family or name.given
    if not slug(owner):
        owner = rng.choice(("Kompass", "Linden", "Polaris"))
    trade = rng.choice(_TRADES[language])
    legal = _LEGAL[country]
    return rng.choice((f"{owner} {trade} {legal}", f"{trade} {owner} {legal}", f"{owner} & Co {legal}"))
