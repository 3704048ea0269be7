"""The agent that asks a model by the chat-completions protocol, at any base URL, with tools or with the browser.

In the browser the model is given the page's accessibility snapshot and acts by refs; what it was shown before the last
few steps is left out again, since pages are long. It ends by calling `submit_answer`, or by writing plain text.
"""

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from worlds.engine.json_schema import inlined
from worlds.engine.rollouts.agents import refuse_unknown
from worlds.engine.rollouts.chat import Completion, Endpoint, ToolCall
from worlds.engine.rollouts.seat import Seat
from worlds.engine.surfaces.browser import action_tools
from worlds.graders.answers import FinalAnswer

OPTIONS = (
    "base_url",
    "key_env",
    "model",
    "temperature",
    "max_tokens",
    "timeout",
    "attempts",
    "turns",
    "pages_kept",
)
SUBMIT = "submit_answer"
BLIND = ("screenshot", "click_at")
"""Actions that are of no use to a model that is shown text."""
LEFT_OUT = "(An older page; left out.)"

SYSTEM = """You work for {company} as: {role}. {sentence}
Do what you are asked with the {means} you have, by the house rules that you can look up there. Nobody answers questions
while you work. When you are finished, or know that it cannot be done, call {submit} with what was asked for: a status,
the facts by the names that the request suggests, and a short message."""


class Chat:
    """One model at one endpoint."""

    def __init__(self, endpoint: Endpoint, turns: int, pages_kept: int) -> None:
        self._endpoint = endpoint
        self._turns = turns
        self._pages_kept = pages_kept

    def work(self, seat: Seat) -> FinalAnswer | str | None:
        """Talk until the model submits an answer, writes one, or has had its turns.

        Raises:
            ModelFailure: when the endpoint gives no usable answer.
        """
        messages: list[dict[str, Any]] = [
            {"role": "system", "content": _system(seat)},
            {"role": "user", "content": _opening(seat)},
        ]
        tools = _offered(seat)
        for _ in range(self._turns):
            said = self._endpoint.complete(messages, tools, seat.seconds_left)
            seat.count(said.usage)
            seat.note(role="assistant", content=said.text, calls=_noted(said), finish=said.finish, usage=said.usage)
            messages.append(said.message)
            if not said.calls:
                return said.text or None
            for call in said.calls:
                answer, result = self._answer(seat, call)
                if answer is not None:
                    return answer
                messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
            if seat.surface == "browser":
                _forget(messages, self._pages_kept)
        return None

    def _answer(self, seat: Seat, call: ToolCall) -> tuple[FinalAnswer | None, str]:
        """The final answer if the call submits one, or else the text of its result."""
        try:
            arguments = json.loads(call.arguments, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            return None, _problem(f"The arguments of {call.name} are not JSON: {error}.")
        if call.name == SUBMIT:
            try:
                return FinalAnswer.model_validate(arguments), ""
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(map(str, first["loc"])) or "the answer"
                return None, _problem(f"The answer does not fit its schema at {where}: {first['msg']}.")
        return None, DOORS[seat.surface](seat, call.name, arguments)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _use(seat: Seat, name: str, arguments: Any) -> str:
    return seat.use(name, arguments).whole_text


def _act(seat: Seat, name: str, arguments: Any) -> str:
    if not isinstance(arguments, Mapping):
        return _problem(f"The arguments of {name} must be one JSON object.")
    return seat.act({**arguments, "action": name}).text


DOORS: Mapping[str, Callable[[Seat, str, Any], str]] = {"tools": _use, "browser": _act}


def _system(seat: Seat) -> str:
    world = seat.task.world
    role = world.roles[seat.task.actor.role]
    means = "tools" if seat.surface == "tools" else "pages in the browser"
    return SYSTEM.format(company=world.title, role=role.title, sentence=role.sentence, means=means, submit=SUBMIT)


def _opening(seat: Seat) -> str:
    if seat.surface == "tools":
        return seat.instruction
    return f"{seat.instruction}\n\n{seat.observe().text}"


def _offered(seat: Seat) -> list[dict[str, Any]]:
    if seat.surface == "tools":
        tools = seat.tools()
    else:
        tools = [tool for tool in action_tools() if tool["function"]["name"] not in BLIND]
    submit = {
        "name": SUBMIT,
        "description": "Hand in the final answer; this ends the work.",
        "parameters": inlined(FinalAnswer.model_json_schema()),
    }
    return [*tools, {"type": "function", "function": submit}]


def _problem(sentence: str) -> str:
    return json.dumps({"error": {"code": "invalid_arguments", "message": sentence, "field": None}})


def _noted(said: Completion) -> list[dict[str, str]]:
    return [{"id": call.id, "name": call.name, "arguments": call.arguments} for call in said.calls]


def _forget(messages: list[dict[str, Any]], kept: int) -> None:
    """Leave out all but the last pages; errors and short results stay."""
    pages = [message for message in messages if message["role"] == "tool" and "\nTitle: " in message["content"]]
    for message in pages[:-kept] if kept else pages:
        message["content"] = LEFT_OUT


def make(options: dict[str, str]) -> Chat:
    """The agent.

    Options: `base_url` (or OPENAI_BASE_URL), `key_env` (the variable that holds the key, OPENAI_API_KEY), `model` (or
    OPENAI_MODEL), `temperature`, `max_tokens`, `timeout` (seconds, 120), `attempts` (6), `turns` (100) and
    `pages_kept` (3).

    Raises:
        ValueError: when no model is named, or an option cannot be read.
    """
    refuse_unknown("openai", options, OPTIONS)
    model = options.get("model") or os.environ.get("OPENAI_MODEL")
    if not model:
        raise ValueError("Name a model: the option model=..., or the variable OPENAI_MODEL.")
    settings: dict[str, Any] = {}
    if "temperature" in options:
        settings["temperature"] = float(options["temperature"])
    if "max_tokens" in options:
        settings["max_tokens"] = int(options["max_tokens"])
    base_url = options.get("base_url") or os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"
    endpoint = Endpoint(
        base_url=base_url.rstrip("/"),
        key=os.environ.get(options.get("key_env", "OPENAI_API_KEY"), ""),
        model=model,
        settings=settings,
        timeout=float(options.get("timeout", "120")),
        attempts=int(options.get("attempts", "6")),
    )
    return Chat(endpoint, int(options.get("turns", "100")), int(options.get("pages_kept", "3")))
