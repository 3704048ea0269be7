"""Reading changes nothing: every reading operation, in every role, with ids that answers showed."""

from worlds.engine.cursors import answered_schema
from worlds.engine.proofs.arguments import Known, made_up
from worlds.engine.proofs.crawl import canonical

ROUNDS = 4


def test_reading_everything_leaves_an_empty_diff(free, world, role):
    before = free.image()
    known, answered = Known(), set()
    for turn in range(ROUNDS):
        for operation in reading(world, role):
            reply = free.call(operation.name, made_up(operation.input_schema, known, turn))
            assert reply.ok or 400 <= reply.status < 500, f"{operation.name}: {reply.body}"
            if reply.ok:
                answered.add(operation.name)
                known.learn(reply.body)
    assert free.diff() == []
    assert answered, "nothing could be read"
    assert without_bookkeeping(free.image()) == without_bookkeeping(before)


def test_what_needs_no_argument_answers(free, world, role):
    for operation in reading(world, role):
        if not operation.input_schema.get("required"):
            reply = free.call(operation.name, {})
            assert reply.ok or reply.status in (401, 404), f"{operation.name}: {reply.body}"


def test_an_answer_is_what_its_schema_says(free, world, role):
    known = Known()
    for operation in reading(world, role):
        reply = free.call(operation.name, made_up(operation.input_schema, known, 0))
        if reply.ok:
            known.learn(reply.body)
            wrong = list(misfits(reply.body, answered_schema(operation), operation.name))
            assert not wrong, wrong


def test_the_same_question_has_the_same_answer(free, world, role):
    for operation in reading(world, role):
        first = free.call(operation.name, made_up(operation.input_schema, Known(), 0))
        again = free.call(operation.name, made_up(operation.input_schema, Known(), 0))
        assert canonical(timeless(world, first.body)) == canonical(timeless(world, again.body)), operation.name


def timeless(world, body):
    """An answer without its cursor or the locator of its next page, which say until when they hold."""
    if not isinstance(body, dict):
        return body
    turned = {name for name, what in (world.dialect.page or {}).items() if what == "next"}
    return {name: value for name, value in body.items() if not name.endswith("cursor") and name not in turned}


def reading(world, role):
    return [one for one in world.operations.values() if not one.writing and role in one.roles and "tools" in one.doors]


def without_bookkeeping(image):
    """All rows but the engine's own; its clock moves with every call."""
    import sqlite3  # noqa: PLC0415 - used here alone

    database = sqlite3.connect(":memory:")
    database.deserialize(image)
    tables = [row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    return {
        table: database.execute(f'SELECT * FROM "{table}" ORDER BY 1').fetchall()  # noqa: S608 - names of sqlite_schema
        for table in tables
        if not table.startswith(("engine_", "sqlite_"))
    }


def misfits(value, schema, path):
    """Members that the schema does not name, or names and the answer lacks; types of what is there."""
    if "anyOf" in schema:
        options = [list(misfits(value, option, path)) for option in schema["anyOf"]]
        yield from min(options, key=len)
        return
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    if "type" in schema and not isinstance(value, kinds[schema["type"]]):
        yield f"{path} is {value!r}, not {schema['type']}"
        return
    if isinstance(value, dict) and "properties" in schema:
        for name in sorted(value.keys() ^ schema["properties"].keys()):
            yield f"{path}.{name} is in one of answer and schema alone"
        for name in sorted(value.keys() & schema["properties"].keys()):
            yield from misfits(value[name], schema["properties"][name], f"{path}.{name}")
    if isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)):
            yield f"{path} has {len(value)} items"
        for place, item in enumerate(value):
            yield from misfits(item, schema.get("items", {}), f"{path}[{place}]")
