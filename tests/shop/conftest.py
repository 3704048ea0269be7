"""The tiny shop, and records of the small one, as fixtures."""

from collections.abc import Iterator

import pytest
from office_cases import Cases
from tiny_shop import Shop, opened_shop

import worlds


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop with a few goods, two locations and two customers, in memory."""
    with opened_shop() as tiny:
        yield tiny


@pytest.fixture(scope="module")
def cases() -> Iterator[Cases]:
    """Records of the small shop on which the office's pages can be tried."""
    with worlds.open("shop", role="admin") as episode:
        found = Cases(episode)
        assert found.paths
        yield found
