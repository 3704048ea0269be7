"""The arcade: a company of two stalls of one kind, so that every table's name is there twice."""

import os
from pathlib import Path

import pytest

import worlds
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.world import PATH_VARIABLE, find

FOLDER = Path(__file__).parent.parent / "fixtures" / "joined"


@pytest.fixture(scope="package", autouse=True)
def _there():
    """Let the arcade be found; a process that a test starts finds it, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PATH_VARIABLE, os.pathsep.join([os.environ[PATH_VARIABLE], str(FOLDER)]))
        yield


@pytest.fixture(scope="package")
def arcade():
    return find("arcade")


@pytest.fixture(scope="package")
def pages(arcade):
    return create_pages(arcade)


@pytest.fixture
def owner():
    """Somebody who keeps both stalls."""
    with worlds.open("arcade", role="owner") as episode:
        yield episode


@pytest.fixture
def tenant():
    """Somebody who keeps the north stall, and only looks at the south one."""
    with worlds.open("arcade", role="tenant") as episode:
        yield episode
