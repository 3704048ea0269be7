"""Percentages: basis points inside (950), decimal text outside ("9.5"), so that no rounding comes between."""

import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

_SPELLED: Final = re.compile(r"(?:100(?:\.0{1,2})?|\d{1,2}(?:\.\d{1,2})?)\Z", re.ASCII)


def spelled(basis_points: int) -> str:
    """Basis points as people write a percentage: 950 -> "9.5", 2200 -> "22"."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") if rest else str(whole)


def _read(value: Any) -> int:
    """Basis points of text; an integer would be a percentage to some and basis points to others."""
    if not isinstance(value, str) or not _SPELLED.match(value):
        raise ValueError('must be a percentage as text with at most two decimals, for example "9.5"')
    whole, _, rest = value.partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0") or 0)


_TEXT = {
    "type": "string",
    "pattern": r"^(100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?)$",
    "maxLength": 6,
    "examples": ["9.5"],
}
Percent = Annotated[int, BeforeValidator(_read), Field(ge=0, le=10_000), WithJsonSchema(_TEXT)]
"""A percentage as an argument: "9.5" outside, 950 inside."""

Share = Annotated[
    int,
    BeforeValidator(lambda value: _read(value) if isinstance(value, str) else value),
    PlainSerializer(spelled, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "description": "percentage, at most two decimals", "maxLength": 6}),
]
"""A percentage in a result: 950 inside, "9.5" outside."""
