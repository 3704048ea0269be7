"""Work that is taken on now and done later: jobs, what became of each of their items, and how one asks for them.

An operation that takes on a job answers with its id; an event operation does the work and finishes the job. A job whose
outcome is known when it is opened is `ready` at a moment of virtual time. Its results can be read for an hour.
"""

import json
import sqlite3
from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, TypeAlias

from pydantic import Field

from worlds.engine import bookkeeping
from worlds.engine.context import Context
from worlds.engine.errors import NotFound
from worlds.engine.fields import Result, line
from worlds.engine.operation import reads

LIFE = 3_600
"""Virtual seconds for which a job's results can be read once it is done."""
LONGEST = 1_000
"""Items of one job at most."""

if TYPE_CHECKING:  # a checker cannot read the type that a call makes; to it they are text
    JobId: TypeAlias = str
else:
    JobId = line(20, pattern=r"^job-[0-9a-f]{12}$")


class JobItem(Result):
    """What became of one item of a job: `index` counts from 0 in the order in which the items were sent.

    `record_id` is the record that it was about; `error` is a code, `message` says it in words.
    """

    index: int
    success: bool
    record_id: int | None = None
    error: str | None = None
    message: str | None = None


class Job(Result):
    """A job. `status` is about the job alone: a completed one can hold items that failed.

    Results come in no particular order; match them by index. `answer` is what the operation would have answered, where
    the job is a single slow call.
    """

    job_id: str
    operation: str
    status: Literal["queued", "completed"]
    total: int
    succeeded: int
    failed: int
    items: Annotated[list[JobItem], Field(max_length=LONGEST)]
    answer: dict[str, Any] | None


class JobRow(NamedTuple):
    """A job as stored: moments are virtual seconds since 1970 UTC, `ready` is None until somebody finishes it."""

    id: str
    operation: str
    role: str
    opened: int
    ready: int | None
    total: int
    items: str
    answer: str | None


def open_job(
    driver: sqlite3.Connection,
    operation: str,
    role: str,
    now: int,
    *,
    total: int = 0,
    ready: int | None = None,
    answer: Any = None,
) -> str:
    """Take on a job for a role; answers its id.

    Args:
        driver: the connection that holds the call's transaction.
        operation: what was called.
        role: who may ask for the job.
        now: virtual second of the call.
        total: how many items it has.
        ready: virtual second from which the job is done; None where `finish_job` will say so.
        answer: what a single slow call answers in the end, as JSON values.
    """
    count = bookkeeping.next_id(driver, "engine_job.number")
    job_id = f"job-{sha256(f'{operation}|{count}|{now}'.encode()).hexdigest()[:12]}"
    encoded = None if answer is None else json.dumps(answer, ensure_ascii=False)
    driver.execute(
        "INSERT INTO engine_job VALUES (?, ?, ?, ?, ?, ?, '[]', ?)",
        (job_id, operation, role, now, ready, total, encoded),
    )
    return job_id


def finish_job(driver: sqlite3.Connection, job_id: str, now: int, items: Sequence[JobItem]) -> None:
    """The work of a job is done; `items` says what became of each, in any order."""
    encoded = json.dumps([one.model_dump(exclude_none=True) for one in items], ensure_ascii=False)
    driver.execute("UPDATE engine_job SET ready = ?, items = ? WHERE id = ?", (now, encoded, job_id))


def find_job(driver: sqlite3.Connection, job_id: str) -> JobRow | None:
    """A job as stored, or None."""
    rows = driver.execute("SELECT * FROM engine_job WHERE id = ?", (job_id,)).fetchall()
    return JobRow._make(rows[0]) if rows else None


@reads(roles=())
def get_job(ctx: Context, job_id: JobId) -> Job:
    """Ask how a job stands that an earlier call took on, and what became of each of its items.

    A job that is completed may hold items that failed; send those again once the cause is mended, and only those. The
    results can be read for one hour.

    Args:
        job_id: The id that the call answered.
    """
    row = find_job(bookkeeping.driver_of(ctx.session.connection()), job_id)
    if row is None or row.role != ctx.actor.role:
        raise NotFound("job_not_found", f"There is no job {job_id}; the call that took it on named it.", field="job_id")
    now = int(ctx.now.timestamp())
    done = row.ready is not None and row.ready <= now
    if row.ready is not None and now >= row.ready + LIFE:
        raise NotFound(
            "job_expired",
            f"The results of job {job_id} were kept for one hour. Read the records to see what became of them.",
            field="job_id",
        )
    items = [JobItem(**one) for one in json.loads(row.items)] if done else []
    good = sum(one.success for one in items)
    return Job(
        job_id=row.id,
        operation=row.operation,
        status="completed" if done else "queued",
        total=row.total,
        succeeded=good,
        failed=len(items) - good,
        items=items,
        answer=json.loads(row.answer) if done and row.answer else None,
    )
