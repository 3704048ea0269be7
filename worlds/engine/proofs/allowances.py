"""Whether what an expectation lets through beside what it asks is narrow: few rows, and of the task's own."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from sqlalchemy import ColumnElement, MetaData, and_, func, or_, select, true
from sqlalchemy.orm import Session

from worlds.engine.start import Start
from worlds.engine.task import Task
from worlds.graders.effects import Effect, State
from worlds.graders.expectation import Bundle
from worlds.graders.lint import free_columns, literal_keys
from worlds.graders.predicates import AnyValue, Eq, Mentions, OneOf, Ref
from worlds.graders.shape import Schema

MOST = 5
"""Rows that an allowance may let through; more only where it names each of them."""
MOST_PARTS = 20
"""Rows that it may let through where they are parts of a row that the bundle itself asks for."""
FURTHEST = 2
"""Steps over foreign keys from the task's rows to the row that an allowance is tied to."""
MOST_ROWS = 400
"""Rows that are followed on the way; what lies beyond is not tied to the task in particular."""

Key = tuple[str, int | str]


def too_wide(start: Start, task: Task) -> Iterator[str]:
    """A sentence for every allowance that lets more through than the task needs."""
    schema = start.world.schema
    expectation = task.instance.expectation
    for bundle in expectation.any_of:
        named: list[Effect | State] = [*bundle.required, *expectation.final]
        own = {(table, key) for table, keys in task.instance.target.items() for key in keys}
        ties: set[Key] = {*own, *literal_keys(schema, named)}
        for effect in bundle.allowed:
            yield from (f"“{effect.words}” {why}" for why in _faults(start, bundle, effect, ties))


def _faults(start: Start, bundle: Bundle, effect: Effect, ties: AbstractSet[Key]) -> Iterator[str]:
    schema = start.world.schema
    named = effect.where_preds.get(schema.table(effect.table).key)
    exact = len(named.values) if isinstance(named, OneOf) else 1 if isinstance(named, Eq) else 0
    bound = _bound(bundle, effect)
    most = max(MOST_PARTS if bound else MOST, exact)
    if effect.high > most:
        yield f"lets {effect.high} rows through; {most} are enough"
    if not bound and not _tied(start, effect, ties):
        yield f"fixes no row of the task's in its where: any {effect.table} will do"
    elif effect.kind != "insert" and (rows := _rows(start, effect)) > effect.high:
        yield f"lets {effect.high} of {rows} rows be {effect.kind}d, whichever they are"
    if schema.table(effect.table).class_ == "outward":
        for column in _open_columns(schema, effect):
            yield f"leaves {effect.table}.{column} free, and {effect.table} goes out of the house"


def _bound(bundle: Bundle, effect: Effect) -> bool:
    """Whether `where` refers to the row of another effect of the bundle."""
    binders = {one.bind for one in bundle.effects() if one.bind}
    return any(isinstance(one, Ref) and one.binding in binders for one in effect.where_preds.values())


def _tied(start: Start, effect: Effect, ties: AbstractSet[Key]) -> bool:
    """Whether `where` names a row of the task's, or one that foreign keys lead to from there."""
    schema = start.world.schema
    shape = schema.table(effect.table)
    named = [Effect("where", effect.table, "insert", {column: one}) for column, one in effect.where_preds.items()]
    keys = {key for one in named for key in literal_keys(schema, [one])}
    if not keys:
        fixed = any(isinstance(one, Eq) for one in effect.where_preds.values())
        return effect.kind == "insert" and not shape.references and fixed
    if keys & ties:
        return True
    with start.reading() as (session, _):
        return bool(keys & _around(session, start.world.metadata, schema, ties))


def _around(session: Session, metadata: MetaData, schema: Schema, ties: AbstractSet[Key]) -> set[Key]:
    """The rows that foreign keys join to some rows, over a step or two."""
    found, edge = set(ties), set(ties)
    for _ in range(FURTHEST):
        edge = {key for row in sorted(edge, key=str)[:MOST_ROWS] for key in _beside(session, metadata, schema, row)}
        edge -= found
        found |= edge
    return found


def _beside(session: Session, metadata: MetaData, schema: Schema, row: Key) -> Iterator[Key]:
    """The rows that a row refers to, and those that refer to it."""
    table, key = row
    model = metadata.tables[table]
    held = session.execute(select(model).where(model.c.id == key)).mappings().first()
    for column, to in schema.table(table).references.items():
        if held is not None and held[column] is not None:
            yield to, held[column]
    for name, shape in schema.tables.items():
        other = metadata.tables[name]
        for column, to in shape.references.items():
            if to == table:
                found = select(other.c.id).where(other.c[column] == key).limit(MOST_ROWS)
                yield from ((name, one) for one in session.scalars(found))


def _rows(start: Start, effect: Effect) -> int:
    """How many rows of the start state `where` could mean."""
    model = start.world.metadata.tables[effect.table]
    fixed: list[ColumnElement[bool]] = [true()]
    for column, predicate in effect.where_preds.items():
        if isinstance(predicate, Eq):
            fixed.append(model.c[column].is_not_distinct_from(predicate.value))
        elif isinstance(predicate, OneOf):
            fixed.append(or_(*(model.c[column].is_not_distinct_from(value) for value in predicate.values)))
    with start.reading() as (session, _):
        return session.scalar(select(func.count()).select_from(model).where(and_(*fixed))) or 0


def _open_columns(schema: Schema, effect: Effect) -> list[str]:
    """The columns of an outward effect whose content is anybody's: any value, or prose of which nothing is asked."""
    preds = {**effect.where_preds, **effect.set_preds}
    given = [column for column, one in preds.items() if isinstance(one, AnyValue)]
    unsaid = [
        column for column in free_columns(schema, effect) if schema.table(effect.table).class_of(column) == "prose"
    ]
    mentioned = [column for column, one in preds.items() if isinstance(one, Mentions) and not one.facts]
    return sorted({*given, *(unsaid if effect.by != "automation" else []), *mentioned})
