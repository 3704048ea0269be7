"""Conditions as administrators write them: JSON text that is looked through before it is stored.

What could not be asked of a record is refused here, so that no rule fails when it is looked at.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Integer

from worlds.crm.records.changing import MODELS
from worlds.crm.records.conditions import JOINS
from worlds.engine.errors import Invalid
from worlds.engine.schema import Flag

DEEPEST: Final = 5
MOST: Final = 30
"""How deep conditions may be joined, and how many may be joined at one place."""
_SAME: Final = ("is", "is_not")
_ORDERED: Final = ("less", "more")
_TEXTS: Final = ("contains", "starts")
_YES_NO: Final = ("empty", "changed")
LOOKS: Final = (*_SAME, "in", *_ORDERED, *_TEXTS, *_YES_NO)


def known_fields(kind: str) -> dict[str, type]:
    """What conditions on a kind of record can look at, with the Python type of what it holds."""
    types: dict[str, type] = {}
    for column in MODELS[kind].__table__.columns:
        if isinstance(column.type, Flag):
            types[column.name] = bool
        else:
            types[column.name] = int if isinstance(column.type, Integer) else str
    return {**types, "stage": str, "stage_kind": str} if kind == "opportunity" else types


def stored_condition(kind: str, text: str) -> str:
    """A condition as it is stored.

    Args:
        kind: what the rule is about.
        text: JSON, as `worlds.crm.records.conditions` reads it.

    Raises:
        Invalid: saying what is wrong with it.
    """
    try:
        condition = json.loads(text)
    except (ValueError, RecursionError):
        raise _invalid('it is no JSON; write, for instance, {"field": "country", "is": "NL"}') from None
    _check(condition, known_fields(kind), 1)
    return json.dumps(condition, ensure_ascii=False)


def _check(condition: Any, known: Mapping[str, type], depth: int) -> None:
    if not isinstance(condition, dict) or depth > DEEPEST:
        raise _invalid(f"conditions are JSON objects, joined at most {DEEPEST} deep")
    join = next((one for one in JOINS if one in condition), None)
    if join is None:
        _check_look(condition, known)
        return
    if len(condition) > 1:
        raise _invalid(f"{join} stands alone in its object")
    if join == "always":
        if condition[join] is not True:
            raise _invalid('always is written {"always": true}')
    elif join == "not":
        _check(condition[join], known, depth + 1)
    else:
        parts = condition[join]
        if not isinstance(parts, list) or not 1 <= len(parts) <= MOST:
            raise _invalid(f"{join} joins a list of 1 to {MOST} conditions")
        for one in parts:
            _check(one, known, depth + 1)


def _check_look(condition: Mapping[str, Any], known: Mapping[str, type]) -> None:
    looks = [name for name in condition if name != "field"]
    if len(looks) != 1 or looks[0] not in LOOKS:
        raise _invalid(f"a condition has a field and one of {', '.join(LOOKS)}")
    field, look, asked = condition.get("field"), looks[0], condition[looks[0]]
    if not isinstance(field, str) or field not in known:
        raise _invalid(f"there is no field {field!r}; there are {', '.join(sorted(known))}")
    kind = known[field]
    fits = {
        **dict.fromkeys(_SAME, asked is None or _is(asked, kind)),
        **dict.fromkeys(_ORDERED, _is(asked, kind) and kind is not bool),
        **dict.fromkeys(_TEXTS, isinstance(asked, str) and kind is str),
        **dict.fromkeys(_YES_NO, isinstance(asked, bool)),
        "in": isinstance(asked, list) and 1 <= len(asked) <= MOST and all(_is(one, kind) for one in asked),
    }
    if not fits[look]:
        raise _invalid(f"{field} holds {_spoken(kind)}, and {look} cannot ask that of it: {asked!r}"[:200])


def _is(asked: Any, kind: type) -> bool:
    return type(asked) is kind


def _spoken(kind: type) -> str:
    return {bool: "true or false", int: "whole numbers", str: "text; days are written 2026-03-31"}[kind]


def _invalid(problem: str) -> Invalid:
    return Invalid("condition_invalid", f"The condition cannot be asked: {problem}.", field="condition")
