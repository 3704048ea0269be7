"""A matter's course: it comes in, is looked at, asked about, answered, solved, and perhaps opened again.

Every step is a real operation at a moment of the past, performed by whoever would have done it.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from worlds.desk.operations.conversation import add_note, reply_publicly
from worlds.desk.operations.requests import rate_request, submit_request
from worlds.desk.operations.structure import link_incident, merge_tickets
from worlds.desk.operations.tickets import add_tags, create_ticket, update_ticket
from worlds.desk.operations.writing_in import SCANNING, mail_arrives, requester_writes, scan_finishes
from worlds.desk.population.cases import line
from worlds.desk.population.files import enclosed
from worlds.desk.population.matters import ABOUT_ORDERS, TAGS, Matter
from worlds.desk.population.rota import Rota
from worlds.desk.population.speech import Speech, mistyped
from worlds.desk.tickets.opening import Draft, open_ticket
from worlds.desk.tickets.ticket_file import Head, head
from worlds.desk.tickets.updating import Said
from worlds.desk.views import FieldSetting
from worlds.engine.context import Actor
from worlds.engine.history import SYSTEM, History
from worlds.engine.rows import Number, Query
from worlds.seeds.streams import Weighted
from worlds.seeds.truth import Truth

Goes = tuple[datetime, Actor]
"""When it goes on, and with whom."""
Aside = Callable[["Course", Matter, Actor, datetime], Goes | None]
"""Something done beside the answering; when and by whom that goes on, where it has to wait."""

_TURNS: Final = Weighted({0: 40.0, 1: 38.0, 2: 17.0, 3: 5.0})
_CAUSES: Final = Weighted(
    {"carrier": 34.0, "warehouse": 20.0, "supplier": 22.0, "website": 8.0, "customer": 8.0, "ourselves": 8.0}
)
_ANSWERS: Final = Weighted(
    {
        "answers_with_number": 44.0, "confirms": 24.0, "answers_partly": 18.0, "declines": 5.0, "wrong_number": 3.0,
        "change_of_mind": 3.0, "second_issue": 3.0,
    }
)  # fmt: skip
_WITHOUT_NUMBER: Final = Weighted({"confirms": 74.0, "declines": 10.0, "change_of_mind": 8.0, "second_issue": 8.0})
_AT_FIRST: Final = ("diagnosis", "warning", "warehouse", "general", "call")
_LATER: Final = ("handover", "decision", "call")
"""Kinds of notes that colleagues write at the first look, and while they go on."""
_UNSCANNED: Final = Query(
    Number, "SELECT id FROM attachment WHERE ticket_id = :ticket AND scan_state = 'pending' ORDER BY id"
)
_SLOW_SCANS: Final = timedelta(days=3)
_LAST_MINUTES: Final = timedelta(minutes=20)


@dataclass(slots=True)
class Course:
    """What matters take their course in: history in the making, the desk's people, words, the truth that is kept."""

    history: History
    rota: Rota
    speech: Speech
    truth: Truth
    rates: Mapping[str, float]
    asides: tuple[Aside, ...] = ()
    articles: Sequence[int] = ()
    colleagues: Mapping[int, Sequence[int]] = field(default_factory=dict)
    opened: int = 0
    _done: set[tuple[int, Aside]] = field(default_factory=set)

    def aside(self, matter: Matter, agent: Actor, now: datetime) -> Goes | None:
        """Do what is done beside the answering, each thing once a ticket, up to the first that has to be waited for."""
        for one in self.asides:
            if (matter.ticket_id, one) not in self._done:
                self._done.add((matter.ticket_id, one))
                goes = one(self, matter, agent, now)
                if goes is not None:
                    return goes
        return None

    def rng(self, matter: Matter, *purpose: object) -> random.Random:
        """The stream of chance of a matter for a purpose."""
        return self.history.build.rng("course", *matter.key, *purpose)

    def head(self, matter: Matter, now: datetime) -> Head:
        """The matter's ticket as it is."""
        return head(self.history.context(now, SYSTEM), matter.ticket_id)

    def then(self, moment: datetime, step: Callable[..., None], *args: Any) -> None:
        """Let a step of a matter follow."""
        self.history.at(moment, partial(_stepping, step, self, *args))


