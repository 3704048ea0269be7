"""Promises of refusals that can be let through: pages list what is in the way, and ask before they send it again."""

import re

import pytest
from looking import complaints, served
from playwright.sync_api import expect

import worlds
from worlds.engine.errors import Conflict
from worlds.engine.faults.layers import business
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.surfaces import overrides
from worlds.engine.surfaces.forms import read_typed
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.surfaces.visitor import Visitor
from worlds.engine.world import plain_error

KNOWN = {"name": "Somebody Else", "email": "person1@mail.test", "phone": "+31 20 5550102"}
"""An address of one card, Ann's; and the number of another, which only Far may open."""
SAME = {"name": "Person 01", "email": "person1@mail.test"}
ALLOW = {"allow_duplicates": "true"}


@pytest.fixture
def visitor(rolodex, cards):
    visitor = Visitor(create_pages(rolodex), cards)
    visitor.get("/cards/new")
    return visitor


def count(episode):
    return episode.call("list_cards").body["totalSize"]


def question_in(page):
    found = re.findall(r'<section class="every-question".*?</section>', page.text, re.DOTALL)
    assert len(found) == 1, "a form with two buttons asks once"
    return found[0]


def test_the_argument_that_lets_a_refusal_through_is_told_to_machines(cards):
    refused = cards.call("create_card", KNOWN)
    assert refused.status == 409
    (error,) = refused.body
    assert (error["errorCode"], error["fields"], error["override"]) == (
        "DUPLICATES_DETECTED", ["email"], "allow_duplicates",
    )  # fmt: skip
    assert error["duplicateResult"]["allowSave"] is True
    first, hidden = error["duplicateResult"]["matchResults"]
    assert (first["id"], first["owner"], first["matched_on"]) == (1, "Ann", ["email"])
    assert (hidden["id"], hidden["openable"], hidden["matched_on"]) == (2, False, ["phone"])
    assert cards.diff() == []
    assert cards.call("create_card", {**KNOWN, "allow_duplicates": True}).ok
    assert plain_error(Conflict("a", "B.", override="c"))["error"]["override"] == "c"
    assert "override" not in plain_error(Conflict("a", "B."))["error"]


def test_a_page_lists_what_is_in_the_way_with_links_and_saves_anyway_what_was_typed(cards, visitor):
    page = visitor.send("/new", KNOWN)
    assert page.status_code == 409
    asked = question_in(page)
    assert re.search(r'<a href="[^"]*/cards/1"><bdi>Person 01</bdi></a>', asked)
    assert "Owner:" in asked
    assert "Ann" in asked
    assert "Matched on:" in asked
    assert "<li><bdi>Card 2, which you cannot open</bdi>" in asked
    assert "/cards/2" not in asked, "nothing leads to what one may not open"
    assert '<button type="submit" class="btn btn-quiet btn-outline" name="allow_duplicates" value="true">' in asked
    assert 'href="#f-email"' in asked
    assert dict(visitor.form("/new").fields).items() >= KNOWN.items()
    assert cards.diff() == []
    visitor.send("/new", ALLOW)
    assert count(cards) == 31


def test_what_was_changed_before_it_is_saved_anyway_is_saved_as_changed(cards, visitor):
    visitor.send("/new", KNOWN)
    visitor.send("/new", {"name": "Another Name", **ALLOW})
    (made,) = [one for one in cards.diff() if one.table == "card"]
    assert made.after["name"] == "Another Name"


def test_a_refusal_that_nothing_lets_through_lists_what_is_there_and_has_no_button(cards, visitor):
    asked = question_in(visitor.send("/new", SAME))
    assert "Person 01" in asked
    assert "Save anyway" not in asked
    assert visitor.send("/new", {"email": "free@mail.test"}).status_code == 200
    assert count(cards) == 31


def test_a_form_that_is_sent_twice_asks_the_same_twice(cards, visitor):
    first = list(visitor.form("/new").fields)
    page = visitor.send("/new", KNOWN)
    again = visitor.send("/new", dict(first) | KNOWN)
    assert (page.status_code, again.status_code) == (409, 409)
    assert cards.journal.last.outcome == "replayed"
    assert "Person 01" in question_in(again)
    assert "Save anyway" in question_in(again)


