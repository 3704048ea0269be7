"""Leads before they are stored: who asks, about what, whom the house knows already, and what will become of them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from worlds.crm.population import firms
from worlds.crm.population.firms import PHONE_WAYS, Firm
from worlds.crm.population.folk import TITLES, Record
from worlds.crm.population.goods import Ware
from worlds.crm.population.life import Life
from worlds.crm.population.office import worked
from worlds.seeds import mess
from worlds.seeds.people import Person, email_local
from worlds.seeds.phones import FORMATS
from worlds.seeds.streams import Weighted

FATES: Final = Weighted(
    {"dead": 25.0, "recycled": 21.0, "working": 22.0, "qualified": 13.0, "queued": 15.0, "assigned": 4.0}
)
"""What has become of a lead by the time at which episodes begin, where nobody has converted it."""
_SPANS: Final = {"queued": 24.0, "assigned": 2.8, "working": 55.0, "qualified": 42.0}
"""Days before the start of episodes within which leads of a fate came in; the others came in at any time."""
_SOURCES: Final = Weighted(
    {"web": 50.0, "referral": 9.0, "partner": 5.0, "cold_call": 9.0, "advertising": 5.0, "event": 6.0, "shop": 5.0,
    "other": 3.0}
)  # fmt: skip
PURPOSES: Final = Weighted(
    {"web_offer": 58.0, "web_question": 33.0, "web_supplier": 6.0, "web_job": 3.0, "planted": 0.4}
)
TWINS: Final = ("same_address", "mistyped_address", "same_phone")
"""In what a lead is known to be somebody whom the house has as a contact."""


@dataclass(slots=True, eq=False)
class Prospect:
    """A lead about to be stored. `known` is the contact that it really is, `becomes` the one that it is converted to.

    `kind` is plain, one of TWINS, double (of the lead `twin_of`), import or test.
    """

    key: str
    person: Person | None
    kind: str
    firm: Firm
    first: str | None
    last: str
    company: str
    email: str | None
    phone: str | None
    language: str
    created: datetime
    fate: str
    source: str
    purpose: str
    ware: Ware
    quantity: int
    title: str | None = None
    known: Record | None = None
    becomes: Record | None = None
    twin_of: "Prospect | None" = None
    requeued: bool = False
    dirt: set[str] = field(default_factory=set)
    row_id: int = 0

    @property
    def record(self) -> Record:
        """As a record of somebody, whom texts may name."""
        return Record(
            self.person, "lead", self.firm, self.first, self.last, [self.email or ""], self.phone, self.language,
            self.created
        )  # fmt: skip


def plan(life: Life) -> list[Prospect]:
    """Every lead that there will be."""
    sizes, rates = life.build.sizes, life.build.rates
    made = _converted(life, sizes["converted_leads"])
    made += _known(life, sizes["lead_twins"])
    doubles = round(sizes["leads"] * rates["duplicate_leads"])
    tests = round(sizes["leads"] * rates["test_records"])
    fresh = _fresh(life, max(0, sizes["leads"] - len(made) - doubles - tests))
    made += fresh
    again = [one for one in fresh if one.email and one.fate in ("working", "qualified", "queued", "recycled")]
    for at, first in enumerate(life.rng("doubled leads").sample(again, min(doubles, len(again)))):
        made.append(_double(life, life.rng("lead again", at), first, at))
    for at in range(tests):
        made.append(_test(life, life.rng("test lead", at), at))
    return made


def _moment(life: Life, rng: random.Random, fate: str) -> datetime:
    start = life.build.start
    most = _SPANS.get(fate, (start - life.begin).total_seconds() / 86_400 - 2)
    least = 0.15 if fate in ("queued", "assigned") else 2.7
    found = (start - timedelta(days=least + rng.random() ** 1.15 * (most - least))).replace(microsecond=0)
    return found + timedelta(hours=7) if found.hour < 5 and found + timedelta(hours=7) < start else found


def _fresh(life: Life, count: int) -> list[Prospect]:
    """People at firms whom nobody knows yet."""
    made: list[Prospect] = []
    rates = life.build.rates
    span = (life.begin, life.build.start)
    serial = 0
    while len(made) < count:
        serial += 1
        rng = life.rng("lead", serial)
        firm = firms.stranger(life.build.rng, serial, rates, span)
        for _ in range(rng.choice((1, 1, 1, 1, 2))):
            person = life.folk.census.next_person(firm.country)
            made.append(_lead(life, life.rng("lead of", person.pid), person, firm))
    return made[:count]


def _lead(life: Life, rng: random.Random, person: Person, firm: Firm) -> Prospect:
    fate = FATES.draw(rng)
    rates = life.build.rates
    private = rng.random() < 0.3
    email: str | None = person.email if private else f"{email_local(rng, person.name)[:36]}.{person.pid}@{firm.domain}"
    if not private and rng.random() < 0.7:
        email = f"{email_local(rng, person.name)[:36]}@{firm.domain}"
    one = Prospect(
        key=f"p{person.pid}", person=person, kind="plain", firm=firm,
        first=person.name.given if person.name.family else None, last=person.name.family or person.name.given,
        company=_typed(rng, firm.name.strip()), email=email if rng.random() < 0.93 else None,
        phone=FORMATS[PHONE_WAYS.draw(rng)](person.phone) if rng.random() > rates["missing_phone"] else None,
        language=person.language, created=_moment(life, rng, fate), fate=fate, source=_SOURCES.draw(rng),
        purpose=PURPOSES.draw(rng), ware=rng.choice(life.range.wares), quantity=rng.choice((6, 10, 12, 20, 24, 40,
        60, 80)),
        title=rng.choice(TITLES)[0] if rng.random() < 0.45 else None,
    )  # fmt: skip
    if one.source != "web" and one.fate != "assigned":
        one.created = min(worked(rng, one.created - timedelta(days=1)), one.created)
    if one.source == "web" and one.email is None and one.phone is None:
        one.email = email
    if one.purpose in ("web_supplier", "web_job") and one.fate in ("qualified", "recycled"):
        one.fate = "dead"
    if one.purpose == "planted":  # it has come by the form, and nobody has read it yet
        one.source, one.language, one.fate = "web", "en", rng.choice(("queued", "working", "qualified"))
        one.dirt.add("planted_instructions")
    _slip(rng, one, rates["lead_email_slip"])
    return one


def _typed(rng: random.Random, company: str) -> str:
    """A firm's name as somebody types it into a form."""
    at = rng.random()
    return company.lower() if at < 0.08 else company.upper() if at < 0.12 else f"{company} " if at < 0.15 else company


