"""Idempotency keys: a write sent again under its key is answered as it was the first time, and not done again.

As at Stripe: the same key with other arguments is refused; what never reached the work (bad arguments, a missing
permission, a request that was lost, a record that is locked or has changed) keeps nothing, so that the key is still
good; what broke in the middle may be kept and is then answered again. Keys belong to one role and one operation of an
episode, and are forgotten a day after their first use.
"""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from worlds.engine import bookkeeping
from worlds.engine.bookkeeping import Remembered
from worlds.engine.errors import Conflict, Failure
from worlds.engine.operation import Operation
from worlds.engine.reply import Reply, failed

REPLAYED = "Idempotent-Replayed"
"""The header that says that an answer was given before."""


def answered_before(
    driver: sqlite3.Connection,
    key: str,
    role: str,
    operation: Operation[..., Any],
    values: Mapping[str, Any],
    *,
    now: int,
    surface: str,
) -> Reply | None:
    """The answer that was given for a key, or None where it is new or forgotten.

    Raises:
        Conflict: when it was used with other arguments.
    """
    bookkeeping.forget_keys(driver, now - bookkeeping.KEYS_LIVE)
    known = bookkeeping.remembered(driver, key, role, operation.name)
    if known is None:
        return None
    if known.arguments != canonical(operation, values):
        raise Conflict(
            "idempotency_key_reused",
            f"The idempotency key {key[:40]!r} was used for {operation.name} with other arguments; "
            "use a new key for a new request.",
        )
    headers = {**json.loads(known.headers), REPLAYED: "true"}
    if known.failure:
        again = Failure("answered_before", "", status=known.status, headers=headers)
        return failed(again, json.loads(known.body), surface)
    return Reply(ok=known.status < 400, status=known.status, body=json.loads(known.body), headers=headers)


def remember(
    driver: sqlite3.Connection,
    key: str,
    role: str,
    operation: Operation[..., Any],
    values: Mapping[str, Any],
    reply: Reply,
    *,
    now: int,
    body: Any = None,
) -> None:
    """Keep an answer under a key, unless there is one; `body` is what a failure sent before a surface wrapped it."""
    failure = isinstance(reply.refusal, Failure)
    text = json.dumps(body, ensure_ascii=False) if failure else reply.text
    answer = Remembered(
        canonical(operation, values), reply.status, text, json.dumps(dict(reply.headers)), failure=failure, at=now
    )
    bookkeeping.remember(driver, key, role, operation.name, answer)


def canonical(operation: Operation[..., Any], values: Mapping[str, Any]) -> str:
    """Checked arguments as JSON text; two spellings of the same are the same."""
    return operation.arguments.model_construct(**values).model_dump_json()
