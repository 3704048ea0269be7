"""The tiny shop as a fixture."""

from collections.abc import Iterator

import pytest
from tiny_shop import Shop, opened_shop


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop with a few goods, two locations and two customers, in memory."""
    with opened_shop() as tiny:
        yield tiny
