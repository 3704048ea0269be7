"""Promises of sessions, forms and permissions: what one is told, what is left undone, which way out stays open."""

import re

import pytest
from asking import API, a_house, stamped
from troubles import under

import worlds
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.surfaces.visitor import Visitor
from worlds.engine.world import find

ITEM = "/stall/items/3"
SOLD = {"item_id": 3, "quantity": 2}
LOOK = {"item_id": 3}


@pytest.fixture(scope="module")
def house():
    with a_house() as opened:
        yield opened


@pytest.fixture(scope="module")
def app():
    return create_pages(find("tiny"))


@pytest.mark.parametrize("surface", API)
def test_an_expired_session_stops_every_call_until_it_is_renewed(house, surface):
    with under("F11") as episode:
        assert house.ask(episode, surface, "get_item", **LOOK).status == 200
        told = [
            house.ask(episode, surface, "sell_item", **SOLD),
            house.ask(episode, surface, "get_item", **LOOK),
            house.ask(episode, surface, "get_item", item_id=999_999),
        ]
        assert [one.status for one in told] == [401] * 3
        assert told[0].body["error"]["code"] == "session_expired"
        assert episode.diff() == []
        assert house.ask(episode, surface, "renew_session").body["role"] == "keeper"
        assert house.ask(episode, surface, "sell_item", **SOLD).status == 200
        assert len(episode.diff()) == 1


def test_waiting_does_not_renew_a_session():
    with under("F11") as episode:
        episode.call("sell_item", SOLD)
        assert episode.call("wait", {"minutes": 600}).ok
        assert episode.call("get_item", LOOK).status == 401


def test_a_session_that_is_fine_can_be_renewed_and_nothing_changes():
    with worlds.open("tiny", role="keeper") as episode:
        assert episode.call("renew_session").ok
        assert episode.diff() == []


def test_an_expired_session_leads_to_the_sign_in_page_and_nothing_is_done(app):
    with under("F11") as episode:
        visitor = Visitor(app, episode)
        visitor.get(ITEM)
        fields = visitor.fields("/sell", {"quantity": "2"})
        visitor.post(f"{ITEM}/sell", fields)
        assert visitor.page.status_code in {302, 303, 401}
        assert episode.diff() == []
        assert stamped(episode)[-1][1:] == ("failed", 401, ("session-expiry",))


@pytest.mark.parametrize(("shown", "kept"), [("page", None), ("banner", "2")])
def test_a_form_that_is_too_old_is_turned_away_and_can_be_sent_anew(app, shown, kept):
    with under("F12", params={"shown": shown}) as episode:
        visitor = Visitor(app, episode)
        visitor.get(ITEM)
        visitor.send("/sell", {"quantity": "2"})
        assert visitor.page.status_code == 400
        assert "form has expired" in visitor.text
        assert kept is None or dict(visitor.form("/sell").fields)["quantity"] == kept
        assert episode.diff() == []
        visitor.get(ITEM)
        visitor.send("/sell", {"quantity": "2"})
        assert visitor.page.status_code == 200
        assert len(episode.diff()) == 1


def test_forms_are_no_matter_of_tools():
    with under("F12") as episode:
        assert episode.call("sell_item", SOLD).ok


@pytest.mark.parametrize("surface", API)
def test_a_missing_permission_lets_one_read_and_nothing_else(house, surface):
    with under("F13", times=0) as episode:
        assert house.ask(episode, surface, "get_item", **LOOK).status == 200
        told = house.ask(episode, surface, "sell_item", **SOLD)
        assert (told.status, told.body["error"]["code"]) == (403, "role_denied")
        assert house.ask(episode, surface, "sell_item", **SOLD).status == 403
        assert episode.diff() == []


def test_a_missing_permission_can_be_for_one_thing_alone_and_hide_that_it_exists():
    with under("F13", times=0, operations=("sell_item",), params={"hide": True}) as episode:
        assert episode.call("sell_item", SOLD).body["status"] == 404
        assert episode.call("change_item", {"item_id": 3, "note": "a note"}).ok


