"""What is done beside the answering: asking outside, handing up, goodwill, articles, checklists, copies to others."""

import random
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from worlds.desk.operations.approvals import ask_approval, decide_approval
from worlds.desk.operations.around import add_collaborator, add_item, complete_item
from worlds.desk.operations.escalations import escalate
from worlds.desk.operations.goodwill import give_credit
from worlds.desk.operations.knowledge import link_article
from worlds.desk.operations.side import close_side_conversation, side_answers, start_side_conversation
from worlds.desk.operations.tickets import take_ticket, update_ticket
from worlds.desk.population.course import Course, Goes
from worlds.desk.population.matters import Matter
from worlds.engine.context import Actor
from worlds.seeds.streams import Weighted

_PARTIES: Final = {
    "wismo": Weighted({"carrier": 70.0, "warehouse": 30.0}),
    "damaged": Weighted({"supplier": 45.0, "carrier": 25.0, "warehouse": 30.0}),
    "return_exchange": Weighted({"warehouse": 90.0, "carrier": 10.0}),
    "refund_status": Weighted({"finance": 70.0, "warehouse": 30.0}),
    "product_question": Weighted({"supplier": 60.0, "warehouse": 40.0}),
    "change_cancel": Weighted({"warehouse": 100.0}),
    "invoice_b2b": Weighted({"finance": 100.0}),
}
_OUTSIDE: Final = {
    "carrier": "Carrier desk", "warehouse": "Utrecht warehouse", "supplier": "Supplier service", "finance": "Finance",
}  # fmt: skip
_CONSULTS: Final = 0.09
_BOOK: Final[Mapping[str, Any]] = tomllib.loads(Path(__file__).with_name("asides.toml").read_text("utf-8"))
_GOES_HIGH: Final = frozenset({"complaint", "damaged", "account", "refund_status"})


def consult(course: Course, matter: Matter, agent: Actor, now: datetime) -> Goes | None:
    """Ask somebody outside, and wait on hold for the answer."""
    rng = course.rng(matter, "consult")
    party = _PARTIES.get(matter.topic)
    if party is None or not (matter.stage == "held" or rng.random() < _CONSULTS):
        return None
    whom = party.draw(rng)
    subject, question, answer = course.speech.side(rng, matter, whom, agent, now)
    started = course.history.perform(now, agent, start_side_conversation, matter.ticket_id, whom, subject, question)
    if started is None:
        return None
    course.history.perform(now, agent, update_ticket, matter.ticket_id, status="hold")
    back = course.rota.at_work("Returns & Refunds", now, round(rng.lognormvariate(9.9, 0.8)))
    if matter.stage != "held":
        course.then(back, _answer, matter, whom, agent, started.conversation_id, answer)
    return back + timedelta(minutes=rng.randint(15, 200)), agent


def _answer(
    course: Course, matter: Matter, whom: str, agent: Actor, conversation_id: int, answer: str, now: datetime
) -> None:
    outside = Actor("system", None, _OUTSIDE[whom])
    course.history.perform(now, outside, side_answers, conversation_id, answer)
    if course.rng(matter, "tidy").random() < 0.6:
        course.history.perform(now, agent, close_side_conversation, conversation_id)


def hand_up(course: Course, matter: Matter, agent: Actor, now: datetime) -> Goes | None:
    """Hand a ticket to those who may decide, one of whom takes it and goes on."""
    rng = course.rng(matter, "hand up")
    if agent.role != "agent" or rng.random() >= (0.1 if matter.topic in _GOES_HIGH else 0.02):
        return None
    group, reason, message = rng.choice(_BOOK["escalations"])
    done = course.history.perform(now, agent, escalate, matter.ticket_id, group, reason, message)
    if done is None:
        return None
    above = course.rota.someone(rng, group, matter.language)
    taken = course.rota.at_work(group, now, rng.randint(600, 12_000))
    course.then(taken, _take, matter, above)
    return taken + timedelta(minutes=rng.randint(10, 120)), above


def _take(course: Course, matter: Matter, above: Actor, now: datetime) -> None:
    course.history.perform(now, above, take_ticket, matter.ticket_id)


def reward(course: Course, matter: Matter, agent: Actor, now: datetime) -> Goes | None:
    """Give something by way of apology; above the limit only after a lead has allowed it."""
    rng = course.rng(matter, "reward")
    if matter.topic not in ("complaint", "damaged", "wismo") or rng.random() >= (
        0.4 if matter.topic == "complaint" else 0.07
    ):
        return None
    if agent.role != "agent" or rng.random() < 0.6:
        amount = rng.choice((500, 750, 1_000, 1_000, 1_500, 2_000, 2_500))
        course.history.perform(now, agent, give_credit, matter.ticket_id, amount)
        return None
    lead = rng.choice(course.rota.team.leads)
    amount = rng.choice((3_000, 3_500, 4_000, 5_000, 6_000, 7_500))
    asked = course.history.perform(
        now, agent, ask_approval, matter.ticket_id, amount, rng.choice(_BOOK["reasons"]), lead.person
    )
    if asked is None:
        return None
    decided = course.rota.at_work("Team leads", now, rng.randint(900, 30_000))
    course.then(decided, _decide, matter, agent, lead, asked.approval_id, amount)
    return decided + timedelta(minutes=rng.randint(20, 90)), agent


def _decide(
    course: Course, matter: Matter, agent: Actor, lead: Actor, approval_id: int, amount: int, now: datetime
) -> None:
    rng = course.rng(matter, "decide")
    decision = "approved" if rng.random() < 0.62 else "denied"
    course.history.perform(now, lead, decide_approval, approval_id, decision, rng.choice(_BOOK[decision]))
    if decision == "approved":
        later = course.rota.at_work(matter.group, now, rng.randint(400, 1_000))
        course.then(later, _give, matter, agent, approval_id, amount)


def _give(course: Course, matter: Matter, agent: Actor, approval_id: int, amount: int, now: datetime) -> None:
    course.history.perform(now, agent, give_credit, matter.ticket_id, amount, approval_id)


def note_down(course: Course, matter: Matter, agent: Actor, now: datetime) -> Goes | None:
    """Link an article, copy somebody in, or work off a checklist; the answer does not wait for any of it."""
    rng = course.rng(matter, "note down")
    if rng.random() < 0.1 and course.articles:
        course.history.perform(now, agent, link_article, matter.ticket_id, rng.choice(course.articles))
    firm = matter.who.firm
    if firm is not None and rng.random() < 0.12:
        others = [one for one in course.colleagues.get(firm.row_id, ()) if one != matter.who.row_id]
        if others:
            course.history.perform(now, agent, add_collaborator, matter.ticket_id, rng.choice(others))
    if rng.random() < 0.04:
        _work_off(course, matter, agent, rng, now)
    return None


def _work_off(course: Course, matter: Matter, agent: Actor, rng: random.Random, now: datetime) -> None:
    listed = course.history.perform(now, agent, add_item, matter.ticket_id, rng.choice(_BOOK["items"]), agent.person)
    if listed is not None:
        course.history.perform(now, agent, complete_item, matter.ticket_id, listed.items[-1].item_id)


ASIDES: Final = (note_down, hand_up, reward, consult)
