"""The browser of an episode cannot leave that episode's pages, whatever is typed, clicked or scripted."""

import http.client
import threading
from contextlib import closing
from urllib.parse import urlsplit

import pytest

import worlds
from worlds.engine.surfaces.browsing.site import SITE

pytestmark = pytest.mark.browser

OUTSIDE = [
    "//example.com/x",
    "///example.com",
    "http://example.com/",
    "https://127.0.0.1/",
    "http://localhost:1/",
    "http://169.254.169.254/latest",
    "file:///etc/passwd",
    "FILE:///etc/passwd",
    "view-source:/",
    "chrome://version",
    "about:blank",
    "data:text/html,hello",
    "javascript:alert(1)",
    "blob:null/1",
    "ws://127.0.0.1/",
    "mailto:a@b.example",
    "/%2e%2e/%2e%2e/control/openapi.json",
    "/..%2f..%2fcontrol",
    "counter/../../../control",
    "\\\\example.com\\x",
    "/counter\n/../..",
    " //example.com",
]


@pytest.fixture(scope="module")
def browser():
    """A browser at the counter."""
    with worlds.open("kiosk") as episode:
        yield episode.browser()


@pytest.mark.parametrize("path", OUTSIDE)
def test_an_address_outside_of_the_site_is_no_path(browser, path):
    browser.act({"action": "goto", "path": "/counter/traps"})
    seen = browser.act({"action": "goto", "path": path})
    assert (seen.ok, seen.url) == (False, "/counter/traps")
    assert "is no path of this site" in seen.notice


@pytest.mark.parametrize("name", ["Elsewhere", "Control"])
def test_a_link_out_of_the_site_leads_back_to_it(browser, name):
    hands = browser.hands()
    hands.open("/counter/traps")
    hands.click("link", name)
    assert (hands.url, hands.title) == ("/counter/traps", "Ways out")
    assert browser.act({"action": "screenshot"}).notice == ""


def test_a_link_to_data_leads_nowhere(browser):
    hands = browser.hands()
    hands.open("/counter/traps")
    hands.click("link", "Data")
    assert hands.title == "Ways out"


def test_new_tabs_and_popups_open_in_the_one_page(browser):
    hands = browser.hands()
    for role, name in (("link", "New tab"), ("button", "Popup")):
        hands.open("/counter/traps")
        hands.click(role, name)
        assert hands.url == "/counter/"
        assert len(browser._tab._page.context.pages) == 1


def test_downloads_are_not_taken(browser):
    hands = browser.hands()
    hands.open("/counter/traps")
    ref = hands.see().split('link "Export" [ref=')[1].split("]")[0]
    seen = browser.act({"action": "click", "ref": ref})
    assert (seen.url, seen.notice) == ("/counter/traps", "The download was not taken; files cannot be saved here.")


def test_scripts_reach_nothing_outside(browser):
    hands = browser.hands()
    hands.open("/counter/traps")
    hands.click("button", "Probe")
    assert "403 refused refused" in hands.see()


def test_an_address_of_another_episode_is_refused_though_its_key_is_known(browser):
    with worlds.open("kiosk") as other:
        session = other.browser()
        session.observe()
        there = session._place
        before = len(other.journal)
        assert browser._tab._page.url  # the browser is open
        answers = _fetch(browser, f"{there.prefix}/counter/parts/1")
        assert answers == 403
        assert len(other.journal) == before


def _fetch(browser, path):
    """What a script of the page would be answered."""
    from worlds.engine.surfaces.browsing.host import HOST  # noqa: PLC0415 - its one use

    return HOST.run(browser._tab._page.evaluate("(path) => fetch(path).then((answer) => answer.status)", path))


def _status(place, path, headers):
    """What somebody with a socket of their own is answered."""
    with closing(http.client.HTTPConnection(urlsplit(place.origin).netloc)) as connection:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status


def test_the_server_answers_nobody_but_the_browser_it_is_for(browser):
    browser.observe()
    place = browser._place
    for headers, path in (
        ({}, f"{place.prefix}/counter/"),
        (place.headers, "/control/openapi.json"),
        (place.headers, "/episodes/"),
        ({**place.headers, "Host": "example.com"}, f"{place.prefix}/counter/"),
        ({"X-Worlds-Seat": ""}, "/episodes//counter/"),
    ):
        assert _status(place, path, headers) == 403


def test_closing_waits_for_the_calls_that_are_inside_and_lets_no_more_in():
    with worlds.open("kiosk") as episode:
        session = episode.browser()
        session.observe()
        place = session._place
        key = place.headers["x-worlds-seat"]
        with SITE.board.call(key):
            closing = threading.Thread(target=session.close)
            closing.start()
            while key in SITE.board._by_key:
                closing.join(0.01)
            assert closing.is_alive()
            assert _status(place, f"{place.prefix}/counter/", place.headers) == 410
        closing.join()


def test_a_closed_episode_leaves_nothing_on_the_server():
    with worlds.open("kiosk") as episode:
        session = episode.browser()
        session.observe()
        place, lines = session._place, len(SITE.board)
    assert len(SITE.board) == lines - 1
    assert _status(place, f"{place.prefix}/counter/", place.headers) == 410
