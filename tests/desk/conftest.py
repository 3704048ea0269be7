"""The tiny desk, and colleagues in the workspace of the small one, as fixtures."""

from collections.abc import Callable, Iterator

import pytest
from colleague import Colleague, seats, sit
from flask import Flask
from tiny_desk import Desk, opened_desk
from workspace_cases import Cases

import worlds
from worlds.desk import WORLD
from worlds.engine.surfaces.pages import create_pages


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk with two groups, six colleagues, three requesters and five tickets, in memory."""
    with opened_desk() as tiny:
        yield tiny


@pytest.fixture(scope="module")
def app() -> Flask:
    """The desk's pages."""
    return create_pages(WORLD)


@pytest.fixture(scope="module")
def cases() -> Iterator[Cases]:
    """Records of the small desk on which pages can be tried."""
    with worlds.open("desk", role="admin") as episode:
        found = Cases(episode)
        assert found.paths
        yield found


@pytest.fixture
def colleague(app: Flask) -> Iterator[Callable[..., Colleague]]:
    """Makes somebody of a role sit down before a fresh copy of the small desk."""
    with seats(lambda role: Colleague(app, worlds.open("desk", role=role))) as seat:
        yield seat


@pytest.fixture
def requester(app: Flask) -> Iterator[Callable[..., Colleague]]:
    """Makes somebody who asks sit down before a fresh copy of the small desk, by their id."""

    def somebody(person: int, role: str = "requester") -> Colleague:
        return Colleague(app, sit(worlds.open("desk", role=role), role, person))

    with seats(somebody) as seat:
        yield seat
