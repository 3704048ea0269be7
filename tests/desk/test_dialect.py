"""The desk's own words for what every world has: versions of records, and lists that only cursors turn."""

import pytest

import worlds
from worlds.engine.surfaces.openapi import openapi_document
from worlds.engine.task import every_row
from worlds.engine.world import find


@pytest.fixture
def desk():
    with worlds.open("desk", role="agent") as episode:
        yield episode


class Worker:
    """What `every_row` needs of a worker."""

    def __init__(self, episode):
        self.episode = episode
        self.dialect = episode.world.dialect

    def call(self, operation, **arguments):
        reply = self.episode.call(operation, arguments)
        assert reply.ok, reply.body
        return reply.body


def test_a_list_says_how_many_there_are_and_whether_more_follow(desk):
    first = desk.call("list_tickets", {"status": "open", "page_size": 5}).body
    assert set(first) == {"items", "count", "has_more", "after_cursor"}
    assert (len(first["items"]), first["has_more"]) == (5, True)
    second = desk.call("list_tickets", {"after_cursor": first["after_cursor"]}).body
    assert not {one["ticket_id"] for one in first["items"]} & {one["ticket_id"] for one in second["items"]}
    assert {one["status"] for one in second["items"]} == {"open"}, "the cursor brings the filters of its list"


def test_the_rows_of_all_pages_are_the_list(desk):
    rows = [row["ticket_id"] for row in every_row(Worker(desk), "list_tickets", status="closed")]
    assert len(rows) == len(set(rows)) == desk.call("list_tickets", {"status": "closed"}).body["count"]
    assert len(rows) > 100, "more than a page"


@pytest.mark.parametrize(
    ("operation", "arguments", "field"),
    [
        ("list_tickets", {"page": 2}, "page"),
        ("list_tickets", {"cursor": "abc"}, "cursor"),
        ("update_ticket", {"ticket_id": 1, "priority": "high", "if_version": 1}, "if_version"),
    ],
    ids=["a page by its number", "a cursor by another name", "a version by another name"],
)
def test_the_words_of_other_systems_are_refused_by_name_and_change_nothing(desk, operation, arguments, field):
    reply = desk.call(operation, arguments)
    assert reply.status == 422
    assert field in reply.body["details"], reply.body
    assert not desk.diff()


def test_a_write_is_conditional_on_a_version_by_the_desks_own_word(desk):
    row = desk.call("list_tickets", {"status": "open"}).body["items"][0]
    version = desk.call("get_ticket", {"ticket_id": row["ticket_id"]}).body["version"]
    higher = "high" if row["priority"] != "high" else "normal"
    asked = {"ticket_id": row["ticket_id"], "priority": higher, "safe_version": version}
    assert desk.call("update_ticket", asked).ok
    late = desk.call("update_ticket", {**asked, "priority": "low"})
    assert late.status == 409
    assert "version 2" in late.body["body"]["description"]
    assert desk.call("get_ticket", {"ticket_id": row["ticket_id"]}).body["priority"] == higher


def test_tools_and_descriptions_speak_the_dialect():
    tools = {one.name: one for one in find("desk").operations.values()}
    described = openapi_document(find("desk"), "agent")["paths"]
    (listed, updated) = (described["/list_tickets"]["post"], described["/update_ticket"]["post"])
    asked = listed["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert "after_cursor" in asked
    assert not {"page", "cursor"} & set(asked)
    told = listed["responses"]["200"]["content"]["application/json"]["schema"]["properties"]
    assert set(told) == {"items", "count", "has_more", "after_cursor"}
    assert "safe_version" in updated["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert "page" not in tools["list_tickets"].input_schema["properties"]
