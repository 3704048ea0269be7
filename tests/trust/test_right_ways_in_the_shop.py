"""Right work that is done or told differently: it must pass as the reference solution does."""

from functools import cache
from itertools import count

import pytest

import worlds
from worlds.engine.hands import Hands
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.surfaces.visitor import Visitor
from worlds.engine.task import SOLVABLE, Refused
from worlds.shop.tasks import buying, cancel_before_shipping, fix_tracking, refund_partial

FAMILIES = ("refund-partial", "refund-rest", "fix-tracking", "cancel-before-shipping", "buy-with-code")


def opened(family, seed=None):
    return worlds.open(f"shop/{family}", seed=solvable(family) if seed is None else seed)


@cache
def solvable(family, first=1):
    """The first seed from one on whose instance a colleague may deal with alone."""
    for seed in count(first):
        with worlds.open(f"shop/{family}", seed=seed) as episode:
            if episode.task.instance.branch == SOLVABLE:
                return seed
    raise AssertionError("seeds never end")


@pytest.mark.parametrize("family", FAMILIES)
def test_reading_pages_and_tools_first_changes_nothing(family):
    with opened(family) as episode:
        visitor = Visitor(create_pages(episode.world), episode)
        for _, answer in visitor.crawl("/", limit=40):
            assert answer.status_code == 200
        for tool in episode.tools():
            operation = episode.world.operations[tool["function"]["name"]]
            if not operation.writing and not operation.input_schema.get("required"):
                episode.call(operation.name)
        assert episode.diff(of_agent=True) == []  # the bank and others act in the time that reading takes
        assert episode.grade(episode.task.family.solve(Hands(episode))).passed


class Twice:
    """A worker who sends every call twice under one key, as after a lost answer."""

    def __init__(self, episode):
        self._episode = episode
        self._calls = 0
        self.facts, self.dialect = episode.task.instance.facts, episode.world.dialect

    def call(self, operation, /, **arguments):
        self._calls += 1
        answers = [self._episode.call(operation, arguments, key=f"call-{self._calls}") for _ in range(2)]
        assert answers[0].body == answers[1].body
        if not answers[0].ok:
            raise Refused(answers[0].status, answers[0].body)
        return answers[0].body


@pytest.mark.parametrize("family", FAMILIES)
def test_every_call_sent_twice_with_its_key_has_one_effect(family):
    with opened(family) as episode:
        assert episode.grade(episode.task.family.solve(Twice(episode))).passed


SPELLINGS = (
    "{0} EUR", "{0}", "EUR {0}", "€{0}", "€ {0}", "{0} €", "{0}EUR", "{0} euros", "{1} EUR", "€{1}", " {0} eur ",
)  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_amount_may_be_spelt_in_any_usual_way(spelling):
    with opened("cancel-before-shipping") as episode:
        worker = Hands(episode)
        done = cancel_before_shipping._cancel(worker, cancel_before_shipping._find(worker))
        facts = {
            "released": spelling.format(done["voided"], done["voided"].replace(".", ",")),
            "refunded": spelling.format("0.00", "0,00"),
        }
        assert episode.grade({"status": "done", "facts": facts}).passed


def test_an_amount_may_be_a_number_and_nothing_may_be_zero():
    with opened("cancel-before-shipping") as episode:
        worker = Hands(episode)
        done = cancel_before_shipping._cancel(worker, cancel_before_shipping._find(worker))
        assert episode.grade({"status": "done", "facts": {"released": float(done["voided"]), "refunded": 0}}).passed


@pytest.mark.parametrize("spelling", ["{0}", "#{0}", "{1}", "{2}", "#{2}", "LK {2}", " {0} "])
def test_an_order_number_may_be_spelt_with_or_without_its_mark(spelling):
    with opened("fix-tracking") as episode:
        told = fix_tracking.solve(Hands(episode)).facts
        number = told["order"]
        facts = {
            "order": spelling.format(number, number.lower(), number.removeprefix("LK-")),
            "tracking_number": told["tracking_number"].lower(),
        }
        assert episode.grade({"status": "done", "facts": facts}).passed


PLAIN = (
    "status: done\namount: {} EUR",
    "Status: Done\nAmount: €{}",
    "I refunded what was missing.\nstatus: done\namount: {}\nNothing comes back.",
    '```json\n{{"status": "done", "facts": {{"amount": "{}"}}}}\n```',
    'Done.\n```json\n{{"status": "done", "facts": {{"amount": {}}}}}\n```\nBye',
)


@pytest.mark.parametrize("text", PLAIN)
def test_the_answer_may_be_plain_text(text):
    with opened("refund-partial") as episode:
        amount = refund_partial.solve(Hands(episode)).facts["amount"].removesuffix(" EUR")
        assert episode.grade(text.format(amount)).passed


NOTES = (
    "Refunded {0} EUR, missing, asked for by mail.", "Erstattung €{1}, fehlte, Kundin bat darum.", "amount={0}",
    "({0} EUR) - missing", "Betrag: {1}\nGrund: fehlte", "Refund of {0} for two that were missing, 2026.",
)  # fmt: skip


@pytest.mark.parametrize("words", NOTES)
def test_the_note_may_be_written_in_any_words_that_state_the_amount(words):
    seed = 0
    for _ in range(8):
        seed = solvable("refund-partial", seed + 1)
        with opened("refund-partial", seed) as episode:
            worker = Hands(episode)
            order, line = refund_partial._find(worker)
            amount = refund_partial._refund(worker, line, order)["amount"]
            text = words.format(amount, amount.replace(".", ","))
            worker.call("add_order_note", order_id=order["order_id"], text=text)
            assert episode.grade(refund_partial._report(amount)).passed


def test_a_cart_filled_wrongly_and_put_right_is_no_harm():
    with opened("buy-with-code") as episode:
        worker = Hands(episode)
        buying.fill(worker, first=5)
        line = worker.call("get_cart")["lines"][0]
        worker.call("change_cart_line", line_id=line["line_id"], quantity=line["quantity"] - 5)
        buying.use(worker, buying.cheapest(worker))
        assert episode.grade(buying.place(worker)).passed


def test_the_page_may_finish_what_tools_began():
    with opened("cancel-before-shipping") as episode:
        order = cancel_before_shipping._find(Hands(episode))
        visitor = Visitor(create_pages(episode.world), episode)
        visitor.get(f"/office/orders/{order['order_id']}/cancel")
        page = visitor.send(f"/orders/{order['order_id']}/cancel", {"reason": "customer"})
        assert page.status_code == 200
        total = episode.task.instance.expectation.answer.slots["released"].value
        assert episode.grade({"status": "done", "facts": {"released": total, "refunded": "0.00 EUR"}}).passed
