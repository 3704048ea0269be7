"""Promises of others at work on the same records: edits that cross, locks, keys in use, stock and steps that race."""

import json
import re

import pytest
from asking import API, a_house, stamped
from troubles import stored, under

import worlds
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.hands import Hands
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.surfaces.visitor import Visitor
from worlds.engine.world import find

TRACES = {"audit_event", "timeline_event", "stock_movement", "outbox_email"}
ANN = {"who": "Ann", "operation": "deliver", "arguments": {"item_id": 3, "quantity": 2}}


@pytest.fixture(scope="module")
def house():
    with a_house() as opened:
        yield opened


@pytest.fixture(scope="module")
def open_order():
    """An open order whose address may be changed."""
    with worlds.open("shop", role="admin") as episode:
        rows = episode.call("list_orders", {"fulfilment_status": "unfulfilled", "cancelled": False}).body["items"]
        shown = [episode.call("get_order", {"order_id": row["order_id"]}).body for row in rows]
        return next(one["order_id"] for one in shown if not one["labels"] and not one["shipping_address"]["line2"])


def in_the_shop(fault, role="admin", **rule):
    return under(fault, target="shop", role=role, **rule)


def address_of(episode, order_id):
    return episode.call("get_order", {"order_id": order_id}).body["shipping_address"]


def with_line(address):
    return {**address, "line2": "Floor 2"}


def causes(episode):
    """Who set off which changes of business."""
    query = "SELECT DISTINCT tbl, actor, root FROM engine_change JOIN engine_cause k ON k.id = cause_id WHERE step > 0"
    rows = stored(episode, query)
    return {(table, actor, root.split(":")[0]) for table, actor, root in rows if table not in TRACES}


@pytest.mark.parametrize("field", ["other", "same"])
def test_a_conditional_write_that_comes_too_late_is_refused_and_says_who_was_there(open_order, field):
    with in_the_shop("F16", params={"field": field}) as episode:
        before = address_of(episode, open_order)
        edit = {"order_id": open_order, "address": with_line(before), "if_version": 1}
        reply = episode.call("edit_shipping_address", edit)
        assert (reply.status, reply.body["headers"]["ETag"]) == (409, '"2"')
        (change,) = reply.body["body"]["changes"]
        assert change["field"] == ("address.phone" if field == "other" else "address.line1")
        assert change["by"] in colleagues(episode)
        assert {(actor, root) for _, actor, root in causes(episode)} == {(change["by"], "world")}
        assert stamped(episode)[-1] == ("edit_shipping_address", "failed", 409, ("optimistic-conflict",))


def colleagues(episode):
    """The roles of the people in the back office, by name."""
    return dict(stored(episode, "SELECT name, role FROM staff_user WHERE active = 1"))


def test_audit_and_timeline_name_the_colleague(open_order):
    with in_the_shop("F16") as episode:
        edit = {"order_id": open_order, "address": with_line(address_of(episode, open_order)), "if_version": 1}
        by = episode.call("edit_shipping_address", edit).body["body"]["changes"][0]["by"]
        told = episode.call("get_order", {"order_id": open_order}).body["timeline"][-1]
        assert (told["kind"], told["by"]) == ("address_changed", by)
        (audited,) = [one.after for one in episode.diff() if one.table == "audit_event"]
        assert audited["actor_role"] == colleagues(episode)[by]


def test_who_reads_again_and_merges_keeps_both_edits(open_order):
    with in_the_shop("F16") as episode:
        old = address_of(episode, open_order)
        edit = {"order_id": open_order, "address": with_line(old), "if_version": 1}
        version = episode.call("edit_shipping_address", edit).body["body"]["version"]
        now = address_of(episode, open_order)
        merged = {"order_id": open_order, "address": with_line(now), "if_version": version}
        assert episode.call("edit_shipping_address", merged).ok
        end = address_of(episode, open_order)
        assert end["line2"] == "Floor 2"
        assert end["phone"] == now["phone"] != old["phone"]


