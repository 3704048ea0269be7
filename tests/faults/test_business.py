"""Promises of rules, duplicates, locks and money that comes back: refusals change nothing, the right response works."""

import pytest
from asking import API, a_house
from troubles import under

import worlds
from worlds.engine.bookkeeping import driver_of
from worlds.engine.everywhere.jobs import LIFE
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.hands import Hands
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.surfaces.visitor import Visitor
from worlds.engine.world import find

DAY = 86_400
SETTLED = 20 * DAY


@pytest.fixture(scope="module")
def house():
    with a_house() as opened:
        yield opened


def at_the_shop(fault, role="finance", **rule):
    return under(fault, target="shop", role=role, **rule)


def later(episode, seconds):
    assert episode.perform("list_policies", {}, "tools", seconds=seconds).status == 200


def body_of(reply):
    """What a tool was told of a failure, as an HTTP client would return it."""
    assert reply.body["status"] == reply.status
    return reply.body["body"]


def refundable(episode, least=1):
    """An order that was shipped whole and paid, without a refund, with so many units in its first line, and that."""
    for row in episode.call("list_orders", {"fulfilment_status": "fulfilled", "page_size": 50}).body["items"]:
        order = episode.call("get_order", {"order_id": row["order_id"]}).body
        enough = order["lines"][0]["quantity"] >= least
        if enough and not order["refunds"] and not order["returns"] and order["financial_status"] == "paid":
            return order, order["lines"][0]["line_id"]
    raise LookupError("no such order")


def refund(order, line, **more):
    lines = [{"line_id": line, "quantity": 1}]
    return {"order_id": order["order_id"], "lines": lines, "reason": "defective"} | more


def whole(order, line):
    """What refunds all units of a line."""
    units = next(one["quantity"] for one in order["lines"] if one["line_id"] == line)
    return refund(order, line) | {"lines": [{"line_id": line, "quantity": units}]}


def written(episode):
    """(table, actor, root) of the changes so far."""
    with episode._kept() as connection:
        query = "SELECT DISTINCT tbl, actor, root FROM engine_change JOIN engine_cause ON engine_cause.id = cause_id"
        return set(driver_of(connection).execute(query).fetchall())


def changed(episode):
    """Tables in which something differs because of the agent."""
    return {table for table, _, root in written(episode) if root.startswith("agent:")}


# -- F24 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("surface", API)
def test_a_rule_of_the_operator_refuses_a_filler_and_takes_the_real_value(house, surface):
    with at_the_shop("F24", times=0) as episode:
        order, line = refundable(episode)
        for note in ({}, {"note": "n/a"}, {"note": "LK-1"}):
            told = house.ask(episode, surface, "refund_order", **refund(order, line, **note))
            assert told.status == 422
            assert told.body == {"errors": {"note": ["Refund note must contain the number of the order."]}}
        assert changed(episode) == set()
        real = house.ask(episode, surface, "refund_order", **refund(order, line, note=f"{order['number']} torn"))
        assert real.status == 200
        assert real.body["status"] == "pending"


def test_the_page_keeps_what_was_typed_and_names_the_rule():
    with at_the_shop("F24", times=0) as episode:
        order, line = refundable(episode)
        visitor = Visitor(create_pages(find("shop")), episode)
        path = f"/office/orders/{order['order_id']}/refund"
        visitor.get(path)
        rows = [name for name, value in visitor.form(path).fields if value == str(line)]
        typed = {rows[0].replace("line_id", "quantity"): "1", "reason": "defective", "note": "as agreed"}
        page = visitor.send(path, typed)
        assert "Refund note must contain the number of the order." in page.text
        assert dict(visitor.form(path).fields)["note"] == "as agreed"
        assert changed(episode) == set()


# -- F25 ----------------------------------------------------------------------------------------------------------


def two_products(episode):
    return [row["product_id"] for row in episode.call("list_products", {"page_size": 2}).body["items"]]


def title_of(episode, product):
    return episode.call("get_product_record", {"product_id": product}).body["title"]


