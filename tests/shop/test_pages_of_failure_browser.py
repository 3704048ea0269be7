"""Promises of failures in a real browser: back and reload, signing in again, and a conflict, by keyboard alone."""

from contextlib import contextmanager

import pytest
from looking import complaints, served
from office_cases import Cases
from playwright.sync_api import expect

import worlds
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.surfaces.visitor import Visitor

pytestmark = pytest.mark.browser
PREFIX = "/episodes/abc"


@pytest.fixture(scope="module")
def held():
    """An order whose address can be edited."""
    with worlds.open("shop", role="admin") as other:
        yield Cases(other).held


@contextmanager
def office(app, *rules):
    """The office under some rules: where it is, and its episode."""
    with (
        worlds.open("shop", role="admin", faults=FaultPlan(rules=rules)) as episode,
        served(app, {PREFIX: episode}) as server,
    ):
        yield server + PREFIX, episode


def changed(episode, table):
    """What changed in a table."""
    return [change for change in episode.diff() if change.table == table]


def write_note(page, origin, order):
    """Send a note on an order."""
    page.goto(f"{origin}/office/orders/{order['order_id']}")
    page.locator("[name=body], [name=text]").last.fill("Called the customer.")
    page.get_by_role("button", name="Add note").click()


@pytest.mark.parametrize(("lost", "notes"), [("timeout-after-commit", 1), ("timeout-before-commit", 0)])
def test_after_the_gateway_s_page_back_shows_the_form_again(page, app, held, lost, notes):
    with office(app, Rule(fault=lost)) as (origin, episode):
        write_note(page, origin, held)
        expect(page.get_by_role("heading", level=1)).to_have_text("504 Gateway Timeout")
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text(held["number"])
        expect(page.get_by_role("button", name="Add note")).to_be_enabled()
        assert len(changed(episode, "order_note")) == notes


def test_reloading_the_gateway_s_page_does_the_work_once(page, app, held):
    with office(app, Rule(fault="timeout-after-commit")) as (origin, episode):
        write_note(page, origin, held)
        expect(page.get_by_role("heading", level=1)).to_have_text("504 Gateway Timeout")
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text(held["number"])
        assert len(changed(episode, "order_note")) == 1


def test_signing_in_again_leads_back_by_keyboard_alone(page, app, held):
    with office(app, Rule(fault="session-expiry")) as (origin, episode):
        write_note(page, origin, held)
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in again")
        assert complaints(page) == []
        page.get_by_role("button", name="Sign in").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").get_by_text("You are signed in again.")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_have_text(held["number"])
        assert episode.diff() == []


def test_a_conflict_shows_both_versions_and_is_resolved_by_keyboard(page, app, held):
    with office(app, Rule(fault="optimistic-conflict", params={"field": "same"})) as (origin, episode):
        page.goto(f"{origin}/office/orders/{held['order_id']}/address")
        page.locator("[name='address.line1']").fill("Kade 1")
        page.locator("[name='address.company']").fill("Kade B.V.")
        page.get_by_role("button", name="Save the address").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("meanwhile")
        assert complaints(page) == []
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        group = page.get_by_role("group", name="Line 1")
        expect(group.get_by_role("radio", name="Your version Kade 1")).to_be_checked()
        group.get_by_role("radio").first.focus()
        page.keyboard.press("ArrowDown")
        theirs = group.get_by_role("radio").last
        expect(theirs).to_be_checked()
        standing = theirs.get_attribute("value")
        page.get_by_role("button", name="Save my choice").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("now goes to")
        (order,) = changed(episode, "sales_order")
        assert order.after["ship_line1"] == standing != "Kade 1"
        assert order.after["ship_company"] == "Kade B.V."


def test_the_other_choice_keeps_mine_and_discarding_leaves_theirs(app, held):
    address = f"/office/orders/{held['order_id']}/address"
    for keep in (True, False):
        with worlds.open(
            "shop", role="admin", faults=FaultPlan(rules=(Rule(fault="optimistic-conflict", params={"field": "same"}),))
        ) as episode:
            visitor = Visitor(app, episode)
            visitor.get(address)
            visitor.send("/address", {"address.line1": "Kade 1"})
            assert visitor.page.status_code == 409
            if keep:
                visitor.send("/address")
            else:
                visitor.get(next(link for link in visitor.links if link == address))
            (order,) = changed(episode, "sales_order")
            assert (order.after["ship_line1"] == "Kade 1") is keep


