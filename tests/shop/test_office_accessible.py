"""Promises of the office in a real browser: readable by everybody, whole on a telephone, quiet in the console."""

import pytest
from looking import NARROW, complaints, look_over, pages_beside, served
from playwright.sync_api import expect

import worlds

pytestmark = pytest.mark.browser
PREFIX = "/episodes/abc"


@pytest.fixture(scope="module")
def episode():
    with worlds.open("shop", role="admin") as opened:
        yield opened


@pytest.fixture(scope="module")
def origin(app, episode):
    with served(app, {PREFIX: episode}) as server:
        yield server + PREFIX


@pytest.mark.parametrize("width", [1280, NARROW])
def test_no_page_shuts_anybody_out_or_is_wider_than_the_screen(page, origin, cases, width):
    paths = {name: path for name, path in cases.paths.items() if name != "refund preview"} | pages_beside("office")
    look_over(page, origin, paths, width, folded=[*paths][::3])  # a frame that all of them share folds in all alike


def test_a_page_that_was_refused_shuts_nobody_out_and_begins_with_what_is_wrong(page, origin, cases):
    page.goto(origin + cases.paths["refund"])
    page.get_by_role("button", name="Make the refund").click()
    expect(page.locator("#problems")).to_be_focused()
    assert complaints(page) == []
    page.get_by_role("alert").get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.tagName") in {"SELECT", "INPUT", "A"}


def test_the_amount_of_a_refund_follows_what_is_typed_and_no_call_overtakes_another(page, origin, cases, episode):
    page.goto(origin + cases.paths["refund"])
    row = page.get_by_role("spinbutton").nth(cases.refundable_row)
    row.fill("1")
    said = page.locator("#refund-preview strong").inner_text()
    row.fill("2")
    page.get_by_label("Reason").select_option("damaged")
    page.get_by_role("button", name="Make the refund").click()
    page.get_by_role("status").get_by_text("is pending").wait_for()
    assert said not in page.get_by_role("status").first.inner_text()
    operations = [entry.operation for entry in episode.journal]
    assert operations[-4:] == ["preview_refund", "preview_refund", "refund_order", "get_order"]


def test_the_page_can_be_worked_by_keyboard(page, origin, cases):
    page.goto(origin + cases.paths["today"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("heap")


def test_everything_works_without_scripts(browser, origin, cases):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(origin + cases.paths["refund"])
    page.get_by_role("spinbutton").nth(cases.refundable_row).fill("1")
    page.get_by_role("button", name="Work out the amount").click()
    expect(page.get_by_text("back to")).to_have_count(1)
    assert "csrf_token" not in page.url
    context.close()