def _stepping(step: Callable[..., None], course: Course, *rest: Any) -> None:
    """A step is called with the course, its own arguments and the moment, which history says last."""
    step(course, *rest)


def begin(course: Course, matter: Matter) -> None:
    """Let a matter come in when its moment has come."""
    course.then(matter.at, _come_in, matter)


def _come_in(course: Course, matter: Matter, now: datetime) -> None:
    rng = course.rng(matter, "open")
    if matter.mistyped and matter.order is not None:
        matter.claimed = mistyped(rng, matter.order.number)
    matter.turns = _TURNS.draw(rng) if matter.stage == "done" else int(matter.stage != "solved")
    if matter.language != matter.who.language and matter.channel in ("web", "phone"):
        matter.channel = "email"  # the form and whoever takes a call go by the language that somebody is known to speak
    matter.files = enclosed(course.rng(matter, "files"), matter) if matter.channel == "email" else ()
    letter = course.speech.opening(rng, matter)
    matter.ticket_id = _opened(course, matter, now, letter.subject, letter.body)
    if not matter.ticket_id:
        return
    course.opened += 1
    person = matter.who.person
    if person is not None and matter.sender is None:
        course.truth.record(person.pid, "ticket", matter.ticket_id)
    if matter.claimed is not None:
        course.truth.dirty("wrong_order_number", matter.ticket_id)
    _scan(course, matter, rng, now)
    if matter.stage != "new":
        course.then(_looked_at(course, rng, matter, now), _triage, matter)


def _scan(course: Course, matter: Matter, rng: random.Random, now: datetime) -> None:
    """Files that nobody has checked are checked some minutes later; of the last days some after the start."""
    start = course.history.build.start
    for file in _UNSCANNED.all(course.history.context(now, SYSTEM), ticket=matter.ticket_id):
        if start - now < _SLOW_SCANS:
            due = start + timedelta(minutes=rng.randint(6, 90))
            course.history.build.later(due, "scan_finishes", "scanner", attachment_id=file.value)
        else:
            course.then(now + SCANNING, _scanned, file.value)


def _scanned(course: Course, attachment_id: int, now: datetime) -> None:
    course.history.perform(now, SYSTEM, scan_finishes, attachment_id)


def _looked_at(course: Course, rng: random.Random, matter: Matter, now: datetime) -> datetime:
    """When somebody first looks at a ticket; of open work never later than the desk has been open before the start."""
    if matter.channel in ("phone", "chat") and course.rota.is_open(matter.group, now):
        return now + timedelta(seconds=rng.randint(20, 400))
    moment = course.rota.at_work(matter.group, now, round(rng.lognormvariate(8.4, 0.9)))
    if matter.stage != "done":
        least = course.rota.at_work(matter.group, now, rng.randint(120, 900))
        latest = course.history.build.start - _LAST_MINUTES * (3 if matter.stage == "triaged" else 9)
        return moment if moment < latest else least
    return moment


