"""Promises of the workspace in a real browser: no page shuts anybody out, at any width, with or without a mouse."""

import pytest
from every_page import pages_of, visited
from looking import NARROW, complaints, look_over, of_size, pages_beside, served
from playwright.sync_api import expect
from tabbing import out_of_reach

import worlds
from worlds.desk import WORLD

pytestmark = pytest.mark.browser
PREFIX = "/episodes/abc"
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
    short = {name: of_size(WORLD, path, 10) for name, path in cases.paths.items()}
    return {**short, **pages_beside("workspace"), "a job": f"/workspace/jobs/{taken.body['job_id']}"}


@pytest.fixture(scope="module")
def origin(app, episode):
    with served(app, {PREFIX: episode}) as server:
        yield server + PREFIX


def test_every_page_there_is_has_a_case(app, paths):
    assert pages_of(app, "workspace") - visited(app, paths.values()) == LEAD_ELSEWHERE


@pytest.mark.parametrize("width", [1280, NARROW])
def test_no_page_shuts_anybody_out_or_is_wider_than_the_screen(page, origin, paths, width):
    look_over(page, origin, paths, width, folded=FOLDED)


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
