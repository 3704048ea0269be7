"""Rescue of four tickets those whose reply is due: answer what can be answered, hand up what cannot.

What is typically got wrong: a filler reply, a word to somebody whose turn it is, the loud one before the one that is
due first, and a clock that still has time.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from worlds.desk.models import Ticket
from worlds.desk.rulings.rescue_breaches import HAND_UP, ruling
from worlds.desk.tasks import deskwork, toolwork
from worlds.desk.tasks.casework import (
    diagnosis,
    escalated,
    noted,
    receivers,
    reference,
    replied,
    reported,
    spare_note,
    spoken,
    ticket_numbered,
    to_report,
    word,
)
from worlds.desk.tasks.crew import agents_at_work
from worlds.desk.tasks.due_tickets import BRANCHES, REPLIES, cases_due
from worlds.desk.tasks.parcelwork import awaited, awaited_on_page, never_said, order_of, told_of
from worlds.desk.tasks.ticket_fields import field_of
from worlds.engine.context import Actor
from worlds.engine.task import Decision, Draw, Family, Instance, Situation, Worker
from worlds.graders.answers import FinalAnswer
from worlds.graders.effects import Before, Effect
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.typed import date, record, set_of

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

REASON: Final = "breach_risk"
NAMED: Final = ("first", "second", "third", "fourth")

WORDINGS = (
    "{first}, {second}, {third} and {fourth}: somebody should see to them before it is too late. Take those whose "
    "reply (first or next) is due within the next {hours}, the one that is due first before the other, as our page on "
    "service levels says, and leave the rest alone. Status, group and assignee stay unless a page says otherwise. Each "
    "one that you work on gets an internal note: {reference}-1 on the one you take first, {reference}-2 on the next. "
    "Report due_first, the ticket that was due first, and answered, the tickets that you answered.",
    "Shift hand-over. Please look at {first}, {second}, {third}, {fourth}. Which of them owe the customer a reply "
    "within {hours} from now? Those are yours, in the order in which they are due; by the handbook, and without "
    "touching status or assignee where you answer, since their owners finish them. The others have time. Each one that "
    "you work on gets an internal note: {reference}-1 on the first, {reference}-2 on the next. Tell me due_first (the "
    "number of the first one) and answered (all numbers that you answered).",
    "We are about to break promises. Of these four ({first}, {second}, {third} and {fourth}) rescue what has a reply "
    "clock that runs out in the coming {hours}; nothing else of them is urgent. Begin with the one that is due first, "
    "stick to our rules on tickets that are about to be late, and keep owners and statuses as they are when you "
    "answer. Leave a note for us wherever you did something, and number them as you go: {reference}-1, {reference}-2. "
    "I want due_first and answered, as ticket numbers.",
)


def instance(draw: Draw) -> Instance:
    """Four tickets in some order, and so many hours."""
    case = draw.pick(cases_due, branch=draw.branch(BRANCHES))
    rng = draw.rng("order")
    tickets = [draw.session.get_one(Ticket, one) for one in case.tickets]
    shown = rng.sample(tickets, len(tickets))
    facts = {name: spoken(one.number) for name, one in zip(NAMED, shown, strict=True)}
    facts |= {"hours": f"{case.hours} hours", "reference": reference(draw, "SL")}
    target = {"ticket": list(case.tickets), "side_conversation": [case.conversation_id]}
    decision = ruling(Situation(draw.session, draw.now, target, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=_somebody(draw, {one.assignee_id or 0 for one in tickets}),
        expectation=_expectation(draw, decision),
        target=target,
        decision=decision,
    )


def _somebody(draw: Draw, owners: set[int]) -> Actor:
    """An agent at work who owns none of the tickets."""
    free = [actor for key, actor in agents_at_work(draw.session).items() if key not in owners]
    return draw.rng("agent").choice(free)


def _expectation(draw: Draw, decision: Decision) -> Expectation:
    required, allowed, quoted = list[Effect](), [], tuple(map(record, _turns(decision["quoted"])))
    for turn, one in zip(NAMED, decision["work"], strict=False):
        act = _handed_up if one["party"] else _answered
        required += act(draw, one, decision, turn)
        if not one["party"]:
            allowed.append(spare_note(one["ticket_id"], quoted, name=f"a-note-{turn}"))
    answered = [record(one["number"]) for one in decision["work"] if not one["party"]]
    slots = {"due_first": record(decision["work"][0]["number"]), "answered": set_of(answered)}
    handed_up = decision["branch"] == HAND_UP
    bundle = Bundle(required=required, allowed=allowed, order=list(_in_turn(decision)))
    return Expectation(any_of=[bundle], answer=to_report(slots, REASON if handed_up else ""))


def _in_turn(decision: Decision) -> Iterator[Before]:
    """The one that is due first before the other, and the diagnosis before what it is for."""
    acts = zip(NAMED, decision["work"], strict=False)
    for first, then in pairwise("escalation" if one["party"] else f"reply-{turn}" for turn, one in acts):
        yield Before(first, then)
    if decision["branch"] == HAND_UP:
        yield Before("diagnosis", "escalation")


def _turns(quoted: str) -> tuple[str, ...]:
    """What the notes say: the reference with the turn that a ticket was."""
    return tuple(f"{quoted}-{turn}" for turn in (1, 2))


def _answered(draw: Draw, one: dict[str, Any], decision: Decision, turn: str) -> list[Effect]:
    facts = record(one["tracking_number"]), word(one["carrier"])
    others = [other["tracking_number"] for other in decision["work"] if other is not one and not other["party"]]
    never = (
        *map(record, (*_turns(decision["quoted"]), *others)),
        *never_said(one["language"], decision["today"], one["expected"]),
    )  # fmt: skip
    told = receivers(draw.session, one["ticket_id"])
    return [
        *replied(one["ticket_id"], told, *facts, date(one["expected"]), never=never, name=f"reply-{turn}"),
        noted(one["ticket_id"], record(_turns(decision["quoted"])[NAMED.index(turn)]), name=f"note-{turn}"),
    ]


def _handed_up(draw: Draw, one: dict[str, Any], decision: Decision, turn: str) -> list[Effect]:
    quoted = _turns(decision["quoted"])
    never = tuple(map(record, quoted))
    return [
        diagnosis(one["ticket_id"], record(one["order"]), record(quoted[NAMED.index(turn)])),
        *escalated(draw.session, one["ticket_id"], "Team leads", REASON, word(one["party"]), never=never),
    ]


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """A ticket as an agent sees it, minutes until its reply is due, and the party outside that it waits for, if any."""

    ticket: dict[str, Any]
    minutes: int
    party: str

    @property
    def number(self) -> str:
        """Its number, as people say it."""
        return spoken(self.ticket["number"])


def _look(worker: Worker) -> tuple[list[Due], list[dict[str, Any]]]:
    """The tickets that have to be rescued, the one due first at the head, and the others."""
    due, others = [], []
    for name in NAMED:
        ticket = ticket_numbered(worker, worker.facts[name])
        clocks = [one for one in ticket["timers"] if one["metric"] in REPLIES and one["state"] == "active"]
        if clocks and clocks[0]["minutes_left"] < 0:
            raise LookupError(f"The reply on {worker.facts[name]} is late already; there is nothing left to rescue.")
        if clocks and clocks[0]["minutes_left"] <= _minutes(worker.facts["hours"]):
            asked = [one["party"] for one in ticket["side_conversations"] if one["state"] == "waiting"]
            due.append(Due(ticket, clocks[0]["minutes_left"], asked[0] if ticket["status"] == "hold" else ""))
        else:
            others.append(ticket)
    return sorted(due, key=lambda one: one.minutes), others


def _minutes(hours: str) -> int:
    return 60 * int(hours.split(maxsplit=1)[0])


def _answer(worker: Worker, ticket: dict[str, Any], status: str = "") -> None:
    """Tell the requester of their parcel."""
    toolwork.reply(worker, ticket, told_of(awaited(order_of(worker, ticket)), ticket["language"]), status)


def _hand_up(worker: Worker, ticket: dict[str, Any], party: str) -> None:
    toolwork.escalate(worker, ticket, "Team leads", REASON, _asked(party))


def _seen_to(quoted: str, turn: int) -> str:
    return f"{quoted}-{turn}: told where the parcel is; the rest is its owner's."


def _found_out(order: str, party: str, quoted: str, turn: int) -> str:
    return (
        f"Diagnosis: {quoted}-{turn}. The customer waits for an answer about {order}. The question to the {party} "
        "is out and has not been answered; without it there is nothing to tell. The customer has been told nothing."
    )


def _asked(party: str) -> str:
    return f"The answer of the {party} is missing, so the customer cannot be answered in time. Please decide."


def _write_down(worker: Worker, one: Due, turn: int) -> None:
    quoted, order = worker.facts["reference"], field_of(one.ticket, "order_number")
    found = _found_out(order, one.party, quoted, turn) if one.party else _seen_to(quoted, turn)
    toolwork.note(worker, one.ticket, found)


def _work(worker: Worker, due: Sequence[Due], *, notes: bool = True, status: str = "") -> None:
    """Write down what was found on each ticket, then hand it up or answer."""
    for turn, one in enumerate(due, start=1):
        if notes:
            _write_down(worker, one, turn)
        if one.party:
            _hand_up(worker, one.ticket, one.party)
        else:
            _answer(worker, one.ticket, status)


def _report(due: Sequence[Due]) -> FinalAnswer:
    """What was done of the tickets that were due, in the order in which they were."""
    return _summed_up([one.number for one in due], [one.number for one in due if one.party])


def _summed_up(due: Sequence[str], handed: Sequence[str]) -> FinalAnswer:
    facts = {"due_first": due[0], "answered": [one for one in due if one not in handed]}
    return reported(facts, REASON if handed else "")


def solve(worker: Worker) -> FinalAnswer:
    """Read the clocks of all four, then work on those that are due, in their order."""
    due, _ = _look(worker)
    _work(worker, due)
    return _report(due)


def notes_first(worker: Worker) -> FinalAnswer:
    """Write down on each what was looked at and that it is seen to, and only then answer or hand up."""
    due, _ = _look(worker)
    for turn, one in enumerate(due, start=1):
        _write_down(worker, one, turn)
        if not one.party:
            toolwork.note(worker, one.ticket, "Address and order number agree with the order.")
    _work(worker, due, notes=False)
    return _report(due)


_CLOCK: Final = re.compile(r"(?:First|Next) reply in (?=\d)(?:(\d+) d ?)?(?:(\d+) h ?)?(?:(\d+) min)?")


def browse(page: "Page") -> FinalAnswer:
    """The same in the workspace."""
    due = sorted(
        (minutes, number, here)
        for number in (page.facts[name] for name in NAMED)
        for minutes, here in _due_there(page, number)
    )
    handed = [number for turn, (_, number, here) in enumerate(due, start=1) if _done_there(page, here, turn)]
    return _summed_up([number for _, number, _ in due], handed)


def _due_there(page: "Page", number: str) -> Iterator[tuple[int, str]]:
    """Minutes until a ticket's reply is due, with its address; nothing where it has time."""
    deskwork.open_ticket(page, number)
    clock = _CLOCK.search(page.text("Clocks of the ticket"))
    if clock is not None:
        days, hours, minutes = (int(one or 0) for one in clock.groups())
        left = (24 * days + hours) * 60 + minutes
        if left <= _minutes(page.facts["hours"]):
            yield left, page.url


