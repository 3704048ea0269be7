"""Trace files: one JSON object a line, every step and observation as the agent saw them and nothing that it did not.

    {"kind": "start", "task", "agent", "surface", "instruction", "role", "tools"}
    {"kind": "call", "n", "operation", "arguments", "key", "ok", "status", "result"}    a tool call
    {"kind": "look", "n", "observation": {"url", "title", "snapshot", "notice", "ok", "image"?}}
    {"kind": "act", "n", "action", "observation"}                                        in the browser
    {"kind": "message", ...}                                                             what the agent noted of itself
    {"kind": "end", "answer", "truncated", "steps", "usage"}

Expectation, seed, grade and solution stand in the record beside it, never here.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, Self

TRACE = ".jsonl"
RECORD = ".record.json"
STEPS = ("call", "look", "act")
_HOLDS = {"run", "trace_hash", "grade", "error", "record"}


class TraceWriter:
    """Writes one trace, line by line; a context manager. An earlier file of that name is replaced."""

    def __init__(self, path: Path) -> None:
        """Begin the file."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", encoding="utf-8", newline="\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, kind: str, **fields: Any) -> None:
        """Add a line; it is on disk when this returns, so that a dead process leaves what it did."""
        safe = {name: jsonable(value) for name, value in fields.items()}
        self._file.write(_text({"kind": kind, **safe}) + "\n")
        self._file.flush()

    def steps(self) -> list[dict[str, Any]]:
        """The steps written so far."""
        return [line for line in read_trace(self.path) if line["kind"] in STEPS]

    def image(self, number: int, png: bytes) -> str:
        """Keep a screenshot beside the trace; answers its path relative to it."""
        folder = self.path.with_suffix("")
        folder.mkdir(exist_ok=True)
        (folder / f"{number:03d}.png").write_bytes(png)
        return f"{folder.name}/{number:03d}.png"


def jsonable(value: Any) -> Any:
    """The value, or its Python text where an agent made one that JSON cannot hold."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return repr(value)
    return value


def _text(value: Any, indent: int | None = None) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    return text.encode("utf-8", "backslashreplace").decode()  # a lone surrogate becomes its escape


def read_trace(path: Path) -> list[dict[str, Any]]:
    """The lines of a trace.

    Raises:
        FileNotFoundError: when there is none.
        ValueError: when it is no trace.
    """
    lines = []
    for number, line in enumerate(path.read_text("utf-8").rstrip("\n").split("\n"), start=1):
        try:
            value = json.loads(line)
        except ValueError as error:
            raise ValueError(f"{path} is no trace: line {number} is not JSON ({error}).") from None
        if not isinstance(value, dict) or "kind" not in value:
            raise ValueError(f"{path} is no trace: line {number} has no kind.")
        lines.append(value)
    return lines


def trace_path(path: Path | str) -> Path:
    """The trace's path, given it or its record's."""
    named = Path(path)
    if named.name.endswith(RECORD):
        return named.with_name(named.name.removesuffix(RECORD) + TRACE)
    return named


def record_path(path: Path | str) -> Path:
    """The record's path, given it or its trace's."""
    named = Path(path)
    return named if named.name.endswith(RECORD) else named.with_name(named.name.removesuffix(TRACE) + RECORD)


def write_record(path: Path, value: Mapping[str, Any]) -> None:
    """Write a graded record."""
    path.write_text(_text(value, indent=1) + "\n", "utf-8")


def read_record(path: Path | str) -> dict[str, Any]:
    """The graded record of a trace, given either path.

    Raises:
        FileNotFoundError: when there is none.
        ValueError: when it is no record.
    """
    named = record_path(path)
    try:
        value = json.loads(named.read_text("utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{named} is no record: {error}.") from None
    if not isinstance(value, dict) or not value.keys() >= _HOLDS or not isinstance(value["run"], dict):
        raise ValueError(f"{named} is no record of a rollout.")
    return value


def file_hash(path: Path) -> str:
    """Hash of a file's bytes; empty where there is none."""
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
