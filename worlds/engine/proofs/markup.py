"""A page's markup as a tree, and its words: those that are seen, and those that only its source or a picture says."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from worlds.engine.surfaces.forms import OWN_FIELDS

UNSEEN = frozenset({"script", "style", "template", "noscript"})
"""Elements whose text is not shown."""
SAYING = frozenset({"alt", "title", "aria-label", "aria-description", "content", "summary", "longdesc"})
"""Attributes that say something which is not seen on the page."""
_WORD = re.compile(r"(?<!\w)[^\W\d_]{3,}(?!\w)")


@dataclass(slots=True)
class Element:
    """An element of a page; `inside` holds its elements, texts and, as bytes, its comments, in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    above: "Element | None" = None
    inside: "list[Element | str | bytes]" = field(default_factory=list)

    def walk(self) -> "Iterator[Element]":
        """This element and all below it."""
        waiting = [self]
        while waiting:
            one = waiting.pop()
            yield one
            waiting += [child for child in reversed(one.inside) if isinstance(child, Element)]

    def within(self, tags: frozenset[str]) -> "Element":
        """The nearest element around this one that is of these; what stands right around it, if none is."""
        around = self.above
        while around is not None and around.tag not in tags:
            around = around.above
        return around or self.above or self


class _Reader:
    """Builds the tree from what the parser meets."""

    def __init__(self) -> None:
        self.root = Element("")
        self._open = self.root

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Open an element."""
        made = Element(tag, dict(attributes), self._open)
        self._open.inside.append(made)
        self._open = made

    def end(self, tag: str) -> None:  # noqa: ARG002 - the parser closes what is open, in order
        """Close the innermost element."""
        self._open = self._open.above or self.root

    def data(self, data: str) -> None:
        """Add text."""
        self._open.inside.append(data)

    def comment(self, text: str) -> None:
        """Add a comment."""
        self._open.inside.append(text.encode())

    def close(self) -> Element:
        """The whole tree."""
        return self.root


def read(text: str) -> Element:
    """The tree of an HTML or SVG document; a broken one gives what could be read."""
    parser = etree.HTMLParser(target=_Reader(), encoding="utf-8")
    parser.feed(text.encode() or b" ")
    root: Element = parser.close()
    return root


def words(text: str) -> set[str]:
    """The words of a text, of three letters or more, in lower case."""
    return {word.casefold() for word in _WORD.findall(text)}


def seen(element: Element) -> set[str]:
    """The words that stand on the page, in its fields and in its title."""
    found: set[str] = set()
    for one in element.walk():
        if one.tag not in UNSEEN:
            found.update(*(words(child) for child in one.inside if isinstance(child, str)))
        if one.attributes.get("type") != "hidden":
            found |= words(one.attributes.get("value", "")) | words(one.attributes.get("placeholder", ""))
    return found


def unseen(element: Element) -> set[str]:
    """What only the source or a picture's words say: words, and `data-` attributes with their values."""
    found: set[str] = set()
    for one in element.walk():
        for child in one.inside:
            if isinstance(child, bytes):
                found |= words(child.decode())
            elif isinstance(child, str) and one.tag in UNSEEN:
                found |= words(child)
        for name, value in one.attributes.items():
            if name in SAYING or (name == "value" and _is_hidden_field(one)):
                found |= words(value)
            elif name.startswith("data-"):
                found |= {name, f"{name}={value}"}
    return found


def _is_hidden_field(one: Element) -> bool:
    """Whether an element is a hidden field of the world's; the surface's own hold keys and marks of no meaning."""
    return one.attributes.get("type") == "hidden" and one.attributes.get("name") not in OWN_FIELDS
