"""Field-level security: columns that a role neither sees nor sets."""

from collections.abc import Mapping
from typing import Any

from worlds.crm.rules import WITHHELD
from worlds.engine.context import Context
from worlds.engine.errors import Forbidden


def names(ctx: Context, kind: str) -> list[str]:
    """The columns of a kind that are kept from the acting role, sorted."""
    return sorted(name for name, roles in WITHHELD.get(kind, {}).items() if ctx.actor.role not in roles)


def shown(ctx: Context, kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a record with None in place of what is kept from the acting role."""
    kept = names(ctx, kind)
    return {name: None if name in kept else value for name, value in values.items()}


def check(ctx: Context, kind: str, changes: Mapping[str, Any]) -> None:
    """Refuse to set what the acting role may not see.

    Raises:
        Forbidden: naming the first such column.
    """
    for name in names(ctx, kind):
        if name in changes:
            raise Forbidden(
                "field_not_permitted",
                f"Your role may neither see nor set {name} of a {kind}; leave it out, or ask an administrator.",
                field=name,
            )
