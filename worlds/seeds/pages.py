"""A snapshot's file and the pages that differ from it: reading, checking, comparing; nothing here runs SQL."""

import mmap
import os
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from worlds.seeds.errors import SnapshotDamaged

PAGE = 4096
HEADROOM = 256 << 20
"""Bytes by which an episode may outgrow its snapshot; they cost address space only, until used."""

MEMORY_CEILING = 1 << 30
"""SQLite's own default limit of a database held in memory (SQLITE_CONFIG_MEMDB_MAXSIZE)."""

CHUNK = 64 * PAGE

Pages = Mapping[int, bytes]
"""Whole pages by number from 0, as they stand after what an episode changed; never altered once made."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What tells one file from another, and from itself after a change in place."""

    device: int
    inode: int
    size: int
    modified_ns: int

    @classmethod
    def of(cls, file: Path | int) -> "FileStamp":
        """The stamp of a file, by its path or descriptor."""
        state = os.stat(file)  # noqa: PTH116 - of a path or an open file alike
        return cls(state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)


class Original:
    """A snapshot's file, held open: it may be unlinked or replaced meanwhile, but not changed in place."""

    __slots__ = ("__weakref__", "_modified_ns", "_view", "descriptor", "pages", "path", "size", "stamp")

    def __init__(self, path: Path) -> None:
        """Open and check a file; FileNotFoundError, or SnapshotDamaged if it is no whole database."""
        self.path = path
        self.descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        weakref.finalize(self, os.close, self.descriptor)
        self.stamp = FileStamp.of(self.descriptor)
        self._modified_ns = self.stamp.modified_ns
        self.size = self.stamp.size
        self.pages = self.size // PAGE
        if self.size < PAGE:
            raise SnapshotDamaged(f"{path} holds {self.size} bytes; a snapshot has {PAGE} or more.")
        self._view = mmap.mmap(self.descriptor, self.size, access=mmap.ACCESS_READ)
        check_header(path, self._view[:100], self.size)

    def check_intact(self) -> None:
        """Raise SnapshotDamaged if the file was changed in place; reading on might end the process."""
        state = os.fstat(self.descriptor)
        if state.st_size != self.size or state.st_mtime_ns != self._modified_ns:
            raise SnapshotDamaged(
                f"{self.path} was changed in place while it was in use (it had {self.size} bytes and has "
                f"{state.st_size}). Snapshots are replaced by renaming, never rewritten; build it again.",
            )

    def page(self, number: int) -> bytes:
        """One page as the snapshot has it."""
        return self._view[number * PAGE : (number + 1) * PAGE]

    def image(self, pages: Pages) -> bytes:
        """The whole database file: the snapshot with these pages over it."""
        self.check_intact()
        count = page_count(pages[0]) if 0 in pages else self.pages
        parts: list[bytes] = []
        start = 0
        for number in sorted(number for number in pages if number < count):
            parts += (self._run(start, number), pages[number])
            start = number + 1
        parts.append(self._run(start, count))
        return b"".join(parts)

    def _run(self, start: int, end: int) -> bytes:
        """Neighbouring pages as they were; zeros beyond the snapshot, where SQLite gave pages out but wrote none."""
        kept = self._view[start * PAGE : end * PAGE]
        return kept + bytes((end - start) * PAGE - len(kept)) if len(kept) < (end - start) * PAGE else kept

    def differing(self, image: bytes, known: Pages) -> dict[int, bytes]:
        """The pages of an image that differ from the snapshot; those equal to `known` are shared with it."""
        found: dict[int, bytes] = {}
        for start in range(0, len(image), CHUNK):
            end = min(start + CHUNK, len(image))
            if end <= self.size and image[start:end] == self._view[start:end]:
                continue
            for number in range(start // PAGE, end // PAGE):
                page = image[number * PAGE : (number + 1) * PAGE]
                if self.keeps(number, page):
                    continue
                before = known.get(number)
                found[number] = before if before == page else page
        return found

    def keeps(self, number: int, page: bytes) -> bool:
        """Whether the snapshot has this very page at this place."""
        return number < self.pages and self.page(number) == page


def page_count(first_page: bytes) -> int:
    """The number of pages that a database's first page claims."""
    return int.from_bytes(first_page[28:32], "big")


def ceiling_pages(size: int) -> int:
    """How many pages an episode may have over a snapshot of `size` bytes, the same in every fork mode."""
    return max(min(size + HEADROOM, MEMORY_CEILING), size + PAGE) // PAGE


def check_header(path: Path, head: bytes, size: int) -> None:
    """Raise SnapshotDamaged unless these 100 bytes begin a whole, settled database of `size` bytes.

    The fields are those of https://www.sqlite.org/fileformat2.html#the_database_header.
    """
    wrong = ""
    if head[:16] != b"SQLite format 3\0":
        wrong = "is not an SQLite database"
    elif int.from_bytes(head[16:18], "big") != PAGE:
        wrong = f"does not use pages of {PAGE} bytes"
    elif head[18:20] != b"\x01\x01":
        wrong = "uses a write-ahead log"
    elif head[24:28] != head[92:96]:
        wrong = "has a page count that was not kept up to date"
    elif page_count(head) * PAGE != size:
        wrong = f"should hold {page_count(head) * PAGE} bytes and holds {size}"
    if wrong:
        raise SnapshotDamaged(f"{path} {wrong}.")
