"""Whom the house sells to: firms and their people with their records, and the dirt that such records gather.

A person is made once; records are derived from the person and then dirtied. Who has people of their own to put in, as
a company of several worlds has, makes a `Folk` of them and gives it to `worlds.crm.population.settle`.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from worlds.crm.population import firms
from worlds.crm.population.firms import PHONE_WAYS, Firm, Streams
from worlds.crm.population.office import worked
from worlds.seeds import mess
from worlds.seeds.names import Name
from worlds.seeds.people import Census, Person, email_local
from worlds.seeds.phones import FORMATS, in_wrong_country, with_extension

_SHAPES: Final = ("apostrophe", "sharp_s", "right_to_left", "two_part", "mononym", "long", "diacritics")
_ZONES: Final = {
    "GB": "Europe/London", "IE": "Europe/Dublin", "DE": "Europe/Berlin", "AT": "Europe/Vienna", "FR": "Europe/Paris",
    "CH": "Europe/Zurich", "FI": "Europe/Helsinki", "SE": "Europe/Stockholm", "NO": "Europe/Oslo",
    "ES": "Europe/Madrid",
    "DK": "Europe/Copenhagen", "IT": "Europe/Rome", "BE": "Europe/Brussels",
}  # fmt: skip
TITLES: Final = (
    ("Owner", "decision_maker"), ("Managing director", "decision_maker"), ("Purchasing", "employee"),
    ("Head of purchasing", "decision_maker"), ("Facility manager", "technical"), ("Treasurer", "billing"),
    ("Accounts payable", "billing"), ("Front office", "employee"), ("Head chef", "employee"),
    ("Events", "employee"), ("Caretaker", "technical"), ("Board member", "board"), ("Assistant", "employee"),
    ("Marketing", "employee"), ("Site manager", "technical"),
)  # fmt: skip

_TOLD_BIRTHDAY: Final = 0.33
"""How many have told their birthday, beside those of whom it was known from the start."""


@dataclass(slots=True, eq=False)
class Record:
    """One contact about to be stored. `kind` is what it is: primary, a kind of duplicate, father, namesake, test.

    `person` is the truth, None for test records. `twin_of` is the record that it doubles or is mistaken for, `into`
    what a tombstone points to. `consents` are states by channel, `dirt` the kinds of mess that it shows.
    """

    person: Person | None
    kind: str
    firm: Firm
    first: str | None
    last: str
    emails: list[str]
    phone: str | None
    language: str
    created: datetime
    title: str | None = None
    role: str = "employee"
    salutation: str | None = None
    birthday: str | None = None
    zone: str = "Europe/Amsterdam"
    consents: dict[str, str] = field(default_factory=dict)
    invalid: bool = False
    left: Firm | None = None
    by_lead: bool = False
    twin_of: "Record | None" = None
    into: "Record | None" = None
    dirt: set[str] = field(default_factory=set)
    row_id: int = 0

    @property
    def full(self) -> str:
        """First and last name, without stray spaces."""
        return " ".join(f"{self.first or ''} {self.last}".split())

    @property
    def given(self) -> str:
        """How a colleague would call them."""
        return (self.first or self.last).split()[0]


@dataclass(slots=True)
class Folk:
    """Everybody whom the house knows: the census they were taken from, their records, firms; `census` makes more."""

    census: Census
    firms: list[Firm]
    records: list[Record]


def gather(
    rng_of: Streams, seed: int, sizes: Mapping[str, int], rates: Mapping[str, float], span: tuple[datetime, datetime]
) -> Folk:
    """As many accounts and contacts as sizes say, known to the house at moments of a span."""
    census = Census(
        seed=seed, shapes={shape: rates[f"name_{shape}"] for shape in _SHAPES}, business=0.0,
        namesakes=rates["namesakes"], households=0.0,
    )  # fmt: skip
    doubles, alike = sizes["double_accounts"], sizes["look_alikes"]
    extra = _second_accounts(sizes)
    tombs = max(1, round(sizes["accounts"] * rates["merged_tombstones"]))
    entities = firms.found(rng_of, sizes["accounts"] - extra - alike - tombs, rates, span)
    known = list(entities)
    places = [one for one in entities if one.created < span[1] - timedelta(days=40)]
    chosen = _chosen(rng_of("doubled"), places, doubles, alike + tombs)
    for at, firm in enumerate(chosen[:doubles]):
        count = 2 if at % 5 < 3 else 1
        again = [firms.double(rng_of("double", firm.entity, more), firm, more, span[1]) for more in range(count)]
        if at % 6 == 5:  # here it is the younger record that somebody has linked
            again[-1].shop_customer, firm.shop_customer = firm.shop_customer, None
        known += again
    top = max(one.entity for one in entities)
    for at, firm in enumerate(chosen[doubles : doubles + alike]):
        known.append(firms.look_alike(rng_of("alike", firm.entity), firm, top + 1 + at, span[1]))
        if at % 2:
            known.append(firms.registered_double(rng_of("double", firm.entity, 0), firm, span[1]))
    for firm in chosen[doubles + alike :]:
        gone = firms.double(rng_of("gone", firm.entity), firm, 0, span[1] - timedelta(days=30))
        gone.kind_of, gone.dirt = "tombstone", {"merged_tombstones"}
        known.append(gone)
    records = _staffed(rng_of, census, entities, sizes, rates, span)
    records += _second(rng_of, known, span)
    records += _others(rng_of, census, records, sizes, rates, span)
    return Folk(census, known, records)


def _chosen(rng: random.Random, places: Sequence[Firm], doubles: int, others: int) -> list[Firm]:
    """Firms that have a second record, most of them known to the shop, and after them others."""
    linked = [one for one in places if one.shop_customer]
    first = rng.sample(linked, min(len(linked), round(doubles * 0.85)))
    known = set(map(id, first))
    rest = rng.sample([one for one in places if id(one) not in known], doubles - len(first) + others)
    both = first + rest[: doubles - len(first)]
    rng.shuffle(both)
    return both + rest[doubles - len(first) :]


def _second_accounts(sizes: Mapping[str, int]) -> int:
    """How many accounts are a second or third record of a firm; at each of them somebody is known once more."""
    return round(sizes["double_accounts"] * 1.6) + sizes["look_alikes"] // 2


def _buried(sizes: Mapping[str, int], rates: Mapping[str, float]) -> int:
    """How many contacts were merged into others."""
    return max(1, round(sizes["contacts"] * rates["merged_tombstones"] * 0.7))


def _staffed(
    rng_of: Streams, census: Census, entities: Sequence[Firm], sizes: Mapping[str, int], rates: Mapping[str, float],
    span: tuple[datetime, datetime],
) -> list[Record]:  # fmt: skip
    """People at every entity, more at those that weigh more."""
    extra = sum(sizes[name] for name in ("double_contacts", "families", "firm_namesakes"))
    extra += (sizes["families"] + sizes["firm_namesakes"]) * 2 // 3 + _second_accounts(sizes) + _buried(sizes, rates)
    wanted = sizes["contacts"] - extra - round(sizes["contacts"] * rates["test_records"])
    rng = rng_of("staff")
    counts = [1] * len(entities)
    for at in rng.choices(range(len(entities)), [one.weight for one in entities], k=max(0, wanted - len(entities))):
        counts[at] += 1
    records = []
    for firm, count in zip(entities, counts, strict=True):
        titles = rng.sample(TITLES, min(count, len(TITLES)))
        for at in range(count):
            person = census.next_person(firm.country)
            title, role = titles[at % len(titles)]
            record = _primary(rng_of("contact", person.pid), person, firm, title, role, rates, span)
            told = rng_of("birthday", person.pid)
            if record.birthday is None and told.random() < _TOLD_BIRTHDAY:
                record.birthday = _day_of_birth(told, 1962, 2006)
            records.append(record)
            firm.people.append(record)
    return records


def _primary(
    rng: random.Random, person: Person, firm: Firm, title: str, role: str, rates: Mapping[str, float],
    span: tuple[datetime, datetime],
) -> Record:  # fmt: skip
    since = (span[1] - firm.created).total_seconds()
    made = firm.created + timedelta(minutes=rng.randint(2, 600))
    if firm.people:
        made = firm.created + timedelta(seconds=600 + rng.random() * max(600.0, since - 200_000))
    record = Record(
        person=person, kind="primary", firm=firm, first=person.name.given if person.name.family else None,
        last=person.name.family or person.name.given, emails=[f"{email_local(rng, person.name)[:36]}@{firm.domain}"],
        phone=FORMATS[PHONE_WAYS.draw(rng)](person.phone), language=person.language,
        created=min(worked(rng, made), span[1] - timedelta(hours=3)).replace(microsecond=0),
        title=title if rng.random() < 0.85 else None,
        role=role, zone=_ZONES.get(person.postal.country, "Europe/Amsterdam"),
        salutation=rng.choice(("Mr", "Ms", None, None)),
        birthday=_day_of_birth(rng, 1955, 2001) if rng.random() < 0.12 else None,
    )  # fmt: skip
    taken = {email for one in firm.people for email in one.emails}
    while record.emails[0] in taken:
        local, host = record.emails[0].split("@")
        record.emails = [f"{local}{rng.randint(2, 99)}@{host}"]
    if rng.random() < rates["second_address"]:
        record.emails.append(person.email)
    _dirty(rng, record, rates)
    for channel, share in (("email", 0.55), ("phone", 0.3), ("post", 0.2), ("profiling", 0.15)):
        if rng.random() < share:
            record.consents[channel] = "out" if rng.random() < rates["objected"] else "in"
    return record


def _day_of_birth(rng: random.Random, first: int, last: int) -> str:
    return f"{rng.randint(first, last)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"


def _dirty(rng: random.Random, record: Record, rates: Mapping[str, float]) -> None:
    person = record.person
    assert person is not None  # noqa: S101 - only people gather dirt
    ways: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("names_decomposed", mess.decomposed), ("names_curly_apostrophe", mess.curly_apostrophes),
        ("names_shouted", mess.shouted), ("names_uncapitalised", mess.uncapitalised),
        ("names_trailing_space", lambda name: f"{name} "),
    )  # fmt: skip
    for kind, way in ways:
        if way(record.last) != record.last and rng.random() < rates[kind]:
            record.last = way(record.last)
            record.dirt.add(kind)
    if person.name.shape != "plain":
        record.dirt.add(f"name_{person.name.shape}")
    if rng.random() < rates["missing_phone"]:
        record.phone = None
        record.dirt.add("missing_phone")
    elif rng.random() < rates["phone_wrong_country"]:
        record.phone = in_wrong_country(rng, person.phone)
        record.dirt.add("phone_wrong_country")
    elif record.phone and rng.random() < rates["phone_extension"]:
        record.phone = with_extension(rng, record.phone)
        record.dirt.add("phone_extension")
    if rng.random() < rates["email_invalid"]:
        record.invalid = True
        record.dirt.add("email_invalid")


def _second(rng_of: Streams, known: Sequence[Firm], span: tuple[datetime, datetime]) -> list[Record]:
    """People at doubled accounts: somebody of the first account once more, who said something else about consent."""
    records = []
    for at, firm in enumerate(one for one in known if one.kind_of in ("double", "look_alike") and one.twin_of):
        rng = rng_of("second", at, firm.entity)
        people = firm.twin_of.people if firm.twin_of else []
        if firm.kind_of == "look_alike" or not people:
            continue
        first = people[at % len(people)]
        record = _again(rng, first, firm, rng.choice(("new_address", "dotted")), span)
        known_state = first.consents.get("email") or rng.choice(("in", "out"))
        first.consents["email"] = known_state
        record.consents = {"email": "in" if known_state == "out" else "out"}
        if rng.random() < 0.3:
            record.consents["phone"] = "out"
        records.append(record)
        firm.people.append(record)
    return records


def _again(rng: random.Random, first: Record, firm: Firm, way: str, span: tuple[datetime, datetime]) -> Record:
    """Another record of somebody: another address with the same phone, dots in the address, or a slip in the name."""
    person = first.person
    assert person is not None  # noqa: S101 - only people have second records
    local, host = first.emails[0].split("@")
    shown = rng.choice(sorted(FORMATS.items()))[1](person.phone)
    record = replace(
        first, kind=f"duplicate_{way}", firm=firm, phone=shown, twin_of=first, invalid=False, dirt={f"duplicate_{way}"},
        consents={}, birthday=None, first=person.name.given if person.name.family else None, left=None, by_lead=False,
        last=person.name.family or person.name.given, title=None if rng.random() < 0.6 else first.title, row_id=0,
        created=min(
            max(first.created, firm.created) + timedelta(days=rng.randint(3, 300), minutes=rng.randrange(600)),
            span[1] - timedelta(hours=rng.randint(4, 90)),
        ),
    )  # fmt: skip
    if way == "new_address":
        record.emails = [f"{local}.{rng.choice(('priv', 'home', 'mobil', 'alt'))}{person.pid}@example.net"]
    elif way == "dotted":
        record.emails = [
            f"{mess.email_with_dots(rng, first.emails[0]).split('@')[0]}.{rng.choice(('x', 'office', 'home'))}@{host}"
        ]
        if rng.random() < 0.5:
            record.phone = None
    else:
        record.last = mess.misspelt(rng, record.last)
        record.emails = [f"{local[0]}{local[-1]}{person.pid % 97}.{local[:4]}@{host}"]
        record.phone = None if rng.random() < 0.4 else record.phone
    return record


def _others(
    rng_of: Streams, census: Census, records: Sequence[Record], sizes: Mapping[str, int], rates: Mapping[str, float],
    span: tuple[datetime, datetime],
) -> list[Record]:  # fmt: skip
    """Duplicates at the same account, fathers and sons, namesakes in one firm, test records."""
    able = [one for one in records if one.kind == "primary" and one.first and one.firm.kind_of == "primary"]
    doubles, families, namesakes = (sizes[name] for name in ("double_contacts", "families", "firm_namesakes"))
    chosen = rng_of("two records").sample(able, doubles + families + namesakes)
    made = []
    for at, first in enumerate(chosen[:doubles]):
        way = ("new_address", "dotted", "name_typo")[at % 3]
        made.append(_again(rng_of("again", at), first, first.firm, way, span))
    for at, first in enumerate(rng_of("tombstones").sample(able, _buried(sizes, rates))):
        gone = _again(rng_of("gone", at), first, first.firm, ("new_address", "name_typo")[at % 2], span)
        gone.kind, gone.dirt, gone.into = "merged_tombstones", {"merged_tombstone_contact"}, first
        made.append(gone)
    for at, first in enumerate(chosen[doubles:]):
        rng = rng_of("somebody else", at)
        other = _somebody_else(rng, census, first, span, father=at < families)
        made.append(other)
        if at % 3:
            made.append(_once_more(rng_of("once more", at), first, other, span, told=at % 3 == 1))
    for at in range(round(sizes["contacts"] * rates["test_records"])):
        rng = rng_of("test", at)
        made.append(
            Record(
                None, "test_records", rng.choice(able).firm, "Test", rng.choice(("Test", "Larkfield", "Asdf",
                "Qwerty")),
                [f"test+{at}@example.com"], "0000000000", "en", span[1] - timedelta(days=rng.randint(20, 300)),
                dirt={"test_records"},
            )
        )  # fmt: skip
    return made


def _once_more(
    rng: random.Random, first: Record, other: Record, span: tuple[datetime, datetime], *, told: bool
) -> Record:
    """A second record of somebody who is taken for another one.

    Where both of them have one name and one number, only what is `told` says whose it is.
    """
    again = _again(rng, first, first.firm, "new_address", span)
    again.created = max(again.created, min(other.created + timedelta(days=2), span[1] - timedelta(hours=4)))
    open_to_both = other.kind == "father_and_son" and other.first == first.first
    if told or not open_to_both:
        again.birthday, again.title = first.birthday, first.title
    else:
        again.title = None
    return again


def _somebody_else(
    rng: random.Random, census: Census, first: Record, span: tuple[datetime, datetime], *, father: bool
) -> Record:
    """Somebody who is taken for another one: father or son at the same address, or a namesake in the same firm."""
    person = census.next_person(first.firm.country)
    base = first.person
    assert base is not None  # noqa: S101 - chosen among people
    host = first.emails[0].split("@")[1]
    if father:
        same = rng.random() < 0.5
        name = Name(base.name.given if same else person.name.given, base.name.family, "plain")
        person = replace(person, name=name, postal=base.postal, phone=base.phone)
        if same:
            first.last = f"{base.name.family} jun."
        last = f"{name.family} sen." if same else str(name.family)
        title = rng.choice(("Senior partner", "Owner", "Assistant"))
    else:
        person, last = replace(person, name=base.name), str(base.name.family)
        title = rng.choice(("Accounts payable", "Night porter", "Lifeguard", "Gardener"))
    first.birthday = _day_of_birth(rng, 1984, 2001)
    census.people[-1] = person
    kind = "father_and_son" if father else "namesake"
    return Record(
        person, kind, first.firm, person.name.given, last,
        [f"{email_local(rng, person.name)[:30]}.{person.pid}@{host}"],
        FORMATS[PHONE_WAYS.draw(rng)](person.phone) if father or rng.random() < 0.6 else None, first.language,
        min(first.created + timedelta(days=rng.randint(1, 200)), span[1] - timedelta(hours=5)), title, "employee",
        birthday=_day_of_birth(rng, 1946, 1962), zone=first.zone,
        consents={"email": rng.choice(("in", "out"))}, twin_of=first, dirt={kind},
    )  # fmt: skip
