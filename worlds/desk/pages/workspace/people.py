"""People and organisations: found by whatever is known of them, with their addresses and tickets, and put right."""

from typing import Final

from flask import request, url_for

from worlds.desk.operations.around import Following, add_collaborator
from worlds.desk.operations.organizations import get_organization, list_organizations
from worlds.desk.operations.people import add_identity, get_user, list_users, merge_users, suspend_user, update_user
from worlds.desk.operations.tickets import create_ticket, get_ticket
from worlds.desk.pages.workspace.app import id_in, with_filters, workspace
from worlds.desk.pages.workspace.labels import as_labelled
from worlds.desk.records import UserDetail
from worlds.engine.surfaces.chrome import AGAIN, Act, Views, act, tabs
from worlds.engine.surfaces.labels import asking
from worlds.engine.surfaces.pages import Done, Door

KINDS: Final[Views] = (
    ("Requesters", {}),
    ("Staff", {"kind": "staff"}),
    ("VIP", {"vip": "true"}),
    ("Suspended", {"suspended": "true"}),
    ("Everybody", {"kind": "all"}),
)
EMPTIED: Final = [("organization_id", "Organisation"), ("notes", "Notes")]
"""What of a person can be emptied."""


@workspace.page("/people")
def people(door: Door) -> str:
    """The search, with its filters in the URL."""
    return door.render("workspace/people.html", listed=door.listing(list_users), tabs=tabs(door, KINDS))


@workspace.page("/people/<id:user_id>")
def person(door: Door, user_id: int) -> str:
    """One person with their addresses, tickets and goodwill."""
    shown = door.read(get_user, user_id=user_id)
    return door.render("workspace/person.html", person=shown, acts=acts(door, shown))


def acts(door: Door, shown: UserDetail) -> list[Act]:
    """What may be done with a person's record."""
    gone = (shown.merged_into_id is not None, "the record was merged into another")
    staff = (shown.role != "end_user", "they work here")

    def url(page: str) -> str:
        return url_for(f"workspace.{page}", user_id=shown.user_id)

    new = url_for("workspace.new_ticket", requester_id=shown.user_id)
    suspending = "Let them write again" if shown.suspended else "Suspend"
    return [
        act(door, "New ticket for them", new, create_ticket, gone),
        act(door, "Edit", url("edit_person"), update_user, gone, staff),
        act(door, "Add an address", url("new_address"), add_identity, gone, staff),
        act(door, "Merge with another record", url("merge_people"), merge_users, gone, staff),
        act(door, suspending, url("suspension"), suspend_user, gone, staff),
    ]


@workspace.page("/people/<id:user_id>/edit")
def edit_person(door: Door, user_id: int) -> str:
    """What is known of a person, to be corrected."""
    shown = door.read(get_user, user_id=user_id)
    names = ("name", "locale", "organization_id", "vip", "org_manager", "notes")
    form = as_labelled(
        door.form(
            update_user,
            url_for("workspace.person_saved", user_id=user_id),
            {name: getattr(shown, name) for name in names},
        )
    )
    return door.render("workspace/edit_person.html", person=shown, form=form, emptied=EMPTIED)


@workspace.action("/people/<id:user_id>/edit", update_user, shows=edit_person)
def person_saved(_door: Door, done: UserDetail | None, user_id: int) -> Done:
    """The record is right now."""
    return Done(f"{done.name} was saved." if done else AGAIN, url_for("workspace.person", user_id=user_id))


@workspace.page("/people/<id:user_id>/addresses")
def new_address(door: Door, user_id: int) -> str:
    """An e-mail address or a phone number more."""
    form = as_labelled(door.form(add_identity, url_for("workspace.address_added", user_id=user_id)))
    return door.render("workspace/new_address.html", person=door.read(get_user, user_id=user_id), form=form)


@workspace.action("/people/<id:user_id>/addresses", add_identity, shows=new_address)
def address_added(_door: Door, done: UserDetail | None, user_id: int) -> Done:
    """They are known by it."""
    said = f"The address was added to {done.name}." if done else AGAIN
    return Done(said, url_for("workspace.person", user_id=user_id))


@workspace.page("/people/<id:user_id>/suspend")
def suspension(door: Door, user_id: int) -> str:
    """Asks before what somebody writes is kept out, or let in again."""
    shown = door.read(get_user, user_id=user_id)
    form = door.form(
        suspend_user, url_for("workspace.suspension_set", user_id=user_id), {"suspended": not shown.suspended}
    )
    return door.render("workspace/suspension.html", person=shown, form=form)


@workspace.action("/people/<id:user_id>/suspend", suspend_user, shows=suspension)
def suspension_set(_door: Door, done: UserDetail | None, user_id: int) -> Done:
    """They are, or are not any more."""
    said = f"{done.name} {'is suspended' if done.suspended else 'can write again'}." if done else AGAIN
    return Done(said, url_for("workspace.person", user_id=user_id))


@workspace.page("/people/<id:user_id>/merge")
def merge_people(door: Door, user_id: int) -> str:
    """Chooses the record that goes, and shows both before anything is done, since it cannot be undone."""
    shown = door.read(get_user, user_id=user_id)
    form = door.form(merge_users, url_for("workspace.people_merged", user_id=user_id))
    chosen = id_in(form["merged_user_id"].value)
    other = None if chosen is None else door.read(get_user, user_id=chosen)
    listed = door.listing(list_users) if other is None and request.args.get("query") else None
    return door.render("workspace/merge_people.html", person=shown, form=form, other=other, listed=listed)


@workspace.action("/people/<id:user_id>/merge", merge_users, shows=merge_people)
def people_merged(_door: Door, done: UserDetail | None, user_id: int) -> Done:
    """Both are one."""
    said = f"Both records are one now: {done.name}." if done else AGAIN
    return Done(said, url_for("workspace.person", user_id=user_id))


@workspace.page("/tickets/<id:ticket_id>/people")
def collaborator(door: Door, ticket_id: int) -> str:
    """Finds somebody to copy in on a ticket, or a colleague who follows it."""
    shown = door.read(get_ticket, ticket_id=ticket_id)
    action = with_filters(url_for("workspace.collaborator_added", ticket_id=ticket_id), list_users, "kind")
    form = asking(door.form(add_collaborator, action), user_id="Choose who is added.")
    listed = door.listing(list_users, kind="all") if request.args.get("query") else None
    return door.render("workspace/collaborator.html", ticket=shown, form=form, listed=listed)


@workspace.action("/tickets/<id:ticket_id>/collaborators", add_collaborator, shows=collaborator)
def collaborator_added(_door: Door, done: Following | None, ticket_id: int) -> Done:
    """They are on the ticket."""
    said = f"{len(done.collaborators)} on the ticket beside the requester." if done else AGAIN
    return Done(said, url_for("workspace.ticket", ticket_id=ticket_id))


@workspace.page("/organizations")
def organizations(door: Door) -> str:
    """The list, with its filters in the URL."""
    return door.render("workspace/organizations.html", listed=door.listing(list_organizations))


@workspace.page("/organizations/<id:organization_id>")
def organization(door: Door, organization_id: int) -> str:
    """One organisation with its people and latest tickets."""
    shown = door.read(get_organization, organization_id=organization_id)
    return door.render("workspace/organization.html", organization=shown)
