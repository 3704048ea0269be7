"""Promises of the mutation operators: each produces what its name says, from schema and start state alone."""

from dataclasses import replace
from types import MappingProxyType
from typing import Annotated, Literal

import pytest
from pydantic import Field

import worlds
from worlds.engine.context import Context
from worlds.engine.drawing import draw
from worlds.engine.fields import Day, Instant, RecordId, Result, Text
from worlds.engine.operation import writes
from worlds.engine.proofs.mutants.arguments import typed
from worlds.engine.proofs.mutants.ground import Ground
from worlds.engine.proofs.mutants.mutation import ABSENT, mutate
from worlds.engine.proofs.mutants.operators import BY_NAME, MOST_SINGLES, PAIRED, pairs, singles
from worlds.engine.proofs.mutants.records import Records, tables_named
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.tapes import Pause, Tape, TapedCall
from worlds.engine.start import Start
from worlds.engine.task import Happening
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Expectation
from worlds.graders.shape import ColumnShape, Schema, TableShape
from worlds.graders.typed import date, enum, money, quantity, record, set_of, yes_no


class Booked(Result):
    """A booking that was written down."""

    item_id: int


@writes(roles=("keeper",))
def book(
    ctx: Context,
    item_id: RecordId,
    day: Day,
    at: Instant,
    size: Literal["small", "large", "huge"],
    urgent: bool = False,
    memo: Text | None = None,
    items: Annotated[list[RecordId], Field(max_length=5)] | None = None,
) -> Booked:
    """Book an item.

    Args:
        item_id: The item.
        day: The day.
        at: The moment.
        size: How large.
        urgent: Whether it is urgent.
        memo: What to know.
        items: Others that go with it.
    """
    item = ctx.session.get_one(worlds.discover()["tiny"].part("models").Item, item_id)
    item.note = f"{day} {at} {size} {urgent} {memo} {items}"
    return Booked(item_id=item_id)


@writes(roles=("keeper",))
def escalate_item(ctx: Context, message: Text, item_id: RecordId | None = None) -> Booked:
    """Hand an item over to somebody else.

    Args:
        message: What they have to know.
        item_id: The item.
    """
    ctx.session.get_one(worlds.discover()["tiny"].part("models").Item, item_id or 1).note = message
    return Booked(item_id=item_id or 1)


BOOKING = {
    "item_id": 5,
    "day": "2026-03-02",
    "at": "2026-03-02T09:00:00Z",
    "size": "large",
    "memo": "Window seat",
    "items": [7, 8],
}


@pytest.fixture
def start(monkeypatch):
    world = worlds.discover()["tiny"]
    more = MappingProxyType({**world.operations, "book": book, "escalate_item": escalate_item})
    monkeypatch.setitem(vars(world), "operations", more)
    return Start.of(world, "small")


@pytest.fixture
def records(start):
    with Records.of(start) as found:
        yield found


@pytest.fixture
def case(start):
    return Case.of(start, start.world.families["recount"], 3)


@pytest.fixture
def solved(case, records):
    """The ground of the solution as it is."""
    return Ground(case, Tape.of(case.solution, case.start.world), records)


def ground_of(case, records, *calls, answer=None):
    """The ground of a tape made up for one operator."""
    steps = tuple(TapedCall(number, name, arguments) for number, (name, arguments) in enumerate(calls))
    return Ground(case, Tape(steps, answer), records)


def made(ground, operator):
    """The arguments of every call in every mutant of an operator."""
    tapes = [mutate(ground.tape, mutation).tape for mutation in BY_NAME[operator](ground)]
    return [[step.plain if isinstance(step, TapedCall) else step for step in tape.steps] for tape in tapes]


def values(ground, operator, name):
    """What an argument of the only call is in the mutants of an operator, where it is another."""
    own = ground.tape.calls[0].plain.get(name)
    found = [steps[0].get(name, ABSENT) for steps in made(ground, operator)]
    return [value for value in found if value != own]


def called(ground, operator):
    """The names of the calls in every mutant of an operator."""
    tapes = [mutate(ground.tape, mutation).tape for mutation in BY_NAME[operator](ground)]
    return [[s.operation if isinstance(s, TapedCall) else "wait" for s in tape.steps] for tape in tapes]


