"""What becomes of a wish for a ticket that a colleague changes: the pages on two at one ticket and on priorities."""

import random
from typing import Final

from worlds.desk.models import DeskUser, Organization, Ticket
from worlds.desk.models.tickets import LEVELS, PRIORITIES
from worlds.engine.task import SOLVABLE, Decision, Situation

THEIRS: Final = "theirs"
WISHED: Final = "high"
"""The urgency that is asked for."""
_MATRIX: Final = {
    "low": ("low", "low", "normal"),
    "medium": ("low", "normal", "high"),
    "high": ("normal", "high", "urgent"),
}
"""The priority of each impact, by urgency from low to high."""


def ruling(situation: Situation) -> Decision:
    """Whether the ticket gets the urgency and what follows from it, beside what a colleague changes meanwhile.

    The colleague looks at the same ticket again. At some they set the impact, which can stand beside the wish and makes
    another priority of it; at others the urgency itself, which is theirs then. `theirs` is what they set, by column;
    `urgency` and `priority` are those that the ticket has in the end.
    """
    session = situation.session
    ticket = session.get_one(Ticket, situation.target["ticket"][0])
    firm = session.get(Organization, ticket.organization_id) if ticket.organization_id else None
    vip = session.get_one(DeskUser, ticket.requester_id).vip or (firm is not None and firm.tier == "vip")
    impact, urgency = ticket.impact or "", ticket.urgency or ""
    chance = random.Random(f"colleague|{ticket.number}")
    others = [one for one in LEVELS if one != impact and _tells(one, impact, urgency, vip=vip)]
    if others and chance.random() < 0.5:
        theirs = chance.choice(others)
        ends = {"urgency": WISHED, "priority": priority(theirs, WISHED, vip=vip)}
        changes = {"impact": theirs, "priority": priority(theirs, urgency, vip=vip)}
        return {"branch": SOLVABLE, "theirs": changes, "vip": vip, **ends, "quoted": situation.facts["call"]}
    theirs = "low" if urgency == "medium" else "medium"
    changes = {"urgency": theirs, "priority": priority(impact, theirs, vip=vip)}
    return {"branch": THEIRS, "theirs": changes, "vip": vip, **changes, "quoted": situation.facts["call"]}


def priority(impact: str, urgency: str, *, vip: bool) -> str:
    """The priority that follows from impact and urgency; one step more for a VIP."""
    found = _MATRIX[impact][LEVELS.index(urgency)]
    return PRIORITIES[min(PRIORITIES.index(found) + vip, len(PRIORITIES) - 1)]


def _tells(theirs: str, impact: str, urgency: str, *, vip: bool) -> bool:
    """Whether that impact makes another priority of the wish than the old one, and than the colleague has set."""
    wished = priority(theirs, WISHED, vip=vip)
    return wished not in (priority(impact, WISHED, vip=vip), priority(theirs, urgency, vip=vip))
