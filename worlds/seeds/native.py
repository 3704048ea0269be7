"""The calls into libc and SQLite that Python does not offer, found once a process."""

import ctypes
import functools
import mmap
import os
import sqlite3
import sys
import threading
from dataclasses import dataclass
from typing import Any

from worlds.seeds.pages import PAGE

ANYWHERE = None
READ_WRITE = 0x1 | 0x2
PRIVATE, FIXED, ANONYMOUS, NO_RESERVE = 0x02, 0x10, 0x20, 0x4000
DONT_NEED, NO_HUGE_PAGES = 4, 15
FILE_POINTER = 7  # SQLITE_FCNTL_FILE_POINTER
NO_TRANSACTION = 0  # SQLITE_TXN_NONE


class NativeUnsupportedError(Exception):
    """This platform or interpreter cannot run databases over private mappings; the text says why."""


class KeptConnection(sqlite3.Connection):
    """A connection that lives as long as its slot: the wrappers that close it close nothing."""

    ended = False

    def close(self) -> None:
        """Do nothing; `end` closes."""

    def rollback(self) -> None:
        """Roll back; a wrapper that outlived the connection finds nothing to do."""
        if not self.ended:
            super().rollback()

    def end(self) -> None:
        """Close in earnest."""
        self.ended = True
        super().close()


def connect() -> KeptConnection:
    """A new connection to an empty database in memory, without implicit transactions, for any one thread at a time."""
    return sqlite3.connect(
        ":memory:",
        check_same_thread=False,
        isolation_level=None,
        cached_statements=512,
        factory=KeptConnection,
    )


class _FileMethods(ctypes.Structure):
    """The head of `sqlite3_io_methods`, a public structure."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("close", ctypes.c_void_p),
        ("read", ctypes.c_void_p),
        ("write", ctypes.c_void_p),
        ("truncate", ctypes.c_void_p),
        ("sync", ctypes.c_void_p),
        ("file_size", ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_int64))),
    )


class _File(ctypes.Structure):
    """`sqlite3_file`, a public structure."""

    _fields_ = (("methods", ctypes.POINTER(_FileMethods)),)


@dataclass(frozen=True, slots=True)
class OpenedConnection:
    """A connection, and the `sqlite3*` behind it."""

    database: KeptConnection
    handle: int


class Native:
    """The loaded functions.

    They keep the interpreter's lock, for each is over in microseconds and giving the lock away costs more. That is
    safe for SQLite's calls because a connection is never used by two threads at once.
    """

    def __init__(self) -> None:
        if sys.platform != "linux":
            raise NativeUnsupportedError(f"{sys.platform} has no /proc/self/pagemap")
        if mmap.PAGESIZE != PAGE:
            raise NativeUnsupportedError(f"the system's memory pages have {mmap.PAGESIZE} bytes, not {PAGE}")
        try:
            self._load()
        except (AttributeError, ImportError, OSError) as problem:
            raise NativeUnsupportedError(f"the interpreter's SQLite cannot be reached ({problem})") from problem
        self._lock = threading.Lock()
        self._seen = threading.local()
        self._extension = _EXTENSION(self._note_handle)  # kept for life: another thread may be just calling it

    def _load(self) -> None:
        import _sqlite3  # noqa: PLC0415 - private to CPython; another interpreter says so here

        libc = ctypes.PyDLL(None, use_errno=True)
        sqlite = ctypes.PyDLL(getattr(_sqlite3, "__file__", None))
        size, pointer, number = ctypes.c_size_t, ctypes.c_void_p, ctypes.c_int
        self.mmap = _declare(libc.mmap, pointer, pointer, size, number, number, number, ctypes.c_long)
        self.munmap = _declare(libc.munmap, number, pointer, size)
        self.madvise = _declare(libc.madvise, number, pointer, size, number)
        self.txn_state = _declare(sqlite.sqlite3_txn_state, number, pointer, ctypes.c_char_p)
        self._file_control = _declare(sqlite.sqlite3_file_control, number, pointer, ctypes.c_char_p, number, pointer)
        self._deserialize = _declare(
            sqlite.sqlite3_deserialize,
            number,
            pointer,
            ctypes.c_char_p,
            pointer,
            ctypes.c_int64,
            ctypes.c_int64,
            ctypes.c_uint,
        )
        self._auto_extension = _declare(sqlite.sqlite3_auto_extension, number, pointer)
        self._cancel_auto_extension = _declare(sqlite.sqlite3_cancel_auto_extension, number, pointer)

    def _note_handle(self, handle: int, _message: int, _routines: int) -> int:
        self._seen.handle = handle
        return 0

    def open(self) -> OpenedConnection:
        """Open a connection and learn its handle, by asking SQLite to announce the connections it opens."""
        with self._lock:
            self._seen.handle = None
            self._auto_extension(self._extension)
            try:
                database = connect()
            finally:
                self._cancel_auto_extension(self._extension)
        handle = self._seen.handle
        if handle is None:
            database.end()
            raise NativeUnsupportedError("the SQLite library that was found is not the interpreter's own")
        return OpenedConnection(database, handle)

    def run_over(self, handle: int, address: int, total: int) -> None:
        """Make a connection's main database the memory at `address`, which it never frees nor moves.

        The whole mapping counts as the file's size, so that a longer database may take a shorter one's place.
        """
        code = self._deserialize(handle, b"main", address, total, total, 0)
        if code:
            raise sqlite3.OperationalError(f"sqlite3_deserialize answered {code}")

    def file_of(self, handle: int) -> "DatabaseFile":
        """The open file of a connection's main database."""
        pointer = ctypes.c_void_p()
        code = self._file_control(handle, b"main", FILE_POINTER, ctypes.addressof(pointer))
        if code or not pointer.value:
            raise sqlite3.OperationalError(f"sqlite3_file_control answered {code}")
        return DatabaseFile(pointer.value)