def test_a_duplicate_is_listed_and_saved_only_by_whoever_says_so():
    with at_the_shop("F25", role="merch", times=0) as episode:
        first, second = two_products(episode)
        asked = {"product_id": second, "title": title_of(episode, first).upper()}
        told = episode.call("update_product", asked)
        assert told.status == 409
        said = body_of(told)
        assert said["allow_save"] is True
        assert [match["id"] for match in said["matches"]] == [first]
        assert episode.diff() == []
        assert episode.call("update_product", asked | {"allow_duplicate": False}).status == 409
        assert episode.call("update_product", asked | {"allow_duplicate": True}).ok
        assert title_of(episode, second) == asked["title"]


def test_a_save_that_leaves_the_name_meets_the_rule_where_the_shelf_has_a_look_alike():
    with worlds.open("shop/reprice-product", seed=0, faults="F25") as episode:
        (product,) = episode.task.instance.target["product"]
        told = episode.call("update_product", {"product_id": product, "final_sale": True})
        assert told.status == 409
        alike = body_of(told)["matches"]
        mine = set(title_of(episode, product).lower().split())
        others = [set(title_of(episode, match["id"]).lower().split()) for match in alike]
        assert others
        assert all(mine & words for words in others)
        assert episode.call("update_product", {"product_id": product, "final_sale": True, "allow_duplicate": True}).ok


def test_a_rule_that_blocks_is_not_overridden():
    with at_the_shop("F25", role="merch", times=0, params={"mode": "block"}) as episode:
        first, second = two_products(episode)
        asked = {"product_id": second, "title": title_of(episode, first), "allow_duplicate": True}
        told = episode.call("update_product", asked)
        assert (told.status, body_of(told)["allow_save"]) == (409, False)
        assert episode.diff() == []


def test_on_a_page_whoever_saves_the_same_again_saves_it_anyway():
    with at_the_shop("F25", role="merch", times=0) as episode:
        first, second = two_products(episode)
        visitor = Visitor(create_pages(find("shop")), episode)
        title = title_of(episode, first)
        visitor.get(f"/office/products/{second}/edit")
        page = visitor.send(f"/office/products/{second}/edit", {"title": title})
        assert "Similar records exist" in page.text
        assert "Save again" in page.text
        assert episode.diff() == []
        visitor.send(f"/office/products/{second}/edit", {})
        assert title_of(episode, second) == title


def test_the_word_is_taken_by_what_makes_things_once_and_by_nothing_else():
    with worlds.open("shop", role="merch") as episode:
        assert episode.call("update_product", {"product_id": 1, "allow_duplicate": True}).ok
        assert episode.call("update_product", {"product_id": 1, "allow_duplicate": 1}).status == 422
        assert episode.call("update_product", {"product_id": 1, "allow_duplicate": ["yes"]}).status == 422
        other = episode.call("price_product", {"product_id": 1, "price": "5.00", "allow_duplicate": True})
        assert other.body["error"]["code"] == "unknown_argument"


# -- F26 ----------------------------------------------------------------------------------------------------------


def test_a_record_in_approval_is_locked_until_it_is_through():
    with at_the_shop("F26") as episode:
        order, line = refundable(episode)
        told = episode.call("refund_order", refund(order, line))
        assert told.status == 423
        wait = int(told.body["headers"]["Retry-After"])
        again = episode.call("refund_order", refund(order, line))
        assert again.status == 423
        assert changed(episode) == set()
        assert episode.call("get_order", {"order_id": order["order_id"]}).ok
        later(episode, wait)
        assert episode.call("refund_order", refund(order, line)).ok


# -- F27 ----------------------------------------------------------------------------------------------------------


def test_a_colleague_refunds_first_and_the_second_refund_is_refused():
    with at_the_shop("F27", role="support_l2") as episode:
        order, line = refundable(episode)
        told = episode.call("refund_order", whole(order, line))
        assert told.status == 409
        assert told.body["error"]["code"] == "quantity_above_refundable"
        refunds = episode.call("get_order", {"order_id": order["order_id"]}).body["refunds"]
        assert [one["status"] for one in refunds] == ["pending"]
        assert changed(episode) == set()
        assert ("refund", "person:finance", "world:person:finance") in written(episode)
        assert episode.journal.last.faults == ()
        mails = [one.after["kind"] for one in episode.diff() if one.table == "outbox_email"]
        assert mails == ["refund_created"]


