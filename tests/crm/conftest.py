"""The tiny CRM, and records of the small one, as fixtures."""

from collections.abc import Iterator

import pytest
from relations_cases import Cases
from tiny_crm import Crm, opened_crm

import worlds
from worlds.crm import WORLD
from worlds.engine.build import broken_rows


@pytest.fixture
def crm() -> Iterator[Crm]:
    """A CRM with thirteen colleagues, two territories, five accounts, contacts, leads and deals, in memory."""
    with opened_crm() as tiny:
        yield tiny


@pytest.fixture
def lawful(crm: Crm) -> Iterator[None]:
    """Holds that every law of the world is kept once a test is through."""
    yield
    broken = {law.name: rows for law in WORLD.invariants if (rows := broken_rows(crm.db, law))}
    assert not broken


@pytest.fixture(scope="module")
def cases() -> Iterator[Cases]:
    """Records of the small CRM on which pages can be tried, some of them made for that."""
    with worlds.open("crm", role="admin") as episode:
        found = Cases(episode)
        assert found.paths
        yield found
