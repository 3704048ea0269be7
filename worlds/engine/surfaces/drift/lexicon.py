"""What stands on a page in other words: entries of synonyms and translations, read from TOML files.

    [words]
    "Orders" = { en = ["Sales orders"], nl = ["Bestellingen"], de = ["Bestellungen", "Aufträge"] }
    "Refund order {number}" = { nl = ["Bestelling {number} terugbetalen"], de = ["Bestellung {number} erstatten"] }
    "Remove| code {code}" = { nl = ["Code {code}| weghalen"], de = ["Code {code}| entfernen"] }

The key is what the plain page says; it is one of the English wordings. Names in braces stand for what differs: a letter
for a figure, `amount` for money, `day` for a date, `number` and `order` for what has figures and no space, `reference`
and `code` for what has no space, names that begin with `word` for what is looked up in turn, alone or as a list with
commas, any other for words without the end of a sentence. A bar parts what is shown from what only a screen reader is
told.
A wording belongs to one entry alone, in whatever language, so that everything can be read back: `meaning` answers
what the plain page says. Somebody who knows the trade in these languages knows as much.

What stands in a hole may hold words of the wording itself (“Move Sun to Ice to Almere”). Of several ways to split a
text, those count in which all that is looked up is known. What these do not agree on is neither reworded nor read as
another text; and what the plain page could say as it stands is read as it stands.

A lexicon's files are `words.toml` here and those of a world's folder `variants`, which may say the same entry anew.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Final, TypeVar

from worlds.engine.surfaces.drift.variant import LANGUAGES, Variant
from worlds.engine.world import World

BAR = "\x1f"
"""The bar of a wording, once its entry is read; no record holds such a character."""
_HOLE = re.compile(r"\{(\w+)\}")
_ANYTHING = rf"(?:(?![.!?](?:\s|$)|\s·\s)[^{BAR}])+?"
_KINDS = {
    **dict.fromkeys("abmnpr", r"\d[\d,.]*"),
    **dict.fromkeys(("number", "order"), r"\S*\d\S*"),
    **dict.fromkeys(("reference", "code"), r"\S+"),
    "amount": r"[−-]?[^\s\d]{0,4}\d[\d,.]*",
    "day": r"\d{1,2} \w{3,} \d{4}",
}
"""What may stand in a hole, by its name."""
_EDGES = re.compile(r"^([\s·,:;.(“]*)(.*?)([\s·,:;.)”…]*)$", re.DOTALL)
_LIST = ", "
_TIGHT = re.compile(rf"[^\s{BAR}]{BAR}[^\s{BAR}]")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_MOST_KEPT: Final = 50_000
"""Texts of which is known what they mean, before all are forgotten."""
T = TypeVar("T")
_BETWEEN = re.compile(r"(\s+·\s+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """A meaning: what the plain page says, and all wordings by language."""

    plain: str
    wordings: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        """Take the bars of the files out of the way of those in records."""
        parted = {name: tuple(one.replace("|", BAR) for one in words) for name, words in self.wordings.items()}
        object.__setattr__(self, "plain", self.plain.replace("|", BAR))
        object.__setattr__(self, "wordings", parted)

    def wording(self, variant: Variant) -> str:
        """How a variant says it; the plain words where its language has none."""
        key = self.plain.replace(BAR, "|")
        return variant.pick(f"label|{key}", self.wordings.get(variant.language) or (self.plain,))


class _Pattern:
    """A wording with holes, and what to put in its place."""

    def __init__(self, wording: str, entry: Entry) -> None:
        self.entry = entry
        self.plain = wording == said(entry.plain)
        self._parts = _HOLE.split(wording)
        self.letters = sum(len(text) for text in self._parts[::2])
        kinds = [_KINDS.get(name, _ANYTHING) for name in self._parts[1::2]]
        self._kinds = [re.compile(kind) for kind in kinds]
        ends = [re.escape(text) for text in self._parts[2::2]]
        after = "".join(f"(?:{kind}){end}" for kind, end in zip(kinds, ends, strict=True))
        self._shape = re.compile(re.escape(self._parts[0]) + after)

    def splits(self, text: str) -> Iterator[dict[str, str]]:
        """What may stand in the holes, for every way in which the text is this wording."""
        if text.startswith(self._parts[0]) and self._shape.fullmatch(text):
            yield from self._from(0, text.removeprefix(self._parts[0]))

    def _from(self, hole: int, rest: str) -> Iterator[dict[str, str]]:
        """The same of what comes after the text before a hole."""
        if hole == len(self._kinds):
            if not rest:
                yield {}
            return
        name, end = self._parts[2 * hole + 1], self._parts[2 * hole + 2]
        last = hole == len(self._kinds) - 1
        at = len(rest) - len(end) if last else rest.find(end, 1)
        while 0 < at <= len(rest) and rest.startswith(end, at):
            if self._kinds[hole].fullmatch(rest[:at]):
                for others in self._from(hole + 1, rest[at + len(end) :]):
                    yield {name: rest[:at], **others}
            at = len(rest) + 1 if last else rest.find(end, at + 1)


class Lexicon:
    """All entries of a world."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Made by `lexicon_of`.

        Raises:
            ValueError: where two entries share a wording, or a wording has other holes than its entry.
        """
        self._by_key: dict[str, Entry] = {entry.plain: entry for entry in entries}
        self._by_wording: dict[str, Entry] = {}
        for entry in self._by_key.values():
            for wording in chain([entry.plain], *entry.wordings.values()):
                _check_holes(entry, wording)
                other = self._by_wording.setdefault(said(wording), entry)
                if other is not entry:
                    raise ValueError(
                        f"{_shown(wording)} would mean both {_shown(other.plain)} and {_shown(entry.plain)}."
                    )
        self._meanings: dict[str, str] = {}
        self._splits: dict[str, tuple[tuple[Entry, dict[str, str]], ...]] = {}

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries."""
        return tuple(self._by_key.values())

    def find(self, key: str) -> tuple[Entry, dict[str, str]] | None:
        """The entry of what a plain page says (with a `BAR` before what is hidden) and what stands in its holes."""
        return next(iter(self._found(key)), None)

    def render(self, key: str, variant: Variant) -> str | None:
        """How a variant says what a plain page says; None where no entry does, or it could not be read back."""
        ways = {
            _fill(entry.wording(variant), {name: self._filled(name, value, variant) for name, value in holes.items()})
            for entry, holes in self._found(key)
        }
        return next((worded for worded in ways if len(ways) == 1 and self.meaning(said(worded)) == said(key)), None)

    def knows(self, text: str) -> bool:
        """Whether a text of a plain page, or all its parts, have entries."""
        cores = [core for _, core, _ in parts_of(text) if _LETTERS.search(core)]
        return self.find(text) is not None or all(self.find(core) is not None for core in cores)

    def meaning(self, text: str) -> str:
        """What the plain page says in place of these words, whatever their language; unknown words as they are."""
        return _kept(self._meanings, text, self._meaning)

    # -- inside ---------------------------------------------------------------------------------------------------

    def _found(self, key: str) -> tuple[tuple[Entry, dict[str, str]], ...]:
        """The entry of what a plain page says, once for each way to split it; of several entries the one nearest."""
        return _kept(self._splits, key, self._split)

    def _split(self, key: str) -> tuple[tuple[Entry, dict[str, str]], ...]:
        exact = self._by_key.get(key)
        if exact is not None:
            return ((exact, {}),)
        for pattern in self._patterns:
            found = [holes for holes in pattern.splits(key) if self._all(holes, self.find)]
            if found:
                return tuple((pattern.entry, holes) for holes in found)
        return ()

    def _meaning(self, text: str) -> str:
        whole = self._whole(text)
        if whole is not None:
            return whole
        parts = parts_of(text)
        if len(parts) == 1 and parts[0][1] == text:
            return text
        return "".join(before + (self._whole(core) or core) + after for before, core, after in parts)

    def _whole(self, text: str) -> str | None:
        exact = self._by_wording.get(text)
        if exact is not None:
            return said(exact.plain)
        for pattern in self._inverse:
            meant = {
                said(_fill(pattern.entry.plain, {name: self._meant(name, value) for name, value in holes.items()}))
                for holes in pattern.splits(text)
                if self._all(holes, self._whole)
            }
            if meant:
                return text if text in meant else meant.pop() if len(meant) == 1 else None
        return None

    def _filled(self, name: str, value: str, variant: Variant) -> str:
        if not _is_word(name):
            return value
        return self.render(value, variant) or _LIST.join(self.render(one, variant) or one for one in value.split(_LIST))

    def _meant(self, name: str, value: str) -> str:
        if not _is_word(name):
            return value
        return self._whole(value) or _LIST.join(self.meaning(one) for one in value.split(_LIST))

    @staticmethod
    def _all(holes: Mapping[str, str], known: Callable[[str], object]) -> bool:
        """Whether all that is to be looked up is known, each alone or as a list."""
        words = [value for name, value in holes.items() if _is_word(name)]
        return all(known(value) or all(map(known, value.split(_LIST))) for value in words)

    @cached_property
    def _patterns(self) -> list[_Pattern]:
        found = [_Pattern(entry.plain, entry) for entry in self.entries if "{" in entry.plain]
        return sorted(found, key=lambda one: -one.letters)

    @cached_property
    def _inverse(self) -> list[_Pattern]:
        found = [_Pattern(wording, entry) for wording, entry in self._by_wording.items() if "{" in wording]
        return sorted(found, key=lambda one: (not one.plain, -one.letters))


