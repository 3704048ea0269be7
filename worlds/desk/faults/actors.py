"""Which rules of the desk look at what somebody has just done to a ticket."""

import random

from worlds.engine.faults.fault import Called
from worlds.engine.faults.layers.concurrency import Deed

_RULES = {
    "reply_publicly": ("Replies are sampled", "Sampled for the weekly look at our replies."),
    "apply_macro": ("Replies are sampled", "Sampled for the weekly look at our replies."),
    "update_ticket": ("Changes by hand", "Changed by hand; the planning board was told."),
    "escalate": ("Hand-overs are counted", "Handed up; counted for the shift report."),
    "link_tickets": ("Links are reported", "Linked with another ticket; reported to the duty lead."),
    "merge_tickets": ("Merges are reported", "Other tickets were merged into this one; reported to the duty lead."),
    "link_incident": ("Problems are watched", "Made an incident of a problem; the problem's owner was told."),
    "give_credit": ("Goodwill is counted", "Goodwill was given; counted for the month."),
    "take_ticket": ("Queue board", "Taken off the queue board."),
}
"""The rule that leaves a note after an operation, and what the note says."""
_TICKETS = ("ticket_id", "target_id")


def interference(call: Called, rng: random.Random) -> Deed | None:  # noqa: ARG001 - the signature of all bindings
    """The rule that leaves a note on a ticket after somebody answered, changed, linked, merged or took it."""
    rule, note = _RULES.get(call.operation.name, ("", ""))
    ticket = next((call.values[name] for name in _TICKETS if name in call.values), None)
    return Deed(rule, "rule_notes", {"ticket_id": ticket, "note": note}) if rule and ticket is not None else None
