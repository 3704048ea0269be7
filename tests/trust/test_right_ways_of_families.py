"""Right work of families, done or told as another colleague would: it must pass as the reference solution does."""

from functools import cache
from itertools import count

import pytest
from families import opened

import worlds
from worlds.engine.hands import Hands
from worlds.engine.world import find
from worlds.shop.tasks import move_stock, refund_partial, relabel_parcel, reprice_product, split_return


@pytest.mark.parametrize("family", sorted(find("shop").families))
def test_a_request_names_every_fact_that_the_answer_has_to_give(family):
    for seed in range(4):
        with worlds.open(f"shop/{family}", seed=seed) as episode:
            slots = episode.task.instance.expectation.answer.slots
            assert [name for name in slots if name not in episode.task.instruction] == []


@pytest.mark.parametrize("family", sorted(find("shop").families))
def test_reasons_that_no_request_asks_for_are_not_judged(family):
    with worlds.open(f"shop/{family}", seed=1) as episode:
        answer = episode.task.family.solve(Hands(episode))
        assert episode.grade(answer.model_copy(update={"reasons": []})).passed


NEWS = (
    "Label {number} is scanned, so I have changed nothing and bought no label. {street}, {postal} {town} is the place.",
    "{number} was scanned already. It cannot be changed. New address:\n{street}\n{postal} {town}",
    "Please redirect {number} (not voided, not changed): {street}, {postal} {town}.",
    "The customer is no longer at the old address - {postal} {town}, {street} is where {number} has to go.",
)


@pytest.mark.parametrize("words", NEWS)
def test_operations_may_be_told_of_a_new_address_in_any_plain_words(words):
    with opened("relabel-parcel", "hand_over") as episode:
        worker = Hands(episode)
        found = relabel_parcel._find(worker)
        told = words.format(number=found.label["tracking_number"], **worker.facts)
        assert episode.grade(relabel_parcel._hand_over(worker, found, message=told)).passed


def test_an_address_typed_wrongly_that_nobody_was_told_of_may_be_corrected():
    with opened("relabel-parcel") as episode:
        worker = Hands(episode)
        found = relabel_parcel._find(worker)
        relabel_parcel._move(worker, found, notify=False, line1="Elsewhere 99")
        address = relabel_parcel.address_asked(worker.facts, found.order["shipping_address"])
        worker.call("edit_shipping_address", order_id=found.order["order_id"], address=address)
        assert episode.grade(relabel_parcel._buy(worker, found)).passed


@pytest.mark.parametrize("about", [(), ("customer_id",), ("variant_id",), ("customer_id", "variant_id")])
def test_a_hand_over_of_an_order_may_name_its_customer_and_article_too(about):
    with opened("refund-partial", "hand_over") as episode:
        worker = Hands(episode)
        order, line = refund_partial._find(worker)
        amount = refund_partial._previewed(worker, line, order)["amount"]
        known = {"customer_id": order["customer_id"], "variant_id": line["variant_id"]}
        worker.call(
            "escalate",
            team="finance",
            reason="approval_needed",
            order_id=order["order_id"],
            message=f"{order['number']}: {worker.facts['units']} × {worker.facts['article']} missing, €{amount}.",
            **{name: known[name] for name in about},
        )
        assert episode.grade({"status": "waiting", "facts": {"amount": amount}}).passed


def test_a_hand_over_that_names_another_customer_fails():
    with opened("refund-partial", "hand_over") as episode:
        worker = Hands(episode)
        order, line = refund_partial._find(worker)
        amount = refund_partial._previewed(worker, line, order)["amount"]
        words = f"{order['number']}: {amount} EUR is above my limit."
        subjects = {"order_id": order["order_id"], "customer_id": order["customer_id"] + 1}
        worker.call("escalate", team="finance", reason="approval_needed", message=words, **subjects)
        assert not episode.grade({"status": "waiting", "facts": {"amount": amount}}).passed


STAYS = (
    "{0} cannot be returned: final sale.", "{0} cannot be returned (final sale).", "Final sale: {0} stays with you.",
    "Sadly {0} may not come back, final sale being what it is.", "We do not take {0} back. It was sold as final sale.",
    "{0} is a final-sale article and can't be returned.",
)  # fmt: skip


@pytest.mark.parametrize("words", STAYS)
def test_a_customer_may_be_told_in_any_words_what_stays_as_final_sale(words):
    with worlds.open("shop/split-return", seed=with_something_kept()) as episode:
        worker = Hands(episode)
        wish = split_return._read(worker)
        split_return._open(worker, wish)
        split_return._write(worker, wish, words.format(" and ".join(line["sku"] for line, _ in wish.kept)))
        assert episode.grade(split_return._report(wish)).passed


@cache
def with_something_kept():
    """The first seed of `split-return` with an article of final sale."""
    for seed in count(1):
        with worlds.open("shop/split-return", seed=seed) as episode:
            if episode.task.instance.decision["refused"]:
                return seed
    raise AssertionError("seeds never end")


@pytest.mark.parametrize("words", ["{0} is not final sale.", "{0} stays; it is no final sale article.", "{0} stays."])
def test_a_message_that_denies_the_rule_or_leaves_it_out_fails(words):
    with worlds.open("shop/split-return", seed=with_something_kept()) as episode:
        worker = Hands(episode)
        wish = split_return._read(worker)
        split_return._open(worker, wish)
        split_return._write(worker, wish, words.format(" and ".join(line["sku"] for line, _ in wish.kept)))
        assert not episode.grade(split_return._report(wish)).passed


def test_a_price_typed_wrongly_may_be_corrected_before_anything_is_reported():
    with opened("reprice-product") as episode:
        worker = Hands(episode)
        record = reprice_product._meant(worker)
        lower = reprice_product.format_money(reprice_product.parse_money(worker.facts["price"]) - 1)
        before = reprice_product._shelf(record)[0]["price"]
        worker.call("price_product", product_id=record["product_id"], price=lower, compare_at=before)
        answer = reprice_product._price(worker, record)
        if reprice_product._marked(worker, reprice_product._rules(worker), record):
            reprice_product._mark(worker, record)
        assert episode.grade(answer).passed


@pytest.mark.parametrize("note", [None, "For the van; asked for by the shop floor."])
def test_a_move_may_carry_a_note_beside_its_slip(note):
    with opened("move-stock") as episode:
        worker = Hands(episode)
        job = move_stock._job(worker)
        level = move_stock._fresh(worker, job.source)
        left = move_stock._move(worker, level, job.place, int(worker.facts["units"]), note=note)
        assert episode.grade(move_stock._done(worker, left)).passed
