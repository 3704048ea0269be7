"""Promises of versions: every row has one, edits may ask for it, and who comes too late is shown what differs."""

import json
from datetime import datetime

import pytest

import worlds
from worlds.engine import bookkeeping, versions
from worlds.engine.episode import Episode
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.operation import LAST_WRITE_WINS, writes
from worlds.engine.surfaces.openapi import openapi_document
from worlds.engine.terms import version_in
from worlds.engine.world import find

ANN = {"who": "Ann", "operation": "deliver", "arguments": {"item_id": 3, "quantity": 2}}
BETWEEN = FaultPlan(rules=(Rule(fault="F17", operations=("get_item",), params=ANN),))
"""Ann brings two of item 3 right after somebody has looked at an item."""


@pytest.fixture
def shared():
    """The stall while Ann is at work."""
    with worlds.open("tiny", role="keeper", faults=BETWEEN) as episode:
        yield episode


def version(episode: Episode, item_id: int = 3) -> int:
    return int(episode.call("get_item", {"item_id": item_id}).body["version"])


def test_a_record_begins_at_one_and_counts_each_change(stall):
    assert version(stall) == 1
    assert stall.call("change_item", {"item_id": 3, "note": "one"}).body["version"] == 2
    assert stall.call("sell_item", {"item_id": 3, "quantity": 1}).body["version"] == 3
    assert (version(stall), version(stall, 4)) == (3, 1)


def test_a_write_that_leaves_a_record_as_it_was_is_no_new_version(stall):
    stall.call("change_item", {"item_id": 3, "note": "one"})
    stall.call("change_item", {"item_id": 3, "note": "one"})
    assert version(stall) == 2


def test_a_refused_write_is_no_new_version(stall):
    stall.call("sell_item", {"item_id": 3, "quantity": 1000})
    assert version(stall) == 1


def test_what_a_set_up_writes_does_not_show_in_the_version(stall):
    with stall._fork.lease() as connection, connection.begin():
        driver = bookkeeping.driver_of(connection)
        driver.execute("UPDATE item SET note = 'prepared' WHERE id = 3")
        assert versions.version_of(driver, stall.world.metadata, "item", 3) == 1
    assert version(stall) == 1


def test_an_edit_at_the_version_that_was_read_goes_through(stall):
    reply = stall.call("change_item", {"item_id": 3, "note": "mine", "if_version": 1})
    assert reply.ok
    assert reply.body["version"] == 2
    assert next(iter(stall.journal)).arguments == {"item_id": 3, "note": "mine"}


@pytest.mark.parametrize("asked", [1, 3, 2**53 - 1])
def test_an_edit_at_another_version_changes_nothing_and_shows_what_differs(shared, asked):
    before = shared.call("get_item", {"item_id": 3}).body
    reply = shared.call("change_item", {"item_id": 3, "note": "mine", "if_version": asked})
    body = reply.body["body"]["error"]
    assert (reply.status, body["code"], body["version"], body["if_version"]) == (409, "version_conflict", 2, asked)
    assert shared.call("get_item", {"item_id": 3}).body["note"] == before["note"]
    if asked == 1:
        (change,) = body["changes"]
        assert (change["field"], change["by"]) == ("quantity", "Ann")
        assert change["now"] - change["was"] == 2
        assert datetime.fromisoformat(change["at"]) <= shared.now


def test_nobody_is_blamed_for_anothers_edit_and_only_theirs_is_in_the_diff(shared):
    shared.call("get_item", {"item_id": 3})
    shared.call("change_item", {"item_id": 3, "quantity": 0, "if_version": 1})
    (change,) = [one for one in shared.diff() if one.table == "item"]
    assert set(change.columns) == {"quantity"}
    with shared._fork.lease() as connection:
        driver = bookkeeping.driver_of(connection)
        edits = versions.edits_since(driver, shared.world.metadata, "item", 3, 1)
    assert [(edit.column, edit.actor) for edit in edits] == [("quantity", "Ann")]


