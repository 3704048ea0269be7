"""What somebody had typed when their session ended, kept in the app's cookie until the form is shown again."""

from collections.abc import Sequence

from flask import session

LONGEST = 2_500
"""Characters that are kept; a browser takes cookies of 4 KiB, and more than that is lost as in any app."""

_NAME = "draft"


def keep(action: str, pairs: Sequence[tuple[str, str]]) -> None:
    """Keep the fields of a form that goes to an address; a longer text is not kept."""
    if sum(len(name) + len(value) for name, value in pairs) <= LONGEST:
        session[_NAME] = {"action": action, "fields": [list(pair) for pair in pairs]}


def take(action: str) -> list[tuple[str, str]]:
    """The fields kept for that address, once; none where nothing was kept."""
    kept = session.get(_NAME)
    if not isinstance(kept, dict) or kept.get("action") != action:
        return []
    del session[_NAME]
    return [(str(name), str(value)) for name, value in kept["fields"]]
