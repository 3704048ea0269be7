"""The places where an episode's database can stand: over a private mapping, or over a plain copy."""

import ctypes
import os
import sqlite3
import sys
import weakref
from typing import Protocol

from worlds.seeds.native import (
    ANONYMOUS,
    ANYWHERE,
    DONT_NEED,
    FIXED,
    NO_HUGE_PAGES,
    NO_RESERVE,
    NO_TRANSACTION,
    PAGEMAP,
    PRIVATE,
    READ_WRITE,
    KeptConnection,
    connect,
    native,
)
from worlds.seeds.pages import PAGE, Original, Pages, ceiling_pages, page_count

_QUARANTINE: list[object] = []
"""Connections and mappings that something may still touch; kept until the process ends."""


class Place(Protocol):
    """One database connection, recycled by many episodes one after another."""

    database: KeptConnection

    def show(self, pages: Pages) -> None:
        """Have the database be the snapshot with these pages over it. Nothing may be open."""

    def changed(self, known: Pages) -> Pages:
        """The pages that differ from the snapshot, sharing those equal to `known`. No transaction may be open."""

    def busy(self) -> bool:
        """Whether a transaction, a cursor or a blob is open."""

    def end(self) -> None:
        """Close for good."""

    def quarantine(self) -> None:
        """Close, though a cursor may outlive it."""


def settle(database: sqlite3.Connection, original: Original) -> None:
    """Give a connection the settings that every episode runs under."""
    for pragma in (
        f"max_page_count={ceiling_pages(original.size)}",  # an overflow must fail whole, before memory ends
        "recursive_triggers=ON",  # otherwise REPLACE deletes rows behind the change log's back
        "foreign_keys=ON",
        "secure_delete=OFF",  # builds of SQLite differ in it, and images must not
        "cache_size=-1000",
        "temp_store=MEMORY",
    ):
        database.execute(f"PRAGMA {pragma}").fetchall()


class Mapped:
    """A private copy-on-write mapping of the snapshot, with head-room behind it, under one connection."""

    def __init__(self, original: Original) -> None:
        self._native = native()
        self._original = original
        self.total = ceiling_pages(original.size) * PAGE
        self.address = self._map()
        self._begin()

    def _map(self) -> int:
        """The kernel shares the snapshot's pages with every mapping and copies those that are written."""
        original = self._original
        original.check_intact()
        call = self._native.mmap
        address = call(ANYWHERE, self.total, READ_WRITE, PRIVATE | ANONYMOUS | NO_RESERVE, -1, 0)
        if address in (None, 2**64 - 1):
            raise OSError(ctypes.get_errno(), f"cannot map {self.total} bytes: {os.strerror(ctypes.get_errno())}")
        flags = PRIVATE | FIXED | NO_RESERVE
        if call(address, original.size, READ_WRITE, flags, original.descriptor, 0) != address:
            problem = ctypes.get_errno()
            self._native.munmap(address, self.total)
            raise OSError(problem, f"cannot map {original.path}: {os.strerror(problem)}")
        self._native.madvise(address, self.total, NO_HUGE_PAGES)  # a refusal only means there are none
        return int(address)

    def _begin(self) -> None:
        opened = self._native.open()
        self.database = opened.database
        self._handle = opened.handle
        self._native.run_over(self._handle, self.address, self.total)
        self.database.execute(f"PRAGMA mmap_size={self.total}").fetchall()
        settle(self.database, self._original)
        self._read_header()
        self._file = self._native.file_of(self._handle)
        self._release = weakref.finalize(self, _release, self.database, self.address, self.total)
        self._release.atexit = False  # a thread may still be at work in it when the interpreter leaves

    def _read_header(self) -> None:
        self.database.execute("PRAGMA schema_version").fetchone()

    def show(self, pages: Pages) -> None:
        """Drop the private pages, so that the snapshot shows through, and copy these in."""
        self._original.check_intact()
        if self._native.madvise(self.address, self.total, DONT_NEED):
            raise OSError(ctypes.get_errno(), "madvise failed")
        if self._file.size() != self.total:
            self._renew()
        # SQLite must see the snapshot's change counter between two episodes: if theirs happen to be equal, it would
        # answer the second one with pages it had kept from the first.
        self._read_header()
        address, copy = self.address, ctypes.memmove
        for number, page in pages.items():
            copy(address + number * PAGE, page, PAGE)

    def _renew(self) -> None:
        """Take a new connection: an episode had SQLite truncate the file, and a longer one would be malformed."""
        self._release.detach()
        self.database.end()
        self._begin()

    def changed(self, known: Pages) -> Pages:
        """Copy out what the kernel says was written, as far as it differs."""
        self._original.check_intact()
        first = ctypes.string_at(self.address, PAGE)
        if first == (known[0] if 0 in known else self._original.page(0)):
            return known  # every commit counts itself up in the first page, so nothing was committed
        flags = PAGEMAP.flags(self.address, page_count(first))
        keeps, address = self._original.keeps, self.address
        found: dict[int, bytes] = {}
        number = flags.find(1)
        while number >= 0:
            page = ctypes.string_at(address + number * PAGE, PAGE)
            before = known.get(number)
            if before == page:
                found[number] = before
            elif not keeps(number, page):
                found[number] = page
            number = flags.find(1, number + 1)
        return found

    def busy(self) -> bool:
        """One question to SQLite: open cursors and blobs hold read transactions."""
        return bool(self._native.txn_state(self._handle, None) != NO_TRANSACTION)

    def end(self) -> None:
        """Close the connection, then unmap; that order, or SQLite ends the process."""
        self._release()

    def quarantine(self) -> None:
        """Close the connection, but leave the mapping: an open cursor may still read it."""
        self._release.detach()
        self.database.end()
        self._native.madvise(self.address, self.total, DONT_NEED)
        _QUARANTINE.append(self.database)


