"""The world in which everything is said otherwise than the engine says it; it is found only where it is asked for."""

import os
from pathlib import Path

import pytest

import worlds
from worlds.engine.world import PATH_VARIABLE, find

OTHERWISE = Path(__file__).parent.parent / "fixtures" / "otherwise"


@pytest.fixture
def rolodex(monkeypatch):
    """The world of cards, beside those of the house."""
    monkeypatch.setenv(PATH_VARIABLE, os.pathsep.join([os.environ.get(PATH_VARIABLE, ""), str(OTHERWISE)]))
    return find("rolodex")


@pytest.fixture
def cards(rolodex):
    """The cards in free play, as their clerk."""
    with worlds.open("rolodex", role="clerk") as episode:
        yield episode
