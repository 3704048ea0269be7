"""What conditions and actions may say: every field with its kind, the operators that fit, the values that exist.

Rules are stored as JSON (see `conditions` and `actions`); here one is checked before it is stored.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from worlds.desk.automation.actions import KINDS, SETTABLE
from worlds.desk.automation.conditions import OPERATORS
from worlds.desk.models.people import LOCALES, TIERS
from worlds.desk.models.tickets import CHANNELS, LEVELS, PRIORITIES, STATUSES, TOPICS, TYPES

USES: Final = ("trigger", "automation", "view", "sla")
CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "status": STATUSES,
    "type": TYPES,
    "priority": PRIORITIES,
    "impact": LEVELS,
    "urgency": LEVELS,
    "topic": TOPICS,
    "channel": CHANNELS,
    "language": LOCALES,
    "requester_tier": TIERS,
    "author": ("end_user", "staff"),
    "event": ("create", "update"),
}
IDS: Final = ("requester_id", "assignee_id", "group_id", "organization_id", "problem_id")
NUMBERS: Final = ("reopens", "reassigned")
FLAGS: Final = ("spam", "requester_vip", "comment_public", "comment_automatic", "in_hours")
TEXTS: Final = ("subject", "comment")
FIELDS: Final = (*CHOICES, *IDS, *NUMBERS, *FLAGS, *TEXTS, "group", "tags", "updated", "sla")
_OF_UPDATES: Final = ("author", "event", "comment", "comment_public", "comment_automatic")
_AROUND: Final = ("requester_tier", "requester_vip", "in_hours", "group")
_CHANGES: Final = ("changed", "changed_to", "changed_from")
MAX_HOURS: Final = 10_000
NOBODY: Final = "nobody"
CURRENT_USER: Final = "current_user"
PLACEHOLDERS: Final = (
    "ticket.number", "ticket.subject", "ticket.requester.name", "ticket.requester.first_name", "ticket.group",
    "ticket.assignee", "current_user.name", "current_user.first_name",
)  # fmt: skip
"""What prepared texts may hold between double braces."""


def operators_of(field: str, use: str) -> tuple[str, ...]:
    """The operators that can ask about a field in rules of a use; none where such rules cannot ask about it."""
    if use != "trigger" and (field in _OF_UPDATES or (field == "subject" and use != "sla")):
        return ()
    if field == "sla":
        return ("sooner_than",) if use in {"view", "automation"} else ()
    if field == "updated":
        return ("longer_than",) if use in {"view", "automation"} else ()
    if field in TEXTS or field == "tags":
        asked: tuple[str, ...] = ("has", "has_not")
    else:
        asked = ("is", "is_not") if field in FLAGS else ("is", "is_not", "in")
    if use == "trigger" and field not in (*_OF_UPDATES, *_AROUND):
        asked += _CHANGES
    if field == "status" and use in {"view", "automation"}:
        asked += ("longer_than",)
    return asked


def condition_problem(condition: Mapping[str, Any], use: str) -> str | None:
    """What is wrong with a condition as it would be stored, in a sentence; None where nothing is."""
    field = condition.get("field")
    if field not in FIELDS:
        return f"There is no field {field}; there are: {', '.join(FIELDS)}."
    asked = [name for name in condition if name != "field"]
    known = operators_of(field, use)
    if len(asked) != 1 or asked[0] not in OPERATORS:
        return f"A condition on {field} has one operator of: {', '.join(known) or 'none here'}."
    if not known:
        return f"A rule of the kind {use} cannot ask about {field}."
    if asked[0] not in known:
        return f"{asked[0]} cannot be asked about {field} in a rule of the kind {use}; use one of: {', '.join(known)}."
    return _value_problem(field, asked[0], condition[asked[0]], use)


def _value_problem(field: str, operator: str, value: Any, use: str) -> str | None:
    if operator == "changed":
        return None if value is True else "changed takes the value true."
    if operator in {"longer_than", "sooner_than"}:
        return None if _whole(value, MAX_HOURS) else f"{operator} takes hours, a whole number up to {MAX_HOURS}."
    if operator == "in":
        if not isinstance(value, list) or not value:
            return f"in takes a list of values for {field}."
        return next((found for one in value if (found := _one_problem(field, one, use))), None)
    if value is None and operator in {"is", "is_not", "changed_to", "changed_from"} and field not in FLAGS:
        return None
    return _one_problem(field, value, use)


def _one_problem(field: str, value: Any, use: str) -> str | None:
    if field in CHOICES:
        return None if value in CHOICES[field] else f"{field} is one of: {', '.join(CHOICES[field])}."
    if field in FLAGS:
        return None if isinstance(value, bool) else f"{field} is true or false."
    if field in IDS or field in NUMBERS:
        if value == CURRENT_USER and use == "view" and field in {"assignee_id", "requester_id"}:
            return None
        return None if _whole(value, 2**53) else f"{field} is a whole number."
    return None if isinstance(value, str) and value.strip() else f"{field} takes a text."


def _whole(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def conditions_problem(conditions: Mapping[str, Any], use: str) -> str | None:
    """What is wrong with conditions as they would be stored; None where nothing is."""
    if strange := sorted(conditions.keys() - {"all", "any"}):
        return f"Conditions are in all or any, not in {', '.join(strange)}."
    both = [*conditions.get("all", ()), *conditions.get("any", ())]
    if not both and use in {"trigger", "automation"}:
        return "A rule needs at least one condition, in all or in any."
    return next((found for one in both if (found := condition_problem(one, use))), None)


def actions_problem(actions: Mapping[str, Any], *, prepared: bool = False) -> str | None:
    """What is wrong with actions as they would be stored; None where nothing is.

    `prepared` are those of a macro: it has a text of its own, and may do nothing else.
    """
    if strange := sorted(actions.keys() - set(KINDS)):
        return f"There is no action {strange[0]}; there are: {', '.join(KINDS)}."
    if not prepared and not any(actions.values()):
        return "A rule needs at least one action."
    if prepared and actions.keys() & {"note", "reply", "mail_group"}:
        return "A macro says what its own text says, and mails no group."
    for name, value in actions.get("set", {}).items():
        if found := _setting_problem(name, value, prepared=prepared):
            return found
    both = sorted(set(actions.get("add_tags", ())) & set(actions.get("remove_tags", ())))
    if both:
        return f"The tag {both[0]} cannot be both added and removed."
    return next((found for name in ("note", "reply") if (found := text_problem(actions.get(name) or ""))), None)


def _setting_problem(name: str, value: Any, *, prepared: bool) -> str | None:
    if name not in SETTABLE:
        return f"{name} cannot be set; these can: {', '.join(SETTABLE)}."
    if name == "assignee":
        if value == NOBODY or (prepared and value == CURRENT_USER) or _whole(value, 2**53):
            return None
        return f"assignee is {NOBODY}, a user's id or, in a macro, {CURRENT_USER}."
    if name == "spam":
        return None if isinstance(value, bool) else "spam is true or false."
    if name == "group":
        return None if isinstance(value, str) and value else "group is the name of a group."
    allowed = [one for one in CHOICES[name] if name != "status" or one not in {"new", "closed"}]
    return None if value in allowed else f"{name} is set to one of: {', '.join(allowed)}."


def text_problem(text: str) -> str | None:
    """What is wrong with a prepared text: a placeholder that nothing fills."""
    for part in text.split("{{")[1:]:
        name = part.split("}}", maxsplit=1)[0]
        if "}}" not in part or name not in PLACEHOLDERS:
            return f"Nothing fills {{{{{name[:40]}}}}}; placeholders are: {', '.join(PLACEHOLDERS)}."
    return None
