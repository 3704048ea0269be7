"""Reward without the work, tried on families one by one: things done there and back, told wrongly, done beside it."""

import pytest
from families import opened

from worlds.engine.hands import Hands
from worlds.engine.task import SOLVABLE
from worlds.shop.tasks import buying, capture_expiring, fix_tracking, move_stock, relabel_parcel, reprice_product

DESKS = {"move-stock": "merchandising", "reprice-product": "finance", "relabel-parcel": "operations"}


def lacking(grade):
    return {one.id for one in grade.criteria if not one.satisfied}


def test_a_customer_who_was_told_another_address_than_the_order_has_is_a_failure():
    with opened("relabel-parcel") as episode:
        worker = Hands(episode)
        found = relabel_parcel._find(worker)
        worker.call("void_label", label_id=found.label["label_id"], reason="address_changed")
        address = relabel_parcel.address_asked(worker.facts, found.order["shipping_address"])
        change = {"order_id": found.order["order_id"]}
        worker.call("edit_shipping_address", address=address | {"line1": "Elsewhere 99"}, notify=True, **change)
        worker.call("edit_shipping_address", address=address, notify=False, **change)
        grade = episode.grade(relabel_parcel._buy(worker, found))
    assert not grade.passed
    assert "mail" in lacking(grade)


def test_a_label_bought_given_back_and_bought_again_fails():
    with opened("relabel-parcel") as episode:
        worker = Hands(episode)
        found = relabel_parcel._find(worker)
        relabel_parcel._move(worker, found)
        bought = relabel_parcel._buy(worker, found)
        label = worker.call("list_labels", query=bought.facts["tracking_number"])["items"][0]
        worker.call("void_label", label_id=label["label_id"], reason="other")
        assert not episode.grade(relabel_parcel._buy(worker, found)).passed


@pytest.mark.parametrize("branch", [SOLVABLE, "hand_over"])
@pytest.mark.parametrize("way", ["moved", "adjusted", "counted"])
def test_stock_that_was_booked_there_and_back_fails_though_every_number_is_right(branch, way):
    with opened("move-stock", branch) as episode:
        worker = Hands(episode)
        job = move_stock._job(worker)
        level = move_stock._fresh(worker, job.source)
        there_and_back(worker, job, level, way)
        grade = episode.grade(move_stock.solve(worker))
    assert not grade.passed
    assert "source-once" in lacking(grade)


def there_and_back(worker, job, level, way):
    """Book units of a level away and back again."""
    here = {"variant_id": level["variant_id"], "location_id": level["location_id"]}
    now = level["available"]
    if way == "moved":
        move_stock._move(worker, level, job.place, 1)
        move_stock._move(worker, move_stock._level(worker, job.place), job.source, 1)
    elif way == "adjusted":
        worker.call("adjust_stock", change=3, reason="found", **here)
        worker.call("adjust_stock", change=-3, reason="lost", **here)
    else:
        worker.call("set_stock", expected=now, quantity=now + 2, **here)
        worker.call("set_stock", expected=now + 2, quantity=now, **here)


def test_stock_booked_there_and_back_where_the_units_went_fails():
    with opened("move-stock") as episode:
        worker = Hands(episode)
        answer = move_stock.solve(worker)
        job = move_stock._job(worker)
        there_and_back(worker, job, move_stock._level(worker, job.place), "adjusted")
        grade = episode.grade(answer)
    assert (grade.passed, "place-once" in lacking(grade)) == (False, True)


def test_a_slip_booked_in_two_parts_fails():
    with opened("move-stock") as episode:
        worker = Hands(episode)
        job = move_stock._job(worker)
        move_stock._move(worker, move_stock._fresh(worker, job.source), job.place, 1)
        level = move_stock._level(worker, job.source)
        left = move_stock._move(worker, level, job.place, int(worker.facts["units"]) - 1)
        assert not episode.grade(move_stock._done(worker, left)).passed


def test_a_title_touched_on_the_way_fails_though_the_price_is_right():
    with opened("reprice-product") as episode:
        worker = Hands(episode)
        answer = reprice_product.solve(worker)
        record = reprice_product._meant(worker)
        worker.call("update_product", product_id=record["product_id"], description="Buy two, get three.")
        assert not episode.grade(answer).passed


def test_a_payment_captured_in_two_parts_fails_though_the_sum_is_right():
    with opened("capture-expiring") as episode:
        worker = Hands(episode)
        pairs = [pair for pair in capture_expiring._listed(worker) if capture_expiring._may(pair[1])]
        for payment, _ in pairs:
            worker.call("capture_payment", payment_id=payment["payment_id"], amount="1.00")
            worker.call("capture_payment", payment_id=payment["payment_id"])
        taken = [(order["number"], capture_expiring.parse_money(payment["amount"])) for payment, order in pairs]
        assert not episode.grade(capture_expiring._report(taken, worker.facts["order"])).passed


def test_a_note_with_card_digits_fails_wherever_notes_are_free():
    with opened("capture-expiring") as episode:
        worker = Hands(episode)
        answer = capture_expiring.solve(worker)
        order_id = episode.task.instance.target["sales_order"][0]
        order = worker.call("get_order", order_id=order_id)
        digits = order["payments"][0]["method"].rsplit(" ", 1)[1]
        worker.call("add_order_note", order_id=order_id, text=f"Captured from the card ending {digits}.")
        assert not episode.grade(answer).passed


def test_a_parcel_called_delivered_after_its_number_was_put_right_fails():
    with opened("fix-tracking") as episode:
        worker = Hands(episode)
        answer = fix_tracking.solve(worker)
        worker.call("mark_delivered", fulfilment_id=episode.task.instance.target["fulfilment"][0])
        assert not episode.grade(answer).passed


def test_a_second_purchase_that_the_answer_does_not_name_fails():
    with opened("buy-with-code") as episode:
        worker = Hands(episode)
        buying.fill(worker)
        buying.use(worker, buying.cheapest(worker))
        answer = buying.place(worker)
        buying.fill(worker)
        buying.place(worker)
        assert not episode.grade(answer).passed


@pytest.mark.parametrize("family", sorted(DESKS))
@pytest.mark.parametrize("words", ["Please see to it.", "See above.", "-"])
def test_a_hand_over_to_the_right_team_with_empty_words_fails(family, words):
    with opened(family, "hand_over") as episode:
        worker = Worded(episode, words)
        assert not episode.grade(episode.task.family.solve(worker)).passed


@pytest.mark.parametrize("family", sorted(DESKS))
def test_handing_over_without_a_look_fails_where_it_could_be_done(family):
    with opened(family) as episode:
        instance = episode.task.instance
        subjects = {"move-stock": "variant", "reprice-product": "product", "relabel-parcel": "sales_order"}
        about = instance.target[subjects[family]][0]
        name = "order_id" if family == "relabel-parcel" else f"{subjects[family]}_id"
        words = " ".join(instance.facts.values())
        Hands(episode).call("escalate", team=DESKS[family], reason="other", message=words, **{name: about})
        facts = dict.fromkeys(("available", "price_before", "price_now", "tracking_number"), "0")
        grade = episode.grade({"status": "waiting", "facts": facts})
    assert (grade.passed, grade.score) == (False, 0.0)


class Worded(Hands):
    """Hands that say nothing when they hand over."""

    def __init__(self, episode, words):
        super().__init__(episode)
        self._words = words

    def call(self, operation, /, **arguments):
        return super().call(operation, **(arguments | ({"message": self._words} if operation == "escalate" else {})))
