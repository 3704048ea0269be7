"""Macros: prepared replies with prepared changes. Looking at them, trying them, using them, and looking after them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from worlds.desk.automation.actions import changes_of
from worlds.desk.automation.rule_grammar import text_problem
from worlds.desk.automation.rule_inputs import Settings, SettingView, actions_view, stored_actions, stored_settings
from worlds.desk.models import Macro
from worlds.desk.models import Ticket as TicketTable
from worlds.desk.rules import LEADS, STAFF, WORKERS
from worlds.desk.texts import Body, Tags
from worlds.desk.tickets import laws
from worlds.desk.tickets.ticket_detail import changed
from worlds.desk.tickets.ticket_file import Head, head
from worlds.desk.tickets.updating import Said, filled, update
from worlds.desk.views import Language, TicketChanged
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Forbidden, Invalid, NotFound
from worlds.engine.fields import Instant, Page, PageNumber, PageSize, Query, RecordId, Result, UpTo200, line, text
from worlds.engine.folding import fold
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query as Rows
from worlds.engine.rows import insert, number, run

if TYPE_CHECKING:
    from typing import TypeAlias

    Title: TypeAlias = str
    MacroText: TypeAlias = str
else:
    Title = line(120)
    MacroText = text(12_000, min_length=0)


class MacroView(Result):
    """A macro. `usable` says whether whoever asks may apply it; `group_name` is the group that it is kept for."""

    macro_id: int
    title: str
    language: str
    public: bool
    body: str
    set: UpTo200[SettingView]
    add_tags: UpTo200[str]
    remove_tags: UpTo200[str]
    group_id: int | None
    group_name: str | None
    active: bool
    usable: bool
    updated_at: Instant


class MacroDetail(MacroView):
    """One macro, with its version."""

    version: int


class PreviewedChange(Result):
    """A property of the ticket that the macro would change."""

    field: str
    before: str | None
    after: str | None


class MacroPreview(Result):
    """What a macro would write on a ticket and change of it; nothing is written or changed yet."""

    macro_id: int
    title: str
    ticket_id: int
    ticket_version: int
    public: bool
    body: str
    changes: UpTo200[PreviewedChange]


class _Row(NamedTuple):
    id: int
    title: str
    language: str
    public: int
    body: str
    actions: str
    group_id: int | None
    group_name: str | None
    active: int
    member: int
    updated_at: datetime


_MEMBER = """(m.group_id IS NULL OR EXISTS
  (SELECT 1 FROM membership x WHERE x.group_id = m.group_id AND x.user_id = :person))"""
_SELECT = f"""m.id, m.title, m.language, m.public, m.body, m.actions, m.group_id, g.name, m.active, {_MEMBER},
  m.updated_at"""
_SOURCE = "macro m LEFT JOIN desk_group g ON g.id = m.group_id"
_ALL = Rows(_Row, f"SELECT {_SELECT} FROM {_SOURCE} ORDER BY m.title, m.id")  # noqa: S608 - fixed texts of this module
_ONE = Rows(_Row, f"SELECT {_SELECT} FROM {_SOURCE} WHERE m.id = :macro")  # noqa: S608 - fixed texts of this module


@reads(roles=STAFF)
def list_macros(
    ctx: Context,
    query: Query | None = None,
    language: Language | None = None,
    group_id: RecordId | None = None,
    usable: bool | None = None,
    active: bool = True,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[MacroView]:
    """List macros by title.

    Args:
        query: Words that must all occur in the title or the text.
        language: Only macros in this language.
        group_id: Only macros that are kept for this group.
        usable: Only those that you may apply (true) or may not (false).
        active: Those in use (true) or those that were retired (false).
        page: The page, from 1.
        page_size: Macros on a page.
    """
    words = fold(query or "").split()
    asked = {"language": language, "group_id": group_id, "active": int(active)}
    found = [
        row
        for row in _ALL.all(ctx, person=ctx.actor.person)
        if all(value is None or getattr(row, name) == value for name, value in asked.items())
        and usable in {None, bool(row.member and row.active)}
        and all(word in fold(f"{row.title} {row.body}") for word in words)
    ]
    shown = found[(page - 1) * page_size : page * page_size]
    return Page[MacroView].of([_view(row) for row in shown], len(found), page, page_size)


@reads(roles=STAFF)
def get_macro(ctx: Context, macro_id: RecordId) -> MacroDetail:
    """Show one macro, with the version that update_macro can be told.

    Args:
        macro_id: The macro.
    """
    return _detail(ctx, macro_id)


@reads(roles=STAFF)
def preview_macro(ctx: Context, ticket_id: RecordId, macro_id: RecordId) -> MacroPreview:
    """Show what a macro would write on a ticket, its placeholders filled in, and what it would change of it.

    Args:
        ticket_id: The ticket.
        macro_id: The macro.
    """
    ticket, macro = head(ctx, ticket_id), _usable(ctx, macro_id)
    wanted = _changes(ctx, ticket, macro)
    settled = laws.settled(ctx, ticket, wanted, by_rule=True) if ticket.status != "closed" else wanted
    return MacroPreview(
        macro_id=macro.id,
        title=macro.title,
        ticket_id=ticket.id,
        ticket_version=ctx.version(TicketTable, ticket.id),
        public=bool(macro.public),
        body=filled(ctx, ticket, macro.body),
        changes=[
            PreviewedChange(field=name, before=_shown(getattr(ticket, name)), after=_shown(value))
            for name, value in sorted(settled.items())
        ],
    )


def _shown(value: Any) -> str | None:
    return None if value is None else str(value)


@writes(roles=WORKERS, record="ticket_id")
def apply_macro(ctx: Context, ticket_id: RecordId, macro_id: RecordId, body: Body | None = None) -> TicketChanged:
    """Apply a macro to a ticket: its text is sent or noted, and its changes are made, in one update.

    A public macro is mailed to the requester at once. preview_macro shows both beforehand.

    Args:
        ticket_id: The ticket.
        macro_id: The macro.
        body: What is written in place of the macro's text, such as that text with something corrected.
    """
    ticket, macro = head(ctx, ticket_id), _usable(ctx, macro_id)
    written = filled(ctx, ticket, macro.body if body is None else body)
    said = Said(written, public=bool(macro.public), via="macro") if written.strip() else None
    return changed(ctx, update(ctx, ticket, _changes(ctx, ticket, macro), said, via="macro"))


def _changes(ctx: Context, ticket: Head, macro: _Row) -> dict[str, Any]:
    return changes_of(ctx, ticket, json.loads(macro.actions))


def _usable(ctx: Context, macro_id: int) -> _Row:
    """A macro that the acting person may apply."""
    macro = _found(ctx, macro_id)
    if not macro.active:
        raise Conflict("macro_retired", f"The macro “{macro.title}” is retired; choose another.", field="macro_id")
    if not macro.member:
        raise Forbidden(
            "macro_restricted",
            f"The macro “{macro.title}” is kept for the group {macro.group_name}; choose one of yours.",
            field="macro_id",
        )
    return macro


def _found(ctx: Context, macro_id: int) -> _Row:
    found = _ONE.first(ctx, macro=macro_id, person=ctx.actor.person)
    if found is None:
        raise NotFound(
            "macro_not_found", f"There is no macro {macro_id}; the list of macros shows all.", field="macro_id"
        )
    return found


@writes(roles=LEADS)
def create_macro(  # noqa: PLR0913 - what a macro consists of
    ctx: Context,
    title: Title,
    body: MacroText,
    public: bool,
    language: Language,
    set_fields: Settings | None = None,
    add_tags: Tags | None = None,
    remove_tags: Tags | None = None,
    group_id: RecordId | None = None,
) -> MacroDetail:
    """Make a macro that colleagues can apply at once.

    Args:
        title: What it is called; no two macros have the same title.
        body: Its text; placeholders such as {{ticket.number}} are filled in when it is applied. It may be empty.
        public: Whether its text goes to the requester (true) or is an internal note (false).
        language: The language of its text.
        set_fields: Properties that it sets.
        add_tags: Tags that it adds.
        remove_tags: Tags that it takes away.
        group_id: The group that it is kept for; everybody may use it if left out.
    """
    actions = {"set": stored_settings(set_fields or ()), "add_tags": add_tags, "remove_tags": remove_tags}
    stored = stored_actions(ctx, actions, prepared=True)
    _check(ctx, title, body, stored, group_id)
    macro_id = insert(
        ctx, Macro, title=title, language=language, body=body, public=public, actions=stored, group_id=group_id,
        active=True, updated_at=ctx.now,
    )  # fmt: skip
    return _detail(ctx, macro_id)


@writes(roles=LEADS, record="macro_id")
def update_macro(  # noqa: PLR0913 - what a macro consists of
    ctx: Context,
    macro_id: RecordId,
    title: Title | None = None,
    body: MacroText | None = None,
    public: bool | None = None,
    language: Language | None = None,
    set_fields: Settings | None = None,
    add_tags: Tags | None = None,
    remove_tags: Tags | None = None,
    group_id: RecordId | None = None,
    for_everybody: bool = False,
    active: bool | None = None,
) -> MacroDetail:
    """Change a macro for everybody who uses it; what is left out stays as it is.

    Args:
        macro_id: The macro.
        title: What it is called.
        body: Its text.
        public: Whether its text goes to the requester.
        language: The language of its text.
        set_fields: All properties that it sets, in place of those that it set.
        add_tags: All tags that it adds, in place of those that it added.
        remove_tags: All tags that it takes away, in place of those that it took away.
        group_id: The group that it is kept for.
        for_everybody: Whether it is no longer kept for a group.
        active: False retires it.
    """
    macro = _found(ctx, macro_id)
    known = json.loads(macro.actions)
    asked = {"set": set_fields, "add_tags": add_tags, "remove_tags": remove_tags}
    actions: dict[str, Any] = {name: known.get(name) if value is None else value for name, value in asked.items()}
    if set_fields is not None:
        actions["set"] = stored_settings(set_fields)
    after: Mapping[str, Any] = {
        "title": title or macro.title,
        "language": language or macro.language,
        "body": macro.body if body is None else body,
        "public": macro.public if public is None else int(public),
        "actions": stored_actions(ctx, actions, prepared=True),
        "group_id": None if for_everybody else group_id or macro.group_id,
        "active": macro.active if active is None else int(active),
    }
    _check(ctx, after["title"], after["body"], after["actions"], after["group_id"], macro.id)
    run(ctx, _UPDATE, macro=macro.id, now=ctx.now, **after)
    return _detail(ctx, macro.id)


_UPDATE = """UPDATE macro SET title = :title, language = :language, body = :body, public = :public, actions = :actions,
    group_id = :group_id, active = :active, updated_at = :now WHERE id = :macro"""


def _check(ctx: Context, title: str, body: str, actions: str, group_id: int | None, macro_id: int = 0) -> None:
    """Refuse a title that is taken, a group that is not there, a text that nothing fills, and a macro of nothing."""
    if number(ctx, "SELECT count(*) FROM macro WHERE title = :title AND id <> :macro", title=title, macro=macro_id):
        raise Conflict("title_taken", f"There is a macro “{title}”; choose another title.", field="title")
    if group_id is not None and not number(ctx, "SELECT count(*) FROM desk_group WHERE id = :group", group=group_id):
        raise NotFound(
            "group_not_found",
            f"There is no group {group_id}; the list of groups shows those there are.",
            field="group_id",
        )
    if problem := text_problem(body):
        raise Invalid("placeholder_unknown", problem, field="body")
    if not body.strip() and actions == "{}":
        raise Invalid("macro_empty", "A macro writes something or changes something.", field="body")


def _detail(ctx: Context, macro_id: int) -> MacroDetail:
    return MacroDetail(**dict(_view(_found(ctx, macro_id))), version=ctx.version(Macro, macro_id))


def _view(row: _Row) -> MacroView:
    does = actions_view(row.actions)
    return MacroView(
        macro_id=row.id, title=row.title, language=row.language, public=bool(row.public), body=row.body, set=does.set,
        add_tags=does.add_tags, remove_tags=does.remove_tags, group_id=row.group_id, group_name=row.group_name,
        active=bool(row.active), usable=bool(row.member and row.active), updated_at=row.updated_at,
    )  # fmt: skip
