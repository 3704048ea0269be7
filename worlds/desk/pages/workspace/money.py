"""Goodwill and the permission for it, and handing a ticket up."""

from typing import Final

from flask import url_for

from worlds.desk.operations.approvals import (
    ask_approval,
    decide_approval,
    get_approval,
    list_approvals,
    withdraw_approval,
)
from worlds.desk.operations.escalations import escalate, list_escalations
from worlds.desk.operations.goodwill import give_credit
from worlds.desk.operations.service import AgentView, list_agents
from worlds.desk.operations.tickets import get_ticket
from worlds.desk.pages.workspace.app import euros, workspace
from worlds.desk.pages.workspace.choices import team
from worlds.desk.pages.workspace.labels import as_labelled
from worlds.desk.records import ApprovalDetail, CreditView, EscalationView
from worlds.desk.rules import GOODWILL_LIMITS, LEADS
from worlds.engine.surfaces.chrome import AGAIN, Views, tabs
from worlds.engine.surfaces.pages import Done, Door

STATES: Final[Views] = (
    ("All", {}),
    ("Pending", {"status": "pending"}),
    ("Approved", {"status": "approved"}),
    ("Denied", {"status": "denied"}),
    ("Lapsed", {"status": "lapsed"}),
)


@workspace.page("/approvals")
def approvals(door: Door) -> str:
    """Requests for approval, newest first."""
    return door.render("workspace/approvals.html", listed=door.listing(list_approvals), tabs=tabs(door, STATES))


@workspace.page("/approvals/<id:approval_id>")
def approval(door: Door, approval_id: int) -> str:
    """One request, with the decision on it."""
    shown = door.read(get_approval, approval_id=approval_id)
    deciding = as_labelled(
        door.form(decide_approval, url_for("workspace.decided", approval_id=approval_id), name="decide")
    )
    back = door.form(withdraw_approval, url_for("workspace.withdrawn", approval_id=approval_id), name="withdraw")
    return door.render("workspace/approval.html", approval=shown, deciding=deciding, withdrawing=back)


@workspace.action("/approvals/<id:approval_id>/decide", decide_approval, shows=approval)
def decided(_door: Door, done: ApprovalDetail | None, approval_id: int) -> Done:
    """Whoever asked knows."""
    said = f"Request {done.number} of {euros(done.amount)} is {done.status}." if done else AGAIN
    return Done(said, url_for("workspace.approval", approval_id=approval_id))


@workspace.action("/approvals/<id:approval_id>/withdraw", withdraw_approval, shows=approval)
def withdrawn(_door: Door, done: ApprovalDetail | None, approval_id: int) -> Done:
    """Nobody decides it any more."""
    said = f"Request {done.number} was taken back." if done else AGAIN
    return Done(said, url_for("workspace.approval", approval_id=approval_id))


@workspace.page("/tickets/<id:ticket_id>/approval")
def ask(door: Door, ticket_id: int) -> str:
    """Asks somebody to allow more goodwill than one may give."""
    agents = door.read(list_agents, page_size=100).items
    approvers = [one for one in agents if one.role in LEADS and one.user_id != door.actor.person]
    return door.render(
        "workspace/ask.html",
        ticket=door.read(get_ticket, ticket_id=ticket_id),
        form=as_labelled(door.form(ask_approval, url_for("workspace.asked", ticket_id=ticket_id))),
        approvers=[(str(one.user_id), _worded(one)) for one in approvers],
    )


def _worded(one: AgentView) -> str:
    limit = GOODWILL_LIMITS.get(one.role)
    amount = f"up to {euros(limit)}" if limit is not None else "any amount"
    return f"{one.name}, {amount}{', away' if one.away_until else ''}"


@workspace.action("/tickets/<id:ticket_id>/approval", ask_approval, shows=ask)
def asked(_door: Door, done: ApprovalDetail | None, ticket_id: int) -> Done:
    """Somebody has to decide."""
    said = f"Request {done.number} of {euros(done.amount)} waits for {done.approver_name}." if done else AGAIN
    return Done(said, url_for("workspace.ticket", ticket_id=ticket_id))


@workspace.page("/tickets/<id:ticket_id>/credit")
def credit(door: Door, ticket_id: int) -> str:
    """Gives goodwill: what was given so far, the limit, and the amount."""
    shown = door.read(get_ticket, ticket_id=ticket_id)
    allowed = [one for one in shown.approvals if one.status == "approved"]
    return door.render(
        "workspace/credit.html",
        ticket=shown,
        form=as_labelled(door.form(give_credit, url_for("workspace.credited", ticket_id=ticket_id))),
        given=sum(one.amount for one in shown.credits),
        limit=GOODWILL_LIMITS.get(door.actor.role),
        approvals=[(str(one.approval_id), f"{one.number}, {euros(one.amount)}") for one in allowed],
    )


@workspace.action("/tickets/<id:ticket_id>/credit", give_credit, shows=credit)
def credited(_door: Door, done: CreditView | None, ticket_id: int) -> Done:
    """The requester has it."""
    said = f"Credit {done.number} of {euros(done.amount)} was given." if done else AGAIN
    return Done(said, url_for("workspace.ticket", ticket_id=ticket_id))


@workspace.page("/tickets/<id:ticket_id>/escalate")
def escalation(door: Door, ticket_id: int) -> str:
    """Hands a ticket up."""
    return door.render(
        "workspace/escalate.html",
        ticket=door.read(get_ticket, ticket_id=ticket_id),
        form=as_labelled(door.form(escalate, url_for("workspace.escalated", ticket_id=ticket_id))),
    )


@workspace.action("/tickets/<id:ticket_id>/escalate", escalate, shows=escalation)
def escalated(_door: Door, done: EscalationView | None, ticket_id: int) -> Done:
    """The group has it."""
    said = f"Escalation {done.number}: #{done.ticket_number} went to {done.group_name}." if done else AGAIN
    return Done(said, url_for("workspace.ticket", ticket_id=ticket_id))


@workspace.page("/escalations")
def escalations(door: Door) -> str:
    """What was handed up, newest first."""
    return door.render("workspace/escalations.html", listed=door.listing(list_escalations), groups=team(door).groups)
