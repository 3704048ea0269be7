"""When a system does not let the work through: how it is handed over, as the page *Handing a ticket up* has it.

To Technical & safety, reason `system_problem`, with the ticket's number and with the status that the system answered.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.desk.models import (
    Approval,
    ChecklistItem,
    Comment,
    DeskGroup,
    GoodwillCredit,
    SideConversation,
    Ticket,
)
from worlds.engine.resilience.sights import Key, find_object, ids_around
from worlds.engine.resilience.stopping import Stopped, Way
from worlds.graders.effects import Effect
from worlds.graders.predicates import Pred, any_value, mentions
from worlds.graders.typed import record

TEAM: Final = "Technical & safety"
REASON: Final = "system_problem"
SUBJECTS: Final = ("ticket_id", "target_id")
"""Arguments that name the ticket that a hand-over is about."""
FAILED: Final = 400

_OF_TICKETS: Final[Mapping[str, Any]] = {
    "comment": Comment, "approval": Approval, "goodwill_credit": GoodwillCredit, "checklist_item": ChecklistItem,
    "side_conversation": SideConversation,
}  # fmt: skip


def hand_over(stop: Stopped, seen: Mapping[tuple[str, str], Any]) -> tuple[str, dict[str, Any]] | None:
    """What somebody who was stopped sends; None where nothing that they saw says which ticket it is about."""
    ids = ids_around(stop.arguments, list(seen.values()))
    ticket_id = next((ids[name] for name in SUBJECTS if name in ids), None)
    if ticket_id is None:
        return None
    shown = next((one for body in seen.values() if (one := find_object(body, Key("ticket_id", ticket_id)))), {})
    number = f"Ticket {shown['number']}" if "number" in shown else "This ticket"
    status = f"status {stop.failure.status}" if stop.failure.status >= FAILED else "a success that was none"
    told = f"{stop.operation} is answered with {status} however long I wait."
    if stop.waited_for is not None:
        told = f"{stop.waited_for.operation} was answered with {status} until it was too late for {stop.operation}."
    message = f"{number}: {told} Please see that it gets done."
    return "escalate", {"ticket_id": ticket_id, "group": TEAM, "reason": REASON, "message": message}


def handed_over(session: Session, target: Mapping[str, Sequence[int]], status: int) -> tuple[Way, ...]:
    """The hand-overs that stopped work may leave behind, one for each ticket that the task is about.

    Its message names the ticket and the status that was answered, and stands on the ticket as a note; the ticket goes
    to the group and opens. A diagnosis may stand there too.
    """
    group = session.scalars(select(DeskGroup.id).where(DeskGroup.name == TEAM)).first()
    told = (record(str(status)),) if status >= FAILED else ()
    found = []
    for ticket_id in _tickets(session, target):
        ticket = session.get_one(Ticket, ticket_id)
        said = mentions(record(str(ticket.number)), *told)
        found.append(
            (_escalation(ticket, group, said), _note(ticket, said), *_moved(ticket, group), _diagnosis(ticket))
        )
    return tuple(found)


def _tickets(session: Session, target: Mapping[str, Sequence[int]]) -> list[int]:
    """The tickets that the task's records are or belong to."""
    tickets = list(target.get("ticket", ()))
    for table, model in _OF_TICKETS.items():
        keys = target.get(table, ())
        tickets += session.scalars(select(model.ticket_id).where(model.id.in_(keys)).order_by(model.id)).all()
    return list(dict.fromkeys(tickets))


def _escalation(ticket: Ticket, group: int | None, said: Pred) -> Effect:
    return Effect(
        f"handed-over-{ticket.id}", "escalation", "insert", where={"ticket_id": ticket.id},
        set={"group_id": group, "reason": REASON, "message": said},
        words=f"Ticket #{ticket.number} is handed up once to {TEAM}, reason {REASON}, naming it and the failure",
    )  # fmt: skip


def _note(ticket: Ticket, said: Pred) -> Effect:
    return Effect(
        f"handed-over-{ticket.id}-note", "comment", "insert",
        where={"ticket_id": ticket.id, "public": False, "via": "web"}, set={"body": said},
        words=f"What the group is told stands on ticket #{ticket.number} as an internal note",
    )  # fmt: skip


def _diagnosis(ticket: Ticket) -> Effect:
    return Effect(
        f"handed-over-{ticket.id}-diagnosis", "comment", "insert",
        where={"ticket_id": ticket.id, "public": False, "via": "web"},
        set={"body": any_value("a diagnosis goes before many hand-overs")}, count=(0, 1),
        words="An internal note goes before it",
    )  # fmt: skip


def _moved(ticket: Ticket, group: int | None) -> list[Effect]:
    """What becomes of the ticket, as far as that differs from how it was."""
    wanted = {"group_id": group, "assignee_id": None, "status": "open"}
    changed = {name: value for name, value in wanted.items() if getattr(ticket, name) != value}
    if not changed:
        return []
    words = f"Ticket #{ticket.number} is with {TEAM}, open, and nobody has it"
    return [
        Effect(f"handed-over-{ticket.id}-ticket", "ticket", "update", where={"id": ticket.id}, set=changed, words=words)
    ]