def test_a_record_that_somebody_has_locked_says_who_and_until_when_and_keeps_the_text(app, held):
    address = f"/office/orders/{held['order_id']}/address"
    with worlds.open("shop", role="admin", faults="row-lock") as episode:
        visitor = Visitor(app, episode)
        visitor.get(address)
        visitor.send("/address", {"address.line1": "Kade 1"})
        assert visitor.page.status_code == 423
        assert "has this locked until" in visitor.text
        assert dict(visitor.form("/address").fields)["address.line1"] == "Kade 1"
        assert changed(episode, "sales_order") == []


def test_what_is_there_already_is_named_at_its_field_and_can_be_saved_anyway(app):
    with worlds.open("shop", role="admin", faults="duplicate-rule") as episode:
        one, other = episode.call("list_products", {"page_size": 2}).body["items"]
        visitor = Visitor(app, episode)
        visitor.get(f"/office/products/{one['product_id']}/edit")
        visitor.send("/edit", {"title": other["title"]})
        assert visitor.page.status_code == 409
        assert 'id="f-title-error"' in visitor.page.text
        assert "Save anyway" in visitor.text
        assert f"There is already: product {other['product_id']}" in visitor.text
        assert changed(episode, "product") == []
        visitor.send("/edit", {"allow_duplicate": "true"})
        (product,) = changed(episode, "product")
        assert product.after["title"] == other["title"]


def test_a_rule_of_the_operator_stands_at_the_field_that_breaks_it_and_the_text_is_kept(app):
    with worlds.open("shop", role="admin") as other:
        order = Cases(other).refundable
    with worlds.open("shop", role="admin", faults="validation-rule") as episode:
        visitor = Visitor(app, episode)
        visitor.get(f"/office/orders/{order['order_id']}/refund")
        visitor.send("/refund", {"lines.0.quantity": "1", "reason": "damaged", "note": "Broken."})
        assert visitor.page.status_code == 422
        assert 'id="f-note-error"' in visitor.page.text
        assert dict(visitor.form("/refund").fields)["note"] == "Broken."
        assert episode.diff() == []


def test_a_page_of_several_lists_shows_those_that_it_has(app):
    limited = Rule(fault="leaky-bucket", operations=("list_stock",), times=0, params={"level": 40, "others": 1.9})
    with worlds.open("shop", role="admin", faults=FaultPlan(rules=(limited,))) as episode:
        visitor = Visitor(app, episode)
        assert visitor.get("/office/").status_code == 429
        assert visitor.text.count("This could not be loaded.") == 1
        assert visitor.text.count("Too many requests.") == 1
        assert "Orders to ship" in visitor.text
        assert visitor.page.text.count("<tbody>") >= 2


def test_a_preview_that_meets_the_end_of_the_session_shows_no_sign_in_page_inside_the_form(page, app):
    with worlds.open("shop", role="admin") as other:
        cases = Cases(other)
        order, row = cases.refundable, cases.refundable_row
    with office(app, Rule(fault="session-expiry", operations=("preview_refund",))) as (origin, _):
        page.goto(f"{origin}/office/orders/{order['order_id']}/refund")
        page.get_by_role("spinbutton").nth(row).fill("1")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Refund")
        expect(page.get_by_text("Your session has ended")).to_have_count(0)


def test_failures_and_stepping_away_work_without_scripts(browser, app, held):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    with office(app, Rule(fault="slow-success", params={"seconds": 3_600})) as (origin, episode):
        write_note(page, origin, held)
        expect(page.get_by_role("heading", level=1)).to_have_text("We are working on it")
        working = page.url
        page.get_by_role("link", name="Step away").click()
        page.get_by_role("spinbutton", name="Minutes", exact=True).fill("61")
        page.get_by_role("button", name="Step away for a while").click()
        expect(page.get_by_role("status").first).to_contain_text("1 hour 1 minute went by.")
        page.goto(working)
        expect(page.get_by_role("heading", level=1)).to_have_text(held["number"])
        expect(page.get_by_role("status").first).to_contain_text("The note was added to the order.")
        assert len(changed(episode, "order_note")) == 1
    context.close()
