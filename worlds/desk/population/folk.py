"""Who writes in: people and firms with their records at the desk, and the dirt that such records gather.

A person is made once; records are derived from the person and then dirtied. Who has people of their own to put in, as
a company of several worlds has, makes a `Folk` of them and gives it to `worlds.desk.population.settle`.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from worlds.seeds import mess
from worlds.seeds.people import Person, email_local, firm_host
from worlds.seeds.phones import FORMATS, written
from worlds.seeds.records import Spread, census_of
from worlds.seeds.streams import Weighted

Streams = Callable[..., random.Random]

_ZONES = {"IE": "Europe/Dublin", "DE": "Europe/Berlin", "AT": "Europe/Vienna", "FR": "Europe/Paris"}
_TIERS = Weighted({"standard": 40.0, "business": 44.0, "vip": 16.0})
_REMARKS = (
    "Writes from two addresses; check both before you say that there is nothing.",
    "Asked to be called rather than mailed.",
    "Prefers short answers, in his own words: no novels.",
    "Was given a credit in the autumn after the mix-up with the two tents.",
    "Runs a campsite and orders for it on a private account.",
    "Moved last year; old addresses may still turn up on orders.",
)
_FIRM_REMARKS = (
    "Pays by invoice, 30 days. Purchase order numbers belong on every invoice.",
    "Orders for several branches; ask which one before you send anything.",
    "Their accounts department writes from a shared mailbox.",
    "Contract prices since January; see the account manager before any promise.",
)


@dataclass(slots=True, eq=False)
class Firm:
    """An organisation about to be stored."""

    name: str
    domain: str
    tier: str
    shared: bool
    created: datetime
    notes: str | None = None
    row_id: int = 0


@dataclass(slots=True, eq=False)
class Record:
    """One record of somebody about to be stored. `kind` is what it is: primary, a kind of duplicate, tombstone, test.

    `person` is the truth, None for test records; `shop_customer` is what the desk believes, `true_customer` what is so.
    `weight` is its share of tickets, `dirt` the kinds of mess that it shows. `into` is what a tombstone points to.
    """

    person: Person | None
    kind: str
    name: str
    email: str
    phone: str | None
    language: str
    zone: str
    created: datetime
    weight: float
    firm: Firm | None = None
    manager: bool = False
    vip: bool = False
    suspended: bool = False
    shop_customer: str | None = None
    true_customer: str | None = None
    crm_contact: str | None = None
    more_emails: tuple[str, ...] = ()
    note: str | None = None
    dirt: set[str] = field(default_factory=set)
    into: "Record | None" = None
    row_id: int = 0

    @property
    def first(self) -> str:
        """How a colleague would address them."""
        return self.name.split()[0] if self.name.split() else self.name


@dataclass(slots=True)
class Folk:
    """Everybody who may write in: the census they were taken from, their records, and the firms some work for."""

    people: list[Person]
    records: list[Record]
    firms: list[Firm]


def gather(rng_of: Streams, seed: int, sizes: Mapping[str, int], rates: Mapping[str, float], begin: datetime) -> Folk:
    """As many requesters as `sizes["requesters"]` says, all of them known at the desk before `begin` but a few."""
    census = census_of(seed, rates, rates["firms"])
    spread = Spread.of(sizes["requesters"], rates)
    people = [census.next_person() for _ in range(spread.people)]
    firms, people = _employed(rng_of, people, begin, rates)
    records = [
        _primary(rng_of("requester", one.pid), one, firms.get(one.company or ""), rates, begin) for one in people
    ]
    _appoint(rng_of, records)
    for kind, at in spread.who_has_two(rng_of("who has two records")):
        records.append(_second(rng_of(kind, records[at].email), kind, records[at], begin))
    records += [_test_record(rng_of("test", at), at, begin) for at in range(spread.tests)]
    return Folk(people, records, list(firms.values()))


def _employed(
    rng_of: Streams, people: list[Person], begin: datetime, rates: Mapping[str, float]
) -> tuple[dict[str, Firm], list[Person]]:
    """Firms named after those who buy for them, and colleagues of theirs from the same country."""
    firms: dict[str, Firm] = {}
    by_country: dict[str, list[str]] = {}
    staffed: list[Person] = []
    for one in people:
        rng = rng_of("employed", one.pid)
        if one.company and one.company not in firms:
            made = begin - timedelta(days=rng.randint(40, 900), minutes=rng.randrange(1440))
            firms[one.company] = Firm(
                one.company, firm_host(one.company), _TIERS.draw(rng), rng.random() < rates["shared_tickets"], made,
                rng.choice(_FIRM_REMARKS) if rng.random() < 0.5 else None,
            )  # fmt: skip
            by_country.setdefault(one.postal.country, []).append(one.company)
        elif not one.company and rng.random() < rates["colleagues"] and by_country.get(one.postal.country):
            firm = firms[rng.choice(by_country[one.postal.country])]
            local = f"{email_local(rng, one.name)[:40]}.{one.pid}"
            one = replace(one, company=firm.name, email=f"{local}@{firm.domain}")  # noqa: PLW2901 - the same person, employed
        staffed.append(one)
    return firms, staffed


def _appoint(rng_of: Streams, records: list[Record]) -> None:
    """In most firms one of their people may see the requests of all."""
    seen: set[str] = set()
    for one in records:
        if one.firm and one.firm.name not in seen:
            seen.add(one.firm.name)
            one.manager = rng_of("manager", one.email).random() < 0.85


def _primary(
    rng: random.Random, person: Person, firm: Firm | None, rates: Mapping[str, float], begin: datetime
) -> Record:
    customer = str(10_000 + person.pid * 7)
    age = timedelta(days=min(1_400.0, rng.expovariate(1 / 260)), minutes=rng.randrange(1440))
    record = Record(
        person=person, kind="primary", name=person.name.full, email=person.email,
        phone=written(rng, person.phone), language=person.language,
        zone=_ZONES.get(person.postal.country, "Europe/Amsterdam"), created=(begin - age).replace(microsecond=0),
        weight=rng.lognormvariate(0.0, 0.8) * (1.6 if firm else 1.0), firm=firm, vip=rng.random() < rates["vip"],
        true_customer=customer, note=rng.choice(_REMARKS) if rng.random() < 0.05 else None,
    )  # fmt: skip
    if firm:
        record.created = max(record.created, firm.created + timedelta(minutes=rng.randint(5, 40_000)))
        record.created = min(record.created, begin - timedelta(minutes=rng.randint(5, 900)))
    _link(rng, record, rates)
    _dirty_name(rng, record, rates)
    record.phone, kind = mess.dirtied_phone(rng, person.phone, record.phone or "", rates)
    record.dirt |= {kind} if kind else set()
    if rng.random() < rates["second_address"]:
        local = person.email.split("@")[0]
        record.more_emails = (
            f"{local}.{rng.choice(('home', 'priv', 'old', 'alt'))}@{rng.choice(('example.net', 'example.org'))}",
        )
    return record


def _link(rng: random.Random, record: Record, rates: Mapping[str, float]) -> None:
    """What other systems call them: mostly right, sometimes missing, a few times somebody else's."""
    record.shop_customer = record.true_customer
    at = rng.random()
    if at < rates["link_wrong"]:
        record.shop_customer = str(int(record.true_customer or "0") + 7 * rng.choice((-3, -2, -1, 1, 2, 3)))
        record.dirt.add("link_wrong")
    elif at < rates["link_wrong"] + rates["link_missing"]:
        record.shop_customer = None
        record.dirt.add("link_missing")
    if record.firm and rng.random() < 0.7:
        record.crm_contact = f"CT-{4_000 + (record.person.pid if record.person else 0) * 3}"


