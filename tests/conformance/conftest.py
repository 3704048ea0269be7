"""What all worlds promise is run over every world and family of tasks that is found; a new one is covered at once.

`pytest tests/conformance --worlds-path ~/my-worlds --world hr` runs it over a world of one's own.
"""

import os
from pathlib import Path

import pytest

import worlds
from worlds.engine.world import World

FIXTURES = Path(__file__).parent.parent / "fixtures"


def pytest_addoption(parser):
    parser.addoption("--worlds-path", help="a folder with worlds of your own, beside those of WORLDS_PATH")
    parser.addoption("--world", help="only the world of this name")


def pytest_configure(config):
    if further := config.getoption("--worlds-path"):
        os.environ["WORLDS_PATH"] = os.pathsep.join([os.environ.get("WORLDS_PATH", ""), further])


def under_test(config, *, fixtures: bool = False) -> list[World]:
    """Every world, with `fixtures` those as well that tests break on purpose."""
    only = config.getoption("--world", default=None)
    found = [world for world in worlds.discover().values() if fixtures or FIXTURES not in world.folder.parents]
    return [world for world in found if only in (None, world.name)]


def places(config, kind: str) -> list[tuple[World, str]]:
    """Every (world, name) of a kind: its families or roles."""
    return [(world, name) for world in under_test(config) for name in getattr(world, kind)]


def pytest_generate_tests(metafunc):
    """Run a test that asks for a `family`, a `role` or a `world` for each that there is.

    Who asks for `any_family` gets one of each world; who asks for `any_world`, every world with families, the fixtures'
    too.
    """
    asked = set(metafunc.fixturenames)
    if "any_family" in asked:
        having = [world for world in under_test(metafunc.config) if world.families]
        each(
            metafunc,
            "any_family",
            [(world, world.families[name], name) for world in having for name in [*world.families][:1]],
        )
    elif "family" in asked:
        found = places(metafunc.config, "families")
        each(metafunc, "family", [(world, world.families[name], name) for world, name in found])
    elif "role" in asked:
        each(metafunc, "role", [(world, name, name) for world, name in places(metafunc.config, "roles")])
    elif "any_world" in asked:
        found = [world for world in under_test(metafunc.config, fixtures=True) if world.families]
        metafunc.parametrize("any_world", found, ids=[world.name for world in found], scope="session")
    elif "world" in asked:
        found = under_test(metafunc.config)
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
