"""Promises of comparing outcomes: renamed keys are the same, a cent is not, and what is undecided is different."""

from dataclasses import replace

import pytest

import worlds
from worlds.engine.proofs.outcomes import Left, Outcome, same_outcome
from worlds.engine.proofs.plays import Case, play
from worlds.engine.start import Start
from worlds.graders.answers import FinalAnswer
from worlds.graders.changes import Entry
from worlds.graders.shape import ColumnShape, Schema, TableShape

SCHEMA = Schema.of(
    TableShape(
        "claim",
        "business",
        {
            "id": ColumnShape(),
            "number": ColumnShape(),
            "amount": ColumnShape(),
            "due": ColumnShape(),
            "lock": ColumnShape("sensitive"),
            "made_at": ColumnShape("volatile"),
        },
    ),
    TableShape(
        "part", "business", {"id": ColumnShape(), "claim_id": ColumnShape(references="claim"), "cost": ColumnShape()}
    ),
    TableShape("trail", "trace", {"id": ColumnShape(), "words": ColumnShape("prose")}),
    TableShape("letter", "outward", {"id": ColumnShape(), "event": ColumnShape(), "body": ColumnShape("prose")}),
    TableShape("visit", "session", {"id": ColumnShape(), "claim_id": ColumnShape(references="claim")}),
)
NOW = "2026-03-02T09:00:00Z"


@pytest.fixture(scope="module")
def case():
    world = worlds.discover()["tiny"]
    start = Start.of(world, "small")
    return Case.of(start, world.families["recount"], 3)


def done(case, *calls, answer=None):
    def work(episode):
        for name, arguments in calls:
            assert episode.call(name, arguments).ok
        return answer

    return play(case.start, case.task, work)


def message(item, body, recipient="Anna"):
    return ("send_message", {"item_id": item, "recipient": recipient, "body": body})


def same(case, one, other):
    return same_outcome(one, other, case.start.world.schema)


def logged(case, *rows, root="agent:1", actor="agent"):
    """A play with a log made up for another schema: (table, row after) or (table, row before, row after)."""
    entries = []
    for seq, (table, *states) in enumerate(rows, start=1):
        before, after = states if len(states) == 2 else (None, states[0])
        key = (after or before)["id"]
        kind = "insert" if before is None else "delete" if after is None else "update"
        entries.append(Entry(seq, seq, 1, "work", actor, root, table, key, kind, before, after))
    return replace(case.solution, record=replace(case.solution.record, entries=entries))


def claim(key, amount=10, **also):
    return ("claim", {"id": key, "number": f"C-{key}", "amount": amount, "due": None, "lock": 0, **also})


def part(key, of, cost):
    return ("part", {"id": key, "claim_id": of, "cost": cost})


def alike(case, one, other):
    return same_outcome(logged(case, *one), logged(case, *other), SCHEMA)


def test_the_same_messages_in_another_order_are_the_same_outcome_though_their_ids_differ(case):
    assert same(case, done(case, message(1, "a"), message(2, "b")), done(case, message(2, "b"), message(1, "a")))


def test_messages_that_went_crosswise_are_another_outcome(case):
    assert not same(case, done(case, message(1, "a"), message(2, "b")), done(case, message(2, "a"), message(1, "b")))


def test_a_cent_more_is_another_outcome(case):
    one, other = (done(case, ("change_item", {"item_id": 1, "price": price})) for price in ("12.00", "12.01"))
    assert not same(case, one, other)
    assert same(case, one, one)


def test_a_message_sent_twice_is_another_outcome(case):
    assert not same(case, done(case, message(1, "a")), done(case, message(1, "a"), message(1, "a")))


def test_a_row_that_was_changed_and_put_back_is_no_change(case):
    to = [("change_item", {"item_id": 1, "quantity": quantity}) for quantity in (700, 3, 700)]
    assert same(case, done(case, *to), done(case, to[0]))


def test_time_that_passes_between_calls_is_no_difference(case):
    slow = play(
        case.start, case.task, lambda e: e.perform("change_item", {"item_id": 1, "quantity": 9}, "pages") and None
    )
    fast = done(case, ("get_item", {"item_id": 1}), ("change_item", {"item_id": 1, "quantity": 9}))
    assert same(case, slow, fast)


def test_an_answer_in_another_spelling_is_the_same_and_with_another_value_it_is_not(case):
    price = case.solution.answer.facts["price"].removesuffix(" EUR")
    told = [FinalAnswer(status="done", facts={"price": text}) for text in (f"{price} EUR", f"€{price}", "1.00 EUR")]
    plays = [done(case, answer=answer) for answer in told]
    assert same(case, plays[0], plays[1])
    assert not same(case, plays[0], plays[2])
    assert not same(case, plays[0], done(case, answer=FinalAnswer(status="partly", facts=dict(told[0].facts))))
    assert not same(case, plays[0], done(case))