@pytest.fixture
def three(case, records):
    names = ("change_item", "sell_item", "send_message")
    arguments = ({"item_id": 1}, {"item_id": 2, "quantity": 1}, {"item_id": 3, "recipient": "A", "body": "b"})
    return ground_of(case, records, *zip(names, arguments, strict=True), answer=FinalAnswer(status="done"))


@pytest.fixture
def booking(case, records):
    return ground_of(case, records, ("book", BOOKING))


def test_m1_leaves_out_each_write(three):
    assert called(three, "M1") == [
        ["sell_item", "send_message"],
        ["change_item", "send_message"],
        ["change_item", "sell_item"],
    ]


def test_m2_repeats_each_write_as_a_new_request_and_under_one_key(three):
    tapes = [mutate(three.tape, mutation).tape for mutation in BY_NAME["M2"](three)]
    assert [len(tape.steps) for tape in tapes] == [4] * 6
    first, second = tapes[0].calls[:2], tapes[1].calls[:2]
    assert [call.key for call in first] == [None, None]
    assert second[0].key == second[1].key is not None


def test_m3_swaps_neighbouring_writes(three):
    assert called(three, "M3") == [
        ["sell_item", "change_item", "send_message"],
        ["change_item", "send_message", "sell_item"],
    ]


def test_m4_aims_at_three_lookalikes_and_m5_at_any_other_row(solved, start):
    own = solved.tape.calls[0].plain["item_id"]
    alike = values(solved, "M4", "item_id")
    assert len(set(alike)) == 3
    assert own not in alike
    (other,) = values(solved, "M5", "item_id")
    assert other != own
    assert other in Ground(solved.case, solved.whole, solved.records).records.ids("item")


def test_m6_changes_amounts_by_a_cent_a_hundredfold_and_to_what_stood_beside_them(case, records):
    read = TapedCall(0, "get_item", {"item_id": 1}, writing=False, committed=False)
    told = replace(read, reply={"items": [{"net": "10.00", "gross": "12.10"}, {"net": "7.00"}], "total": "99.00"})
    call = TapedCall(1, "change_item", {"item_id": 1, "price": "12.10"})
    ground = Ground(case, Tape((told, call), None), records)
    found = values(ground, "M6", "price")
    assert found == ["12.11", "12.09", "1210.00", "10.00", "7.00", "99.00"]


def test_m7_changes_quantities_by_one(solved):
    own = solved.tape.calls[0].plain["quantity"]
    assert values(solved, "M7", "quantity") == [own + 1, own - 1]


def test_m8_tries_every_other_choice_and_m9_flips_flags_that_were_left_to_their_default(booking):
    assert values(booking, "M8", "size") == ["small", "huge"]
    assert values(booking, "M9", "urgent") == [True]


def test_m10_leaves_out_optional_arguments_and_items_of_lists(booking):
    found = [steps[0] for steps in made(booking, "M10")]
    assert [one.get("memo") for one in found] == [None, "Window seat", "Window seat", "Window seat"]
    assert [one.get("items") for one in found] == [[7, 8], None, [8], [7]]


def test_m11_empties_prose_says_boilerplate_and_mistypes_codes(case, records):
    ground = ground_of(case, records, ("send_message", {"item_id": 1, "recipient": "KX-19", "body": "Two are left."}))
    assert values(ground, "M11", "recipient") == ["KX-10"]
    empty, boilerplate = values(ground, "M11", "body")
    assert empty == ""
    assert "Two" not in boilerplate


def test_m11_takes_the_words_of_another_instance(solved, case, start):
    family = replace(case.family, solve=noting)
    other = Case(case.start, replace(case.task, family=family))
    ground = Ground(other, Tape.of(other.solution, start.world), solved.records)
    assert f"counted {ground.neighbour.task.instance.facts['count']}" in values(ground, "M11", "note")


def noting(worker):
    """Change an item's note as well, in words of the instance."""
    worker.call("change_item", item_id=1, note=f"counted {worker.facts['count']}")
    return FinalAnswer(status="done")


def test_m12_moves_days_by_one_and_moments_into_another_zone(booking):
    assert values(booking, "M12", "day") == ["2026-03-03", "2026-03-01"]
    assert values(booking, "M12", "at") == [
        "2026-03-03T09:00:00Z",
        "2026-03-01T09:00:00Z",
        "2026-03-02T10:00:00Z",
        "2026-03-02T08:00:00Z",
    ]


