"""What becomes of two tickets about one order: the page on duplicates, different requesters."""

from typing import Final

from worlds.desk.models import Ticket
from worlds.engine.task import SOLVABLE, Decision, Situation

MERGE: Final = "merge"


def ruling(situation: Situation) -> Decision:
    """Two requesters' tickets are linked; those of one record, which both wait and came within a day, become one.

    `goes_on` is the number of the ticket in which the later one goes on.
    """
    first_id, second_id = sorted(situation.target["ticket"])
    first, second = (situation.session.get_one(Ticket, one) for one in (first_id, second_id))
    merged = first.requester_id == second.requester_id
    return {
        "branch": MERGE if merged else SOLVABLE,
        "merged": merged,
        "goes_on": first.number if merged else second.number,
        "quoted": situation.facts["reference"],
    }
