"""A ticket as solutions work on it through tools, one call each; `deskwork` does the same in the workspace."""

from collections.abc import Mapping
from typing import Any

from worlds.engine.task import Worker


def note(worker: Worker, ticket: Mapping[str, Any], text: str) -> None:
    """Leave an internal note on a ticket."""
    worker.call("add_note", ticket_id=ticket["ticket_id"], body=text)


def reply(worker: Worker, ticket: Mapping[str, Any], text: str, status: str = "") -> None:
    """Reply in public on a ticket, and set a status with it where one is given."""
    more = {"status": status} if status else {}
    worker.call("reply_publicly", ticket_id=ticket["ticket_id"], body=text, **more)


def change(worker: Worker, ticket: Mapping[str, Any], **changes: Any) -> None:
    """Change what a ticket is: its status, its priority, its tags."""
    worker.call("update_ticket", ticket_id=ticket["ticket_id"], **changes)


def fill_in(worker: Worker, ticket: Mapping[str, Any], **fields: str) -> None:
    """Fill in fields of the house's own on a ticket."""
    given = [{"name": name, "value": value} for name, value in fields.items()]
    worker.call("update_ticket", ticket_id=ticket["ticket_id"], fields=given)


def escalate(worker: Worker, ticket: Mapping[str, Any], group: str, reason: str, message: str) -> None:
    """Hand a ticket up to a group for a reason."""
    worker.call("escalate", ticket_id=ticket["ticket_id"], group=group, reason=reason, message=message)
