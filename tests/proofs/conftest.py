"""The tiny world's start, its one family and an instance of it, which every proof is tried on."""

import pytest

from worlds.engine.proofs.plays import Case
from worlds.engine.start import Start
from worlds.engine.world import find

SEED = 3


@pytest.fixture(scope="session")
def start():
    return Start.of(find("tiny"), "small")


@pytest.fixture
def family(start):
    return start.world.families["recount"]


@pytest.fixture
def case(start, family):
    return Case.of(start, family, SEED)