def test_whoever_may_do_nothing_can_still_hand_over():
    plan = FaultPlan(rules=(Rule(fault="F13", times=0), Rule(fault="F14", times=0, params={"after_calls": 0})))
    with worlds.open("shop", role="support_l2", faults=plan) as episode:
        order = episode.call("list_orders", {"page_size": 1}).body["items"][0]["order_id"]
        told = episode.call("add_order_note", {"order_id": order, "text": "Looked at it."})
        assert told.status == 403
        assert episode.call(
            "escalate", {"team": "finance", "reason": "approval_needed", "message": "I may not.", "order_id": order}
        ).ok


def test_a_rule_can_take_that_way_too():
    plan = FaultPlan(rules=(Rule(fault="F13", times=0, operations=("escalate",)),))
    with worlds.open("shop", role="support_l2", faults=plan) as episode:
        told = episode.call("escalate", {"team": "finance", "reason": "other", "message": "Hm.", "order_id": 1})
        assert told.status == 403
        assert episode.diff() == []


def test_a_permission_goes_after_some_calls_and_what_was_done_stays():
    with under("F14", times=0, params={"after_calls": 2}) as episode:
        assert episode.call("sell_item", SOLD).ok
        assert episode.call("sell_item", {"item_id": 3}).status == 422
        assert episode.call("sell_item", {"item_id": 999_999, "quantity": 1}).status == 404
        assert episode.permitted(episode.world.operations["sell_item"])
        assert episode.call("sell_item", SOLD).ok
        assert not episode.permitted(episode.world.operations["sell_item"])
        assert episode.permitted(episode.world.operations["get_item"])
        assert episode.call("sell_item", SOLD).status == 403
        assert episode.call("get_item", LOOK).ok
        assert [one.committed for one in episode.journal].count(True) == 2


def test_pages_lose_what_may_not_be_done_any_more(app):
    with under("F14", times=0, params={"after_calls": 1}) as episode:
        visitor = Visitor(app, episode)
        visitor.get("/stall/")
        assert not episode.permitted(episode.world.operations["sell_item"])
        visitor.get(ITEM)
        buttons = re.findall(r"<button type=.submit.[^>]*>", visitor.page.text)
        assert buttons
        assert all("disabled" in button for button in buttons)
        visitor.post(f"{ITEM}/sell", visitor.fields("/sell", {"quantity": "2"}))
        assert visitor.page.status_code == 403
        assert episode.diff() == []


@pytest.mark.parametrize("surface", API)
def test_a_renewed_token_is_good_for_less_and_renewing_again_does_not_help(house, surface):
    with under("F15", params={"without": ("sell_item",)}) as episode:
        first = house.ask(episode, surface, "sell_item", **SOLD)
        assert first.status == 401
        assert "invalid_token" in {name.lower(): value for name, value in first.headers.items()}["www-authenticate"]
        assert house.ask(episode, surface, "get_item", **LOOK).status == 401
        for _ in range(2):
            assert house.ask(episode, surface, "renew_session").status == 200
            told = house.ask(episode, surface, "sell_item", **SOLD)
            assert (told.status, told.body["error"]["code"]) == (403, "scope_missing")
        assert house.ask(episode, surface, "get_item", **LOOK).status == 200
        assert episode.diff() == []
        assert not episode.permitted(episode.world.operations["sell_item"])
        assert episode.call("change_item", {"item_id": 3, "note": "a note"}).ok


@pytest.mark.parametrize("code", ["F11", "F13", "F14", "F15"])
def test_what_never_reached_the_business_uses_no_fault_up(code):
    with under(code, times=0, params={"after_calls": 0} if code == "F14" else {}) as episode:
        assert episode.call("sell_item", {"item_id": 3}).status == 422
        assert episode.call("sell_item", {"item_id": 999_999, "quantity": 1}).status == 404
        assert episode.call("sell_item", SOLD).status in {401, 403}


@pytest.mark.parametrize("code", ["F11", "F13", "F14", "F15"])
def test_the_same_plan_and_the_same_calls_give_the_same_journal_and_the_same_bytes(code):
    def played():
        with under(code, times=0, seed=5) as episode:
            for _ in range(3):
                episode.call("sell_item", SOLD, key="a key")
                episode.call("get_item", LOOK)
                episode.call("renew_session")
            return episode.journal.to_json(), episode.image()

    assert played() == played()
