"""Promises of the workspace in a real browser: notes told from replies, work by keyboard alone, merging, no scripts."""

import pytest
from looking import served
from playwright.sync_api import expect

import worlds

pytestmark = pytest.mark.browser
PREFIX = "/episodes/abc"


@pytest.fixture(scope="module")
def episode():
    with worlds.open("desk", role="admin") as opened:
        yield opened


@pytest.fixture(scope="module")
def origin(app, episode):
    with served(app, {PREFIX: episode}) as server:
        yield server + PREFIX


@pytest.fixture
def at_work(page, app, cases):
    """An agent's browser before a fresh copy of the desk: (page, origin, episode)."""
    with worlds.open("desk", role="agent") as mine, served(app, {PREFIX: mine}) as server:
        yield page, server + PREFIX, mine


def test_a_note_is_told_from_a_reply_by_its_ground_and_its_label(page, origin, cases):
    ticket = cases.ticket(lambda one: {said["public"] for said in one["comments"]} == {True, False}, status="open")
    page.goto(f"{origin}/workspace/tickets/{ticket['ticket_id']}")
    grounds = page.evaluate(
        "[...document.querySelectorAll('.said')].map(one => [one.className.includes('said-note'), "
        "getComputedStyle(one).backgroundColor])"
    )
    notes = {ground for is_note, ground in grounds if is_note}
    assert notes
    assert notes.isdisjoint(ground for is_note, ground in grounds if not is_note)
    expect(page.get_by_text("Internal note", exact=True).first).to_be_visible()


def test_a_note_is_written_by_keyboard_alone(at_work, cases):
    page, origin, mine = at_work
    page.goto(origin + cases.paths["a ticket"])
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("summary", has_text="Internal note").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("The parcel was found.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("The note was added")
    (said,) = [change.after for change in mine.diff(of_agent=True) if change.table == "comment"]
    assert (said["public"], said["body"]) == (0, "The parcel was found.")


def test_opening_the_note_closes_the_reply_and_loses_nothing_of_it(at_work, cases):
    page, origin, _ = at_work
    page.goto(origin + cases.paths["a ticket"])
    reply = page.get_by_label("Reply to the requester")
    reply.fill("Half a sentence")
    page.locator("summary", has_text="Internal note").click()
    expect(page.get_by_label("Note for colleagues")).to_be_visible()
    expect(reply).to_be_hidden()
    page.locator("summary", has_text="Public reply").click()
    expect(reply).to_have_value("Half a sentence")


def test_a_merge_is_found_previewed_and_made(at_work, cases):
    page, origin, mine = at_work
    older, newer = cases.twins
    page.goto(f"{origin}/workspace/tickets/{older['ticket_id']}")
    page.get_by_role("link", name="Merge", exact=True).click()
    page.get_by_role("checkbox", name=f"Merge #{newer['number']} into #{older['number']}").check()
    page.get_by_role("button", name="See what the merge does").click()
    expect(page.get_by_role("heading", name=f"Merge into #{older['number']}")).to_be_visible()
    expect(page.get_by_text("A merge cannot be undone.")).to_be_visible()
    page.get_by_role("button", name="Merge for good").click()
    expect(page.get_by_role("status").first).to_contain_text(f"was merged into #{older['number']}")
    assert "merge_record" in {change.table for change in mine.diff(of_agent=True)}


def test_everything_works_without_scripts(browser, origin, cases, episode):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(origin + cases.paths["macros for a ticket"])
    page.locator("tbody th a").first.click()
    expect(page.get_by_role("heading", name="What it does")).to_be_visible()
    page.goto(origin + cases.paths["a ticket"])
    page.locator("summary", has_text="Internal note").click()
    page.get_by_label("Note for colleagues").fill("Written without scripts.")
    page.get_by_role("button", name="Add the note").click()
    expect(page.get_by_role("status").first).to_contain_text("The note was added")
    context.close()