def _opened(course: Course, matter: Matter, now: datetime, subject: str, body: str) -> int:
    """The new ticket's id; 0 where nothing was opened."""
    person = Actor("requester", matter.who.row_id, matter.who.name)
    if matter.channel == "phone" and not course.rota.is_open(matter.group, now):
        matter.channel = "email"
    if matter.channel == "email":
        name, address = matter.sender or (matter.who.name.strip(), matter.who.email)
        mail: dict[str, Any] = {"language": matter.language, "message_id": _message_id(course, matter, address)}
        mail["files"] = list(matter.files)
        came = course.history.perform(now, SYSTEM, mail_arrives, address, name, subject, body, **mail)
        return came.ticket_id or 0 if came else 0
    if matter.channel == "web":
        told = matter.order is not None and not matter.silent and matter.case != "half_told"
        number = matter.order.number if matter.order and told and course.rng(matter, "form").random() < 0.7 else None
        topic = matter.topic if course.rng(matter, "topic").random() < 0.7 else None
        sent = course.history.perform(
            now, person, submit_request, subject, body, topic=topic, order_number=matter.claimed or number
        )
        return sent.ticket_id if sent else 0
    if matter.channel == "phone":
        agent = course.rota.someone(course.rng(matter, "call"), matter.group, matter.language)
        called = course.history.perform(now, agent, create_ticket, matter.who.row_id, subject, body, topic=matter.topic)
        return called.ticket_id if called else 0
    said = Said(body, public=True, via=matter.channel)
    draft = Draft(matter.who.row_id, subject, said, matter.channel, {"language": matter.language})
    made = course.history.perform(now, person, open_ticket, draft, via="requester")
    return made.ticket.id if made else 0


def _message_id(course: Course, matter: Matter, address: str) -> str:
    mark = course.rng(matter, "message").getrandbits(64)
    return f"<{mark:016x}@{address.rpartition('@')[2]}>"


def _triage(course: Course, matter: Matter, now: datetime) -> None:
    """Somebody looks at it for the first time: what it is, how pressing, whose it is."""
    rng = course.rng(matter, "triage")
    ticket = course.head(matter, now)
    if ticket.status == "closed" or _merged(course, matter, rng, now):
        return
    group = matter.group
    if rng.random() < course.rates["misgrouped"]:
        group = rng.choice(
            [name for name in ("Frontline", "Delivery", "Returns & Refunds", "Business customers") if name != group]
        )
        course.truth.dirty("misgrouped", matter.ticket_id)
    agent = course.rota.someone(rng, group, matter.language)
    fields = _fields(matter, ticket.topic or matter.topic)
    done = course.history.perform(
        now, agent, update_ticket, matter.ticket_id, type=matter.type, priority=matter.priority,
        impact=matter.levels[0], urgency=matter.levels[1], topic=matter.topic, group_id=course.rota.team.groups[group],
        assignee_id=agent.person, fields=fields,
    )  # fmt: skip
    if done is None:
        return
    if rng.random() < 0.45:
        tags = sorted(rng.sample(TAGS[matter.topic], min(len(TAGS[matter.topic]), rng.choice((1, 1, 2)))))
        course.history.perform(now, agent, add_tags, matter.ticket_id, tags)
    if rng.random() < 0.22:
        _note(course, matter, agent, rng, now, _AT_FIRST)
    if matter.case == "incident" and matter.problem is not None and matter.problem.ticket_id:
        course.history.perform(now, agent, link_incident, matter.ticket_id, matter.problem.ticket_id)
    if matter.stage == "triaged":
        return
    soon = course.rota.at_work(group, now, rng.randint(60, 900))
    course.then(soon, _work, matter, agent, group, matter.turns)


def _fields(matter: Matter, topic: str) -> list[FieldSetting]:
    """What the house's own fields hold after the first look."""
    held: list[FieldSetting] = []
    if matter.case == "half_told":
        return held  # nobody has looked which order it is
    if matter.order is not None and topic in ABOUT_ORDERS:
        held.append(FieldSetting(name="order_number", value=matter.claimed or matter.order.number))
        late = matter.order.late
        if topic == "wismo" and late is not None and matter.claimed is None:
            held.append(FieldSetting(name="carrier", value=late.carrier))
        if topic in ("damaged", "return_exchange"):
            held.append(FieldSetting(name="product", value=matter.order.missing.title))
    return held


def _note(
    course: Course, matter: Matter, agent: Actor, rng: random.Random, now: datetime, kinds: Sequence[str]
) -> None:
    """A colleague writes down what others should know."""
    text = course.speech.note(rng, matter, agent, now, kinds)
    course.history.perform(now, agent, add_note, matter.ticket_id, text)


