"""The work that waits when episodes begin: cases of each kind, planned so that each can be told from its look-alikes.

What decides a case stands in the records: the parcel that is not there, the postcode of an order, the carrier of a
parcel, the article on a line, who asked and when.
"""

import random
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from worlds.desk.population.folk import Record
from worlds.desk.population.matters import Matter, Planner
from worlds.desk.population.problems import FLAWS, Problem
from worlds.desk.population.purchases import CARRIERS, Purchase, strand
from worlds.desk.population.words import Letter
from worlds.seeds.calendars import Calendar
from worlds.seeds.names import name_of
from worlds.seeds.people import slug
from worlds.seeds.streams import Weighted
from worlds.seeds.text import filled

_TWIN_TOPICS: Final = Weighted(
    {"wismo": 40.0, "refund_status": 22.0, "change_cancel": 14.0, "return_exchange": 14.0, "damaged": 10.0}
)
_PENDING_TOPICS: Final = Weighted(
    {"damaged": 28.0, "return_exchange": 24.0, "refund_status": 16.0, "product_question": 16.0, "account": 16.0}
)
_WISHES: Final = (500, 750, 1000, 1000, 1250, 1500, 2000, 2000, 2500, 3000, 3500, 4000, 5000, 6000, 7500, 9000)
"""Cents that people ask for; an agent may give up to 25.00 EUR, a lead up to 75.00 EUR."""
_PROBLEM_CARRIERS: Final = ("DPD", "GLS", "UPS", "DHL")
_DEPOTS: Final = (
    "Hengelo", "Oirschot", "Veenendaal", "Duiven", "Roosendaal", "Goes", "Emmen", "Zaltbommel", "Waddinxveen",
    "Ridderkerk", "Dokkum", "Steenwijk", "Kampen", "Barneveld", "Culemborg", "Oosterhout", "Terneuzen", "Boxtel",
    "Deurne", "Panningen", "Winterswijk", "Zevenaar", "Raalte", "Hoogeveen", "Veendam", "Winschoten", "Drachten",
    "Heerenveen", "Medemblik", "Hoofddorp", "Etten-Leur", "Echt-Susteren",
)  # fmt: skip
"""Towns where a carrier sorts parcels: one problem each."""
_ANSWERED: Final = 3
"""Of so many pairs who write about one order, one buyer has been answered before."""


@cache
def _book() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("cases.toml").read_text("utf-8"))


def letter(rng: random.Random, language: str, case: str, given: Mapping[str, str]) -> Letter:
    """What somebody writes in a case, in their language."""
    page = _book()[language][case]
    slots = {**{name: (value,) for name, value in given.items()}, "as": page.get("as", ("",))}
    slots |= {"proof": page.get("proofs" if given.get("proven") == "yes" else "none", ("",))}
    return Letter(filled(rng, rng.choice(page["subjects"]), slots), filled(rng, rng.choice(page["bodies"]), slots))


def line(rng: random.Random, language: str, kind: str, given: Mapping[str, str]) -> str:
    """A sentence that somebody adds, in their language."""
    return filled(rng, rng.choice(_book()[language]["lines"][kind]), {name: (value,) for name, value in given.items()})


def _country(who: Record) -> str:
    return who.person.postal.country if who.person else ""