def _dirty_name(rng: random.Random, record: Record, rates: Mapping[str, float]) -> None:
    for kind, way in mess.ways_with_names(rng):
        if way(record.name) != record.name and rng.random() < rates[kind]:
            record.name = way(record.name)
            record.dirt.add(kind)
    if record.person and record.person.name.shape != "plain":
        record.dirt.add(f"name_{record.person.name.shape}")


def _second(rng: random.Random, kind: str, first: Record, begin: datetime) -> Record:
    """Another record about somebody who has one: a duplicate, or a tombstone that was merged into the first."""
    person = first.person
    assert person is not None  # noqa: S101 - only people have second records
    record = replace(
        first, kind=kind, dirt={kind}, name=person.name.full, more_emails=(), note=None, manager=False, vip=False,
        shop_customer=None, crm_contact=None, weight=first.weight * rng.uniform(0.2, 0.7), firm=None,
        created=begin - timedelta(days=rng.randint(2, 400), minutes=rng.randrange(1440)),
    )  # fmt: skip
    if kind == "duplicate_email_variant":
        record.email, record.phone = mess.email_with_dots(rng, first.email), None
    elif kind == "duplicate_new_email":
        record.email = f"{person.email.split('@')[0]}.{rng.choice(('home', 'work', 'new'))}@example.net"
        record.phone = rng.choice(sorted(FORMATS.items()))[1](person.phone)
    elif kind == "duplicate_name_typo":
        record.email = f"{person.email.split('@')[0]}{rng.randint(10, 99)}@example.org"
        record.name = mess.misspelt(rng, person.name.full)
    else:
        record.email = f"{person.email.split('@')[0]}.{rng.randint(100, 999)}@example.com"
        record.into, record.weight = first, 0.0
    return record


def _test_record(rng: random.Random, at: int, begin: datetime) -> Record:
    """A record that a colleague made to try something out, and forgot."""
    name = rng.choice(("Test Test", "test ticket", "Testy McTestface", "QA Desk", "Asdf Qwerty"))
    return Record(
        person=None, kind="test_records", name=name, email=f"test+{at}@example.com", phone="0000000000", language="nl",
        zone="Europe/Amsterdam", created=begin - timedelta(days=rng.randint(20, 300)), weight=0.0,
        dirt={"test_records"},
    )  # fmt: skip
