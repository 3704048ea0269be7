"""Which key leads to which live episode, and which keys lead nowhere any more; it serves nothing itself.

A key opens an episode's pages, API and MCP, and tells nothing of it. Resetting rotates the key: calls that are inside
finish first, and whoever still holds the old key is turned away for ever. Wall-clock time is allowed here, since
idleness is a matter of the machine and not of a world.
"""

import base64
import hmac
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256

from worlds.engine.episode import Episode
from worlds.engine.errors import Conflict, Gone, NotFound
from worlds.engine.world import World

MAXIMUM = 1000
IDLE_SECONDS = 1800.0
_NONCE = 32  # characters of `token_urlsafe(24)`
_SEAL = 16


@dataclass(frozen=True, slots=True)
class Address:
    """How an episode is reached now. `id` is for operators alone; `secret` signs this epoch's cookies and forms."""

    id: str
    key: str
    secret: str
    epoch: int


@dataclass(slots=True, eq=False)
class Line:
    """A live episode and its address. `used` is the monotonic second of its last use."""

    episode: Episode
    address: Address
    used: float
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)


class Switchboard:
    """Live episodes by key and by id, for any number of threads.

    Args:
        maximum: how many may live at once.
        idle_seconds: after how long without use `reap` closes an episode; None for never.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        *,
        maximum: int = MAXIMUM,
        idle_seconds: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.maximum = maximum
        self.idle_seconds = idle_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._by_key: dict[str, Line] = {}
        self._by_id: dict[str, Line] = {}
        self._worlds: dict[str, World] = {}
        self._seal = secrets.token_bytes(32)

    # -- the operator's side --------------------------------------------------------------------------------------

    def register(self, episode: Episode, id: str | None = None) -> Address:  # noqa: A002 - the control API's own word
        """Give an episode an address.

        Raises:
            Conflict: 409 when the id is taken, 503 when the maximum of live episodes is reached.
        """
        with self._lock:
            name = id or f"ep-{secrets.token_hex(6)}"
            if name in self._by_id:
                raise Conflict("episode_id_taken", f"An episode named {name} is live; choose another id.", field="id")
            if len(self._by_id) >= self.maximum:
                raise Conflict(
                    "too_many_episodes",
                    f"{self.maximum} episodes are live, which is the maximum; delete one first.",
                    status=503,
                )
            self._worlds.setdefault(episode.world.name, episode.world)
            line = Line(
                episode, Address(name, self._new_key(episode.world), secrets.token_urlsafe(32), 0), self._clock()
            )
            self._by_id[name] = self._by_key[line.address.key] = line
            return line.address

    def rotate(self, name: str) -> Address:
        """Retire an episode's key and give it a new one, once the calls that are inside have finished.

        When this returns, nobody but its caller can reach the episode. Do not hold the episode's own lock.

        Raises:
            NotFound: when no such episode is live.
        """
        line = self.by_id(name)
        with self._lock:
            self._retire(line)
            line.address = replace(
                line.address,
                key=self._new_key(line.episode.world),
                secret=secrets.token_urlsafe(32),
                epoch=line.address.epoch + 1,
            )
            address = line.address
        with line.lock:  # whoever came in with the old key has left when this is ours
            line.used = self._clock()
        with self._lock:
            if self._by_id.get(name) is line and line.address is address:
                self._by_key[address.key] = line
        return address

    def remove(self, name: str) -> Episode:
        """Take an episode off the board without closing it; its key answers as retired.

        Raises:
            NotFound: when no such episode is live.
        """
        with self._lock:
            line = self._by_id.pop(name, None)
            if line is None:
                raise _unknown_id(name)
            self._retire(line)
            return line.episode

    def reap(self) -> list[Address]:
        """Close the episodes that have been idle for too long; answers where they were."""
        if self.idle_seconds is None:
            return []
        since = self._clock() - self.idle_seconds
        with self._lock:
            idle = [line for line in self._by_id.values() if line.used < since and not line.lock.locked()]
            for line in idle:
                del self._by_id[line.address.id]
                self._retire(line)
        for line in idle:
            line.episode.close()
        return [line.address for line in idle]

    def by_id(self, name: str) -> Line:
        """The live episode of that id.

        Raises:
            NotFound: when there is none.
        """
        with self._lock:
            line = self._by_id.get(name)
            if line is None:
                raise _unknown_id(name)
            line.used = self._clock()
            return line

    def lines(self) -> list[Line]:
        """All live episodes, in the order in which they came."""
        with self._lock:
            return list(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    # -- the agent's side -----------------------------------------------------------------------------------------

    def by_key(self, key: str) -> Line:
        """The live episode behind a key.

        Raises:
            Gone: for a key that was good once.
            NotFound: for a key that never was.
        """
        with self._lock:
            line = self._by_key.get(key)
        if line is None:
            if self.world_of(key) is not None:
                raise Gone("episode_closed", "This episode is over; its address leads nowhere any more.")
            raise NotFound("unknown_episode", "There is no episode at this address.")
        return line

    @contextmanager
    def call(self, key: str) -> Iterator[Line]:
        """The episode behind a key, held for one call: it is not reset or given another key meanwhile.

        Raises:
            Gone: as `by_key`, also when the key was retired while this call waited for another.
            NotFound: as `by_key`.
        """
        line = self.by_key(key)
        with line.lock:
            self.by_key(key)
            line.used = self._clock()
            try:
                yield line
            finally:
                line.used = self._clock()

    def world_of(self, key: str) -> World | None:
        """The world for whose episodes a key was made, also of a retired one; None for a key that never was."""
        nonce, seal = key[:_NONCE], key[_NONCE:]
        if len(seal) != _SEAL or not key.isascii():
            return None
        for name, world in list(self._worlds.items()):
            if hmac.compare_digest(seal, self._sealed(nonce, name)):
                return world
        return None

    # -- inside ---------------------------------------------------------------------------------------------------

    def _new_key(self, world: World) -> str:
        # The seal lets a retired key be told from one that never was without keeping a list of all that ever were.
        nonce = secrets.token_urlsafe(24)
        return nonce + self._sealed(nonce, world.name)

    def _sealed(self, nonce: str, world: str) -> str:
        digest = hmac.digest(self._seal, f"{world}|{nonce}".encode(), sha256)
        return base64.urlsafe_b64encode(digest).decode()[:_SEAL]

    def _retire(self, line: Line) -> None:
        self._by_key.pop(line.address.key, None)


def _unknown_id(name: str) -> NotFound:
    return NotFound("unknown_episode", f"No episode named {name[:80]} is live.")