@dataclass(slots=True)
class Cases:
    """Plans the open work. `sizes` says how many of each kind."""

    planner: Planner
    sizes: Mapping[str, int]
    matters: list[Matter] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _taken: set[int] = field(default_factory=set)
    _faulty: list[tuple[str, str, int]] = field(init=False)
    _lately: Calendar = field(init=False)
    _weekend: Calendar = field(init=False)
    _worked: Calendar = field(init=False)

    def __post_init__(self) -> None:
        """The days from which open work is left: since Wednesday, most of it untouched since Friday afternoon."""
        whole = self.planner.calendar
        latest, friday = whole.end - timedelta(minutes=25), whole.end - timedelta(days=2.75)
        self._lately = Calendar(whole.zone, whole.end - timedelta(days=4.6), latest)
        self._weekend = Calendar(whole.zone, friday, latest)
        self._worked = Calendar(whole.zone, self._lately.begin, friday)
        self._faulty = self._faulty_articles(self.sizes["problems"] // 2)

    def _faulty_articles(self, count: int) -> list[tuple[str, str, int]]:
        """Articles that have a flaw, never all of a kind."""
        known = list(self.planner.goods.items)
        self._rng("faulty").shuffle(known)
        kinds = {kind: sum(one[0] == kind for one in known) for kind, _, _ in known}
        chosen: list[tuple[str, str, int]] = []
        for one in known:
            if kinds[one[0]] > 1 and len(chosen) < count:
                kinds[one[0]] -= 1
                chosen.append(one)
        return chosen

    def plan(self) -> None:
        """All of them; problems before what only looks like one."""
        kinds: tuple[tuple[str, Callable[[int], None]], ...] = (
            ("twins", self._twins),
            ("pairs", self._pair),
            ("problems", self._problem),
            ("two_parcels", self._two_parcels),
            ("order_data", self._order_data),
            ("half_told", self._half_told),
            ("questions", self._question),
            ("goodwill", self._goodwill),
            ("held", self._held),
            ("legal", lambda at: self._grave("legal", at)),
            ("safety", lambda at: self._grave("safety", at)),
        )
        for kind, make in kinds:
            for at in range(self.sizes[kind]):
                make(at)

    def _someone(self, rng: random.Random, *, private: bool = False, near: Record | None = None) -> Record:
        """A requester without another open case, as long as there are any; `near` lives in the same country."""
        for _ in range(400):
            who = self.planner.someone(rng, private=private)
            lives_near = near is None or _country(who) == _country(near)
            if id(who) not in self._taken and lives_near:
                break
        self._taken.add(id(who))
        return who

    def _moment(self, rng: random.Random, stage: str) -> datetime:
        """When something came in that has got so far: before the weekend what is solved, since then what is new."""
        return {"new": self._weekend, "solved": self._worked}.get(stage, self._lately).moment(rng)

    def _rng(self, *names: object) -> random.Random:
        return self.planner.rng_of("case", *names)

    def _add(self, matter: Matter) -> Matter:
        self.matters.append(matter)
        return matter

    def _twins(self, at: int) -> None:
        """Somebody writes twice about one order within a day; both wait, or the first has been solved meanwhile."""
        rng = self._rng("twins", at)
        who, topic = self._someone(rng), _TWIN_TOPICS.draw(rng)
        stage = "solved" if at % 2 else rng.choice(("new", "triaged", "triaged"))
        moment = self._moment(rng, stage)
        gap = timedelta(minutes=rng.choice((9, 25, 50, 95, 160, 290, 480, 660, 900, 1180)), seconds=rng.randrange(60))
        begin = min(moment, self._lately.end - gap)
        first = self.planner.matter(("twins", at, 1), begin, who, topic, case="twins")
        first.order = self.planner.order(rng, who, topic, begin)
        first.stage = stage
        second = self.planner.matter(("twins", at, 2), begin + gap, who, topic, case="twins", stage="new", first=first)
        second.order, second.language, second.letter = first.order, first.language, "again"
        second.channel = rng.choice(("web", "email")) if first.channel == "email" else "email"
        second.more = (line(rng, second.language, "again", {}),)
        self._add(first)
        self._add(second)

    def _pair(self, at: int) -> None:
        """A buyer and somebody close to them write about one order, each for themselves."""
        rng = self._rng("pair", at)
        buyer = self._someone(rng, private=True)
        other = self._someone(rng, private=True, near=buyer)
        stage = "solved" if at % _ANSWERED == 2 else rng.choice(("new", "triaged", "asked"))
        moment = self._moment(rng, stage)
        first = self.planner.matter(("pair", at, 1), moment, buyer, "wismo", case="pair")
        first.order = self.planner.order(rng, buyer, "wismo", moment)
        first.stage = stage
        then = min(moment + timedelta(minutes=rng.randint(20, 2_000)), self._lately.end)
        second = self.planner.matter(("pair", at, 2), then, other, "wismo", case="pair", stage="new", first=first)
        second.letter = "for_another"
        second.order, second.channel = first.order, rng.choice(("email", "web"))
        second.given = {
            "buyer": buyer.person.name.full if buyer.person else buyer.name,
            "postal_code": first.order.postal.postal_code if at % 2 else "",
            "proven": "yes" if at % 2 else "no",
        }
        self._add(first)
        self._add(second)

    def _problem(self, at: int) -> None:
        """Something that hits several: a depot that stands still, or an article with a flaw."""
        rng = self._rng("problem", at)
        moment = self._lately.end - timedelta(days=4, hours=rng.uniform(-7, -0.5))  # on Thursday, while we work
        if at % 2 == 0:
            carrier = _PROBLEM_CARRIERS[at // 2 % len(_PROBLEM_CARRIERS)]
            depot = _DEPOTS[at // 2 % len(_DEPOTS)]
            problem = Problem(at, "wismo", moment, carrier=carrier, depot=depot)
        else:
            kind, title, price = self._faulty[at // 2]
            problem = Problem(at, "damaged", moment, kind=kind, title=title, price=price, flaw=rng.randrange(3))
        for number in range(self.sizes["incidents"]):
            self._incident(problem, at, number)
        for number in range(self.sizes["look_alikes"]):
            self._look_alike(problem, at, number)
        self.problems.append(problem)

    def _incident(self, problem: Problem, at: int, number: int) -> None:
        """Somebody is hit; a colleague has linked the first few to the problem, the others are to be found."""
        rng = self._rng("incident", at, number)
        who = self._someone(rng)
        moment = max(problem.at + timedelta(hours=1), self._lately.moment(rng))
        matter = self.planner.matter(("incident", at, number), moment, who, problem.topic, stage="triaged")
        matter.case, matter.problem = "incident" if number < self.sizes["linked"] else "loose", problem
        matter.order = self.planner.order(
            rng, who, problem.topic, moment, lines=1 + (rng.random() < 0.3), carrier=problem.carrier or None
        )
        self._befall(rng, matter, problem)
        self._add(self._wishing(rng, matter) if number % 2 else matter)

    def _look_alike(self, problem: Problem, at: int, number: int) -> None:
        """Somebody tells the same as those who are hit, of an order that another carrier has or of another article."""
        rng = self._rng("look-alike", at, number)
        who = self._someone(rng)
        moment = max(problem.at + timedelta(hours=1), self._lately.moment(rng))
        matter = self.planner.matter(("look-alike", at, number), moment, who, problem.topic, stage="triaged")
        matter.case, matter.problem = "look_alike", problem
        carrier = rng.choice([one for one in CARRIERS.items if one != problem.carrier]) if problem.carrier else None
        matter.order = self.planner.order(
            rng, who, problem.topic, moment, lines=1 + (rng.random() < 0.3), carrier=carrier
        )
        self._befall(rng, matter, problem, alike=True)
        self._add(self._wishing(rng, matter) if number % 2 else matter)

    def _befall(self, rng: random.Random, matter: Matter, problem: Problem, *, alike: bool = False) -> None:
        """Let somebody write of what the problem is; their order is hit by it, or only looks as if it were."""
        order = matter.order
        assert order is not None  # noqa: S101 - such matters are about orders
        if problem.carrier:
            matter.letter, matter.given = "stranded", {"depot": problem.depot}
            return
        matter.letter = "flawed"
        taken = order.lines[0]
        taken.kind, taken.title, taken.price = problem.kind, problem.title, problem.price
        if alike:
            others = [one for one in self.planner.goods.items if one[0] == problem.kind and one not in self._faulty]
            taken.kind, taken.title, taken.price = rng.choice(others)
        flaws = FLAWS[matter.language]
        matter.given = {"flaw": flaws[problem.flaw % len(flaws)]}

    def _two_parcels(self, at: int) -> None:
        """Two parcels, of which one has come and the other is late; every other one of those is lost."""
        rng = self._rng("two parcels", at)
        lost = at % 2 == 1
        who, moment = self._someone(rng), self._lately.moment(rng)
        carrier = rng.choice(("PostNL", "PostNL", "DHL", "DPD", "GLS"))
        for _ in range(60):
            before = moment - timedelta(days=10) if lost else moment
            order = self.planner.order(
                rng, who, "wismo", before, lines=rng.choice((2, 2, 3)), split=True, carrier=carrier
            )
            if len(order.parcels) == 2 and order.parcels[0].delivered and order.parcels[0].delivered < moment:
                break
            self.planner.orders.remove(order)
            moment = max(moment, self._lately.end - timedelta(days=2))
        strand(rng, order, 1, self.planner.calendar.end, lost=lost)
        matter = self.planner.matter(
            ("two parcels", at), moment, who, "wismo", case="two_parcels", letter="two_parcels"
        )
        matter.order, matter.stage = order, rng.choice(("new", "triaged", "triaged"))
        self._add(matter)

    def _order_data(self, at: int) -> None:
        """Somebody asks from an unknown address for what an order holds; half of them can prove that it is theirs."""
        rng = self._rng("order data", at)
        who, moment = self._someone(rng, private=True), self._lately.moment(rng)
        person = who.person
        assert person is not None  # noqa: S101 - test records write nothing
        order = self.planner.order(rng, who, "change_cancel", moment - timedelta(days=rng.randint(1, 6)))
        proven = at % 2 == 0
        way = rng.choice(("wrong", "wrong", "none")) if not proven else "right"
        name = person.name.full if proven or rng.random() < 0.6 else name_of(rng, "NL", "nl").full
        code = order.postal.postal_code if proven else self._other_code(rng, order)
        host = rng.choice(("example.com", "example.net", "example.org"))
        sender = (name, f"{slug(name).replace('-', '.') or 'post'}.{rng.randint(11, 98)}{at}@{host}")
        given = {"postal_code": code, "proven": "no" if way == "none" else "yes", "name": name}
        matter = self.planner.matter(("order data", at), moment, who, rng.choice(("wismo", "other")), case="order_data")
        matter.letter, matter.order, matter.sender, matter.channel = "order_data", order, sender, "email"
        matter.given, matter.stage = given, rng.choice(("new", "new", "triaged"))
        self._add(matter)

    def _other_code(self, rng: random.Random, order: Purchase) -> str:
        """A postcode that is not the order's, of the same country where anybody else lives there."""
        others = [one.postal for one in self.planner.folk.people if one.postal.postal_code != order.postal.postal_code]
        near = [one for one in others if one.country == order.postal.country]
        return rng.choice(near or others).postal_code

    def _half_told(self, at: int) -> None:
        """Somebody waits for one of two orders; every other one does not say which, some only in a file."""
        rng = self._rng("half told", at)
        who, moment = self._someone(rng, private=True), self._lately.moment(rng)
        both: list[Purchase] = []
        while len(both) < 2:
            order = self.planner.order(rng, who, "wismo", moment, lines=rng.choice((1, 1, 2)))
            if order.late is not None and order.late.delivered is None:
                both.append(order)
            else:
                self.planner.orders.remove(order)
        matter = self.planner.matter(("half told", at), moment, who, "wismo", stage="triaged", case="half_told")
        matter.order, matter.letter, matter.channel = (
            rng.choice(both),
            "half_told",
            rng.choice(("email", "email", "web")),
        )
        named = "" if at % 2 == 0 else "file" if matter.channel == "email" and rng.random() < 0.4 else "words"
        matter.given = {"named": named}
        self._add(matter)

    def _question(self, at: int) -> None:
        """A question of ours is out."""
        rng = self._rng("question", at)
        who, topic = self._someone(rng), _PENDING_TOPICS.draw(rng)
        matter = self.planner.matter(
            ("question", at), self._lately.moment(rng), who, topic, stage="asked", case="question"
        )
        if topic not in ("product_question", "account"):
            matter.order = self.planner.order(rng, who, topic, matter.at)
        self._add(matter)

    def _grave(self, told: str, at: int) -> None:
        """Somebody threatens with the law, or tells of a danger; nobody has looked yet."""
        rng = self._rng(told, at)
        who, topic = self._someone(rng), "complaint" if told == "legal" else "damaged"
        matter = self.planner.matter(
            (told, at), self._lately.moment(rng), who, topic, stage="new", case=told, told=told
        )
        matter.order = self.planner.order(rng, who, topic, matter.at)
        self._add(matter)

    def _held(self, at: int) -> None:
        """A question to somebody outside is out; the ticket is on hold."""
        rng = self._rng("held", at)
        who, topic = self._someone(rng), rng.choice(("wismo", "damaged", "return_exchange", "refund_status"))
        matter = self.planner.matter(("held", at), self._lately.moment(rng), who, topic, stage="held", case="held")
        matter.order = self.planner.order(rng, who, topic, matter.at)
        self._add(matter)

    def _goodwill(self, at: int) -> None:
        """Somebody names an amount that they want for their trouble."""
        rng = self._rng("goodwill", at)
        stage = rng.choice(("new", "triaged", "triaged"))
        who, moment = self._someone(rng), self._moment(rng, stage)
        matter = self.planner.matter(("goodwill", at), moment, who, "complaint", case="goodwill", stage=stage)
        matter.order = self.planner.order(rng, who, matter.topic, moment)
        self._add(self._wishing(rng, matter))

    def _wishing(self, rng: random.Random, matter: Matter) -> Matter:
        """Let its requester name an amount that they want."""
        wish = rng.choice(_WISHES)
        said = {"wish": f"{wish // 100} EUR" if wish % 100 == 0 else f"{wish / 100:.2f} EUR"}
        matter.more = (line(rng, matter.language, "goodwill", said),)
        return matter
