"""What all tests share: the tiny world on WORLDS_PATH, found as a user's own world would be, and a real browser."""

import gc
import os
from pathlib import Path

import pytest

import worlds
from worlds.engine.proofs.check import seldom_collect
from worlds.engine.surfaces.browsing.chromium import find_chromium

FIXTURES = Path(__file__).parent / "fixtures"
os.environ["WORLDS_PATH"] = os.pathsep.join(  # before any test looks for worlds; subprocesses inherit it
    filter(None, [str(FIXTURES), os.environ.get("WORLDS_PATH")])
)


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