def _merged(course: Course, matter: Matter, rng: random.Random, now: datetime) -> bool:
    """Whether it was merged into the earlier one of its requester, as the house wants duplicates to be."""
    if matter.case != "merged" or matter.first is None or not matter.first.ticket_id:
        return False
    if course.head(matter.first, now).status not in ("new", "open", "pending", "hold"):
        return False
    agent = course.rota.someone(rng, matter.group, matter.language)
    why = rng.choice(("form and mail", "sent twice", "wrote again before we answered"))
    said = f"Same matter as the earlier ticket: {why}."
    done = course.history.perform(now, agent, merge_tickets, matter.first.ticket_id, [matter.ticket_id], said)
    return done is not None


def _work(course: Course, matter: Matter, agent: Actor, group: str, turns: int, now: datetime) -> None:
    """Somebody goes on with it: looks something up beside it, asks, or answers."""
    rng = course.rng(matter, "work", turns)
    ticket = course.head(matter, now)
    if ticket.status in ("solved", "closed"):
        return
    if matter.stage in ("done", "held"):
        goes = course.aside(matter, agent, now)
        if goes is not None:
            on = course.rota.at_work(group, goes[0], rng.randint(20, 200))
            course.then(on, _work, matter, goes[1], group, min(turns, 1))
            return
    if turns < matter.turns and rng.random() < 0.16:
        _note(course, matter, agent, rng, now, _LATER)
    if turns > 0:
        _ask(course, matter, agent, group, turns, now)
    else:
        _solve(course, matter, agent, rng, now)


def _ask(course: Course, matter: Matter, agent: Actor, group: str, turns: int, now: datetime) -> None:
    rng = course.rng(matter, "ask", turns)
    text = course.speech.reply(rng, matter, "first" if turns == matter.turns else "answer", agent, now)
    if course.history.perform(now, agent, reply_publicly, matter.ticket_id, text, "pending") is None:
        return
    if matter.stage == "asked":
        return
    silent = matter.stage == "done" and rng.random() < course.rates["never_answers"]
    if not silent:
        back = now + timedelta(hours=min(90.0, rng.lognormvariate(1.1, 1.1)), seconds=rng.randrange(3_600))
        course.then(back, _hear, matter, agent, group, turns)


def _hear(course: Course, matter: Matter, agent: Actor, group: str, turns: int, now: datetime) -> None:
    """The requester answers."""
    rng = course.rng(matter, "hear", turns)
    intent = (_WITHOUT_NUMBER if matter.order is None or turns < matter.turns else _ANSWERS).draw(rng)
    text = course.speech.follow_up(rng, matter, intent, agent, now)
    _write(course, matter, text, now)
    if matter.stage != "done":
        return
    if rng.random() < 0.1:  # nobody has answered yet, and they ask again
        later = now + timedelta(hours=rng.uniform(3, 20))
        course.then(later, _nudge, matter, agent)
    course.then(
        course.rota.at_work(group, now, round(rng.lognormvariate(8.6, 0.8))), _work, matter, agent, group, turns - 1
    )


def _nudge(course: Course, matter: Matter, agent: Actor, now: datetime) -> None:
    if course.head(matter, now).status == "open":
        rng = course.rng(matter, "nudge")
        kind = "angry_nudge" if rng.random() < 0.25 else "nudge"
        _write(course, matter, course.speech.follow_up(rng, matter, kind, agent, now), now)


def _write(course: Course, matter: Matter, text: str, now: datetime) -> int:
    """The requester writes on their ticket; answers where it landed."""
    via = matter.channel if matter.channel in ("email", "web", "chat", "social") else "email"
    came = course.history.perform(now, SYSTEM, requester_writes, matter.ticket_id, text, via=via)
    return came.ticket_id or 0 if came else 0


