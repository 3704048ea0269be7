"""A requester has written about one matter more than once: the later ticket goes into the earlier one, if that waits.

What is typically got wrong: merging into what is solved, the wrong way round, or with what only looks alike.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from worlds.desk.models.tickets import UNSOLVED
from worlds.desk.rulings.merge_duplicates import LINK, ruling
from worlds.desk.tasks import deskwork
from worlds.desk.tasks.casework import orders_in, orders_named, spoken, ticket_numbered, tickets_where
from worlds.desk.tasks.settling_pairs import Two, alternatives, mistakes, settle, settle_on_pages
from worlds.desk.tasks.ticket_pairs import LATELY, ROLE, Pair, pairs_about_one_order, put
from worlds.engine.task import SOLVABLE, Draw, Family, Instance, Worker
from worlds.graders.answers import FinalAnswer

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

BRANCHES = (SOLVABLE, LINK)
A_DAY = timedelta(hours=24)

WORDINGS = (
    "{ticket} looks to me as if its requester had written to us twice about the same thing. Please find the other "
    "ticket and do what our page on duplicates says, with {reference} in an internal note on the ticket in which the "
    "later one goes on. Tell me the number of that ticket (ticket) and whether they were merged (merged: yes or no).",
    "Whoever sent {ticket} has sent it more than once, I think: same order, same wish. Sort it out by the handbook "
    "without answering them yet, and put {reference} into a note where the later ticket goes on. I need that number "
    "(ticket), and a yes or no to: are they one now? (merged)",
    "Duplicate of something? {ticket}. Look for the requester's other ticket about that order, follow the rules on "
    "merging and linking, and leave an internal note with {reference} on the one that the later matter goes on in. "
    "Report its number (ticket) and if the two were merged (merged).",
)


def instance(draw: Draw) -> Instance:
    """One of two tickets, and a reference."""
    pair = draw.pick(_cases, branch=draw.branch(BRANCHES))
    named = {"ticket": spoken(draw.rng("which").choice((pair.first, pair.second)))}
    return put(draw, pair, named, WORDINGS, ruling)


def _cases(draw: Draw) -> list[Pair]:
    """Two tickets of one requester; what is solved but not closed was solved long enough before it closes."""
    found = [one for one in pairs_about_one_order(draw.session, draw.now - LATELY) if one.same_requester]
    return [one.as_pair(SOLVABLE if one.first.status in UNSOLVED else LINK) for one in found]


# -- how it is solved ---------------------------------------------------------------------------------------------


def _look(worker: Worker) -> Two:
    """The requester's tickets about the order that this one is about; one matter if the earlier one still waits."""
    known = ticket_numbered(worker, worker.facts["ticket"])
    orders = orders_named(known)
    theirs = tickets_where(worker, requester_id=known["requester"]["user_id"], sort="oldest")
    first, second = (one for one in theirs if orders & orders_named(one))
    passed = datetime.fromisoformat(second["created_at"]) - datetime.fromisoformat(first["created_at"])
    return Two(first, second, passed <= A_DAY and first["status"] not in ("solved", "closed"))


def solve(worker: Worker) -> FinalAnswer:
    """Find the other ticket of the requester about the order, then merge or link."""
    return settle(worker, _look(worker))


def browse(page: "Page") -> FinalAnswer:
    """The same in the workspace."""
    deskwork.open_ticket(page, page.facts["ticket"])
    orders = _orders(page)
    page.click("link", "All tickets of the requester")
    about = []
    for number, status in deskwork.tickets_listed(page):
        deskwork.open_ticket(page, number)
        if orders & _orders(page):
            about.append((int(number.removeprefix("#")), status))
    (first, status), (second, _) = sorted(about)
    return settle_on_pages(page, spoken(first), spoken(second), one=status not in ("Solved", "Closed"))


def _orders(page: "Page") -> set[str]:
    """The orders that the ticket that is open is about."""
    return orders_in(f"{page.heading} {page.text('Conversation')}")


# -- how it is got wrong ------------------------------------------------------------------------------------------


def _told(two: Two) -> str:
    return f"Thank you. We have your messages on {spoken(two.first['number'])} and answer them together."


FAMILY = Family(
    name="merge-duplicates",
    title="Sort out a matter that was written about twice",
    point="the later ticket goes into the earlier one and never the other way; what is solved is linked, not merged",
    role=ROLE,
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives=alternatives(_look),
    mistakes=mistakes(_look, "answered as well", _told),
    unenforced={
        "the other way": "Never merge into a solved or a closed ticket",
        "the wrong way round": "The newest is merged into the oldest that is not yet solved.",
        "answered as well": "Do not reply on a ticket that is to be merged away; reply once, on the one that stays.",
        "marked as well": "A link is no reason to change anything else on either ticket.",
    },
)
