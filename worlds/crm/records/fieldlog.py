"""The history of records: each column that changed, from what to what, by whom."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from worlds.crm.models import FieldHistory
from worlds.engine.context import Context
from worlds.engine.fields import iso_instant
from worlds.engine.rows import insert

UNTOLD: Final = frozenset(
    {
        "updated_at", "search_text", "name_norm", "company_norm", "domain_norm", "phone_norm", "email_norm",
        "stage_since", "last_activity_on",
    }
)  # fmt: skip
"""Columns that are worked out from others, or only say when something changed."""


def write(
    ctx: Context, kind: str, key: int, before: Mapping[str, Any], after: Mapping[str, Any], via: str = "user"
) -> None:
    """Write down which columns of a record became something else; `after` holds those that were stored."""
    for field in sorted(after.keys() - UNTOLD):
        if before.get(field) != after[field]:
            entry(ctx, kind, key, field, before.get(field), after[field], via)


def entry(ctx: Context, kind: str, key: int, field: str, before: Any, after: Any, via: str = "user") -> None:
    """Write down one change of a record; also one of its parts, under a name such as `email` or `consent.post`."""
    insert(
        ctx, FieldHistory, kind=kind, record_id=key, field=field, before=_text(before), after=_text(after),
        actor_id=ctx.actor.person, actor_name=ctx.actor.name or ctx.actor.role, via=via, at=ctx.now,
    )  # fmt: skip


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return iso_instant(value) if isinstance(value, datetime) else str(value)
