"""E1: the solution preceded by random reads, and interleaved with them; reading must never cost a reward."""

import random
from functools import lru_cache

from worlds.engine.episode import Episode
from worlds.engine.errors import WorldBug
from worlds.engine.opening import stand_in
from worlds.engine.operation import Operation
from worlds.engine.proofs.equivalences.variations import NotApplicable, Played, Solved, Variation
from worlds.engine.proofs.plausible import arguments, known_at
from worlds.engine.reply import Reply
from worlds.engine.start import Start
from worlds.engine.toolbox import offered
from worlds.seeds.forks import open_fork

READS = 50
_BEFORE = 20
_BETWEEN = 3
_OPTIONAL = 0.2
"""Share of the arguments given that a read may also take."""


def look_around(solved: Solved) -> Played:
    """The solution with random reads before it and between its calls."""
    case = solved.case
    names = sound_reads(case.start, case.task.actor.role)
    if not names:
        return NotApplicable("the role has nothing to read")
    operations = [case.start.world.operations[name] for name in names]
    curious = _Curious(case.start, operations, random.Random(f"{case.label}|looking around"))
    return [Variation(f"{READS} random reads before and between", solved.through(curious.call))]


@lru_cache(maxsize=64)
def sound_reads(start: Start, role: str) -> tuple[str, ...]:
    """The reading tools of a role that do not crash; that one crashes is for the conformance suite to say."""
    return tuple(one.name for one in offered(start.world, role) if not one.writing and _survives(start, role, one))


def _survives(start: Start, role: str, operation: Operation[..., object]) -> bool:
    with Episode(start, open_fork(start.snapshot.path), stand_in(start, role), None) as episode:
        try:
            known, rng = known_at(start, [operation]), random.Random(operation.name)
            episode.call(operation.name, arguments(operation, known, rng, optional=0))
        except WorldBug:
            return False
    return True


class _Curious:
    """Hands that look at something before every call."""

    def __init__(self, start: Start, operations: list[Operation[..., object]], rng: random.Random) -> None:
        self._operations = operations
        self._rng = rng
        self._known = known_at(start, operations)
        self._left = READS
        self._begun = False

    def call(self, episode: Episode, name: str, given: dict[str, object]) -> Reply:
        """Look around, then do what was asked; what is left of the looks goes before the first write."""
        self._look(episode, _BETWEEN if self._begun else _BEFORE)
        self._begun = True
        if episode.world.operations[name].writing:
            self._look(episode, self._left)
        reply = episode.call(name, given)
        self._known.learn(reply.body)
        return reply

    def _look(self, episode: Episode, times: int) -> None:
        for _ in range(min(times, self._left)):
            operation = self._rng.choice(self._operations)
            self._left -= 1
            reply = episode.call(operation.name, arguments(operation, self._known, self._rng, optional=_OPTIONAL))
            if reply.ok:
                self._known.learn(reply.body)
