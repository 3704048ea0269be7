"""Values of columns that come as text: from files, from changes of many records, from forms.

Days are ISO text, yes and no are `true` and `false`, whole numbers digits; what may only be one of some words is
checked against them. An empty text is nothing.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Integer

from worlds.crm.models.accounts import ACCOUNT_KINDS, CURRENCIES, INDUSTRIES, TIERS
from worlds.crm.models.deals import DEAL_KINDS, FORECASTS, LOSS_REASONS
from worlds.crm.models.leads import RATINGS, SOURCES
from worlds.crm.models.people import SEGMENTS
from worlds.crm.records.changing import MODELS
from worlds.crm.records.heads import SPOKEN
from worlds.engine.context import Context
from worlds.engine.errors import Invalid, NotFound
from worlds.engine.fields import MAX_ID
from worlds.engine.folding import fold
from worlds.engine.rows import Query
from worlds.engine.schema import Day, Flag

CHOICES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "account": {
        "kind": ACCOUNT_KINDS, "industry": INDUSTRIES, "segment": SEGMENTS, "tier": TIERS, "currency": CURRENCIES,
    },
    "contact": {"lead_source": SOURCES},
    "lead": {
        "status": ("working", "qualified", "recycled", "dead"), "source": SOURCES, "rating": RATINGS,
        "industry": INDUSTRIES,
    },
    "opportunity": {
        "kind": DEAL_KINDS, "currency": CURRENCIES, "forecast_category": FORECASTS, "loss_reason": LOSS_REASONS,
        "lead_source": SOURCES,
    },
}  # fmt: skip
"""Columns that hold one of some words; leads are assigned and converted by operations of their own."""
_YES: Final = {"true": 1, "yes": 1, "1": 1, "false": 0, "no": 0, "0": 0}
_MOST: Final = {"employees": 2_000_000, "probability": 100}
"""The most that a whole number of a column can be; the least is 1."""
_SHAPES: Final = {
    "country": (re.compile(r"[A-Z]{2}\Z"), "two capital letters, such as NL"),
    "billing_country": (re.compile(r"[A-Z]{2}\Z"), "two capital letters, such as NL"),
    "shipping_country": (re.compile(r"[A-Z]{2}\Z"), "two capital letters, such as NL"),
    "language": (re.compile(r"[a-z]{2}\Z"), "two small letters, such as nl"),
    "zone": (re.compile(r"[A-Za-z]+(/[A-Za-z_+-]+)*\Z"), "a time zone, such as Europe/Paris"),
}
_LONG: Final = frozenset({"notes", "description", "loss_note", "next_step", "pay_notes"})
"""Columns of several lines, of at most `LONGEST_TEXT` signs; the others hold one line of at most `LONGEST`."""
LONGEST, LONGEST_TEXT = 200, 8_000


class _Stage(NamedTuple):
    id: int
    name: str


_STAGES = Query(_Stage, "SELECT {fields} FROM pipeline_stage WHERE pipeline_id = :pipeline ORDER BY position")


def typed(kind: str, column: str, text: str | None) -> Any:
    """The value that a text stands for in a column of a kind of record.

    Raises:
        Invalid: when the column cannot hold it.
    """
    said = (text or "").strip()
    if not said:
        return None
    words = CHOICES[kind].get(column)
    if words is not None:
        return _one_of(kind, column, said, words)
    storage = MODELS[kind].__table__.columns[column].type
    if isinstance(storage, Flag):
        return _flag(column, said)
    if isinstance(storage, Day):
        return _day(column, said)
    return _whole(column, said) if isinstance(storage, Integer) else _text(column, said)


def stage_named(ctx: Context, pipeline_id: int, name: str) -> int:
    """The id of a stage by its name.

    Raises:
        NotFound: naming the stages that there are.
    """
    stages = _STAGES.all(ctx, pipeline=pipeline_id)
    found = next((one.id for one in stages if fold(one.name) == fold(name)), None)
    if found is None:
        known = ", ".join(one.name for one in stages)
        raise NotFound("stage_not_found", f"There is no stage {name!r}; there are {known}.", field="stage")
    return found


def _one_of(kind: str, column: str, said: str, words: tuple[str, ...]) -> str:
    found = next((one for one in words if fold(one).replace("_", " ") == fold(said).replace("_", " ")), None)
    if found is None:
        raise Invalid(
            "value_invalid",
            f"{_spoken(column).capitalize()} of a {SPOKEN[kind]} is one of {', '.join(words)}, not {said!r}.",
            field=column,
        )
    return found


def _text(column: str, said: str) -> str:
    most, lines = (LONGEST_TEXT, "text") if column in _LONG else (LONGEST, "one line")
    if len(said) > most or (column not in _LONG and "\n" in said):
        problem = f"{_spoken(column).capitalize()} is {lines} of at most {most} signs."
        raise Invalid("value_invalid", problem, field=column)
    shape, like = _SHAPES.get(column, (None, ""))
    if shape is not None and not shape.match(said):
        raise Invalid("value_invalid", f"{_spoken(column).capitalize()} is {like}, not {said!r}.", field=column)
    return said


def _flag(column: str, said: str) -> int:
    if said.casefold() not in _YES:
        raise Invalid("value_invalid", f"{_spoken(column).capitalize()} is true or false, not {said!r}.", field=column)
    return _YES[said.casefold()]


def _day(column: str, said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        problem = f"{_spoken(column).capitalize()} is a day such as 2026-03-31, not {said!r}."
        raise Invalid("value_invalid", problem, field=column) from None


def _whole(column: str, said: str) -> int:
    most = _MOST.get(column, MAX_ID)
    if not (said.isascii() and said.isdigit() and 1 <= int(said[:20]) <= most):
        told = "the id of one" if column.endswith("_id") else f"a whole number from 1 to {most}"
        problem = f"{_spoken(column).capitalize()} is {told}, not {said!r}."
        raise Invalid("value_invalid", problem, field=column)
    return int(said)


def _spoken(column: str) -> str:
    return column.removesuffix("_id").replace("_", " ")
