"""What the operations of every world owe: types, words, bounds, and roles that somebody has."""

import re

import pytest

from worlds.engine.json_schema import check_bounded
from worlds.engine.targets import table_of
from worlds.engine.toolbox import SHAPES, tool_definitions

NAME = re.compile(r"[a-z]+(_[a-z0-9]+)*\Z")


@pytest.fixture
def operations(world):
    assert world.operations
    return world.operations


def test_names_are_lower_case_words(operations):
    assert not [name for name in operations if not NAME.match(name)]


def test_operations_and_their_arguments_are_described(operations):
    for name, one in operations.items():
        assert one.summary.endswith((".", "?")), name
        for argument, schema in one.input_schema["properties"].items():
            assert schema.get("description", "").endswith((".", "?", ")")), f"{name}.{argument}"


def test_arguments_are_bounded_and_closed(operations):
    for name, one in operations.items():
        assert one.input_schema["type"] == "object", name
        assert one.input_schema["additionalProperties"] is False, name
        check_bounded(name, one.input_schema)


def test_lists_in_answers_are_paged_or_bounded(operations):
    loose = {name: list(unbounded(one.output_schema, "")) for name, one in operations.items()}
    assert not any(loose.values()), {name: lists for name, lists in loose.items() if lists}


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


def test_whoever_may_call_them_has_a_role_of_the_world(world, operations):
    for name, one in operations.items():
        assert one.roles or not one.doors, name  # events are performed by nobody who could call them
        assert one.roles <= set(world.roles), name


def test_what_takes_a_version_names_a_record_that_has_one(world, operations):
    versioned = {name: one.record for name, one in operations.items() if one.record is not None}
    never = [name for name, record in versioned.items() if not table_of(world.metadata, record)]
    assert not never, f"{never} would never compare their versions"


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