def _solve(course: Course, matter: Matter, agent: Actor, rng: random.Random, now: datetime) -> None:
    fields = _fields(matter, matter.topic)
    if matter.topic in ("damaged", "complaint"):
        fields.append(FieldSetting(name="cause", value=_CAUSES.draw(rng)))
        course.history.perform(now, agent, update_ticket, matter.ticket_id, fields=fields)
    text = course.speech.reply(rng, matter, "answer", agent, now)
    done = course.history.perform(now, agent, reply_publicly, matter.ticket_id, text, "solved")
    if done is None or matter.stage == "solved":
        return
    if rng.random() < course.rates["rates"]:
        course.then(now + timedelta(hours=rng.uniform(25.5, 80)), _rate, matter)
    at = rng.random()
    if at < course.rates["says_thanks"]:
        course.then(now + timedelta(hours=rng.lognormvariate(0.9, 0.9)), _thank, matter, agent)
    elif at < course.rates["says_thanks"] + course.rates["not_content"]:
        course.then(now + timedelta(hours=rng.uniform(2, 60)), _object, matter, agent)
    elif at < course.rates["says_thanks"] + course.rates["not_content"] + course.rates["writes_after_closing"]:
        course.then(now + timedelta(days=rng.uniform(4.5, 16)), _object, matter, agent)


def _thank(course: Course, matter: Matter, agent: Actor, now: datetime) -> None:
    """Thanks open a solved ticket, and somebody has to solve it again."""
    rng = course.rng(matter, "thanks")
    _write(course, matter, course.speech.follow_up(rng, matter, "thanks", agent, now), now)
    later = course.rota.at_work(matter.group, now, rng.randint(300, 9_000))
    course.then(later, _close_again, matter, agent)


def _close_again(course: Course, matter: Matter, agent: Actor, now: datetime) -> None:
    rng = course.rng(matter, "again")
    if course.head(matter, now).status != "open":
        return
    if rng.random() < 0.5:
        course.history.perform(now, agent, update_ticket, matter.ticket_id, status="solved")
    else:
        text = course.speech.reply(rng, matter, "closing", agent, now)
        course.history.perform(now, agent, reply_publicly, matter.ticket_id, text, "solved")


def _rate(course: Course, matter: Matter, now: datetime) -> None:
    """The requester says how content they are, if they were asked and still can."""
    rng = course.rng(matter, "rate")
    score = "good" if rng.random() < (0.58 if matter.topic == "complaint" else 0.86) else "bad"
    comment = line(rng, matter.language, score, {}) if rng.random() < 0.45 else None
    person = Actor("requester", matter.who.row_id, matter.who.name)
    course.history.perform(now, person, rate_request, matter.ticket_id, score, comment)


def _object(course: Course, matter: Matter, agent: Actor, now: datetime) -> None:
    """The requester writes again: on a closed ticket that opens a follow-up, which takes its own course."""
    rng = course.rng(matter, "objects")
    kind = rng.choice(("second_issue", "second_issue", "angry_nudge", "change_of_mind"))
    landed = _write(course, matter, course.speech.follow_up(rng, matter, kind, agent, now), now)
    if not landed:
        return
    if landed != matter.ticket_id:
        course.opened += 1
        if matter.who.person is not None and matter.sender is None:
            course.truth.record(matter.who.person.pid, "ticket", landed)
    again = Matter(
        (*matter.key, "again"), now, matter.who, matter.topic, matter.channel, matter.language, matter.tone,
        order=matter.order, given=matter.given, levels=matter.levels, ticket_id=landed, sender=matter.sender,
        wrote=matter.wrote, intent=matter.intent, said=matter.said,
    )  # fmt: skip
    later = course.rota.at_work(matter.group, now, round(rng.lognormvariate(8.4, 0.8)))
    if landed == matter.ticket_id:
        course.then(later, _work, again, agent, matter.group, 0)
    else:
        course.then(later, _triage, again)
