"""Whatever is sent, an operation answers in its world's one error shape with the right status, and changes nothing."""

import re
from contextlib import ExitStack
from itertools import product

import pytest

import worlds
from worlds.engine.proofs.arguments import Known, made_up

CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
HOSTILE = (
    "'; DROP TABLE person; --",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "%s%n../../etc/passwd",
    "a\x00b",
    "a\x1bb",
    "\ud800",
    "x" * 1_000_000,
)
WRONG = (None, True, 1.5, -1, 0, 2**63, 10**30, "", "two", [], {}, [[]], "18.405", "-1.00", "1e3", float("nan"))


@pytest.fixture(scope="module")
def allowed(world):
    """An episode in each role, by the role."""
    with ExitStack() as opened:
        yield {role: opened.enter_context(worlds.open(world.name, role=role)) for role in world.roles}


@pytest.fixture(scope="module")
def tools(world, allowed):
    """Every tool, with an episode in a role that may call it."""
    found = {name: one for name, one in sorted(world.operations.items()) if "tools" in one.doors}
    return [(one, allowed[min(one.roles)]) for one in found.values()]


def each(tools):
    """Every tool, with an episode of its own in which nothing has happened yet."""
    for tool, untouched in tools:
        with untouched.fork() as episode:
            yield tool, episode


def refused(episode, name, arguments, *statuses):
    """The reply, after everything that a refusal owes was checked."""
    reply = episode.call(name, arguments)
    assert not reply.ok, name
    assert reply.status in statuses, f"{name}: {reply.body}"
    check_shape(episode, reply)
    assert episode.diff() == []
    return reply


def check_shape(episode, reply):
    assert reply.body == episode.world.error_body(reply.refusal)
    assert CODE.match(reply.refusal.code), reply.refusal.code
    assert reply.refusal.message.endswith((".", "?"))
    assert len(reply.text) < 20_000
    assert "Traceback" not in reply.text
    assert "sqlite" not in reply.text.lower()


def minimal(tool):
    return made_up(tool.input_schema, Known(), 0)


def test_an_argument_too_many_is_named(tools):
    for tool, episode in each(tools):
        reply = refused(episode, tool.name, {**minimal(tool), "colour_of_the_sky": "blue"}, 422)
        assert reply.refusal.field == "colour_of_the_sky", tool.name


def test_a_missing_argument_is_named(tools):
    for tool, episode in each(tools):
        for name in tool.input_schema.get("required", ()):
            arguments = {key: value for key, value in minimal(tool).items() if key != name}
            assert refused(episode, tool.name, arguments, 422).refusal.field == name, tool.name


@pytest.mark.parametrize("sent", [None, [], "text", 5, True], ids=repr)
def test_what_is_no_object_is_refused(tools, sent):
    for tool, episode in each(tools):
        refused(episode, tool.name, [None] if sent is None else sent, 422)  # `call` without arguments means none


def test_a_value_of_the_wrong_type_is_refused_and_named(tools):
    for tool, episode in each(tools):
        for name, schema in tool.input_schema["properties"].items():
            for value in WRONG:
                if fits(value, schema):
                    continue
                field = refused(episode, tool.name, {**minimal(tool), name: value}, 422).refusal.field
                assert field is None or field.split(".")[0] in tool.input_schema["properties"], tool.name


def test_hostile_text_is_refused_or_taken_as_text(tools):
    for tool, episode in each(tools):
        for path, value in product(texts(tool.input_schema), HOSTILE):
            reply = episode.call(tool.name, planted(minimal(tool), path, value))
            assert reply.ok or 400 <= reply.status < 500, tool.name
            if not reply.ok:
                check_shape(episode, reply)
            if len(value) > 4000 or not value.isprintable():
                assert reply.status == 422, f"{path} of {tool.name} took {value[:20]!r}"
        assert episode.call(tool.name, {"colour_of_the_sky": 1}).status == 422, "the episode goes on"


def test_ids_that_do_not_exist_are_refused(tools):
    for tool, episode in each(tools):
        required = tool.input_schema.get("required", ())
        for name, schema in tool.input_schema["properties"].items():
            if name in required and name.endswith("_id") and schema.get("type") == "integer":
                for missing in (2**53 - 1, 987_654_321):
                    refused(episode, tool.name, {**minimal(tool), name: missing}, 404, 422, 403, 409)


def test_another_role_is_refused(world, tools, allowed):
    others = [(tool, allowed[role]) for tool, _ in tools for role in sorted(set(world.roles) - tool.roles)]
    for tool, episode in each(others):
        reply = refused(episode, tool.name, minimal(tool), 403, 404)
        assert reply.refusal.code in ("role_not_permitted", "unknown_operation"), tool.name


def test_an_unknown_operation_is_refused(world):
    with worlds.open(world.name) as episode:
        for name in ("no_such_operation", "", "x" * 10_000, "__class__", "drop table", "\x00", "get_order\n"):
            refused(episode, name, {}, 404)


def fits(value, schema):
    """Whether the schema alone would take the value; the bounds of integers and texts are left to the door."""
    options = schema.get("anyOf", [schema])
    return any(fits_one(value, option) for option in options)


def fits_one(value, schema):
    if "enum" in schema or "const" in schema:
        return value in schema.get("enum", [schema.get("const")])
    kind = schema.get("type")
    if kind == "integer":
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole and schema.get("minimum", -(10**40)) <= value <= schema.get("maximum", 10**40)
    if kind == "string":
        long_enough = isinstance(value, str) and len(value) >= schema.get("minLength", 0)
        return long_enough and not ("format" in schema or schema.get("pattern", "").startswith("^("))
    if kind == "array":
        return isinstance(value, list) and not value and not schema.get("minItems")
    if kind == "object":
        return isinstance(value, dict) and not value and not schema.get("required")
    return {"null": value is None, "boolean": isinstance(value, bool)}.get(kind, False)


def texts(schema, path=()):
    """Paths of the free texts among an operation's arguments."""
    for name, child in schema.get("properties", {}).items():
        for option in child.get("anyOf", [child]):
            if option.get("type") == "string" and "maxLength" in option and "enum" not in option:
                yield (*path, name)
            elif option.get("type") == "object":
                yield from texts(option, (*path, name))


def planted(arguments, path, value):
    inner = planted(arguments.get(path[0]) or {}, path[1:], value) if path[1:] else value
    return {**arguments, path[0]: inner}
