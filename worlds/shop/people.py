"""How the shop's people are reached, who answers requests for approval, and what others do while somebody works."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from worlds.engine.people.company import Address
from worlds.engine.people.persona import Hours, Person
from worlds.engine.task import Happening

ADDRESSES: Final = {"mail_customer": Address(text="message", record="order_id", table="sales_order")}
"""By which operations somebody in the office writes to whom."""

OFFICE: Final = Hours(weekends=False)
LEAD: Final = Person(name="Sanne Dekker", role="lead", hours=OFFICE)
APPROVERS: Final = tuple(
    Person(name=name, role="approver", delay=timedelta(hours=5), hours=OFFICE)
    for name in ("Ruben Smit", "Petra Lindqvist", "Amir Haddad", "Claire Dumont")
)
"""Who answers for finance; each is the next one's stand-in."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A refund that a lead asks finance to allow, seconds after the episode begins."""

    order_id: int
    line_id: int
    units: int
    approver: Person
    delay: int = 1


def asks(asked: Asked) -> Happening:
    """The lead asks."""
    what = {
        "order_id": asked.order_id,
        "line_id": asked.line_id,
        "units": asked.units,
        "approver": asked.approver.name,
    }
    return Happening(name=LEAD.actor, operation="ask_approval", arguments=what, delay=asked.delay)


def answers(asked: Asked, units: int, words: str, delay: int, by: Person | None = None) -> Happening:
    """The approver, or a stand-in, allows so many units (0: none) after so many seconds."""
    what = {"order_id": asked.order_id, "units": units, "answer": words}
    return Happening(name=(by or asked.approver).actor, operation="decide_approval", arguments=what, delay=delay)


def is_away(asked: Asked, stand_in: Person, days: int, delay: int) -> Happening:
    """The approver's mailbox says that they are away, and who answers for them."""
    what = {"order_id": asked.order_id, "delegate": stand_in.name, "days": days}
    return Happening(name=asked.approver.actor, operation="pass_approval_on", arguments=what, delay=delay)


def stand_in_of(person: Person) -> Person:
    """Who answers for an approver."""
    return APPROVERS[(APPROVERS.index(person) + 1) % len(APPROVERS)]
