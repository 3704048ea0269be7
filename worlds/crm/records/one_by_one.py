"""Doing one thing to many records: each for itself, so that one that is refused does not stop the others."""

from collections.abc import Callable, Sequence
from typing import Annotated, Final, Literal, NamedTuple, TypeVar

from pydantic import Field

from worlds.crm.rules import MAX_BULK
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid, Refusal
from worlds.engine.fields import RecordId, Result

MISHAP: Final = "bulk-item"
"""What a failure plan calls it when one record of many fails."""
Outcome = Literal["changed", "unchanged", "failed"]
RecordIds = Annotated[list[RecordId], Field(min_length=1, max_length=MAX_BULK)]
Done = TypeVar("Done")


class ItemResult(Result):
    """What became of one record of many: `index` counts from 0 in the order in which they were named.

    `error` is a code and `message` says why it failed; `field` is the column that is to blame, where one is.
    """

    index: int
    kind: str
    record_id: int
    title: str | None
    success: bool
    outcome: Outcome
    error: str | None = None
    message: str | None = None
    field: str | None = None


class BulkResult(Result):
    """What became of many records, each for itself."""

    total: int
    succeeded: int
    failed: int
    items: Annotated[list[ItemResult], Field(max_length=MAX_BULK)]

    @classmethod
    def of(cls, items: list[ItemResult]) -> "BulkResult":
        """The results counted."""
        good = sum(one.success for one in items)
        return cls(total=len(items), succeeded=good, failed=len(items) - good, items=items)


class Told(NamedTuple):
    """What doing it to one record answered: what people call the record, and whether anything changed."""

    title: str
    changed: bool


def check_once(record_ids: Sequence[int], field: str = "record_ids") -> None:
    """Refuse a list that names a record twice.

    Raises:
        Invalid: naming it.
    """
    twice = sorted({one for one in record_ids if record_ids.count(one) > 1})
    if twice:
        raise Invalid("record_twice", f"Record {twice[0]} is named twice; name each once.", field=field)


def each(ctx: Context, kind: str, record_ids: Sequence[int], do: Callable[[int], Told]) -> BulkResult:
    """Do something to records, each in a savepoint of its own; answers what became of each."""
    return BulkResult.of([_one(ctx, kind, index, key, do) for index, key in enumerate(record_ids)])


def _one(ctx: Context, kind: str, index: int, key: int, do: Callable[[int], Told]) -> ItemResult:
    said = one_of_many(ctx, lambda: do(key))
    if isinstance(said, Refusal):
        return ItemResult(
            index=index, kind=kind, record_id=key, title=None, success=False, outcome="failed",
            error=said.code.upper(), message=said.message, field=said.field,
        )  # fmt: skip
    outcome: Outcome = "changed" if said.changed else "unchanged"
    return ItemResult(index=index, kind=kind, record_id=key, title=said.title, success=True, outcome=outcome)


def one_of_many(ctx: Context, do: Callable[[], Done]) -> Done | Refusal:
    """As `attempt`, where a failure plan may say that something keeps this one of many from being changed now."""
    failed = ctx.mishap(MISHAP)
    return attempt(ctx, do) if failed is None else Conflict(failed["error"], failed["message"])


def attempt(ctx: Context, do: Callable[[], Done]) -> Done | Refusal:
    """Do something in a savepoint; answers what it answers, or why it was refused, and then nothing was written."""
    ctx.driver.execute("SAVEPOINT item")
    try:
        return do()
    except Refusal as refusal:
        ctx.driver.execute("ROLLBACK TO item")
        return refusal
    finally:
        ctx.driver.execute("RELEASE item")