def test_a_write_without_a_version_does_not_meet_the_conflict(open_order):
    with in_the_shop("F16") as episode:
        edit = {"order_id": open_order, "address": with_line(address_of(episode, open_order))}
        assert episode.call("edit_shipping_address", edit).ok
        assert not any(entry.faults for entry in episode.journal)


def test_the_last_write_silently_undoes_a_colleagues_edit_and_the_agent_is_booked_for_it(open_order):
    with in_the_shop("F17") as episode:
        old = address_of(episode, open_order)
        assert episode.journal.last.faults == ("silent-last-write-wins",)
        assert episode.call("edit_shipping_address", {"order_id": open_order, "address": with_line(old)}).ok
        assert address_of(episode, open_order)["phone"] == old["phone"]
        assert {root for table, _, root in causes(episode) if table == "sales_order"} == {"world", "agent"}


def test_the_careful_write_after_the_same_edit_is_refused_and_loses_nothing(open_order):
    with in_the_shop("F17") as episode:
        old = address_of(episode, open_order)
        edit = {"order_id": open_order, "address": with_line(old), "if_version": 1}
        assert episode.call("edit_shipping_address", edit).status == 409
        assert {root for _, _, root in causes(episode)} == {"world"}
        assert address_of(episode, open_order)["phone"] != old["phone"]


def test_no_colleague_changes_the_address_that_a_live_label_bears():
    with worlds.open("shop", role="admin") as episode:
        label = episode.call("list_labels", {"status": "bought"}).body["items"][0]
        name = min(colleagues(episode))
    edit = {"order_id": label["order_id"], "line1": "Elsewhere 1"}
    asked = {"who": name, "operation": "colleague_amends_address", "arguments": edit}
    with in_the_shop("F17", params=asked, times=0) as episode:
        address_of(episode, label["order_id"])
        assert episode.journal.last.faults == ("silent-last-write-wins",)
        assert episode.diff() == []


@pytest.mark.parametrize("surface", API)
def test_a_conflict_is_told_on_every_way_in(house, surface):
    with under("F16", params=ANN) as episode:
        told = house.ask(episode, surface, "change_item", item_id=3, note="mine", if_version=1)
        assert told.status == 409
        assert told.body["error"]["code"] == "version_conflict"
        assert told.body["error"]["changes"][0]["by"] == "Ann"
        assert {name.lower(): value for name, value in told.headers.items()}["etag"] == '"2"'
        again = house.ask(episode, surface, "change_item", item_id=3, note="mine", if_version=2)
        assert (again.status, again.body["note"]) == (200, "mine")


def test_http_takes_the_version_as_if_match_and_gives_it_as_etag(house):
    with under("F16", params=ANN) as episode:
        address = f"/episodes/{house.key(episode)}/api"
        read = house.http.post(f"{address}/get_item", json={"item_id": 3})
        assert read.headers["etag"] == '"1"'

        def change(version):
            body = {"item_id": 3, "note": "mine"}
            return house.http.post(f"{address}/change_item", json=body, headers={"If-Match": version})

        late = change(read.headers["etag"])
        assert (late.status_code, late.headers["etag"]) == (409, '"2"')
        assert change("*").status_code == 422
        done = change(late.headers["etag"])
        assert (done.status_code, done.headers["etag"]) == (200, '"3"')


def test_a_page_shows_both_versions_and_what_is_sent_then_goes_through():
    with under("F16", params=ANN) as episode:
        visitor = Visitor(create_pages(find("tiny")), episode)
        visitor.get("/stall/items/3")
        hidden = dict(visitor.form("/change").fields)
        assert hidden["if_version"] == "1"
        visitor.send("/change", {"note": "mine"})
        assert visitor.page.status_code == 409
        assert "Ann" in visitor.text
        assert "mine" in visitor.page.text
        assert [one.table for one in episode.diff()] == ["item"]
        assert dict(visitor.form("/change").fields)["if_version"] == "2"
        visitor.send("/change", {"note": "mine"})
        assert episode.call("get_item", {"item_id": 3}).body["note"] == "mine"


