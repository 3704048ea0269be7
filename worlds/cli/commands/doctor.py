"""`worlds doctor`: what this machine offers, and what it lacks."""

import os
import platform
import sqlite3
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from worlds.cli.failures import SURROUNDINGS
from worlds.cli.output import as_json, print_json, print_table, size_of
from worlds.engine.surfaces.browsing.chromium import BrowserMissing, find_chromium
from worlds.engine.world import PATH_VARIABLE, discover
from worlds.seeds.forks import fork_mode
from worlds.seeds.snapshots import SnapshotStore


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report; `well` is False where something is lacking that the product needs."""

    what: str
    found: str
    well: bool = True


@click.command("doctor")
@as_json
def command(as_json: bool) -> None:
    """Print fork mode, SQLite, browser, snapshots and worlds found; exit code 3 if something is lacking."""
    findings = examine()
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        rows = ((one.what, one.found if one.well else f"LACKING: {one.found}") for one in findings)
        print_table("What is here", ("what", "found"), rows)
    if not all(one.well for one in findings):
        sys.exit(SURROUNDINGS)


def examine() -> list[Finding]:
    """Everything that the doctor looks at."""
    mode = fork_mode()
    return [
        Finding("Python", f"{platform.python_version()} ({platform.python_implementation()}, {sys.executable})"),
        Finding("platform", f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"),
        Finding("SQLite", sqlite3.sqlite_version),
        Finding("fork mode", f"{mode.name}: {mode.reason}"),
        _browser(),
        _snapshots(),
        _worlds(),
    ]


def _browser() -> Finding:
    try:
        return Finding("browser", str(find_chromium()))
    except BrowserMissing as missing:
        return Finding("browser", str(missing), well=False)


def _snapshots() -> Finding:
    try:
        store = SnapshotStore()
        found = store.listed()
    except OSError as error:
        return Finding("cache folder", f"{error.filename}: {error.strerror}", well=False)
    total = sum(snapshot.bytes for snapshot in found)
    count = "1 snapshot" if len(found) == 1 else f"{len(found)} snapshots"
    return Finding("cache folder", f"{store.root}: {count}, {size_of(total)}")


def _worlds() -> Finding:
    names = ", ".join(discover()) or "none"
    path = os.environ.get(PATH_VARIABLE, "")
    lost = [entry for entry in path.split(os.pathsep) if entry and not Path(entry).expanduser().is_dir()]
    if lost:
        return Finding("worlds", f"{names}; {PATH_VARIABLE} names {', '.join(lost)}, which is no folder", well=False)
    return Finding("worlds", f"{names} ({PATH_VARIABLE}={path})")