def test_nobody_goes_first_where_the_business_would_let_the_same_refund_through_twice():
    with at_the_shop("F27", times=0) as episode:
        order, line = refundable(episode, least=2)
        assert episode.call("refund_order", refund(order, line)).ok
        assert episode.journal.last.faults == ()
        assert not [actor for table, actor, _ in written(episode) if (table, actor) == ("refund", "person:finance")]


# -- F28 ----------------------------------------------------------------------------------------------------------


def made(episode):
    order, line = refundable(episode)
    reply = episode.call("refund_order", refund(order, line))
    assert reply.ok
    return order, line, reply.body["refund_id"]


def status_of(episode, order, refund_id):
    refunds = episode.call("get_order", {"order_id": order["order_id"]}).body["refunds"]
    return next(one["status"] for one in refunds if one["refund_id"] == refund_id)


def test_the_bank_settles_a_refund_within_5_to_10_working_days_because_of_whoever_made_it():
    with worlds.open("shop", role="finance") as episode:
        order, _, refund_id = made(episode)
        later(episode, 4 * DAY)
        assert status_of(episode, order, refund_id) == "pending"
        later(episode, SETTLED)
        assert status_of(episode, order, refund_id) == "succeeded"
        step = next(entry.step for entry in episode.journal if entry.operation == "refund_order")
        assert ("refund", "system", f"agent:{step}") in written(episode)


def test_the_world_s_own_pending_refunds_are_settled_by_the_bank():
    with worlds.open("shop", role="finance") as episode:
        later(episode, 60 * DAY)
        settled = [one for one in episode.diff() if one.table == "refund"]
        assert {one.after["status"] for one in settled} <= {"succeeded", "failed"}
        assert settled
        assert {root for table, _, root in written(episode) if table == "refund"} == {"world:bank"}


def test_a_refund_that_comes_back_counts_for_nothing_and_the_customer_is_told_once():
    with at_the_shop("F28") as episode:
        order, line, refund_id = made(episode)
        left = next(one for one in order["lines"] if one["line_id"] == line)["refunded"]
        assert status_of(episode, order, refund_id) == "pending"
        later(episode, SETTLED)
        assert [entry.faults for entry in episode.journal if entry.faults] == [("refund-returned",)]
        (notice,) = episode.call("read_inbox").body["items"]
        assert "came back" in notice["subject"]
        assert status_of(episode, order, refund_id) == "failed"
        after = episode.call("get_order", {"order_id": order["order_id"]}).body
        assert next(one for one in after["lines"] if one["line_id"] == line)["refunded"] == left
        assert after["financial_status"] == order["financial_status"] == "paid"
        mails = [one.after for one in episode.diff() if one.table == "outbox_email"]
        assert [one["kind"] for one in mails if one["order_id"] == order["order_id"]] == [
            "refund_created",
            "refund_failed",
        ]
        assert episode.call("refund_order", refund(order, line)).ok


def test_a_grade_looks_at_what_the_bank_will_say_and_leaves_the_episode_as_it_was():
    with worlds.open("shop/refund-partial", seed=0) as episode:
        episode.task.family.solve(Hands(episode))
        before = episode.state_hash()
        grade = episode.grade({"status": "done"})
        assert episode.state_hash() == before
        settled = [entry for entry in episode.record.entries if entry.operation == "bank_reports"]
        assert {entry.after["status"] for entry in settled if entry.table == "refund"} == {"succeeded"}
        assert not [one for one in grade.collateral if one.table == "refund"]


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_whoever_refunded_rightly_passes_also_where_the_bank_sends_it_back(seed):
    with worlds.open("shop/refund-partial", seed=seed, faults="F28") as episode:
        answer = episode.task.family.solve(Hands(episode))
        assert episode.grade(answer).passed


# -- F29 ----------------------------------------------------------------------------------------------------------


def variants(episode, count):
    found = []
    for row in episode.call("list_products", {"status": "active", "page_size": 50}).body["items"]:
        record = episode.call("get_product_record", {"product_id": row["product_id"]}).body
        found += [one for one in record["variants"] if one["compare_at"] is None and one["active"]]
    return found[:count]


def price_of(episode, variant):
    record = episode.call("get_product_record", {"product_id": variant["product_id"]}).body
    return next(one["price"] for one in record["variants"] if one["variant_id"] == variant["variant_id"])