def test_who_looks_again_keeps_both_edits(shared):
    first = shared.call("get_item", {"item_id": 3}).body
    assert not shared.call("change_item", {"item_id": 3, "note": "mine", "if_version": first["version"]}).ok
    now = shared.call("get_item", {"item_id": 3}).body
    done = shared.call("change_item", {"item_id": 3, "note": "mine", "if_version": now["version"]}).body
    assert (done["note"], done["quantity"]) == ("mine", first["quantity"] + 2)


@pytest.mark.parametrize("version", ["3", 0, -1, 1.5, True, 2**53, [1]])
def test_a_version_that_is_none_is_refused_and_costs_no_time(stall, version):
    reply = stall.call("change_item", {"item_id": 3, "note": "mine", "if_version": version})
    assert (reply.status, reply.body["error"]["code"], reply.body["error"]["field"]) == (
        422,
        "invalid_version",
        "if_version",
    )
    assert stall.diff() == []
    assert stall.journal.last.step == 0


def test_an_operation_that_overwrites_no_record_takes_no_version(stall):
    reply = stall.call("sell_item", {"item_id": 3, "quantity": 1, "if_version": 1})
    assert reply.body["error"]["code"] == "unknown_argument"
    assert stall.call("get_item", {"item_id": 3, "if_version": 1}).body["error"]["code"] == "unknown_argument"


def test_schemas_show_the_terms_to_callers_and_keep_them_from_the_business(stall):
    tools = {tool["name"]: tool["inputSchema"] for tool in stall.tools("mcp")}
    assert {"if_version", "idempotency_key"} <= set(tools["change_item"]["properties"])
    assert "if_version" not in tools["sell_item"]["properties"]
    assert "idempotency_key" in tools["sell_item"]["properties"]
    assert not {"if_version", "idempotency_key"} & set(tools["get_item"]["properties"])
    assert not {"if_version", "idempotency_key"} & set(tools["change_item"].get("required", ()))
    assert "if_version" not in stall.world.operations["change_item"].input_schema["properties"]
    described = openapi_document(stall.world, "keeper")["paths"]["/change_item"]["post"]
    assert {one["name"] for one in described["parameters"]} == {"Idempotency-Key", "If-Match"}
    assert "ETag" in described["responses"]["200"]["headers"]
    json.dumps(described)


@pytest.mark.parametrize(("header", "number"), [('"3"', 3), ("3", 3), ('W/"12"', 12), (' "1" ', 1)])
def test_an_if_match_header_is_read_as_an_etag_was_given(header, number):
    assert version_in(header) == number


def test_an_operation_says_that_the_last_write_wins_where_it_does():
    shop = find("shop")
    assert LAST_WRITE_WINS in shop.operations["change_cart_line"].description
    assert shop.operations["change_cart_line"].record is None
    with pytest.raises(TypeError, match="say one of the two"):
        writes(roles=("keeper",), record="item_id", last_write_wins=True)


def test_a_change_of_a_part_is_a_change_of_the_whole():
    with worlds.open("shop", role="merch") as episode:
        product = episode.call("list_products", {"page_size": 1}).body["items"][0]["product_id"]
        before = episode.call("get_product_record", {"product_id": product}).body
        variant = before["variants"][0]
        episode.call("update_variant", {"variant_id": variant["variant_id"], "weight": variant["weight"] + 1})
        after = episode.call("get_product_record", {"product_id": product}).body
        assert (before["version"], after["version"]) == (1, 2)
        assert [one["version"] for one in after["variants"]] == [2, *(1 for _ in after["variants"][1:])]
        late = episode.call("update_product", {"product_id": product, "vendor": "Other", "if_version": 1})
        (change,) = late.body["body"]["changes"]
        assert (change["record"], change["id"], change["field"]) == ("variant", variant["variant_id"], "weight")
        assert change["by"] == "you"
