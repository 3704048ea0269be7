"""Promises of the help centre in a real browser: readable by all, whole on a telephone, worked by keyboard alone."""

import pytest
from colleague import sit
from every_page import pages_of, visited
from help_cases import HelpCases
from looking import NARROW, complaints, look_over, pages_beside, served
from playwright.sync_api import expect
from tabbing import out_of_reach

import worlds

pytestmark = pytest.mark.browser
PREFIX = "/episodes/abc"
OWN = pages_beside("help")
FOLDED = {"home", "found", "an article", "my requests", "our requests", "new request", "a request to rate", "account"}
"""Pages that are laid out otherwise where the screen is narrow, rather than only wrapped."""
NO_PAGE = {"help.download"}


@pytest.fixture(scope="module")
def episode():
    with worlds.open("desk", role="requester") as opened:
        yield opened


@pytest.fixture(scope="module")
def centre(episode):
    with episode.fork() as untouched:
        return HelpCases(untouched).seats


@pytest.fixture(scope="module")
def origin(app, episode):
    with served(app, {PREFIX: episode}) as server:
        yield server + PREFIX


@pytest.fixture
def before(page, origin, episode, centre):
    """Puts the right person before one of the pages, and answers the browser's page."""

    def open_(name):
        seat = centre[name]
        sit(episode, seat.role, seat.person)
        page.goto(origin + seat.path)
        return page

    return open_


def test_every_page_there_is_has_a_case(app, centre):
    assert pages_of(app, "help") - visited(app, [seat.path for seat in centre.values()]) == NO_PAGE


@pytest.mark.parametrize("width", [1280, NARROW])
def test_no_page_shuts_anybody_out_or_is_wider_than_the_screen(page, before, origin, centre, width):
    missing = []
    page.on("response", lambda one: missing.append(one.url) if one.status >= 400 and "/files/" in one.url else None)

    def go(name):
        page.goto(origin + OWN[name]) if name in OWN else before(name)

    look_over(page, origin, [*centre, *OWN], width, folded=FOLDED | OWN.keys(), go=go)
    assert missing == []


@pytest.mark.parametrize("name", ["home", "found", "our requests", "a request to rate", "new request"])
def test_everything_that_can_be_seen_is_reached_by_the_tab_key(before, name):
    assert out_of_reach(before(name)) == []


def test_a_refused_request_shuts_nobody_out_and_leads_to_its_fields(before):
    page = before("new request")
    page.get_by_label("What it is about").fill("A lantern")
    page.get_by_role("button", name="Send the request").click()
    expect(page.locator("#problems")).to_be_focused()
    assert complaints(page) == []
    page.get_by_role("alert").get_by_role("link", name="Your message").click()
    expect(page.get_by_role("textbox", name="Your message")).to_be_focused()
    expect(page.get_by_role("textbox", name="Your message")).to_have_accessible_description(
        "What happened, and what you would like us to do. Error: Your message: fill this in."
    )
    expect(page.get_by_label("What it is about")).to_have_value("A lantern")


def test_a_guest_signs_in_by_keyboard_and_comes_to_what_they_wanted(before, episode, origin):
    page = before("my requests")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status").first).to_contain_text("You are signed out.")
    page.goto(f"{origin}/help/requests/new")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert complaints(page) == []
    page.get_by_label("E-mail address").focus()
    page.keyboard.type("nobody@example.net")
    page.keyboard.press("Enter")
    expect(page.locator("#problems")).to_be_focused()
    assert complaints(page) == []
    page.get_by_label("E-mail address").fill(HelpCases(episode).address(episode.actor.person))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What can we do for you?")


def test_the_words_of_the_house_and_one_s_own_stand_on_different_sides_and_grounds(before):
    page = before("a request to rate")
    kinds = page.evaluate(
        "[...document.querySelectorAll('.said')].map(one => [one.className.includes('said-house'), "
        "getComputedStyle(one.querySelector('.bubble')).backgroundColor, "
        "Math.round(one.querySelector('.bubble').getBoundingClientRect().left)])"
    )
    house, own = ({tuple(rest) for kind, *rest in kinds if kind is of} for of in (True, False))
    assert len(house) == len(own) == 1
    assert all(mine != theirs for mine, theirs in zip(*house, *own, strict=True))


def test_everything_works_without_scripts(browser, origin, episode, centre):
    seat = centre["a request that waits for them"]
    sit(episode, seat.role, seat.person)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(origin + seat.path)
    page.get_by_label("Your message").fill("Written without scripts.")
    page.get_by_role("button", name="Send your answer").click()
    expect(page.get_by_role("status").first).to_contain_text("Your message is on request")
    page.goto(f"{origin}/help/")
    page.get_by_role("searchbox", name="Search the answers").fill("parcel")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Results for “parcel”")
    context.close()