class DatabaseFile:
    """SQLite's own idea of a database file."""

    __slots__ = ("_address", "_measure", "_size", "_target")

    def __init__(self, address: int) -> None:
        self._address = address
        self._measure = _File.from_address(address).methods.contents.file_size
        self._size = ctypes.c_int64()
        self._target = ctypes.byref(self._size)

    def size(self) -> int:
        """Bytes."""
        if self._measure(self._address, self._target):
            raise sqlite3.OperationalError("SQLite cannot tell the size of its file")
        return self._size.value


_EXTENSION = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)


def _declare(function: Any, result: Any, *arguments: Any) -> Any:
    function.restype, function.argtypes = result, arguments
    return function


@functools.cache
def native() -> Native:
    """The functions of this process; NativeUnsupportedError where there are none."""
    return Native()


class Pagemap:
    """Which pages of this process are private copies, by `/proc/self/pagemap`; reopened after a fork of the process."""

    def __init__(self) -> None:
        self._process = 0
        self._descriptor = -1

    def flags(self, address: int, pages: int) -> bytes:
        """A byte a page: 1 where the page was written and is this process's own, else 0."""
        if self._process != os.getpid():
            self._descriptor = os.open("/proc/self/pagemap", os.O_RDONLY | os.O_CLOEXEC)
            self._process = os.getpid()
        raw = os.pread(self._descriptor, pages * 8, address // PAGE * 8)
        if len(raw) != pages * 8:
            raise OSError(f"/proc/self/pagemap answered {len(raw)} bytes of {pages * 8}")
        return raw[7::8].translate(_PRIVATE)


# The last byte of an entry: bit 7 present, bit 6 swapped out, bit 5 a page of a file (that is: not yet written).
_PRIVATE = bytes(int(bool(byte & 0xC0) and not byte & 0x20) for byte in range(256))

PAGEMAP = Pagemap()
