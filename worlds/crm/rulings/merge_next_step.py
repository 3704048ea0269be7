"""What becomes of a next step that a colleague writes as well: the page on two people on one record."""

import random
from datetime import date, timedelta
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.crm.models import Contact, CrmUser, Opportunity
from worlds.engine.task import SOLVABLE, Decision, Situation

THEIRS: Final = "theirs"
MINE: Final = "mine"
_BEGINS: Final = date(2026, 3, 16)
STEPS: Final = {
    "colour cards": "Send {who} the colour cards by {day}",
    "fire certificate": "Send {who} the fire certificate by {day}",
    "references": "Name {who} two references by {day}",
    "site visit": "Have the site visit with {who} on {day}",
    "storage plan": "Go through the storage plan with {who} by {day}",
    "trial set": "Collect the trial set from {who} by {day}",
    "framework terms": "Talk the framework terms over with {who} by {day}",
    "installation dates": "Settle the installation dates with {who} by {day}",
}
"""What is to be done next, by what it is about: a sentence with a day in it."""


class Meanwhile(NamedTuple):
    """What happens to a deal on the day: what a colleague writes as its next step, and who has talked to the customer.

    `colleague_id` is who writes it; `they_talked` and `owner_talked` say whether they, and whether the deal's owner,
    have a call of that day on record.
    """

    colleague_id: int
    about: str
    day: date
    they_talked: bool
    owner_talked: bool


def spoken(day: date) -> str:
    """A day as next steps name it."""
    return f"{day.day} {day:%B} {day.year}"


def wish(deal: Opportunity) -> tuple[str, date]:
    """What the owner of a deal planned: what it is about, and for which day."""
    chance = random.Random(f"plan|{deal.number}")
    free = [one for one in STEPS if one not in (deal.next_step or "").casefold()]
    return chance.choice(free), _working_day(chance, 5, 24)


def sentence(session: Session, deal: Opportunity, about: str, day: date) -> str:
    """A next step in words."""
    contact = session.get_one(Contact, deal.primary_contact_id)
    who = f"{contact.first_name or ''} {contact.last_name}".strip()
    return STEPS[about].format(who=who, day=spoken(day))


def meanwhile(session: Session, deal: Opportunity) -> Meanwhile:
    """What a colleague does at a deal: the owner's manager or somebody above them.

    At a third of the deals they think of another thing, which can stand beside the owner's. At the others they have
    another day for the same thing, and somebody has talked to the customer that day: they alone, or the owner.
    """
    chance = random.Random(f"colleague|{deal.number}")
    above = [session.get_one(CrmUser, deal.owner_id).manager_id]
    above += session.scalars(select(CrmUser.id).where(CrmUser.role == "vp", CrmUser.active.is_(True)))
    who = chance.choice(sorted({one for one in above if one is not None}))
    about, mine = wish(deal)
    kind = chance.choice((SOLVABLE, THEIRS, MINE))
    if kind == SOLVABLE:
        about = chance.choice([one for one in STEPS if one not in ((deal.next_step or "").casefold(), about)])
        talked = (chance.random() < 0.5, chance.random() < 0.5)
    else:
        talked = (True, False) if kind == THEIRS else (chance.random() < 0.5, True)
    day = next(one for one in (_working_day(chance, 4, 32) for _ in range(99)) if abs((one - mine).days) > 2)
    return Meanwhile(who, about, day, *talked)


def ruling(situation: Situation) -> Decision:
    """Both stand where they are about different things; else that of whoever talked to the customer, the owner first.

    `mine` and `theirs` are the days of the two next steps, `stands` the day on which what was asked for is down in the
    end.
    """
    session = situation.session
    deal = session.get_one(Opportunity, situation.target["opportunity"][0])
    seen = meanwhile(session, deal)
    about, mine = wish(deal)
    settled = MINE if seen.owner_talked or not seen.they_talked else THEIRS
    branch = settled if seen.about == about else SOLVABLE
    return {
        "branch": branch,
        "about": about,
        "mine": mine.isoformat(),
        "their_about": seen.about,
        "theirs": seen.day.isoformat(),
        "stands": (seen.day if branch == THEIRS else mine).isoformat(),
        "quoted": situation.facts["reference"],
    }


def _working_day(chance: random.Random, least: int, most: int) -> date:
    """A day from Monday to Friday, so many days and more after episodes begin."""
    day = _BEGINS + timedelta(days=chance.randint(least, most))
    return day - timedelta(days=max(0, day.weekday() - 4))