def test_m13_adds_a_write_of_every_operation_of_the_role_that_the_world_takes_elsewhere(solved):
    names = [names[-1] for names in called(solved, "M13")]
    assert {"change_item", "sell_item", "send_message", "escalate_item"} <= set(names)
    assert "crash" not in names
    own = solved.tape.calls[0].plain["item_id"]
    assert all(steps[-1].get("item_id") != own for steps in made(solved, "M13"))


def test_m14_gives_optional_arguments_that_the_solution_left_out(solved):
    given = [set(steps[0]) - {"item_id", "quantity"} for steps in made(solved, "M14")]
    assert given == [{"price"}, {"note"}]


def test_m15_stops_after_every_prefix_with_and_without_an_answer(three):
    tapes = [mutate(three.tape, mutation).tape for mutation in BY_NAME["M15"](three)]
    assert [(len(tape.steps), tape.answer is None) for tape in tapes] == [
        (0, True),
        (1, True),
        (1, False),
        (2, True),
        (2, False),
        (3, True),
    ]


def test_m16_writes_on_a_lookalike_and_puts_back_what_was_there(solved):
    (steps,) = made(solved, "M16")
    wrong, back, right = steps
    assert wrong["item_id"] == back["item_id"] != right["item_id"]
    assert wrong["quantity"] == right["quantity"]
    assert back["quantity"] == solved.records.row("item", back["item_id"])["quantity"]


def test_m17_hands_the_matter_over_in_place_of_a_write_and_after_all_of_them(solved):
    assert sorted(called(solved, "M17")) == [["change_item", "escalate_item"], ["escalate_item"]]
    own = solved.tape.calls[0].plain["item_id"]
    assert all(steps[-1]["item_id"] == own for steps in made(solved, "M17"))


def test_m18_waits_in_place_of_each_write(three):
    assert called(three, "M18")[1] == ["change_item", "wait", "send_message"]
    assert all(any(isinstance(step, Pause) for step in steps) for steps in made(three, "M18"))


def answered(case, records, answer, **slots):
    """The answers that M19 gives where these slots are asked for."""
    expectation = Expectation(case.task.instance.expectation.any_of, answer=Answer("done", slots, reasons=["late"]))
    task = replace(case.task, instance=replace(case.task.instance, expectation=expectation))
    ground = ground_of(Case(case.start, task), records, ("change_item", {"item_id": 1}), answer=answer)
    tapes = [mutate(ground.tape, mutation).tape for mutation in BY_NAME["M19"](ground)]
    return [tape.answer for tape in tapes], tapes


def test_m19_gives_other_statuses_no_answer_no_reason_and_the_answer_without_the_work(case, records):
    answer = FinalAnswer(status="done", facts={"price": "3.00 EUR"}, reasons=["late"])
    told, tapes = answered(case, records, answer, price=money(300, "EUR"))
    assert None in told
    assert {one.status for one in told if one} == {"done", "partly", "not_done", "waiting"}
    assert [] in [one.reasons for one in told if one]
    assert {} in [one.facts for one in told if one]
    assert any(tape.answer == answer and not tape.steps for tape in tapes)


@pytest.mark.parametrize(
    ("slot", "right", "wrong"),
    [
        (money(300, "EUR"), "3.00 EUR", ["3.01 EUR", "2.99 EUR", "300.00 EUR", ["3.00 EUR", "3.01 EUR"]]),
        (quantity(4), "4 pieces", ["5 pieces", "3 pieces", ["4 pieces", "5 pieces"]]),
        (date("2026-03-02"), "2026-03-02", ["2026-03-03", "2026-03-01", ["2026-03-02", "2026-03-03"]]),
        (yes_no(value=True), "yes", ["no", ["yes", "no"]]),
        (enum("a", {"a": "Alpha", "b": "Beta"}), "a", ["b", ["a", "b"]]),
        (record("LK-12"), "LK-12", ["LK-13", ["LK-12", "LK-13"]]),
        (set_of([record("A-1"), record("A-2")]), ["A-1", "A-2"], [["A-1"], ["A-1", "A-2", "A-3"]]),
    ],
)
def test_m19_perturbs_each_slot_by_its_type_and_hedges(case, records, slot, right, wrong):
    told, _ = answered(case, records, FinalAnswer(status="done", facts={"slot": right}, reasons=["late"]), slot=slot)
    found = [one.facts["slot"] for one in told if one and "slot" in one.facts and one.facts["slot"] != right]
    assert found == wrong


