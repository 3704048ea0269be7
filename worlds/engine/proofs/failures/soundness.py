"""Whether a pass is deserved: every law holds, and the change log tells all that changed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from worlds.engine import changelog
from worlds.engine.episode import Episode
from worlds.engine.proofs.logs import apart
from worlds.graders.changes import fold

NAMED = 3


def unsound(episode: Episode, *, closely: bool) -> Iterator[str]:
    """What is wrong with the state of an episode that passed; `closely` compares every row of the database.

    The laws are those that the grade looked up, on the rows that the log names; where the log is whole, so are they.
    """
    if episode.record is None:
        return
    for law in episode.record.invariants:
        if law.newly_broken:
            yield f"passed although {law.name} is broken by {min(law.newly_broken)}"
    if closely:
        metadata, image = episode.world.metadata, episode.image()
        with closing(sqlite3.connect("file::memory:", uri=True)) as database:
            database.deserialize(image)
            entries = changelog.entries(database, metadata)  # those of the set-up, too: the snapshot is without it
        logged = {(one.table, one.key): one for one in fold(entries)}
        true = {(one.table, one.key): one for one in apart(episode.start.snapshot.path, image, metadata)}
        behind = sorted(place for place in logged.keys() | true.keys() if logged.get(place) != true.get(place))
        if behind:
            yield f"passed although the log is silent on {', '.join(f'{table} {key}' for table, key in behind[:NAMED])}"
