"""The tiny desk, and colleagues in the workspace of the small one, as fixtures."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from help_cases import Requester
from tiny_desk import Desk, opened_desk
from workspace_cases import Cases, Colleague

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
def colleague(app: Flask) -> Iterator[Callable[[str], Colleague]]:
    """Makes somebody of a role sit down before a fresh copy of the small desk."""
    opened: list[Colleague] = []

    def sit(role: str) -> Colleague:
        opened.append(Colleague(app, role))
        return opened[-1]

    yield sit
    for one in opened:
        one.episode.close()


@pytest.fixture
def requester(app: Flask) -> Iterator[Callable[..., Requester]]:
    """Makes somebody who asks sit down before a fresh copy of the small desk."""
    opened: list[Requester] = []

    def sit(person: int, role: str = "requester") -> Requester:
        opened.append(Requester(app, person, role))
        return opened[-1]

    yield sit
    for one in opened:
        one.episode.close()
