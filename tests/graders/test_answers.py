"""A final answer is read strictly: the schema's object, or lines of a plain grammar; prose yields no slot."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worlds.graders.answers import LONGEST_ANSWER, Answer, FinalAnswer, judge, read
from worlds.graders.typed import enum, money, record, set_of, yes_no

WHOLE = {
    "status": "done",
    "reasons": ["window_passed"],
    "facts": {"amount": "18.40 EUR", "count": 2},
    "message": "Hello",
}


@pytest.mark.parametrize("given", [WHOLE, json.dumps(WHOLE), FinalAnswer.model_validate(WHOLE)])
def test_the_object_is_read_in_every_form(given):
    said = read(given)
    assert (said.status, said.reasons, said.message) == ("done", {"window_passed"}, "Hello")
    assert said.facts == {"amount": ("18.40 EUR",), "count": (2,)}


def test_a_fenced_object_is_read_and_the_text_around_it_is_the_message():
    said = read(f"Here you are:\n```json\n{json.dumps(WHOLE)}\n```\nBye")
    assert said.facts["amount"] == ("18.40 EUR",)
    assert "Here you are" in said.message


def test_lines_are_read_and_everything_else_is_the_message():
    said = read(
        "Status: Not done\nreasons: window_passed, final_sale\nRefund amount: 18.40 EUR\n\nI am sorry.\nNote: x"
    )
    assert said.status == "not_done"
    assert said.reasons == {"window_passed", "final_sale"}
    assert said.facts == {"refund_amount": ("18.40 EUR",)}
    assert said.message == "\nI am sorry.\nNote: x"


@pytest.mark.parametrize(
    "text",
    [
        "I refunded 18.40 EUR for order 1005. The status is done.",
        "amount = 18.40 EUR",
        "- amount: 18.40 EUR",
        "1. amount: 18.40 EUR",
        "https://example.com/amount",
        "the amount that I refunded to the customer today is: 18.40 EUR",
        "{amount: 18.40}",
        '{"status": "done", "amount": "18.40 EUR"}',
        '{"status": "done", "facts": {"amount": {"value": "18.40"}}}',
        '{"status": "done", "facts": {"amount": null}}',
        '{"status": "finished", "facts": {"amount": "18.40 EUR"}}',
        '{"status": "done", "facts": {"amount": "18.40 EUR"}, "reward": 1}',
        '[{"status": "done"}]',
        '{"status": "done", "facts": {"amount": "18.40 EUR"}} and more',
        '```json\n{"status": "done"}\n```\n```json\n{"status": "done"}\n```',
        "[" * 10_000,
        '{"facts":' * 5_000,
        '{"status": "done", "facts": {"amount": NaN', "",
    ],
)  # fmt: skip
def test_anything_else_yields_no_slot(text):
    said = read(text)
    assert said.facts == {}
    assert said.status is None
    assert said.problem


def test_two_statuses_are_none():
    assert read("status: done\nstatus: not_done").status is None
    assert read("status: done\nStatus: Done").status == "done"
    assert read('{"status": "done", "status": "partly"}').status is None


@pytest.mark.parametrize("given", [None, [], 5, {}, "x" * (LONGEST_ANSWER + 1), {"status": "done", "facts": []}])
def test_no_answer_and_no_object_have_a_problem_and_no_status(given):
    said = read(given)
    assert said.status is None
    assert said.problem


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text() | st.integers(),
        lambda s: st.lists(s) | st.dictionaries(st.text(), s),
    )
)
def test_no_json_crashes_the_reading(given):
    read(given)
    read({"status": "done", "facts": given})
    read({"status": "done", "facts": {"x": given}})
    read(json.dumps({"status": "done", "facts": {"x": given}}))


def verdicts(answer: Answer, given, *, held: bool = True) -> dict[str, bool]:
    return {one.id: one.satisfied for one in judge(answer, read(given), {}, held)}


def test_slots_take_json_values_of_their_kind():
    answer = Answer(
        "done",
        {
            "amount": money(1840, "EUR"),
            "kept": yes_no(value=True),
            "orders": set_of([record("1005"), record("1006")]),
            "cause": enum("lost", {"lost": "Lost in the post", "late": "Late"}),
        },
    )
    facts = {"amount": 18.4, "kept": True, "orders": [1006, "#1005"], "cause": "lost in the post"}
    assert all(verdicts(answer, {"status": "done", "facts": facts}).values())
    wrong = {"amount": True, "kept": 1, "orders": [1006], "cause": ["lost", "late"]}
    found = verdicts(answer, {"status": "done", "facts": wrong})
    assert [found[f"answer.{name}"] for name in facts] == [False] * 4


def test_reasons_are_a_set_of_codes():
    answer = Answer("not_done", reasons=["window_passed", "final_sale"])
    right = {"status": "not_done", "reasons": ["final_sale", "window_passed"]}
    assert verdicts(answer, right)["answer.reasons"]
    for reasons in ([], ["final_sale"], ["final_sale", "window_passed", "other"]):
        assert not verdicts(answer, right | {"reasons": reasons})["answer.reasons"]


def test_a_status_of_done_needs_the_records_behind_it():
    answer = Answer(("done", "waiting"))
    assert verdicts(answer, "status: done")["answer.status"]
    assert not verdicts(answer, "status: done", held=False)["answer.status"]
    assert verdicts(answer, "status: waiting", held=False)["answer.status"]
    assert not verdicts(answer, "status: partly")["answer.status"]


def test_the_schema_of_the_answer_is_one_for_all_tasks():
    schema = FinalAnswer.model_json_schema()
    assert schema["required"] == ["status"]
    assert set(schema["properties"]) == {"status", "reasons", "facts", "message"}
    assert schema["additionalProperties"] is False
