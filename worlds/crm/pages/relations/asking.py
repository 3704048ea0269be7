"""Forms as the app shows them: what is asked, in parts, with labels that also stand in what was wrong.

Most of what is done with a record has a page of its own of one shape: crumbs, heading, what follows from it, the form.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from worlds.engine.operation import Operation
from worlds.engine.surfaces.forms import Form, Problem, caption
from worlds.engine.surfaces.pages import Door

Options: TypeAlias = list[tuple[str, str]]
"""Codes or ids as texts, with their words."""
Crumbs: TypeAlias = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Ask:
    """A field of a form: its label, and options where one chooses from what the house has.

    `blank` says what leaving it empty means; `needed` that the form makes no sense without it.
    """

    name: str
    label: str
    options: Options | None = None
    blank: str | None = None
    hint: str = ""
    rows: int = 3
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Fields that belong together; without a title they stand first. `pairs` keeps each two beside each other."""

    title: str
    asks: tuple[Ask, ...]
    wide: bool = False
    pairs: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page on which one thing is done.

    `note` stands beside the heading, `follows` are sentences about what comes of it, `emptied` are fields that can be
    emptied, and `repeated` are lists of ids that the form carries along.
    """

    heading: str
    send: str
    back: str
    crumbs: Crumbs
    parts: tuple[Part, ...] = ()
    note: str | None = None
    follows: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()
    danger: bool = False


def labelled(form: Form, asks: Sequence[Ask]) -> Form:
    """A form whose problems name fields as the page labels them."""
    if form.sent is None or not form.sent.problems:
        return form
    labels = {ask.name: ask.label for ask in asks}

    def said(problem: Problem) -> Problem:
        field = problem.field or ""
        old, new = f"{caption(field)}: ", labels.get(field)
        if new and problem.message.startswith(old):
            return replace(problem, message=f"{new}: {problem.message.removeprefix(old)}")
        return problem

    return replace(form, sent=replace(form.sent, problems=tuple(map(said, form.sent.problems))))


def form_for(
    door: Door,
    operation: Operation[..., Any],
    action: str,
    asks: Sequence[Ask] = (),
    values: Mapping[str, Any] | None = None,
    name: str = "f",
) -> Form:
    """A form of an operation, labelled as its page labels it."""
    return labelled(door.form(operation, action, values, name=name), asks)


def sheet_page(
    door: Door,
    operation: Operation[..., Any],
    action: str,
    sheet: Sheet,
    values: Mapping[str, Any] | None = None,
    template: str = "relations/sheet.html",
    **more: Any,
) -> str:
    """A page on which one thing is done."""
    asks = [ask for part in sheet.parts for ask in part.asks]
    form = form_for(door, operation, action, asks, values)
    return door.render(template, sheet=sheet, form=form, **more)


def emptied_of(operation: Operation[..., Any]) -> tuple[str, ...]:
    """The fields that an operation empties on request."""
    schema = operation.input_schema["properties"]["empty"]
    items = next(one["items"] for one in schema["anyOf"] if "items" in one)
    return tuple(items["enum"])


def values_of(shown: Any, names: Sequence[str]) -> dict[str, Any]:
    """What stands in a form at first: what the record holds."""
    return {name: getattr(shown, name) for name in names}