@pytest.mark.parametrize("surface", API)
def test_a_locked_row_is_refused_after_a_wait_and_free_again_later(house, surface):
    with under("F18") as episode:
        began = episode.now
        told = house.ask(episode, surface, "sell_item", item_id=3, quantity=1)
        assert told.status == 423
        assert (episode.now - began).total_seconds() >= 10
        assert episode.diff() == []
        wait = int({name.lower(): value for name, value in told.headers.items()}["retry-after"])
        early = episode.perform("sell_item", {"item_id": 3, "quantity": 1}, "tools")
        assert early.status == 423
        assert episode.perform("sell_item", {"item_id": 3, "quantity": 1}, "tools", seconds=wait).ok


def test_a_lock_timeout_did_nothing_and_the_same_key_goes_through(house):
    for surface in API:
        with under("F19") as episode:
            told = house.ask(episode, surface, "sell_item", key="a", item_id=3, quantity=1)
            assert told.status == 429
            assert episode.diff() == []
            assert house.ask(episode, surface, "sell_item", key="a", item_id=3, quantity=1).status == 200
            assert [entry.outcome for entry in episode.journal] == ["failed", "done"]


def test_a_key_in_use_is_refused_for_a_while_and_then_answered_with_the_one_effect(house):
    for surface in API:
        with under("F20") as episode:
            ask = {"item_id": 3, "quantity": 1}
            assert house.ask(episode, surface, "sell_item", key="a", **ask).status == 409
            assert house.ask(episode, surface, "sell_item", key="a", **ask).status == 409
            assert episode.perform("sell_item", ask, "tools", key="a", seconds=30).ok
            assert episode.journal.last.outcome == "replayed"
            (change,) = episode.diff()
            assert change.before["quantity"] - change.after["quantity"] == 1


def test_a_new_key_for_the_same_request_is_a_second_effect():
    with under("F20") as episode:
        episode.call("sell_item", {"item_id": 3, "quantity": 1}, key="a")
        episode.call("sell_item", {"item_id": 3, "quantity": 1}, key="b")
        (change,) = episode.diff()
        assert change.before["quantity"] - change.after["quantity"] == 2


def test_a_pruned_key_is_new_again():
    with under("F20", params={"how": "pruned", "seconds": 60}, times=0) as episode:
        sale = {"item_id": 3, "quantity": 1}
        episode.call("sell_item", sale, key="a")
        episode.call("sell_item", sale, key="a")
        assert episode.journal.last.outcome == "replayed"
        episode.perform("sell_item", sale, "tools", key="a", seconds=90)
        assert episode.journal.last.outcome == "done"


def test_a_stale_comparison_sets_nothing_and_switching_it_off_is_written_down():
    with in_the_shop("F21", role="ops") as episode:
        level = episode.call("list_stock", {"page_size": 1}).body["items"][0]
        place = {name: level[name] for name in ("variant_id", "location_id")}
        late = episode.call("set_stock", {**place, "expected": level["available"], "quantity": 7})
        assert (late.status, late.body["error"]["code"]) == (409, "stale_stock")
        assert {root for _, _, root in causes(episode)} == {"world"}
        now = late.body["error"]["available"]
        assert episode.call("set_stock", {**place, "expected": now, "quantity": 7}).body["available"] == 7
        assert episode.call("set_stock", {**place, "quantity": 8}).body["error"]["code"] == "missing_argument"
        assert episode.call("set_stock", {**place, "expected": None, "quantity": 8}).body["available"] == 8
        audited = [json.loads(one.after["details"]) for one in episode.diff() if one.table == "audit_event"]
        assert [one.get("compared") for one in audited][-2:] == [None, False]


def test_the_right_way_with_a_transfer_slip_is_for_nobody_else_to_turn_round():
    with worlds.open("shop/move-stock", seed=5, faults="F21") as episode:
        assert episode.grade(episode.task.family.solve(Hands(episode))).passed
        assert not any(entry.faults for entry in episode.journal)


