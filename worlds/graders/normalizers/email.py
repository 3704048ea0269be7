"""E-mail addresses, whole and without regard to case; dots and plus signs are part of an address."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from worlds.graders.normalizers import Canonical, as_text

_ADDRESS: Final = re.compile(r"[^\s@<>()\"',:;\[\]\\]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24}")
_STATED: Final = re.compile(r"[^\s@<>()\"',:;\[\]\\]{1,64}@[\w.-]{3,200}")


def normalize(given: Any, options: Mapping[str, Any]) -> Canonical | None:  # noqa: ARG001 (the shape of a normalizer)
    """Return the address in lower case; `mailto:` and angle brackets around it are no part of it."""
    text = as_text(given) if isinstance(given, str) else None
    if not text:
        return None
    text = unicodedata.normalize("NFC", text).casefold()
    if text.startswith("<") and text.endswith(">"):
        text = text[1:-1]
    text = text.removeprefix("mailto:")
    local = text.partition("@")[0]
    broken = local.startswith(".") or local.endswith(".") or ".." in text
    return text if _ADDRESS.fullmatch(text) and not broken else None


def mentioned(text: str, wanted: Canonical, options: Mapping[str, Any]) -> bool:
    """Say whether the prose holds this address, as a whole."""
    return any(normalize(match[0].rstrip(".-_"), options) == wanted for match in _STATED.finditer(text))
