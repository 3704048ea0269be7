"""Changing many tickets at once: the bar below lists of tickets, and the job's page that tells of each ticket."""

from dataclasses import dataclass

from flask import url_for

from worlds.desk.operations.bulk import JobTaken, bulk_update_tickets
from worlds.desk.pages.workspace.app import workspace
from worlds.desk.pages.workspace.choices import SETTABLE, Options, Team
from worlds.desk.pages.workspace.labels import as_labelled
from worlds.engine.surfaces.chrome import AGAIN
from worlds.engine.surfaces.forms import Form
from worlds.engine.surfaces.labels import asking
from worlds.engine.surfaces.pages import Done, Door
from worlds.engine.surfaces.slow import ASK


@dataclass(frozen=True, slots=True)
class Bulk:
    """The bar below a list: its form, the ids that were ticked when it came back, and what one chooses from."""

    form: Form
    chosen: tuple[str, ...]
    groups: Options
    agents: Options
    statuses: Options


def bulk_of(door: Door, action: str, people: Team) -> Bulk:
    """The bar below a list that is sent to an address; whom tickets can be given to are `people`."""
    form = asking(
        as_labelled(door.form(bulk_update_tickets, action, name="bulk")), ticket_ids="Tick the tickets to change."
    )
    chosen = tuple(form.sent.typed.raw.get("ticket_ids", ())) if form.sent else ()
    return Bulk(form, chosen, people.groups, people.agents, SETTABLE)


def taken_on(done: JobTaken | None, back: str) -> Done:
    """Where one goes after many tickets were sent: to the job that works them off."""
    if done is None:
        return Done(AGAIN, back)
    return Done(f"{done.total} tickets are being changed.", url_for("workspace.job", job_id=done.job_id))


@workspace.page("/jobs/<job_id>")
def job(door: Door, job_id: str) -> str:
    """How a job stands, and what became of each ticket."""
    return door.render("workspace/job.html", job=door.read(door.world.operations[ASK], job_id=job_id))
