"""The pages of docs/reference, written from the code: each world's operations, commands, errors, failures, settings."""

from collections.abc import Mapping
from pathlib import Path

from worlds.cli.reference.commands import commands_page
from worlds.cli.reference.errors import errors_page
from worlds.cli.reference.failures import failures_page
from worlds.cli.reference.files import files_page
from worlds.cli.reference.operations import world_page
from worlds.cli.reference.settings import settings_page
from worlds.engine.world import World, discover

HOUSE = Path(__file__).parent.parent.parent
FOLDER = HOUSE.parent / "docs" / "reference"


def pages() -> Mapping[str, str]:
    """Every page by its file's name; worlds of WORLDS_PATH are their owners' matter."""
    written = {
        "commands.md": commands_page(),
        "errors.md": errors_page(),
        "failures.md": failures_page(built_in()),
        "files.md": files_page(),
        "settings.md": settings_page(),
    }
    return written | {f"{world.name}.md": world_page(world) for world in built_in()}


def built_in() -> list[World]:
    """The worlds of this package."""
    return [world for world in discover().values() if world.folder.parent == HOUSE]


def stale() -> list[str]:
    """Names of pages in docs/reference that are not what the code says, missing and superfluous ones among them."""
    wanted = pages()
    there = {path.name for path in FOLDER.glob("*.md")}
    wrong = {name for name, text in wanted.items() if name in there and _read(name) != text}
    return sorted(wrong | (wanted.keys() ^ there))


def write() -> list[str]:
    """Write what is stale anew and answer its names."""
    changed = stale()
    wanted = pages()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in changed:
        if name in wanted:
            (FOLDER / name).write_text(wanted[name], encoding="utf-8")
        else:
            (FOLDER / name).unlink()
    return changed


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
