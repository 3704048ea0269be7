"""Promises of the office's pages on goods: editing, pricing, moving and handing over, with what came of it."""

import re

import pytest
from looking import complaints, served
from playwright.sync_api import expect

import worlds

TRACE = {"timeline_event", "audit_event"}
PREFIX = "/episodes/abc"


def test_units_are_moved_while_they_are_what_was_seen(colleague, cases):
    person, seen = colleague("ops"), cases.level["available"]
    places = [one["location_id"] for one in person.episode.call("list_locations", {}).body["items"]]
    target = next(place for place in places if place != cases.level["location_id"])
    person.get(cases.paths["move stock"])
    stale = person.visitor.fields("/move", {"to_location_id": str(target), "quantity": "2"})
    person.get(cases.paths["a stock level"])
    person.send("/adjust", {"change": "-1", "reason": "lost"})
    person.post(cases.paths["move stock"], stale)
    assert person.status == 409
    assert "stale_stock" in person.text
    assert f"has {seen - 1} available, not {seen}" in person.text
    assert "transfer" not in {row["kind"] for row in person.rows("stock_movement") if row}
    person.send("/move", {"reference": "TR-1001"})  # what was typed still stands there, with the number of now
    assert f"Moved 2: {cases.level['location']} now has {seen - 3} available" in person.text
    moved = [row for row in person.rows("stock_movement") if row["kind"] == "transfer"]
    assert [(row["quantity"], row["reason"]) for row in moved] == [(2, "TR-1001"), (2, "TR-1001")]


def test_a_product_is_priced_and_marked(colleague, cases):
    person = colleague("merch")
    person.get(cases.paths["price a product"])
    person.send("/price", {"price": "900000.00", "compare_at": "1.00"})
    assert person.status == 422
    assert "compare_at_not_above_price" in person.text
    person.send("/price", {"price": "0.95", "compare_at": "1.00"})
    assert "now costs €0.95 without tax" in person.text
    assert {(row["price"], row["compare_at"]) for row in person.rows("variant")} == {(95, 100)}
    person.get(cases.paths["edit a product"])
    person.send("/edit", {"final_sale": "true", "title": "A title of ours"})
    assert "A title of ours is saved." in person.text
    assert "Final sale" in person.text
    assert person.changed - TRACE == {"variant", "product"}


def test_a_variant_is_shown_as_it_is_and_saved(colleague, cases):
    person = colleague("merch")
    person.get(cases.paths["a variant"])
    person.send(cases.paths["a variant"], {"weight": "431"})
    assert re.search(r"[\w-]+ is saved\.", person.text)
    (row,) = person.rows("variant")
    assert row["weight"] == 431
    assert person.get("/office/products/1/variants/999999").status_code == 404


def test_saving_a_product_as_it_is_changes_nothing(colleague, cases):
    person = colleague("merch")
    for page in ("edit a product", "a variant"):
        person.get(cases.paths[page])
        person.send(cases.paths[page])
        assert "is saved." in person.text
    assert person.changed <= TRACE


def test_goods_are_handed_over_and_the_hand_over_leads_back(colleague, cases):
    person = colleague("support_l1")
    sent = {"team": "merchandising", "reason": "other", "message": "The title is wrong."}
    for page in ("hand over a product", "hand over a variant"):
        person.get(cases.paths[page])
        person.send("/hand-over", sent)
        assert re.search(r"Hand-over ES-\d+ went to merchandising\.", person.text)
    assert person.changed - TRACE == {"escalation"}
    page = person.get("/office/handovers").text
    for name in ("The product of hand-over", "The stock of hand-over"):
        link = re.search(rf'<a href="([^"]+)" aria-label="{name}', page)
        assert link
        assert person.get(link[1].removeprefix(person.visitor.prefix)).status_code == 200


def test_who_may_not_change_goods_is_told_who_may(colleague, cases):
    for role, page in (("support_l1", "a product"), ("merch", "a stock level"), ("ops", "a product")):
        person = colleague(role)
        person.get(cases.paths[page])
        assert "Not available" in person.text
    person.get(cases.paths["price a product"])
    assert "Only for Merchandising, Administrator" in person.text


@pytest.mark.browser
def test_a_stale_move_is_told_first_and_shuts_nobody_out(page, app, cases):
    with worlds.open("shop", role="admin") as episode, served(app, {PREFIX: episode}) as server:
        page.set_viewport_size({"width": 390, "height": 900})
        page.goto(server + PREFIX + cases.paths["move stock"])
        arguments = {key: cases.level[key] for key in ("variant_id", "location_id")}
        assert episode.call("adjust_stock", {**arguments, "change": -1, "reason": "lost"}).ok
        page.get_by_label("To", exact=True).select_option(index=1)
        page.get_by_label("Units").fill("2")
        page.get_by_role("button", name="Move stock").click()
        expect(page.locator("#problems")).to_be_focused()
        expect(page.locator("#problems")).to_contain_text("stale_stock")
        assert complaints(page) == []
        page.get_by_role("button", name="Move stock").click()
        expect(page.get_by_role("status").first).to_contain_text("Moved 2")
