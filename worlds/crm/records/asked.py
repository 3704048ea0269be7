"""What a call asks for: which columns it changes, and who owns what it makes."""

from collections.abc import Sequence
from typing import Any

from worlds.engine.context import Context
from worlds.engine.errors import Invalid


def settled(asked: dict[str, Any], empty: Sequence[str]) -> dict[str, Any]:
    """What a call changes: what it gives, and what it empties.

    Raises:
        Invalid: when it names nothing, or gives and empties the same.
    """
    changes = {name: value for name, value in asked.items() if value is not None}
    both = sorted(set(empty) & changes.keys())
    if both:
        raise Invalid(
            "set_and_emptied", f"{both[0]} is to be set and emptied in one call; say one of the two.", field="empty"
        )
    changes |= dict.fromkeys(empty)
    if not changes:
        raise Invalid("nothing_to_change", "The call names nothing that is to be changed.")
    return changes


def acting_owner(ctx: Context) -> int:
    """The acting person's own id, who owns what they make.

    Raises:
        Invalid: when nobody acts, so that an owner has to be named.
    """
    if ctx.actor.person is None:
        raise Invalid("owner_required", "Nobody is signed in who could own it; name an owner.", field="owner_id")
    return ctx.actor.person