def _done_there(page: "Page", here: str, turn: int) -> bool:
    """Answer on a ticket, or hand it up; answers whether it was handed up."""
    page.open(here)
    quoted, order = page.facts["reference"], page.value("Order number *")
    asked = re.search(r"(\w+), \d+ messages?", page.text("Side conversations"))
    if page.value("Status") == "On hold" and asked is not None:
        party = asked[1].lower()
        deskwork.note(page, _found_out(order, party, quoted, turn))
        deskwork.escalate(page, "Team leads", "Breach risk", _asked(party))
        return True
    _, parcel, language = awaited_on_page(page)
    deskwork.reply(page, told_of(parcel, language))
    deskwork.note(page, _seen_to(quoted, turn))
    return False


# -- how it is got wrong ------------------------------------------------------------------------------------------


def _otherwise(**more: Any) -> Callable[[Worker], FinalAnswer]:
    """Work on what is due, but with something else in every answer or without the notes."""

    def mistake(worker: Worker) -> FinalAnswer:
        due, _ = _look(worker)
        _work(worker, due, **more)
        return _report(due)

    return mistake


def filler(worker: Worker) -> FinalAnswer:
    """Say something, so that the clocks stand; also where there is nothing to say."""
    due, _ = _look(worker)
    for turn, one in enumerate(due, start=1):
        toolwork.note(worker, one.ticket, _seen_to(worker.facts["reference"], turn))
        text = "Thank you for your patience. We are looking into it."
        toolwork.reply(worker, one.ticket, text)
    return _report(due)


