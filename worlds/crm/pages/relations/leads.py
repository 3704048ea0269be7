"""Leads: the list, the record, and what is done with one before it becomes a customer."""

from typing import Any, Final

from flask import url_for

from worlds.crm.lead_views import LeadDetail
from worlds.crm.operations.converting import convert_lead
from worlds.crm.operations.history import delete_record
from worlds.crm.operations.leads import assign_lead, create_lead, get_lead, list_leads, take_lead, update_lead
from worlds.crm.operations.merging import merge_leads
from worlds.crm.pages.relations.app import relations
from worlds.crm.pages.relations.asking import Ask, Part, Sheet, emptied_of, form_for, sheet_page, values_of
from worlds.crm.pages.relations.choices import (
    COUNTRY_OPTIONS,
    LANGUAGE_OPTIONS,
    YES_NO,
    campaigns,
    colleagues,
    queues,
    with_own,
)
from worlds.crm.pages.relations.lists import Listed, list_page
from worlds.crm.pages.relations.timeline import activity_acts, timeline
from worlds.engine.surfaces.chrome import AGAIN, Act, Views, act
from worlds.engine.surfaces.pages import Done, Door

STATUSES: Final = [
    ("open", "Open"), ("new", "New"), ("assigned", "Assigned"), ("working", "Working"), ("qualified", "Qualified"),
    ("converted", "Converted"), ("recycled", "Recycled"), ("dead", "Dead"),
]  # fmt: skip
SORTS: Final = [
    ("newest", "Newest first"), ("oldest", "Oldest first"), ("waiting", "Waiting longest"),
    ("updated", "Latest changed"), ("name", "Name"),
]  # fmt: skip
_PERSON: Final = (
    Ask("first_name", "First name"), Ask("last_name", "Last name"), Ask("company", "Company"), Ask("title", "Title"),
    Ask("email", "E-mail"), Ask("phone", "Phone", hint="In any format."),
)  # fmt: skip
_PLACE: Final = (
    Ask("website", "Website"), Ask("industry", "Industry", blank="not known"), Ask("employees", "Employees"),
    Ask("street", "Street and number"), Ask("postal_code", "Postal code"), Ask("city", "Town"),
    Ask("country", "Country", COUNTRY_OPTIONS, "not known"),
)  # fmt: skip


@relations.page("/leads")
def leads(door: Door) -> str:
    """The list, with its filters in the URL."""
    me = str(door.actor.person or "")
    filters = (
        Ask("query", "Search"),
        Ask("status", "Status", STATUSES, "Any"),
        Ask("rating", "Rating", blank="Any"),
        Ask("source", "Source", blank="Any"),
        Ask("country", "Country", COUNTRY_OPTIONS, "Any"),
        Ask("owner_id", "Owner", colleagues(door), "Anybody"),
        Ask("queue_id", "Queue", queues(door), "Any"),
        Ask("campaign_id", "Campaign", campaigns(door), "Any"),
        Ask("untouched", "Turned to", [("true", "By nobody yet"), ("false", "By somebody")], "Any"),
        Ask("email", "This very e-mail"),
        Ask("created_from", "Made from"),
        Ask("created_to", "Made to"),
        Ask("sort", "Sort by", SORTS),
    )
    quick: Views = (
        ("All leads", {}),
        ("My open leads", {"status": "open", "owner_id": me}),
        ("Nobody has turned to them", {"status": "open", "untouched": "true"}),
        ("Hot", {"status": "open", "rating": "hot"}),
    )
    new = [act(door, "New lead", url_for("relations.new_lead"), create_lead)]
    return list_page(door, list_leads, Listed("Leads", "lead", "lead", "leads", filters, quick, new))


def _parts(door: Door, shown: LeadDetail | None) -> tuple[Part, ...]:
    owners = colleagues(door) if shown is None else []
    chosen = with_own(campaigns(door), shown.campaign_id, shown.campaign_name) if shown else campaigns(door)
    rest: tuple[Ask, ...] = (
        Ask("source", "Source", blank=None),
        Ask("campaign_id", "Campaign", chosen, "none"),
        Ask("rating", "Rating", blank="not rated"),
        Ask("language", "Language", LANGUAGE_OPTIONS),
    )
    if shown is None:
        rest += (
            Ask("owner_id", "Owner", owners, "as the assignment rules say"),
            Ask("queue_id", "Queue", queues(door), "as the assignment rules say"),
        )
    else:
        rest = (Ask("status", "Status", blank=f"as it is: {shown.status}"), *rest, Ask("salutation", "Salutation"))
    return (
        Part("Who", _PERSON),
        Part("The firm", _PLACE),
        Part("How it stands", rest),
        Part("Notes", (Ask("notes", "Notes", hint="What colleagues should know.", rows=4),), wide=True),
    )


@relations.page("/leads/new")
def new_lead(door: Door) -> str:
    """A lead that somebody enters."""
    sheet = Sheet(
        "New lead", "Save the lead", url_for("relations.leads"), [("Leads", url_for("relations.leads"))],
        _parts(door, None),
    )  # fmt: skip
    return sheet_page(door, create_lead, url_for("relations.lead_made"), sheet)


