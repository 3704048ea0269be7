"""Promises of limits: they say how long to wait, waiting gets through, hammering does not, and the journal shows it."""

import pytest
from asking import API, a_house, stamped
from troubles import under

from worlds.engine.faults.catalogue import find_fault
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.surfaces.visitor import Visitor
from worlds.engine.world import find

ITEM = "/stall/items/3"
LOOK = {"item_id": 3}
LIMITS = {"F4": 429, "F5": 200, "F6": 429, "F7": 429, "F8": 403}
TIGHT = {"F5": {"available": 4}}
"""Parameters under which the wait is longer than a call takes by itself."""


@pytest.fixture(scope="module")
def house():
    with a_house() as opened:
        yield opened


@pytest.fixture(scope="module")
def app():
    return create_pages(find("tiny"))


def lower(headers):
    return {name.lower(): value for name, value in headers.items()}


def until_full(house, episode, surface, times=30):
    """Look until the limit is met; answers what was told then."""
    for _ in range(times):
        told = house.ask(episode, surface, "list_items", page_size=20)
        if told.status != 200 or "errors" in told.body:
            return told
    raise AssertionError("the limit was never met")


@pytest.mark.parametrize("code", LIMITS)
@pytest.mark.parametrize("surface", API)
def test_each_limit_is_met_and_whoever_hammers_does_not_get_through(house, code, surface):
    with under(code, times=0, params=TIGHT.get(code, {})) as episode:
        first = until_full(house, episode, surface)
        assert first.status == LIMITS[code]
        hammered = [house.ask(episode, surface, "list_items", page_size=20) for _ in range(40)]
        assert {one.status for one in hammered} == {LIMITS[code]}
        assert all(one.body.keys() == first.body.keys() for one in hammered if isinstance(first.body, dict))
        assert episode.diff() == []
        name = find_fault(find("tiny"), code).name
        assert stamped(episode)[-40:] == [("list_items", "failed", LIMITS[code], (name,))] * 40


@pytest.mark.parametrize(("code", "wait"), [("F4", 1), ("F5", 1), ("F6", 1), ("F7", 1), ("F8", 1440)])
def test_whoever_waits_gets_through(house, code, wait):
    with under(code, times=0) as episode:
        until_full(house, episode, "tools")
        episode.call("wait", {"minutes": wait})
        assert episode.call("sell_item", {"item_id": 3, "quantity": 1}).ok
        assert len(episode.diff()) == 1


@pytest.mark.parametrize("code", ["F4", "F6"])
def test_the_wait_that_is_told_is_the_wait_that_is_needed(house, code):
    with under(code, times=0) as episode:
        seconds = float(lower(until_full(house, episode, "tools").headers)["retry-after"])
        episode.perform("get_item", LOOK, "tools", seconds=int(seconds) - 1)
        assert stamped(episode)[-1][2] == 429
        seconds = float(episode.journal.last.told["headers"]["Retry-After"])
        episode.perform("get_item", LOOK, "tools", seconds=int(seconds))
        assert stamped(episode)[-1][2] == 200


def test_a_bucket_runs_over_and_its_level_stands_in_every_answer(house):
    with under("F4", times=0, params={"level": 37}) as episode:
        levels = []
        for _ in range(3):
            told = house.ask(episode, "http", "get_item", **LOOK)
            levels.append((told.status, told.headers["x-shopify-shop-api-call-limit"]))
        assert levels == [(200, "38/40"), (200, "39/40"), (200, "40/40")]
        missing = house.ask(episode, "http", "get_item", item_id=999_999)
        assert missing.status == 404
        told = house.ask(episode, "http", "get_item", **LOOK)
        assert told.status == 429
        assert told.headers["retry-after"] == "20.0"
        assert told.headers["x-shopify-shop-api-call-limit"] == "40/40"
        assert told.body["errors"].startswith("Exceeded 2 calls per second for api client.")


def test_a_bucket_that_has_run_out_takes_as_many_calls_again(house):
    with under("F4", times=0) as episode:
        episode.call("wait", {"minutes": 60})
        episode.call("get_item", LOOK)
        episode.call("wait", {"minutes": 60})
        assert sum(episode.call("get_item", LOOK).ok for _ in range(60)) in {41, 42, 43, 44, 45, 46}


