"""What an agent can do in a browser: one small model an action, which is validation, tool schema and trace at once."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from worlds.engine.json_schema import inlined

Ref = Annotated[
    str,
    Field(
        pattern=r"^(f\d{1,6})?e\d{1,6}$",
        max_length=16,
        description="The element's ref in the latest snapshot, e.g. e12.",
    ),
]
Typed = Annotated[str, Field(max_length=100_000)]


class _Action(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Click(_Action):
    """Click an element."""

    action: Literal["click"] = "click"
    ref: Ref


class Fill(_Action):
    """Replace the text of a field."""

    action: Literal["fill"] = "fill"
    ref: Ref
    text: Annotated[Typed, Field(description="The new text; dates as 2026-03-02.")]


class Select(_Action):
    """Choose an option of a drop-down list."""

    action: Literal["select"] = "select"
    ref: Ref
    option: Annotated[str, Field(max_length=500, description="The option's text, as it is shown.")]


class Check(_Action):
    """Tick or untick a check box, or pick a radio button."""

    action: Literal["check"] = "check"
    ref: Ref
    checked: Annotated[bool, Field(description="False to untick.")] = True


class Press(_Action):
    """Press a key, in an element or wherever the focus is."""

    action: Literal["press"] = "press"
    key: Annotated[str, Field(min_length=1, max_length=40, description="For example Enter, Escape, Tab, Control+a.")]
    ref: Annotated[Ref | None, Field(description="Where; the focused element by default.")] = None


class Type(_Action):
    """Type text, key by key, where the focus is."""

    action: Literal["type"] = "type"
    text: Annotated[str, Field(max_length=2_000)]


class Goto(_Action):
    """Open a page by its path."""

    action: Literal["goto"] = "goto"
    path: Annotated[str, Field(max_length=2_000, description="A path of this site, e.g. /office/orders?page=2.")]


class Back(_Action):
    """Go back to the page before."""

    action: Literal["back"] = "back"


class Scroll(_Action):
    """Scroll the page, or an element into view."""

    action: Literal["scroll"] = "scroll"
    by: Annotated[int, Field(ge=-100_000, le=100_000, description="Pixels down; negative is up.")] = 600
    ref: Annotated[Ref | None, Field(description="The element to bring into view, in place of `by`.")] = None


class ClickAt(_Action):
    """Click at a point of the screenshot."""

    action: Literal["click_at"] = "click_at"
    x: Annotated[int, Field(ge=0, lt=1280, description="Pixels from the left.")]
    y: Annotated[int, Field(ge=0, lt=800, description="Pixels from the top.")]


class Screenshot(_Action):
    """Look at the page as an image."""

    action: Literal["screenshot"] = "screenshot"


Action = Click | Fill | Select | Check | Press | Type | Goto | Back | Scroll | ClickAt | Screenshot
KINDS: tuple[type[_Action], ...] = (Click, Fill, Select, Check, Press, Type, Goto, Back, Scroll, ClickAt, Screenshot)

_ACTION: TypeAdapter[Action] = TypeAdapter(Annotated[Action, Field(discriminator="action")])


def read_action(given: Action | Mapping[str, Any]) -> Action:
    """An action from JSON values such as `{"action": "click", "ref": "e12"}`.

    Raises:
        ValueError: a sentence for the agent that says what is wrong with it.
    """
    try:
        return _ACTION.validate_python(given)
    except ValidationError as error:
        first = error.errors()[0]
        kind = given.get("action") if isinstance(given, Mapping) else None
        names = ", ".join(action_name(model) for model in KINDS)
        if not isinstance(kind, str) or kind not in names.split(", "):
            raise ValueError(f"There is no such action; there are: {names}.") from None
        where = ".".join(map(str, first["loc"][1:])) or "action"
        raise ValueError(f"The action {kind} is not valid at {where}: {first['msg']}.") from None


def action_name(model: type[BaseModel]) -> str:
    """The name that the action's JSON gives."""
    return str(model.model_fields["action"].default)


def action_tools() -> list[dict[str, Any]]:
    """The actions as tool definitions in the chat-completions shape."""
    return [_tool(model) for model in KINDS]


def _tool(model: type[BaseModel]) -> dict[str, Any]:
    schema = inlined(model.model_json_schema())
    schema.pop("description", None)
    schema["properties"].pop("action")
    function = {"name": action_name(model), "description": (model.__doc__ or "").strip(), "parameters": schema}
    return {"type": "function", "function": function}