def _slip(rng: random.Random, one: Prospect, share: float) -> None:
    if one.email and rng.random() < share:
        one.email = mistyped(rng, one.email)
        one.dirt.add("lead_email_slip")


def mistyped(rng: random.Random, email: str) -> str:
    """An address with a slip that is plain to see: a comma for a full stop, two letters of its end turned."""
    local, host = email.split("@")
    return rng.choice(
        (f"{local}@{host.replace('.example', ',example')}", f"{local}@{host.replace('.example', '.exmaple')}",
         f"{local}@{host.replace('.example', '.exampel')}", f"{local}@{host.replace('.example', '.exmple')}"),
    )  # fmt: skip


def _known(life: Life, count: int) -> list[Prospect]:
    """Leads of people who are contacts: by the same address, by one with a slip, or by the same phone number."""
    limit = life.build.start - timedelta(days=60)
    able = [
        one for one in life.folk.records
        if one.kind == "primary" and one.person and one.first and one.created < limit
        and not (one.invalid or one.by_lead or one.firm.locked)
    ]  # fmt: skip
    made = []
    for at, first in enumerate(life.rng("known leads").sample(able, count * len(TWINS))):
        rng = life.rng("known lead", at)
        made.append(_twin(life, rng, first, TWINS[at % len(TWINS)], at))
    return made


