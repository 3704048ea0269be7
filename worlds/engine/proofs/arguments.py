"""Arguments made up from a schema, with ids and codes that earlier answers showed; nothing here is chance."""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

WORDS = ("trail", "NL", "2026", "person@example.com", "x", "trail" * 8, "job-0123456789ab")
KEPT = 5
"""Values that are remembered of each name, and items of a list that are looked at."""

Schema = Mapping[str, Any]


class Known:
    """Values seen in answers, by the name of their member."""

    def __init__(self) -> None:
        self.values: defaultdict[str, list[Any]] = defaultdict(list)

    def learn(self, body: Any) -> None:
        """Take in what an answer shows."""
        if isinstance(body, dict):
            for name, value in body.items():
                if isinstance(value, dict | list):
                    self.learn(value)
                elif value is not None and len(self.values[name]) < KEPT and value not in self.values[name]:
                    self.values[name].append(value)
        elif isinstance(body, list):
            for item in body[:KEPT]:
                self.learn(item)

    def called(self, name: str, turn: int) -> Any:
        """A value that a member of that name had; another one each turn."""
        found = self.values.get(name) or []
        return found[turn % len(found)] if found else None


def made_up(schema: Schema, known: Known, turn: int, name: str = "") -> Any:
    """A value that the schema takes, from what is known where that helps."""
    if "anyOf" in schema:
        return made_up(schema["anyOf"][0], known, turn, name)
    if "const" in schema or "enum" in schema:
        codes = schema.get("enum") or [schema["const"]]
        return codes[turn % len(codes)]
    if schema["type"] == "object":
        return {child: made_up(schema["properties"][child], known, turn, child) for child in schema.get("required", ())}
    if schema["type"] == "array":
        return [made_up(schema["items"], known, turn, name)]
    seen = known.called(name, turn)
    if isinstance(seen, str) == (schema["type"] == "string") and seen is not None and not isinstance(seen, bool):
        return seen
    return plain(schema, turn)


def plain(schema: Schema, turn: int) -> Any:
    """A value that the schema takes, where nothing is known."""
    kind = schema["type"]
    if kind == "boolean":
        return bool(turn % 2)
    if kind == "integer":
        return max(1, schema.get("minimum", 1))
    if "examples" in schema:
        return schema["examples"][0]
    if schema.get("format") == "date":
        return "2026-03-02"
    if schema.get("format") == "date-time":
        return "2026-03-02T09:15:00Z"
    return next(words for words in WORDS if fitting(words, schema))


def fitting(words: str, schema: Schema) -> bool:
    """Whether a text has the length and the pattern that a schema asks for."""
    bounded = schema.get("minLength", 0) <= len(words) <= schema.get("maxLength", 100)
    return bounded and re.search(schema.get("pattern", ""), words) is not None
