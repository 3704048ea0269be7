"""Where a matter goes on of which its requester speaks again: the pages on follow-ups and on answering."""

import json
from typing import Final

from sqlalchemy import select

from worlds.desk.models import DeskUser, FieldValue, Organization, Ticket, TicketField
from worlds.engine.task import SOLVABLE, Decision, Situation

REOPEN: Final = "reopen"
_VIP: Final = "vip"


def ruling(situation: Situation) -> Decision:
    """A closed ticket goes on in a follow-up, which keeps subject, topic, group, tags and fields; any other on itself.

    `language` is that of the ticket. The desk marks tickets of VIPs that are made and puts them first by itself.
    """
    session = situation.session
    ticket = session.get_one(Ticket, situation.target["ticket"][0])
    who = session.get_one(DeskUser, ticket.requester_id)
    firm = session.get(Organization, who.organization_id) if who.organization_id else None
    tags, vip = set(json.loads(ticket.tags)), who.vip or (firm is not None and firm.tier == _VIP)
    held = (
        select(FieldValue.field_id, FieldValue.value)
        .join(TicketField, TicketField.id == FieldValue.field_id)
        .where(FieldValue.ticket_id == ticket.id, TicketField.active)
    )
    marked = bool(vip or _VIP in tags)
    return {
        "branch": SOLVABLE if ticket.status == "closed" else REOPEN,
        "requester": ticket.requester_id,
        "subject": ticket.subject,
        "topic": ticket.topic,
        "group": ticket.group_id,
        "language": ticket.language,
        "tags": sorted({*tags, _VIP} if vip else tags),
        "priority": "high" if marked else None,
        "fields": {str(field): value for field, value in session.execute(held.order_by(FieldValue.field_id)).tuples()},
        "quoted": situation.facts["reference"],
    }
