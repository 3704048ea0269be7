"""Cursors: lists offer, beside page numbers, an opaque word with which the next page is asked for.

A cursor holds the operation, its filters, the page and the moment of issue, with a digest that shows whether it was
tampered with. It needs no secret: whoever forges one reads what the same filters would have shown anyway. It goes
alone: filters beside it are refused, since it brings its own. It is good for a while of virtual time.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from worlds.engine.dialect import Dialect
from worlds.engine.errors import Invalid
from worlds.engine.operation import Operation

LIFE = 600
"""Virtual seconds for which a cursor is good."""
LONGEST = 4_000
_DIGITS = 16
_BESIDE = frozenset({"page_size"})
_PAGED = frozenset({"items", "total", "page", "page_size", "pages"})


def schema(dialect: Dialect) -> dict[str, Any]:
    """The JSON Schema of the argument that takes a cursor."""
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST,
        "description": (
            f"The {dialect.next_cursor} of the page before; it brings the filters of that page with it and goes with "
            "none of its own, page_size apart. It is good for ten minutes."
        ),
    }


def is_list(operation: Operation[..., Any]) -> bool:
    """Whether an operation answers a page of a list."""
    return not operation.writing and operation.output_schema.get("properties", {}).keys() >= _PAGED


def takes_cursors(operation: Operation[..., Any]) -> bool:
    """Whether an operation is a list that can be asked for page by page."""
    return (
        "tools" in operation.doors
        and is_list(operation)
        and "page_size" in operation.input_schema.get("properties", {})
    )


def answered_schema(operation: Operation[..., Any]) -> dict[str, Any]:
    """The JSON Schema of an operation's answer, as its callers get it."""
    schema = operation.output_schema
    return operation.dialect.schema(schema) if takes_cursors(operation) else schema


def spoken_in(operation: Operation[..., Any], dialect: Dialect) -> Operation[..., Any]:
    """The operation as callers of a world with that dialect know it; lists that cursors turn have no page numbers."""
    if dialect == operation.dialect:
        return operation
    known = operation.input_schema
    if not dialect.by_number and takes_cursors(operation):
        known = {**known, "properties": {name: one for name, one in known["properties"].items() if name != "page"}}
    return replace(operation, dialect=dialect, input_schema=known)


def next_cursor(
    operation: Operation[..., Any], arguments: Mapping[str, Any], answer: Mapping[str, Any], now: int
) -> str | None:
    """The cursor of the page after the one answered, or None after the last.

    Args:
        operation: the list.
        arguments: its arguments as JSON values.
        answer: the page as JSON values.
        now: virtual second of the call.
    """
    if answer["page"] >= answer["pages"]:
        return None
    filters = {name: value for name, value in sorted(arguments.items()) if name != "page" and value is not None}
    payload = json.dumps([operation.name, filters, answer["page"] + 1, now], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(f"{_digest(payload)}{payload}".encode()).decode().rstrip("=")


def resolved(arguments: Mapping[str, Any], operation: Operation[..., Any], now: int) -> Mapping[str, Any]:
    """The arguments that a call with a cursor stands for; those of another call are answered as they are.

    Args:
        arguments: as they were sent.
        operation: the list that is called.
        now: virtual second of the call.

    Raises:
        Invalid: with status 400, when it is none of this list's, has run out, or does not stand alone.
    """
    word = operation.dialect.cursor
    beside = {name: value for name, value in arguments.items() if name != word}
    if arguments.get(word) is None:
        return beside if word in arguments else arguments
    return _opened(operation, arguments[word], beside, now)


def _opened(operation: Operation[..., Any], cursor: Any, beside: Mapping[str, Any], now: int) -> dict[str, Any]:
    word = operation.dialect.cursor
    named = sorted(name for name, value in beside.items() if name not in _BESIDE and value is not None)
    if named:
        raise _refused(
            word,
            "cursor_with_filters",
            f"{', '.join(named)} cannot be passed when {word} is present; it brings the filters of its list.",
        )
    try:
        name, filters, page, issued = _read(operation.dialect.bare(cursor) if isinstance(cursor, str) else cursor)
    except ValueError:
        raise _refused(
            word, "cursor_invalid", "This cursor is none that a list has given, or it was changed on the way."
        ) from None
    if name != operation.name:
        raise _refused(word, "cursor_invalid", "This cursor is one of another list; ask this one from its first page.")
    if now > issued + LIFE:
        raise _refused(
            word,
            "cursor_expired",
            "This cursor is older than ten minutes and has expired. Begin again with the first page.",
        )
    return {**filters, "page": page, **{name: value for name, value in beside.items() if name in _BESIDE}}


def _read(cursor: Any) -> tuple[str, dict[str, Any], int, int]:
    """What a cursor stands for: the list, its filters, the page and the second of its issue.

    Raises:
        ValueError: when it is none that a list has given.
    """
    if not isinstance(cursor, str) or len(cursor) > LONGEST:
        raise ValueError("no cursor")
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        digest, payload = text[:_DIGITS], text[_DIGITS:]
        name, filters, page, issued = json.loads(payload)
    except (TypeError, RecursionError):
        raise ValueError("no cursor") from None
    # The digest keeps no secret: whoever works it out may have put anything behind it.
    if digest != _digest(payload) or not isinstance(filters, dict) or type(issued) is not int:
        raise ValueError("no cursor")
    return name, filters, page, issued


def _digest(payload: str) -> str:
    return sha256(f"cursor|{payload}".encode()).hexdigest()[:_DIGITS]


def _refused(word: str, code: str, message: str) -> Invalid:
    return Invalid(code, message, field=word, status=400)
