"""What people write about: matters planned before anything happens, with who, when, what about, and how far they get.

Most take their own course to the end. Those of the last days stop where their case says, so that there is work on the
desk when episodes begin.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from worlds.desk.operations.writing_in import FileIn
from worlds.desk.population.folk import Folk, Record, Streams
from worlds.desk.population.problems import Problem
from worlds.desk.population.purchases import Goods, Purchase, arrive, bought, brought, cancel, send, strand
from worlds.desk.population.staffing import ZONE
from worlds.desk.population.words import Letter
from worlds.desk.rules import GROUPS_OF_TOPICS, PRIORITY_MATRIX
from worlds.seeds.calendars import Calendar
from worlds.seeds.streams import Weighted

TOPICS: Final = Weighted(
    {
        "wismo": 16.0, "return_exchange": 18.0, "refund_status": 12.0, "product_question": 14.0, "change_cancel": 10.0,
        "damaged": 8.0, "discount": 7.0, "account": 6.0, "complaint": 3.0, "praise": 2.0, "other": 4.0,
    }
)  # fmt: skip
_FIRM_TOPICS: Final = Weighted(
    {
        "invoice_b2b": 38.0, "wismo": 14.0, "return_exchange": 8.0, "product_question": 14.0, "change_cancel": 9.0,
        "damaged": 7.0, "discount": 4.0, "complaint": 3.0, "account": 3.0,
    }
)  # fmt: skip
CHANNELS: Final = Weighted({"email": 54.0, "web": 28.0, "chat": 7.0, "phone": 8.0, "social": 3.0})
TONES: Final = Weighted({"polite": 32.0, "brief": 34.0, "chatty": 20.0, "hurried": 14.0})
ABOUT_ORDERS: Final = frozenset(
    {"wismo", "return_exchange", "refund_status", "change_cancel", "damaged", "complaint", "invoice_b2b"}
)
_AGES: Final = {
    "wismo": (3, 9), "return_exchange": (8, 24), "refund_status": (14, 35), "change_cancel": (0, 1),
    "damaged": (7, 15), "complaint": (7, 20), "invoice_b2b": (6, 40),
}  # fmt: skip
"""Days between an order and what is written about it, from and to."""
_ARRIVED: Final = frozenset({"return_exchange", "refund_status", "damaged", "complaint"})
"""What is written about once the goods are there."""
_TYPES: Final = {
    "wismo": "question", "damaged": "incident", "complaint": "incident", "change_cancel": "task",
    "return_exchange": "task",
}  # fmt: skip

TAGS: Final = {
    "wismo": ("late_parcel", "carrier", "second_parcel", "neighbour"),
    "return_exchange": ("label", "exchange", "size", "changed_mind"),
    "refund_status": ("refund", "bank", "return_received"),
    "product_question": ("before_sale", "spare_part", "care"),
    "change_cancel": ("address_change", "cancellation"),
    "damaged": ("photo", "transport_damage", "defect"),
    "discount": ("code", "newsletter"),
    "account": ("login", "address_change"),
    "invoice_b2b": ("invoice", "vat", "purchase_order"),
    "complaint": ("complaint", "manager"),
    "praise": ("praise",),
    "other": ("press", "jobs", "misc"),
}  # fmt: skip
"""What colleagues mark a ticket of a topic with."""

STAGES: Final = ("new", "triaged", "asked", "answered", "held", "solved", "done")
"""How far a matter gets before episodes begin: untouched, taken, waiting for its requester, answered by them, waiting
for somebody outside, solved at the first answer and left so, or as far as it gets."""


@dataclass(slots=True, eq=False)
class Matter:
    """Something that somebody writes about.

    `case` names the kind of open work it belongs to, `letter` the words of cases.toml that it is told in, if any;
    `told` the kind of opening, where that is another than its topic. `mistyped` says that its requester gives a wrong
    order number, `claimed` which; `sender` is the name and address of somebody whom the desk does not know. `given` is
    what the words may speak of beside what follows from order and person; `about` the article, another and a price
    where there is no order. `first` is the earlier matter that it is about as well; `problem` is what it is an incident
    of, or what it only looks like. `turns` says how often its requester is asked back, `files` come with its opening,
    `opened` is that; `said` are the sentences that stand on its ticket, `heard` the last reply and its moment, `wrote`
    the moment of its requester's last message and `intent` what they meant by it.
    """

    key: tuple[object, ...]
    at: datetime
    who: Record
    topic: str
    channel: str
    language: str
    tone: str
    order: Purchase | None = None
    mistyped: bool = False
    claimed: str | None = None
    stage: str = "done"
    case: str = ""
    letter: str = ""
    told: str = ""
    sender: tuple[str, str] | None = None
    given: dict[str, str] = field(default_factory=dict)
    more: tuple[str, ...] = ()
    levels: tuple[str, str] = ("medium", "medium")
    first: "Matter | None" = None
    problem: Problem | None = None
    ticket_id: int = 0
    turns: int = 0
    about: tuple[str, str, int] | None = None
    said: set[str] = field(default_factory=set)
    heard: tuple[datetime, str] | None = None
    wrote: datetime | None = None
    intent: str = ""
    opened: Letter | None = None
    files: Sequence[FileIn] = ()

    @property
    def silent(self) -> bool:
        """Whether its requester does not say which order it is about until they are asked for it."""
        return not self.letter and self.case in ("", "question") and self.turns > 0 and self.key[-1] != "again"

    def facts(self, moment: datetime) -> frozenset[str]:
        """What is so, of `words.FACTS`, when somebody writes about it at a moment of the house's day."""
        order, topic, hour = self.order, self.topic, moment.hour
        parcels = order.parcels if order else []
        so = {
            "photos": any(one.mime.startswith("image/") for one in self.files),
            "order": order is not None, "no_number": order is None or self.silent,
            "two_parcels": len(parcels) == 2, "several": order is not None and len(order.lines) > 1,
            "sent": bool(parcels), "cancelled": order is not None and order.status == "cancelled",
            "kept": order is not None and order.status != "cancelled",
            "here": topic in {"return_exchange", "refund_status", "damaged", "complaint"}, "waiting": topic == "wismo",
            "money": topic == "refund_status", "returning": topic == "return_exchange", "damaged": topic == "damaged",
            "discount": topic == "discount", "german": self.language == "de",
            "morning": 5 <= hour < 12, "afternoon": 12 <= hour < 18, "evening": 18 <= hour < 24,
        }  # fmt: skip
        so["no_photos"] = not so["photos"]
        return frozenset(name for name, held in so.items() if held)

    @property
    def group(self) -> str:
        """Who decides it, by the rules of the house."""
        if self.who.firm is not None and self.sender is None:
            return "Business customers"
        return GROUPS_OF_TOPICS.get(self.topic, "Frontline")

    @property
    def type(self) -> str:
        """What kind of ticket it is."""
        return _TYPES.get(self.topic, "question")

    @property
    def priority(self) -> str:
        """Impact by urgency, and a step more for VIPs."""
        plain = PRIORITY_MATRIX[self.levels[0]][self.levels[1]]
        if not (self.who.vip or (self.who.firm and self.who.firm.tier == "vip")):
            return plain
        return {"low": "normal", "normal": "high"}.get(plain, "urgent")


