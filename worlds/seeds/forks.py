"""Private copies of a snapshot, behind one seam; how a copy is held (mapping or plain copy) is decided below it."""

import functools
import logging
import os
import sqlite3
import tempfile
import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, NoReturn, Protocol

import sqlalchemy

from worlds.seeds.errors import ForkClosed, ForkError, LeaseError, SnapshotDamaged
from worlds.seeds.native import NativeUnsupportedError, native
from worlds.seeds.pages import PAGE, Original, Pages
from worlds.seeds.places import Copied, Mapped, supports_mapping
from worlds.seeds.slots import Pool, Slot, pool_of

__all__ = [
    "Fork",
    "ForkClosed",
    "ForkError",
    "ForkMode",
    "LeaseError",
    "SnapshotDamaged",
    "fork_mode",
    "open_fork",
]

SLOTS = 4
"""Databases a snapshot and process, unless WORLDS_SLOTS says otherwise."""

_log = logging.getLogger(__name__)


class Fork(Protocol):
    """A private copy of a snapshot. Any thread may use it, one at a time; the others wait."""

    def lease(self) -> AbstractContextManager[sqlalchemy.Connection]:
        """Attach the state to a connection for the length of the `with`.

        Nothing may be open at its end: a transaction is rolled back, a cursor cut off, and LeaseError raised (unless
        an exception is already on its way). Leasing again within it is a LeaseError too. Temporary tables and
        settings belong to the connection, not to the fork: undo them before the end.
        """

    def reset(self) -> None:
        """Return to the snapshot; a branch returns to the snapshot of its trunk."""

    def branch(self) -> "Fork":
        """Another fork with the same state, at the cost of what changed."""

    def image(self) -> bytes:
        """The whole database file, snapshot and changes, as bytes."""

    def close(self) -> None:
        """Give everything back; again is no error. Any other use afterwards raises ForkClosed."""

    @property
    def changed_bytes(self) -> int:
        """Bytes in pages that differ from the snapshot."""


@dataclass(frozen=True, slots=True)
class ForkMode:
    """How this process holds forks, and a sentence that says why."""

    name: Literal["slots", "copy"]
    reason: str


class PooledFork:
    """A fork that sits in a slot of its snapshot's pool while it is used."""

    __slots__ = ("__weakref__", "_closed", "_gate", "_pool", "_thread", "pages", "slot")

    def __init__(self, pool: Pool, pages: Pages) -> None:
        self._pool = pool
        self._gate = threading.Lock()
        self._thread = 0
        self._closed = False
        self.pages = pages
        self.slot: Slot | None = None

    def lease(self) -> AbstractContextManager[sqlalchemy.Connection]:
        """As `Fork.lease`."""
        return Lease(self)

    def enter(self) -> Slot:
        """Take the fork for this thread, and a slot for the fork."""
        self._take()
        try:
            return self._pool.seat(self)
        except BaseException:
            self._give()
            raise

    def leave(self, slot: Slot, *, failing: bool) -> None:
        """Give slot and fork back, with nothing left open."""
        try:
            left = slot.left_open()
            if left and not slot.tidy():
                self._abandon(slot)
            else:
                self._pool.release(slot)
        except BaseException:
            self._pool.drop(slot)
            raise
        finally:
            self._give()
        if left and not failing:
            raise LeaseError(f"A lease ended with {left}. What it had not committed was rolled back.")

    def reset(self) -> None:
        """As `Fork.reset`."""
        self._take()
        try:
            slot = self._pool.seat_if_resident(self)
            self.pages = {}  # not before: until it is seated, another thread may park it
            if slot is not None:
                try:
                    slot.show(self.pages)
                except BaseException:
                    self._pool.drop(slot)
                    raise
                self._pool.release(slot)
        finally:
            self._give()

    def branch(self) -> "PooledFork":
        """As `Fork.branch`; nothing is copied but what changed since the last time."""
        return PooledFork(self._pool, self._settled_pages())

    def image(self) -> bytes:
        """As `Fork.image`."""
        return self._pool.original.image(self._settled_pages())

    @property
    def changed_bytes(self) -> int:
        """As `Fork.changed_bytes`."""
        return len(self._settled_pages()) * PAGE

    def close(self) -> None:
        """As `Fork.close`."""
        if self._closed or self._pool.left_behind:
            return
        self._take()
        try:
            slot = self._pool.seat_if_resident(self)
            if slot is not None:
                self._pool.release(slot, vacate=True)
            self.pages = {}
            self._closed = True
        finally:
            self._give()

    def __reduce__(self) -> NoReturn:
        raise TypeError("A fork cannot be pickled: it lives in one process. Send its image, or its snapshot's path.")

    def _abandon(self, slot: Slot) -> None:
        """Leave a slot to the cursor that is open in it, and take along what was committed."""
        self.pages = slot.place.changed(self.pages)
        self._pool.drop(slot)

    def _settled_pages(self) -> Pages:
        """The pages as they are now, copied out of the slot if the fork sits in one."""
        self._take()
        try:
            slot = self._pool.seat_if_resident(self)
            if slot is not None:
                try:
                    self.pages = slot.place.changed(self.pages)
                finally:
                    self._pool.release(slot)
            return self.pages
        finally:
            self._give()

    def _take(self) -> None:
        if self._pool.left_behind:
            raise ForkClosed("This fork belongs to the process that this one was forked from. Open another one here.")
        thread = threading.get_ident()
        if self._thread == thread:
            raise LeaseError("This thread already has the fork on lease; end that lease first.")
        self._gate.acquire()
        if self._closed:
            self._gate.release()
            raise ForkClosed("The fork was closed.")
        self._thread = thread

    def _give(self) -> None:
        self._thread = 0
        self._gate.release()


