"""The tiny shop, and a browser for the real one's pages, as fixtures."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import sync_playwright
from tiny_shop import Shop, opened_shop

from worlds.engine.surfaces.browsing.chromium import find_chromium


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop with a few goods, two locations and two customers, in memory."""
    with opened_shop() as tiny:
        yield tiny


@pytest.fixture(scope="module")
def browser():
    """One browser for all pages of a module."""
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
