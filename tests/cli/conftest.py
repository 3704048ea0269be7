"""The command line as a person or a program meets it, and a world of one's own beside the fixtures."""

import json
import os
from dataclasses import dataclass
from typing import Any

import pytest

from worlds.cli import main
from worlds.new import write_world


@dataclass(frozen=True)
class Said:
    """What a command printed, and with which code it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def say(capfd):
    """Run a command line in this process."""

    def run(*words):
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        printed = capfd.readouterr()
        return Said(ended.value.code, printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """A folder of the user's with the world `office`, on WORLDS_PATH for the rest of the session."""
    folder = tmp_path_factory.mktemp("worlds")
    write_world("office", folder)
    os.environ["WORLDS_PATH"] = os.pathsep.join([os.environ["WORLDS_PATH"], str(folder)])
    return folder


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder."""
    monkeypatch.setenv("WORLDS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"
