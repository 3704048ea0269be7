"""What becomes of two tickets of one requester about one order: the page on duplicates."""

from typing import Final

from worlds.desk.models import Ticket
from worlds.desk.rules import DUPLICATE_WINDOW
from worlds.engine.task import SOLVABLE, Decision, Situation

LINK: Final = "link"
_UNSOLVED: Final = ("new", "open", "pending", "hold")


def ruling(situation: Situation) -> Decision:
    """The later one is merged into the earlier one, unless that is solved or closed, or a day older: then linked.

    `goes_on` is the number of the ticket in which the later one goes on.
    """
    found = [situation.session.get_one(Ticket, one) for one in situation.target["ticket"]]
    first, second = sorted(found, key=lambda one: (one.created_at, one.id))
    if first.requester_id != second.requester_id:
        raise ValueError(f"Tickets {first.number} and {second.number} are of different requesters.")
    soon = second.created_at - first.created_at <= DUPLICATE_WINDOW
    merged = soon and first.status in _UNSOLVED
    return {
        "branch": SOLVABLE if merged else LINK,
        "merged": merged,
        "goes_on": first.number if merged else second.number,
        "quoted": situation.facts["reference"],
    }
