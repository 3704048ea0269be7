"""Whether keys that an expectation names literally exist in the start state."""

from collections.abc import Iterable

from sqlalchemy import select

from worlds.engine.start import Start
from worlds.seeds.forks import open_fork


def missing_keys(start: Start, keys: Iterable[tuple[str, int | str]]) -> list[tuple[str, int | str]]:
    """The (table, key) pairs that the snapshot does not hold."""
    fork = open_fork(start.snapshot.path)
    try:
        with fork.lease() as connection, connection.begin():
            tables = start.world.metadata.tables
            return [
                (table, key)
                for table, key in keys
                if connection.execute(select(tables[table].c.id).where(tables[table].c.id == key)).first() is None
            ]
    finally:
        fork.close()
