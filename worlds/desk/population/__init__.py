"""The desk's population: people, rules of work, orders, and a history made by running the real operations."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from worlds.desk.operations.tickets import create_ticket
from worlds.desk.population import enrolling, library, mailroom, passing, service, staffing
from worlds.desk.population.asides import ASIDES
from worlds.desk.population.cases import Cases
from worlds.desk.population.course import Course, begin
from worlds.desk.population.folk import Folk, gather
from worlds.desk.population.matters import Agenda, Matter, Planner
from worlds.desk.population.problems import Problem
from worlds.desk.population.purchases import enter, number
from worlds.desk.population.rota import Rota
from worlds.desk.population.speech import Speech
from worlds.desk.population.staffing import ZONE
from worlds.desk.views import FieldSetting
from worlds.engine.build import Build
from worlds.engine.history import History
from worlds.seeds.calendars import Calendar
from worlds.seeds.truth import Truth

_TOLD: Final = (("refund_status", "card_number"), ("complaint", "legal"), ("damaged", "safety"))
"""What some openings of a topic tell beside it."""
_HURRIED: Final = frozenset({"two_parcels", "half_told", "order_data", "goodwill", "question", "held"})
"""Kinds of open work of which a share is due on the first day."""
_OPENED: Final = timedelta(days=400)
"""For so long the desk had been there before the history that is told."""


def populate(build: Build) -> dict[str, Any]:
    """Fill an empty desk; answers the sealed truth: persons with their records, and ids of rows by kind of mess."""
    return settle(build, gather(build.rng, build.seed, build.sizes, build.rates, _begin(build)))


def settle(build: Build, folk: Folk) -> dict[str, Any]:
    """Let people live with the desk until episodes begin; answers the sealed truth."""
    calendar = Calendar(ZONE, _begin(build), build.start, growth=1.4)
    truth = Truth()
    opened = build.context(calendar.begin, "system")
    team = staffing.hire(opened, calendar.begin - _OPENED, build.start)
    rota = Rota(team)
    service.furnish(opened, team)
    articles = library.stock(build, opened, team, truth, calendar.begin)
    build.report("meeting the customers", 0.04)
    agenda = _plan(build, folk, calendar, rota)
    enrolling.enrol(opened, folk, truth)
    build.report("reading the orders", 0.08)
    enter(opened, number(agenda.orders), build.rng, build.rates, truth)
    history = History(build)
    course = Course(
        history, rota, Speech(library.goods()), truth, build.rates, ASIDES, articles, _by_firm(folk),
    )  # fmt: skip
    _live(build, course, agenda, calendar)
    passing.go_on(build, course)
    return truth.sealed({"tickets": course.opened, **_prefixed("refused", history.refused)})


def _begin(build: Build) -> datetime:
    return build.start - timedelta(days=build.sizes["days"])


def _plan(build: Build, folk: Folk, calendar: Calendar, rota: Rota) -> Agenda:
    """What people will write about, and the orders that they have."""
    planner = Planner(build.rng, folk, library.goods(), calendar, build.rates)
    cases = Cases(planner, build.sizes)
    cases.plan()
    waiting = cases.matters
    ordinary = planner.duplicates(build.sizes["merged"])
    ordinary += planner.ordinary(max(0, build.sizes["tickets"] - len(waiting) - len(cases.problems) - len(ordinary)))
    planner.background(build.sizes["orders_unasked"])
    _hurry(build, waiting, rota)
    _mistype(build, ordinary + waiting)
    letters = mailroom.plan(planner, build.sizes["spam"])
    return Agenda(ordinary + waiting, planner.orders, cases.problems, letters)


def _by_firm(folk: Folk) -> dict[int, Sequence[int]]:
    """Those who work for a firm, by its id."""
    found: dict[int, list[int]] = {}
    for record in folk.records:
        if record.firm is not None:
            found.setdefault(record.firm.row_id, []).append(record.row_id)
    return {firm: sorted(found[firm]) for firm in sorted(found)}


def _hurry(build: Build, waiting: Sequence[Matter], rota: Rota) -> None:
    """Let a share of open work have come in so that a promise about it runs out today."""
    for matter in waiting:
        rng = build.rng("hurry", *matter.key)
        if matter.case not in _HURRIED or rng.random() >= build.rates["due_today"]:
            continue
        due = build.start + timedelta(minutes=rng.randint(15, 420))
        at = rota.due_at(matter, "resolution" if matter.stage == "asked" else "first_reply", due)
        if at is not None and (matter.order is None or at > matter.order.at + timedelta(hours=30)):
            matter.at = at


def _mistype(build: Build, matters: Sequence[Matter]) -> None:
    """Some people give an order number that is not theirs, some the number of their card; a few threaten."""
    for matter in matters:
        rng = build.rng("mistyped", *matter.key)
        for topic, told in _TOLD:
            if matter.topic == topic and not matter.letter and rng.random() < build.rates[told]:
                matter.told = told
        plain = matter.order is not None and not matter.case
        if plain and matter.order is not None and rng.random() < build.rates["wrong_order_number"]:
            matter.mistyped = True


def _live(build: Build, course: Course, agenda: Agenda, calendar: Calendar) -> None:
    """Let history happen."""
    for problem in agenda.problems:
        course.history.at(problem.at, _found(course, problem))
    for matter in agenda.matters:
        begin(course, matter)
    mailroom.begin(course, agenda.letters)
    passing.begin(course, calendar.begin)
    whole = (build.start - calendar.begin).total_seconds()
    last = [0]

    def tell(now: datetime) -> None:
        done = int(200 * (now - calendar.begin).total_seconds() / whole)
        if done > last[0]:
            last[0] = done
            build.report(f"living through {now:%B %Y}", 0.1 + 0.86 * done / 200)

    course.history.run(tell)


def _found(course: Course, problem: Problem) -> Any:
    """A colleague sees that several are hit by one thing, and opens a problem."""

    def step(now: datetime) -> None:
        rng = course.history.build.rng("problem", problem.serial)
        group = "Delivery" if problem.carrier else "Technical & safety"
        agent = course.rota.someone(rng, group, "en")
        made = course.history.perform(
            now, agent, create_ticket, agent.person, problem.subject, problem.body, channel="web", type="problem",
            priority="high", topic=problem.topic, group_id=course.rota.team.groups[group], assignee_id=agent.person,
            fields=[FieldSetting(name=name, value=value) for name, value in problem.fields], language="en",
        )  # fmt: skip
        problem.ticket_id = made.ticket_id if made else 0
        course.opened += 1

    return step


def _prefixed(prefix: str, counts: Mapping[str, int]) -> dict[str, int]:
    return {f"{prefix}: {name}": counts[name] for name in sorted(counts)}
