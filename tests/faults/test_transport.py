"""Promises of what breaks on the way: the same from outside whatever happened inside, and one effect in the end."""

import pytest
from asking import API, a_house, stamped
from troubles import under

import worlds
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.surfaces.visitor import Visitor
from worlds.engine.world import find

ITEM = "/stall/items/3"
CODES = ("F1", "F2", "F3", "F9", "F10")
SOLD = {"item_id": 3, "quantity": 2}


@pytest.fixture(scope="module")
def house():
    with a_house() as opened:
        yield opened


@pytest.fixture(scope="module")
def app():
    return create_pages(find("tiny"))


def quantity(episode, item_id=3):
    return episode.call("get_item", {"item_id": item_id}).body["quantity"]


def sold(episode):
    """The changes of the quantity of items that are all that was changed."""
    return [
        (change.table, change.key, change.before["quantity"] - change.after["quantity"]) for change in episode.diff()
    ]


@pytest.mark.parametrize("surface", API)
def test_a_lost_answer_and_a_lost_request_look_the_same(house, surface):
    told, moments = [], []
    for code in ("F1", "F2"):
        with under(code) as episode:
            told.append(house.ask(episode, surface, "sell_item", **SOLD))
            moments.append(episode.now)
    after, before = told
    after.headers.pop("date", None), before.headers.pop("date", None)
    assert after == before
    assert after.status == 504
    assert after.body == ""
    assert moments[0] == moments[1]


@pytest.mark.parametrize("surface", API)
def test_only_one_of_the_two_did_the_work_and_the_journal_knows_which(house, surface):
    with under("F1") as lost, under("F2") as never:
        left = quantity(lost)
        house.ask(lost, surface, "sell_item", **SOLD)
        house.ask(never, surface, "sell_item", **SOLD)
        assert (quantity(lost), quantity(never)) == (left - 2, left)
        assert never.diff() == []
        assert stamped(lost)[1] == ("sell_item", "lost", 504, ("timeout-after-commit",))
        assert stamped(never)[0] == ("sell_item", "failed", 504, ("timeout-before-commit",))
        assert [entry.committed for entry in lost.journal][1]
        assert not next(iter(never.journal)).committed


def test_a_page_of_the_gateway_looks_the_same_too(app):
    shown = []
    for code in ("F1", "F2"):
        with under(code) as episode:
            visitor = Visitor(app, episode)
            visitor.get(ITEM)
            visitor.send("/sell", {"quantity": "2"})
            shown.append((visitor.page.status_code, visitor.page.data, episode.now))
    assert shown[0] == shown[1]
    assert shown[0][0] == 504


@pytest.mark.parametrize("code", ["F1", "F2"])
def test_the_same_key_ends_in_one_effect_and_one_answer_either_way(house, code):
    for surface in API:
        with under(code) as episode:
            left = quantity(episode)
            assert house.ask(episode, surface, "sell_item", key="one", **SOLD).status == 504
            again = house.ask(episode, surface, "sell_item", key="one", **SOLD)
            assert again.status == 200
            assert again.body["quantity"] == left - 2
            assert quantity(episode) == left - 2


def test_ids_and_times_that_are_told_later_do_not_tell_the_two_apart(house):
    told = []
    for code in ("F1", "F2"):
        with under(code) as episode:
            asked = {"item_id": 3, "recipient": "somebody", "body": "Hello."}
            house.ask(episode, "http", "send_message", key="one", **asked)
            again = house.ask(episode, "http", "send_message", key="one", **asked)
            then = house.ask(episode, "http", "send_message", **asked)
            told.append((again.status, again.body, then.body, episode.now, len(episode.diff())))
    assert told[0] == told[1]


def test_a_refusal_is_lost_as_an_answer_is_so_that_it_tells_nothing(house):
    told = []
    for code in ("F1", "F2"):
        with under(code) as episode:
            told.append(house.ask(episode, "http", "sell_item", item_id=3, quantity=1000).status)
            assert episode.diff() == []
    assert told == [504, 504]


@pytest.mark.parametrize("code", CODES)
def test_what_never_reached_the_business_uses_no_fault_up(code):
    with under(code) as episode:
        assert episode.call("sell_item", {"item_id": 3}).status == 422
        assert episode.call("sell_item", {"item_id": 999_999, "quantity": 1}).status == 404
        assert episode.call("sell_item", SOLD).status in {202, 500, 503, 504}


@pytest.mark.parametrize("code", CODES)
def test_the_same_plan_and_the_same_calls_give_the_same_journal_and_the_same_bytes(code):
    def played():
        with under(code, seed=5) as episode:
            for _ in range(3):
                episode.call("sell_item", SOLD, key="a key")
                episode.call("get_item", {"item_id": 3})
            episode.call("wait", {"minutes": 20})
            episode.call("sell_item", SOLD)
            return episode.journal.to_json(), episode.image()

    assert played() == played()


