"""What all worlds promise is run over every world and family of tasks that is found; a new one is covered at once."""

from pathlib import Path

import pytest

import worlds
from worlds.engine.world import World

FIXTURES = Path(__file__).parent.parent / "fixtures"


def under_test() -> list[World]:
    """Every world but those that tests break on purpose."""
    return [world for world in worlds.discover().values() if FIXTURES not in world.folder.parents]


def places(kind: str) -> list[tuple[World, str]]:
    """Every (world, name) of a kind: its families, roles or operations."""
    return [(world, name) for world in under_test() for name in getattr(world, kind)]


def pytest_generate_tests(metafunc):
    """Run a test that asks for a `family`, a `role`, an `operation` or a `world` for each that there is."""
    asked = set(metafunc.fixturenames)
    if asked & {"family", "operation"}:
        one, kind = ("family", "families") if "family" in asked else ("operation", "operations")
        each(metafunc, one, [(world, getattr(world, kind)[name], name) for world, name in places(kind)])
    elif "role" in asked:
        each(metafunc, "role", [(world, name, name) for world, name in places("roles")])
    elif "world" in asked:
        found = under_test()
        metafunc.parametrize("world", found, ids=[world.name for world in found], scope="session")


def each(metafunc, one, found):
    ids = [f"{world.name}-{name}" for world, _, name in found]
    if "world" in metafunc.fixturenames:
        metafunc.parametrize(("world", one), [(world, value) for world, value, _ in found], ids=ids, scope="session")
    else:
        metafunc.parametrize(one, [value for _, value, _ in found], ids=ids, scope="session")


@pytest.fixture
def free(world, role):
    """An episode in free play, in a role."""
    with worlds.open(world.name, role=role) as episode:
        yield episode