def test_rows_that_others_tell_apart_are_matched_although_every_key_and_number_is_another(case):
    one = [claim(7), claim(8), part(1, 7, 3), part(2, 8, 4)]
    renamed = [claim(20), claim(21), part(5, 21, 3), part(6, 20, 4)]
    assert alike(case, one, renamed)
    assert not alike(case, one, [claim(20), claim(21), part(5, 21, 3), part(6, 21, 4)])


def test_symmetry_that_refinement_cannot_resolve_counts_as_different(case):
    twins = [claim(7), claim(8), part(1, 7, 3), part(2, 8, 3)]
    assert Outcome.of(logged(case, *twins), SCHEMA).unresolved
    assert not alike(case, twins, twins)


def test_equal_rows_to_which_nothing_refers_are_interchangeable(case):
    assert alike(case, [claim(7), part(1, 7, 3), part(2, 7, 3)], [claim(9), part(3, 9, 3), part(4, 9, 3)])


def test_volatile_columns_and_session_tables_are_left_out_and_nothing_else(case):
    one, other = claim(7, made_at="2026-03-02T09:00:00Z"), claim(7, made_at="2026-03-09T09:00:00Z")
    assert alike(case, [one], [other])
    assert alike(case, [one], [other, ("visit", {"id": 1, "claim_id": 7})])
    assert not alike(case, [one], [other, ("trail", {"id": 1, "words": "seen"})])


def test_a_time_worked_out_from_that_of_the_call_is_the_same_later(case):
    early = claim(7, made_at=NOW, due="2026-03-09T09:00:00Z")
    late = claim(7, made_at="2026-03-03T10:00:00Z", due="2026-03-10T10:00:00Z")
    assert alike(case, [early], [late])
    assert not alike(case, [early], [claim(7, made_at=NOW, due="2026-03-09T09:00:01Z")])


def test_numbers_and_keys_of_made_rows_are_renamed_where_trails_and_letters_name_them(case):
    one = [
        claim(7),
        ("trail", {"id": 1, "words": "C-7 opened"}),
        ("letter", {"id": 1, "event": "claim:7", "body": "C-7"}),
    ]
    other = [
        claim(9),
        ("trail", {"id": 1, "words": "C-9 opened"}),
        ("letter", {"id": 1, "event": "claim:9", "body": "C-9"}),
    ]
    wrong = [
        claim(9),
        ("trail", {"id": 1, "words": "C-8 opened"}),
        ("letter", {"id": 1, "event": "claim:9", "body": "C-9"}),
    ]
    assert alike(case, one, other)
    assert not alike(case, one, wrong)


def test_touching_a_sensitive_column_counts_even_when_it_is_put_back(case):
    free, locked = claim(7)[1], claim(7, lock=1)[1]
    assert not alike(case, [claim(9)], [claim(9), ("claim", free, locked), ("claim", locked, free)])
    assert alike(
        case, [claim(9)], [claim(9), ("claim", free, {**free, "amount": 11}), ("claim", {**free, "amount": 11}, free)]
    )


def test_the_same_change_made_by_somebody_else_is_another_outcome(case):
    mine, others = logged(case, claim(7)), logged(case, claim(7), root="world:auditor", actor="auditor")
    assert not same_outcome(mine, others, SCHEMA)


def test_a_letter_counts_every_time_and_its_lines_in_any_order(case):
    letter = ("letter", {"id": 1, "event": "sent", "body": "2 plates\n1 jug"})
    turned = ("letter", {"id": 1, "event": "sent", "body": "1 jug\n2 plates"})
    assert alike(case, [letter], [turned])
    assert not alike(case, [letter], [("letter", {"id": 1, "event": "sent", "body": "2 jugs\n1 plate"})])
    again = ("letter", {**letter[1], "id": 2})
    assert not alike(case, [letter], [letter, again])


def test_rows_and_columns_can_be_left_out_by_name(case):
    one, other = logged(case, claim(7), claim(8, amount=3)), logged(case, claim(7))
    assert Outcome.of(one, SCHEMA, Left([("claim", 8)])).same_as(Outcome.of(other, SCHEMA))
    cheap = Outcome.of(logged(case, claim(7, amount=1)), SCHEMA, Left((), [("claim", 7, "amount")]))
    assert cheap.same_as(Outcome.of(other, SCHEMA, Left((), [("claim", 7, "amount")])))
