"""Promises of dialects: lists and conditions in a world's own words, as data; whoever walks a list need know none."""

import pytest

import worlds
from worlds.engine.dialect import NUMBERED, PLAIN, Dialect
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.fields import Page
from worlds.engine.resilience.line import Desk, Straight
from worlds.engine.resilience.naive import Naive
from worlds.engine.resilience.resilient import Resilient
from worlds.engine.surfaces.openapi import openapi_document
from worlds.engine.task import every_row

pytestmark = pytest.mark.usefixtures("rolodex")
BODY = {"items": [1], "total": 7, "page": 2, "page_size": 1, "pages": 7, "next_cursor": "abc"}
LAST = {**BODY, "page": 7, "next_cursor": None}
COUNTED = Dialect(cursor="after", page={"items": "rows", "count": "total", "has_more": "more", "after": "next"})


class Task:
    """What agents need of a task to be sat down at one."""

    name, seed = "rolodex/none", 0


def desk(episode):
    return Desk(Task(), Straight(episode), world=episode.world, actor=episode.actor)


def test_a_page_is_told_in_the_words_of_a_dialect_and_in_their_order(rolodex):
    assert list(PLAIN.tell(BODY).items()) == list(BODY.items())
    assert list(COUNTED.tell(BODY).items()) == [("items", [1]), ("count", 7), ("has_more", True), ("after", "abc")]
    assert COUNTED.tell(LAST)["has_more"] is False
    force = rolodex.dialect
    assert list(force.tell(BODY)) == ["totalSize", "done", "nextRecordsUrl", "records"]
    assert (force.tell(BODY)["done"], force.tell(BODY)["nextRecordsUrl"]) == (False, "/cards/query/abc")
    assert (force.tell(LAST)["done"], force.tell(LAST)["nextRecordsUrl"]) == (True, None)


@pytest.mark.parametrize("words", [PLAIN, COUNTED, Dialect(locator="/q/{}/next")], ids=["plain", "counted", "locator"])
def test_what_a_dialect_tells_it_reads(words):
    told = words.tell(BODY)
    assert words.rows(told) == [1]
    assert words.bare(words.onward(told)) == "abc"
    assert words.bare("abc") == "abc"
    assert words.onward(words.tell(LAST)) is None
    assert not words.is_whole(told)
    assert words.is_whole(words.tell({**LAST, "page": 1, "pages": 1}))
    assert not words.is_whole({"lines": []})


def test_a_schema_names_what_an_answer_tells():
    schema = Page[int].model_json_schema(mode="serialization")
    assert PLAIN.schema(schema) == schema
    told = COUNTED.schema(schema)
    assert list(told["properties"]) == told["required"] == ["items", "count", "has_more", "after"]
    assert told["properties"]["has_more"] == {"type": "boolean"}


@pytest.mark.parametrize(
    "page",
    [{"items": "rows"}, {"next": "next"}, {"items": "rows", "records": "rows", "next": "next"}],
    ids=["no cursor", "no rows", "rows twice"],
)
def test_a_page_that_cannot_be_walked_is_refused(page):
    with pytest.raises(TypeError, match="nothing of it twice"):
        Dialect(page=page)
    with pytest.raises(TypeError, match="where its cursor stands"):
        Dialect(locator="/query")


def test_a_list_is_asked_for_by_its_locator_or_by_the_cursor_in_it(cards):
    first = cards.call("list_cards", {"city": "Leiden", "page_size": 4}).body
    assert (first["totalSize"], first["done"], len(first["records"])) == (30, False, 4)
    locator = first["nextRecordsUrl"]
    assert locator.startswith("/cards/query/")
    for sent in (locator, locator.removeprefix("/cards/query/")):
        second = cards.call("list_cards", {"locator": sent}).body
        assert [one["card_id"] for one in second["records"]] == [5, 6, 7, 8]
    for wrong, field in (
        ({"page": 2}, "page"),
        ({"cursor": "abc"}, "cursor"),
        ({"locator": "/cards/query/"}, "locator"),
    ):
        reply = cards.call("list_cards", wrong)
        assert reply.status in {400, 422}
        assert reply.body[0]["fields"] == [field]


def test_descriptions_speak_the_dialect(rolodex):
    described = openapi_document(rolodex, "clerk")["paths"]
    told = described["/list_cards"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(told["properties"]) == {"totalSize", "done", "nextRecordsUrl", "records"}
    asked = described["/list_cards"]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert set(asked) == {"city", "page_size", "locator"}
    change = described["/update_card"]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert "if_modstamp" in change


@pytest.mark.parametrize("worker", [Resilient, Naive])
@pytest.mark.parametrize(
    ("target", "role", "operation", "count"),
    [("rolodex", "clerk", "list_cards", 30), ("tiny", "keeper", "list_items", 40)],
)
def test_every_row_is_found_by_whoever_walks_a_list_of_any_dialect(monkeypatch, worker, target, role, operation, count):
    monkeypatch.setattr("worlds.engine.task.MOST_ROWS", 7)
    with worlds.open(target, role=role) as episode:
        rows = list(every_row(worker(desk(episode)), operation))
        assert len({row["name"] for row in rows}) == len(rows) == count
        assert len(list(episode.journal)) > count // 7


def test_a_lost_cursor_is_named_as_the_dialect_calls_it_and_the_list_is_begun_again():
    plan = FaultPlan(rules=(Rule(fault="F32"),))
    with worlds.open("rolodex", role="clerk", faults=plan) as episode:
        first = episode.call("list_cards", {"page_size": 4}).body
        lost = episode.call("list_cards", {"locator": first["nextRecordsUrl"]})
        assert lost.status == 400
        assert lost.body["body"][0]["fields"] == ["locator"]
        assert episode.call("list_cards", {"page_size": 4}).body["records"] == first["records"]


def test_the_engine_s_own_page_is_what_a_page_is():
    assert set(NUMBERED) == set(Page[int].model_fields)


def test_a_condition_goes_by_the_worlds_word(cards):
    done = cards.call("update_card", {"card_id": 3, "name": "New", "if_modstamp": 1})
    assert done.body["version"] == 2
    assert cards.call("update_card", {"card_id": 3, "name": "Newer", "if_version": 2}).status == 422