def _twin(life: Life, rng: random.Random, first: Record, kind: str, at: int) -> Prospect:
    person = first.person
    assert person is not None  # noqa: S101 - chosen among people
    first.title = None if rng.random() < 0.8 else first.title  # a blank that the lead would fill
    first.phone = first.phone or FORMATS["e164"](person.phone)
    local, _ = first.emails[0].split("@")
    fate = "working" if at % 8 == 7 else "qualified"
    other = replace(person.phone, subscriber=f"{person.phone.subscriber[:-3]}{rng.randint(100, 999)}")
    email, phone = mess.email_in_other_case(rng, first.emails[0]), FORMATS[PHONE_WAYS.draw(rng)](other)
    if kind == "mistyped_address":
        email = mistyped(rng, first.emails[0])
        phone = FORMATS[PHONE_WAYS.draw(rng)](person.phone if rng.random() < 0.5 else other)
    elif kind == "same_phone":
        email = f"{local}{rng.randint(3, 99)}@example.org"
        phone = rng.choice(sorted(FORMATS.items()))[1](person.phone)
    return Prospect(
        key=f"k{at}", person=person, kind=kind, firm=first.firm, first=person.name.given,
        last=person.name.family or person.name.given, company=_typed(rng, first.firm.name.strip()), email=email,
        phone=phone,
        language=first.language, created=_moment(life, rng, fate), fate=fate, source="web",
        purpose="web_offer" if at % 4 else "web_question", ware=rng.choice(life.range.wares),
        quantity=rng.choice((8, 12, 16, 24, 30, 50, 70)), title=rng.choice(TITLES)[0], known=first,
        requeued=fate == "qualified" and at % 3 == 1, dirt={f"lead_{kind}"},
    )  # fmt: skip


def _converted(life: Life, count: int) -> list[Prospect]:
    """Leads from which contacts came."""
    able = [
        one for one in life.folk.records
        if one.kind == "primary" and one.person and one.created > life.begin + timedelta(days=40)
    ]  # fmt: skip
    made = []
    for at, record in enumerate(life.rng("by leads").sample(able, min(count, len(able)))):
        rng = life.rng("by lead", at)
        record.by_lead = True
        made.append(
            Prospect(
                key=f"c{at}", person=record.person, kind="plain", firm=record.firm, first=record.first,
                last=record.last.strip(), company=_typed(rng, record.firm.name.strip()), email=record.emails[0],
                phone=record.phone, language=record.language,
                created=record.created - timedelta(days=rng.uniform(2, 24)), fate="converted",
                source=_SOURCES.draw(rng), purpose="web_offer", ware=rng.choice(life.range.wares),
                quantity=rng.choice((8, 12, 20, 40)), title=record.title, becomes=record,
            )
        )  # fmt: skip
    return made


def _double(life: Life, rng: random.Random, first: Prospect, at: int) -> Prospect:
    """Another lead of somebody who is one."""
    way = ("same_address", "new_address", "name_typo")[at % 3]
    email = str(first.email)
    local = email.split("@", 1)[0]
    values = {
        "same_address": mess.email_in_other_case(rng, email),
        "new_address": f"{local}.{rng.randint(11, 99)}@example.net",
        "name_typo": email.replace("@", f".{rng.choice(('info', 'mail'))}@"),
    }  # fmt: skip
    last = mess.misspelt(rng, first.last) if way == "name_typo" else first.last
    later = first.created + timedelta(days=rng.uniform(0.1, 20))
    return replace(
        first, key=f"d{at}", kind="double", last=last, email=values[way], twin_of=first, source="web", row_id=0,
        fate="queued" if rng.random() < 0.5 else "working", dirt={f"duplicate_lead_{way}"},
        created=min(later, life.build.start - timedelta(hours=rng.uniform(2, 60))),
    )  # fmt: skip


def _test(life: Life, rng: random.Random, at: int) -> Prospect:
    firm: Sequence[Firm] = life.folk.firms
    return Prospect(
        key=f"t{at}", person=None, kind="test", firm=firm[0], first="Test", last=rng.choice(("Form", "Larkfield",
        "Test")),
        company=rng.choice(("Test", "Larkfield Supply", "ACME test")), email=f"test.form+{at}@example.com",
        phone="000000",
        language="en", created=_moment(life, rng, "queued"), fate="queued" if at % 2 else "assigned", source="web",
        purpose="web_question", ware=life.range.wares[0], quantity=1, dirt={"test_records"},
    )  # fmt: skip
