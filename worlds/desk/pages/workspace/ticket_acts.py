"""What may be done with a ticket: at once by a button, or on a page of its own; and why what may not, may not."""

from dataclasses import dataclass
from typing import Any

from flask import url_for

from worlds.desk.operations.approvals import ask_approval
from worlds.desk.operations.around import add_collaborator
from worlds.desk.operations.conversation import open_for_editing, release_ticket
from worlds.desk.operations.escalations import escalate
from worlds.desk.operations.goodwill import give_credit
from worlds.desk.operations.macros import apply_macro
from worlds.desk.operations.side import start_side_conversation
from worlds.desk.operations.structure import (
    create_follow_up,
    link_incident,
    link_tickets,
    merge_tickets,
    split_ticket,
)
from worlds.desk.operations.tickets import take_ticket
from worlds.desk.views import TicketDetail
from worlds.engine.operation import Operation
from worlds.engine.surfaces.chrome import Act, act
from worlds.engine.surfaces.forms import Form
from worlds.engine.surfaces.pages import Door


@dataclass(frozen=True, slots=True)
class Quick:
    """A button that does something at once."""

    title: str
    form: Form


def acts(door: Door, shown: TicketDetail) -> list[Act]:
    """What is done on a page of its own."""
    closed = (shown.status == "closed", "the ticket is closed")

    def one(
        title: str, page: str, operation: Operation[..., Any], *hurdles: tuple[bool, str], called: str = "ticket_id"
    ) -> Act:
        whose: dict[str, Any] = {called: shown.ticket_id}
        return act(door, title, url_for(f"workspace.{page}", **whose), operation, *hurdles)

    return [
        one("Use a macro", "ticket_macros", apply_macro, closed),
        one("Escalate", "escalation", escalate, closed),
        one("Merge", "merge", merge_tickets, closed, called="target_id"),
        one("Split", "split", split_ticket, closed, (shown.comments_total < 2, "it has only one comment")),
        one("Link", "link", link_tickets),
        (
            one("Add incidents", "incidents", link_incident, closed, called="problem_id")
            if shown.type == "problem"
            else one("Make it an incident", "problem", link_incident, closed)
        ),
        one("Follow up", "follow_up", create_follow_up, (shown.status != "closed", "the ticket is not closed")),
        one("Add somebody", "collaborator", add_collaborator, closed),
        one("Side conversation", "new_side", start_side_conversation, closed),
        one("Ask for approval", "ask", ask_approval, closed),
        one("Give credit", "credit", give_credit, closed),
    ]


def quick_acts(door: Door, shown: TicketDetail) -> list[Quick]:
    """What a button does at once."""
    if shown.status == "closed":
        return []

    def one(title: str, view: str, operation: Operation[..., Any]) -> Quick:
        address = url_for(f"workspace.{view}", ticket_id=shown.ticket_id)
        return Quick(title, door.form(operation, address, name=view.replace("_", "-")))

    mine = shown.lock is not None and shown.lock.holder == door.actor.name
    found = [one("Take it", "taken", take_ticket)] if shown.assignee_id != door.actor.person else []
    reserve = one("Keep it to yourself for 5 minutes", "reserved", open_for_editing)
    return [*found, one("Let others in again", "let_go", release_ticket) if mine else reserve]
