"""The desk on a day on which something goes wrong, and what one is told there."""

from functools import partial

import troubles
from troubles import done

under = partial(troubles.under, target="desk", role="agent")
"""A day at the desk on which one rule is in force."""


def base(body, field="base"):
    """What a body says of a field, as this vendor puts it."""
    (one,) = body["details"][field]
    return one


def tickets(episode, **filters):
    return done(episode, "list_tickets", **{"status": "open", "page_size": 50, **filters})["items"]


def a_ticket(episode, **filters):
    """An open ticket, whole."""
    return done(episode, "get_ticket", ticket_id=tickets(episode, **filters)[0]["ticket_id"])
