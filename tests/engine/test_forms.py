"""Promises of reading forms: names that no page ever sends are refused as unknown, and nothing breaks."""

import pytest

import worlds
from worlds.engine.errors import Conflict, Invalid
from worlds.engine.surfaces.forms import read_typed, words_of

REFUND = worlds.discover()["shop"].operations["refund_order"]
ROW = [("order_id", "5"), ("reason", "defective"), ("lines.0.line_id", "7"), ("lines.0.quantity", "1")]


def bound(pairs):
    return REFUND.bind_form(read_typed(pairs, REFUND.input_schema, {"lines": "quantity"}).arguments)


def test_rows_are_read_by_their_numbers():
    values = bound([*ROW, ("lines.4.line_id", "8"), ("lines.4.quantity", "2"), ("lines.5.line_id", "9")])
    assert [(line.line_id, line.quantity) for line in values["lines"]] == [(7, 1), (8, 2)]


@pytest.mark.parametrize(
    "more",
    [
        [("lines.0.quantity", "2")],
        [("lines", "1")],
        [("lines.².quantity", "1")],
        [("lines.-1.quantity", "1")],
        [("lines.0", "x")],
        [("lines.0.line_id.x", "1")],
        [("order_id.x", "1")],
        [(".", "1")],
        [("", "1")],
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_names_that_no_page_sends_are_refused(more, first):
    with pytest.raises(Invalid):
        bound([*more, *ROW] if first else [*ROW, *more])


def test_a_refusal_that_a_page_tells_without_its_form_is_in_the_words_of_forms_too():
    with pytest.raises(Invalid) as refused:
        bound([("order_id", "5"), ("reason", "defective"), ("lines.0.line_id", "7"), ("lines.0.quantity", "many")])
    assert words_of(refused.value) == "Quantity in row 1: must be a whole number."
    with pytest.raises(Invalid) as refused:
        bound([("lines.0.line_id", "7"), ("lines.0.quantity", "1"), ("colour", "red")])
    assert words_of(refused.value) == (
        "This form has no field 'colour'; it was not sent. Order: fill this in. Reason: fill this in."
    )
    assert words_of(Conflict("not_paid", "Order LK-1 is not paid.")) == "Order LK-1 is not paid."