@dataclass(slots=True)
class Agenda:
    """All that is planned: matters, and the orders that they and nobody write about."""

    matters: list[Matter]
    orders: list[Purchase]
    problems: list[Problem]
    letters: list[Matter]


@dataclass(slots=True)
class Planner:
    """Draws matters of requesters over the time that history covers."""

    rng_of: Streams
    folk: Folk
    goods: Goods
    calendar: Calendar
    rates: Mapping[str, float]
    orders: list[Purchase] = field(default_factory=list)
    _lately: Calendar = field(init=False)
    _draw: Weighted[int] = field(init=False)
    _writers: Sequence[Record] = field(init=False)

    def __post_init__(self) -> None:
        """Who writes, and how often; and what the last days are."""
        whole = self.calendar
        self._lately = Calendar(whole.zone, whole.end - timedelta(days=8), whole.end)
        self._writers = [one for one in self.folk.records if one.weight > 0]
        self._draw = Weighted({at: one.weight for at, one in enumerate(self._writers)})

    def someone(self, rng: random.Random, *, private: bool = False) -> Record:
        """A requester by how much they write; a private one where that is asked for."""
        while True:
            found = self._writers[self._draw.draw(rng)]
            if not (private and found.firm):
                return found

    def matter(self, key: tuple[object, ...], at: datetime, who: Record, topic: str, **more: object) -> Matter:
        """A matter of somebody's; its own stream of chance draws how they write."""
        rng = self.rng_of("matter", *key)
        urgency = rng.choices(("low", "medium", "high"), (30, 52, 18))[0]
        impact = rng.choices(("low", "medium", "high"), (38, 50, 12))[0]
        made = Matter(
            key, at.replace(microsecond=0), who, topic, CHANNELS.draw(rng),
            "en" if rng.random() < self.rates["writes_english"] else who.language, TONES.draw(rng),
            levels=(impact, urgency),
        )  # fmt: skip
        for name, value in more.items():
            setattr(made, name, value)
        return made

    def order(
        self, rng: random.Random, who: Record, topic: str, at: datetime, *, lines: int | None = None,
        split: bool = False, carrier: str | None = None,
    ) -> Purchase:  # fmt: skip
        """An order of somebody's that fits what they write about it at a moment."""
        least, most = _AGES.get(topic, (3, 20))
        made = _by_day(at - timedelta(days=rng.uniform(least, most), minutes=40))
        order = bought(rng, who, made, self.goods, lines=lines)
        send(rng, order, self.calendar.end, split=split, carrier=carrier)
        if topic == "wismo" and order.parcels and not split:
            self._delay(rng, order, at)
        elif topic in _ARRIVED:
            arrive(rng, order, at)
            if topic == "refund_status" and rng.random() < 0.6:
                order.status = "returned"
        elif topic == "change_cancel" and order.parcels and rng.random() < 0.35:
            cancel(order)
        self.orders.append(order)
        return order

    def _delay(self, rng: random.Random, order: Purchase, at: datetime) -> None:
        """The last parcel is late; of recent orders it is still not there."""
        parcel = order.parcels[-1]
        if at > self.calendar.end - timedelta(days=5):
            strand(rng, order, len(order.parcels) - 1, self.calendar.end)
        elif parcel.delivered is not None and parcel.delivered < at:
            parcel.delivered = brought(at + timedelta(hours=rng.uniform(15, 60)))

    def ordinary(self, count: int) -> list[Matter]:
        """So many matters that take their own course."""
        return [self._ordinary(at) for at in range(count)]

    def _ordinary(self, at: int) -> Matter:
        """A matter of any time, one in twelve of the last days."""
        rng = self.rng_of("ordinary", at)
        when = self._lately if at % 12 == 0 else self.calendar
        who = self.someone(rng)
        topic = (_FIRM_TOPICS if who.firm else TOPICS).draw(rng)
        made = self.matter(("ordinary", at), when.moment(rng), who, topic)
        if topic in ABOUT_ORDERS:
            made.order = self.order(rng, who, topic, made.at)
        return made

    def duplicates(self, count: int) -> list[Matter]:
        """So many matters that their requesters wrote of twice; a colleague merged the second into the first."""
        made = []
        for at in range(count):
            rng = self.rng_of("duplicate", at)
            who, topic = self.someone(rng), rng.choice(("wismo", "refund_status", "return_exchange", "damaged"))
            moment = self.calendar.moment(rng)
            first = self.matter(("duplicate", at, 1), moment, who, topic)
            first.order = self.order(rng, who, topic, moment)
            then = moment + timedelta(minutes=rng.randint(6, 900))
            second = self.matter(("duplicate", at, 2), then, who, topic, case="merged", first=first, letter="again")
            second.order, second.language, second.channel = first.order, first.language, "email"
            made += [first, second]
        return made

    def background(self, count: int) -> None:
        """Orders that nobody writes about."""
        for at in range(count):
            rng = self.rng_of("order", at)
            who = self.someone(rng)
            order = bought(rng, who, self.calendar.moment(rng), self.goods)
            send(rng, order, self.calendar.end, split=rng.random() < 0.12)
            self.orders.append(order)


def _by_day(moment: datetime) -> datetime:
    """The moment, or that of the evening before where it falls into the night: then hardly anybody buys."""
    return moment - timedelta(hours=7) if moment.astimezone(ZONE).hour < 6 else moment
