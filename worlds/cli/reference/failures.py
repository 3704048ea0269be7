"""The reference page of failures: what can go wrong in every world, in one world alone, and the named plans."""

import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from worlds.engine.faults import layers
from worlds.engine.faults.catalogue import faults_of
from worlds.engine.faults.fault import SURFACES, Fault, Params
from worlds.engine.faults.plans import plans_of
from worlds.engine.world import World, modules_in

INTRODUCTION = """\
# Failures: reference

Written by `scripts/docs` from the code. How plans, faults and people work stands in [the guide](../failures.md).

A rule names a fault by its name or its code. A fault can strike calls that read, calls that write, or both; where its
*step* is named, it strikes no call but a step that the business asks about. What a rule leaves out in `params` is as
it stands here. A world's own faults have codes that begin with another letter than F.
"""


def failures_page(worlds: list[World]) -> str:
    """The page as Markdown, for these worlds."""
    everywhere = {fault.name: fault for world in worlds for fault in faults_of(world).values() if not _own(fault)}
    lines = [INTRODUCTION, "## All of them", "", *_overview(everywhere.values()), ""]
    for fault in everywhere.values():
        lines += [*_fault(fault), ""]
    for world in worlds:
        lines += [f"## In {world.title}", "", *_of_world(world), ""]
    return "\n".join(lines).rstrip() + "\n"


def _own(fault: Fault) -> bool:
    """Whether a fault is that of one world."""
    return not type(fault).__module__.startswith(f"{layers.__name__}.")


def _overview(faults: Iterable[Fault]) -> list[str]:
    rows = [
        f"| {fault.code} | [`{fault.name}`](#{fault.name}) | {fault.layer} | {_cell(fault.title)} |" for fault in faults
    ]
    return ["| Code | Name | Layer | What happens |", "| --- | --- | --- | --- |", *rows]


def _fault(fault: Fault, level: str = "##") -> Iterator[str]:
    yield f"{level} `{fault.name}`"
    yield ""
    yield f"{fault.code}, {_where(fault)}. {fault.title}"
    yield ""
    yield f"What is right: {fault.lesson[:1].lower()}{fault.lesson[1:]}"
    if not fault.catches:
        yield ""
        yield "An agent that knows nothing of failures is not expected to do worse under it."
    told = fault.Params.model_json_schema().get("properties", {})
    if told:
        yield ""
        yield from _params(told, _said_of(fault.Params))


def _where(fault: Fault) -> str:
    if fault.mishap:
        return f"at the step `{fault.mishap}` of the business"
    kinds = " and ".join(f"calls that {one.removesuffix('s')}" for one in sorted(fault.strikes))
    missing = "" if fault.surfaces == SURFACES else f", on {', '.join(sorted(fault.surfaces))} alone"
    return f"on {kinds}{missing}"


def _said_of(kind: type[Params]) -> str:
    """What the parameters mean, those first that a class has from another."""
    kinds = [one for one in reversed(kind.__mro__) if issubclass(one, Params) and one is not Params]
    return " ".join(" ".join((one.__doc__ or "").split()) for one in kinds)


def _params(told: Mapping[str, Any], words: str) -> Iterator[str]:
    yield words
    yield ""
    yield "| Parameter | Values | Left out |"
    yield "| --- | --- | --- |"
    for name, schema in told.items():
        yield f"| `{name}` | {_values(schema)} | {_default(schema)} |"


def _values(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_values(one) for one in schema["anyOf"])
    bounds = [f"at least {schema['minimum']}"] if "minimum" in schema else []
    bounds += [f"above {schema['exclusiveMinimum']}"] if "exclusiveMinimum" in schema else []
    return ", ".join([_KINDS.get(str(schema.get("type")), str(schema.get("type"))), *bounds])


_KINDS = {
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "string": "text",
    "array": "a list",
    "object": "a table",
    "null": "nothing",
}


def _default(schema: Mapping[str, Any]) -> str:
    value = schema.get("default")
    if isinstance(value, bool):
        return str(value).lower()
    return "nothing" if value in (None, "", [], {}) else f"`{value}`"


def _of_world(world: World) -> Iterator[str]:
    own = [fault for fault in faults_of(world).values() if _own(fault)]
    bound = list(_bound(world))
    if bound:
        yield f"What its business gives to the layers stands in `{world.package.replace('.', '/')}/faults/`:"
        yield ""
        yield from (f"* `{name}.py`: {words}" for name, words in bound)
        yield ""
    for fault in own:
        yield from _fault(fault, "###")
        yield ""
    yield "### Plans"
    yield ""
    yield "Beside these, each fault's name or code names the plan in which it occurs alone, and `training` draws one."
    yield ""
    yield "| Plan | What it is | Rules | Kept for evaluation |"
    yield "| --- | --- | --- | --- |"
    alone = faults_of(world)
    for name, plan in plans_of(world).items():
        if name not in alone:
            kept = "yes" if plan.held_out else ""
            rules = ", ".join(dict.fromkeys(rule.fault for rule in plan.rules)) or "none"
            yield f"| `{name}` | {_cell(plan.title)} | {rules} | {kept} |"


def _bound(world: World) -> Iterator[tuple[str, str]]:
    """The modules of a world that say what the layers need to know, with the first line of each."""
    if importlib.util.find_spec(f"{world.package}.faults") is None:
        return
    for module in list(modules_in(world.part("faults")))[1:]:
        yield module.__name__.rpartition(".")[2], " ".join((module.__doc__ or "").partition("\n\n")[0].split())


def _cell(text: str) -> str:
    return text.replace("|", "/")
