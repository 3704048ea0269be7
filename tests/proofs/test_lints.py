"""Promises of the lints: open doors in an expectation or a schema are named, and what is meant so is left alone."""

from dataclasses import replace

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, select

import worlds
from worlds.engine.proofs.allowances import too_wide
from worlds.engine.proofs.lints import (
    PROOF,
    closed_language,
    empty_gate,
    made_ids,
    money_names,
    unchanging,
    unearned,
)
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.proof import View
from worlds.engine.schema import Flag, lint
from worlds.engine.task import SOLVABLE
from worlds.graders.effects import Effect, State
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.predicates import Eq, Mentions, any_value, between, mentions, one_of, ref
from worlds.graders.typed import Typed, email


@pytest.fixture
def case(tiny):
    return Case.of(tiny.start, tiny.task.family, 0)


@pytest.fixture
def item(case):
    return case.task.instance.target["item"][0]


@pytest.fixture
def required(case):
    return case.task.instance.expectation.any_of[0].required[0]


def expecting(case, expectation):
    instance = replace(case.task.instance, expectation=expectation)
    return Case(case.start, replace(case.task, instance=instance))


def allowing(case, *allowed, required=()):
    required = [*case.task.instance.expectation.any_of[0].required, *required]
    return expecting(case, Expectation(any_of=[Bundle(required, allowed)]))


def wide(case, *allowed, **options):
    one = allowing(case, *allowed, **options)
    return list(too_wide(one.start, one.task))


# -- the language -------------------------------------------------------------------------------------------------


class Beginning(Eq):
    """Holds for what begins so."""

    __slots__ = ()

    def holds(self, value, before, bound):  # noqa: ARG002 - as of every predicate
        return str(value).startswith(str(self.value))


class Loose(Typed):
    """Is mentioned by anything."""

    def mentioned(self, text):  # noqa: ARG002 - as of every fact
        return True


class Text(str):
    """A text that equals any other."""

    __slots__ = ()

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


@pytest.mark.parametrize(
    ("column", "predicate", "named"),
    [
        ("name", Beginning("Lant"), "Beginning"),
        ("note", Mentions((Loose("email", "a@b.nl"),)), "Loose"),
        ("name", Eq(Text("x")), "Text"),
        ("name", between("Lantern", "Lanternzzz"), "beginnings of texts"),
    ],
)
def test_what_is_no_part_of_the_language_is_a_prefix_match(case, item, column, predicate, named):
    effect = Effect("named", "item", "update", {"id": item}, {column: predicate})
    holes = list(closed_language(expecting(case, Expectation(any_of=[Bundle([effect])]))))
    assert holes
    assert all(hole.startswith("prefix match: tiny/recount seed 0: ") for hole in holes)
    assert named in holes[0]


def test_the_language_itself_is_no_hole(case, item, required):
    moment = Effect("a", "item", "update", {"id": item}, {"note": mentions(email("a@b.nl"))}, bind="it")
    also = Effect("b", "message", "insert", {"item_id": ref("it", "id")}, {"recipient": one_of("a", "b")}, (0, 2))
    times = Effect("c", "message", "insert", {"item_id": item, "recipient": between("2026-03-01", "2026-03-09")})
    one = expecting(case, Expectation(any_of=[Bundle([moment, times], [also])], final=[_state(item)]))
    assert list(closed_language(one)) == []


def _state(item, **changes):
    return State("still", "item", {"id": item}, {"quantity": between(0, 1000)}, **changes)


# -- empty gates --------------------------------------------------------------------------------------------------


def test_a_state_that_holds_at_the_start_is_an_empty_gate(case, item):
    holes = list(empty_gate(expecting(case, Expectation(any_of=[Bundle([])], final=[_state(item)]))))
    assert "holds before anybody acts" in holes[0]
    assert "asks for nothing" in holes[1]


def test_a_state_that_is_declared_to_hold_is_a_gate_like_any_other(case, item, required):
    final = [_state(item, holds_at_start=True)]
    assert list(empty_gate(expecting(case, Expectation(any_of=[Bundle([required])], final=final)))) == []


def test_what_others_do_by_themselves_is_an_empty_gate(case, item):
    effect = Effect("sent", "message", "insert", {"item_id": item}, by="person:visitor")
    holes = list(empty_gate(expecting(case, Expectation(any_of=[Bundle([effect])]))))
    assert ["asks for nothing" in hole for hole in holes] == [True]


# -- allowances ---------------------------------------------------------------------------------------------------


def test_a_note_on_the_target_is_no_wide_allowance(case, item):
    note = Effect("note", "message", "insert", {"item_id": item}, {"body": mentions(email("a@b.nl"))}, (0, 2))
    assert wide(case, note) == []


@pytest.mark.parametrize(
    ("effect", "why"),
    [
        (Effect("a", "item", "update", {"price": 100}, {"note": any_value("free")}), "fixes no row of the task's"),
        (Effect("a", "item", "update", {"id": 40}, {"note": any_value("free")}), "fixes no row of the task's"),
        (Effect("a", "item", "delete", {"id": one_of(*range(1, 41))}), "lets 1 of 40 rows be deleted"),
    ],
)
def test_an_allowance_that_is_not_tied_to_the_target_is_wide(case, effect, why):
    assert any(why in one for one in wide(case, effect))


