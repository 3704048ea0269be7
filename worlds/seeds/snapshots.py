"""The store of snapshots: built once by content key, saved by name, checked by fingerprint; never rewritten in place.

A snapshot is three files: the database, the sealed truth (which no episode opens), and a manifest, whose renaming into
place is the moment at which the snapshot exists. Database files are named by their content, so a replaced snapshot
gets a new file and forks of the old one go on undisturbed.
"""

import hashlib
import json
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from worlds.seeds.cache import cache_folder, locked, sync_and_rename, temporary, write_whole
from worlds.seeds.errors import SnapshotDamaged, SnapshotUnknown
from worlds.seeds.pages import PAGE, FileStamp, check_header

Report = Callable[[str, float], None]
"""Told what is being built, and how far it is, from 0 to 1."""

Build = Callable[[sqlite3.Connection, Report], object | None]
"""Fills an empty database; answers the sealed truth, as JSON can hold it."""

NAME = re.compile(r"[a-z0-9-]{1,64}")
MANIFEST = ".manifest.json"
KEPT_BUILDS = 3
"""Builds of one name, for other versions of the code, that stay beside the one just made."""

BUILT, SAVED = "built", "saved"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A database that forks are made of. `hash` is the SHA-256 of its file, `bytes` its size."""

    name: str
    key: str
    path: Path
    hash: str
    bytes: int
    kind: Literal["built", "saved"]
    meta: dict[str, Any] = field(default_factory=dict, hash=False)
    truth_path: Path | None = None
    truth_hash: str | None = None

    def truth(self) -> Any:
        """What only the judge may know, as `build` answered it; None if there is none."""
        return None if self.truth_path is None else json.loads(self.truth_path.read_bytes())


class SnapshotStore:
    """Snapshots in a folder. Several processes may use one store at once."""

    def __init__(self, root: Path | None = None) -> None:
        """`root` is the cache folder by default."""
        self.root = Path(root) if root is not None else cache_folder() / "snapshots"
        self._verified: set[FileStamp] = set()
        for kind in (BUILT, SAVED):
            (self.root / kind).mkdir(parents=True, exist_ok=True)

    def ensure(
        self,
        name: str,
        key: str,
        build: Build,
        progress: Report | None = None,
        say: Callable[[str], None] | None = None,
    ) -> Snapshot:
        """The snapshot for a key, built if it is not there or not whole; `say` is told why one is built again.

        `key` must change whenever `build` would. What `build` raises comes through, and leaves nothing behind.
        """
        check_name(name)
        manifest = self._manifest(BUILT, f"{name}-{_digest(key.encode())[:16]}")
        with locked(self._lock(name)):
            found, why = self._try(manifest, key)
            if found is not None:
                manifest.touch()  # the order of use, by which old builds go
                return found
            if why and say is not None:
                say(f"Snapshot {name} is built again: {why}.")
            return self._build(name, key, manifest, build, progress or _ignore)

    def save(
        self,
        name: str,
        image: bytes,
        meta: dict[str, Any] | None = None,
        truth_path: Path | None = None,
        *,
        replace: bool = False,
    ) -> Snapshot:
        """Keep a fork's image under a name of the user's choice; ValueError if the name is taken or no name."""
        check_name(name)
        manifest = self._manifest(SAVED, name)
        with locked(self._lock(name)):
            if any(snapshot.name == name for snapshot in self._all(BUILT)):
                raise ValueError(f"{name} is the name of a built snapshot. Choose another one.")
            if manifest.exists() and not replace:
                raise ValueError(f"There is a snapshot {name} already. Remove it first, or ask for it to be replaced.")
            written = temporary(manifest)
            try:
                written.write_bytes(image)
                check_header(written, image[:100], len(image))
                truth = None if truth_path is None else truth_path.read_bytes()
                return self._commit(manifest, written, Content(name, "", SAVED, meta or {}, truth))
            finally:
                written.unlink(missing_ok=True)

    def named(self, name: str) -> Snapshot:
        """The snapshot saved under a name; SnapshotUnknown if there is none, SnapshotDamaged if it is not whole."""
        check_name(name)
        found, why = self._try(self._manifest(SAVED, name), None)
        if found is None and why:
            raise SnapshotDamaged(f"Snapshot {name} cannot be used: {why}. Remove it and save it again.")
        if found is None:
            raise SnapshotUnknown(f"No snapshot is saved as {name}.")
        return found

    def listed(self) -> list[Snapshot]:
        """Every snapshot, built and saved, sorted by kind, name and key; not verified."""
        found = [*self._all(BUILT), *self._all(SAVED)]
        return sorted(found, key=lambda snapshot: (snapshot.kind, snapshot.name, snapshot.key))

    def remove(self, name: str) -> None:
        """Remove what is saved under a name, or every build of it; forks that are open go on."""
        check_name(name)
        with locked(self._lock(name)):
            gone = [
                (manifest, snapshot)
                for kind in (BUILT, SAVED)
                for manifest, snapshot in self._manifests(kind)
                if snapshot.name == name
            ]
            if not gone:
                raise SnapshotUnknown(f"There is no snapshot {name}.")
            for manifest, snapshot in gone:
                _discard(manifest, snapshot)

    def _build(self, name: str, key: str, manifest: Path, build: Build, report: Report) -> Snapshot:
        written = temporary(manifest)
        for left in manifest.parent.glob(f".{name}-*.part"):
            left.unlink(missing_ok=True)  # by a build that was cut off: the lock on the name is ours
        try:
            with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
                database.execute(f"PRAGMA page_size={PAGE}")
                truth = build(database, report)
                if database.in_transaction:
                    database.execute("COMMIT")
                # Not VACUUM INTO: it fills every page of an index to the brim, and then each insertion that an
                # episode makes splits a page, which costs it four pages of its own instead of one.
                written.write_bytes(database.serialize())
            sealed = None if truth is None else _json(truth)
            snapshot = self._commit(manifest, written, Content(name, key, BUILT, {}, sealed))
        finally:
            written.unlink(missing_ok=True)
        self._forget_old_builds(name)
        return snapshot

    def _commit(self, manifest: Path, written: Path, content: "Content") -> Snapshot:
        """Put the files in place, the manifest last, and remove those it named before."""
        before = self._read(manifest)
        fingerprint = _fingerprint(written)
        stem = manifest.name.removesuffix(MANIFEST)
        path = manifest.with_name(f"{stem}-{fingerprint[:24]}.sqlite")
        sealed = None if content.truth is None else _digest(content.truth)
        truth_path = None if sealed is None else manifest.with_name(f"{path.stem}-{sealed[:16]}.truth.json")
        size = written.stat().st_size
        sync_and_rename(written, path)
        if sys.platform != "win32":
            path.chmod(0o444)  # nobody writes to it again
        if truth_path is not None and content.truth is not None:
            write_whole(truth_path, content.truth)
        fields = {
            "name": content.name,
            "key": content.key,
            "kind": content.kind,
            "file": path.name,
            "sha256": fingerprint,
            "bytes": size,
            "truth": truth_path and truth_path.name,
            "truth_sha256": sealed,
            "meta": content.meta,
        }
        write_whole(manifest, _json(fields))
        self._verified.add(FileStamp.of(path))
        made = _snapshot(manifest, fields)
        if before is not None:
            _unlink({before.path, before.truth_path} - {made.path, made.truth_path})
        return made

    def _try(self, manifest: Path, key: str | None) -> tuple[Snapshot | None, str]:
        """A snapshot that can be used, or why not; with no reason if there simply is none."""
        if not manifest.exists():
            return None, ""
        snapshot = self._read(manifest)
        if snapshot is None:
            return None, f"its manifest {manifest} cannot be read"
        if key is not None and snapshot.key != key:
            return None, "it was built for another version of the world"
        why = self._damage(snapshot)
        return (None, why) if why else (snapshot, "")

    def _damage(self, snapshot: Snapshot) -> str:
        if not snapshot.path.exists():
            return f"its file {snapshot.path} is gone"
        if snapshot.path.stat().st_size != snapshot.bytes:
            return f"its file has {snapshot.path.stat().st_size} bytes instead of {snapshot.bytes}"
        if not self._matches(snapshot.path, snapshot.hash):
            return "its file does not match its fingerprint"
        truth = snapshot.truth_path
        if truth is not None and not (truth.exists() and self._matches(truth, snapshot.truth_hash)):
            return "its sealed truth is gone or was changed"
        return ""

    def _matches(self, path: Path, fingerprint: str | None) -> bool:
        """Whether a file is what its manifest says; read once a process, then only looked at."""
        stamp = FileStamp.of(path)
        if stamp not in self._verified and _fingerprint(path) == fingerprint:
            self._verified.add(stamp)
        return stamp in self._verified

    def is_whole(self, snapshot: Snapshot) -> bool:
        """Whether its files are there as they were when this process verified them; costs a look at each."""
        return not self._damage(snapshot)

    def _forget_old_builds(self, name: str) -> None:
        builds = [pair for pair in self._manifests(BUILT) if pair[1].name == name]
        builds.sort(key=lambda pair: (pair[0].stat().st_mtime_ns, pair[0].name), reverse=True)
        for manifest, snapshot in builds[1 + KEPT_BUILDS :]:
            _discard(manifest, snapshot)

    def _manifest(self, kind: str, stem: str) -> Path:
        return self.root / kind / f"{stem}{MANIFEST}"

    def _lock(self, name: str) -> Path:
        return self.root / f".{name}.lock"

    def _all(self, kind: str) -> list[Snapshot]:
        return [snapshot for _, snapshot in self._manifests(kind)]

    def _manifests(self, kind: str) -> Iterator[tuple[Path, Snapshot]]:
        for manifest in sorted((self.root / kind).glob(f"*{MANIFEST}")):
            snapshot = self._read(manifest)
            if snapshot is not None:
                yield manifest, snapshot

    def _read(self, manifest: Path) -> Snapshot | None:
        try:
            return _snapshot(manifest, json.loads(manifest.read_bytes()))
        except (OSError, ValueError, KeyError, TypeError):
            return None


@dataclass(frozen=True, slots=True)
class Content:
    """What a snapshot is, beside its database."""

    name: str
    key: str
    kind: str
    meta: dict[str, Any]
    truth: bytes | None


def check_name(name: str) -> None:
    """Raise ValueError unless a snapshot may have this name."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a snapshot: use 1 to 64 of a-z, 0-9 and hyphens.")


def _snapshot(manifest: Path, fields: dict[str, Any]) -> Snapshot:
    truth = fields["truth"]
    return Snapshot(
        name=fields["name"],
        key=fields["key"],
        path=manifest.with_name(fields["file"]),
        hash=fields["sha256"],
        bytes=fields["bytes"],
        kind=fields["kind"],
        meta=fields["meta"],
        truth_path=None if truth is None else manifest.with_name(truth),
        truth_hash=fields["truth_sha256"],
    )


def _discard(manifest: Path, snapshot: Snapshot) -> None:
    manifest.unlink(missing_ok=True)
    _unlink({snapshot.path, snapshot.truth_path})


def _unlink(paths: set[Path | None]) -> None:
    for path in paths:
        if path is not None:
            path.unlink(missing_ok=True)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _fingerprint(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _ignore(_what: str, _share: float) -> None:
    """Report to nobody."""
