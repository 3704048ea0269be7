"""Whether keys that an expectation names literally exist in the start state."""

from collections.abc import Iterable

from sqlalchemy import select

from worlds.engine.start import Start


def missing_keys(start: Start, keys: Iterable[tuple[str, int | str]]) -> list[tuple[str, int | str]]:
    """The (table, key) pairs that the snapshot does not hold."""
    tables = start.world.metadata.tables
    with start.reading() as (session, _):
        return [
            (table, key)
            for table, key in keys
            if session.execute(select(tables[table].c.id).where(tables[table].c.id == key)).first() is None
        ]
