"""Promises of Larkfield Relations in a real browser: no page shuts anybody out, at any width, without a mouse too."""

import pytest
from looking import NARROW, complaints, look_over, of_size, pages_beside, served
from playwright.sync_api import expect
from tabbing import out_of_reach

import worlds
from worlds.crm import WORLD

pytestmark = pytest.mark.browser
PREFIX = "/episodes/abc"
FOLDED = {"home", "leads", "a lead", "an account", "a deal", "board", "merge", "convert", "an import", "reports"}
"""Pages that are laid out otherwise where the screen is narrow, rather than only wrapped."""


@pytest.fixture(scope="module")
def origin(app, cases):
    assert cases.paths  # what the tests need is made before a page is asked for
    with served(app, {PREFIX: cases.episode}) as server:
        yield server + PREFIX


@pytest.fixture(scope="module")
def paths(cases):
    """Every page by name, lists with ten rows."""
    return {name: of_size(WORLD, path, 10) for name, path in cases.paths.items()} | pages_beside("relations")


@pytest.mark.parametrize("width", [1280, NARROW])
def test_no_page_shuts_anybody_out_or_is_wider_than_the_screen(page, origin, paths, width):
    look_over(page, origin, paths, width, folded=FOLDED, once=True)


@pytest.mark.parametrize("name", ["leads", "an account", "board", "convert", "merge", "an approval", "new import"])
def test_everything_that_can_be_seen_is_reached_by_the_tab_key(page, origin, paths, name):
    page.goto(origin + paths[name])
    assert out_of_reach(page) == []


def test_a_page_that_was_refused_shuts_nobody_out_and_begins_with_what_is_wrong(page, origin, paths):
    page.goto(origin + paths["new lead"])
    page.get_by_role("button", name="Save the lead").click()
    expect(page.locator("#problems")).to_be_focused()
    assert complaints(page) == []
    page.get_by_role("alert").get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.tagName") in {"INPUT", "SELECT", "TEXTAREA"}


def test_a_card_of_the_board_is_moved_with_the_keyboard_alone(page, app, cases):
    with worlds.open("crm", role="admin") as episode, served(app, {PREFIX: episode}) as server:
        page.goto(f"{server}{PREFIX}/relations/board")
        number = cases.deal["number"]
        select = page.get_by_label(f"New stage of {number}")
        select.focus()
        page.keyboard.press("ArrowDown")
        chosen = select.evaluate("one => one.selectedOptions[0].textContent.trim()")
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name=f"Move {number}")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text(f"is in {chosen} now.")


def test_everything_works_without_scripts(browser, origin, cases):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{origin}/relations/activities/new/note?account_id={cases.account['account_id']}")
    page.get_by_label("What it is about").fill("Written without scripts")
    page.get_by_role("textbox", name="Note").fill("They buy in May.")
    page.get_by_role("button", name="Save the note").click()
    expect(page.get_by_role("status").first).to_contain_text("was saved")
    context.close()
