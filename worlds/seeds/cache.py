"""Where files that can be built again are kept, and how they are written: whole or not at all."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


def cache_folder() -> Path:
    """WORLDS_CACHE, or "workworlds" in the user's cache directory; it need not exist yet."""
    chosen = os.environ.get("WORLDS_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "workworlds" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "workworlds"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "workworlds"


def sync_and_rename(written: Path, target: Path) -> None:
    """Put a complete file in its place, so that a reader or a power cut meets the old one or the new one."""
    with written.open("rb+") as file:
        os.fsync(file.fileno())
    written.replace(target)
    if sys.platform != "win32":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def write_whole(target: Path, content: bytes) -> None:
    """Write a file under a temporary name and put it in its place."""
    written = temporary(target)
    try:
        written.write_bytes(content)
        sync_and_rename(written, target)
    finally:
        written.unlink(missing_ok=True)


def temporary(target: Path) -> Path:
    """A name beside the target that no other process uses, and no reader takes for a result."""
    return target.with_name(f".{target.name}.{os.getpid()}.part")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock that is shared by threads and processes; waits. The file stays, empty."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)  # the lock goes with it
