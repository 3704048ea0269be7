"""The tiny desk, and people before the pages of the small one, as fixtures."""

from collections.abc import Callable, Iterator

import pytest
from colleague import Colleague, seats, sit
from flask import Flask
from tiny_desk import Desk, opened_desk
from workspace_cases import Cases

import worlds


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk with two groups, six colleagues, three requesters and five tickets, in memory."""
    with opened_desk() as tiny:
        yield tiny


@pytest.fixture(scope="module")
def cases() -> Iterator[Cases]:
    """Records of the small desk on which pages can be tried."""
    with worlds.open("desk", role="admin") as episode:
        found = Cases(episode)
        assert found.paths
        yield found


@pytest.fixture
def requester(app: Flask) -> Iterator[Callable[..., Colleague]]:
    """Makes somebody who asks sit down before a fresh copy of the small desk, by their id."""

    def somebody(person: int, role: str = "requester") -> Colleague:
        return Colleague(app, sit(worlds.open("desk", role=role), role, person))

    with seats(somebody) as seat:
        yield seat
