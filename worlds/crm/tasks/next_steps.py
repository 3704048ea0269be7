"""Deals whose next step two people write on one day: where there are such, what the colleague does, what is right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from worlds.crm.models import Account, Activity, Consent, Contact, CrmUser, Opportunity, PipelineStage
from worlds.crm.people import updates
from worlds.crm.rulings.merge_next_step import MINE, THEIRS, meanwhile, ruling, sentence, spoken, wish
from worlds.crm.tasks.casework import at_work, noted, spare_note, word
from worlds.engine.context import Actor
from worlds.engine.task import SOLVABLE, Decision, Draw, Happening, Situation
from worlds.graders.answers import Answer
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import mentions
from worlds.graders.typed import date, enum, record

BRANCHES: Final = (SOLVABLE, THEIRS, MINE)
STANDS: Final = {SOLVABLE: "both", THEIRS: "theirs", MINE: "mine"}
"""Whose next step stands in the end, as it is told."""


@dataclass(frozen=True, slots=True)
class Case:
    """An open deal of a rep that a colleague looks after, too; `branch` says whose next step stands in the end."""

    branch: str
    deal_id: int
    actor: Actor


def cases(draw: Draw) -> list[Case]:
    """Open deals with a next step and somebody to talk to, with whom nobody has had to do today or will have."""
    session, reps = draw.session, at_work(draw.session)
    today = draw.now.replace(hour=0, minute=0)
    moved = select(Activity.opportunity_id).where(
        Activity.opportunity_id.is_not(None), or_(Activity.starts_at >= today, Activity.created_at >= today)
    )
    silent = select(Consent.record_id).where(
        Consent.kind == "contact", Consent.channel == "phone", Consent.state == "out"
    )
    open_deals = (
        select(Opportunity)
        .join(PipelineStage, PipelineStage.id == Opportunity.stage_id)
        .join(Account, Account.id == Opportunity.account_id)
        .join(Contact, Contact.id == Opportunity.primary_contact_id)
        .where(PipelineStage.kind == "open", ~Opportunity.is_deleted, ~Opportunity.approval_lock, ~Account.locked)
        .where(~Contact.is_deleted, ~Contact.do_not_call, Contact.id.not_in(silent))
        .where(Opportunity.next_step.is_not(None), Opportunity.id.not_in(moved), Opportunity.owner_id.in_(reps))
        .order_by(Opportunity.id)
    )
    made = []
    for deal in session.scalars(open_deals):
        decision = ruling(Situation(session, draw.now, {"opportunity": [deal.id]}, {"reference": ""}))
        made.append(Case(decision["branch"], deal.id, reps[deal.owner_id]))
    return made


def happenings(session: Session, deal: Opportunity) -> list[Happening]:
    """Calls of the day, and the next step that a colleague writes once somebody has looked at the deal."""
    seen = meanwhile(session, deal)
    names = {key: session.get_one(CrmUser, key).name for key in (deal.owner_id, seen.colleague_id)}
    theirs = sentence(session, deal, seen.about, seen.day)
    about, mine = wish(deal)
    found = []
    if seen.they_talked:
        found.append(_call(names[seen.colleague_id], deal, seen.about, f"They would like it so: {theirs}."))
    if seen.owner_talked:
        found.append(_call(names[deal.owner_id], deal, about, f"{spoken(mine)} suits them."))
    write = updates(
        names[seen.colleague_id], "opportunity", deal.id, {"next_step": theirs}, after="get_opportunity",
        given={"opportunity_id": deal.id},
    )  # fmt: skip
    return [*found, write]


def _call(who: str, deal: Opportunity, about: str, body: str) -> Happening:
    """A call that somebody has had with the customer this morning."""
    said: dict[str, Any] = {
        "kind": "call", "subject": f"On the phone about the {about}", "body": body, "who": who,
        "contact_id": deal.primary_contact_id, "opportunity_id": deal.id,
    }  # fmt: skip
    return Happening(name=f"person:{who}", operation="colleague_logs", arguments=said, delay=0)


def expectation(deal: Opportunity, decision: Decision) -> Expectation:
    """Both days in a note; and the next step, where it is not the colleague's that stays as it is."""
    quote, mine, theirs = record(decision["quoted"]), date(decision["mine"]), date(decision["theirs"])
    about: dict[str, int | Sequence[int | None]] = {
        "opportunity_id": deal.id, "account_id": deal.account_id, "contact_id": (None, deal.primary_contact_id),
    }  # fmt: skip
    required = [noted(about, mine, theirs, subject=(quote,))]
    branch, old = decision["branch"], word(deal.next_step or "")
    if branch != THEIRS:
        both = (word(decision["their_about"]), theirs) if branch == SOLVABLE else ()
        step = mentions(
            *both, word(decision["about"]), mine, must_not=(old, *(() if branch == SOLVABLE else (theirs,)))
        )
        beside = ", beside what the colleague has written" if branch == SOLVABLE else ", and no other day for it"
        changed = Effect(
            "next-step", "opportunity", "update", where={"id": deal.id}, set={"next_step": step},
            words=f"The next step names the {decision['about']} with {decision['mine']}{beside}",
        )  # fmt: skip
        required.append(changed)
    slots = {
        "day": date(decision["stands"]), "stands": enum(STANDS[branch], {one: one for one in STANDS.values()}),
    }  # fmt: skip
    answer = Answer(("partly", "not_done"), slots) if branch == THEIRS else Answer("done", slots)
    return Expectation(any_of=[Bundle(required=required, allowed=[spare_note(about, (quote,))])], answer=answer)


def wished(session: Session, deal: Opportunity) -> str:
    """What the owner asks for, in words."""
    return sentence(session, deal, *wish(deal))