def test_an_allowance_of_many_rows_is_wide_unless_they_are_parts_of_a_row_that_is_asked_for(case, item):
    def sent(count, item_id):
        return Effect("a", "message", "insert", {"item_id": item_id}, {"body": mentions(email("a@b.nl"))}, (0, count))

    made = Effect("made", "item", "insert", {}, {"name": "Lamp"}, bind="lamp")
    assert any("lets 6 rows through" in one for one in wide(case, sent(6, item)))
    assert wide(case, sent(5, item)) == []
    assert wide(case, sent(20, ref("lamp", "id")), required=[made]) == []
    assert any("lets 21 rows through" in one for one in wide(case, sent(21, ref("lamp", "id")), required=[made]))


def test_an_allowance_may_name_many_rows_one_by_one(case):
    rows = range(1, 9)
    instance = replace(case.task.instance, target={"item": list(rows)})
    about = Case(case.start, replace(case.task, instance=instance))
    assert wide(about, Effect("a", "item", "update", {"id": one_of(*rows)}, {"price": 1}, (0, 8))) == []
    assert len(wide(about, Effect("a", "item", "update", {"id": one_of(*rows)}, {"price": 1}, (0, 9)))) == 1


@pytest.mark.parametrize("body", [{}, {"body": any_value("whatever")}, {"body": mentions(must_not=(email("a@b.nl"),))}])
def test_free_words_in_what_goes_out_are_a_wide_allowance(case, item, body):
    message = Effect("a", "message", "insert", {"item_id": item}, {"recipient": "x@y.nl", **body})
    assert any("leaves message.body free" in one for one in wide(case, message))


def test_what_foreign_keys_lead_to_from_the_target_is_tied_to_it():
    with worlds.open("shop/fix-tracking", seed=0) as episode:
        case = Case(episode.start, episode.task)
    order = case.task.instance.target["sales_order"][0]
    orders = case.start.world.metadata.tables["sales_order"]
    with case.start.reading() as (session, _):
        owners = dict(session.execute(select(orders.c.id, orders.c.customer_id)).tuples().all())
    stranger = next(owner for owner in owners.values() if owner not in (None, owners[order]))

    def note_on(customer):
        return wide(case, Effect("a", "customer", "update", {"id": customer}, {"note": any_value("said")}))

    assert note_on(owners[order]) == []
    assert any("fixes no row of the task's" in one for one in note_on(stranger))


# -- keys and columns ---------------------------------------------------------------------------------------------


def test_a_key_that_the_start_state_lacks_is_named_wherever_it_stands(case, item):
    made = Effect("made", "message", "insert", {"id": 1, "item_id": item})
    state = State("sent", "message", {"item_id": 4711}, count=1)
    one = expecting(case, Expectation(any_of=[Bundle([made])], final=[state]))
    holes = list(made_ids(one))
    assert [hole.partition("the expectation names ")[2] for hole in holes] == [
        "item 4711, which is not in the start state",
        "message 1, which is not in the start state",
    ]
    assert all(hole.startswith("id made in the episode inside an expectation: tiny/recount seed 0") for hole in holes)


def test_money_is_known_by_how_operations_state_it(case):
    assert money_names(case.start.world, "keeper") == {"price"}
    assert "amount" in money_names(worlds.discover()["shop"], "support_l1")


def test_a_column_that_moves_with_time_has_earned_to_be_volatile(case):
    assert list(unearned(case)) == []
    with worlds.open("shop/fix-tracking", seed=0) as episode:
        assert list(unearned(Case(episode.start, episode.task))) == []


def test_a_trail_that_is_due_in_other_hours_of_work_says_nothing_of_its_column():
    with worlds.open("desk/answer-wismo") as episode:
        cases = (Case.of(episode.start, episode.task.family, seed) for seed in range(8))
        traced = [case for case in cases if case.task.instance.branch != SOLVABLE]
        assert [case.label for case in traced if "sla_timer.due_at" in map(str, unchanging(case))]
        assert not [hole for case in traced for hole in unearned(case)]


def columns(*columns, kind="business"):
    metadata = MetaData()
    key = Column("id", Integer, primary_key=True, info={"class": "key"})
    Table("thing", metadata, key, *columns, info={"class": kind}, sqlite_strict=True)
    return lint(metadata)


def test_no_reference_no_yes_or_no_and_no_cost_is_volatile():
    reference = ForeignKey("thing.id", deferrable=True, initially="DEFERRED")
    volatile = {"class": "volatile"}
    assert "counts" in columns(Column("thing_id", reference, index=True, info=volatile))[0]
    assert "counts" in columns(Column("subscribed", Flag(), info=volatile))[0]
    assert "its name says" in columns(Column("cost", Integer(), info=volatile))[0]
    assert columns(Column("revision", Integer(), info=volatile)) == []


@pytest.mark.parametrize("kind", ["session", "engine"])
def test_no_money_and_no_status_stands_in_a_table_that_nobody_judges(kind):
    assert "its name says" in columns(Column("status", Integer(), info={"class": "business"}), kind=kind)[0]


def test_a_sound_family_has_no_holes(case):
    verdict = PROOF.conclude(View(case.start, case.family, [0]), [PROOF.examine(case)])
    assert verdict.holes == []
    assert verdict.figures == {"instances": 1}
