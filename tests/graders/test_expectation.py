"""An expectation that could not be judged, or would be met by doing nothing, is refused when it is written."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from plain_shop import ANSWER, EXPECTATION, MESSAGE, NOTE, REQUIRED, SCHEMA, expecting

from worlds.graders.answers import FromRow
from worlds.graders.expectation import Answer, Bundle, Effect, Expectation, ExpectationError, State, before
from worlds.graders.lint import free_columns, literal_keys
from worlds.graders.predicates import (
    any_value,
    between,
    changed_by,
    eq,
    from_json,
    mentions,
    multiset,
    no_later,
    not_null,
    one_of,
    ref,
    to_json,
    unchanged,
)
from worlds.graders.shape import ColumnShape, Schema, TableShape
from worlds.graders.typed import (
    date,
    email,
    enum,
    instant,
    money,
    percent,
    person,
    phone,
    quantity,
    record,
    set_of,
    yes_no,
)

REFUND = REQUIRED[0]


def test_what_doing_nothing_would_fulfil_is_refused():
    for empty in (
        lambda: Expectation([]),
        lambda: Expectation([Bundle([])]),
        lambda: Expectation([Bundle([REFUND]), Bundle([])]),
    ):
        with pytest.raises(ExpectationError):
            empty()
    kept = State("kept", "orders", {"id": 5}, {"status": "paid"}, holds_at_start=True)
    with pytest.raises(ExpectationError, match="doing nothing"):
        Expectation([Bundle([], allowed=[NOTE])], final=[kept])
    Expectation([Bundle([])], final=[replace(kept, holds_at_start=False)])


BAD_EFFECTS = {
    "unknown kind": lambda: Effect("x", "orders", "upsert", set={"city": "Köln"}),
    "empty count": lambda: Effect("x", "orders", "insert", count=0),
    "turned count": lambda: Effect("x", "orders", "insert", count=(2, 1)),
    "negative count": lambda: Effect("x", "orders", "insert", count=(-1, 1)),
    "nobody": lambda: Effect("x", "orders", "insert", by="me"),
    "weightless": lambda: Effect("x", "orders", "insert", weight=0),
    "update of nothing": lambda: Effect("x", "orders", "update", where={"id": 5}),
    "update of the unchanged": lambda: Effect("x", "orders", "update", where={"id": 5}, set={"city": unchanged()}),
    "delete that sets": lambda: Effect("x", "orders", "delete", where={"id": 5}, set={"city": "Köln"}),
    "insert without before": lambda: Effect("x", "orders", "insert", set={"city": unchanged()}),
    "where after": lambda: Effect("x", "orders", "update", where={"qty": changed_by(1)}, set={"city": "Köln"}),
    "float": lambda: Effect("x", "orders", "insert", set={"total": 18.4}),
    "list": lambda: Effect("x", "orders", "insert", set={"total": [18]}),
    "state of nothing": lambda: State("x", "orders", {"id": 5}),
    "state with a before": lambda: State("x", "orders", {"id": 5}, {"city": unchanged()}),
    "state with a binding": lambda: State("x", "orders", {"id": ref("y")}, count=1),
    "state with a bound day": lambda: State("x", "orders", {"at": no_later("y", "at", 0, "UTC")}, count=1),
    "weightless state": lambda: State("x", "orders", {"id": 5}, count=1, weight=0),
}


@pytest.mark.parametrize("name", BAD_EFFECTS)
def test_an_effect_that_says_nothing_or_nonsense_is_refused(name):
    with pytest.raises(ValueError, match=r"."):
        BAD_EFFECTS[name]()


BAD_BUNDLES = {
    "id twice": lambda: Bundle([REFUND, replace(REQUIRED[2], id="refund")]),
    "id twice across": lambda: Bundle([REFUND], allowed=[replace(MESSAGE, id="refund")]),
    "binding twice": lambda: Bundle([REFUND, replace(REQUIRED[3], bind="refund")]),
    "unknown binding": lambda: Bundle([REQUIRED[1]]),
    "day of nothing bound": lambda: Bundle(
        [Effect("x", "refunds", "insert", set={"at": no_later("refund", "at", 0, "UTC")})]
    ),
    "circle": lambda: Bundle(
        [
            Effect("a", "refunds", "insert", where={"payment_id": ref("b")}, bind="a"),
            Effect("b", "payments", "insert", where={"order_id": ref("a")}, bind="b"),
        ]
    ),
    "own binding": lambda: Bundle([Effect("a", "refunds", "insert", where={"payment_id": ref("a")}, bind="a")]),
    "order of strangers": lambda: Bundle([REFUND], order=[before("refund", "return")]),
    "order with itself": lambda: Bundle([REFUND], order=[before("refund", "refund")]),
    "required but optional": lambda: Bundle([replace(REFUND, count=(0, 2))]),
    "allowed anywhere": lambda: Bundle([REFUND], allowed=[Effect("x", "orders", "insert", set={"city": "Köln"})]),
    "forbidden with count": lambda: expecting(REFUND, forbidden=[replace(REQUIRED[2], count=2)]),
    "forbidden binding": lambda: expecting(REFUND, forbidden=[replace(REFUND, id="f", bind="f")]),
    "forbidden id twice": lambda: expecting(REFUND, forbidden=[replace(REFUND, bind=None)]),
    "state id twice": lambda: expecting(REFUND, final=[State("refund", "orders", {"id": 5}, {"city": "Köln"})]),
    "slot of nothing bound": lambda: expecting(REFUND, answer=Answer("done", {"number": FromRow("record", "other")})),
}


@pytest.mark.parametrize("name", BAD_BUNDLES)
def test_a_bundle_that_contradicts_itself_is_refused(name):
    with pytest.raises(ExpectationError):
        BAD_BUNDLES[name]()


@pytest.mark.parametrize(
    "broken",
    [
        lambda: between(1, "2"),
        lambda: between(2, 1),
        lambda: between(low=True, high=2),
        one_of,
        lambda: eq(1.5),
        lambda: any_value("  "),
        lambda: no_later("refund", "at", 1, "Europe/Atlantis"),
        lambda: no_later("refund", "at", -1, "UTC"),
        mentions,
        lambda: mentions(yes_no(value=True)),
        lambda: money(1840, "QQQ"),
        lambda: date("02/03/2026"),
        lambda: email("jane"),
        lambda: enum("lost", {"found": "Found"}),
        lambda: set_of([]),
        lambda: Answer("finished"),
        lambda: Answer(()),
        lambda: Answer("done", {"Two words": money(1, "EUR")}),
        lambda: Answer("done", {"status": money(1, "EUR")}),
        lambda: FromRow("colour", "refund"),
        lambda: from_json({"is": "like", "value": "x"}),
        lambda: ColumnShape("secret"),
        lambda: TableShape("x", "hidden", {}),
    ],
)
def test_a_predicate_fact_or_shape_that_can_never_be_judged_is_refused(broken):
    with pytest.raises(ValueError, match=r"."):
        broken()


MISFITS = {
    "no table": Effect("x", "ledgers", "insert", set={"a": 1}),
    "no column": Effect("x", "orders", "update", where={"id": 5}, set={"colour": "red"}),
    "no column in where": Effect("x", "orders", "update", where={"colour": 5}, set={"city": "Köln"}),
    "no column to add up": Effect("x", "orders", "update", where={"id": 5}, total=("sum", 5)),
    "prose by equality": Effect("x", "orders", "update", where={"id": 5}, set={"note": "Refunded 18.40 EUR"}),
    "prose by list": Effect("x", "orders", "update", where={"id": 5}, set={"note": one_of("a", "b")}),
    "set by spelling": Effect("x", "orders", "update", where={"id": 5}, set={"tags": '["a"]'}),
    "volatile": Effect("x", "orders", "update", where={"id": 5}, set={"at": not_null()}),
    "derived": Effect("x", "orders", "update", where={"id": 5}, set={"total": 5}),
    "session": Effect("x", "carts", "insert", set={"items": 1}),
    "engine": Effect("x", "jobs", "delete", where={"id": 1}),
}


@pytest.mark.parametrize("name", MISFITS)
def test_an_effect_that_does_not_fit_the_schema_is_refused(name):
    with pytest.raises(ExpectationError, match=r"^x: "):
        expecting(MISFITS[name]).check_against(SCHEMA)
    if MISFITS[name].total is None:
        with pytest.raises(ExpectationError, match=r"^x: "):
            expecting(*REQUIRED, forbidden=[MISFITS[name]]).check_against(SCHEMA)


def test_a_state_that_does_not_fit_the_schema_is_refused():
    for state in (State("x", "ledgers", {"id": 5}, count=1), State("x", "orders", {"note": "text"}, count=1)):
        with pytest.raises(ExpectationError, match=r"^x: "):
            expecting(*REQUIRED, final=[state]).check_against(SCHEMA)


def test_a_fitting_expectation_is_accepted():
    EXPECTATION.check_against(SCHEMA)
    emptied = Effect("x", "orders", "update", where={"id": 5}, set={"note": None, "tags": multiset("a")})
    expecting(emptied).check_against(SCHEMA)


def test_the_literal_keys_of_an_expectation_are_listed_for_the_start_state():
    effects = [*REQUIRED, Effect("o", "returns", "insert", where={"order_id": one_of(5, 6)}, set={"id": ref("r")})]
    assert literal_keys(SCHEMA, effects) == [
        *(("order_lines", 51), ("orders", 5), ("orders", 6)),
        ("payments", 77),
    ]


def test_the_columns_that_an_insert_leaves_free_are_listed():
    assert free_columns(SCHEMA, REFUND) == ["note", "number"]
    assert free_columns(SCHEMA, REQUIRED[2]) == []


def test_a_bare_value_means_equality():
    assert Effect("x", "orders", "insert", set={"city": "Köln"}) == Effect(
        "x", "orders", "insert", set={"city": eq("Köln")}
    )


def test_an_effect_describes_itself_where_the_author_did_not():
    assert REQUIRED[2].words == "Changed payments where id 77 with refunded 1840"


@pytest.mark.parametrize(
    ("moment", "days"),
    [
        ("2026-03-15T23:00:00Z", 0),
        ("2026-03-16T22:59:59Z", 0),
        ("2026-03-16T23:00:00Z", 1),  # midnight in Amsterdam
        ("2026-03-18T22:59:59Z", 2),
        ("2026-03-15T22:59:59Z", 0),  # the day before
        ("2026-03-16T12:00:00", None),  # of no zone
        ("noon", None),
        (None, None),
    ],
)
def test_days_are_counted_from_the_bound_moment_by_the_zones_own_clocks(moment, days):
    bound = {"refund": ({"at": "2026-03-16T08:00:00Z"},)}
    for allowed in range(4):
        rule = no_later("refund", "at", allowed, "Europe/Amsterdam")
        assert rule.holds(moment, None, bound) is (days is not None and days <= allowed)
        assert not rule.holds(moment, None, {"refund": ({"at": None},)})
        assert not rule.holds(moment, None, {})


def test_an_expectation_survives_json():
    every = [
        *(
            eq(None),
            eq(value=True),
            one_of(1, "a", None),
            between("a", "b"),
            multiset(1, 1),
            unchanged(),
            changed_by(-3),
        ),
        *(
            not_null(),
            ref("refund", "amount"),
            no_later("refund", "at", 2, "Europe/Amsterdam"),
            any_value("free"),
            mentions(money(1, "EUR"), must_not=(person("A B"),), cap=9),
        ),
    ]
    facts = {
        "a": money(-5, "JPY"),
        "b": quantity(3, "kg"),
        "c": percent("7.5"),
        "d": date("2026-03-02"),
        "e": instant("2026-03-02T09:15:00Z", "Europe/Berlin"),
        "f": email("jane@example.com"),
        "g": phone("030 1234567", "49"),
        "h": person("Jane O'Hara"),
        "i": record("RF-1", "RF-"),
        "j": enum("lost", {"lost": "Lost"}),
        "k": yes_no(value=False),
        "l": set_of([record("1"), record("2")]),
        "m": FromRow("money", "refund", "amount", {"currency": "EUR"}),
    }
    wide = Effect("wide", "orders", "update", where={"id": 5}, set={str(at): one for at, one in enumerate(every)})
    inserted = Effect("in", "stock", "insert", count=(1, 3), total=("on_hand", 4), by="person:ops", weight=4)
    whole = Expectation(
        [Bundle([REFUND, wide, inserted], [MESSAGE], [before("refund", "wide")]), Bundle(REQUIRED, [NOTE])],
        forbidden=[Effect("no", "orders", "delete")],
        final=[State("end", "orders", {"id": 5}, {"city": "Köln"}, words="Done", holds_at_start=True)],
        answer=Answer(("done", "partly"), facts, [person("Max Stone")], ["window_passed"]),
        invariants=frozenset({"stock"}),
    )
    text = json.dumps(whole.to_json(), allow_nan=False)
    again = Expectation.from_json(json.loads(text))
    assert again == whole
    assert json.dumps(again.to_json()) == text
    assert [from_json(json.loads(json.dumps(to_json(one)))) for one in every] == every


def test_a_schema_survives_json():
    again = Schema.from_json(json.loads(json.dumps(SCHEMA.to_json())))
    assert again.tables == SCHEMA.tables
    assert again.table("payments").sensitive == {"locked"}
    assert again.table("refund_lines").references == {"refund_id": "refunds", "line_id": "order_lines"}


def test_an_answer_of_a_task_is_part_of_its_record():
    assert Answer.from_json(json.loads(json.dumps(ANSWER.to_json()))) == ANSWER