def test_m20_plays_the_next_seeds_solution_where_instances_have_no_twins(solved):
    (steps,) = made(solved, "M20")
    there = draw(solved.case.start, solved.case.family, 4)
    assert steps == [{"item_id": there.instance.target["item"][0], "quantity": int(there.instance.facts["count"])}]


def test_m21_says_words_of_nobodys_task_about_the_right_row(solved):
    (own,) = solved.case.task.instance.target["item"]
    found = [steps[-1] for steps in made(solved, "M21")]
    assert any("Canary" in one.get("body", "") for one in found)
    assert {one["item_id"] for one in found} == {own}


def test_m22_plays_what_is_right_without_the_last_event(case, records, start):
    assert not list(BY_NAME["M22"](Ground(case, Tape.of(case.solution, start.world), records)))
    happening = Happening(name="courier", operation="deliver", arguments={"item_id": 1, "quantity": 5}, delay=1)
    task = replace(case.task, instance=replace(case.task.instance, happenings=(happening,)))
    busy = Case(start, task)
    (mutation,) = BY_NAME["M22"](Ground(busy, Tape.of(busy.solution, start.world), records))
    assert [call.operation for call in mutation.tape.calls] == ["list_items", "change_item"]


def test_a_mutant_knows_which_of_its_steps_are_new(three):
    dropped, *_ = BY_NAME["M1"](three)
    assert mutate(three.tape, dropped).changed == frozenset()
    swapped, *_ = BY_NAME["M3"](three)
    assert mutate(three.tape, swapped).moved == {0, 1}
    doubled, *_ = BY_NAME["M2"](three)
    assert mutate(three.tape, doubled).changed == {1}


def test_pairs_are_fifty_and_lay_two_mutations_over_one_tape(solved):
    alone = singles(solved)
    found = pairs(solved, alone)
    assert len(found) == PAIRED == len({one.words for one in found})
    assert [one.words for one in pairs(solved, alone)] == [one.words for one in found]
    edited = next(one for one in found if len(one.edits) == 2)
    arguments = mutate(solved.tape, edited).tape.calls[0].plain
    assert all(arguments[edit.path[0]] == edit.value for edit in edited.edits)


def test_very_many_mutations_are_cut_to_some_of_every_operator(case, records):
    calls = [("change_item", {"item_id": 1 + n, "quantity": n, "price": f"{n}.00", "note": f"n{n}"}) for n in range(12)]
    ground = ground_of(case, records, *calls, answer=FinalAnswer(status="done"))
    every = {name for name, operator in BY_NAME.items() if any(operator(ground))}
    found = singles(ground)
    assert len(found) == MOST_SINGLES
    assert {one.operator for one in found} == every
    assert [one.words for one in singles(ground)] == [one.words for one in found]


def test_arguments_are_told_apart_by_their_schema_alone():
    kinds = {one.label: one.kind for one in typed(book.input_schema, BOOKING)}
    assert kinds == {
        "item_id": "id",
        "day": "day",
        "at": "instant",
        "size": "enum",
        "urgent": "boolean",
        "memo": "prose",
        "items": "list",
        "items.0": "id",
        "items.1": "id",
    }


def test_the_table_of_an_id_is_what_columns_of_its_name_refer_to_and_else_the_likeliest_by_name():
    plain = {"id": ColumnShape()}
    schema = Schema.of(
        TableShape("sales_order", "business", plain),
        TableShape("order_line", "business", {**plain, "order_id": ColumnShape(references="sales_order")}),
        TableShape("refund_line", "business", plain),
        TableShape("variant", "business", plain),
    )
    assert tables_named(schema, "order_id") == ("sales_order",)
    assert tables_named(schema, "variant_id") == ("variant",)
    assert tables_named(schema, "line_id") == ("order_line", "refund_line")
    assert tables_named(schema, "second_variant_id") == ("variant",)
    assert tables_named(schema, "colour_id") == ()