def test_where_a_form_has_a_box_for_the_argument_the_box_says_what_it_is_for(cards, visitor):
    visitor.get("/cards/boxed")
    page = visitor.send("/boxed", KNOWN)
    assert overrides.TICK in page.text
    assert 'href="#f-allow-duplicates"' in page.text
    assert "Person 01" in question_in(page)
    assert "Save anyway" not in question_in(page), "the box is the way"
    visitor.send("/boxed", ALLOW)
    assert count(cards) == 31


def test_a_question_without_records_names_none_and_none_is_asked_without_a_way(rolodex):
    typed = read_typed([("name", "A")], {"properties": {}}, {})
    asked = overrides.question_of(Conflict("a", "B.", override="sure"), typed, rolodex)
    assert (asked.matches, asked.argument) == ((), "sure")
    assert overrides.question_of(Conflict("a", "B."), typed, rolodex) is None
    boxed = read_typed([("sure", "false")], {"properties": {"sure": {"type": "boolean"}}}, {})
    assert overrides.question_of(Conflict("a", "B.", override="sure"), boxed, rolodex) is None
    assert overrides.box_for(Conflict("a", "B.", override="sure"), boxed).field == "sure"


def test_the_word_is_an_argument_of_the_business_where_it_looks_for_duplicates_itself(rolodex):
    create = rolodex.operations["create_card"]
    assert create.duplicates
    assert create.input_schema["properties"]["allow_duplicates"]["description"].startswith("Write it although")


def test_a_question_is_answered_by_keyboard_alone_and_enter_asks_again(rolodex, cards, page):
    with served(create_pages(rolodex), {"/episodes/one": cards}) as origin:
        page.goto(f"{origin}/episodes/one/cards/new")
        page.get_by_label("Name").fill(KNOWN["name"])
        page.get_by_label("Email").fill(KNOWN["email"])
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="There is already:")
        expect(dialog).to_be_focused()
        assert complaints(page) == []
        page.get_by_label("Email").press("Enter")
        expect(dialog).to_be_focused()
        assert count(cards) == 30, "Enter presses the form's own button"
        page.keyboard.press("Tab")
        expect(dialog.get_by_role("link", name="Person 01")).to_be_focused()
        page.keyboard.press("Tab")
        expect(dialog.get_by_role("button", name="Save anyway")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_text("was written.")).to_be_visible()
        assert count(cards) == 31


def test_the_rule_of_a_failure_plan_goes_by_the_same_word(rolodex, monkeypatch):
    found = [business.Alike("card", 2, "card 2")]
    checks = {"create_card": business.DuplicateCheck("name", lambda _, __: found)}
    monkeypatch.setattr(business, "bindings", lambda _: type("Bound", (), {"DUPLICATES": checks}))
    plan = FaultPlan(rules=(Rule(fault="F25", times=0),))
    with worlds.open("rolodex", role="clerk", faults=plan) as episode:
        fresh = {"name": "Fresh", "email": "fresh@mail.test"}
        told = episode.call("create_card", fresh)
        (error,) = told.body["body"]
        assert error["duplicateResult"] == {
            "allowSave": True, "matchResults": [{"record": "card", "id": 2, "label": "card 2"}],
        }  # fmt: skip
        assert episode.call("create_card", {**fresh, "allow_duplicates": True}).ok


def test_the_desks_confirmation_is_such_an_argument_and_its_box_is_the_way():
    desk = worlds.discover()["desk"]
    with worlds.open("desk", role="agent") as episode:
        rows = episode.call("list_tickets", {"status": "open"}).body["items"]
        asked = {row["requester_id"]: row["ticket_id"] for row in rows}
        target, source = list(asked.values())[:2]
        refused = episode.call("merge_tickets", {"target_id": target, "source_ids": [source]})
        assert refused.refusal.override == "confirm_different_requesters"
        assert "override" not in str(refused.body), "what its tools are told has not changed"
        visitor = Visitor(create_pages(desk), episode)
        address = f"/workspace/tickets/{target}/merge/preview"
        visitor.get(f"{address}?source_ids={source}")
        page = visitor.send(address, {})
        assert (page.status_code, overrides.TICK in page.text) == (409, True)
        assert 'href="#f-confirm-different-requesters"' in page.text
        assert "every-question" not in page.text
        visitor.send(address, {"confirm_different_requesters": "true"})
        assert episode.call("get_ticket", {"ticket_id": source}).body["status"] == "closed"
