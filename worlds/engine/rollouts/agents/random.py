"""The agent that does valid things at random: a floor for measuring, and a way to shake worlds.

Its chance depends on its option `seed` and on the instruction alone, so that a run can be repeated.
"""

import random
from typing import Any

from worlds.engine.rollouts.agents import refuse_unknown
from worlds.engine.rollouts.seat import Seat
from worlds.engine.surfaces.browser import Observation
from worlds.engine.surfaces.browsing.outline import Node, read_snapshot

WORDS = ("order", "please", "red", "12", "1", "2026-03-02", "A lamp", "done")
CLICKABLE = ("link", "button", "tab", "menuitem")
FILLABLE = ("textbox", "searchbox", "spinbutton")
KEPT = 200
"""Values seen in results that are remembered for later calls."""


class Random:
    """Calls tools with arguments that fit their schemas; in the browser, clicks and fills in what is there."""

    def __init__(self, seed: str, steps: int) -> None:
        self._seed = seed
        self._steps = steps

    def work(self, seat: Seat) -> None:
        """Do a number of things and say nothing."""
        rng = random.Random(f"{self._seed}|{seat.instruction}")
        if seat.surface == "tools":
            self._call(seat, rng)
        else:
            self._click(seat, rng)

    def _call(self, seat: Seat, rng: random.Random) -> None:
        tools = seat.tools()
        seen: list[Any] = []
        for _ in range(self._steps):
            tool = rng.choice(tools)["function"]
            arguments = fitting(tool["parameters"], rng, seen)
            reply = seat.use(tool["name"], arguments)
            if reply.ok:
                seen = (seen + list(_leaves(reply.body)))[-KEPT:]

    def _click(self, seat: Seat, rng: random.Random) -> None:
        seen = seat.observe()
        for _ in range(self._steps):
            seen = seat.act(something(seen, rng))


def fitting(schema: dict[str, Any], rng: random.Random, seen: list[Any]) -> Any:  # noqa: PLR0911 - one a kind of schema
    """A value that fits a schema of a tool; a value seen before is taken where one fits."""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return rng.choice(schema["enum"])
    if "anyOf" in schema:
        return fitting(rng.choice(schema["anyOf"]), rng, seen)
    match schema.get("type"):
        case "object":
            required = schema.get("required", ())
            chosen = {
                name: part for name, part in schema["properties"].items() if name in required or rng.random() < 0.3
            }
            return {name: fitting(part, rng, seen) for name, part in chosen.items()}
        case "array":
            count = rng.randint(max(1, schema.get("minItems", 0)), max(1, min(3, schema.get("maxItems", 3))))
            return [fitting(schema["items"], rng, seen) for _ in range(count)]
        case "integer":
            low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
            high = schema.get("maximum", low + 50)
            known = [value for value in seen if type(value) is int and low <= value <= high]
            return rng.choice(known) if known and rng.random() < 0.7 else rng.randint(low, min(high, low + 50))
        case "boolean":
            return rng.random() < 0.5
        case "null":
            return None
    return _text(schema, rng, seen)


def _text(schema: dict[str, Any], rng: random.Random, seen: list[Any]) -> str:
    if schema.get("format") == "date":
        return f"2026-03-{rng.randint(1, 28):02d}"
    if schema.get("format") == "date-time":
        return f"2026-03-{rng.randint(1, 28):02d}T10:00:00Z"
    if "examples" in schema:
        return str(rng.choice(schema["examples"]))
    longest = schema.get("maxLength", 50)
    known = [value for value in seen if isinstance(value, str) and 0 < len(value) <= longest]
    return rng.choice(known) if known and rng.random() < 0.5 else rng.choice(WORDS)[:longest]


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for child in value.values() for leaf in _leaves(child)]
    if isinstance(value, list):
        return [leaf for child in value for leaf in _leaves(child)]
    return [value]


def something(seen: Observation, rng: random.Random) -> dict[str, Any]:
    """Something that can be done on a page."""
    able = [node for node in read_snapshot(seen.snapshot).walk() if _usable(node)]
    if not able or rng.random() < 0.1:
        return {"action": "back"}
    node = rng.choice(able)
    if node.role in FILLABLE:
        return {"action": "fill", "ref": node.ref, "text": rng.choice(WORDS)}
    if node.role == "combobox" and (options := [child.name for child in node.find("option")]):
        return {"action": "select", "ref": node.ref, "option": rng.choice(options)}
    if node.role in ("checkbox", "radio"):
        return {"action": "check", "ref": node.ref, "checked": node.role == "radio" or "checked" not in node.states}
    return {"action": "click", "ref": node.ref}


def _usable(node: Node) -> bool:
    known = (*CLICKABLE, *FILLABLE, "combobox", "checkbox", "radio")
    return node.role in known and bool(node.ref) and "disabled" not in node.states


def make(options: dict[str, str]) -> Random:
    """The agent; options `seed` (any text, "0") and `steps` (20)."""
    refuse_unknown("random", options, ("seed", "steps"))
    return Random(options.get("seed", "0"), int(options.get("steps", "20")))
