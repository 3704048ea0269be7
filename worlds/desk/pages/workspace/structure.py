"""How tickets are put together and taken apart: merging with a preview, linking, incidents, splitting, follow-ups."""

from flask import request, url_for

from worlds.desk.operations.structure import (
    Links,
    Merged,
    SplitOff,
    create_follow_up,
    link_incident,
    link_tickets,
    merge_tickets,
    preview_merge,
    split_ticket,
)
from worlds.desk.operations.tickets import get_ticket, list_tickets
from worlds.desk.pages.workspace.app import with_filters, workspace
from worlds.desk.pages.workspace.labels import as_labelled
from worlds.desk.views import TicketChanged, TicketDetail, TicketRow
from worlds.engine.fields import Page
from worlds.engine.surfaces.chrome import AGAIN
from worlds.engine.surfaces.labels import asking
from worlds.engine.surfaces.page_door import Listing
from worlds.engine.surfaces.pages import Done, Door


def others(door: Door, shown: TicketDetail) -> Listing[Page[TicketRow]]:
    """Other tickets to choose from: those that the words in the URL find, or else those of the same requester."""
    if request.args.get("query"):
        return door.listing(list_tickets)
    return door.listing(list_tickets, requester_id=shown.requester.user_id)


def _ticket(ticket_id: int) -> str:
    return url_for("workspace.ticket", ticket_id=ticket_id)


@workspace.page("/tickets/<id:target_id>/merge")
def merge(door: Door, target_id: int) -> str:
    """Chooses which tickets are merged, and which of them stays."""
    shown = door.read(get_ticket, ticket_id=target_id)
    again = url_for("workspace.merge", target_id=target_id)
    return door.render("workspace/merge.html", ticket=shown, listed=others(door, shown), again=again)


@workspace.page("/tickets/<id:target_id>/merge/preview")
def merge_preview(door: Door, target_id: int) -> str:
    """What the merge would do, and who would see what; it cannot be undone."""
    asked = door.query(preview_merge)
    preview = door.read(preview_merge, target_id=target_id, source_ids=asked.get("source_ids", []))
    shown = door.read(get_ticket, ticket_id=target_id)
    form = as_labelled(
        door.form(merge_tickets, url_for("workspace.merged", target_id=target_id), {"target_id": target_id})
    )
    return door.render("workspace/merge_preview.html", ticket=shown, preview=preview, form=form)


@workspace.action("/tickets/<id:target_id>/merge/preview", merge_tickets, shows=merge_preview)
def merged(_door: Door, done: Merged | None, target_id: int) -> Done:
    """The tickets are one."""
    said = AGAIN
    if done:
        numbers = ", ".join(f"#{one.number}" for one in done.sources)
        said = f"{numbers} {'was' if len(done.sources) == 1 else 'were'} merged into #{done.target.number}."
    return Done(said, _ticket(target_id))


@workspace.page("/tickets/<id:ticket_id>/link")
def link(door: Door, ticket_id: int) -> str:
    """Chooses a ticket that belongs with this one."""
    shown = door.read(get_ticket, ticket_id=ticket_id)
    action = with_filters(url_for("workspace.linked", ticket_id=ticket_id), list_tickets)
    form = asking(
        door.form(link_tickets, action, {"kind": "related"}, name="link"),
        other_id="Choose the ticket that belongs with this one.",
    )
    again = url_for("workspace.link", ticket_id=ticket_id)
    return door.render("workspace/link.html", ticket=shown, listed=others(door, shown), form=form, again=again)


@workspace.action("/tickets/<id:ticket_id>/links", link_tickets, shows=link)
def linked(_door: Door, done: Links | None, ticket_id: int) -> Done:
    """They belong together."""
    return Done("The tickets are linked." if done else AGAIN, _ticket(ticket_id))


