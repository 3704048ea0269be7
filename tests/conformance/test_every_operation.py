"""What the operations of every world owe: types, words, bounds, and roles that somebody has."""

import re

import pytest

from worlds.engine.json_schema import check_bounded
from worlds.engine.targets import table_of
from worlds.engine.toolbox import SHAPES, tool_definitions

NAME = re.compile(r"[a-z]+(_[a-z0-9]+)*\Z")


def test_a_name_is_lower_case_words(operation):
    assert NAME.match(operation.name)


def test_an_operation_and_its_arguments_are_described(operation):
    assert operation.summary.endswith((".", "?"))
    for name, schema in operation.input_schema["properties"].items():
        assert schema.get("description", "").endswith((".", "?", ")")), f"{operation.name}.{name}"


def test_arguments_are_bounded_and_closed(operation):
    assert operation.input_schema["type"] == "object"
    assert operation.input_schema["additionalProperties"] is False
    check_bounded(operation.name, operation.input_schema)


def test_lists_in_answers_are_paged_or_bounded(operation):
    loose = list(unbounded(operation.output_schema, ""))
    assert not loose, f"{operation.name} answers with lists of any length: {loose}"


def unbounded(schema, path):
    paged = schema.get("properties", {}).keys() >= {"items", "total", "page", "page_size", "pages"}
    for name, child in schema.get("properties", {}).items():
        if name == "items" and paged:
            yield from unbounded(child.get("items", {}), f"{path}.items")
        else:
            yield from unbounded(child, f"{path}.{name}")
    for option in schema.get("anyOf", ()):
        yield from unbounded(option, path)
    if schema.get("type") == "array":
        if "maxItems" not in schema:
            yield path
        yield from unbounded(schema.get("items", {}), path)


def test_whoever_may_call_it_has_a_role_of_the_world(world, operation):
    assert operation.roles or not operation.doors  # events are performed by nobody who could call them
    assert operation.roles <= set(world.roles)


def test_what_takes_a_version_names_a_record_that_has_one(world, operation):
    if operation.record is not None:
        assert table_of(world.metadata, operation.record), f"{operation.name} would never compare its version"


def test_every_role_can_read_something(world, role):
    assert any(role in one.roles and not one.writing for one in world.operations.values())


def test_every_role_is_described(world, role):
    assert world.roles[role].title
    assert world.roles[role].sentence.endswith(".")


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_tools_are_those_of_the_role(world, role, shape):
    wanted = {one.name for one in world.operations.values() if role in one.roles and "tools" in one.doors}
    given = {tool.get("name") or tool["function"]["name"] for tool in tool_definitions(world, role, shape)}
    assert given == wanted
