"""A day with the CRM on which something goes wrong, and what one is told there."""

from functools import partial

import troubles
from troubles import done

under = partial(troubles.under, target="crm", role="sales_ops")
"""A day on which one rule is in force."""


def refused(episode, operation, **arguments):
    """(status, the first entry of the list) of a call that the business refuses."""
    reply = episode.call(operation, arguments)
    assert not reply.ok, reply.body
    return reply.status, reply.body[0]


def turned_away(episode, operation, **arguments):
    """(status, headers, the first entry of the list) of a call that a failure stops."""
    status, headers, body = troubles.turned_away(episode, operation, **arguments)
    return status, headers, body[0] if isinstance(body, list) else body


def rows(episode, operation, **filters):
    return done(episode, operation, **{"page_size": 50, **filters})["records"]


def a_deal(episode, **filters):
    """An open deal that nothing holds, whole."""
    row = rows(episode, "list_opportunities", **{"stage_kind": "open", "approval_lock": False, **filters})[0]
    return done(episode, "get_opportunity", opportunity_id=row["opportunity_id"])


def an_account(episode, **filters):
    row = rows(episode, "list_accounts", **{"locked": False, **filters})[0]
    return done(episode, "get_account", account_id=row["account_id"])


def a_contact(episode, **filters):
    return done(episode, "get_contact", contact_id=rows(episode, "list_contacts", **filters)[0]["contact_id"])


def a_lead(episode, **filters):
    row = rows(episode, "list_leads", **{"status": "open", **filters})[0]
    return done(episode, "get_lead", lead_id=row["lead_id"])


def a_draft(episode):
    """A quote that is a draft of a deal that nothing holds, made on the spot."""
    for row in rows(episode, "list_opportunities", stage_kind="open", approval_lock=False):
        deal = done(episode, "get_opportunity", opportunity_id=row["opportunity_id"])
        if deal["lines"] and deal["primary_contact_id"]:
            return done(episode, "create_quote", opportunity_id=deal["opportunity_id"])
    raise LookupError("no deal has lines and a contact")
