"""Promises of tapes: they come to the same as the play they were taken from, and stay good when ids shift."""

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest

import worlds
from worlds.engine.context import Context
from worlds.engine.fields import RecordId, Result, Text
from worlds.engine.operation import writes
from worlds.engine.proofs.outcomes import same_outcome
from worlds.engine.proofs.plays import Case, play
from worlds.engine.proofs.tapes import Made, Pause, Tape, leaves, put, replay, take_out
from worlds.engine.start import Start
from worlds.graders.answers import FinalAnswer


class Reworded(Result):
    """The message that was changed."""

    message_id: int


@writes(roles=("keeper",))
def reword(ctx: Context, message_id: RecordId, body: Text) -> Reworded:
    """Say a message otherwise.

    Args:
        message_id: The message.
        body: What it says now.
    """
    model = worlds.discover()["tiny"].part("models").Message
    ctx.session.get_one(model, message_id).body = body
    return Reworded(message_id=message_id)


@pytest.fixture
def start(monkeypatch):
    world = worlds.discover()["tiny"]
    more = MappingProxyType({**world.operations, "reword": reword})
    monkeypatch.setitem(vars(world), "operations", more)
    return Start.of(world, "small")


@pytest.fixture
def case(start):
    return Case.of(start, start.world.families["recount"], 3)


def done(case, *calls, answer=None):
    """A play of plain calls."""

    def work(episode):
        for name, arguments in calls:
            episode.call(name, arguments)
        return answer

    return play(case.start, case.task, work)


def message(item, body):
    return ("send_message", {"item_id": item, "recipient": "Anna", "body": body})


def bodies(one):
    rows = {entry.key: entry.after for entry in one.record.entries if entry.table == "message"}
    return [row["body"] for _, row in sorted(rows.items())]


def test_a_solution_replayed_from_its_tape_comes_to_the_same_without_its_reads(case):
    tape = Tape.of(case.solution, case.start.world)
    again = replay(case.start, case.task, tape)
    assert again.earned
    assert same_outcome(again, case.solution, case.start.world.schema)
    assert [entry.operation for entry in again.journal] == ["change_item"]
    assert [e.operation for e in replay(case.start, case.task, tape, reads=True).journal] == [
        entry.operation for entry in case.solution.journal
    ]


def test_a_tape_keeps_the_virtual_times_of_its_calls_although_reads_are_left_out(case):
    tape = Tape.of(case.solution, case.start.world)
    again = replay(case.start, case.task, tape)
    assert again.journal[-1].now == case.solution.journal[-1].now
    later = replay(case.start, case.task, tape.with_steps([Pause(timedelta(days=2)), *tape.writes]))
    assert later.journal[-1].now > case.solution.journal[-1].now + 2 * 86_400 - 60


def test_an_id_that_an_earlier_call_made_is_a_reference_into_its_reply(case):
    first = done(case, message(1, "one"), message(2, "two"), ("reword", {"message_id": 2, "body": "two, corrected"}))
    tape = Tape.of(first, case.start.world)
    assert tape.calls[2].arguments["message_id"] == Made(1, ("message_id",), 2)
    assert tape.calls[2].plain == {"message_id": 2, "body": "two, corrected"}


def test_a_tape_without_its_first_call_still_means_the_row_that_the_second_made(case):
    first = done(case, message(1, "one"), message(2, "two"), ("reword", {"message_id": 2, "body": "two, corrected"}))
    assert bodies(first) == ["one", "two, corrected"]
    tape = Tape.of(first, case.start.world)
    assert bodies(replay(case.start, case.task, tape.with_steps(tape.steps[1:]))) == ["two, corrected"]


def test_a_fact_of_the_answer_that_a_call_made_follows_what_the_replay_makes(case):
    answer = FinalAnswer(status="done", facts={"message_id": 2, "price": "1.00 EUR"})
    tape = Tape.of(done(case, message(1, "one"), message(2, "two"), answer=answer), case.start.world)
    again = replay(case.start, case.task, tape.with_steps(tape.steps[1:]))
    assert again.answer is not None
    assert again.answer.facts == {"message_id": 1, "price": "1.00 EUR"}
    other = FinalAnswer(status="done", facts={"message_id": 2})
    assert replay(case.start, case.task, tape.with_steps(tape.steps[1:]).with_answer(other)).answer == other


def test_an_id_of_the_start_state_is_no_reference_although_a_call_made_the_same_number(case):
    first = done(case, message(5, "one"), ("change_item", {"item_id": 1, "quantity": 4}))
    assert Tape.of(first, case.start.world).calls[1].arguments == {"item_id": 1, "quantity": 4}


def test_a_refusal_in_a_replay_stops_nothing_and_shows_in_the_journal(case):
    first = done(case, ("sell_item", {"item_id": 1, "quantity": 1}), message(1, "sold"))
    tape = Tape.of(first, case.start.world)
    greedy = replace(tape.calls[0], arguments={"item_id": 1, "quantity": 1000})
    again = replay(case.start, case.task, tape.with_steps([greedy, tape.calls[1]]))
    assert [entry.outcome for entry in again.journal] == ["refused", "done"]
    assert bodies(again) == ["sold"]


def test_calls_that_were_refused_when_recorded_are_no_writes_of_the_tape(case):
    first = done(case, ("sell_item", {"item_id": 1, "quantity": 1000}), message(1, "none left"))
    tape = Tape.of(first, case.start.world)
    assert [call.operation for call in tape.writes] == ["send_message"]
    assert [call.operation for call in tape.only_writes().calls] == ["send_message"]
    assert [call.operation for call in tape.calls] == ["sell_item", "send_message"]


def test_values_are_found_put_and_taken_out_by_path():
    value = {"lines": [{"id": 1, "restock": False}, {"id": 2}], "reason": "late"}
    assert list(leaves(value))[1] == (("lines", 0, "restock"), False)
    assert put(value, ("lines", 1, "id"), 3)["lines"] == [{"id": 1, "restock": False}, {"id": 3}]
    assert take_out(value, ("lines", 0, "restock"))["lines"][0] == {"id": 1}
    assert take_out(value, ("lines", 0))["lines"] == [{"id": 2}]
    assert value["reason"] == "late"
