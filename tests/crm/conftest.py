"""The tiny CRM, and colleagues at work on the pages of the small one, as fixtures."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from relations_cases import Cases, Colleague
from tiny_crm import Crm, opened_crm

import worlds
from worlds.crm import WORLD
from worlds.engine.build import broken_rows
from worlds.engine.surfaces.pages import create_pages


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
def app() -> Flask:
    """The CRM's pages."""
    return create_pages(WORLD)


@pytest.fixture(scope="module")
def cases() -> Iterator[Cases]:
    """Records of the small CRM on which pages can be tried, some of them made for that."""
    with worlds.open("crm", role="admin") as episode:
        found = Cases(episode)
        assert found.paths
        yield found


@pytest.fixture
def colleague(app: Flask) -> Iterator[Callable[[str], Colleague]]:
    """Makes somebody of a role sit down before a fresh copy of the small CRM."""
    opened: list[Colleague] = []

    def sit(role: str) -> Colleague:
        opened.append(Colleague(app, role))
        return opened[-1]

    yield sit
    for one in opened:
        one.episode.close()
