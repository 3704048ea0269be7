"""Recycled slots: which fork's pages stand in which of a snapshot's few databases.

An episode at rest is its snapshot and the pages that differ from it. It is seated in a slot when it is leased, and
stays there until another one needs the slot, so that a turn after a turn of the same episode moves nothing.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from weakref import WeakValueDictionary

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.pool import NullPool

from worlds.seeds.errors import SnapshotDamaged
from worlds.seeds.native import KeptConnection
from worlds.seeds.pages import FileStamp, Original, Pages
from worlds.seeds.places import Place

KEPT_POOLS = 8
"""Snapshots whose slots stay warm; those used longest ago give theirs back."""

_handed = threading.local()


def _hand_over() -> KeptConnection:
    connection: KeptConnection = _handed.connection
    return connection


def _begin(connection: sqlalchemy.Connection) -> None:
    connection.connection.cursor().execute("BEGIN")


def _make_engine() -> sqlalchemy.Engine:
    """The one engine of the process, so that a statement is compiled once for all slots of all snapshots."""
    engine = sqlalchemy.create_engine("sqlite://", creator=_hand_over, poolclass=NullPool, query_cache_size=2000)
    event.listen(engine, "begin", _begin)
    return engine


_ENGINE = _make_engine()


def wrap(database: KeptConnection) -> sqlalchemy.Connection:
    """SQLAlchemy's face of a slot's connection."""
    _handed.connection = database
    try:
        return _ENGINE.connect()
    finally:
        del _handed.connection


class Tenant(Protocol):
    """What sits in a slot: a fork."""

    slot: "Slot | None"
    pages: Pages


class Slot:
    """One place, its connection, and whose pages stand there."""

    __slots__ = ("_database", "connection", "leased", "place", "tenant", "thread", "used")

    def __init__(self, place: Place) -> None:
        self.place = place
        self._wrap()
        self.tenant: Tenant | None = None
        self.leased = False
        self.thread = 0
        self.used = 0

    def _wrap(self) -> None:
        self._database = self.place.database
        self.connection = wrap(self._database)

    def show(self, pages: Pages) -> None:
        """Have the place show these pages, which may cost it its connection."""
        self.place.show(pages)
        if self.place.database is not self._database:
            self._wrap()

    def left_open(self) -> str:
        """What a lease left open, in words; empty if nothing."""
        connection = self.connection
        if connection.closed:
            return "the connection closed"
        if connection.in_transaction() or self.place.database.in_transaction:
            return "a transaction open"
        return "a cursor open" if self.place.busy() else ""

    def tidy(self) -> bool:
        """Roll back whatever is open; False if a cursor remains, so that the slot must go."""
        if not self.connection.closed:
            self.connection.rollback()
        if self.place.database.in_transaction:
            self.place.database.execute("ROLLBACK")
        if self.connection.closed:
            self._wrap()
        return not self.place.busy()


class Pool:
    """The slots of one snapshot in one process."""

    def __init__(self, original: Original, furnish: Callable[[Original], Place], limit: int) -> None:
        self.original = original
        self.left_behind = False
        self._furnish = furnish
        self._limit = limit
        self._turn = threading.Condition(threading.Lock())
        self._slots: list[Slot] = []
        self._waiting = 0
        self._ticks = 0

    def seat(self, fork: Tenant) -> Slot:
        """The slot in which the fork's pages stand, leased to this thread; waits while all are leased."""
        self.original.check_intact()
        with self._turn:
            slot = fork.slot
            if slot is not None:
                slot.leased = True
                slot.thread = threading.get_ident()
                return slot
        _pools.keep_warm(self)
        with self._turn:
            slot = self._vacate()
            slot.leased = True
            slot.thread = threading.get_ident()
        try:
            slot.show(fork.pages)
        except BaseException:
            self.drop(slot)
            raise
        slot.tenant = fork
        fork.slot = slot
        return slot

    def seat_if_resident(self, fork: Tenant) -> Slot | None:
        """The slot in which the fork sits, leased to this thread; None if it sits in none."""
        with self._turn:
            if fork.slot is not None:
                fork.slot.leased = True
                fork.slot.thread = threading.get_ident()
            return fork.slot

    def release(self, slot: Slot, *, vacate: bool = False) -> None:
        """End a lease; the tenant stays, unless it is to leave."""
        with self._turn:
            if vacate:
                _part(slot)
            self._ticks += 1
            slot.used = self._ticks
            slot.leased = False
            if self._waiting:
                self._turn.notify()

    def drop(self, slot: Slot) -> None:
        """Give up a slot that something may still hold on to."""
        with self._turn:
            if slot not in self._slots:
                return
            _part(slot)
            self._slots.remove(slot)
            self._turn.notify()
        slot.place.quarantine()

    def _vacate(self) -> Slot:
        while True:
            idle = [slot for slot in self._slots if not slot.leased]
            vacant = next((slot for slot in idle if slot.tenant is None), None)
            if vacant is not None:
                return vacant
            if len(self._slots) < self._limit or (not idle and self._held_by_this_thread()):
                return self._grow()
            if idle:
                slot = min(idle, key=lambda slot: slot.used)
                _park(slot)
                return slot
            self._waiting += 1
            try:
                self._turn.wait()
            finally:
                self._waiting -= 1

    def _held_by_this_thread(self) -> bool:
        """A thread that waited for a slot while it holds one might wait for ever."""
        return any(slot.thread == threading.get_ident() for slot in self._slots)

    def _grow(self) -> Slot:
        slot = Slot(self._furnish(self.original))
        self._slots.append(slot)
        return slot

    def rest(self) -> bool:
        """Park every fork and close every slot that is not leased; whether none is left."""
        with self._turn:
            for slot in [slot for slot in self._slots if not slot.leased]:
                try:
                    _park(slot)
                except SnapshotDamaged:
                    _part(slot)  # whoever uses the fork is told
                self._slots.remove(slot)
                slot.connection.close()
                slot.place.end()
            return not self._slots


