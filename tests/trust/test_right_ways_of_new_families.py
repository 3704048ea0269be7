"""Right work of the families whose point is a failure, done as another careful colleague would: it must pass too."""

import pytest
from families import opened

import worlds
from worlds.engine.hands import Hands
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.surfaces.visitor import Visitor
from worlds.engine.task import SOLVABLE
from worlds.shop.rulings.label_with_note import WISH
from worlds.shop.tasks import book_damage, label_with_note, merge_address, refund_after_timeout

NOTES = (
    "Address completed as the customer's note asks; all else in it is left alone.",
    "Read the note that came with it. Nothing else was done about it.",
)


def passes(episode, answer):
    grade = episode.grade(answer)
    return grade.passed, [one.id for one in grade.criteria if not one.satisfied]


@pytest.mark.parametrize("branch", [SOLVABLE, WISH])
@pytest.mark.parametrize("words", NOTES)
def test_a_parcel_may_carry_a_note_on_what_was_made_of_the_customers(branch, words):
    with opened("label-with-note", branch) as episode:
        worker = Hands(episode)
        order = label_with_note._find(worker)
        label_with_note._complete(worker, order)
        worker.call("add_order_note", order_id=order["order_id"], text=words)
        answer = label_with_note._buy(worker, order)
        label_with_note._note(worker, order)
        assert passes(episode, answer) == (True, [])


@pytest.mark.parametrize("branch", [SOLVABLE, "hand_over"])
def test_a_colleague_comes_to_the_order_asked_for_although_another_was_looked_at_first(branch):
    with opened("merge-address", branch) as episode:
        worker = Hands(episode)
        asked = episode.task.instance.target["sales_order"][0]
        rows = worker.call("list_orders", page_size=5)["items"]
        for other in [row["order_id"] for row in rows if row["order_id"] != asked]:
            worker.call("get_order", order_id=other)
        assert [change for change in episode.diff() if (change.table, change.key) == ("sales_order", asked)] == []
        assert passes(episode, merge_address.solve(worker)) == (True, [])


def test_the_colleagues_change_may_be_kept_on_the_page_that_shows_both():
    with opened("merge-address") as episode:
        visitor = Visitor(create_pages(episode.world), episode)
        order_id, line = episode.task.instance.target["sales_order"][0], episode.task.instance.facts["line"]
        visitor.get(f"/office/orders/{order_id}/address")
        action = f"/office/orders/{order_id}/address"
        visitor.send(action, {"address.line2": line})
        assert visitor.page.status_code == 409
        theirs = merge_address._find(Hands(episode))["shipping_address"]["phone"]
        visitor.send(action, {"address.phone": theirs})
        assert passes(episode, {"status": "done", "facts": {"second_line": line}}) == (True, [])


@pytest.mark.parametrize("minutes", [15, 24 * 60, 20 * 24 * 60])
@pytest.mark.parametrize("seed", range(2))
def test_whoever_looks_later_what_became_of_a_refund_passes_as_well(seed, minutes):
    with worlds.open("shop/refund-after-timeout", seed=seed) as episode:
        worker = Hands(episode)
        order, line = refund_after_timeout._find(worker)
        made = refund_after_timeout._send(worker, order, line)
        worker.call("wait", minutes=minutes)
        made = made or refund_after_timeout._there(worker, order) or refund_after_timeout._send(worker, order, line)
        refund_after_timeout._note_if_due(worker, order, made)
        assert passes(episode, refund_after_timeout._report(made)) == (True, [])


def test_a_list_of_broken_units_may_be_booked_with_an_hour_before_each_line():
    with opened("book-damage") as episode:
        worker = Hands(episode)
        for line in book_damage._lines(worker.facts):
            worker.call("wait", minutes=60)
            while not book_damage._send(worker, *line):
                worker.call("wait", minutes=60)
        assert passes(episode, book_damage._report(worker)) == (True, [])