def _kept(known: dict[str, T], text: str, find: Callable[[str], T]) -> T:
    """What was found for a text before, or is found now; pages say the same again and again."""
    found = known.get(text)
    if found is None:
        if len(known) > _MOST_KEPT:
            known.clear()
        found = known[text] = find(text)
    return found


def said(wording: str) -> str:
    """A wording as a screen reader says it: its parts in one."""
    return wording.replace(BAR, "")


def parts_of(text: str) -> list[tuple[str, str, str]]:
    """A text in the parts between its dots in the middle: for each what stands before, the words, what stands after."""
    found: list[tuple[str, str, str]] = []
    for place, part in enumerate(_BETWEEN.split(text)):
        if place % 2:
            before, core, after = found[-1]
            found[-1] = (before, core, after + part)
        else:
            match = _EDGES.match(part)
            found.append((match[1], match[2], match[3]) if match else ("", part, ""))
    return found


@lru_cache(maxsize=32)
def lexicon_of(world: World) -> Lexicon:
    """The engine's words and those of a world.

    Raises:
        ValueError: naming a file that cannot be read, or words that mean two things.
    """
    return Lexicon(chain(_read(Path(__file__).with_name("words.toml")), *map(_read, sorted(files_of(world)))))


def files_of(world: World) -> list[Path]:
    """The files with a world's words."""
    return [path for path in (world.folder / "variants").glob("*.toml") if path.name != "pages.toml"]


def _read(path: Path) -> Iterator[Entry]:
    table = tomllib.loads(path.read_text(encoding="utf-8")).get("words", {})
    for plain, by_language in table.items():
        if unknown := by_language.keys() - set(LANGUAGES):
            raise ValueError(f"{path.name}: {plain!r} has words in {', '.join(sorted(unknown))}.")
        english = (plain, *by_language.get("en", ()))
        yield Entry(plain, {**{name: tuple(words) for name, words in by_language.items()}, "en": english})


def _check_holes(entry: Entry, wording: str) -> None:
    if sorted(_HOLE.findall(wording)) != sorted(_HOLE.findall(entry.plain)):
        raise ValueError(f"{_shown(wording)} has other holes than {_shown(entry.plain)}.")
    if _TIGHT.search(wording):
        raise ValueError(f"{_shown(wording)} needs a space beside its bar: that is how a screen reader says it.")


def _shown(wording: str) -> str:
    """A wording as the files have it, in quotes."""
    return repr(wording.replace(BAR, "|"))


def _fill(wording: str, holes: Mapping[str, Any]) -> str:
    return _HOLE.sub(lambda match: str(holes[match[1]]), wording)


def _is_word(name: str) -> bool:
    return name.startswith("word")
