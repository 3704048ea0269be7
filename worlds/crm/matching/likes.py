"""Likes of a record among records of all kinds, as they are told to whoever asks for them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from worlds.crm.lead_views import LikeView
from worlds.crm.matching import sets
from worlds.crm.matching.finding import RULES, Marks, marks_of, matches
from worlds.engine.context import Context

AGAINST: Final = {
    "account": ("account", "lead"),
    "contact": ("contact", "lead"),
    "lead": ("contact", "account", "lead"),
}
"""Among which kinds the likes of a record are looked for."""
_MOST: Final = 20


def likes_of(ctx: Context, kind: str, values: Mapping[str, Any], key: int) -> list[LikeView]:
    """Everything that is like a stored record by any matching rule in use, whether or not a rule on duplicates asks."""
    return likes(ctx, marks_of(ctx, kind, values, key), AGAINST[kind])


def likes(ctx: Context, marks: Marks, against: Sequence[str]) -> list[LikeView]:
    """Everything of some kinds that has the like of some marks, at most 20 of a kind."""
    rules = RULES.all(ctx)
    names = {rule.id: rule.name for rule in rules}
    found = []
    for kind in against:
        known = {one.key: one for one in matches(ctx, marks, kind, rules)[:_MOST]}
        found += [
            _told(one, [names[rule] for rule in known[one.record_id].rules]) for one in sets.told(ctx, kind, known)
        ]
    return found[:50]


def _told(one: sets.Told, rules: list[str]) -> LikeView:
    return LikeView(openable=one.openable, rules=rules, **one._asdict())
