"""What becomes of goodwill above the agent's limit: the pages on goodwill and approvals, and what the approver says.

Who reads only what was asked cannot know the answer: it is fixed by the ticket and the amount, by chance of its own.
"""

from hashlib import sha256
from typing import Final, NamedTuple

from sqlalchemy import select

from worlds.desk.models import FieldValue, Ticket, TicketField
from worlds.engine.fields import parse_money
from worlds.engine.task import SOLVABLE, Decision, Situation

DENIED: Final = "denied"
_ANSWERS: Final = ("whole", "less", DENIED, DENIED)
_MAILS: Final = ("", "", "hopeful", "doubtful")
_STEP: Final = 50
"""Cents to which an approver rounds what they allow in place of more."""


class Answer(NamedTuple):
    """What an approver makes of a request: the cents that they allow, and the mail that they write before, if any."""

    allowed: int
    mail: str


def answer_to(ticket_id: int, asked: int) -> Answer:
    """The answer to a request for so many cents on a ticket."""
    digest = sha256(f"goodwill|{ticket_id}|{asked}".encode()).digest()
    answer, mail = _ANSWERS[digest[0] % len(_ANSWERS)], _MAILS[digest[1] % len(_MAILS)]
    if answer == DENIED:
        return Answer(0, mail)
    share = 50 + digest[2] % 35 if answer == "less" else 100
    return Answer(asked if share == 100 else asked * share // 100 // _STEP * _STEP, mail)


def ruling(situation: Situation) -> Decision:
    """What was allowed is given, no more and no less; after a denial nothing is given, and the customer is told.

    `asked` and `given` are cents, `order` is the number of the order that the ticket is about.
    """
    session = situation.session
    ticket = session.get_one(Ticket, situation.target["ticket"][0])
    named = select(FieldValue.value).join(TicketField, TicketField.id == FieldValue.field_id)
    order = session.scalars(named.where(FieldValue.ticket_id == ticket.id, TicketField.name == "order_number")).one()
    asked = parse_money(situation.facts["amount"])
    answer = answer_to(ticket.id, asked)
    return {
        "branch": SOLVABLE if answer.allowed else DENIED,
        "order": order,
        "language": ticket.language,
        "asked": asked,
        "given": answer.allowed,
        "mail": answer.mail,
    }
