"""Promises of cards that a bank declines: nothing is ordered, another try goes through, others pay as ever."""

from troubles import under

import worlds
from worlds.engine.bookkeeping import driver_of
from worlds.engine.hands import Hands

ROOTS = "SELECT tbl, root FROM engine_change JOIN engine_cause ON engine_cause.id = cause_id"


def test_a_declined_card_orders_nothing_and_another_try_goes_through():
    with under("card-declined", target="shop", role="customer") as episode:
        found = episode.call("search_products").body["items"][0]["product_id"]
        shown = episode.call("get_product", {"product_id": found}).body
        assert episode.call("add_to_cart", {"variant_id": shown["variants"][0]["variant_id"]}).ok
        address = episode.call("get_my_account").body["addresses"][0]["address_id"]
        before = {one.table for one in episode.diff()}
        told = episode.call("place_order", {"address_id": address})
        assert (told.status, told.body["error"]["code"]) == (402, "card_declined")
        assert episode.journal.last.faults == ("card-declined",)
        assert told.body["error"]["decline_code"] == "insufficient_funds"
        assert {one.table for one in episode.diff()} == before
        assert episode.call("place_order", {"address_id": address}).ok


def test_a_customer_s_own_purchase_meanwhile_is_not_what_a_declined_card_befalls():
    with worlds.open("shop/move-stock", seed=0, faults="card-declined") as episode:
        answer = episode.task.family.solve(Hands(episode))
        with episode._kept() as connection:
            assert ("payment", "world:customer") in set(driver_of(connection).execute(ROOTS).fetchall())
        assert not any(entry.faults for entry in episode.journal)
        assert episode.grade(answer).passed