@pytest.mark.parametrize("surface", API)
def test_a_200_that_did_nothing_is_no_success(house, surface):
    with under("F5", times=0, params={"available": 4}) as episode:
        told = house.ask(episode, surface, "sell_item", item_id=3, quantity=1)
        assert told.status == 200
        assert told.body["errors"] == [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]
        assert episode.diff() == []
        assert surface != "mcp" or not told.marked
        assert not next(iter(episode.journal)).committed
        cost = told.body["extensions"]["cost"]
        assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (10, None)
        status = cost["throttleStatus"]
        wait = (cost["requestedQueryCost"] - status["currentlyAvailable"]) / status["restoreRate"]
        assert not episode.perform("sell_item", {"item_id": 3, "quantity": 1}, "tools", seconds=int(wait) - 1).ok
        assert episode.perform("sell_item", {"item_id": 3, "quantity": 1}, "tools", seconds=int(wait)).ok


def test_a_smaller_page_costs_less(house):
    with under("F5", times=0) as episode:
        assert not episode.call("list_items", {"page_size": 19}).ok
        assert episode.call("list_items", {"page_size": 10}).ok


def test_an_accounts_updates_have_a_limit_of_their_own_that_pages_meet_too(app):
    with under("F6", times=0) as episode:
        visitor = Visitor(app, episode)
        assert [visitor.get(ITEM).status_code for _ in range(12)] == [200] * 12
        for _ in range(2):
            assert episode.call("sell_item", {"item_id": 3, "quantity": 1}).ok
        visitor.get(ITEM)
        visitor.send("/sell", {"quantity": "2"})
        assert visitor.page.status_code == 429
        assert int(visitor.page.headers["Retry-After"]) <= 60
        assert len([one for one in episode.journal if one.committed]) == 2
        episode.call("wait", {"minutes": 1})
        visitor.get(ITEM)
        visitor.send("/sell", {"quantity": "2"})
        assert visitor.page.status_code == 200


def test_what_is_left_of_the_minute_stands_in_every_answer(house):
    with under("F6", times=0) as episode:
        told = house.ask(episode, "http", "get_item", **LOOK)
        assert (told.headers["x-rate-limit"], told.headers["x-rate-limit-remaining"]) == ("700", "5")


def test_a_days_calls_last_until_midnight_where_the_world_lives(house):
    with under("F7", times=0, params={"daily": 1, "others": 0}) as episode:
        assert episode.call("get_item", LOOK).ok
        told = house.ask(episode, "http", "get_item", **LOOK)
        assert told.body["policyName"] == "DAILY"
        assert told.headers["x-hubspot-ratelimit-daily-remaining"] == "0"
        day = episode.now.date()
        while episode.now.date() == day:
            assert not episode.call("get_item", LOOK).ok
            episode.call("wait", {"minutes": 120})
        assert episode.call("get_item", LOOK).ok


def test_the_rolling_limit_names_its_policy_and_its_interval(house):
    with under("F7", times=0) as episode:
        told = until_full(house, episode, "http")
        assert (told.body["errorType"], told.body["policyName"]) == ("RATE_LIMIT", "TEN_SECONDLY_ROLLING")
        assert told.headers["x-hubspot-ratelimit-interval-milliseconds"] == "10000"
        assert "retry-after" not in told.headers


def test_a_limit_can_be_a_403_that_is_no_matter_of_permission(house, app):
    with under("F8", times=0) as episode:
        told = until_full(house, episode, "http")
        assert told.body == [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
        assert told.headers["sforce-limit-info"] == "api-usage=100000/100000"
        assert Visitor(app, episode).get(ITEM).status_code == 403


def test_a_page_counts_once_however_much_it_reads(app):
    with under("F8", times=0, params={"left": 3}) as episode:
        visitor = Visitor(app, episode)
        assert [visitor.get(ITEM).status_code for _ in range(4)] == [200, 200, 200, 403]


def test_a_full_bucket_is_met_on_a_page_and_the_next_look_gets_through(app):
    with under("F4", times=0) as episode:
        visitor = Visitor(app, episode)
        assert visitor.get(ITEM).status_code == 429
        assert visitor.page.headers["Retry-After"] == "20.0"
        assert visitor.get(ITEM).status_code == 200


def test_a_limit_by_its_kind_is_that_of_the_worlds_own_vendor():
    assert find_fault(find("shop"), "rate-limit").code == "F4"
    assert find_fault(find("shop"), "account-limit").code == "F6"


@pytest.mark.parametrize("code", LIMITS)
def test_the_same_plan_and_the_same_calls_give_the_same_journal_and_the_same_bytes(code):
    def played():
        with under(code, times=0, seed=5) as episode:
            for _ in range(6):
                episode.call("list_items", {"page_size": 20})
                episode.call("sell_item", {"item_id": 3, "quantity": 1})
            episode.call("wait", {"minutes": 2})
            episode.call("list_items", {})
            return episode.journal.to_json(), episode.image()

    assert played() == played()
