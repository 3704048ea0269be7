"""Who buys: people with their customer records, addresses and cards, with the dirt that records gather over the years.

A person is made once; records are derived from the person and then dirtied. Records stand in the order in which they
came about, so that an id tells nothing about what a record is.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from worlds.seeds import mess
from worlds.seeds.addresses import Postal, gazetteer, postal_address
from worlds.seeds.calendars import Calendar
from worlds.seeds.people import Census, Person
from worlds.seeds.phones import FORMATS, written
from worlds.seeds.records import Spread, census_of
from worlds.seeds.streams import Weighted

Streams = Callable[..., random.Random]

_LOCALES = {("NL", "nl"): "nl-NL", ("BE", "nl"): "nl-BE", ("BE", "fr"): "fr-BE", ("IE", "en"): "en-IE"}
_BRANDS = Weighted({"Visa": 46.0, "Mastercard": 34.0, "Maestro": 12.0, "American Express": 8.0})


@dataclass(frozen=True, slots=True)
class Card:
    """A payment card: brand and last four digits, never more."""

    brand: str
    last4: str
    month: int
    year: int


@dataclass(slots=True)
class Record:
    """A customer record about to be stored. `kind` is what it is: primary, a kind of duplicate, tombstone or test.

    `weight` is its share of demand, `dirt` the kinds of mess that it shows, `addresses` default first; `customer_id`
    and the ids of addresses and cards are set when it is stored. `into` is the record that a tombstone points to.
    """

    pid: int
    kind: str
    email: str
    first_name: str | None
    last_name: str | None
    phone: str | None
    recipient: str
    company: str | None
    locale: str
    language: str
    consent: bool
    created: datetime
    addresses: list[Postal]
    cards: list[Card]
    weight: float
    dirt: set[str] = field(default_factory=set)
    note: str | None = None
    state: str = "enabled"
    tags: tuple[str, ...] = ()
    into: "Record | None" = None
    customer_id: int = 0
    address_ids: list[int] = field(default_factory=list)
    card_ids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Clientele:
    """Everybody: the census, the customer records in order of creation, and guests, who have no record."""

    census: Census
    records: list[Record]
    guests: list[Person]


def gather(
    rng_of: Streams, seed: int, rates: Mapping[str, float], sizes: Mapping[str, int], calendar: Calendar
) -> Clientele:
    """All customer records (exactly `sizes["customers"]`) and the guests."""
    census = census_of(seed, rates, rates["business_buyers"])
    spread = Spread.of(sizes["customers"], rates)
    people = [census.next_person() for _ in range(spread.people)]
    primaries = [_primary(rng_of("customer", one.pid), one, rates, calendar) for one in people]
    records = list(primaries)
    for kind, at in spread.who_has_two(rng_of("who has two records")):
        records.append(_second(rng_of(kind, people[at].pid), kind, people[at], primaries[at], calendar))
    records += [_test_record(rng_of("test", at), at, calendar) for at in range(spread.tests)]
    guests = [census.next_person() for _ in range(round(sizes["orders"] * rates["guest_orders"] * 0.8))]
    records.sort(key=lambda one: (one.created, one.email))
    return Clientele(census, records, guests)


def _primary(rng: random.Random, person: Person, rates: Mapping[str, float], calendar: Calendar) -> Record:
    age = calendar.begin - timedelta(days=rng.expovariate(1 / 240)) if rng.random() < 0.3 else calendar.moment(rng)
    record = Record(
        pid=person.pid,
        kind="primary",
        email=person.email,
        first_name=person.name.given,
        last_name=person.name.family,
        phone=written(rng, person.phone),
        recipient=person.name.full,
        company=person.company,
        locale=_locale(person),
        language=person.language,
        consent=rng.random() < 0.44,
        created=age.replace(microsecond=0),
        addresses=[person.postal],
        cards=[_card(rng) for _ in range(1 + (rng.random() < 0.22))],
        weight=rng.lognormvariate(0.0, 0.95) * (3.5 if person.company else 1.0),
        tags=("business",) if person.company else ("vip",) if rng.random() < 0.02 else (),
        state="invited" if rng.random() < 0.01 else "enabled",
    )
    _dirty_name(rng, record, person, rates)
    record.phone, kind = mess.dirtied_phone(rng, person.phone, record.phone or "", rates)
    record.dirt |= {kind} if kind else set()
    _dirty_addresses(rng, record, person, rates)
    return record


def _locale(person: Person) -> str:
    country = person.postal.country
    return _LOCALES.get((country, person.language), f"{person.language}-{country}")


def _card(rng: random.Random) -> Card:
    return Card(
        _BRANDS.draw(rng),
        f"{rng.randrange(10_000):04d}",
        rng.randint(1, 12),
        rng.choice((2025, 2026, 2027, 2027, 2028, 2029, 2030)),
    )


def _dirty_name(rng: random.Random, record: Record, person: Person, rates: Mapping[str, float]) -> None:
    """What happens to names: normal forms, apostrophes, capitals, blanks, a last name left out."""
    for kind, way in mess.ways_with_names(rng):
        changed = way(record.last_name or record.first_name or "") != (record.last_name or record.first_name)
        if changed and rng.random() < rates[kind] * (
            4 if kind == "names_decomposed" and not person.name.full.isascii() else 1
        ):
            record.first_name = (
                way(record.first_name) if record.first_name and kind != "names_curly_apostrophe" else record.first_name
            )
            record.last_name = way(record.last_name) if record.last_name else None
            record.recipient = " ".join(part for part in (record.first_name, record.last_name) if part)
            record.dirt.add(kind)
    if record.last_name and rng.random() < rates["missing_last_name"]:
        record.last_name = None
        record.dirt.add("missing_last_name")
    if person.name.shape != "plain":
        record.dirt.add(f"name_{person.name.shape}")


def _dirty_addresses(rng: random.Random, record: Record, person: Person, rates: Mapping[str, float]) -> None:
    """Addresses of the past, typed in other ways; the first is the default one."""
    stale = rng.random() < rates["stale_address"]
    if stale or rng.random() < 0.15:
        past = postal_address(rng, gazetteer().town(rng, person.postal.country))
        record.addresses.insert(0 if stale else 1, past)
        if stale:
            record.dirt.add("stale_address")
    for at, address in enumerate(record.addresses):
        record.addresses[at], kinds = _dirtied(rng, address, rates)
        record.dirt |= kinds


def _dirtied(rng: random.Random, address: Postal, rates: Mapping[str, float]) -> tuple[Postal, set[str]]:
    ways: tuple[tuple[str, Callable[[Postal], Postal]], ...] = (
        ("apartment_in_line1", lambda one: mess.apartment_in_street(rng, one)),
        ("respaced_postal_code", lambda one: mess.respaced_postal_code(rng, one)),
        ("swapped_town", mess.swapped_town),
        ("shouted_address", mess.shouted_address),
    )
    kinds = set()
    for kind, way in ways:
        if rng.random() < rates[kind] and way(address) != address:
            address = way(address)
            kinds.add(kind)
    return address, kinds


def _second(rng: random.Random, kind: str, person: Person, first: Record, calendar: Calendar) -> Record:
    """Another record about somebody who has one: a duplicate, or a tombstone that was merged into the first."""
    record = replace(
        first, kind=kind, dirt={kind}, addresses=[person.postal], cards=[_card(rng)], tags=(), state="enabled",
        created=calendar.moment(rng), weight=first.weight * rng.uniform(0.15, 0.7), consent=rng.random() < 0.4,
        first_name=person.name.given, last_name=person.name.family, recipient=person.name.full,
        address_ids=[], card_ids=[],
    )  # fmt: skip
    if kind == "duplicate_email_variant":
        way = rng.choice((mess.email_in_other_case, mess.email_with_dots))
        record.email, record.phone = way(rng, person.email), None
    elif kind == "duplicate_new_email":
        host = rng.choice(("example.com", "example.net", "example.org"))
        record.email = f"{person.email.split('@')[0]}.{rng.choice(('home', 'work', 'new', 'priv'))}@{host}"
        record.phone = rng.choice(sorted(FORMATS.items()))[1](person.phone)
    elif kind == "duplicate_name_typo":
        record.email = f"{person.email.split('@')[0]}{rng.randint(10, 99)}@example.net"
        record.last_name = mess.misspelt(rng, person.name.family) if person.name.family else None
        record.first_name = person.name.given if person.name.family else mess.misspelt(rng, person.name.given)
        record.recipient = " ".join(part for part in (record.first_name, record.last_name) if part)
    else:
        record.email = (
            mess.email_with_dots(rng, person.email)
            if rng.random() < 0.5
            else mess.email_in_other_case(rng, person.email)
        )
        record.state, record.into, record.weight = "disabled", first, 0.0
    return record


def _test_record(rng: random.Random, at: int, calendar: Calendar) -> Record:
    """A record that somebody of the shop made to try something out, and forgot."""
    first, last = rng.choice(
        (("Test", "Test"), ("test", "order"), ("Testy", "McTestface"), ("QA", "Checkout"), ("Asdf", "Qwerty"))
    )
    town = gazetteer().town(rng, "NL")
    return Record(
        pid=0, kind="test_records", email=f"test+{at}@example.com" if at else "test@example.com", first_name=first,
        last_name=last, phone="0000000000", recipient=f"{first} {last}", company=None, locale="nl-NL", language="nl",
        consent=False, created=calendar.moment(rng), addresses=[postal_address(rng, town)],
        cards=[Card("Visa", "4242", 12, 2030)], weight=0.02, dirt={"test_records"}, tags=("test",),
    )  # fmt: skip


def guest_record(rng: random.Random, person: Person) -> Record:
    """What a guest types at the checkout; never stored as a customer."""
    return Record(
        pid=person.pid, kind="guest", email=person.email, first_name=person.name.given, last_name=person.name.family,
        phone=written(rng, person.phone) if rng.random() < 0.5 else None, recipient=person.name.full,
        company=person.company, locale=_locale(person), language=person.language, consent=False,
        created=datetime.max.replace(tzinfo=UTC), addresses=[person.postal], cards=[_card(rng)], weight=1.0,
    )  # fmt: skip
