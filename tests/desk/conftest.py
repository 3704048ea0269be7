"""The tiny desk as a fixture."""

from collections.abc import Iterator

import pytest
from tiny_desk import Desk, opened_desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk with two groups, six colleagues, three requesters and five tickets, in memory."""
    with opened_desk() as tiny:
        yield tiny
