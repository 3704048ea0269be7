"""Finding a browser on this machine; starting it is `host`'s matter.

In this order: the variable WORLDS_CHROMIUM, `chromium-headless-shell` and `chromium` on the path, Playwright's own.
"""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "WORLDS_CHROMIUM"
NAMES = ("chromium-headless-shell", "chromium")
PLAYWRIGHT_VARIABLE = "PLAYWRIGHT_BROWSERS_PATH"
WHAT_TO_DO = (
    "Run `playwright install --only-shell chromium`, install the system's chromium-headless-shell or chromium, "
    f"or set {VARIABLE} to a Chromium's path."
)


class BrowserMissing(RuntimeError):  # noqa: N818 - what is the matter; the message says what to do
    """There is no browser to work with."""


@dataclass(frozen=True, slots=True)
class Chromium:
    """A browser that was found. `path` is None for Playwright's own, which Playwright finds itself."""

    path: str | None
    source: str

    def __str__(self) -> str:
        return f"{self.path or 'headless shell'} ({self.source})"


def find_chromium() -> Chromium:
    """The browser to use.

    Raises:
        BrowserMissing: saying in one sentence what to do.
    """
    if named := os.environ.get(VARIABLE):
        path = shutil.which(named)
        if path is None:
            raise BrowserMissing(
                f"{VARIABLE} names {named!r}, which is no program that can be run; correct or unset it."
            )
        return Chromium(path, VARIABLE)
    for name in NAMES:
        if path := shutil.which(name):
            return Chromium(path, "on the path")
    if _playwright_has_one():
        return Chromium(None, "Playwright's own")
    raise BrowserMissing(f"No Chromium was found. {WHAT_TO_DO}")


def _playwright_has_one() -> bool:
    folder = _playwright_folder()
    kinds = ("chromium_headless_shell-*", "chromium-*")
    return any((found / "INSTALLATION_COMPLETE").is_file() for kind in kinds for found in folder.glob(kind))


def _playwright_folder() -> Path:
    named = os.environ.get(PLAYWRIGHT_VARIABLE)
    if named == "0":
        import playwright  # noqa: PLC0415 - asked for its place only, and seldom

        return Path(str(playwright.__file__)).parent / "driver" / "package" / ".local-browsers"
    if named:
        return Path(named)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ms-playwright"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home() / "AppData" / "Local"))) / "ms-playwright"
    return Path(os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))) / "ms-playwright"