@relations.action("/leads/new", create_lead, shows=new_lead)
def lead_made(_door: Door, done: LeadDetail | None) -> Done:
    """The lead is there."""
    if done is None:
        return Done(AGAIN, url_for("relations.leads"))
    whose = done.owner_name or done.queue_name
    return Done(f"The lead {done.name} of {done.company} was saved; it is with {whose}.", _lead(done.lead_id))


def _lead(lead_id: int) -> str:
    return url_for("relations.lead", lead_id=lead_id)


@relations.page("/leads/<id:lead_id>")
def lead(door: Door, lead_id: int) -> str:
    """One lead, with what has happened around it."""
    shown = door.read(get_lead, lead_id=lead_id)
    return door.render(
        "relations/lead.html",
        lead=shown,
        acts=_acts(door, shown),
        taking=form_for(door, take_lead, url_for("relations.lead_taken", lead_id=lead_id), name="take"),
        timeline=timeline(door, lead_id=lead_id),
        activity_acts=activity_acts(door, lead_id=lead_id),
        yes_no=YES_NO,
    )


def _acts(door: Door, shown: LeadDetail) -> list[Act]:
    over = (shown.status == "converted", "the lead was converted")
    gone = (shown.is_deleted or shown.merged_into_id is not None, "the lead is not in use any more")
    kept = (not shown.editable, "you may only read this lead")
    key = shown.lead_id

    def one(title: str, page: str, operation: Any, *hurdles: tuple[bool, str], **whose: Any) -> Act:
        return act(door, title, url_for(f"relations.{page}", **(whose or {"lead_id": key})), operation, *hurdles)

    return [
        one("Convert", "convert", convert_lead, over, gone, kept),
        one("Edit", "edit_lead", update_lead, over, gone, kept),
        one("Change owner", "assign", assign_lead, over, gone),
        one("Merge", "lead_merge", merge_leads, over, gone),
        Act("Find duplicates", url_for("relations.likes", kind="lead", record_id=key)),
        Act("What they agreed to", url_for("relations.consents", kind="lead", record_id=key)),
        Act("Who may open it", url_for("relations.shares", kind="lead", record_id=key)),
        Act("Field history", url_for("relations.history", kind="lead", record_id=key)),
        Act("Automatic changes", url_for("relations.runs", kind="lead", record_id=key)),
        Act("Hand over", url_for("relations.new_hand_over", kind="lead", record_id=key)),
        one("Delete", "deletion", delete_record, gone, kind="lead", record_id=key),
    ]


@relations.action("/leads/<id:lead_id>/take", take_lead, shows=lead)
def lead_taken(_door: Door, done: LeadDetail | None, lead_id: int) -> Done:
    """The lead is the acting person's."""
    return Done(f"The lead {done.name} is yours now." if done else AGAIN, _lead(lead_id))


@relations.page("/leads/<id:lead_id>/edit")
def edit_lead(door: Door, lead_id: int) -> str:
    """What is known of a lead."""
    shown = door.read(get_lead, lead_id=lead_id)
    parts = _parts(door, shown)
    names = [ask.name for part in parts for ask in part.asks if ask.name != "status"]
    sheet = Sheet(
        f"Edit {shown.name}", "Save", _lead(lead_id),
        [("Leads", url_for("relations.leads")), (shown.name, _lead(lead_id))],
        parts, note=shown.company, emptied=emptied_of(update_lead),
    )  # fmt: skip
    return sheet_page(
        door, update_lead, url_for("relations.lead_saved", lead_id=lead_id), sheet, values_of(shown, names)
    )


@relations.action("/leads/<id:lead_id>/edit", update_lead, shows=edit_lead)
def lead_saved(_door: Door, done: LeadDetail | None, lead_id: int) -> Done:
    """The lead is saved."""
    return Done(f"The lead {done.name} was saved; it is {done.status}." if done else AGAIN, _lead(lead_id))


@relations.page("/leads/<id:lead_id>/owner")
def assign(door: Door, lead_id: int) -> str:
    """Gives a lead to a colleague or a queue."""
    shown = door.read(get_lead, lead_id=lead_id)
    asks = (
        Ask("owner_id", "Colleague", colleagues(door), "nobody; a queue gets it"),
        Ask("queue_id", "Queue", queues(door), "none; a colleague gets it"),
    )
    sheet = Sheet(
        f"Who gets {shown.name}", "Change the owner", _lead(lead_id),
        [("Leads", url_for("relations.leads")), (shown.name, _lead(lead_id))], (Part("", asks),),
        note=f"Now with {shown.owner_name or shown.queue_name}",
        follows=("Choose either a colleague or a queue.",),
    )  # fmt: skip
    return sheet_page(door, assign_lead, url_for("relations.assigned", lead_id=lead_id), sheet)


@relations.action("/leads/<id:lead_id>/owner", assign_lead, shows=assign)
def assigned(_door: Door, done: LeadDetail | None, lead_id: int) -> Done:
    """The lead is with somebody else."""
    said = f"The lead {done.name} is with {done.owner_name or done.queue_name} now." if done else AGAIN
    return Done(said, _lead(lead_id))
