"""What operators do with live episodes: open, look at, reset, fork, grade, delete; by API and by hand alike.

Nothing in here is reachable with an agent's key.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from worlds.engine.console.wishes import OpenEpisode
from worlds.engine.episode import Episode
from worlds.engine.errors import Conflict, Gone, NotFound
from worlds.engine.fields import iso_instant
from worlds.engine.opening import open_episode
from worlds.engine.switchboard import Line, Switchboard
from worlds.graders.changes import RowChange
from worlds.graders.grade import Grade
from worlds.seeds.snapshots import SnapshotStore

logger = logging.getLogger(__name__)

REMEMBERED = 10_000
"""Ids of closed episodes of which it is still known how they ended."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an episode stands. `now` is virtual time; `state` is open, graded, crashed or closed."""

    id: str
    key: str
    world: str
    task: str | None
    role: str
    seed: int | None
    population: str
    instruction: str | None
    step: int
    now: str
    state: str


@dataclass(frozen=True, slots=True)
class _Opening:
    """An episode that was or is being opened under a client's own id."""

    wanted: OpenEpisode
    done: Future[None] = field(default_factory=Future)


class ControlRoom:
    """The operators' side of a switchboard. Every method may be called from any thread, and may block.

    Args:
        board: where episodes get their addresses.
        store: where snapshots lie; the user's cache folder by default.
    """

    def __init__(self, board: Switchboard, store: SnapshotStore | None = None) -> None:
        self.board = board
        self._store = store
        self._lock = threading.Lock()
        self._openings: dict[str, _Opening] = {}
        self._closed: OrderedDict[str, str] = OrderedDict()

    # -- opening and closing --------------------------------------------------------------------------------------

    def open(self, wanted: OpenEpisode) -> Standing:
        """Open an episode; asked again with the same id and wish, answer the one that is there.

        Raises:
            Refusal: 404 or 422 for a wish that cannot be met, 409 for an id in other use, 503 when there are too many.
        """
        if wanted.id is None:
            return self._open(wanted)
        with self._lock:
            known = self._openings.get(wanted.id)
            opening = known or self._openings.setdefault(wanted.id, _Opening(wanted))
        if known is not None:
            if known.wanted != wanted:
                raise Conflict(
                    "episode_id_taken", f"The id {wanted.id} was used for another request; choose another.", field="id"
                )
            known.done.result()
            return self.standing(wanted.id)
        try:
            standing = self._open(wanted)
        except BaseException as error:
            self._forget(wanted.id)
            opening.done.set_exception(error)
            raise
        opening.done.set_result(None)
        return standing

    def _open(self, wanted: OpenEpisode) -> Standing:
        world = wanted.check()
        try:
            episode = open_episode(
                wanted.target,
                seed=wanted.seed,
                population=wanted.population,
                role=wanted.role,
                faults=wanted.plan(world),
                variant=wanted.variant,
                store=self._store,
                say=logger.warning,
            )
        except LookupError as error:
            field = "population" if wanted.task is None else "seed"
            raise NotFound("no_such_case", f"{world.name} cannot be opened so: {error}", field=field) from error
        return self._registered(episode, wanted.id)

    def _registered(self, episode: Episode, name: str | None) -> Standing:
        try:
            address = self.board.register(episode, name)
        except Conflict:
            episode.close()
            raise
        with self._lock:
            self._closed.pop(address.id, None)
        return self.standing(address.id)

    def delete(self, name: str) -> None:
        """Close an episode for good."""
        self._line(name)
        episode = self.board.remove(name)
        self._bury(name, f"Episode {name} was deleted.")
        episode.close()

    def reap(self) -> list[str]:
        """Close what has been idle for too long; answers the ids."""
        reaped = [address.id for address in self.board.reap()]
        for name in reaped:
            self._bury(name, f"Episode {name} was closed after {self.board.idle_seconds:.0f} seconds without use.")
            logger.info("Closed the idle episode %s.", name)
        return reaped

    def close(self) -> None:
        """Close every episode."""
        for line in self.board.lines():
            self.board.remove(line.address.id).close()

    # -- what is there --------------------------------------------------------------------------------------------

    def standing(self, name: str) -> Standing:
        """How one episode stands."""
        return standing_of(self._line(name))

    def all(self) -> list[Standing]:
        """How all live episodes stand, the newest first."""
        return [standing_of(line) for line in reversed(self.board.lines())]

    def diff(self, name: str) -> list[RowChange]:
        """What changed since the start."""
        return self._line(name).episode.diff()

    def record(self, name: str) -> dict[str, Any]:
        """All that a graded episode's grade rests on.

        Raises:
            Conflict: when it has not been graded.
        """
        episode = self._line(name).episode
        if episode.record is None:
            raise Conflict("not_graded", f"Episode {name} has not been graded; grade it first.")
        return {
            "grade": episode.grade().to_json(),
            "record": episode.record.to_json(),
            "journal": episode.journal.to_json(),
            "diff": [change.to_json() for change in episode.diff()],
        }

    def given_grade(self, name: str) -> Grade | None:
        """The grade, where one was given."""
        episode = self._line(name).episode
        return None if episode.record is None else episode.grade()

    # -- what is done with it -------------------------------------------------------------------------------------

    def reset(self, name: str) -> Standing:
        """Back to the start, at a new address; the old one leads nowhere from now on."""
        line = self._line(name)
        self.board.rotate(name)
        line.episode.reset()
        return standing_of(line)

    def fork(self, name: str, new_name: str | None = None) -> Standing:
        """Another episode that begins where this one stands."""
        return self._registered(self._line(name).episode.fork(), new_name)

    def grade(self, name: str, answer: Mapping[str, Any] | str | None) -> Grade:
        """Judge an episode and freeze it; asked again, answer the same grade.

        Raises:
            Conflict: in free play.
        """
        episode = self._line(name).episode
        if episode.task is None:
            raise Conflict(
                "nothing_to_grade",
                f"Episode {name} runs no task, so there is nothing to grade; its diff says what changed.",
            )
        return episode.grade(answer)

    # -- inside ---------------------------------------------------------------------------------------------------

    def _line(self, name: str) -> Line:
        try:
            return self.board.by_id(name)
        except NotFound:
            with self._lock:
                ending = self._closed.get(name)
            if ending is None:
                raise
            raise Gone("episode_closed", ending) from None

    def _bury(self, name: str, sentence: str) -> None:
        self._forget(name)
        with self._lock:
            self._closed[name] = sentence
            while len(self._closed) > REMEMBERED:
                self._closed.popitem(last=False)

    def _forget(self, name: str) -> None:
        with self._lock:
            self._openings.pop(name, None)


def standing_of(line: Line) -> Standing:
    """How the episode of a line stands."""
    episode, task, last = line.episode, line.episode.task, line.episode.journal.last
    return Standing(
        id=line.address.id,
        key=line.address.key,
        world=episode.world.name,
        task=task.name if task else None,
        role=episode.actor.role,
        seed=task.seed if task else None,
        population=episode.start.population,
        instruction=task.instruction if task else None,
        step=last.step if last else 0,
        now=iso_instant(episode.now),
        state=_state(episode),
    )


def _state(episode: Episode) -> str:
    if episode.closed:
        return "closed"
    if episode.record is not None:
        return "graded"
    return "crashed" if episode.crash else "open"
