"""The ticket page: what was said, where one answers, the properties, and what belongs to the ticket."""

from typing import Any

from flask import url_for

from worlds.desk.operations.around import add_item, complete_item
from worlds.desk.operations.conversation import (
    add_note,
    open_for_editing,
    redact_comment,
    release_ticket,
    reply_publicly,
)
from worlds.desk.operations.service import list_views
from worlds.desk.operations.structure import unlink_tickets
from worlds.desk.operations.tickets import (
    add_tags,
    get_ticket,
    list_ticket_audits,
    remove_tags,
    take_ticket,
    update_ticket,
)
from worlds.desk.pages.workspace.app import workspace
from worlds.desk.pages.workspace.choices import EMPTIED, SETTABLE, TOPIC_OPTIONS, OwnField, own_fields, team, with_own
from worlds.desk.pages.workspace.labels import as_labelled
from worlds.desk.pages.workspace.ticket_acts import acts, quick_acts
from worlds.desk.views import TicketChanged, TicketDetail
from worlds.engine.surfaces.chrome import AGAIN
from worlds.engine.surfaces.forms import Form
from worlds.engine.surfaces.labels import asking
from worlds.engine.surfaces.pages import Done, Door


@workspace.page("/tickets/<id:ticket_id>")
def ticket(door: Door, ticket_id: int) -> str:
    """One ticket."""
    shown = door.read(get_ticket, ticket_id=ticket_id)
    fields, people = own_fields(door, shown.fields), team(door)
    return door.render(
        "workspace/ticket.html",
        ticket=shown,
        views=door.part(list_views),
        acts=acts(door, shown),
        quick=quick_acts(door, shown),
        reply=as_labelled(door.form(reply_publicly, _here("replied", ticket_id), name="reply")),
        note=as_labelled(door.form(add_note, _here("noted", ticket_id), name="note")),
        properties=as_labelled(
            door.form(update_ticket, _here("updated", ticket_id), _values(door, shown, fields), name="p"), fields
        ),
        fields=fields,
        tagging=asking(
            as_labelled(door.form(add_tags, _here("tagged", ticket_id), name="tag")), tags="Type a tag to add."
        ),
        untagging=asking(
            door.form(remove_tags, _here("untagged", ticket_id), name="untag"), tags="Tick the tags to take off."
        ),
        new_item=as_labelled(door.form(add_item, _here("item_added", ticket_id), name="item")),
        finishing=_finishing(door, shown),
        unlinking=_unlinking(door, shown),
        statuses=SETTABLE,
        topics=TOPIC_OPTIONS,
        groups=with_own(people.groups, shown.group_id, shown.group_name),
        agents=with_own(people.agents, shown.assignee_id, shown.assignee_name),
        emptied=EMPTIED,
        redacts=door.may(redact_comment),
        names=people.names,
    )


def _here(view: str, ticket_id: int, **more: Any) -> str:
    return url_for(f"workspace.{view}", ticket_id=ticket_id, **more)


def _values(door: Door, shown: TicketDetail, fields: list[OwnField]) -> dict[str, object]:
    """What stands in the properties form at first."""
    due = shown.due_at.astimezone(door.now.tzinfo).strftime("%Y-%m-%dT%H:%M") if shown.due_at else None
    columns = ("status", "type", "impact", "urgency", "priority", "topic", "group_id", "assignee_id", "language")
    values: dict[str, object] = {name: getattr(shown, name) for name in columns}
    values |= {"subject": shown.subject, "due_at": due}
    return values | {f"fields.{at}.value": one.value for at, one in enumerate(fields)}


def _finishing(door: Door, shown: TicketDetail) -> dict[int, Form]:
    """A form for each open item of the checklist, by its id."""
    return {
        one.item_id: door.form(
            complete_item, _here("item_done", shown.ticket_id, item_id=one.item_id), name=f"done{one.item_id}"
        )
        for one in shown.checklist
        if one.status == "open"
    }


def _unlinking(door: Door, shown: TicketDetail) -> dict[int, Form]:
    """A form for each linked ticket, by its id."""
    return {
        one.ticket_id: door.form(
            unlink_tickets, _here("unlinked", shown.ticket_id, other_id=one.ticket_id), name=f"unlink{one.ticket_id}"
        )
        for one in shown.links
    }


