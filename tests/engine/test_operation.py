"""Promises of operations: one typed function says schema, validation and description."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import ConfigDict, Field

from worlds.engine.context import Context
from worlds.engine.errors import Invalid
from worlds.engine.fields import Amount, Day, Input, Instant, Line, Money, Quantity, RecordId, Result, format_money
from worlds.engine.operation import reads, writes


class Size(StrEnum):
    """Sizes."""

    SMALL = "small"
    LARGE = "large"


class Part(Input):
    """A part."""

    line_id: RecordId
    quantity: Quantity


class Done(Result):
    """A result."""

    amount: Money


@writes(roles=("keeper",))
def act(
    ctx: Context,
    order_id: RecordId,
    parts: Annotated[list[Part], Field(max_length=3)],
    amount: Amount | None = None,
    day: Day | None = None,
    at: Instant | None = None,
    size: Size = Size.SMALL,
    reason: Literal["lost", "late"] = "lost",
    quick: bool = False,
    note: Line | None = None,
) -> Done:
    """Do something with parts.

    A second paragraph.

    Args:
        order_id: The order.
        parts: Its parts,
            in order.
        amount: How much.
        day: Which day.
        at: When.
        size: How big.
        reason: Why.
        quick: Whether at once.
        note: What to know.
    """
    return Done(amount=amount or 0)


GOOD = {"order_id": 3, "parts": [{"line_id": 1, "quantity": 2}]}


def test_the_schema_says_types_bounds_enums_and_descriptions_without_references():
    schema = act.input_schema
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["order_id", "parts"]
    assert schema["properties"]["parts"]["items"]["properties"]["quantity"]["maximum"] == 10_000
    assert schema["properties"]["parts"]["description"] == "Its parts, in order."
    assert schema["properties"]["size"]["enum"] == ["small", "large"]
    assert schema["properties"]["reason"]["enum"] == ["lost", "late"]
    assert "$ref" not in str(schema)
    assert act.summary == "Do something with parts."
    assert act.description == "Do something with parts.\n\nA second paragraph."


def test_json_is_bound_to_python_values():
    bound = act.bind_json(
        {**GOOD, "amount": "18.40", "day": "2026-03-02", "at": "2026-03-02T10:15:00+01:00", "size": "large"}
    )
    assert bound["amount"] == 1840
    assert bound["day"] == date(2026, 3, 2)
    assert bound["at"] == datetime.fromisoformat("2026-03-02T09:15:00Z")
    assert bound["size"] is Size.LARGE
    assert bound["parts"] == [Part(line_id=1, quantity=2)]
    assert bound["note"] is None


def test_a_form_is_bound_from_text():
    bound = act.bind_form(
        {"order_id": "3", "parts": [{"line_id": "1", "quantity": "2"}], "amount": "18.40", "quick": "on"}
    )
    assert (bound["order_id"], bound["amount"], bound["quick"]) == (3, 1840, True)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"order_id": "3"}, "invalid_argument", "order_id"),
        ({"quick": 1}, "invalid_argument", "quick"),
        ({"parts": [{"line_id": 1, "quantity": 0}]}, "invalid_argument", "parts.0.quantity"),
        ({"parts": [{"line_id": 1, "quantity": 1, "x": 1}]}, "unknown_argument", "parts.0.x"),
        ({"parts": [GOOD["parts"][0]] * 4}, "invalid_argument", "parts"),
        ({"day": "2026-02-30"}, "invalid_argument", "day"),
        ({"day": "2026-03-02T00:00:00"}, "invalid_argument", "day"),
        ({"at": "2026-03-02T10:15:00"}, "invalid_argument", "at"),
        ({"size": "huge"}, "invalid_argument", "size"),
        ({"amount": "0.00"}, "invalid_argument", "amount"),
        ({"amount": "1,50"}, "invalid_argument", "amount"),
        ({"amount": "\u0663.\u0660\u0660"}, "invalid_argument", "amount"),
        ({"note": "two\nlines"}, "invalid_argument", "note"),
        ({"nte": "x", "order_id": None}, "unknown_argument", "nte"),
    ],
)
def test_ill_typed_json_names_the_argument_at_fault(change, code, field):
    with pytest.raises(Invalid) as caught:
        act.bind_json({**GOOD, **change})
    assert (caught.value.code, caught.value.field) == (code, field)
    assert "act" in caught.value.message


def test_money_leaves_as_a_decimal_string():
    assert act.encode(Done(amount=1840)) == {"amount": "18.40"}
    assert [format_money(value) for value in (0, 5, -5, 123456)] == ["0.00", "0.05", "-0.05", "1234.56"]


def declare(annotation, documented="thing: x.", returns=Done):
    def broken(ctx, thing):
        pass

    broken.__doc__ = f"Break.\n\nArgs:\n    {documented}\n"
    broken.__annotations__ = {"ctx": Context, "thing": annotation, "return": returns}
    return reads(roles=("keeper",))(broken)


class Loop(Input):
    """A type that contains itself."""

    inner: "Loop | None" = None


class Open(Input):
    """A type that takes anything."""

    model_config = ConfigDict(extra="allow")


@pytest.mark.parametrize(
    "annotation",
    [int, str, float, Any, bytes, dict[str, int], list[RecordId], set, object, Loop, Open, complex, list],
)
def test_a_type_that_no_bounded_schema_can_say_fails_at_import(annotation):
    with pytest.raises(Exception, match=r"broken|schema|contains itself|Loop"):
        declare(annotation)


def without_context(thing: RecordId) -> Done:
    """Do something.

    Args:
        thing: x.
    """
    return Done(amount=thing)


def test_an_operation_without_docstring_result_or_described_argument_fails_at_import():
    with pytest.raises(TypeError, match="not described"):
        declare(RecordId, "other: x.")
    with pytest.raises(TypeError, match="no typed result"):
        declare(RecordId, returns=None)
    with pytest.raises(TypeError, match="does not take"):
        declare(RecordId, "thing: x.\n    ghost: y.")
    with pytest.raises(TypeError, match="ctx as its first"):
        reads(roles=("keeper",))(without_context)
