"""Conversations at the side: with the warehouse, a carrier, a supplier or finance, which the requester does not see."""

from flask import url_for

from worlds.desk.operations.side import (
    close_side_conversation,
    get_side_conversation,
    list_side_conversations,
    send_side_message,
    start_side_conversation,
)
from worlds.desk.operations.tickets import get_ticket
from worlds.desk.pages.workspace.app import workspace
from worlds.desk.pages.workspace.labels import as_labelled
from worlds.desk.records import SideDetail
from worlds.engine.surfaces.chrome import AGAIN, Views, tabs
from worlds.engine.surfaces.pages import Done, Door

STATES: Views = (
    ("All", {}),
    ("Waiting", {"state": "waiting"}),
    ("Answered", {"state": "answered"}),
    ("Closed", {"state": "closed"}),
)


@workspace.page("/side-conversations")
def sides(door: Door) -> str:
    """The list, with its filters in the URL."""
    listed = door.listing(list_side_conversations)
    return door.render("workspace/sides.html", listed=listed, tabs=tabs(door, STATES))


@workspace.page("/side-conversations/<id:conversation_id>")
def side(door: Door, conversation_id: int) -> str:
    """One conversation with its messages."""
    shown = door.read(get_side_conversation, conversation_id=conversation_id)
    answer = as_labelled(
        door.form(send_side_message, url_for("workspace.side_sent", conversation_id=conversation_id), name="say")
    )
    closing = door.form(
        close_side_conversation, url_for("workspace.side_closed", conversation_id=conversation_id), name="close"
    )
    return door.render("workspace/side.html", side=shown, answer=answer, closing=closing)


@workspace.action("/side-conversations/<id:conversation_id>/messages", send_side_message, shows=side)
def side_sent(_door: Door, done: SideDetail | None, conversation_id: int) -> Done:
    """The message is out."""
    said = f"The message to {done.party} was sent." if done else AGAIN
    return Done(said, url_for("workspace.side", conversation_id=conversation_id))


@workspace.action("/side-conversations/<id:conversation_id>/close", close_side_conversation, shows=side)
def side_closed(_door: Door, done: SideDetail | None, conversation_id: int) -> Done:
    """Nothing more is expected of it."""
    said = "The side conversation is closed." if done else AGAIN
    return Done(said, url_for("workspace.side", conversation_id=conversation_id))


@workspace.page("/tickets/<id:ticket_id>/side")
def new_side(door: Door, ticket_id: int) -> str:
    """Asks somebody about a ticket."""
    form = as_labelled(door.form(start_side_conversation, url_for("workspace.side_started", ticket_id=ticket_id)))
    return door.render("workspace/new_side.html", ticket=door.read(get_ticket, ticket_id=ticket_id), form=form)


@workspace.action("/tickets/<id:ticket_id>/side", start_side_conversation, shows=new_side)
def side_started(_door: Door, done: SideDetail | None, ticket_id: int) -> Done:
    """The question is out."""
    if done is None:
        return Done(AGAIN, url_for("workspace.ticket", ticket_id=ticket_id))
    said = f"The question to {done.party} was sent to {done.address}."
    return Done(said, url_for("workspace.side", conversation_id=done.conversation_id))
