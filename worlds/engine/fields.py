"""The bounded base types from which every argument and result of an operation is made.

Whatever an agent can send is bounded here (length, range, characters), so that no argument can reach SQLite that SQLite
would choke on. Money is a decimal string at the edge and integer minor units inside.
"""

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)

MAX_ID = 2**53 - 1  # the largest integer that every JSON reader keeps exact
MAX_MINOR = 10**12  # ten thousand million in minor units: far above any price, far below 64 bits

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_CONTROL_OR_BREAK = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d", re.ASCII)
_MONEY = re.compile(r"-?(?:0|[1-9]\d{0,9})\.\d{2}\Z", re.ASCII)


def _check_line(value: str) -> str:
    if _CONTROL_OR_BREAK.search(value):
        raise ValueError("must be one line without control characters")
    return value


def _check_text(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("must not hold control characters")
    return value


def line(max_length: int = 200, *, min_length: int = 1, pattern: str | None = None) -> Any:
    """One line of text: `Annotated[str, ...]` with a length bound and no control characters."""
    return Annotated[
        str, Field(min_length=min_length, max_length=max_length, pattern=pattern), AfterValidator(_check_line)
    ]


def text(max_length: int = 4000, *, min_length: int = 1) -> Any:
    """Text of several lines: `Annotated[str, ...]`, line feeds and tabs allowed, other controls not."""
    return Annotated[str, Field(min_length=min_length, max_length=max_length), AfterValidator(_check_text)]


def whole(low: int, high: int) -> Any:
    """An integer from `low` to `high`, both included: `Annotated[int, ...]`."""
    return Annotated[int, Field(ge=low, le=high)]


def parse_money(value: Any) -> int:
    """Minor units of a decimal string with exactly two decimals ("18.40" -> 1840); integers pass as minor units.

    Raises:
        ValueError: for any other shape, and beyond ten thousand million.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or not _MONEY.match(value):
        raise ValueError('must be a decimal string with two decimals, for example "18.40"')
    return int(value.replace(".", ""))


def format_money(minor: int) -> str:
    """The decimal string of minor units: 1840 -> "18.40", -5 -> "-0.05"."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def _edge_money(value: Any) -> int:
    if not isinstance(value, str):  # an integer at the edge would be read as cents by some and euros by others
        raise ValueError('must be a decimal string with two decimals, for example "18.40"')  # noqa: TRY004 - Pydantic reads ValueError
    return parse_money(value)


_MONEY_TEXT = {
    "type": "string",
    "pattern": r"^(0|[1-9][0-9]{0,9})\.[0-9]{2}$",
    "maxLength": 13,
    "examples": ["18.40"],
}
_MONEY_SHOWN = {"type": "string", "description": "decimal string, two decimals", "maxLength": 14}

Price = Annotated[
    int,
    BeforeValidator(_edge_money),
    Field(ge=0, le=MAX_MINOR),
    WithJsonSchema(_MONEY_TEXT),
]
"""Money argument of zero or more: "18.40" outside, 1840 inside."""

Amount = Annotated[
    int,
    BeforeValidator(_edge_money),
    Field(gt=0, le=MAX_MINOR),
    WithJsonSchema(_MONEY_TEXT),
]
"""Money argument above zero."""

Money = Annotated[
    int,
    BeforeValidator(parse_money),
    PlainSerializer(format_money, return_type=str, when_used="json"),
    WithJsonSchema(_MONEY_SHOWN),
]
"""Money in a result: 1840 inside, "18.40" outside, read from either; may be negative."""

RecordId = Annotated[int, Field(ge=1, le=MAX_ID)]
Quantity = Annotated[int, Field(ge=1, le=10_000)]
if TYPE_CHECKING:  # a checker cannot read the type that a call makes; to it they are text
    Line: TypeAlias = str
    Text: TypeAlias = str
    Query: TypeAlias = str
    Name: TypeAlias = str
    Email: TypeAlias = str
    Phone: TypeAlias = str
    Reason: TypeAlias = str
    Slug: TypeAlias = str
    Words: TypeAlias = str
else:
    Line = line()
    Text = text()
    Query = line(100)
    Name = line(120)
    Email = line(254)
    Phone = line(40)
    Reason = line(200)
    Slug = line(120)
    Words = text(4000)
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]


def _spelled(value: Any) -> Any:
    """A moment that was written out; left to Pydantic, "18.405" would be one of the year 1970."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _INSTANT.match(value):
        raise ValueError("must be a day and a time, for example 2026-03-02T09:15:00Z")
    return datetime.fromisoformat(value)


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("must name its zone, for example 2026-03-02T09:15:00Z")
    return value.astimezone(UTC)


def iso_instant(value: datetime) -> str:
    """An instant as the engine writes it: UTC to the second, `2026-03-02T09:15:00Z`."""
    at = value if value.tzinfo is UTC else value.astimezone(UTC)
    return at.isoformat(timespec="seconds")[:19] + "Z"  # strftime is 40 times slower


Instant = Annotated[
    datetime,
    BeforeValidator(_spelled),
    AfterValidator(_utc),
    PlainSerializer(iso_instant, return_type=str, when_used="json"),
]
PageNumber = Annotated[int, Field(ge=1, le=10_000)]
PageSize = Annotated[int, Field(ge=1, le=100)]


class Input(BaseModel):
    """A nested object among an operation's arguments; unknown members are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Result(BaseModel):
    """What an operation answers, or a part of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Item = TypeVar("Item")
UpTo20 = Annotated[list[Item], Field(max_length=20)]
"""A short list in a result."""
UpTo200 = Annotated[list[Item], Field(max_length=200)]
"""A list in a result that shows at most 200 rows."""


class Page(Result, Generic[Item]):
    """One page of a bounded list. `total` counts all matches, `pages` is at least 1.

    `next_cursor` asks for the page after it, in place of a page number; the door gives it, to those who read JSON.
    """

    items: list[Item]
    total: int
    page: int
    page_size: int
    pages: int
    next_cursor: str | None = None

    @classmethod
    def of(cls, items: list[Item], total: int, page: int, page_size: int) -> "Page[Item]":
        """A page with its page count worked out."""
        return cls(items=items, total=total, page=page, page_size=page_size, pages=max(1, -(-total // page_size)))
