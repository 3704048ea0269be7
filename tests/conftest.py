"""What all tests share: the tiny world on WORLDS_PATH, found as a user's own world would be, and a real browser."""

import gc
import os
from pathlib import Path

import pytest
from colleague import Colleague, seats

import worlds
from worlds.engine.proofs.check import seldom_collect
from worlds.engine.start import Start
from worlds.engine.surfaces.browsing.chromium import find_chromium
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.world import find

FIXTURES = Path(__file__).parent / "fixtures"
os.environ["WORLDS_PATH"] = os.pathsep.join(  # before any test looks for worlds; subprocesses inherit it
    filter(None, [str(FIXTURES), os.environ.get("WORLDS_PATH")])
)


LONGEST = (
    "conformance/test_every_run.py",
    "cli/test_task_new.py",
    "crm/test_relations_accessible.py",
    "desk/test_workspace_accessible.py",
    "shop/test_office_accessible.py",
    "shop/test_store_accessible.py",
    "desk/test_help_accessible.py",
    "shop/test_variants.py",
    "engine/test_browser.py",
    "proofs/test_check.py",
    "rollouts/test_runner.py",
    "desk/test_workspace_variants.py",
    "desk/test_help_variants.py",
    "conformance/test_every_episode.py",
    "cli/test_playing.py",
    "faults/test_matrix.py",
    "proofs/test_sabotage.py",
    "server/test_stragglers.py",
    "cli/test_new.py",
    "desk/test_family_goodwill_denied.py",
    "crm/test_crm_population_medium.py",
    "docs/test_reference.py",
    "conformance/test_every_task.py",
)
"""Files of tests that take more than ten seconds or so, the longest first."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with the longest files, so that no process is left alone with one at the end; the others stay in order."""
    places = {Path(__file__).parent / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


def pytest_collection_finish():
    """Thousands of tests are there to stay: looking through them again and again for rubbish takes time from all."""
    gc.freeze()
    seldom_collect()


@pytest.fixture
def tiny():
    """An episode of the tiny world's one task."""
    with worlds.open("tiny/recount", seed=3) as episode:
        yield episode


@pytest.fixture
def stall():
    """The tiny world in free play, as its keeper."""
    with worlds.open("tiny", role="keeper") as episode:
        yield episode


@pytest.fixture(scope="module")
def start(request):
    """Where the family that a module tests (`FAMILY`, of the world that its folder is named after) begins."""
    return Start.of(find(request.path.parent.name), request.module.FAMILY.population)


@pytest.fixture(scope="module")
def app(request):
    """The pages of the world that a module's folder is named after."""
    return create_pages(find(request.path.parent.name))


@pytest.fixture
def colleague(request, app):
    """Makes somebody of a role sit down before those pages, on a fresh copy of the small world."""
    with seats(lambda role: Colleague(app, worlds.open(request.path.parent.name, role=role))) as seat:
        yield seat


@pytest.fixture(scope="module")
def made(request):
    """What the `population()` of a module makes: a database and the sealed truth."""
    connection, truth = request.module.population()
    yield connection, truth
    connection.close()


@pytest.fixture(scope="module")
def ask(made):
    """Answers all rows of a query about that population."""
    connection, _ = made
    return lambda sql, *values: connection.execute(sql, values).fetchall()


@pytest.fixture(scope="module")
def browser():
    """One browser for all pages of a module."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - most tests need none

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=find_chromium().path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser):
    """An empty page of a context of its own."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()