@workspace.page("/tickets/<id:ticket_id>/updates")
def audits(door: Door, ticket_id: int) -> str:
    """All updates of a ticket, newest first."""
    return door.render(
        "workspace/audits.html",
        ticket=door.read(get_ticket, ticket_id=ticket_id),
        listed=door.listing(list_ticket_audits, ticket_id=ticket_id),
        names=team(door).names,
    )


@workspace.action("/tickets/<id:ticket_id>/reply", reply_publicly, shows=ticket)
def replied(_door: Door, done: TicketChanged | None, ticket_id: int) -> Done:
    """The reply is out."""
    said = f"The reply on #{done.number} was sent; it is {done.status} now." if done else AGAIN
    return Done(said, _here("ticket", ticket_id))


@workspace.action("/tickets/<id:ticket_id>/note", add_note, shows=ticket)
def noted(_door: Door, done: TicketChanged | None, ticket_id: int) -> Done:
    """The note stands on the ticket."""
    return Done(f"The note was added to #{done.number}." if done else AGAIN, _here("ticket", ticket_id))


@workspace.action("/tickets/<id:ticket_id>/properties", update_ticket, shows=ticket)
def updated(_door: Door, done: TicketChanged | None, ticket_id: int) -> Done:
    """The properties are saved."""
    return Done(f"The properties of #{done.number} were saved." if done else AGAIN, _here("ticket", ticket_id))


@workspace.action("/tickets/<id:ticket_id>/tags", add_tags, shows=ticket)
def tagged(_door: Door, done: TicketChanged | None, ticket_id: int) -> Done:
    """The tags are on it."""
    return Done(_tags_now(done), _here("ticket", ticket_id))


@workspace.action("/tickets/<id:ticket_id>/tags/remove", remove_tags, shows=ticket)
def untagged(_door: Door, done: TicketChanged | None, ticket_id: int) -> Done:
    """The tags are off."""
    return Done(_tags_now(done), _here("ticket", ticket_id))


def _tags_now(done: TicketChanged | None) -> str:
    if done is None:
        return AGAIN
    return (
        f"The tags of #{done.number} are now: {', '.join(done.tags)}." if done.tags else f"#{done.number} has no tags."
    )


@workspace.action("/tickets/<id:ticket_id>/take", take_ticket, shows=ticket)
def taken(_door: Door, done: TicketChanged | None, ticket_id: int) -> Done:
    """The ticket is the acting person's."""
    return Done(f"#{done.number} is yours now." if done else AGAIN, _here("ticket", ticket_id))


@workspace.action("/tickets/<id:ticket_id>/reserve", open_for_editing, shows=ticket)
def reserved(_door: Door, done: Any, ticket_id: int) -> Done:
    """Nobody else changes the ticket for a while."""
    said = "You have this ticket to yourself for five minutes." if done else AGAIN
    return Done(said, _here("ticket", ticket_id))


@workspace.action("/tickets/<id:ticket_id>/release", release_ticket, shows=ticket)
def let_go(_door: Door, done: Any, ticket_id: int) -> Done:
    """Others may change it again."""
    return Done("Others can change this ticket again." if done else AGAIN, _here("ticket", ticket_id))


@workspace.action("/tickets/<id:ticket_id>/checklist", add_item, shows=ticket)
def item_added(_door: Door, done: Any, ticket_id: int) -> Done:
    """There is one thing more to do."""
    return Done("The item was added to the checklist." if done else AGAIN, _here("ticket", ticket_id))


@workspace.action("/tickets/<id:ticket_id>/checklist/<id:item_id>/done", complete_item, shows=ticket)
def item_done(_door: Door, done: Any, ticket_id: int, item_id: int) -> Done:  # noqa: ARG001 - the address has both
    """It is ticked off."""
    return Done("The item is done." if done else AGAIN, _here("ticket", ticket_id))


@workspace.action("/tickets/<id:ticket_id>/links/<id:other_id>/remove", unlink_tickets, shows=ticket)
def unlinked(_door: Door, done: Any, ticket_id: int, other_id: int) -> Done:  # noqa: ARG001 - the address has both
    """They do not belong together any more."""
    return Done("The link was taken off." if done else AGAIN, _here("ticket", ticket_id))
