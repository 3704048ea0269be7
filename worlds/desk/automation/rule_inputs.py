"""Rules as callers write and read them: a field, an operator and a value in words, checked before they are stored."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from pydantic import Field

from worlds.desk.automation.rule_grammar import CHOICES, FLAGS, IDS, NUMBERS, actions_problem, conditions_problem
from worlds.engine.context import Context
from worlds.engine.errors import Invalid
from worlds.engine.fields import Input, Result, UpTo200, line
from worlds.engine.rows import Query

if TYPE_CHECKING:
    from typing import TypeAlias

    Value: TypeAlias = str
else:
    Value = line(200, min_length=0)

FieldName = Literal[
    "status", "type", "priority", "impact", "urgency", "topic", "channel", "language", "requester_tier", "author",
    "event", "requester_id", "assignee_id", "group_id", "organization_id", "problem_id", "reopens", "reassigned",
    "spam", "requester_vip", "comment_public", "comment_automatic", "in_hours", "subject", "comment", "group", "tags",
    "updated", "sla",
]  # fmt: skip
Operator = Literal[
    "is", "is_not", "in", "has", "has_not", "changed", "changed_to", "changed_from", "longer_than", "sooner_than",
]  # fmt: skip
SettableName = Literal["status", "type", "priority", "impact", "urgency", "topic", "group", "assignee", "spam"]
_YES = {"true": True, "false": False}


class ConditionInput(Input):
    """One condition of a rule."""

    field: FieldName = Field(description="What it looks at.")
    operator: Operator = Field(description="How; longer_than and sooner_than take hours.")
    value: Value = Field(
        default="",
        description="A word, a number, true or false; for `in`, words separated by commas; empty for nothing.",
    )


class SettingInput(Input):
    """A property that a rule or a macro sets."""

    field: SettableName = Field(description="What it sets; a group by its name.")
    value: Value = Field(description="To what; the assignee is nobody, current_user (in macros) or a user's id.")


Some = Annotated[list[ConditionInput], Field(max_length=30)]
Settings = Annotated[list[SettingInput], Field(max_length=9)]


class ConditionView(Result):
    """One condition of a rule, its value in words."""

    field: str
    operator: str
    value: str


class SettingView(Result):
    """A property that a rule or a macro sets, its value in words."""

    field: str
    value: str


class ActionsView(Result):
    """What a rule does: properties it sets, tags, what it writes as a note or to the requester, whom it mails."""

    set: UpTo200[SettingView]
    add_tags: UpTo200[str]
    remove_tags: UpTo200[str]
    note: str | None
    reply: str | None
    mail_group: str | None


def conditions_view(conditions: str) -> dict[str, list[ConditionView]]:
    """The lists `all` and `any` of conditions as they are stored."""
    said = json.loads(conditions)
    return {name: [_condition_view(one) for one in said.get(name, ())] for name in ("all", "any")}


def _condition_view(condition: Mapping[str, Any]) -> ConditionView:
    (operator,) = condition.keys() - {"field"}
    return ConditionView(field=condition["field"], operator=operator, value=_words(condition[operator]))


def actions_view(actions: str) -> ActionsView:
    """Actions as they are stored."""
    said = json.loads(actions)
    return ActionsView(
        set=[SettingView(field=name, value=_words(value)) for name, value in said.get("set", {}).items()],
        add_tags=list(said.get("add_tags", ())),
        remove_tags=list(said.get("remove_tags", ())),
        note=said.get("note"),
        reply=said.get("reply"),
        mail_group=said.get("mail_group"),
    )


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def stored_conditions(ctx: Context, use: str, every: Sequence[ConditionInput], some: Sequence[ConditionInput]) -> str:
    """Conditions as they are stored.

    Raises:
        Invalid: `condition_invalid` where one says what cannot be asked.
    """
    said = {"all": [_condition(one) for one in every], "any": [_condition(one) for one in some]}
    problem = conditions_problem(said, use) or _group_problem(ctx, [*said["all"], *said["any"]])
    if problem:
        raise Invalid("condition_invalid", problem, field="all")
    return json.dumps({name: listed for name, listed in said.items() if listed}, ensure_ascii=False)


def _condition(one: ConditionInput) -> dict[str, Any]:
    if one.operator == "changed":
        return {"field": one.field, "changed": True}
    if one.operator == "in":
        return {"field": one.field, "in": [_value(one.field, part.strip()) for part in one.value.split(",")]}
    if one.operator in {"longer_than", "sooner_than"}:
        return {"field": one.field, one.operator: _number(one.value)}
    return {"field": one.field, one.operator: _value(one.field, one.value.strip())}


def _value(field: str, text: str) -> Any:
    if not text:
        return None
    if field in FLAGS:
        return _YES.get(text, text)
    if field in CHOICES or field not in (*IDS, *NUMBERS):
        return text
    return _number(text)


def _number(text: str) -> Any:
    return int(text) if text.isascii() and text.isdigit() else text


def stored_settings(settings: Sequence[SettingInput]) -> dict[str, Any]:
    """Properties that a rule sets, as they are stored."""
    stored: dict[str, Any] = {}
    for one in settings:
        if one.field in stored:
            raise Invalid("action_invalid", f"{one.field} is set twice; set it once.", field="set_fields")
        plain = one.value.strip()
        stored[one.field] = _YES.get(plain, plain) if one.field == "spam" else plain
        if one.field == "assignee":
            stored[one.field] = _number(plain)
    return stored


def stored_actions(ctx: Context, actions: Mapping[str, Any], *, prepared: bool = False) -> str:
    """Actions as they are stored; what is empty is left out.

    Raises:
        Invalid: `action_invalid` where one cannot be done.
    """
    said = {name: value for name, value in actions.items() if value}
    groups = [{"field": "group", "is": said[name]} for name in ("mail_group",) if name in said]
    groups += [{"field": "group", "is": value} for name, value in said.get("set", {}).items() if name == "group"]
    problem = actions_problem(said, prepared=prepared) or _group_problem(ctx, groups)
    if problem:
        raise Invalid("action_invalid", problem, field="actions")
    return json.dumps(said, ensure_ascii=False)


class _Group(NamedTuple):
    name: str


_GROUPS = Query(_Group, "SELECT {fields} FROM desk_group WHERE active = 1 ORDER BY id")


def _group_problem(ctx: Context, conditions: Sequence[Mapping[str, Any]]) -> str | None:
    """A group that does not exist, among conditions on groups' names."""
    asked: list[str] = []
    for one in conditions:
        if one["field"] == "group":
            asked += [name for value in one.values() for name in (value if isinstance(value, list) else [value])]
    asked = [name for name in asked if isinstance(name, str) and name != "group"]
    if not asked:
        return None
    known = [one.name for one in _GROUPS.all(ctx)]
    strange = next((name for name in asked if name not in known), None)
    return None if strange is None else f"There is no group {strange}; there are: {', '.join(known)}."
