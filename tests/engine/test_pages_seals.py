"""Promises of what a form and a cookie carry: tokens, keys, expiry by the virtual clock, redirects that stay inside."""

import re

import pytest

import worlds
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.surfaces.visitor import Visitor

OTHER = "what another episode signs with"
ITEM = "/stall/items/7"


@pytest.fixture(scope="module")
def app():
    return create_pages(worlds.engine.world.find("tiny"))


@pytest.fixture
def keeper(app, stall):
    return Visitor(app, stall)


@pytest.mark.parametrize("token", [None, "", "x", "0.", "1773648040", "1773648040." + "0" * 32, "9" * 99 + ".a", "١.é"])
def test_a_form_without_our_token_does_nothing(keeper, stall, token):
    keeper.get(ITEM)
    keeper.send("/sell", {"quantity": "1", "csrf_token": token})
    assert keeper.page.status_code == 400
    assert "invalid_form_token" in keeper.text
    assert stall.diff() == []


def test_a_token_of_another_episode_or_epoch_does_nothing(app, keeper, stall):
    with worlds.open("tiny", role="keeper") as other:
        elsewhere = Visitor(app, other, key="xyz", secret=OTHER)
        elsewhere.get(ITEM)
        foreign = dict(elsewhere.form("/sell").fields)["csrf_token"]
    keeper.get(ITEM)
    keeper.send("/sell", {"quantity": "1", "csrf_token": foreign})
    assert keeper.page.status_code == 400
    assert stall.diff() == []


def test_a_form_expires_by_the_virtual_clock_and_what_was_typed_is_kept(keeper, stall):
    keeper.get(ITEM)
    fields = keeper.fields("/sell", {"quantity": "3"})
    for _ in range(1801):
        stall.call("get_item", {"item_id": 1})
    keeper.post(f"{ITEM}/sell", fields)
    assert keeper.page.status_code == 400
    assert "The form has expired; reload and send it again." in keeper.text
    assert dict(keeper.form("/sell").fields)["quantity"] == "3"
    assert stall.diff() == []
    keeper.send("/sell")
    assert keeper.page.status_code == 200
    assert stall.diff()[0].after["quantity"] == 32


def test_a_form_within_its_hour_is_taken(keeper, stall):
    keeper.get(ITEM)
    fields = keeper.fields("/sell", {"quantity": "3"})
    for _ in range(1799):
        stall.call("get_item", {"item_id": 1})
    assert keeper.post(f"{ITEM}/sell", fields).status_code == 303


def test_a_double_click_has_one_effect(keeper, stall):
    keeper.get(ITEM)
    fields = keeper.fields("/sell", {"quantity": "2"})
    assert keeper.post(f"{ITEM}/sell", fields).status_code == 303
    assert keeper.post(f"{ITEM}/sell", fields).status_code == 303
    assert stall.diff()[0].after["quantity"] == 33
    assert [entry.outcome for entry in stall.journal if entry.operation == "sell_item"] == ["done", "replayed"]


def test_two_forms_shown_one_after_the_other_have_two_effects(keeper, stall):
    for _ in range(2):
        keeper.get(ITEM)
        keeper.send("/sell", {"quantity": "2"})
    assert stall.diff()[0].after["quantity"] == 31


def test_a_form_gone_back_to_and_changed_is_shown_again_rather_than_lost(keeper, stall):
    keeper.get(ITEM)
    first, second = (keeper.fields("/sell", {"quantity": quantity}) for quantity in ("2", "5"))
    keeper.post(f"{ITEM}/sell", first)
    keeper.post(f"{ITEM}/sell", second)
    assert keeper.page.status_code == 409
    assert "This form was sent before, with other entries." in keeper.text
    assert dict(keeper.form("/sell").fields)["quantity"] == "5"
    keeper.send("/sell")
    assert stall.diff()[0].after["quantity"] == 28


def test_a_refusal_told_twice_is_the_same_refusal(keeper, stall):
    keeper.get(ITEM)
    fields = keeper.fields("/sell", {"quantity": "900"})
    for _ in range(2):
        keeper.post(f"{ITEM}/sell", fields)
        assert keeper.page.status_code == 409
        assert "sell fewer" in keeper.text
    assert stall.diff() == []


def test_the_cookie_is_kept_to_the_episode_s_pages_and_from_scripts(keeper):
    keeper.get(ITEM)
    keeper.post(f"{ITEM}/sell", keeper.fields("/sell", {"quantity": "1"}))
    cookie = keeper.page.headers["Set-Cookie"]
    assert "Path=/episodes/abc/;" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires" not in cookie


def test_a_cookie_of_another_episode_or_a_forged_one_says_nothing(app, keeper):
    keeper.get(ITEM)
    keeper.post(f"{ITEM}/sell", keeper.fields("/sell", {"quantity": "1"}))
    cookie = keeper.page.headers["Set-Cookie"].split(";")[0]
    with worlds.open("tiny", role="keeper") as other:
        elsewhere = Visitor(app, other, key="xyz", secret=OTHER)
        for forged in (cookie, cookie[:-3], "session=x", "session=é", "session=e30.x"):
            elsewhere.get(ITEM, headers={"Cookie": forged})
            assert elsewhere.page.status_code == 200
            assert "was sold" not in elsewhere.text


def test_after_an_action_the_form_may_name_where_to_go_on(keeper):
    keeper.get(ITEM)
    keeper.send("/sell", {"quantity": "1", "next": "/episodes/abc/stall/?page=2"})
    assert "Lantern 21" in keeper.text


def test_a_form_that_comes_back_still_knows_where_to_go_on(keeper):
    keeper.get(ITEM)
    keeper.send("/sell", {"quantity": "many", "next": "/episodes/abc/stall/?page=2"})
    assert dict(keeper.form("/sell").fields)["next"] == "/episodes/abc/stall/?page=2"
    assert "next" not in dict(keeper.form("/message").fields)
    keeper.send("/sell", {"quantity": "1"})
    assert "Lantern 21" in keeper.text


def test_what_was_typed_before_a_session_ended_still_knows_where_to_go_on(app):
    plan = FaultPlan(rules=(Rule(fault="session-expiry", params={"text_kept": True}),))
    with worlds.open("tiny", role="keeper", faults=plan) as episode:
        visitor = Visitor(app, episode)
        visitor.get(ITEM)
        page = visitor.send("/change", {"note": "It is cracked.", "next": "/episodes/abc/stall/?page=2"})
        visitor.get(page.headers["Location"].removeprefix(visitor.prefix))
        visitor.send("/sign-in")
        assert dict(visitor.form("/change").fields)["next"] == "/episodes/abc/stall/?page=2"


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/", "//evil.example/", "/", "/episodes/xyz/stall/", "/episodes/abcd/", "/control/",
        "/episodes/abc/../../control/", "javascript:alert(1)", "\\\\evil.example", "/episodes/abc/\r\nX: y", "stall/",
    ],
)  # fmt: skip
def test_but_never_out_of_the_episode(keeper, stall, path):
    keeper.get(ITEM)
    keeper.send("/sell", {"quantity": "1", "next": path})
    assert keeper.page.status_code == 400
    assert stall.diff() == []


def test_a_form_carries_nothing_but_its_fields_and_our_two(keeper):
    keeper.get(ITEM)
    names = {name for name, _ in keeper.form("/message").fields}
    assert names == {"csrf_token", "idempotency_key", "recipient", "body"}
    keys = re.findall(r'name="idempotency_key" value="([0-9a-f]{32})"', keeper.page.text)
    assert len(keys) == len(set(keys)) == 4
