"""Promises of two at one record: what does not meet goes through, what meets is told field by field (rule CR20)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import worlds
from worlds.engine.episode import Episode
from worlds.engine.faults.plan import FaultPlan, Rule


def first(episode: Episode, tool: str, key: str) -> int:
    """The id of the first record of a list."""
    return int(episode.call(tool, {}).body["records"][0][key])


@contextmanager
def meanwhile(kind: str, tool: str, who: str, *changes: tuple[str, str | None]) -> Iterator[tuple[Episode, int]]:
    """An episode in which a colleague changes a record right after it was first read, and the record's id."""
    with worlds.open("crm", role="admin") as plain:
        record = first(plain, f"list_{kind}s", f"{kind}_id")
    given = [{"field": name, "value": value} for name, value in changes]
    act = {"kind": kind, "record_id": record, "changes": given}
    plan = FaultPlan(
        rules=(
            Rule(
                fault="F17", operations=(tool,), params={"who": who, "operation": "colleague_updates", "arguments": act}
            ),
        )
    )
    with worlds.open("crm", role="admin", faults=plan) as episode:
        assert episode.call(tool, {f"{kind}_id": record}).ok
        yield episode, record


def conflict(reply: Any) -> dict[str, Any]:
    assert reply.status == 409, reply.body
    error: dict[str, Any] = reply.body["body"][0]
    assert error["errorCode"] == "VERSION_CONFLICT"
    return error


def test_changes_of_different_fields_both_stand():
    with meanwhile("account", "get_account", "Helena Brandt", ("tier", "key")) as (episode, record):
        done = episode.call("update_account", {"account_id": record, "notes": "Mine", "if_modstamp": 1})
        assert done.ok, done.body
        assert (done.body["tier"], done.body["notes"], done.body["version"]) == ("key", "Mine", 3)


def test_a_change_of_the_same_field_is_refused_and_tells_what_is_there_now():
    with meanwhile("account", "get_account", "Helena Brandt", ("tier", "key"), ("segment", "enterprise")) as (
        episode,
        record,
    ):
        asked = {"account_id": record, "notes": "Mine", "tier": "strategic", "if_modstamp": 1}
        error = conflict(episode.call("update_account", asked))
        assert [(one["field"], one["now"], one["by"]) for one in error["changes"]] == [("tier", "key", "Helena Brandt")]
        assert episode.call("get_account", {"account_id": record}).body["notes"] is None
        assert episode.call("update_account", {**asked, "if_modstamp": error["version"]}).ok


def test_what_is_emptied_meets_what_was_written_there():
    with meanwhile("contact", "get_contact", "Helena Brandt", ("title", "Director")) as (episode, record):
        error = conflict(episode.call("update_contact", {"contact_id": record, "empty": ["title"], "if_modstamp": 1}))
        assert error["fields"] == ["title"]


def test_a_part_of_an_address_meets_that_part_alone():
    with meanwhile("account", "get_account", "Helena Brandt", ("billing_city", "Delft")) as (episode, record):
        asked = {"account_id": record, "billing": {"street": "Kade 1"}, "if_modstamp": 1}
        assert episode.call("update_account", asked).ok
        asked["billing"] = {"city": "Gouda"}
        assert conflict(episode.call("update_account", asked))["fields"] == ["billing.city"]


def test_who_merges_on_what_they_read_hears_of_any_change():
    with meanwhile("contact", "get_contact", "Helena Brandt", ("title", "Director")) as (episode, record):
        others = [one["contact_id"] for one in episode.call("list_contacts", {}).body["records"]]
        asked = {"contact_id": record, "loser_ids": [others[1]], "if_modstamp": 1}
        assert conflict(episode.call("merge_contacts", asked))["fields"] == ["title"]
