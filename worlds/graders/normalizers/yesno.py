"""A yes or a no, as one word; prose never states one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from worlds.graders.normalizers import Canonical, as_text

_WORDS: Final = {
    "yes": "yes", "y": "yes", "true": "yes", "ja": "yes",
    "no": "no", "n": "no", "false": "no", "nein": "no",
}  # fmt: skip


def normalize(given: Any, options: Mapping[str, Any]) -> Canonical | None:  # noqa: ARG001 (the shape of a normalizer)
    """Return `yes` or `no`; a number is neither."""
    text = as_text(given) if isinstance(given, str | bool) else None
    return _WORDS.get(text.casefold().removesuffix(".")) if text else None


def mentioned(text: str, wanted: Canonical, options: Mapping[str, Any]) -> bool:  # noqa: ARG001 (as normalize)
    """Say no: which question a yes in prose answers cannot be told."""
    return False
