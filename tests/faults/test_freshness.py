"""Promises of lists and reads that are behind, and of lists that shift: reading again in time shows what is true."""

import pytest
from asking import API, a_house
from troubles import under

import worlds
from worlds.engine.bookkeeping import driver_of
from worlds.engine.cursors import LIFE
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.surfaces.visitor import Visitor
from worlds.engine.world import find

ORDER = 40


@pytest.fixture(scope="module")
def house():
    with a_house() as opened:
        yield opened


def at_the_shop(fault, role="support_l2", **rule):
    return under(fault, target="shop", role=role, times=0, **rule)


def hand_over(episode):
    reply = episode.call(
        "escalate", {"team": "finance", "reason": "other", "message": "Please look.", "order_id": ORDER}
    )
    assert reply.ok
    return reply.body["number"]


def later(episode, seconds):
    """Let time go by on something that is no list and names no record."""
    assert episode.perform("list_policies", {}, "tools", seconds=seconds).status == 200


def met(episode):
    return [entry.faults for entry in episode.journal]


@pytest.mark.parametrize("surface", API)
def test_a_list_shows_what_was_there_when_its_index_was_made_and_a_read_by_key_what_is_there(house, surface):
    with at_the_shop("F30") as episode:
        before = house.ask(episode, surface, "list_escalations").body["total"]
        number = hand_over(episode)
        assert house.ask(episode, surface, "list_escalations").body["total"] == before
        shown = house.ask(episode, surface, "get_order", order_id=ORDER).body["escalations"]
        assert number in [one["number"] for one in shown]
        later(episode, 120)
        assert house.ask(episode, surface, "list_escalations").body["total"] == before + 1
        assert met(episode)[2] == ("search-lag",)


def test_an_index_over_which_nothing_happened_is_not_behind():
    with at_the_shop("F30") as episode:
        episode.call("list_escalations")
        episode.call("list_orders", {"query": "tent"})
        assert met(episode) == [(), ()]


def test_a_page_with_a_list_is_as_far_behind_as_the_list():
    with at_the_shop("F30") as episode:
        visitor = Visitor(create_pages(find("shop")), episode)
        number = hand_over(episode)
        assert number not in visitor.get("/office/handovers").text
        assert number in visitor.get(f"/office/orders/{ORDER}").text
        later(episode, 120)
        assert number in visitor.get("/office/handovers").text


def test_looking_at_the_past_changes_nothing_and_the_writes_in_between_are_kept():
    with at_the_shop("F30") as episode:
        number = hand_over(episode)
        before = episode.diff()
        episode.call("list_escalations")
        assert episode.diff() == before
        assert [one.after["number"] for one in before if one.table == "escalation"] == [number]


@pytest.mark.parametrize("surface", API)
def test_a_record_is_read_as_it_was_for_a_while_after_it_was_changed(house, surface):
    with at_the_shop("F31") as episode:
        notes = len(house.ask(episode, surface, "get_order", order_id=ORDER).body["notes"])
        assert episode.call("add_order_note", {"order_id": ORDER, "text": "Asked for the invoice."}).ok
        assert len(house.ask(episode, surface, "get_order", order_id=ORDER).body["notes"]) == notes
        later(episode, 45)
        assert len(house.ask(episode, surface, "get_order", order_id=ORDER).body["notes"]) == notes + 1
        assert [one.table for one in episode.diff() if one.table == "order_note"] == ["order_note"]


def test_a_stale_answer_says_its_age_and_has_the_tag_of_the_version_that_it_shows(house):
    with at_the_shop("F31", role="merch") as episode:
        first = house.ask(episode, "http", "get_product_record", product_id=3)
        assert episode.call("update_product", {"product_id": 3, "description": "Washable at 30 degrees."}).ok
        stale = house.ask(episode, "http", "get_product_record", product_id=3)
        later(episode, 45)
        fresh = house.ask(episode, "http", "get_product_record", product_id=3)
        assert stale.headers["age"] == "45"
        assert "age" not in first.headers
        assert "age" not in fresh.headers
        assert stale.headers["etag"] == first.headers["etag"] != fresh.headers["etag"]
        assert stale.body["version"] == first.body["version"]


def test_a_record_that_nobody_changed_is_read_as_it_is():
    with at_the_shop("F31") as episode:
        episode.call("add_order_note", {"order_id": ORDER, "text": "Asked for the invoice."})
        episode.call("get_order", {"order_id": ORDER + 1})
        assert met(episode)[-1] == ()


# -- cursors ------------------------------------------------------------------------------------------------------


def walk(episode, **filters):
    """All rows of a list, by cursors alone after the first page."""
    page = episode.call("list_orders", {"page_size": 40, **filters})
    while True:
        assert page.ok, page.body
        yield from [row["order_id"] for row in page.body["items"]]
        if page.body["next_cursor"] is None:
            return
        page = episode.call("list_orders", {"cursor": page.body["next_cursor"]})


