"""How a system speaks where all of them do the same: what it calls what stands beside arguments, how its lists turn.

Real systems differ in such words although they mean the same, and whoever has learned one by heart stumbles over the
next. A world names its dialect; its operations carry it, and everything that faces a caller speaks it. Pages, whose
fields are the house's own, do not. Nothing here knows a world's words: a further way to say a page is data, no branch.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal

Part = Literal["rows", "total", "number", "size", "pages", "more", "done", "next"]
"""What an answer may tell of a page: its rows; how many rows there are in all; its number, its size and how many pages
there are; whether more follow, or whether this was the last; the cursor that asks for the next, null after the last."""

NUMBERED: Final[Mapping[str, Part]] = MappingProxyType(
    {
        "items": "rows",
        "total": "total",
        "page": "number",
        "page_size": "size",
        "pages": "pages",
        "next_cursor": "next",
    }
)
"""A page as the engine has it (`worlds.engine.fields.Page`): lists turn by number, or by cursor."""

_HELD: Final[Mapping[Part, str]] = MappingProxyType({part: name for name, part in NUMBERED.items()})
_YES_OR_NO: Final = frozenset({"more", "done"})


@dataclass(frozen=True, slots=True)
class Dialect:
    """A system's own words.

    Args:
        version: the argument that makes a write conditional.
        cursor: the argument that asks for the page that a cursor stands for.
        alike: the argument that saves something although the system has found its like.
        page: what an answer tells of a page, in its order: names, and the `Part` that each stands for. Where it tells
            no number, lists are turned by cursor alone.
        locator: how an answer writes a cursor, `{}` standing for it, where it is told as an address; a caller may send
            it as it was told, or the cursor alone.
        conflicts: when a write that was made with an old version is refused. `record`: where anything of the record was
            changed since. `columns`: only where somebody else has changed what the call itself changes; see
            `worlds.engine.clashes`.

    Raises:
        TypeError: when a page has no rows, no cursor of the next, or something twice.
    """

    version: str = "if_version"
    cursor: str = "cursor"
    alike: str = "allow_duplicate"
    page: Mapping[str, Part] = field(default_factory=lambda: NUMBERED, hash=False)
    locator: str = "{}"
    conflicts: Literal["record", "columns"] = "record"

    def __post_init__(self) -> None:
        told = list(self.page.values())
        if len(set(told)) < len(told) or not {"rows", "next"} <= set(told):
            raise TypeError("A page tells its rows and the cursor of the next page, and nothing of it twice.")
        if self.locator.count("{}") != 1:
            raise TypeError("A locator says by {} where its cursor stands.")

    @property
    def by_number(self) -> bool:
        """Whether lists can be asked for a page by its number."""
        return self.called("number") is not None

    @property
    def next_cursor(self) -> str:
        """What an answer calls the cursor of the page after it."""
        return str(self.called("next"))

    def called(self, part: Part) -> str | None:
        """What answers call a part of a page; None where they do not tell it."""
        return next((name for name, one in self.page.items() if one == part), None)

    # -- telling --------------------------------------------------------------------------------------------------

    def tell(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A page of a list as it is answered; `body` as the engine has it, with its cursor."""
        return {name: self._value(part, body) for name, part in self.page.items()}

    def schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON Schema of such an answer, from that of a page as the engine has it."""
        if self.page == NUMBERED:
            return dict(schema)
        known = schema["properties"]
        told = {
            name: {"type": "boolean"} if part in _YES_OR_NO else known[_HELD[part]] for name, part in self.page.items()
        }
        return {**schema, "properties": told, "required": list(told)}

    def _value(self, part: Part, body: Mapping[str, Any]) -> Any:
        cursor = body["next_cursor"]
        if part in _YES_OR_NO:
            return (cursor is None) == (part == "done")
        if part == "next" and cursor is not None:
            return self.locator.replace("{}", cursor)
        return body[_HELD[part]]

    # -- reading --------------------------------------------------------------------------------------------------

    def bare(self, locator: str) -> str:
        """The cursor in what was sent to ask for a page: a locator as it was told, or the cursor alone."""
        before, _, after = self.locator.partition("{}")
        whole = locator.startswith(before) and locator.endswith(after) and len(locator) >= len(before) + len(after)
        return locator[len(before) : len(locator) - len(after)] if whole else locator

    def rows(self, answer: Mapping[str, Any]) -> list[Any]:
        """The rows of a page."""
        rows: list[Any] = answer[str(self._of(answer).called("rows"))]
        return rows

    def pages(self, answer: Mapping[str, Any]) -> int | None:
        """How many pages a list has, where it turns by number and says so."""
        words = self._of(answer)
        return answer[str(words.called("pages"))] if words.by_number and words.called("pages") else None

    def onward(self, answer: Mapping[str, Any]) -> str | None:
        """What asks for the page after this one, as the answer tells it; None after the last."""
        told: str | None = answer[self._of(answer).next_cursor]
        return told

    def is_whole(self, answer: Any) -> bool:
        """Whether an answer is a list that has come to its end on one page."""
        if not isinstance(answer, Mapping) or not (self._fits(answer) or PLAIN._fits(answer)):
            return False
        pages = self.pages(answer)
        return self.onward(answer) is None if pages is None else pages == 1

    def _fits(self, answer: Mapping[str, Any]) -> bool:
        return self.page.keys() <= answer.keys()

    def _of(self, answer: Mapping[str, Any]) -> "Dialect":
        """In whose words an answer is told: lists that no cursor turns are told in the engine's own."""
        return self if self._fits(answer) else PLAIN


PLAIN = Dialect()