@workspace.page("/tickets/<id:ticket_id>/problem")
def problem(door: Door, ticket_id: int) -> str:
    """Chooses the problem of which this ticket is an incident."""
    shown = door.read(get_ticket, ticket_id=ticket_id)
    listed = door.listing(list_tickets, type="problem")
    action = with_filters(url_for("workspace.made_incident", ticket_id=ticket_id), list_tickets, "type")
    form = asking(door.form(link_incident, action, name="problem"), problem_id="Choose the problem that it belongs to.")
    again = url_for("workspace.problem", ticket_id=ticket_id)
    return door.render("workspace/problem.html", ticket=shown, listed=listed, form=form, again=again)


@workspace.action("/tickets/<id:ticket_id>/incident", link_incident, shows=problem)
def made_incident(_door: Door, done: TicketChanged | None, ticket_id: int) -> Done:
    """It is an incident now."""
    return Done(f"#{done.number} is an incident of the problem now." if done else AGAIN, _ticket(ticket_id))


@workspace.page("/tickets/<id:problem_id>/incidents")
def incidents(door: Door, problem_id: int) -> str:
    """Finds tickets that are incidents of this problem."""
    shown = door.read(get_ticket, ticket_id=problem_id)
    listed = door.listing(list_tickets)
    known = {one.ticket_id for one in shown.incidents} | {problem_id}
    forms = {
        row.ticket_id: door.form(
            link_incident,
            with_filters(
                url_for("workspace.incident_added", problem_id=problem_id, ticket_id=row.ticket_id), list_tickets
            ),
            name=f"incident{row.ticket_id}",
        )
        for row in (listed.found.items if listed.found else ())
        if row.ticket_id not in known and row.status != "closed"
    }
    again = url_for("workspace.incidents", problem_id=problem_id)
    return door.render("workspace/incidents.html", ticket=shown, listed=listed, forms=forms, again=again)


@workspace.action("/tickets/<id:problem_id>/incidents/<id:ticket_id>", link_incident, shows=incidents)
def incident_added(_door: Door, done: TicketChanged | None, problem_id: int, ticket_id: int) -> Done:  # noqa: ARG001 - the address has both
    """The problem has one incident more."""
    said = f"#{done.number} is an incident of this problem now." if done else AGAIN
    return Done(said, with_filters(url_for("workspace.incidents", problem_id=problem_id), list_tickets))


@workspace.page("/tickets/<id:ticket_id>/split")
def split(door: Door, ticket_id: int) -> str:
    """Chooses the comments that go to a ticket of their own."""
    form = asking(
        as_labelled(door.form(split_ticket, url_for("workspace.split_off", ticket_id=ticket_id))),
        comment_ids="Tick the comments that move.",
    )
    chosen = tuple(form.sent.typed.raw.get("comment_ids", ())) if form.sent else ()
    return door.render(
        "workspace/split.html", ticket=door.read(get_ticket, ticket_id=ticket_id), form=form, chosen=chosen
    )


@workspace.action("/tickets/<id:ticket_id>/split", split_ticket, shows=split)
def split_off(_door: Door, done: SplitOff | None, ticket_id: int) -> Done:
    """There are two tickets now."""
    if done is None:
        return Done(AGAIN, _ticket(ticket_id))
    comments = "1 comment" if done.moved == 1 else f"{done.moved} comments"
    return Done(f"{comments} went to the new ticket #{done.split_off.number}.", _ticket(done.split_off.ticket_id))


@workspace.page("/tickets/<id:ticket_id>/follow-up")
def follow_up(door: Door, ticket_id: int) -> str:
    """Goes on from a closed ticket."""
    form = as_labelled(door.form(create_follow_up, url_for("workspace.followed_up", ticket_id=ticket_id)))
    return door.render("workspace/follow_up.html", ticket=door.read(get_ticket, ticket_id=ticket_id), form=form)


@workspace.action("/tickets/<id:ticket_id>/follow-up", create_follow_up, shows=follow_up)
def followed_up(_door: Door, done: TicketChanged | None, ticket_id: int) -> Done:
    """The follow-up is open."""
    if done is None:
        return Done(AGAIN, _ticket(ticket_id))
    return Done(f"The follow-up is ticket #{done.number}.", _ticket(done.ticket_id))