def test_cursors_lead_through_the_whole_list_and_bring_its_filters_with_them():
    with worlds.open("shop", role="support_l2") as episode:
        pages = [
            episode.call("list_orders", {"fulfilment_status": "fulfilled", "page_size": 40, "page": number}).body
            for number in range(1, 40)
        ]
        by_number = [row["order_id"] for page in pages for row in page["items"]]
        assert list(walk(episode, fulfilment_status="fulfilled")) == by_number
        assert len(set(by_number)) == pages[0]["total"]


@pytest.mark.parametrize("surface", ["tools", "http"])
def test_a_cursor_goes_alone(house, surface):
    with worlds.open("shop", role="support_l2") as episode:
        cursor = episode.call("list_orders").body["next_cursor"]
        told = house.ask(episode, surface, "list_orders", cursor=cursor, fulfilment_status="fulfilled")
        assert told.status == 400
        assert told.body["error"]["code"] == "cursor_with_filters"
        assert "fulfilment_status cannot be passed when cursor is present" in told.body["error"]["message"]
        assert house.ask(episode, surface, "list_orders", cursor=cursor, page_size=5).body["page_size"] == 5


@pytest.mark.parametrize("spoilt", ["", "x", "é", "A" * 40, 7, ["a"], {"cursor": "a"}, True])
def test_a_cursor_that_no_list_gave_is_refused(spoilt):
    with worlds.open("shop", role="support_l2") as episode:
        reply = episode.call("list_orders", {"cursor": spoilt})
        assert (reply.status, reply.body["error"]["code"]) == (400, "cursor_invalid")


def test_a_cursor_that_was_tampered_with_or_is_of_another_list_is_refused():
    with worlds.open("shop", role="support_l2") as episode:
        cursor = episode.call("list_orders").body["next_cursor"]
        for at in range(0, len(cursor), 7):
            other = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
            assert episode.call("list_orders", {"cursor": other}).status == 400
        elsewhere = episode.call("list_customers", {"cursor": cursor})
        assert (elsewhere.status, elsewhere.body["error"]["code"]) == (400, "cursor_invalid")


def test_a_cursor_runs_out():
    with worlds.open("shop", role="support_l2") as episode:
        cursor = episode.call("list_orders").body["next_cursor"]
        later(episode, LIFE)
        assert episode.call("list_orders", {"cursor": cursor}).ok
        later(episode, 2)
        told = episode.call("list_orders", {"cursor": cursor})
        assert (told.status, told.body["error"]["code"]) == (400, "cursor_expired")


def test_the_tools_of_lists_alone_take_a_cursor():
    with worlds.open("shop", role="support_l2") as episode:
        taking = {
            tool["function"]["name"]
            for tool in episode.tools()
            if "cursor" in tool["function"]["parameters"]["properties"]
        }
        assert {"list_orders", "list_customers", "list_emails"} <= taking
        assert "get_order" not in taking
        assert episode.call("get_order", {"order_id": ORDER, "cursor": "x"}).body["error"]["code"] == "unknown_argument"


# -- lists that shift ---------------------------------------------------------------------------------------------


def test_somebody_elses_row_comes_in_between_two_pages_and_the_agent_is_not_blamed():
    with under("F32", target="shop", role="support_l2") as episode:
        first = episode.call("list_orders", {"page_size": 10}).body
        second = episode.call("list_orders", {"page_size": 10, "page": 2}).body
        assert second["total"] == first["total"] + 1
        assert second["items"][0]["order_id"] == first["items"][-1]["order_id"]
        assert met(episode) == [(), ("shifting-pages",)]
        with episode._kept() as connection:
            roots = {row[0] for row in driver_of(connection).execute(ROOTS)}
        assert roots == {"world:customer"}


ROOTS = "SELECT root FROM engine_change JOIN engine_cause ON engine_cause.id = cause_id"


def test_a_lost_cursor_stays_lost_and_whoever_begins_again_has_every_row_once():
    with under("F32", target="shop", role="support_l2") as episode:
        first = episode.call("list_orders", {"page_size": 40}).body
        for _ in range(2):
            lost = episode.call("list_orders", {"cursor": first["next_cursor"]})
            assert (lost.status, list(lost.body["body"]["errors"])) == (400, ["cursor"])
        rows = list(walk(episode))
        assert len(rows) == len(set(rows)) == first["total"] + 1


@pytest.mark.parametrize("code", ["F30", "F31", "F32"])
def test_the_same_plan_and_the_same_calls_come_to_the_same_bytes(code):
    images = []
    for _ in range(2):
        plan = FaultPlan(rules=(Rule(fault=code, times=0),), seed=5)
        with worlds.open("shop", role="support_l2", faults=plan) as episode:
            episode.call("add_order_note", {"order_id": ORDER, "text": "Asked for the invoice."})
            episode.call("get_order", {"order_id": ORDER})
            cursor = episode.call("list_orders").body["next_cursor"]
            episode.call("list_orders", {"cursor": cursor})
            episode.call("list_orders", {"page": 2})
            images.append((episode.journal.to_json(), episode.image()))
    assert images[0] == images[1]