@pytest.mark.parametrize("surface", API)
def test_a_job_is_taken_on_now_and_done_later(house, surface):
    with worlds.open("shop", role="merch") as episode:
        chosen = variants(episode, 5)
        prices = [{"variant_id": one["variant_id"], "price": "12.34"} for one in chosen]
        told = house.ask(episode, surface, "price_variants", prices=prices)
        assert told.status == (202 if surface != "mcp" else 200)
        assert changed(episode) == set()
        job = house.ask(episode, surface, "get_job", job_id=told.body["job_id"]).body
        assert (job["status"], job["items"]) == ("queued", [])
        later(episode, 120)
        job = house.ask(episode, surface, "get_job", job_id=told.body["job_id"]).body
        assert (job["status"], job["succeeded"], job["failed"]) == ("completed", 5, 0)
        assert {price_of(episode, one) for one in chosen} == {"12.34"}
        assert {root[:6] for table, _, root in written(episode) if table == "variant"} == {"agent:"}


def test_a_job_fails_in_part_and_only_the_rest_has_to_be_sent_again():
    with at_the_shop("F29", role="merch", nth=2, times=2) as episode:
        chosen = variants(episode, 6)
        prices = [{"variant_id": one["variant_id"], "price": "12.34"} for one in chosen]
        job_id = episode.call("price_variants", {"prices": prices}).body["job_id"]
        later(episode, 120)
        job = episode.call("get_job", {"job_id": job_id}).body
        assert (job["status"], job["succeeded"], job["failed"]) == ("completed", 4, 2)
        assert sorted(item["index"] for item in job["items"]) == list(range(6))
        failed = [item for item in job["items"] if not item["success"]]
        assert {item["error"] for item in failed} == {"record_busy"}
        for item in failed:
            assert price_of(episode, chosen[item["index"]]) == chosen[item["index"]]["price"]
        again = [prices[item["index"]] for item in failed]
        job_id = episode.call("price_variants", {"prices": again}).body["job_id"]
        later(episode, 120)
        assert episode.call("get_job", {"job_id": job_id}).body["failed"] == 0
        assert {price_of(episode, one) for one in chosen} == {"12.34"}


def test_an_item_that_cannot_be_done_does_not_stop_the_others_and_a_job_is_forgotten_after_an_hour():
    with worlds.open("shop", role="merch") as episode:
        (one,) = variants(episode, 1)
        prices = [{"variant_id": 10**9, "price": "1.00"}, {"variant_id": one["variant_id"], "price": "12.34"}]
        job_id = episode.call("price_variants", {"prices": prices}).body["job_id"]
        later(episode, 120)
        items = {item["index"]: item for item in episode.call("get_job", {"job_id": job_id}).body["items"]}
        assert (items[0]["error"], items[1]["success"]) == ("variant_not_found", True)
        later(episode, LIFE)
        told = episode.call("get_job", {"job_id": job_id})
        assert (told.status, told.body["error"]["code"]) == (404, "job_expired")
        assert episode.call("get_job", {"job_id": "job-000000000000"}).body["error"]["code"] == "job_not_found"


# -- all of them --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["F24", "F25", "F26", "F27", "F28"])
def test_the_same_plan_and_the_same_calls_come_to_the_same_bytes(code):
    images = []
    for _ in range(2):
        plan = FaultPlan(rules=(Rule(fault=code, times=0),), seed=5)
        with worlds.open("shop", role="finance", faults=plan) as episode:
            order, line = refundable(episode)
            for _ in range(2):
                episode.call("refund_order", refund(order, line))
            later(episode, SETTLED)
            images.append((episode.journal.to_json(), episode.image()))
    assert images[0] == images[1]


@pytest.mark.parametrize("code", ["F24", "F26", "F27"])
def test_a_call_that_could_not_be_done_anyway_does_not_use_a_fault_up(code):
    with at_the_shop(code) as episode:
        order, line = refundable(episode)
        asked = whole(order, line)
        assert episode.call("refund_order", asked | {"reason": "no such reason"}).status == 422
        assert episode.call("refund_order", asked | {"order_id": 10**9}).status == 404
        assert episode.call("refund_order", asked).status in {409, 422, 423}
        assert episode.journal.last.faults
