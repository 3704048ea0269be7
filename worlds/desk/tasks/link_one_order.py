"""Two tickets have come in about one order: they are linked, or made one where one person has brought both.

What is typically got wrong: merging because the order is the same, so that each reads what the other is told.
"""

from typing import TYPE_CHECKING

from worlds.desk.models.tickets import UNSOLVED
from worlds.desk.rulings.link_one_order import MERGE, ruling
from worlds.desk.tasks import deskwork
from worlds.desk.tasks.casework import spoken, ticket_numbered
from worlds.desk.tasks.settling_pairs import Two, alternatives, mistakes, settle, settle_on_pages
from worlds.desk.tasks.ticket_pairs import LATELY, ROLE, Pair, pairs_about_one_order, put
from worlds.engine.task import SOLVABLE, Draw, Family, Instance, Worker
from worlds.graders.answers import FinalAnswer

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

BRANCHES = (SOLVABLE, MERGE)

WORDINGS = (
    "{one} and {other} are about the same order. Please put that in order as our page on duplicates says, with "
    "{reference} in an internal note on the ticket in which the later of the two goes on. Tell me its number (ticket), "
    "and whether they are one ticket now (merged: yes or no).",
    "I came across {one} and {other} this morning, same order number in both. See to them by the handbook; nobody is "
    "to be answered yet. Where the later one goes on, leave a note with {reference}. I need that ticket's number "
    "(ticket) and a yes or no to: were they merged? (merged)",
    "{reference}: two tickets for one order, {one} and {other}. Do with them what the rules on merging and linking "
    "ask for, and write the reference into a note on the one that takes the later matter on. Which one is that "
    "(ticket), and are they merged (merged)?",
)


def instance(draw: Draw) -> Instance:
    """Two tickets, in no order of their own, and a reference."""
    pair = draw.pick(_cases, branch=draw.branch(BRANCHES))
    numbers = [spoken(pair.first), spoken(pair.second)]
    draw.rng("order").shuffle(numbers)
    return put(draw, pair, dict(zip(("one", "other"), numbers, strict=True)), WORDINGS, ruling)


def _cases(draw: Draw) -> list[Pair]:
    found = pairs_about_one_order(draw.session, draw.now - LATELY)
    return [one.as_pair(MERGE if one.same_requester else SOLVABLE) for one in found if one.first.status in UNSOLVED]


# -- how it is solved ---------------------------------------------------------------------------------------------


def _look(worker: Worker) -> Two:
    """Both tickets; they are one matter only where one record has brought them."""
    both = [ticket_numbered(worker, worker.facts[name]) for name in ("one", "other")]
    first, second = sorted(both, key=lambda one: (one["created_at"], one["number"]))
    return Two(first, second, first["requester"]["user_id"] == second["requester"]["user_id"])


def solve(worker: Worker) -> FinalAnswer:
    """Look whose they are, then link or merge."""
    return settle(worker, _look(worker))


def browse(page: "Page") -> FinalAnswer:
    """The same in the workspace."""
    whose = {}
    for name in ("one", "other"):
        deskwork.open_ticket(page, page.facts[name])
        page.click("link", "All tickets of the requester")
        whose[page.facts[name]] = {number for number, _ in deskwork.tickets_listed(page)}
    first, second = sorted(whose, key=lambda one: int(one.removeprefix("#")))
    return settle_on_pages(page, first, second, one=first in whose[second])


# -- how it is got wrong ------------------------------------------------------------------------------------------


def _told(two: Two) -> str:
    return f"{two.first['requester']['name']} has written to us about this as well. We look at both together."


FAMILY = Family(
    name="link-one-order",
    title="Sort out two tickets about one order",
    point="two people's tickets are linked and never merged, whatever they have in common; one person's become one",
    role=ROLE,
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives=alternatives(_look),
    mistakes=mistakes(_look, "told of the other", _told),
    unenforced={
        "the other way": "Tickets of different requesters are never merged without the written consent of both",
        "the wrong way round": "The newest is merged into the oldest that is not yet solved.",
        "told of the other": "Nothing that one of them wrote is told to the other, not even that somebody else has "
        "written.",
        "marked as well": "A link is no reason to change anything else on either ticket.",
    },
)
