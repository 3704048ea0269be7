"""The start page in a real browser: by keyboard alone, with every check of axe-core, at two widths."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from worlds.engine.surfaces.browsing.chromium import find_chromium

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium().path)
        yield browser
        browser.close()


@pytest.fixture(params=[1280, 390])
def page(request, chromium, operator):
    context = chromium.new_context(viewport={"width": request.param, "height": 900})
    page = context.new_page()
    page.goto(operator.served.start_link())
    yield page
    context.close()


def check(page):
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not too_wide


def press(page, role, name):
    """Activate by keyboard what the focus reaches by Tab."""
    wanted = page.get_by_role(role, name=name, exact=True)
    page.evaluate("document.activeElement.blur()")
    for _ in range(80):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            page.keyboard.press("Enter")
            return
    pytest.fail(f"The {role} {name} cannot be reached by keyboard.")


def test_an_episode_is_opened_forked_graded_and_deleted_by_keyboard(page, operator):
    check(page)
    page.get_by_label("Task, or a role in free play").select_option("tiny/recount")
    page.get_by_label("Seed").fill("3")
    press(page, "button", "Open")
    page.get_by_text("Nothing has changed.").wait_for()
    [standing] = operator.http.get("/control/episodes").json()["episodes"]
    operator.call(standing, "change_item", item_id=3, quantity=1, note="long " * 80)
    operator.call(standing, "send_message", item_id=3, recipient="a@b.example", body="مرحبا")
    page.reload()
    check(page)
    press(page, "button", "Fork")
    page.get_by_role("status").get_by_text("begins where").wait_for()
    page.get_by_label("Final answer").fill("status: done")
    press(page, "button", "Grade and freeze")
    page.get_by_role("heading", name="Grade: not passed").wait_for()
    check(page)
    page.get_by_text("Delete…").focus()
    page.keyboard.press("Enter")
    press(page, "button", "Delete")
    page.get_by_text("was deleted.").wait_for()
    check(page)
    assert len(operator.http.get("/control/episodes").json()["episodes"]) == 1


def test_a_refused_wish_says_what_is_wrong_at_its_field(page):
    page.get_by_label("Task, or a role in free play").select_option("tiny/recount")
    page.get_by_label("Seed").evaluate("element => element.removeAttribute('pattern')")
    page.get_by_label("Seed").fill("many")
    press(page, "button", "Open")
    page.get_by_role("alert").wait_for()
    assert page.get_by_label("Seed").get_attribute("aria-describedby") == "problem"
    assert page.get_by_label("Seed").input_value() == "many"
    check(page)


def test_outside_there_is_a_plain_page(chromium, operator):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{operator.served.url}/console/")
    assert page.get_by_role("heading", level=1).inner_text() == "Not possible"
    check(page)
    context.close()