def test_somebody_else_buys_the_last_units_and_nothing_is_sold_that_nobody_has():
    with in_the_shop("F22", role="customer") as episode:
        variant = last_units(episode)
        assert episode.call("add_to_cart", {"variant_id": variant, "quantity": 1}).ok
        home = episode.call("get_my_account").body["addresses"][0]["address_id"]
        reply = episode.call("place_order", {"address_id": home})
        assert (reply.status, reply.body["error"]["code"]) == (409, "insufficient_stock")
        levels = [one for one in episode.diff() if one.table == "inventory_level"]
        assert levels
        assert all(one.after["available"] >= 0 for one in levels)
        assert {(actor, root) for _, actor, root in causes(episode) if actor != "agent"} == {("shopper", "world")}
        again = episode.perform("place_order", {"address_id": home}, "tools", seconds=600)
        assert again.ok  # the other one has thought better of it


def last_units(episode):
    """A variant with few units left that others have bought before."""
    query = """SELECT v.id FROM variant v JOIN product p ON p.id = v.product_id
      JOIN inventory_level i ON i.variant_id = v.id JOIN location w ON w.id = i.location_id
      JOIN order_line l ON l.variant_id = v.id JOIN sales_order o ON o.id = l.order_id
      JOIN payment y ON y.order_id = o.id
      WHERE v.active AND p.status = 'active' AND v.inventory_policy = 'deny' AND w.active AND w.fulfils_online
        AND o.customer_id <> ? GROUP BY v.id HAVING min(i.available) > 0 ORDER BY sum(i.available), v.id LIMIT 1"""
    return stored(episode, query, episode.actor.person)[0][0]


@pytest.fixture
def requested():
    """The id of a return that waits for a decision."""
    with worlds.open("shop", role="admin") as episode:
        return episode.call("list_returns", {"status": "requested"}).body["items"][0]["return_id"]


def test_a_step_that_crosses_another_is_turned_away_and_may_be_taken_again(requested):
    with in_the_shop("F23") as episode:
        reply = episode.call("approve_return", {"return_id": requested})
        assert (reply.status, episode.diff()) == (409, [])
        assert episode.call("get_return", {"return_id": requested}).body["status"] == "requested"
        assert episode.call("approve_return", {"return_id": requested}).body["status"] == "open"


def test_a_step_that_somebody_else_just_took_is_theirs(requested):
    with in_the_shop("F23", params={"how": "ran"}) as episode:
        reply = episode.call("approve_return", {"return_id": requested})
        assert reply.body["error"]["code"] == "return_not_requested"
        assert {root for _, _, root in causes(episode)} == {"world"}
        assert episode.call("get_return", {"return_id": requested}).body["status"] == "open"


def test_a_call_that_cannot_be_read_or_names_nothing_uses_no_fault_up():
    with under("F18") as episode:
        episode.call("sell_item", {"item_id": 3})
        episode.call("sell_item", {"item_id": 4711, "quantity": 1})
        assert not any(entry.faults for entry in episode.journal)
        assert episode.call("sell_item", {"item_id": 3, "quantity": 1}).status == 423


@pytest.mark.parametrize("code", ["F16", "F17", "F18", "F19", "F20", "F23"])
def test_the_same_plan_and_the_same_calls_come_to_the_same_bytes(code, open_order, requested):
    images, told = [], []
    for _ in range(2):
        plan = FaultPlan(rules=(Rule(fault=code),), seed=7)
        with worlds.open("shop", role="admin", faults=plan) as episode:
            address = address_of(episode, open_order)
            edit = {"order_id": open_order, "address": with_line(address), "if_version": 1, "idempotency_key": "k"}
            for _ in range(2):
                episode.call("edit_shipping_address", edit)
            episode.call("approve_return", {"return_id": requested})
            images.append(episode.image())
            told.append([entry.to_json() for entry in episode.journal])
            assert any(entry.faults for entry in episode.journal)
    assert told[0] == told[1]
    assert images[0] == images[1]


def test_what_is_said_of_a_conflict_names_no_plan_and_no_fault(open_order):
    with in_the_shop("F16") as episode:
        edit = {"order_id": open_order, "address": with_line(address_of(episode, open_order)), "if_version": 1}
        text = episode.call("edit_shipping_address", edit).text
        assert not re.search(r"F16|optimistic|fault|plan", text)
        assert "search_text" not in text
