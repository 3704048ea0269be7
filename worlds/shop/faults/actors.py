"""Which automations of the shop look at what somebody has just changed."""

import random

from worlds.engine.faults.fault import Called
from worlds.engine.faults.layers.concurrency import Deed

_TRIGGERS = {
    "refund_order": ("review-refund", "trigger 12"),
    "cancel_order": ("check-cancellation", "trigger 7"),
    "edit_shipping_address": ("address-changed", "trigger 31"),
    "add_order_note": ("noted", "trigger 4"),
}
"""The tag that an automation sets after an operation, and what the automation is called."""


def interference(call: Called, rng: random.Random) -> Deed | None:  # noqa: ARG001 - the signature of all bindings
    """The automation that tags an order after somebody refunded, cancelled, readdressed or noted it."""
    tag, who = _TRIGGERS.get(call.operation.name, ("", ""))
    if not tag or "order_id" not in call.values:
        return None
    return Deed(who, "automation_tags", {"order_id": call.values["order_id"], "tag": tag})
