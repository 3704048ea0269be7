"""The page of a version conflict: what one typed and what somebody else has set meanwhile, to choose from.

Each choice is a pair of radio buttons in the name of the field itself, so the form that comes back is an ordinary one
for the same operation, with the version that the record has now.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, g, request
from werkzeug.wrappers import Response as AnyResponse

from worlds.engine.errors import Failure, VersionConflict
from worlds.engine.operation import Operation
from worlds.engine.surfaces import error_pages
from worlds.engine.surfaces.forms import Typed, caption
from worlds.engine.surfaces.page_door import door_of
from worlds.engine.surfaces.wording import moment, phrase


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody else changed, as texts; `name` is the form's field for it, or None where the form has none.

    `mine` is what was typed into that field, and `changed` whether that differs from what stood there before.
    """

    name: str | None
    label: str
    was: str
    now: str
    by: str
    at: str
    mine: str = ""

    @property
    def changed(self) -> bool:
        """Whether the one who sent the form has changed it too."""
        return self.mine != self.was


def page(conflict: Failure, operation: Operation[..., Any], typed: Typed) -> AnyResponse:
    """Both versions, and the form that sends the choice."""
    door = door_of(request)
    told, paths, beside, untouched = _told_of(conflict)
    changes = list(_changes(told, paths, typed, door.world.zone))
    clashes = [one for one in changes if one.name is not None and one.mine != one.now]
    meanwhile = list(_changes(beside, (), typed, door.world.zone))
    named = {one.name for one in clashes} | untouched
    kept = [(name, value) for name, values in typed.raw.items() if name not in named for value in values]
    needed = untouched & set(operation.input_schema.get("required", ()))
    kept += [(one.name, one.now) for one in meanwhile if one.name in needed]
    others = [one for one in changes if one.name is None]
    by_columns = isinstance(conflict, VersionConflict) and conflict.by_columns
    form = door.form(operation, f"{request.script_root}{request.path}", name="choice")
    version = conflict.details.get("version")
    text = door.render(
        "pages/conflict.html",
        layout=error_pages.layout(),
        form=replace(form, sent=None, version=lambda: version),
        who=changes[-1].by if changes else "Somebody",
        record=f"{phrase(conflict.details.get('record', 'record')).lower()} {conflict.details.get('id', '')}".strip(),
        clashes=clashes,
        others=meanwhile if by_columns else others,
        undone=others if by_columns else [],
        kept=kept,
        discard=g.get("form_page") or f"{request.script_root}/",
    )
    return Response(text, status=conflict.status, content_type="text/html; charset=utf-8")


Told = Sequence[Mapping[str, Any]]


def _told_of(conflict: Failure) -> tuple[Told, Sequence[str], Told, frozenset[str]]:
    """What a conflict tells: changes, the arguments that they are in the way of, others, and untouched arguments."""
    told = conflict.details.get("changes", ())
    if not isinstance(conflict, VersionConflict):
        return told, (), (), frozenset()
    return told, conflict.paths, conflict.beside, conflict.untouched


def _changes(told: Told, paths: Sequence[str], typed: Typed, zone: str) -> Iterator[Change]:
    for number, one in enumerate(told):
        field = str(one["field"])
        name = typed.on_page(paths[number]) if paths else None
        name = name if name in typed.raw else None
        if name is None and "record" not in one:
            name = _field(field, typed)
        label = caption(name or field)
        if "record" in one:
            label = f"{phrase(one['record'])}: {label[:1].lower()}{label[1:]}"
        yield Change(
            name=name,
            label=label,
            was=_text(one["was"]),
            now=_text(one["now"]),
            by="You" if one["by"] == "you" else str(one["by"]),
            at=moment(datetime.fromisoformat(one["at"]).astimezone(ZoneInfo(zone)), zone),
            mine=typed.raw[name][-1] if name else "",
        )


def _field(told: str, typed: Typed) -> str | None:
    """The field of the form that is meant: of that name, or the one whose path ends in it."""
    if told in typed.raw:
        return told
    found = [name for name in typed.raw if name.rpartition(".")[2] == told.rpartition(".")[2]]
    return found[0] if len(found) == 1 else None


def _text(value: Any) -> str:
    """A JSON value as a form's text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
