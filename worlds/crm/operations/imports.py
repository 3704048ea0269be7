"""Reading files into the CRM: rows that become records, what became of each, and correcting those that failed."""

import json
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, TypeAlias

from pydantic import BeforeValidator, Field

from worlds.crm.importing import reading
from worlds.crm.importing.entering import Entered, Order, enter
from worlds.crm.models import ImportJob, ImportRow
from worlds.crm.operations.bulk import FieldValues
from worlds.crm.records import laws
from worlds.crm.records.one_by_one import attempt, one_of_many
from worlds.crm.rules import IMPORTERS
from worlds.crm.views import UpTo50
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid, NotFound, Refusal
from worlds.engine.fields import Input, Instant, Page, PageNumber, PageSize, RecordId, Result, line, text
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query, insert, run

ImportKind = Literal["account", "contact", "lead"]
MatchKey = Literal["email", "phone", "name", "domain", "registration_number"]
OnMatch = Literal["fill", "update", "skip", "create"]
RowStatus = Literal["created", "updated", "skipped", "failed"]
READERS = ("vp", "sales_ops", "marketing", "finance", "admin")
"""Who sees imports: their rows show records of everybody."""


def _plain_line_ends(value: Any) -> Any:
    """Files of some systems end their lines with a carriage return as well."""
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


if TYPE_CHECKING:  # a checker cannot read the type that a call makes; to it they are text
    Content: TypeAlias = str
    FileName: TypeAlias = str
    Header: TypeAlias = str
else:
    Content = Annotated[text(400_000), BeforeValidator(_plain_line_ends)]
    FileName = line(120)
    Header = line(80)


class ColumnMeaning(Input):
    """What a column of the file is, where its header does not say it."""

    header: Header = Field(description="The column's name in the file.")
    field: Header | None = Field(default=None, description="The field that it is; null leaves the column out.")


class RowError(Result):
    """Why rows failed, and how many: `error` is the code, `field` the column that is to blame."""

    error: str
    field: str | None
    rows: int


class ImportView(Result):
    """A file that was read in: how many of its rows were created, updated, skipped, and how many failed."""

    import_id: int
    record_kind: str
    file_name: str
    match_key: str
    on_match: str
    campaign_id: int | None
    started_by_id: int | None
    started_by_name: str | None
    rows: int
    created: int
    updated: int
    skipped: int
    failed: int
    created_at: Instant


class ImportDetail(ImportView):
    """An import with why rows failed, the most frequent cause first."""

    errors: UpTo50[RowError]


class Cell(Result):
    """What stood in a row under a column, by its field."""

    field: str
    value: str


class ImportRowView(Result):
    """A row of an import. `line` is where it stands in the file, the header being 1.

    `record_id` is what was made of it. A failed one has a code, a sentence and the field that is to blame.
    """

    row_id: int
    import_id: int
    line: int
    status: str
    record_id: int | None
    error: str | None
    message: str | None
    error_field: str | None
    values: UpTo50[Cell]


class _Job(NamedTuple):
    import_id: int
    record_kind: str
    file_name: str
    match_key: str
    on_match: str
    campaign_id: int | None
    started_by_id: int | None
    started_by_name: str | None
    rows: int
    created: int
    updated: int
    skipped: int
    failed: int
    created_at: datetime


class _Row(NamedTuple):
    row_id: int
    import_id: int
    line: int
    status: str
    record_id: int | None
    error: str | None
    message: str | None
    error_field: str | None
    data: str


class _Error(NamedTuple):
    error: str
    field: str | None
    rows: int


class _Before(NamedTuple):
    id: int
    file_name: str


_STATES = ("created", "updated", "skipped", "failed")
_COUNT = "(SELECT count(*) FROM import_row r WHERE r.job_id = j.id{0})"
_COUNTED = ", ".join([_COUNT.format(""), *(_COUNT.format(f" AND r.status = '{one}'") for one in _STATES)])
_JOB = (
    "j.id, j.record_kind, j.file_name, j.match_key, j.on_match, j.campaign_id, j.started_by_id, u.name, "
    f"{_COUNTED}, j.created_at"
)
_JOBS = "import_job j LEFT JOIN crm_user u ON u.id = j.started_by_id"
_ONE_JOB = Query(_Job, f"SELECT {_JOB} FROM {_JOBS} WHERE j.id = :job")  # noqa: S608 - texts of this module
_ROW = "r.id, r.job_id, r.line, r.status, r.record_id, r.error_code, r.error, r.error_field, r.data"
_ONE_ROW = Query(_Row, f"SELECT {_ROW} FROM import_row r WHERE r.id = :row")  # noqa: S608 - texts of this module
_ERRORS = Query(
    _Error,
    """SELECT error_code, error_field, count(*) FROM import_row WHERE job_id = :job AND status = 'failed'
    GROUP BY error_code, error_field ORDER BY 3 DESC, 1, 2 LIMIT 50""",
)
_BEFORE = Query(
    _Before,
    """SELECT j.id, j.file_name FROM import_job j WHERE j.record_kind = :kind AND j.content_digest = :digest
    AND EXISTS (SELECT 1 FROM import_row r WHERE r.job_id = j.id AND r.status <> 'failed') ORDER BY j.id LIMIT 1""",
)


