"""Promises of a company: its apps share one database, one clock and one inbox, and are worlds of their own in it."""

import os
import subprocess
import sys

import worlds

SAME = """
import worlds
with worlds.open("arcade", role="owner") as episode:
    episode.call("north_order_delivery", {"item_id": 3, "quantity": 5})
    episode.call("south_change_item", {"item_id": 3, "quantity": 7})
    episode.call("wait", {"minutes": 10_000})
    print(episode.state_hash())
"""


def changed(episode):
    return {(one.table, one.key): one.after for one in episode.diff()}


def test_tools_carry_the_name_of_their_app_and_what_all_have_is_there_once(owner):
    names = [one["function"]["name"] for one in owner.tools()]
    assert {"north_get_item", "south_get_item", "wait", "read_inbox"} <= set(names)
    assert "get_item" not in names
    assert not any(name.endswith(("_wait", "_read_inbox")) for name in names)


def test_an_app_changes_its_own_rows_alone(owner):
    before = owner.call("north_get_item", {"item_id": 3}).body
    assert owner.call("south_change_item", {"item_id": 3, "quantity": 7}).ok
    assert {place: row["quantity"] for place, row in changed(owner).items()} == {("south_item", 3): 7}
    assert owner.call("north_get_item", {"item_id": 3}).body == before


def test_ids_and_numbers_are_counted_by_each_app_for_itself(owner):
    for _ in range(2):
        owner.call("north_send_message", {"item_id": 1, "recipient": "Ann", "body": "A word."})
    owner.call("south_send_message", {"item_id": 1, "recipient": "Ann", "body": "A word."})
    assert set(changed(owner)) == {("north_message", 1), ("north_message", 2), ("south_message", 1)}


def test_versions_are_those_of_the_apps_own_record(owner):
    owner.call("north_change_item", {"item_id": 3, "quantity": 8})
    assert owner.call("south_change_item", {"item_id": 3, "quantity": 9, "if_version": 1}).ok
    refused = owner.call("north_change_item", {"item_id": 3, "quantity": 9, "if_version": 1})
    assert (refused.status, refused.body["body"]["error"]["code"]) == (409, "version_conflict")
    assert changed(owner)["north_item", 3]["quantity"] == 8


def test_what_an_app_schedules_happens_in_that_app_on_the_one_clock(owner):
    owner.call("south_order_delivery", {"item_id": 3, "quantity": 5, "days": 2})
    was = owner.call("south_get_item", {"item_id": 3}).body["quantity"]
    owner.call("wait", {"minutes": 4 * 24 * 60})
    assert owner.call("south_get_item", {"item_id": 3}).body["quantity"] == was + 5
    assert {table for table, _ in changed(owner)} == {"south_item", "south_message"}
    assert {one.operation for one in owner.changes()} == {"south_deliver", "south_thank"}


def test_one_has_a_role_in_each_app_and_may_do_there_what_it_may(tenant):
    assert tenant.call("south_list_items").ok
    assert tenant.call("north_change_item", {"item_id": 3, "quantity": 8}).ok
    refused = tenant.call("south_change_item", {"item_id": 3, "quantity": 8})
    assert (refused.status, refused.body["error"]["code"]) == (403, "role_not_permitted")
    assert set(changed(tenant)) == {("north_item", 3)}


def test_whoever_has_no_seat_in_an_app_has_none_of_its_tools():
    with worlds.open("arcade", role="passer") as episode:
        assert not [one for one in episode.tools() if one["function"]["name"].startswith("south")]
        assert episode.call("south_list_items").status == 403


def test_what_is_repeated_in_one_app_is_not_repeated_in_the_other(owner):
    for app in ("north", "south", "north"):
        owner.call(f"{app}_sell_item", {"item_id": 3, "quantity": 1}, key="once")
    assert [entry.outcome for entry in owner.journal] == ["done", "done", "replayed"]
    assert set(changed(owner)) == {("north_item", 3), ("south_item", 3)}


def test_a_company_is_reset_and_branched_as_any_world(owner):
    begun = owner.state_hash()
    owner.call("north_change_item", {"item_id": 3, "quantity": 8})
    with owner.fork() as other:
        other.call("south_change_item", {"item_id": 3, "quantity": 9})
        assert set(changed(other)) == {("north_item", 3), ("south_item", 3)}
    assert set(changed(owner)) == {("north_item", 3)}
    owner.reset()
    assert (owner.state_hash(), changed(owner)) == (begun, {})


def test_the_laws_of_every_app_hold_within_the_company(arcade):
    laws = {law.name: law for law in arcade.invariants}
    assert {"north_prices_are_not_negative", "south_prices_are_not_negative"} <= laws.keys()
    assert "FROM north_item" in laws["north_prices_are_not_negative"].sql


def test_the_grader_knows_the_tables_of_all_apps_as_they_stand(arcade):
    assert set(arcade.schema.tables) == {"north_item", "north_message", "south_item", "south_message"}
    assert arcade.schema.table("south_message").columns["item_id"].references == "south_item"


def test_the_same_actions_give_the_same_state_in_another_process():
    seen = set()
    for seed in ("1", "2"):
        run = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", SAME],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        seen.add(run.stdout)
    assert len(seen) == 1
