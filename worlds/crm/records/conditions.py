"""Conditions in which the house writes its rules: JSON over the values of a record.

`{"all": [...]}`, `{"any": [...]}` and `{"not": ...}` join conditions; `{"always": true}` holds. One looks at a value:
`{"field": "amount", "more": 100000}`, with `is`, `is_not`, `in`, `less`, `more`, `contains`, `starts` (texts are folded
before they are compared), `empty` (true or false) or `changed` (true or false).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from worlds.engine.folding import fold

Values = Mapping[str, Any]


def _equal(value: Any, asked: Any) -> bool:
    return fold(value) == fold(asked) if isinstance(value, str) and isinstance(asked, str) else bool(value == asked)


_LOOKS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "is": _equal,
    "is_not": lambda value, asked: not _equal(value, asked),
    "in": lambda value, asked: any(_equal(value, one) for one in asked),
    "less": lambda value, asked: value is not None and value < asked,
    "more": lambda value, asked: value is not None and value > asked,
    "contains": lambda value, asked: value is not None and fold(asked) in fold(str(value)),
    "starts": lambda value, asked: value is not None and fold(str(value)).startswith(fold(asked)),
    "empty": lambda value, asked: (value is None or value == "") is asked,
}
JOINS: Final = ("all", "any", "not", "always")


def holds(condition: Mapping[str, Any], values: Values, before: Values | None = None) -> bool:
    """Whether a condition holds of a record's values.

    Args:
        condition: as the module says.
        values: the record as it is to be, by column.
        before: the record as it was, None for a new one, of which every column that is filled has changed.

    Raises:
        ValueError: when it is none; `worlds.crm.records.rule_writing` refuses those before they are stored.
    """
    if "all" in condition:
        return all(holds(one, values, before) for one in condition["all"])
    if "any" in condition:
        return any(holds(one, values, before) for one in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], values, before)
    if "always" in condition:
        return True
    field, look, asked = _parts(condition)
    value = values.get(field)
    if look == "changed":
        was = None if before is None else before.get(field)
        return (was != value) is asked
    return _LOOKS[look](value, asked)


def fields_of(condition: Mapping[str, Any]) -> set[str]:
    """The columns that a condition looks at.

    Raises:
        ValueError: when it is none.
    """
    for join in ("all", "any"):
        if join in condition:
            return set().union(*(fields_of(one) for one in condition[join]))
    if "not" in condition:
        return fields_of(condition["not"])
    return set() if "always" in condition else {_parts(condition)[0]}


def _parts(condition: Mapping[str, Any]) -> tuple[str, str, Any]:
    looks = [name for name in condition if name in _LOOKS or name == "changed"]
    if len(looks) != 1 or not isinstance(condition.get("field"), str):
        raise ValueError(
            f"{dict(condition)} is no condition: it names a field and one of {', '.join(_LOOKS)}, changed."
        )
    return condition["field"], looks[0], condition[looks[0]]
