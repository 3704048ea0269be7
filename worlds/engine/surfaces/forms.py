"""Forms made from an operation's JSON Schema: text fields to nested arguments, and arguments to labelled inputs.

A field's name is its path in the arguments (`lines.0.quantity`), the same path in which a Refusal names its field.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from worlds.engine.errors import Refusal
from worlds.engine.operation import Operation
from worlds.engine.surfaces.wording import phrase

OWN_FIELDS = frozenset({"csrf_token", "idempotency_key", "if_version", "next"})
"""Fields of a form that are the surface's and no argument of the operation."""

_INDEX = re.compile(r"(?:0|[1-9]\d{0,3})\Z", re.ASCII)
_SUMMED_UP = re.compile(r'<a href="#(?P<id>[^"]+)">(?P<words>[^<]*)</a>(?= <code class="problem-code">)')
_BOUND = re.compile(r"The argument (?P<path>\S+) of \w+ is not acceptable: (?P<rule>.*)\.\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field, or with the whole form where `field` is None. `field` is a name on the page."""

    field: str | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed into a form: `raw` texts by field name, as nested `arguments`, and where list rows stood.

    `rows` maps a list's path to the row numbers on the page of the items that are in `arguments`.
    """

    raw: Mapping[str, Sequence[str]]
    arguments: dict[str, Any]
    rows: Mapping[str, Sequence[int]]

    def on_page(self, path: str | None) -> str | None:
        """The name on the page of an argument's path: rows that were left out shift the ones after them."""
        if path is None:
            return None
        for name, numbers in self.rows.items():
            head, _, rest = path.removeprefix(f"{name}.").partition(".")
            if path.startswith(f"{name}.") and _INDEX.match(head) and int(head) < len(numbers):
                return f"{name}.{numbers[int(head)]}" + (f".{rest}" if rest else "")
        return path


@dataclass(frozen=True, slots=True)
class Match:
    """A record that is in the way: what it is called, its page (empty where there is none), and what is told of it."""

    label: str
    address: str
    told: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before a form is sent again: what is in the way, and the argument that lets it through, if any."""

    matches: tuple[Match, ...]
    argument: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that came back: what was typed, to which address, what was wrong with it, and what is asked back."""

    action: str
    typed: Typed
    problems: tuple[Problem, ...]
    question: Question | None = None


def schema_at(schema: Mapping[str, Any], path: str) -> tuple[Mapping[str, Any], bool] | None:
    """The schema of a field (a nullable one without its null) and whether it is required; None where there is none."""
    node: Mapping[str, Any] = schema
    required = True
    for part in path.split("."):
        if node.get("type") == "array" and _INDEX.match(part):
            node, required = _present(node["items"]), True
        elif part in node.get("properties", {}):
            child = node["properties"][part]
            required = part in node.get("required", ())
            node = {**_present(child), **({"description": child["description"]} if "description" in child else {})}
        else:
            return None
    return node, required


def _present(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema without its `null` alternative."""
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    if len(options) != 1:
        return schema
    return {**{key: value for key, value in schema.items() if key != "anyOf"}, **options[0]}


def read_typed(pairs: Iterable[tuple[str, str]], schema: Mapping[str, Any], rows: Mapping[str, str]) -> Typed:
    """Nested arguments of text fields; an unknown name stays, so that the door refuses it as an unknown argument.

    Args:
        pairs: field names and texts, in the form's order.
        schema: the operation's input schema.
        rows: by list, the member without which (empty or 0) a row counts as not chosen.
    """
    raw: dict[str, list[str]] = {}
    for name, value in pairs:
        raw.setdefault(name, []).append(value.replace("\r\n", "\n").replace("\r", "\n"))
    tree: dict[str, Any] = {}
    for name, values in raw.items():
        found = schema_at(schema, name)
        if found is None:
            tree[name] = values[-1]
            continue
        field_schema, required = found
        value = _value(values, field_schema)
        if value or _may_be_empty(field_schema, required):
            _plant(tree, name.split("."), value)
    numbers: dict[str, list[int]] = {}
    arguments = _lists(tree, schema, rows, "", numbers)
    for name in rows:
        if name in schema.get("properties", {}):
            arguments.setdefault(name, [])
    return Typed(raw, arguments, numbers)


def _value(values: list[str], schema: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    if kind == "array":
        return [value for value in values if value]
    if kind == "boolean" or len(values) == 1:
        return values[-1]  # a hidden "false" stands before each box, so that an unticked one is sent too
    return values  # the door says that this is no text


def _may_be_empty(schema: Mapping[str, Any], required: bool) -> bool:
    return required and schema.get("type") == "string" and not schema.get("minLength") and "enum" not in schema


def _plant(tree: dict[str, Any], parts: list[str], value: Any) -> None:
    """Put a value at its place; one that stands in another's way keeps its dotted name, and is unknown by it."""
    node = tree
    for part in parts[:-1]:
        child = node.setdefault(part, {})
        if not isinstance(child, dict):
            tree[".".join(parts)] = value
            return
        node = child
    if isinstance(node.get(parts[-1]), dict):
        tree[f"{'.'.join(parts)}."] = value
    else:
        node[parts[-1]] = value


def _lists(
    node: Any, schema: Mapping[str, Any], rows: Mapping[str, str], path: str, numbers: dict[str, list[int]]
) -> Any:
    """Turn the index-keyed mappings of lists into lists, leaving out the rows that were not chosen."""
    if not isinstance(node, dict):
        return node
    if schema.get("type") == "array":
        items = _present(schema["items"])
        deciding = rows.get(path)
        chosen = [
            index
            for index in sorted(node, key=int)
            if deciding is None or not isinstance(node[index], dict) or node[index].get(deciding, "0") not in ("", "0")
        ]
        numbers[path] = [int(index) for index in chosen]
        return [_lists(node[index], items, rows, f"{path}.{index}", numbers) for index in chosen]
    properties = schema.get("properties", {})
    return {
        name: _lists(child, _present(properties.get(name, {})), rows, f"{path}.{name}".lstrip("."), numbers)
        for name, child in node.items()
    }


_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?\Z", re.ASCII)


def in_zone(arguments: dict[str, Any], schema: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """Arguments in which moments as a browser's input writes them (`2026-03-17T08:00`) name a zone."""
    properties = schema.get("properties", {})
    found = dict(arguments)
    for name, value in arguments.items():
        moment = _present(properties.get(name, {})).get("format") == "date-time"
        if moment and isinstance(value, str) and (local := _LOCAL.match(value.strip())):
            with suppress(ValueError):  # the 30th of February is for the door to refuse
                when = datetime.fromisoformat(f"{local[1]}T{local[2]}{local[3] or ''}")
                found[name] = when.replace(tzinfo=ZoneInfo(zone)).isoformat()
    return found


def problems_of(refusal: Refusal, typed: Typed) -> tuple[Problem, ...]:
    """A refusal as problems at the fields of the page, in the words of a form rather than of a tool."""
    listed = refusal.details.get("problems") or [
        {"code": refusal.code, "field": refusal.field, "message": refusal.message}
    ]
    found: list[Problem] = []
    for one in listed:
        name = typed.on_page(one["field"])
        found.append(Problem(name, one["code"], _worded(name, one["code"], one["message"])))
    return tuple(found)


def words_of(refusal: Refusal, typed: Typed | None = None) -> str:
    """What a refusal says on a page without the form that it is about: its problems, each in the words of a form."""
    return " ".join(one.message for one in problems_of(refusal, typed or Typed({}, {}, {})))


def settle_links(page: str) -> str:
    """A page whose summary of problems is linked to fields that are on it.

    Which are is known once the page is made: an argument may stand in its address, in a hidden field, or nowhere.
    """

    def settled(line: re.Match[str]) -> str:
        return line[0] if f' id="{line["id"]}"' in page else line["words"]

    return _SUMMED_UP.sub(settled, page)


def _worded(name: str | None, code: str, message: str) -> str:
    if name is None:
        return message
    if code == "missing_argument":
        return f"{caption(name)}: fill this in."
    if code == "unknown_argument":
        return f"This form has no field {name[:80]!r}; it was not sent."
    match = _BOUND.match(message)
    return f"{caption(name)}: {_plain_rule(match['rule'])}." if match else message


_RULES: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"input should be a valid integer.*", lambda _: "must be a whole number"),
    (r"input should be greater than or equal to (\S+)", lambda m: f"must be {m[1]} or more"),
    (r"input should be less than or equal to (\S+)", lambda m: f"must be {m[1]} or less"),
    (r"input should be greater than (\S+)", lambda m: f"must be more than {m[1]}"),
    (r"string should have at most (\d+) characters?", lambda m: f"must have at most {m[1]} characters"),
    (r"string should have at least (\d+) characters?", lambda m: f"must have at least {m[1]} characters"),
    (r"string should match pattern.*", lambda _: "is not written in the form that the hint shows"),
    (r"input should be (?:'.*)", lambda _: "choose one of the options"),
    (r"list should have at least (\d+) items?.*", lambda m: f"choose at least {'one' if m[1] == '1' else m[1]}"),
    (r"list should have at most (\d+) items?.*", lambda m: f"choose at most {m[1]}"),
    (r"input should be a valid date.*", lambda _: "must be a date such as 2026-03-02"),
    (r"input should be a valid boolean.*", lambda _: "must be yes or no"),
    (r"must be a decimal string with two decimals.*", lambda _: "must be written with two decimals, such as 18.40"),
)


def _plain_rule(rule: str) -> str:
    for pattern, wording in _RULES:
        if match := re.fullmatch(pattern, rule, re.DOTALL):
            return wording(match)
    return rule


def caption(name: str) -> str:
    """A label for a field's name: `tracking_number` -> "Tracking number", `lines.1.quantity` -> "Quantity in row 2"."""
    parts = name.split(".")
    words = next((part for part in reversed(parts) if not part.isdigit()), name).replace("_", " ")
    words = re.sub(r"(?<=[a-z])(?=\d)", " ", words.removesuffix(" id"))
    row = next((int(part) + 1 for part in reversed(parts) if _INDEX.match(part)), None)
    text = words[:1].upper() + words[1:]
    return f"{text} in row {row}" if row is not None and not parts[-1].isdigit() else text


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a form, with all that its schema says of it.

    `kind` is "text", "area", "number", "money", "date", "moment", "choice" or "box"; `value` is the text to show
    (for a box, "true", "false" or ""); `options` are codes with their words.
    """

    name: str
    id: str
    kind: str
    label: str
    help: str
    required: bool
    value: str
    error: str | None
    options: tuple[tuple[str, str], ...]
    limits: Mapping[str, Any]


@dataclass(frozen=True)
class Form:
    """A form for one operation, as a template shows it; `form["lines.0.quantity"]` is a field.

    `token` and `key` are the surface's hidden fields; a form that only asks (method "get") has neither. `onward` is the
    path to go on to once it is done, empty for the action's own. `name` keeps the ids of two forms on a page apart.
    `version` says which version of its record the form overwrites, asked when it is shown: a view may make a form
    before it reads the record.
    """

    operation: Operation[..., Any]
    action: str
    method: str
    values: Mapping[str, Any]
    sent: Sent | None
    token: str = ""
    key: str = ""
    allowed: bool = True
    roles: str = ""
    name: str = "f"
    version: Callable[[], int | str | None] = lambda: None
    onward: str = ""
    _asked: list[Question] = field(default_factory=list)

    def __getitem__(self, name: str) -> Field:
        found = schema_at(self.operation.input_schema, name)
        if found is None:
            raise KeyError(f"{self.operation.name} takes no argument {name}")
        schema, required = found
        return Field(
            name=name,
            id=self.id_of(name),
            kind=_kind(schema),
            label=caption(name.rpartition(".")[2]),
            help=str(schema.get("description", "")),
            required=required,
            value=self._value(name, schema),
            error=next((one.message for one in self.problems if one.field == name), None),
            options=tuple((str(code), phrase(code)) for code in schema.get("enum", ())),
            limits=_limits(schema),
        )

    def id_of(self, name: str) -> str:
        """The id of a field's element; the form's own name keeps two forms of a page apart."""
        return f"{self.name}-{name}".replace(".", "-").replace("_", "-")

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was wrong when the form was sent."""
        return self.sent.problems if self.sent else ()

    @property
    def at_fault(self) -> str:
        """The id of the first field that something was wrong with; that of the problems where it was none."""
        name = next((one.field for one in self.problems if one.field), None)
        return self.id_of(name) if name else "problems"

    def ask(self) -> Question | None:
        """What is asked back, the first time: a form with several buttons asks below the first of them."""
        question = None if self._asked or self.sent is None else self.sent.question
        self._asked.extend([question] if question else [])
        return question

    def _value(self, name: str, schema: Mapping[str, Any]) -> str:
        if self.sent is not None and (typed := self.sent.typed.raw.get(name)):
            value: Any = typed[-1]
        elif name in self.values:
            value = self.values[name]
        else:
            value = schema.get("default")
        if isinstance(value, bool) or (schema.get("type") == "boolean" and value):
            return "true" if value in {True, "true", "on", "1"} else "false"
        return "" if value is None else str(value)


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if "enum" in schema:
        return "choice"
    if kind == "boolean":
        return "box"
    if kind == "integer":
        return "number"
    if schema.get("format") in {"date", "date-time"}:
        return "date" if schema["format"] == "date" else "moment"
    if "\\.[0-9]{2}" in str(schema.get("pattern", "")):
        return "money"
    return "area" if schema.get("maxLength", 0) > 300 else "text"


def _limits(schema: Mapping[str, Any]) -> dict[str, Any]:
    whole = schema.get("type") == "integer"
    names = {"minimum": "min", "maximum": "max"} if whole else {"maxLength": "maxlength"}
    return {html: schema[name] for name, html in names.items() if name in schema}
