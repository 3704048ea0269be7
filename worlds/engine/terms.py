"""The terms on which a write is asked for: under which idempotency key, and only if the record is still at a version.

No operation takes them as arguments of its own. Tools, JSON bodies and forms may send them among the arguments, HTTP
as the headers `Idempotency-Key` and `If-Match`; the door takes them out before it looks at the business.
"""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from worlds.engine import beside
from worlds.engine.errors import Invalid
from worlds.engine.fields import MAX_ID
from worlds.engine.operation import Operation

KEY = "idempotency_key"
VERSION = "if_version"
"""What forms call it, and whoever speaks no dialect."""
LONGEST_KEY = 255
LONGEST_VERSION = 16
_HALVES = re.compile(r"[\ud800-\udfff]")
"""Halves of characters, which no UTF-8 can hold."""
_ETAG = re.compile(r'(?:W/)?"?([1-9]\d{0,15})"?\Z', re.ASCII)

KEY_SCHEMA: Mapping[str, Any] = {
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST_KEY,
    "description": (
        "A key of your choice that names this one request; sent again with the same key and arguments, it is answered "
        "as it was the first time and not done again."
    ),
}
VERSION_SCHEMA: Mapping[str, Any] = {
    "type": "integer",
    "minimum": 1,
    "maximum": MAX_ID,
    "description": (
        "The version of the record that you read; if somebody has changed it since, nothing is done and you are told "
        "what differs. Left out, whatever is there is overwritten."
    ),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What stood beside the arguments of a call; None for what was not said."""

    key: str | None = None
    if_version: int | None = None


def taken_by(operation: Operation[..., Any]) -> Mapping[str, Mapping[str, Any]]:
    """The schemas of the terms that an operation takes, by name."""
    if not operation.writing:
        return {}
    return {operation.dialect.version: VERSION_SCHEMA, KEY: KEY_SCHEMA} if operation.record else {KEY: KEY_SCHEMA}


def schema_with(operation: Operation[..., Any]) -> dict[str, Any]:
    """An operation's input schema with all that may stand beside its arguments, as a caller is shown it."""
    terms = {**beside.taken_by(operation), **taken_by(operation)}
    if not terms:
        return operation.input_schema
    properties = {**operation.input_schema.get("properties", {}), **{name: dict(one) for name, one in terms.items()}}
    return {**operation.input_schema, "properties": properties}


def taken_out(
    operation: Operation[..., Any], arguments: Any, terms: Terms, *, typed: bool = False
) -> tuple[Any, Terms]:
    """The arguments without the terms among them, and the terms; what the caller said elsewhere stands too.

    A term that the operation does not take stays, so that it is refused as an unknown argument. `typed` says that all
    of it is text of a form, where a number is written in digits and an empty field says nothing.

    Raises:
        Invalid: for a term that is not what its schema says, or that is said twice and differs.
    """
    if not isinstance(arguments, Mapping):
        return arguments, _checked(terms, (), VERSION)
    word = VERSION if typed else operation.dialect.version
    taken = [name for name, takes in ((KEY, operation.writing), (word, operation.record)) if takes]
    named = {name: arguments[name] for name in taken if name in arguments}
    if not named:
        return arguments, _checked(terms, (), word)
    version = named.get(word)
    said = Terms(named.get(KEY) or None if typed else named.get(KEY), _read(version) if typed else version)
    both = Terms(_one(KEY, terms.key, said.key, KEY), _one("version", terms.if_version, said.if_version, word))
    return {name: value for name, value in arguments.items() if name not in named}, _checked(both, named, word)


def version_in(header: str) -> int:
    """The version that an `If-Match` header names.

    Raises:
        Invalid: for anything but one version as an `ETag` has given it.
    """
    found = _ETAG.match(header.strip())
    if found is None:
        raise Invalid("invalid_version", 'If-Match takes one version as the ETag gave it, such as "3".')
    return int(found[1])


def etag(body: Any) -> Mapping[str, str]:
    """The `ETag` of an answer that shows one record with its version; no header for another answer."""
    version = body.get("version") if isinstance(body, Mapping) else None
    return {"ETag": f'"{version}"'} if type(version) is int else {}


def _read(value: Any) -> Any:
    """A version in a form: a number, or what is none."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < LONGEST_VERSION:
        return int(value)
    return value or None


def _one(what: str, first: Any, second: Any, word: str) -> Any:
    if first is not None and second is not None and first != second:
        raise Invalid(f"invalid_{what}", f"{word} is said twice and differs; say it once.", field=word)
    return second if first is None else first


def _checked(terms: Terms, named: Container[str], word: str) -> Terms:
    """The terms, if they are what they should be; `named` are those that stood among the arguments.

    `word` is what the caller calls the version.
    """
    key, version = terms.key, terms.if_version
    if key is not None and not (isinstance(key, str) and 1 <= len(key) <= LONGEST_KEY and not _HALVES.search(key)):
        raise Invalid(
            "invalid_idempotency_key",
            "An idempotency key has 1 to 255 characters.",
            field=KEY if KEY in named else None,
        )
    if version is not None and not (type(version) is int and 1 <= version <= MAX_ID):
        field = word if word in named else None
        raise Invalid("invalid_version", f"{word} is the number that the record's version shows.", field=field)
    return terms
