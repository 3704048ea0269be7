"""Whether a pass is deserved: every law holds, and the change log tells all that changed."""

from collections.abc import Iterator

from worlds.engine.episode import Episode
from worlds.engine.proofs.logs import apart

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
        logged = {(one.table, one.key): one for one in episode.diff()}
        true = {
            (one.table, one.key): one
            for one in apart(episode.start.snapshot.path, episode.image(), episode.world.metadata)
        }
        behind = sorted(place for place in logged.keys() | true.keys() if logged.get(place) != true.get(place))
        if behind:
            yield f"passed although the log is silent on {', '.join(f'{table} {key}' for table, key in behind[:NAMED])}"
