"""A client of the chat-completions protocol, with the standard library alone: timeouts, retries, token counts."""

import email.utils
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from typing import Any

RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
LONGEST_PAUSE = 60.0
FAULTS = (OSError, HTTPException, ValueError, LookupError, TypeError, AttributeError)
"""What a broken connection or an answer of another shape comes to."""
LARGEST = 20_000_000
"""Bytes of an answer."""


class ModelFailure(RuntimeError):  # noqa: N818 - what happened: the endpoint's failure, not the agent's
    """The endpoint gave no usable answer, however often it was asked."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call of the model; `arguments` is the text it wrote, JSON or not."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer of the model. `message` is as it came, to be sent back as it is; `usage` counts tokens."""

    message: dict[str, Any]
    text: str
    calls: tuple[ToolCall, ...]
    finish: str
    usage: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a model is asked.

    Args:
        base_url: with the version, without a slash at its end: `https://host/v1`.
        key: sent as a bearer token; never written anywhere.
        model: the model's name there.
        settings: more members of the request's body, such as temperature.
        timeout: seconds for one attempt.
        attempts: how often a failing request is sent.
        sleep: waits between attempts.
        now: seconds since 1970, for a Retry-After that is a date.
    """

    base_url: str
    key: str = field(repr=False)
    model: str
    settings: dict[str, Any] = field(default_factory=dict)
    timeout: float = 120.0
    attempts: int = 6
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time  # noqa: TID251 - Retry-After is told in the time of the machine

    def complete(
        self, messages: list[dict[str, Any]], tools: list[dict[str, Any]], seconds_left: float = 1e9
    ) -> Completion:
        """Ask for the next message.

        Raises:
            ModelFailure: when no attempt had a usable answer, or the endpoint refuses the request as such.
        """
        body = json.dumps({"model": self.model, "messages": messages, "tools": tools, **self.settings}).encode()
        why, pause = "", 0.0
        for attempt in range(self.attempts):
            if attempt:
                pause = min(pause, max(0.0, seconds_left))
                self.sleep(pause)
                seconds_left -= pause
            pause = min(2.0**attempt, LONGEST_PAUSE)
            try:
                return _read(self._send(body, min(self.timeout, max(1.0, seconds_left))))
            except urllib.error.HTTPError as error:
                why, asked = _told(error), self._retry_after(error)
                if error.code not in RETRIED:
                    raise ModelFailure(f"{self.base_url} refuses the request: {why}") from None
                pause = min(asked, LONGEST_PAUSE) if asked is not None else pause
            except FAULTS as error:
                why = f"{type(error).__name__}: {error}"
        raise ModelFailure(f"{self.base_url} gave no usable answer in {self.attempts} attempts; the last: {why}")

    def _send(self, body: bytes, timeout: float) -> Any:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        if not self.base_url.startswith(("http://", "https://")):
            raise ModelFailure(f"{self.base_url!r} is no http address.")
        request = urllib.request.Request(f"{self.base_url}/chat/completions", body, headers)  # noqa: S310 - checked above
        with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310 - as above
            return json.loads(answer.read(LARGEST))

    def _retry_after(self, error: urllib.error.HTTPError) -> float | None:
        value = error.headers.get("Retry-After", "") if error.headers else ""
        if value.strip().isdigit():
            return float(value)
        try:
            return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - self.now())
        except (TypeError, ValueError):
            return None


def _told(error: urllib.error.HTTPError) -> str:
    try:
        text = error.read(2_000).decode("utf-8", "replace")
    except OSError:
        text = ""
    finally:
        error.close()
    return f"{error.code} {HTTPStatus(error.code).phrase if error.code in set(HTTPStatus) else ''} {text[:300]}".strip()


def _read(data: Any) -> Completion:
    """A completion from JSON; anything that is none raises one of Python's own lookup or value errors."""
    choice = data["choices"][0]
    message = choice["message"]
    calls = tuple(
        ToolCall(str(call["id"]), str(call["function"]["name"]), str(call["function"].get("arguments") or "{}"))
        for call in message.get("tool_calls") or ()
    )
    text = message.get("content") or ""
    if isinstance(text, list):
        text = "".join(str(part.get("text", "")) for part in text)
    usage = data.get("usage") or {}
    counted = {name: usage[name] for name in ("prompt_tokens", "completion_tokens") if isinstance(usage.get(name), int)}
    kept: dict[str, Any] = {"role": "assistant", "content": text}
    if calls:
        kept["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in calls
        ]
    return Completion(kept, str(text), calls, str(choice.get("finish_reason") or ""), counted)