def nudged(worker: Worker) -> FinalAnswer:
    """Write to the one whose answer we wait for, too."""
    due, others = _look(worker)
    _work(worker, due)
    waits = next(one for one in others if one["status"] == "pending")
    toolwork.reply(worker, waits, "Could you answer our question, please?")
    return _report(due)


def all_of_them(worker: Worker) -> FinalAnswer:
    """Work on the one that has time, too."""
    due, others = _look(worker)
    _work(worker, due)
    for one in others:
        if one["status"] == "hold":
            _hand_up(worker, one, one["side_conversations"][0]["party"])
        elif one["status"] == "open":
            _answer(worker, one)
    return _report(due)


def backwards(worker: Worker) -> FinalAnswer:
    """Begin with the one that is due last, whatever the notes say."""
    due, _ = _look(worker)
    for turn, one in enumerate(due, start=1):
        _write_down(worker, one, turn)
    _work(worker, due[::-1], notes=False)
    return _report(due)


def moved(worker: Worker) -> FinalAnswer:
    """Give the clocks more time first."""
    due, _ = _look(worker)
    for one in due:
        lower = "low" if one.ticket["priority"] != "low" else "normal"
        toolwork.change(worker, one.ticket, priority=lower)
    _work(worker, due)
    return _report(due)


def only_the_first(worker: Worker) -> FinalAnswer:
    """Stop after the one that is due first."""
    due, _ = _look(worker)
    _work(worker, due[:1])
    return _report(due)


FAMILY = Family(
    name="rescue-breaches",
    title="Rescue the tickets whose reply is due",
    point="only a running reply clock counts, the first one first, and no reply is better than one that says nothing",
    role="agent",
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"notes first": notes_first},
    mistakes={
        "filler replies": filler,
        "a nudge": nudged,
        "all of them": all_of_them,
        "backwards": backwards,
        "solved": _otherwise(status="solved"),
        "clocks moved": moved,
        "only the first": only_the_first,
        "no notes": _otherwise(notes=False),
    },
    unenforced={
        "filler replies": "Filler replies are forbidden.",
        "a nudge": "A requester who has been asked something is not asked again before they have answered.",
        "backwards": "Work on the ticket that is due first, whatever its priority.",
        "solved": "Nobody solves a ticket of a colleague who is at work",
        "clocks moved": "Nobody changes a priority, a group or a status to move a clock.",
    },
    deadline="the clocks run: after some hours others are due, and those that were are late",
)