def test_a_broken_server_answers_the_same_key_with_the_same_error(house):
    for surface in API:
        with under("F3") as episode:
            first = house.ask(episode, surface, "sell_item", key="one", **SOLD)
            again = house.ask(episode, surface, "sell_item", key="one", **SOLD)
            assert (first.status, again.status) == (500, 500)
            assert first.body == again.body
            lower = {name.lower(): value for name, value in first.headers.items()}
            assert lower["request-id"] in first.body["error"]["message"]
            assert episode.diff() == []
            left = quantity(episode)
            assert house.ask(episode, surface, "sell_item", key="two", **SOLD).body["quantity"] == left - 2


def test_a_server_that_broke_after_the_work_keeps_the_error_under_the_key_as_well():
    with under("F3", params={"done": True}) as episode:
        left = quantity(episode)
        assert [episode.call("sell_item", SOLD, key="one").status for _ in range(2)] == [500, 500]
        assert quantity(episode) == left - 2
        assert stamped(episode)[1][1:3] == ("lost", 500)


def test_an_error_that_is_not_kept_lets_the_key_work_again():
    with under("F3", params={"kept": False}) as episode:
        left = quantity(episode)
        assert [episode.call("sell_item", SOLD, key="one").status for _ in range(2)] == [500, 200]
        assert quantity(episode) == left - 2


def test_a_broken_servers_page_names_the_request(app):
    with under("F3") as episode:
        visitor = Visitor(app, episode)
        visitor.get(ITEM)
        visitor.send("/sell", {"quantity": "2"})
        assert visitor.page.status_code == 500
        assert "server-error" not in visitor.page.text
        assert episode.diff() == []


@pytest.mark.parametrize("surface", API)
def test_a_stop_answers_html_until_it_is_over_and_says_how_long_that_is(house, surface):
    with under("F9", params={"seconds": 300}) as episode:
        first = house.ask(episode, surface, "get_item", item_id=3)
        then = house.ask(episode, surface, "sell_item", **SOLD)
        assert (first.status, then.status) == (503, 503)
        assert then.body.startswith("<!DOCTYPE html>")
        assert "Scheduled maintenance" in then.body
        waits = [int({n.lower(): v for n, v in one.headers.items()}["retry-after"]) for one in (first, then)]
        assert waits == [300, 298]
        assert house.ask(episode, surface, "get_item", item_id=999_999).status == 503
        episode.call("wait", {"minutes": 5})
        assert house.ask(episode, surface, "sell_item", **SOLD).status == 200


def test_reading_goes_on_where_the_stop_is_for_writing_alone(app):
    with under("F9", params={"read_only": True}) as episode:
        visitor = Visitor(app, episode)
        assert visitor.get(ITEM).status_code == 200
        visitor.send("/sell", {"quantity": "2"})
        assert visitor.page.status_code == 503
        assert visitor.page.headers["Retry-After"] == "600"
        assert "maintenance" in visitor.text.lower()
        assert visitor.get(ITEM).status_code == 200
        assert episode.call("get_item", {"item_id": 3}).status == 200
        assert episode.diff() == []


@pytest.mark.parametrize("surface", API)
def test_a_slow_call_is_done_once_and_its_answer_comes_from_the_job(house, surface):
    with under("F10") as episode:
        left = quantity(episode)
        told = house.ask(episode, surface, "sell_item", **SOLD)
        assert told.body["status"] == "queued"
        job = told.body["job_id"]
        assert house.ask(episode, surface, "get_job", job_id=job).body["status"] == "queued"
        episode.call("wait", {"minutes": 2})
        done = house.ask(episode, surface, "get_job", job_id=job).body
        assert done["status"] == "completed"
        assert done["answer"]["quantity"] == left - 2
        assert sold(episode) == [("item", 3, 2)]


def test_a_slow_call_over_http_is_a_202_that_says_where_to_ask(house):
    with under("F10") as episode:
        told = house.ask(episode, "http", "sell_item", **SOLD)
        assert told.status == 202
        assert told.headers["retry-after"] == "60"
        assert told.body["job_id"] in told.headers["location"]


def test_a_slow_call_that_is_refused_is_refused_at_once():
    with under("F10") as episode:
        assert episode.call("sell_item", {"item_id": 3, "quantity": 1000}).status == 409


def test_what_breaks_in_the_shop_is_said_as_its_vendor_says_it():
    plan = FaultPlan(rules=(Rule(fault="F3"),))
    with worlds.open("shop", role="support_l2", faults=plan) as episode:
        order = episode.call("list_orders", {"page_size": 1}).body["items"][0]["order_id"]
        told = episode.call("add_order_note", {"order_id": order, "text": "Looked at it."})
        assert told.body["body"] == {"errors": "Internal Server Error"}
        assert episode.call("get_order", {"order_id": 10**9}).body["error"]["code"] == "order_not_found"
