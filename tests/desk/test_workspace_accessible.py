"""Promises of the workspace in a real browser: no page shuts anybody out, at any width, with or without a mouse."""

import pytest
from every_page import pages_of, visited
from looking import complaints, served
from playwright.sync_api import expect
from tabbing import out_of_reach

import worlds
from worlds.desk import WORLD
from worlds.engine.surfaces.drift.settings import settings_of

pytestmark = pytest.mark.browser
PREFIX = "/episodes/abc"
OWN = {"inbox": "/-/workspace/inbox", "step away": "/-/workspace/away", "sign in again": "/-/workspace/sign-in"}
NARROW = 390
FOLDED = {"home", "a view", "tickets", "a ticket", "a problem", "merge others", "use a macro", "an order", "reports"}
"""Pages that are laid out otherwise where the screen is narrow, rather than only wrapped."""
LEAD_ELSEWHERE = {"workspace.tickets_again", "workspace.view_again"}
"""Addresses that only lead back to a page."""


@pytest.fixture(scope="module")
def episode():
    with worlds.open("desk", role="admin") as opened:
        yield opened


@pytest.fixture(scope="module")
def paths(cases, episode):
    """Every page of the workspace by name, lists with ten rows; a job of many tickets has been worked off."""
    chosen = [cases.busy["ticket_id"], cases.new["ticket_id"], cases.closed["ticket_id"]]
    taken = episode.call("bulk_update_tickets", {"ticket_ids": chosen, "add_tags": ["checked"]})
    episode.call("wait", {"minutes": 5})
    short = {name: _of_ten(path) for name, path in cases.paths.items()}
    return {**short, **OWN, "a job": f"/workspace/jobs/{taken.body['job_id']}"}


def _of_ten(path):
    listed = path.partition("?")[0] in settings_of(WORLD).sizes
    return f"{path}{'&' if '?' in path else '?'}page_size=10" if listed else path


@pytest.fixture(scope="module")
def origin(app, episode):
    with served(app, {PREFIX: episode}) as server:
        yield server + PREFIX


def test_every_page_there_is_has_a_case(app, paths):
    assert pages_of(app, "workspace") - visited(app, paths.values()) == LEAD_ELSEWHERE


@pytest.mark.parametrize("width", [1280, NARROW])
def test_no_page_shuts_anybody_out_or_is_wider_than_the_screen(page, origin, paths, width):
    page.set_viewport_size({"width": width, "height": 900})
    elsewhere, errors = [], []
    ours = (origin, "data:")
    page.on("request", lambda one: elsewhere.append(one.url) if not one.url.startswith(ours) else None)
    page.on("console", lambda one: errors.append(one.text) if "Content Security Policy" in one.text else None)
    for name, path in paths.items():
        page.goto(origin + path)
        if width > NARROW or name in FOLDED:
            assert complaints(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    assert (elsewhere, errors) == ([], [])


@pytest.mark.parametrize("name", ["home", "a ticket", "merge", "use a macro", "edit a trigger", "articles"])
def test_everything_that_can_be_seen_is_reached_by_the_tab_key(page, origin, paths, name):
    page.goto(origin + paths[name])
    assert out_of_reach(page) == []


def test_a_page_that_was_refused_shuts_nobody_out_and_begins_with_what_is_wrong(page, origin, paths):
    page.goto(origin + paths["escalate"])
    page.get_by_role("button", name="Escalate the ticket").click()
    expect(page.locator("#problems")).to_be_focused()
    assert complaints(page) == []
    page.get_by_role("alert").get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.tagName") in {"SELECT", "TEXTAREA", "A"}
