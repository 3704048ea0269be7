"""The tiny shop, and colleagues in the office of the small one, as fixtures."""

from collections.abc import Callable, Iterator

import pytest
from colleague import Colleague, seats
from flask import Flask
from office_cases import Cases
from tiny_shop import Shop, opened_shop

import worlds
from worlds.engine.surfaces.pages import create_pages
from worlds.shop import WORLD


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop with a few goods, two locations and two customers, in memory."""
    with opened_shop() as tiny:
        yield tiny


@pytest.fixture(scope="module")
def app() -> Flask:
    """The shop's pages."""
    return create_pages(WORLD)


@pytest.fixture(scope="module")
def cases() -> Iterator[Cases]:
    """Records of the small shop on which the office's pages can be tried."""
    with worlds.open("shop", role="admin") as episode:
        found = Cases(episode)
        assert found.paths
        yield found


@pytest.fixture
def colleague(app: Flask) -> Iterator[Callable[..., Colleague]]:
    """Makes somebody of a role sit down before a fresh copy of the small shop."""
    with seats(lambda role: Colleague(app, worlds.open("shop", role=role))) as seat:
        yield seat