def _park(slot: Slot) -> None:
    if slot.tenant is not None:
        slot.tenant.pages = slot.place.changed(slot.tenant.pages)
        _part(slot)


def _part(slot: Slot) -> None:
    if slot.tenant is not None:
        slot.tenant.slot = None
        slot.tenant = None


class _Pools:
    """The pools of this process: all that are alive, and those that are warm, the one used longest ago first."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.alive: WeakValueDictionary[tuple[FileStamp, str], Pool] = WeakValueDictionary()
        self.warm: OrderedDict[Pool, None] = OrderedDict()

    def keep_warm(self, pool: Pool) -> None:
        """Note that a pool is in use, and let the coldest close its slots if there are too many."""
        with self.lock:
            self.warm[pool] = None
            self.warm.move_to_end(pool)
            for cold in list(self.warm)[: max(0, len(self.warm) - KEPT_POOLS)]:
                if cold.rest():
                    del self.warm[cold]


_pools = _Pools()
_left_behind: list[Pool] = []
"""Those of the parent process, which other threads of it may have been using when it forked: never touched again."""


def pool_of(path: Path, mode: str, furnish: Callable[[Original], Place], limit: int) -> Pool:
    """The pool of a file in this process, opened and checked at the first call."""
    with _pools.lock:
        pool = _pools.alive.get((FileStamp.of(path), mode))
        if pool is None:
            original = Original(path)
            pool = _pools.alive[original.stamp, mode] = Pool(original, furnish, limit)
        return pool


def _start_anew() -> None:
    global _pools  # noqa: PLW0603 - a process has one set of pools, and this is another process
    for pool in list(_pools.alive.values()):
        pool.left_behind = True
        _left_behind.append(pool)
    _pools = _Pools()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)
