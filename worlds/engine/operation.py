"""A business operation: one typed function that is tool, URL, form, schema and reference page at once.

    @writes(roles=("support_l1", "support_l2"))
    def add_order_note(ctx: Context, order_id: RecordId, text: Text) -> NoteAdded:
        \"\"\"Add an internal note to an order. (Then `Args:` with a sentence for each argument.)\"\"\"

A type that JSON Schema cannot say, or that leaves a string or an integer unbounded, fails at import.
"""

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Generic, Literal, ParamSpec, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from worlds.engine.context import Context
from worlds.engine.dialect import PLAIN, Dialect
from worlds.engine.docstrings import read_docstring
from worlds.engine.errors import Invalid, Refusal
from worlds.engine.json_schema import check_bounded, inlined

P = ParamSpec("P")
R = TypeVar("R")
Conflicts = Literal["record", "columns"]
ALL: Final = "*"
"""In the columns of an operation: all that an argument names, or all columns of a part."""


@dataclass(frozen=True, eq=False)
class Operation(Generic[P, R]):
    """One reading or writing operation of a world.

    `roles` may call it; `doors` names the surfaces that offer it ("tools" and "pages", or "pages" alone for what only a
    browser has, such as signing in). `input_schema` and `output_schema` are JSON Schema without references. `aside`
    says that it is no business of the world: it moves the agent's own time or inbox, and nothing goes wrong with it.
    `priority` orders events that are due at the same moment, the lower first.
    """

    function: Callable[..., R]
    name: str
    writing: bool
    roles: frozenset[str]
    doors: frozenset[str]
    summary: str
    description: str
    arguments: type[BaseModel]
    input_schema: dict[str, Any]
    output_schema: dict[str, Any]
    result: TypeAdapter[Any] = field(repr=False)
    record: str | None = None
    """The argument that names the record that it overwrites, where a caller may ask for a version of it."""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The columns that arguments stand for where they differ from their names: see `worlds.engine.clashes`."""
    conflicts: Conflicts | None = None
    """When an old version stands in its way, where that is not as in its world's dialect."""
    locks_bind: bool = True
    """Whether a lock on a record that it names stops it."""
    duplicates: bool = False
    """Whether it makes what should be there once, so that callers can be warned and say that it is to be saved."""
    aside: bool = False
    priority: int = 5
    deferred: bool = False
    """Whether it only takes work on, which is done later: it answers 202 with the id of a job."""
    dialect: Dialect = PLAIN
    """In whose words it is called, and answers."""
    app: str = ""
    """Whose it is, in a company of several apps."""

    def __call__(self, ctx: Context, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run it inside another operation's transaction, with Python values, unchecked."""
        return self.function(ctx, *args, **kwargs)

    def bind_json(self, arguments: Any) -> dict[str, Any]:
        """Python values of a JSON object, checked strictly ("2" is no number).

        Raises:
            Invalid: naming the first argument at fault; `details["problems"]` lists all.
        """
        if not isinstance(arguments, Mapping):
            raise Invalid("invalid_arguments", f"The arguments of {self.name} must be one JSON object.")
        try:
            encoded = json.dumps(arguments, ensure_ascii=False, allow_nan=False).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise Invalid("invalid_arguments", f"The arguments of {self.name} are not JSON: {error}.") from None
        try:
            return self._values(self.arguments.model_validate_json(encoded, strict=True))
        except ValidationError as error:
            raise _refused(self.name, error) from None

    def bind_form(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Python values of a form's text fields (nested by mapping and list); an empty optional field is left out.

        Raises:
            Invalid: as `bind_json`.
        """
        try:
            return self._values(self.arguments.model_validate(fields))
        except ValidationError as error:
            raise _refused(self.name, error) from None

    def bind_text(self, text: str) -> dict[str, Any]:
        """Python values of the text of a JSON object that the house itself wrote, checked as by `bind_json`.

        Raises:
            Invalid: as `bind_json`.
        """
        try:
            return dict(self.arguments.model_validate_json(text, strict=True).__dict__)
        except ValidationError as error:
            raise _refused(self.name, error) from None

    def encode(self, value: R) -> Any:
        """A result as JSON values."""
        return self.result.dump_python(value, mode="json")

    def decode(self, told: Any) -> R:
        """The result whose JSON values these are."""
        value: R = self.result.validate_json(json.dumps(told, ensure_ascii=False))
        return value

    @staticmethod
    def _values(bound: BaseModel) -> dict[str, Any]:
        return {name: getattr(bound, name) for name in type(bound).model_fields}


def reads(
    *, roles: tuple[str, ...], doors: tuple[str, ...] = ("tools", "pages"), aside: bool = False
) -> Callable[[Callable[..., R]], Operation[..., R]]:
    """Mark a function as an operation that changes nothing; it runs read-only."""
    return lambda function: _operation(function, writing=False, roles=roles, doors=doors, aside=aside)


def writes(  # noqa: PLR0913 - each is said of few operations, and each by its name
    *,
    roles: tuple[str, ...],
    doors: tuple[str, ...] = ("tools", "pages"),
    aside: bool = False,
    priority: int = 5,
    record: str | None = None,
    columns: Mapping[str, tuple[str, ...]] | None = None,
    conflicts: Conflicts | None = None,
    last_write_wins: bool = False,
    locks_bind: bool = True,
    duplicates: bool = False,
    deferred: bool = False,
) -> Callable[[Callable[..., R]], Operation[..., R]]:
    """Mark a function as an operation that may change state; a Refusal undoes all of it.

    Args:
        roles: who may call it.
        doors: the surfaces that offer it.
        aside: see `Operation`.
        priority: see `Operation`.
        record: the argument that names the record that it overwrites; callers may then ask that it still be at the
            version that they read.
        columns: see `Operation`.
        conflicts: see `Operation`.
        last_write_wins: it overwrites what others wrote, on purpose, and its description says so.
        locks_bind: whether a lock on a record that it names stops it; false for what is only put beside the record.
        duplicates: see `Operation`.
        deferred: see `Operation`.
    """
    if record and last_write_wins:
        raise TypeError("An operation whose last write wins takes no version; say one of the two.")
    if (columns or conflicts) and not record:
        raise TypeError("Columns and conflicts are those of a record; say which argument names it.")

    def marked(function: Callable[..., R]) -> Operation[..., R]:
        made = _operation(function, writing=True, roles=roles, doors=doors, aside=aside)
        if record and record not in made.input_schema.get("required", ()):
            raise TypeError(f"Operation {made.name} has no required argument {record} that could name its record.")
        if strange := sorted({path.partition(".")[0] for path in columns or ()} - made.arguments.model_fields.keys()):
            raise TypeError(f"Operation {made.name} names columns of {', '.join(strange)}, which it does not take.")
        description = f"{made.description}\n\n{LAST_WRITE_WINS}" if last_write_wins else made.description
        return replace(
            made,
            priority=priority,
            record=record,
            columns=dict(columns or {}),
            conflicts=conflicts,
            locks_bind=locks_bind,
            duplicates=duplicates,
            deferred=deferred,
            description=description,
        )

    return marked


LAST_WRITE_WINS = "Who writes last wins: what somebody else has set meanwhile is overwritten, and nobody is told."


def _operation(
    function: Callable[..., R], *, writing: bool, roles: tuple[str, ...], doors: tuple[str, ...], aside: bool
) -> Operation[..., R]:
    name = function.__name__
    hints = get_type_hints(function, include_extras=True)
    documented = read_docstring(function)
    if not documented.summary:
        raise TypeError(f"Operation {name} has no docstring; its first line is the tool's description.")
    arguments = _arguments_model(function, hints, documented.arguments)
    input_schema = inlined(arguments.model_json_schema())
    check_bounded(name, input_schema)
    if hints.get("return") in (None, type(None), Any):
        raise TypeError(f"Operation {name} states no typed result.")
    result: TypeAdapter[Any] = TypeAdapter(hints["return"])
    return Operation(
        function=function,
        name=name,
        writing=writing,
        roles=frozenset(roles),
        doors=frozenset(doors),
        summary=documented.summary,
        description=documented.description,
        arguments=arguments,
        input_schema=input_schema,
        output_schema=inlined(result.json_schema(mode="serialization")),
        result=result,
        aside=aside,
    )


def _arguments_model(
    function: Callable[..., Any], hints: dict[str, Any], documented: dict[str, str]
) -> type[BaseModel]:
    parameters = list(inspect.signature(function).parameters.values())
    if not parameters or parameters[0].name != "ctx":
        raise TypeError(f"Operation {function.__name__} must take ctx as its first argument.")
    fields: dict[str, Any] = {}
    for parameter in parameters[1:]:
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL) or parameter.name not in hints:
            raise TypeError(f"Argument {parameter.name} of {function.__name__} needs a type of its own.")
        if parameter.name not in documented:
            raise TypeError(
                f"Argument {parameter.name} of {function.__name__} is not described under Args in its docstring."
            )
        default = PydanticUndefined if parameter.default is parameter.empty else parameter.default
        fields[parameter.name] = (hints[parameter.name], _described(default, documented[parameter.name]))
    unknown = set(documented) - set(fields)
    if unknown:
        raise TypeError(f"The docstring of {function.__name__} describes {sorted(unknown)}, which it does not take.")
    return create_model(f"{function.__name__}_arguments", __config__=ConfigDict(extra="forbid"), **fields)


def _described(default: Any, description: str) -> FieldInfo:
    info: FieldInfo = Field(default=default, description=description)
    return info


_KINDS = {"missing": "missing_argument", "extra_forbidden": "unknown_argument"}


def _refused(operation: str, error: ValidationError) -> Refusal:
    problems = []
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        path = ".".join(str(part) for part in problem["loc"]) or None
        problems.append(
            {
                "code": _KINDS.get(problem["type"], "invalid_argument"),
                "field": path,
                "message": _sentence(operation, path, problem),
            }
        )
    problems.sort(key=lambda one: one["code"] != "unknown_argument")  # a misspelt name explains a missing one
    first = problems[0]
    return Invalid(
        str(first["code"]),
        str(first["message"]),
        field=first["field"],
        details={"problems": problems} if len(problems) > 1 else None,
    )


def _sentence(operation: str, path: str | None, problem: Any) -> str:
    if problem["type"] == "missing":
        return f"{operation} needs the argument {path}, which is missing."
    if problem["type"] == "extra_forbidden":
        return f"{operation} takes no argument {path}; see its schema for the ones that it takes."
    rule = str(problem["msg"]).removeprefix("Value error, ")
    rule = rule[:1].lower() + rule[1:]
    return f"The argument {path} of {operation} is not acceptable: {rule}."[:600]
