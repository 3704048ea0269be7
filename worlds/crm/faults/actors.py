"""Which rules of the house look at what somebody has just done to a record."""

import random
from typing import Final

from worlds.engine.faults.fault import Called
from worlds.engine.faults.layers.concurrency import Deed

_RULES: Final = {
    "change_stage": ("Stages are reviewed", "Review the deal: its stage was changed"),
    "update_opportunity": ("Deals are watched", "Look at the deal: it was changed by hand"),
    "create_quote": ("Offers are followed up", "Ask what they say to the offer"),
    "update_lead": ("Leads are sampled", "Listen in on the first call with the lead"),
    "assign_lead": ("Leads are sampled", "Listen in on the first call with the lead"),
    "update_account": ("Master data is checked", "Check the account against the trade register"),
    "merge_accounts": ("Merges are checked", "Look through the merged account"),
    "merge_contacts": ("Merges are checked", "Look through the merged contact"),
    "update_contact": ("Contacts are checked", "Ask the contact whether the data are right"),
    "log_call": ("Calls are sampled", "Read the note of the call for training"),
}
"""The rule that plans a task after an operation, and what is to be done."""
_ABOUT: Final = (
    ("opportunity_id", "opportunity"), ("lead_id", "lead"), ("contact_id", "contact"), ("account_id", "account"),
)  # fmt: skip


def interference(call: Called, rng: random.Random) -> Deed | None:  # noqa: ARG001 - the signature of all bindings
    """The rule that plans a task for a record's owner after somebody changed, merged, offered or rang."""
    rule, subject = _RULES.get(call.operation.name, ("", ""))
    named = next(((kind, call.values[name]) for name, kind in _ABOUT if call.values.get(name) is not None), None)
    if not rule or named is None:
        return None
    kind, key = named
    return Deed(rule, "rule_plans", {"kind": kind, "record_id": key, "subject": subject})
