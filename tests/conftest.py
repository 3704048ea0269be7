"""What all tests share: the tiny world on WORLDS_PATH, found as a user's own world would be."""

import os
from pathlib import Path

import pytest

import worlds

FIXTURES = Path(__file__).parent / "fixtures"
os.environ["WORLDS_PATH"] = os.pathsep.join(  # before any test looks for worlds; subprocesses inherit it
    filter(None, [str(FIXTURES), os.environ.get("WORLDS_PATH")])
)


@pytest.fixture
def tiny():
    """An episode of the tiny world's one task."""
    with worlds.open("tiny/recount", seed=3) as episode:
        yield episode


@pytest.fixture
def stall():
    """The tiny world in free play, as its keeper."""
    with worlds.open("tiny", role="keeper") as episode:
        yield episode
