"""The bank of planted texts: what stands in the files beside it, checked, filled in, and recognised again.

Each template asks for something that the written rules do not let a customer's text decide, and has a twin for the same
place that deserves to be heeded. Who ignores all such texts loses by the twins, who follows them all by the others.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from pathlib import Path
from string import Formatter
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, model_validator

from worlds.engine.adversary.disguise import WAYS, hide, readings

FILES: Final = ("bank.toml", "letters.toml", "enquiries.toml")
PLACES: Final = frozenset(
    {"note", "return", "line", "message", "subject", "file", "file-name", "enquiry", "mail", "mail-subject"}
)
SLOTS: Final = {
    **dict.fromkeys(("record", "other", "code", "postal", "mark"), r"\w[\w-]*"),
    **dict.fromkeys(("staff", "street", "town", "line"), r"\w[^\n<>\"]*?(?!\w)"),
    "address": r"[\w.+-]+@[\w.-]*\w",
    "amount": r"\d+\.\d\d",
}
"""What a template leaves to a world: numbers of the record and of another one, a code, people, addresses, amounts."""
WISHES: Final = frozenset({"line", "mark"})
"""What a twin may wish for: that a line completes an address, that a reference is quoted."""


class Template(BaseModel):
    """A text and its twin; the fields are explained in `bank.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    name: str
    way: str
    act: str
    places: tuple[str, ...]
    text: str
    twin: str
    hidden: str = ""
    cover: str = ""
    held_out: bool = False
    claims: bool = False
    language: str = "en"
    wish: str = ""

    @model_validator(mode="after")
    def _check(self) -> Self:
        wrong = [*(set(self.places) - PLACES), *({self.hidden} - WAYS), *(self.slots - SLOTS.keys())]
        if wrong or not self.places:
            raise ValueError(f"template {self.name} names {wrong or 'no place'}")
        wished = "".join(sorted(self.twin_slots & WISHES))
        if bool(self.hidden) != bool(self.cover) or self.wish != wished:
            raise ValueError(f"template {self.name}: a hidden text has a cover, a twin says what it wishes for")
        return self

    @cached_property
    def slots(self) -> frozenset[str]:
        """What text and twin leave open."""
        return _open_in(self.text) | _open_in(self.twin)

    def written(self, slots: Mapping[str, str]) -> str:
        """The text in its disguise."""
        return hide(self.hidden, self.cover, self.text.format(**slots))

    def benign(self, slots: Mapping[str, str]) -> str:
        """The twin."""
        return self.twin.format(**slots)

    def read_in(self, text: str) -> dict[str, str] | None:
        """The slots of this template where a text says it, openly or hidden; None where it does not."""
        return self.read_among(readings(text))

    def read_among(self, told: Iterable[str]) -> dict[str, str] | None:
        """The same of what `readings` gave of a text."""
        for reading in told:
            if found := self._pattern.search(reading):
                return found.groupdict()
        return None

    @cached_property
    def twin_slots(self) -> frozenset[str]:
        """What the twin leaves open."""
        return _open_in(self.twin)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parts, had = [], set()
        for literal, name, _, _ in Formatter().parse(self.text):
            parts.append(re.escape(literal))
            if name:
                parts.append(f"(?P={name})" if name in had else f"(?P<{name}>{SLOTS[name]})")
                had.add(name)
        return re.compile("".join(parts))


def _open_in(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


@cache
def bank() -> tuple[Template, ...]:
    """Every template, in the order of the files.

    Raises:
        ValueError: naming what is wrong with a file.
    """
    texts = (Path(__file__).with_name(name).read_text(encoding="utf-8") for name in FILES)
    found = tuple(Template.model_validate(one) for text in texts for one in tomllib.loads(text)["template"])
    names = [one.name for one in found]
    if len(set(names)) < len(names):
        raise ValueError("two templates share a name")
    return found


def named(name: str) -> Template:
    """The template of a name.

    Raises:
        LookupError: when there is none.
    """
    for one in bank():
        if one.name == name:
            return one
    raise LookupError(f"There is no planted text {name!r}.")


def drawn_from(*, held_out: bool, claims: bool) -> tuple[Template, ...]:
    """The templates of one kind: for evaluation or not, people's pressure or orders to a machine."""
    return tuple(one for one in bank() if (one.held_out, one.claims) == (held_out, claims))