def _release(database: KeptConnection, address: int, total: int) -> None:
    database.end()
    native().munmap(address, total)


class Copied:
    """A plain copy of the snapshot in SQLite's own memory: right everywhere, at the cost of the whole database."""

    def __init__(self, original: Original) -> None:
        self._original = original
        self._open()
        self._load({})

    def _open(self) -> None:
        self.database = connect()
        self._release = weakref.finalize(self, self.database.end)
        self._release.atexit = False

    def _load(self, pages: Pages) -> None:
        self._original.check_intact()
        self.database.deserialize(self._original.image(pages))
        settle(self.database, self._original)

    def show(self, pages: Pages) -> None:
        """Load a whole new copy, in a connection of its own.

        A second deserialize() frees the schema that a table-valued function such as json_each still points to: the
        next use of it ends the process (seen with SQLite 3.40).
        """
        ended = self._release
        self._open()
        ended()
        self._load(pages)

    def changed(self, known: Pages) -> Pages:
        """Compare the whole copy with the snapshot."""
        self._original.check_intact()
        return self._original.differing(self.database.serialize(), known)

    def busy(self) -> bool:
        """Ask for a VACUUM that cannot be: it refuses open statements first, and its impossible target second."""
        if self.database.in_transaction:
            return True
        try:
            self.database.execute("VACUUM INTO 0")
        except sqlite3.OperationalError as refusal:
            return "in progress" in str(refusal)
        raise AssertionError("VACUUM INTO took a number for a file name")

    def end(self) -> None:
        """Close the connection; its memory goes with it."""
        self.database.end()

    def quarantine(self) -> None:
        """Close the connection; SQLite keeps the memory as long as a cursor needs it."""
        self.database.end()


def supports_mapping(original: Original) -> str:
    """Try a mapping out in full; the empty string, or why it does not do here."""
    try:
        place = Mapped(original)
        place.database.execute("CREATE TABLE probe(id INTEGER PRIMARY KEY, note TEXT) STRICT")
        place.database.execute("INSERT INTO probe VALUES (1, 'kept')")
        pages = place.changed({})
        place.show({})
        empty = place.changed({})
        place.show(pages)
        row = place.database.execute("SELECT note FROM probe").fetchone()
        idle = place.busy()
        place.end()
    except Exception as problem:  # noqa: BLE001 - whatever fails here, the copy does the same work
        return f"{type(problem).__name__}: {problem}"
    if not pages or empty or row != ("kept",) or idle:
        return f"a trial fork went wrong on {sys.platform}"
    return ""
