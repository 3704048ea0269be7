"""A refusal that lists what is in the way, or can be let through: how pages ask once more before something is done.

Any refusal may name the argument with which the same call goes through (`Refusal(…, override="allow_duplicates")`), and
the records that it is about (`details={"matches": […]}`). On pages it comes as part of the form that was sent: the
records with links, and a button that sends the form again with that argument. No script is needed, and the key Enter
still presses the form's own button. A form that has a box for the argument gets no button; the box says what it is for.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from flask import current_app, request, url_for

from worlds.engine.errors import Refusal
from worlds.engine.surfaces.forms import Match, Problem, Question, Typed, caption
from worlds.engine.surfaces.wording import phrase
from worlds.engine.targets import table_of
from worlds.engine.world import World

TICK: Final = "Tick this if it is to be done all the same."
_CODE: Final = re.compile(r"[a-z]+(_[a-z]+)*")
_NAMED: Final = frozenset({"record", "id", "label", "openable"})


def question_of(refusal: Refusal, typed: Typed, world: World) -> Question | None:
    """What a refusal asks; None where it lists nothing and nothing lets the call through but the form's own box."""
    listed: Sequence[Mapping[str, Any]] = refusal.details.get("matches", ())
    argument = None if box_for(refusal, typed) else refusal.override
    if not listed and argument is None:
        return None
    return Question(tuple(_match(one, world) for one in listed), argument)


def box_for(refusal: Refusal, typed: Typed) -> Problem | None:
    """What is said at the box that a form has for the argument; forms send a "false" before each box."""
    name = refusal.override
    if name is None or "false" not in typed.raw.get(name, ()):
        return None
    return Problem(name, refusal.code, TICK)


def _match(one: Mapping[str, Any], world: World) -> Match:
    label = str(one.get("label") or f"{phrase(one.get('record', 'record'))} {one.get('id', '')}")
    told = tuple((caption(name), text) for name, value in one.items() if name not in _NAMED and (text := _text(value)))
    key = one.get("id") if one.get("openable", True) else None
    return Match(label, _address(world, str(one.get("record", "")), key), told)


def _text(value: Any) -> str:
    """Plain values in words; what is nested is for those who read JSON."""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_text, value)))
    if value is None or isinstance(value, bool | Mapping):
        return ""
    return phrase(value) if _CODE.fullmatch(str(value)) else str(value)


def _address(world: World, record: str, key: Any) -> str:
    """The page of a record in the app at hand: the shortest address that ends in its id; empty where there is none."""
    if key is None:
        return ""
    found = sorted(_pages_of(world, record), key=lambda one: (len(one[0]), one[0]))
    return url_for(found[0][1], **{found[0][2]: key}) if found else ""


def _pages_of(world: World, record: str) -> Iterator[tuple[str, str, str]]:
    """(address, endpoint, argument) of the pages that show one record of a kind."""
    for rule in current_app.url_map.iter_rules():
        ours = rule.endpoint.partition(".")[0] == request.blueprint and "GET" in (rule.methods or ())
        if ours and len(rule.arguments) == 1 and rule.rule.endswith(">"):
            (argument,) = rule.arguments
            if record in {argument.removesuffix("_id"), table_of(world.metadata, argument)}:
                yield rule.rule, rule.endpoint, argument
