"""The first page: what the acting person has to do today; and the page of all that stands behind "More"."""

from datetime import timedelta
from typing import Final

from flask import url_for

from worlds.crm.operations.activities import list_activities
from worlds.crm.operations.approvals import list_approvals
from worlds.crm.operations.hand_over import list_hand_overs
from worlds.crm.operations.leads import create_lead, list_leads
from worlds.crm.operations.opportunities import create_opportunity, list_opportunities
from worlds.crm.operations.planning import create_task
from worlds.crm.pages.relations.app import mine, relations
from worlds.engine.surfaces.chrome import act
from worlds.engine.surfaces.pages import Door

SHOWN: Final = 8
"""Rows of each list on the first page."""
SOON: Final = timedelta(days=30)
"""Deals that close within it are shown."""
MORE: Final = (
    ("Sales", (
        ("products", "Products and prices", "What the house sells, and for how much by which price book."),
        ("handbook", "Handbook", "How the house sells: stages, discounts, consent, merging."),
        ("users", "Colleagues", "Who works here, in which role, team and territory."),
        ("territories", "Territories", "Who sells where, and the rules that place accounts."),
    )),
    ("Keeping records right", (
        ("history", "Field history", "Who changed which field, from what to what."),
        ("recycle_bin", "Recycle bin", "What was deleted, to be restored."),
        ("access_requests", "Access requests", "Who asks for access to which record."),
        ("hand_overs", "Hand-overs", "What was handed over to whom."),
        ("views", "Saved views", "Filters under a name."),
    )),
    ("Set-up", (
        ("setup", "Stages and queues", "The pipeline, and where leads wait."),
        ("rules", "Rules", "By which records are checked, given out, changed and compared."),
    )),
)  # fmt: skip


@relations.page("/")
def home(door: Door) -> str:
    """Tasks that are due, leads that wait, approvals, deals that close soon."""
    own = mine(door)
    whose = {"owner_id": own} if own else {}
    until = (door.today + SOON).isoformat()
    me = {"approver_id": door.actor.person} if door.actor.person else {}
    return door.render(
        "relations/home.html",
        own=own,
        until=until,
        tasks=door.part(list_activities, status="open", sort="due", page_size=SHOWN, **whose),
        waiting=door.part(list_leads, status="open", untouched=True, sort="waiting", page_size=SHOWN, **whose),
        deciding=door.part(list_approvals, state="pending", page_size=SHOWN, **me),
        closing=door.part(
            list_opportunities, stage_kind="open", sort="close_date", close_to=until, page_size=SHOWN, **whose
        ),
        handed=door.part(list_hand_overs, mine=True, page_size=SHOWN),
        acts=[
            act(door, "New lead", url_for("relations.new_lead"), create_lead),
            act(door, "New deal", url_for("relations.new_deal"), create_opportunity),
            act(door, "New task", url_for("relations.new_task"), create_task),
        ],
    )


@relations.page("/more")
def more(door: Door) -> str:
    """All that has no place of its own in the navigation."""
    return door.render("relations/more.html", parts=MORE)