@writes(roles=IMPORTERS)
def start_import(  # noqa: PLR0913 - how a file is read
    ctx: Context,
    kind: ImportKind,
    csv: Content,
    match_key: MatchKey,
    on_match: OnMatch,
    file_name: FileName = "import.csv",
    columns: Annotated[list[ColumnMeaning], Field(max_length=40)] | None = None,
    campaign_id: RecordId | None = None,
    owner_id: RecordId | None = None,
) -> ImportDetail:
    """Read a file of comma-separated values into the CRM, each row for itself; a row that fails stops no other.

    A row is a record that there is where the match key says so, and otherwise a new one, once rules on duplicates were
    asked. Empty cells leave what is there. list_import_rows tells of each row, correct_import_row mends one that
    failed. A file of which anything was taken in is not taken in twice.

    Args:
        kind: What the rows are.
        csv: The file's text: a line of column names, then the rows; commas, semicolons or tabs between values.
        match_key: By what a row is matched with records that there are: accounts by name, domain, registration_number
            or phone; contacts by email or phone; leads by email, phone or name, with their company.
        on_match: What is done with a record that there is: fill gives it only what it lacks, update also replaces what
            it holds, skip leaves it, create makes another one all the same.
        file_name: What the file is called.
        columns: What columns are whose header does not say it, and which are left out.
        campaign_id: The campaign that contacts or leads have responded to.
        owner_id: Who owns what is made, where the row names nobody; otherwise assignment rules decide about leads, and
            the rest is yours.
    """
    found = reading.rows(kind, csv, {one.header: one.field for one in columns or ()})
    _check_key(kind, match_key, found)
    _check_named(ctx, campaign_id, owner_id)
    known = reading.digest(csv)
    before = _BEFORE.first(ctx, kind=kind, digest=known)
    if before is not None:
        raise Conflict(
            "already_imported",
            f"This file was taken in before as import {before.id} ({before.file_name}); its rows show what became "
            "of them, and those that failed can be corrected there.",
            field="csv",
            details={"import_id": before.id},
        )
    job = insert(
        ctx, ImportJob, record_kind=kind, file_name=file_name, content_digest=known, match_key=match_key,
        on_match=on_match, state="finished", started_by_id=ctx.actor.person, campaign_id=campaign_id,
        owner_id=owner_id, created_at=ctx.now, finished_at=ctx.now,
    )  # fmt: skip
    order = Order(kind, match_key, on_match, campaign_id, owner_id)
    for row in found:
        done = one_of_many(ctx, partial(enter, ctx, order, row.texts))
        told = _outcome(done)
        insert(ctx, ImportRow, job_id=job, line=row.line, data=json.dumps(row.texts, ensure_ascii=False), **told)
    return _detail(ctx, job)


@reads(roles=READERS)
def list_imports(
    ctx: Context, kind: ImportKind | None = None, page: PageNumber = 1, page_size: PageSize = 25
) -> Page[ImportView]:
    """List files that were read in, the last first, with what became of their rows in numbers.

    Args:
        kind: Only files of these records.
        page: Page number from 1.
        page_size: Files a page.
    """
    conditions = Conditions()
    conditions.equal(j__record_kind=kind)
    rows, total = page_of(ctx, _Job, _JOB, _JOBS, conditions, "j.id DESC", page, page_size)
    return Page[ImportView].of([ImportView(**row._asdict()) for row in rows], total, page, page_size)


@reads(roles=READERS)
def get_import(ctx: Context, import_id: RecordId) -> ImportDetail:
    """Show a file that was read in: what became of its rows in numbers, and why some failed.

    Args:
        import_id: The import's id.
    """
    return _detail(ctx, import_id)


