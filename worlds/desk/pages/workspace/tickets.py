"""The search over all tickets, and opening one on somebody's behalf."""

from typing import Final

from flask import redirect, url_for
from werkzeug.wrappers import Response

from worlds.desk.operations.bulk import JobTaken, bulk_update_tickets
from worlds.desk.operations.people import get_user
from worlds.desk.operations.tickets import create_ticket, list_tickets
from worlds.desk.pages.workspace.app import id_in, with_filters, workspace
from worlds.desk.pages.workspace.bulk import bulk_of, taken_on
from worlds.desk.pages.workspace.choices import TOPIC_OPTIONS, blank_fields, team
from worlds.desk.pages.workspace.labels import as_labelled
from worlds.desk.pages.workspace.wording import status_words
from worlds.desk.records import UserDetail
from worlds.desk.views import TicketChanged
from worlds.engine.errors import NotFound
from worlds.engine.surfaces.chrome import AGAIN, Act, Views, act, tabs
from worlds.engine.surfaces.pages import Done, Door

FOUND: Final[Views] = (
    ("All", {}),
    ("Unsolved", {"status": "unsolved"}),
    ("Nobody’s", {"status": "unsolved", "unassigned": "true"}),
    ("Urgent", {"status": "unsolved", "priority": "urgent"}),
    ("Problems", {"type": "problem"}),
    ("Spam", {"spam": "true"}),
)
STATUSES: Final = [
    ("unsolved", "Unsolved"),
    *((code, status_words(code)) for code in ("new", "open", "pending", "hold", "solved", "closed")),
]
SORTS: Final = [
    ("newest", "Newest first"),
    ("oldest", "Oldest first"),
    ("updated", "Latest updated"),
    ("longest_untouched", "Longest untouched"),
    ("priority", "Highest priority"),
    ("due", "Next clock first"),
]


@workspace.page("/tickets")
def tickets(door: Door) -> str:
    """The search, with its filters in the URL."""
    listed = door.listing(list_tickets)
    people = team(door)
    new: list[Act] = [act(door, "New ticket", url_for("workspace.new_ticket"), create_ticket)]
    return door.render(
        "workspace/tickets.html",
        listed=listed,
        tabs=tabs(door, FOUND),
        sorts=SORTS,
        acts=new,
        people=people,
        topics=TOPIC_OPTIONS,
        bulk=bulk_of(door, with_filters(url_for("workspace.tickets_changed"), list_tickets), people),
        statuses=STATUSES,
    )


@workspace.page("/tickets/bulk")
def tickets_again(_door: Door) -> Response:
    """The search itself: its bar has this address, which a browser may open again."""
    return redirect(with_filters(url_for("workspace.tickets"), list_tickets), 303)


@workspace.action("/tickets/bulk", bulk_update_tickets, shows=tickets)
def tickets_changed(_door: Door, done: JobTaken | None) -> Done:
    """The tickets are being changed."""
    return taken_on(done, url_for("workspace.tickets"))


@workspace.page("/tickets/new")
def new_ticket(door: Door) -> str:
    """A ticket on behalf of somebody, who is found among the people first."""
    fields = blank_fields(door)
    form = as_labelled(door.form(create_ticket, url_for("workspace.ticket_made")), fields)
    user_id = id_in(form["requester_id"].value)
    who = None if user_id is None else _known(door, user_id)
    return door.render(
        "workspace/new_ticket.html",
        form=form,
        who=who,
        people=team(door),
        topics=TOPIC_OPTIONS,
        fields=fields,
    )


def _known(door: Door, user_id: int) -> UserDetail | None:
    """A person, or None where the id that was typed is nobody's: the form says so once it is sent."""
    try:
        return door.read(get_user, user_id=user_id)
    except NotFound:
        return None


@workspace.action("/tickets/new", create_ticket, shows=new_ticket, rows={"fields": "value"})
def ticket_made(_door: Door, done: TicketChanged | None) -> Done:
    """The ticket is open."""
    if done is None:
        return Done(AGAIN, url_for("workspace.tickets"))
    return Done(f"Ticket #{done.number} was opened.", url_for("workspace.ticket", ticket_id=done.ticket_id))
