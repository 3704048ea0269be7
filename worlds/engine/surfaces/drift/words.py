"""Putting a page into a variant's words: texts, names for screen readers, hints in fields; never records.

Where the chrome is not English, what stays English says so by its `lang`.
"""

import re
from typing import Final

from lxml.html import HtmlElement

from worlds.engine.surfaces.drift.lexicon import BAR, Lexicon, parts_of, said
from worlds.engine.surfaces.drift.settings import Settings, has_class
from worlds.engine.surfaces.drift.variant import Variant

NAMES: Final = ("aria-label", "placeholder", "title", "data-label")
"""Attributes that are read by people."""
_WORDY = re.compile(r"[a-z]{3}")
_NAMELESS: Final = frozenset({"bdi", "address", "time", "script", "style", "svg", "code"})
_HIDDEN: Final = frozenset({"visually-hidden"})


class Wording:
    """A lexicon at work on one page."""

    def __init__(self, lexicon: Lexicon, settings: Settings, variant: Variant) -> None:
        self._lexicon = lexicon
        self._settings = settings
        self._variant = variant

    def put(self, root: HtmlElement) -> None:
        """Reword all below an element."""
        self._walk(root, self._variant.language)

    def reword(self, text: str) -> str:
        """A text in the variant's words, as far as they are known; the spaces around it stay."""
        worded = "".join(
            before + (self._lexicon.render(_folded(core), self._variant) or core) + after
            for before, core, after in parts_of(text)
        )
        whole = text.strip()
        known = self._lexicon.render(_folded(whole), self._variant) if whole else None
        return text.replace(whole, known) if known is not None else worded

    def _walk(self, element: HtmlElement, language: str) -> None:
        """Reword an element that stands in text of a language."""
        for name in NAMES:
            if given := element.get(name):
                element.set(name, said(self.reword(given)))
        if self._settings.is_data(element):
            self._speak(element, "".join(element.itertext()), language, "en")
            return
        if self._put_pair(element):
            language = self._speak(element, "", language, self._variant.language)
        else:
            language = self._put_texts(element, language)
        for child in element:
            if isinstance(child.tag, str):
                self._walk(child, language)

    def _put_pair(self, element: HtmlElement) -> bool:
        """Reword what is shown together with what only a screen reader is told, where they are one entry."""
        hidden = element[0] if len(element) == 1 else None
        if hidden is None or not has_class(hidden, _HIDDEN) or len(hidden):
            return False
        key = f"{_folded(element.text or '')}{BAR}{_folded_end(hidden.text or '')}"
        worded = self._lexicon.render(key, self._variant)
        if worded is None or (hidden.tail or "").strip():
            return False
        element.text, _, hidden.text = worded.partition(BAR)
        return True

    def _put_texts(self, element: HtmlElement, language: str) -> str:
        """Reword the texts right below an element; answers the language that it is in then."""
        kept = []
        if element.text and element.text.strip():
            kept.append(element.text)
            element.text = self.reword(element.text)
        for child in element:
            if child.tail and child.tail.strip():
                kept.append(child.tail)
                child.tail = self.reword(child.tail)
        if not any(_WORDY.search(text) for text in kept):
            return language
        known = any(self._lexicon.knows(text.strip()) for text in kept)
        return self._speak(element, " ".join(kept), language, self._variant.language if known else "en")

    @staticmethod
    def _speak(element: HtmlElement, text: str, language: str, own: str) -> str:
        """Say the language of an element where it is another than that around it."""
        if own == language or element.tag in _NAMELESS or (text and not _WORDY.search(text)):
            return language
        element.set("lang", own)
        return own


def _folded(text: str) -> str:
    return " ".join(text.split())


def _folded_end(text: str) -> str:
    """A text in one line; a space at its beginning stays."""
    return (" " if text[:1].isspace() else "") + _folded(text)