class Lease:
    """The `with` of a fork; a class, since it is entered at every call of every episode."""

    __slots__ = ("_fork", "_slot")

    def __init__(self, fork: PooledFork) -> None:
        self._fork = fork
        self._slot: Slot | None = None

    def __enter__(self) -> sqlalchemy.Connection:
        if self._slot is not None:
            raise LeaseError("This lease was entered already; ask the fork for another one.")
        self._slot = self._fork.enter()
        return self._slot.connection

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        slot, self._slot = self._slot, None
        if slot is not None:
            self._fork.leave(slot, failing=kind is not None)


@functools.cache
def _mapping_refused() -> str:
    """Why mappings do not do here, found by trying one; empty if they do."""
    try:
        native()
    except NativeUnsupportedError as problem:
        return str(problem)
    database = sqlite3.connect(":memory:")
    with tempfile.TemporaryDirectory(prefix="worlds-") as folder:
        path = Path(folder) / "trial.sqlite"
        database.execute(f"PRAGMA page_size={PAGE}")
        database.execute("CREATE TABLE trial(id INTEGER PRIMARY KEY) STRICT")
        database.commit()
        database.execute("VACUUM INTO ?", (str(path),))
        database.close()
        return supports_mapping(Original(path))


@functools.cache
def _say_once(reason: str) -> None:
    _log.warning("Forks are plain copies here, which is slower: %s.", reason)


def fork_mode() -> ForkMode:
    """How forks are held: "slots" where the platform can, "copy" elsewhere or where WORLDS_FORK=copy asks for it."""
    wish = os.environ.get("WORLDS_FORK", "")
    if wish == "copy":
        return ForkMode("copy", "WORLDS_FORK asks for plain copies.")
    if wish not in ("", "slots"):
        raise ValueError(f"WORLDS_FORK is {wish!r}; it may be 'copy', 'slots' or unset.")
    refused = _mapping_refused()
    if not refused:
        return ForkMode("slots", "This platform maps snapshots copy-on-write; forks share their pages.")
    _say_once(refused)
    return ForkMode("copy", f"Plain copies, which are slower: {refused}.")


def open_fork(path: Path) -> Fork:
    """A new fork of a snapshot's file.

    The file may be unlinked or replaced by renaming at any time. FileNotFoundError if there is none, SnapshotDamaged
    if it is not a whole database; contents are the snapshot store's to verify.
    """
    mode = fork_mode().name
    limit = os.environ.get("WORLDS_SLOTS", str(SLOTS))
    if not limit.isdecimal() or int(limit) < 1:
        raise ValueError(f"WORLDS_SLOTS is {limit!r}; it must be a whole number of at least 1.")
    return PooledFork(pool_of(Path(path), mode, Mapped if mode == "slots" else Copied, int(limit)), {})
