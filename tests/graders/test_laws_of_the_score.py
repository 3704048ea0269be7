"""The laws of pass and score, on generated logs: nothing is worth nothing, harm never pays, work is never lost."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_shop import EXPECTATION, REQUIRED, SAID, SCHEMA, Log, expecting, judged, recorded, refund, send, solved

from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.grade import Grade, Record, grade
from worlds.graders.predicates import ref

PARTS = {
    "city": Effect("city", "orders", "update", where={"id": 5}, set={"city": "Köln"}, weight=2),
    "stock": Effect("stock", "stock", "update", where={"id": 9}, set={"on_hand": 8}),
    "return": Effect("return", "returns", "insert", where={"order_id": 5}, set={"status": "open"}, count=2),
    "gone": Effect("gone", "order_lines", "delete", where={"id": 52}),
    "refund": Effect("refund", "refunds", "insert", where={"order_id": 5}, set={"amount": 700}, bind="refund"),
    "lines": Effect(
        "lines", "refund_lines", "insert", where={"refund_id": ref("refund")}, total=("qty", 3), count=(1, 3)
    ),
    "mail": Effect("mail", "emails", "insert", where={"order_id": 5, "template": "bye"}),
}
WHOLE = expecting(*PARTS.values())


def act(log: Log, part: str) -> None:
    """Do one call of the reference solution."""
    log.call()
    match part:
        case "city":
            log.update("orders", 5, city="Köln")
        case "stock":
            log.update("stock", 9, on_hand=8)
        case "return" | "return again":
            log.insert("returns", order_id=5, status="open")
        case "gone":
            log.delete("order_lines", 52)
        case "refund":
            log.insert("refunds", id=500, order_id=5, amount=700)
        case "one line" | "two lines":
            log.insert("refund_lines", refund_id=500, line_id=51, qty=1 if part == "one line" else 2)
        case "mail":
            log.insert("emails", order_id=5, template="bye", body="x")
    log.insert("timeline", order_id=5, event=part)


CALLS = ("city", "stock", "return", "return again", "gone", "refund", "one line", "two lines", "mail")


def extra(log: Log, what: int) -> None:
    """Do something that nobody asked for."""
    log.call()
    doings = (
        lambda: log.update("orders", 6, city="Köln"),
        lambda: log.update("customers", 1, consent=1),
        lambda: log.insert("returns", order_id=6, status="open"),
        lambda: log.insert("emails", order_id=6, template="bye", body="x"),
        lambda: log.delete("order_lines", 61),
        lambda: log.update("stock", 10, on_hand=0),
        lambda: log.insert("timeline", order_id=5, event="comment"),
        lambda: log.insert("refunds", order_id=5, amount=700),
        lambda: log.update("payments", 77, captured=1),
        lambda: log.insert("unknown", x=1),
    )
    doings[what]()


def lines_last(calls: list[str]) -> list[str]:
    """Put the lines of a refund behind it, as the foreign key would."""
    return sorted(calls, key=lambda call: call.endswith(("line", "lines")))


orders = st.permutations(CALLS).map(lines_last)


@pytest.mark.parametrize("said", [None, SAID, "status: not_done", '{"status": "waiting"}'])
@pytest.mark.parametrize("expectation", [EXPECTATION, WHOLE], ids=["refund", "whole"])
def test_doing_nothing_scores_exactly_nothing(said, expectation):
    found = judged(Log(), said, expectation)
    assert (found.reward, found.score, found.passed) == (0.0, 0.0, False)


@given(orders)
def test_any_order_of_commuting_calls_passes(calls):
    log = Log()
    for call in calls:
        act(log, call)
    assert judged(log, None, WHOLE).score == 1.0


@given(orders, st.integers(1, 800_000))
def test_ids_generated_in_the_episode_do_not_matter(calls, first):
    one, other = Log(), Log(first_id=first + 1000)
    for call in calls:
        act(one, call)
        act(other, call)
    strip = [[(c.id, c.satisfied) for c in judged(log, None, WHOLE).criteria] for log in (one, other)]
    assert strip[0] == strip[1]


@given(orders)
def test_a_longer_prefix_of_a_solution_never_scores_less(calls):
    log = Log()
    scores = [judged(log, None, WHOLE).score]
    for call in calls:
        act(log, call)
        scores.append(judged(log, None, WHOLE).score)
    assert scores == sorted(scores)
    assert scores[0] == 0.0
    assert scores[-2] <= 0.5 < scores[-1]


@given(orders, st.integers(0, len(CALLS)), st.integers(0, 9), st.integers(0, len(CALLS)))
def test_adding_anything_unasked_never_gains_and_never_passes(calls, done, what, at):
    with_it, without = Log(), Log()
    for place, call in enumerate(calls[:done]):
        if place == min(at, done - 1):
            extra(with_it, what)
        act(with_it, call)
        act(without, call)
    if not done:
        extra(with_it, what)
    found, before = judged(with_it, None, WHOLE), judged(without, None, WHOLE)
    if what != 7:  # a refund like the one asked for, which may stand in for it until that comes
        assert found.score == 0.0
    assert not found.passed
    assert found.score <= max(before.score, 0.5)
    if done == len(CALLS):
        assert found.score == 0.0


@given(orders, st.sets(st.integers(0, len(CALLS) - 1), min_size=1))
def test_whatever_does_not_pass_scores_at_most_a_half(calls, left_out):
    log = Log()
    kept = [call for place, call in enumerate(calls) if place not in left_out]
    for call in kept:
        act(log, call)
    found = judged(log, None, WHOLE)
    assert not found.passed
    assert found.reward == 0.0
    assert found.score <= 0.5


@pytest.mark.parametrize("missing", range(len(REQUIRED)))
def test_a_solution_without_one_of_its_required_effects_fails(missing):
    log = solved()
    log.entries = [entry for entry in log.entries if entry.seq != missing + 1]
    found = judged(log)
    assert not found.passed
    assert found.score <= 0.5


@pytest.mark.parametrize("kept", range(len(REQUIRED)))
def test_a_required_effect_earns_its_weight_alone(kept):
    required = [
        replace(effect, where={k: v for k, v in effect.where.items() if k != "refund_id"}) for effect in REQUIRED
    ]
    required = [replace(effect, weight=3 if at == kept else 1) for at, effect in enumerate(required)]
    required[1] = replace(required[1], where={"line_id": 51})
    log = solved()
    log.entries = [entry for entry in log.entries if entry.seq == kept + 1]
    found = judged(log, None, expecting(*required))
    assert found.score == pytest.approx(0.5 * 3 / 6)


@given(orders, st.lists(st.integers(0, 9), max_size=2), st.sampled_from([None, SAID, "x", '{"status": "done"}']))
def test_a_record_that_was_saved_is_graded_alike(calls, extras, said):
    log = Log()
    for call in calls:
        act(log, call)
    for what in extras:
        extra(log, what)
    expectation = replace(WHOLE, answer=EXPECTATION.answer)
    record = recorded(log, said, expectation, people={"dana": "lead"}, versions={"grader": "1"}, state_hash="ab")
    again = Record.from_json(json.loads(json.dumps(record.to_json())))
    first = grade(record)
    assert grade(again) == first
    assert Grade.from_json(json.loads(json.dumps(first.to_json()))) == first


@given(st.permutations(range(8)))
def test_the_same_log_is_judged_alike_whatever_the_order_of_its_tables(order):
    tables = list(SCHEMA.tables)
    shuffled = [tables[place] for place in order] + tables[8:]
    schema = replace(SCHEMA, tables={name: SCHEMA.tables[name] for name in shuffled})
    log = solved()
    extra(log, 2)
    assert grade(replace(recorded(log), schema=schema)) == judged(log)


@settings(max_examples=50)
@given(
    st.lists(st.text(st.characters(exclude_categories=()), max_size=60), min_size=4, max_size=4),
    st.integers(-(2**63), 2**63 - 1),
)
def test_hostile_text_and_numbers_are_judged_without_a_crash(texts, number):
    log = Log()
    refund(log)
    send(log, texts[0], to=texts[1])
    log.call().update("orders", 5, note=texts[2], city=texts[3], tags=texts[0])
    log.call().update("stock", 9, on_hand=number)
    found = judged(log, "\n".join(texts))
    assert not found.passed
    json.dumps(found.to_json())


@pytest.mark.parametrize(
    "piece", ["\x00", "x", "[" * 50, "18.40 EUR ", "{", '{"a":', "```json\n{}\n```", "status: done\n"]
)
def test_a_megabyte_of_anything_is_judged_and_fails(piece):
    text = piece * (1_000_000 // len(piece))
    log = solved()
    log.call().update("orders", 5, note=text, tags=text)
    found = judged(log, text)
    assert not found.passed
    assert len(json.dumps(found.to_json())) < 50_000


def test_partial_reward_is_given_only_on_request():
    log = Log()
    log.call().insert("returns", order_id=5, status="open")
    log.call().update("orders", 5, city="Köln")
    record = recorded(log, None, WHOLE)
    assert grade(record).reward == 0.0
    assert grade(record, shaping="partial").reward == grade(record).score == pytest.approx(0.5 * 2 / 8)


def test_a_failure_of_the_infrastructure_has_no_reward_and_a_defect_of_the_world_counts_as_failed():
    done = recorded(solved())
    assert grade(replace(done, cause="infra")).reward is None
    assert grade(replace(done, cause="world_bug")).reward == 0.0
    assert grade(replace(done, cause="world_bug"), world_bug_reward=None).reward is None
    assert not grade(replace(done, cause="world_bug")).passed
    limited = grade(replace(done, cause="agent_limit", answer=None))
    assert (limited.reward, limited.score) == (0.0, 0.5)
    with pytest.raises(ValueError, match="no cause"):
        replace(done, cause="bad luck")


def test_the_best_bundle_is_reported():
    city = Bundle([PARTS["city"]])
    stock = Bundle([PARTS["stock"], PARTS["gone"]])
    log = Log()
    act(log, "stock")
    found = judged(log, None, Expectation([city, stock]))
    assert found.bundle == 1
    assert found.score == 0.25
