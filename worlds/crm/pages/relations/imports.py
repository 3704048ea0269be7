"""Imports: files that were read in, what became of each row, and the rows that are put right."""

from typing import Any, Final

from flask import request, url_for

from worlds.crm.operations.imports import (
    ImportDetail,
    ImportRowView,
    correct_import_row,
    get_import,
    list_import_rows,
    list_imports,
    start_import,
)
from worlds.crm.pages.relations.app import relations
from worlds.crm.pages.relations.asking import Ask, Part, Sheet, form_for, sheet_page
from worlds.crm.pages.relations.choices import MANY, campaigns, colleagues
from worlds.crm.pages.relations.lists import Listed, list_page
from worlds.crm.rules import MAX_IMPORT_ROWS
from worlds.engine.errors import NotFound
from worlds.engine.surfaces.chrome import AGAIN, Act, Tab, act
from worlds.engine.surfaces.pages import Done, Door

COLUMNS: Final = 4
"""Columns whose meaning the form asks for; most headers say it themselves."""
KINDS: Final = [("account", "Accounts"), ("contact", "Contacts"), ("lead", "Leads")]
ON_MATCH: Final = [
    ("fill", "Fill in what it lacks"), ("update", "Also replace what differs"), ("skip", "Leave it as it is"),
    ("create", "Make another one"),
]  # fmt: skip
MATCHED: Final = {
    "fill": "what records lacked was filled in", "update": "what differed was replaced",
    "skip": "records that there were stayed as they were", "create": "each row became another record",
}  # fmt: skip
_ROWS: Final = {"columns": "header"}


@relations.app_template_filter("on_match_words")
def on_match_words(code: str) -> str:
    """What a file did with records that were there."""
    return MATCHED[code]


@relations.page("/imports")
def imports(door: Door) -> str:
    """The files."""
    new = [act(door, "Import a file", url_for("relations.new_import"), start_import)]
    filters = (Ask("kind", "Records", KINDS, "Any"),)
    return list_page(
        door, list_imports, Listed("Imports", "import_job", "file", "files", filters, (("All files", {}),), new)
    )


def _import(import_id: int) -> str:
    return url_for("relations.import_file", import_id=import_id)


@relations.page("/imports/new")
def new_import(door: Door) -> str:
    """Reads a file of accounts, contacts or leads into the CRM."""
    file = (
        Ask("kind", "What the rows are", KINDS), Ask("file_name", "Name of the file"),
        Ask("match_key", "Rows are matched by"),
        Ask("on_match", "With a record that there is", ON_MATCH),
        Ask("campaign_id", "Campaign they responded to", campaigns(door), "none"),
        Ask("owner_id", "Owner of what is made", colleagues(door), "as rules and rows say"),
    )  # fmt: skip
    columns = tuple(
        ask
        for at in range(COLUMNS)
        for ask in (
            Ask(f"columns.{at}.header", f"Column {at + 1}"),
            Ask(f"columns.{at}.field", f"Is the field {at + 1}", hint="Empty leaves the column out." if not at else ""),
        )
    )
    text = Ask(
        "csv", "Text of the file", hint="A line of column names, then the rows; commas, semicolons or tabs.", rows=12
    )
    back = url_for("relations.imports")
    sheet = Sheet(
        "Import a file", "Import it", back, [("Imports", back)],
        (
            Part("", (text,), wide=True), Part("How", file),
            Part("Columns whose header is not enough", columns, pairs=True),
        ),
        follows=(f"A file holds at most {MAX_IMPORT_ROWS} rows; each row is entered by itself.",),
    )  # fmt: skip
    return sheet_page(door, start_import, url_for("relations.imported"), sheet)


@relations.action("/imports/new", start_import, shows=new_import, rows=_ROWS)
def imported(_door: Door, done: ImportDetail | None) -> Done:
    """The file is in."""
    if done is None:
        return Done(AGAIN, url_for("relations.imports"))
    counts = f"{done.created} created, {done.updated} updated, {done.skipped} skipped, {done.failed} failed"
    said = f"{done.file_name}: {counts}."
    return Done(said, _import(done.import_id))


@relations.page("/imports/<id:import_id>")
def import_file(door: Door, import_id: int) -> str:
    """One file, with what became of each row."""
    shown = door.read(get_import, import_id=import_id)
    asked = request.args.get("status", "")
    counts = {"created": shown.created, "updated": shown.updated, "skipped": shown.skipped, "failed": shown.failed}
    tabs = [Tab(f"All rows ({shown.rows})", door.here(status=None), not asked)]
    tabs += [
        Tab(f"{name.capitalize()} ({count})", door.here(status=name), asked == name) for name, count in counts.items()
    ]
    return door.render(
        "relations/import.html",
        job=shown,
        listed=door.listing(list_import_rows, import_id=import_id),
        tabs=tabs,
        corrects=door.may(correct_import_row),
        acts=[Act("Hand over", url_for("relations.new_hand_over", kind="import_job", record_id=import_id))],
    )


@relations.page("/imports/<id:import_id>/rows/<id:row_id>")
def import_row(door: Door, import_id: int, row_id: int) -> str:
    """Puts a row right that could not be entered."""
    shown = door.read(get_import, import_id=import_id)
    row = _row(door, import_id, row_id)
    cells = [(cell.field, cell.value) for cell in row.values[:20]]
    if row.error == "REQUIRED_FIELD_MISSING" and row.error_field and row.error_field not in dict(cells):
        cells.append((row.error_field, ""))  # what the row lacks is what it has to be given
    asks = tuple(Ask(f"values.{at}.value", name) for at, (name, _) in enumerate(cells))
    values = {f"values.{at}.value": value for at, (_, value) in enumerate(cells)}
    action = url_for("relations.row_corrected", import_id=import_id, row_id=row_id)
    form = form_for(door, correct_import_row, action, asks, values)
    return door.render("relations/import_row.html", job=shown, row=row, form=form, asks=asks)


def _row(door: Door, import_id: int, row_id: int) -> ImportRowView:
    """A row that failed.

    Raises:
        NotFound: where there is none of that id.
    """
    page, pages = 1, 1
    while page <= pages:
        found: Any = door.read(
            list_import_rows,
            import_id=import_id,
            status="failed",
            page_size=MANY,
            **({"page": page} if page > 1 else {}),
        )
        for one in found.items:
            if one.row_id == row_id:
                return one  # type: ignore[no-any-return]
        page, pages = page + 1, found.pages
    raise NotFound("import_row_not_found", "No row of this id failed; the import’s page lists those that did.")


@relations.action("/imports/<id:import_id>/rows/<id:row_id>", correct_import_row, shows=import_row)
def row_corrected(_door: Door, done: ImportRowView | None, import_id: int, row_id: int) -> Done:  # noqa: ARG001 - the address has both
    """The row is in."""
    return Done(f"Line {done.line} was {done.status}." if done else AGAIN, f"{_import(import_id)}?status=failed")
