"""Fact sheets: what a person can tell, and how one hears that it is asked for."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]?")
_REQUEST = re.compile(
    r"\?|\b(?:please|could you|can you|tell|send|give|let (?:me|us) know|need|confirm|what|which|when|where|who|how"
    r"|bitte|nennen|schicken|teilen|brauchen|benötigen|welche[rsn]?|wann|wo|wie"
    r"|merci de|veuillez|pourriez|pouvez|envoyez|envoyer|indiquez|besoin|quelle?s?|quand|où|comment"
    r"|graag|alstublieft|kunt|kun|stuur|geef|laat|welke?|wanneer|waar|hoe|nodig)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a fact sheet.

    Args:
        name: what it is called, such as `order_number`.
        value: what they tell.
        words: what a question for it holds, any one of them, in any language: `("order number", "Bestellnummer")`.
        wrong: what they tell instead where they look at the wrong paper; nothing where empty.
        spoken: what they call it, in their language; its name where empty.
        files: what they send along with it, as the event operation by which they answer takes `files`; what they tell
            wrongly comes without.
    """

    name: str
    value: str
    words: Sequence[str]
    wrong: str = ""
    spoken: str = ""
    files: Sequence[Mapping[str, Any]] = ()


def asked_for(text: str, sheet: Iterable[Fact]) -> list[str]:
    """The facts that a message asks for, in the order of the sheet.

    A sentence asks if it ends in a question mark or holds a word of request; it asks for a fact if it holds one of the
    fact's words. What merely mentions a fact asks for nothing.
    """
    requests = [one.lower() for one in _SENTENCE.findall(text) if _REQUEST.search(one)]
    return [fact.name for fact in sheet if any(_holds(one, fact.words) for one in requests)]


def _holds(sentence: str, words: Sequence[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(word.lower())}", sentence) for word in words)
