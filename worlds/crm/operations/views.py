"""Saved views: lists that somebody keeps, by what they ask for, and the records that are in them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NamedTuple, TypeAlias

from pydantic import Field

from worlds.crm.activity_views import ActivityRow
from worlds.crm.models import SavedView
from worlds.crm.operations.accounts import list_accounts
from worlds.crm.operations.activities import list_activities
from worlds.crm.operations.contacts import list_contacts
from worlds.crm.operations.leads import list_leads
from worlds.crm.operations.opportunities import list_opportunities
from worlds.crm.operations.quotes import list_quotes
from worlds.crm.rules import EVERYBODY, KEEPERS, PEOPLE
from worlds.crm.selling.views import QuoteRow
from worlds.crm.texts import Called, ColumnName
from worlds.crm.views import AccountRow, ContactRow, LeadRow, OpportunityRow, UpTo50
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from worlds.engine.fields import Input, Instant, Page, PageNumber, PageSize, RecordId, Result, line
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import Operation, reads, writes
from worlds.engine.rows import Query, insert, number, run

ViewedKind = Literal["account", "contact", "lead", "opportunity", "activity", "quote"]
Visibility = Literal["private", "team", "everybody"]
ViewedRow: TypeAlias = AccountRow | ContactRow | LeadRow | OpportunityRow | ActivityRow | QuoteRow
LISTS: Final[Mapping[str, Operation[..., Page[Any]]]] = {
    "account": list_accounts, "contact": list_contacts, "lead": list_leads, "opportunity": list_opportunities,
    "activity": list_activities, "quote": list_quotes,
}  # fmt: skip
"""The list of each kind: a view keeps its filters and its order."""
ROWS: Final[Mapping[str, type[Result]]] = {
    "account": AccountRow, "contact": ContactRow, "lead": LeadRow, "opportunity": OpportunityRow,
    "activity": ActivityRow, "quote": QuoteRow,
}  # fmt: skip
if TYPE_CHECKING:  # a checker cannot read the type that a call makes; to it they are text
    Asked: TypeAlias = str
else:
    Asked = line(200)
_TURNED: Final = frozenset({"page", "page_size", "sort"})


class FilterValue(Input):
    """A filter of the list and what it asks for."""

    name: ColumnName = Field(description="The filter, by the name of the list's argument.")
    value: Asked = Field(description="What it asks for, as text: a word, a number, a day, true.")


Filters: TypeAlias = Annotated[list[FilterValue], Field(max_length=15)]
Shown: TypeAlias = Annotated[list[ColumnName], Field(max_length=15)]


class FilterView(Result):
    """A filter and what it asks for, as text."""

    name: str
    value: str


class ViewRow(Result):
    """A saved view: of which records, what it asks for, its order, the columns that pages show, and who sees it."""

    view_id: int
    name: str
    record_kind: ViewedKind
    filters: UpTo50[FilterView]
    sort: str
    columns: UpTo50[str]
    visibility: Visibility
    owner_id: int | None
    owner_name: str | None
    created_at: Instant


class ViewDetail(ViewRow):
    """A saved view with how many records are in it, counted from the records themselves."""

    records: int
    version: int


class Deleted(Result):
    """A view that is gone."""

    view_id: int
    name: str


class _View(NamedTuple):
    view_id: int
    name: str
    record_kind: ViewedKind
    filters: str
    sort: str
    columns: str
    visibility: Visibility
    owner_id: int | None
    owner_name: str | None
    created_at: datetime


_SELECTED = """v.id, v.name, v.record_kind, v.filters, v.sort, v.columns, v.visibility, v.owner_id, u.name,
  v.created_at"""
_SOURCE = "saved_view v LEFT JOIN crm_user u ON u.id = v.owner_id"
_SEEN = """(v.owner_id = :me OR v.visibility = 'everybody' OR (v.visibility = 'team' AND u.team_id =
  (SELECT team_id FROM crm_user WHERE id = :me)))"""
_ONE = Query(_View, f"SELECT {_SELECTED} FROM {_SOURCE} WHERE v.id = :view AND {_SEEN}")  # noqa: S608 - texts of this module
_NAMED = """SELECT count(*) FROM saved_view WHERE record_kind = :kind AND name = :name AND owner_id IS :owner
  AND id <> :but"""


@reads(roles=EVERYBODY)
def list_views(
    ctx: Context, record_kind: ViewedKind | None = None, page: PageNumber = 1, page_size: PageSize = 25
) -> Page[ViewRow]:
    """List the saved views that you see: yours, those of your team that are shared with it, and those for everybody.

    Args:
        record_kind: Only views of these records.
        page: Page number from 1.
        page_size: Views a page.
    """
    conditions = Conditions()
    conditions.add(_SEEN, me=ctx.actor.person or 0)
    conditions.equal(v__record_kind=record_kind)
    rows, total = page_of(ctx, _View, _SELECTED, _SOURCE, conditions, "v.name, v.id", page, page_size)
    return Page[ViewRow].of([ViewRow(**_told(row)) for row in rows], total, page, page_size)


@reads(roles=EVERYBODY)
def get_view(ctx: Context, view_id: RecordId) -> ViewDetail:
    """Show a saved view, and how many records that you may open are in it.

    They are counted from the records themselves, whereas lists are made from an index that may lag behind.

    Args:
        view_id: The view's id.
    """
    return _detail(ctx, _found(ctx, view_id))


@reads(roles=EVERYBODY)
def list_view_records(
    ctx: Context, view_id: RecordId, page: PageNumber = 1, page_size: PageSize = 25
) -> Page[ViewedRow]:
    """List the records in a saved view that you may open, in the view's order, as the list of their kind shows them.

    Args:
        view_id: The view's id.
        page: Page number from 1.
        page_size: Records a page.
    """
    view = _found(ctx, view_id)
    found = _listed(ctx, view, page, page_size)
    return Page[ViewedRow].of(list(found.items), found.total, page, page_size)


@writes(roles=PEOPLE)
def save_view(
    ctx: Context,
    name: Called,
    record_kind: ViewedKind,
    filters: Filters,
    sort: ColumnName | None = None,
    columns: Shown | None = None,
    visibility: Visibility = "private",
) -> ViewDetail:
    """Keep a list under a name. Your own view of that name and kind is replaced.

    Args:
        name: What it is called.
        record_kind: What is in it.
        filters: What it asks for: filters of list_accounts, list_contacts, list_leads, list_opportunities,
            list_activities or list_quotes, by their names.
        sort: Its order, one that the list has; the list's own if left out.
        columns: The columns that pages show, of those that the list's rows have.
        visibility: Who sees it: you, your team, or everybody.
    """
    kept = {one.name: one.value for one in filters}
    if len(kept) < len(filters):
        raise Invalid("filter_twice", "A filter is named twice; name each once.", field="filters")
    order = sort or str(LISTS[record_kind].arguments.model_fields["sort"].default)
    _check(record_kind, kept, order, columns or [])
    owner = ctx.actor.person
    values = {
        "filters": json.dumps(kept, ensure_ascii=False), "columns": json.dumps(columns or []), "sort": order,
        "visibility": visibility,
    }  # fmt: skip
    known = number(
        ctx,
        "SELECT id FROM saved_view WHERE record_kind = :kind AND name = :name AND owner_id IS :owner",
        kind=record_kind, name=name, owner=owner,
    )  # fmt: skip
    if known:
        run(
            ctx,
            """UPDATE saved_view SET filters = :filters, columns = :columns, sort = :sort, visibility = :visibility
            WHERE id = :view""",
            view=known, **values,
        )  # fmt: skip
    else:
        known = insert(ctx, SavedView, name=name, record_kind=record_kind, owner_id=owner, created_at=ctx.now, **values)
    return _detail(ctx, _found(ctx, known))


@writes(roles=PEOPLE, record="view_id")
def update_view(
    ctx: Context, view_id: RecordId, name: Called | None = None, visibility: Visibility | None = None
) -> ViewDetail:
    """Call a saved view otherwise, or share it otherwise; what is left out stays. save_view replaces what it asks for.

    Args:
        view_id: The view's id.
        name: What it is called.
        visibility: Who sees it: you, your team, or everybody.
    """
    view = _mine(ctx, view_id)
    called = name or view.name
    taken = number(ctx, _NAMED, kind=view.record_kind, name=called, owner=view.owner_id, but=view_id)
    if taken:
        raise Conflict("name_taken", f"There is a view “{called}” already; choose another name.", field="name")
    run(
        ctx, "UPDATE saved_view SET name = :name, visibility = :visibility WHERE id = :view",
        name=called, visibility=visibility or view.visibility, view=view_id,
    )  # fmt: skip
    return _detail(ctx, _found(ctx, view_id))


@writes(roles=PEOPLE)
def delete_view(ctx: Context, view_id: RecordId) -> Deleted:
    """Throw a saved view away, for good. The records in it stay as they are.

    Args:
        view_id: The view's id.
    """
    view = _mine(ctx, view_id)
    run(ctx, "DELETE FROM saved_view WHERE id = :view", view=view_id)
    return Deleted(view_id=view_id, name=view.name)


def _found(ctx: Context, view_id: int) -> _View:
    view = _ONE.first(ctx, view=view_id, me=ctx.actor.person or 0)
    if view is None:
        raise NotFound(
            "view_not_found", f"There is no view {view_id} that you may see; see the list of views.", field="view_id"
        )
    return view


def _mine(ctx: Context, view_id: int) -> _View:
    view = _found(ctx, view_id)
    if view.owner_id != ctx.actor.person and ctx.actor.role not in KEEPERS:
        raise Forbidden(
            "not_your_view",
            f"The view “{view.name}” is kept by {view.owner_name or 'the house'}; save one of your own.",
            field="view_id",
        )
    return view


def _check(kind: ViewedKind, kept: Mapping[str, str], order: str, columns: list[str]) -> None:
    """Refuse filters, an order or columns that the list of a kind does not have."""
    operation = LISTS[kind]
    known = sorted(operation.arguments.model_fields.keys() - _TURNED)
    if strange := sorted(kept.keys() - set(known)):
        raise Invalid(
            "filter_unknown",
            f"{operation.name} has no filter {strange[0]}; it has {', '.join(known)}.",
            field="filters",
        )
    shown = list(ROWS[kind].model_fields)
    if strange := [one for one in columns if one not in shown]:
        raise Invalid(
            "column_unknown", f"The list has no column {strange[0]}; it has {', '.join(shown)}.", field="columns"
        )
    try:
        operation.bind_form({**kept, "sort": order})
    except Refusal as refusal:
        field = "sort" if refusal.field == "sort" else "filters"
        raise Invalid("filter_invalid", refusal.message, field=field) from None


def _listed(ctx: Context, view: _View, page: int, page_size: int) -> Page[Any]:
    """A page of the list that a view keeps."""
    operation = LISTS[view.record_kind]
    kept = json.loads(view.filters)
    bound = operation.bind_form({**kept, "sort": view.sort})
    return operation(ctx, **{**bound, "page": page, "page_size": page_size})


def _told(view: _View) -> dict[str, Any]:
    filters = [FilterView(name=name, value=value) for name, value in sorted(json.loads(view.filters).items())]
    return {**view._asdict(), "filters": filters[:50], "columns": json.loads(view.columns)[:50]}


def _detail(ctx: Context, view: _View) -> ViewDetail:
    records = _listed(ctx, view, 1, 1).total
    return ViewDetail(**_told(view), records=records, version=ctx.version(SavedView, view.view_id))