@reads(roles=READERS)
def list_import_rows(
    ctx: Context, import_id: RecordId, status: RowStatus | None = None, page: PageNumber = 1, page_size: PageSize = 25
) -> Page[ImportRowView]:
    """List the rows of a file that was read in, in the order of the file, with what became of each.

    Args:
        import_id: The import's id.
        status: Only rows of which this became.
        page: Page number from 1.
        page_size: Rows a page.
    """
    _detail(ctx, import_id)
    conditions = Conditions()
    conditions.equal(r__job_id=import_id, r__status=status)
    rows, total = page_of(ctx, _Row, _ROW, "import_row r", conditions, "r.line", page, page_size)
    return Page[ImportRowView].of([_row(row) for row in rows], total, page, page_size)


@writes(roles=IMPORTERS, duplicates=True)
def correct_import_row(
    ctx: Context, row_id: RecordId, values: FieldValues | None = None, allow_save: bool = False
) -> ImportRowView:
    """Correct a row that failed and enter it again. Where it fails again nothing changes, and the refusal says why.

    Args:
        row_id: The row, as list_import_rows shows it.
        values: What fields are to hold instead, by the names under which the row shows them; the others stay.
        allow_save: Enter it although it is like another record. Say so only once you have looked at what was found.
    """
    row = _ONE_ROW.first(ctx, row=row_id)
    if row is None:
        raise NotFound("import_row_not_found", f"There is no row {row_id}; see the rows of the import.", field="row_id")
    if row.status != "failed":
        raise Conflict(
            "row_not_failed",
            f"Line {row.line} was {row.status} as record {row.record_id}; change that record instead.",
            field="row_id",
        )
    order = _order(ctx, row.import_id)
    texts = json.loads(row.data)
    for at, one in enumerate(values or ()):
        if one.field not in reading.FIELDS[order.kind]:
            listed = ", ".join(reading.FIELDS[order.kind])
            raise Invalid(
                "field_unknown", f"Rows have no field {one.field}; they have {listed}.", field=f"values.{at}.field"
            )
        texts[one.field] = (one.value or "").strip()
    done = attempt(ctx, partial(enter, ctx, order, texts, allow_save=allow_save))
    if isinstance(done, Refusal):
        raise done
    told = _outcome(done)
    run(
        ctx,
        """UPDATE import_row SET data = :data, status = :status, record_id = :record_id, error_code = :error_code,
          error = :error, error_field = :error_field WHERE id = :row""",
        data=json.dumps({name: value for name, value in texts.items() if value}, ensure_ascii=False),
        row=row_id,
        **told,
    )
    return _row(_ONE_ROW.all(ctx, row=row_id)[0])


def _check_key(kind: str, match_key: str, found: list[reading.Row]) -> None:
    """Refuse a match key by which rows of the kind are not matched, or that no row says."""
    if match_key not in reading.KEYS[kind]:
        listed = ", ".join(reading.KEYS[kind])
        raise Invalid(
            "match_key_not_usable", f"A {kind} is matched by {listed}, not by {match_key}.", field="match_key"
        )
    columns = reading.KEY_COLUMNS.get(match_key, (match_key,))
    if not any(one in row.texts for row in found for one in columns):
        raise Invalid(
            "match_key_not_usable", f"No row says anything that {match_key} could be read from.", field="match_key"
        )


def _check_named(ctx: Context, campaign_id: int | None, owner_id: int | None) -> None:
    if owner_id is not None:
        laws.colleague(ctx, owner_id)
    if campaign_id is not None:
        laws.check_campaign(ctx, campaign_id)


def _order(ctx: Context, job: int) -> Order:
    sql = "SELECT record_kind, match_key, on_match, campaign_id, owner_id FROM import_job WHERE id = :job"
    return Query(Order, sql).all(ctx, job=job)[0]


def _outcome(done: Entered | Refusal) -> dict[str, Any]:
    """What is written down of a row."""
    if isinstance(done, Refusal):
        return {
            "status": "failed", "record_id": None, "error_code": done.code.upper(), "error": done.message,
            "error_field": done.field,
        }  # fmt: skip
    return {
        "status": done.status, "record_id": done.record_id, "error_code": None, "error": None, "error_field": None,
    }  # fmt: skip


def _detail(ctx: Context, import_id: int) -> ImportDetail:
    found = _ONE_JOB.first(ctx, job=import_id)
    if found is None:
        raise NotFound(
            "import_not_found", f"There is no import with id {import_id}; see the list of imports.", field="import_id"
        )
    errors = [RowError(**one._asdict()) for one in _ERRORS.all(ctx, job=import_id)]
    return ImportDetail(**found._asdict(), errors=errors)


def _row(row: _Row) -> ImportRowView:
    told = row._asdict()
    cells = [Cell(field=name, value=value) for name, value in json.loads(told.pop("data")).items()]
    return ImportRowView(**told, values=cells[:50])
