"""A chain of hashes over the entries of a journal, so that a saved record shows whether it was altered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Final

START: Final = "0" * 64


def link(previous: str, payload: Any) -> str:
    """Return the hash (64 hex digits) of a JSON payload that follows the entry with the hash `previous`."""
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def verify(entries: Iterable[tuple[Any, str]], start: str = START) -> int | None:
    """Check (payload, hash) pairs in order; return the index of the first that does not follow, None if all do.

    A chain cut short still verifies: compare its last hash with the one that was kept elsewhere.
    """
    previous = start
    for index, (payload, claimed) in enumerate(entries):
        previous = link(previous, payload)
        if previous != claimed:
            return index
    return None
