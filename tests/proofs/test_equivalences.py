"""Promises of the equivalence operators over the tiny world: each varies what it says and names strict graders."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from worlds.engine.drawing import draw
from worlds.engine.proofs.equivalences import LEAST, OPERATORS, PROOF, Found
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.proof import View
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Bundle, Effect, Expectation, before
from worlds.graders.normalizers import money

NOTE = "Counted by hand in the evening."


def judged_by(case, *required, order=(), solve=None):
    """The same instance with another expectation, and another solution where one is given."""
    expectation = Expectation(any_of=[Bundle(required=required, order=order)], answer=Answer("done"))
    instance = replace(case.task.instance, expectation=expectation)
    family = replace(case.family, solve=solve) if solve else case.family
    return Case(case.start, replace(case.task, instance=instance, family=family))


def counted(case, **also):
    quantity = case.task.instance.decision["quantity"]
    item = case.task.instance.target["item"][0]
    return Effect("counted", "item", "update", where={"id": item}, set={"quantity": quantity, **also})


def told(case, name, **also):
    where = {"item_id": case.task.instance.target["item"][0], "recipient": name, **also}
    return Effect(name, "message", "insert", where=where)


def plays(case, operator):
    PROOF.examine(case)
    return [kept.play for kept in case.corpus if kept.label.startswith(f"{operator}:")]


def of_operator(found, operator):
    return [failure for failure in found.failures if f": {operator} (" in failure]


# -- each operator varies what it says ----------------------------------------------------------------------------


def test_a_sound_family_passes_in_every_way_that_is_as_right(case):
    found = PROOF.examine(case)
    assert found.failures == []
    assert found.played == found.passed
    assert {name for name in OPERATORS if found.played.get(name)} == {
        "E1 random reads",
        "E3 retried",
        "E4 saved unchanged",
        "E6 ten times slower",
        "E7 another surface",
        "E8 spelt otherwise",
        "E10 typo corrected",
        "E11 other wordings",
        "E12 more politely",
    }


def test_every_operator_plays_or_says_why_not(case):
    found = PROOF.examine(case)
    for operator in OPERATORS:
        assert bool(found.played.get(operator)) != bool(found.why_not.get(operator)), operator


def test_every_right_way_is_kept_for_other_proofs(case):
    PROOF.examine(case)
    assert len(case.corpus) >= LEAST
    assert all(kept.right and kept.play.earned for kept in case.corpus)


def test_fifty_reads_are_made_before_the_first_write(case):
    [play] = plays(case, "E1 random reads")
    writing = [case.start.world.operations[entry.operation].writing for entry in play.journal]
    assert writing.index(True) >= 50
    assert len(play.journal) == 50 + len(case.solution.journal)


def test_a_retried_write_is_answered_from_its_key_and_done_once(case):
    [play] = plays(case, "E3 retried")
    assert [entry.outcome for entry in play.journal] == ["done", "replayed"]


def test_a_slow_worker_takes_twenty_seconds_a_call(case):
    [play] = plays(case, "E6 ten times slower")
    times = [entry.now for entry in play.journal]
    assert {after - earlier for earlier, after in pairwise(times)} == {20}


def test_calls_come_in_by_several_surfaces(case):
    mixed, by_http = plays(case, "E7 another surface")
    assert len({entry.surface for entry in mixed.journal}) == len(mixed.journal) > 1
    assert {entry.surface for entry in by_http.journal} == {"http"}


def test_a_typo_is_saved_and_then_corrected(case):
    [play] = plays(case, "E10 typo corrected")
    right = case.task.instance.decision["quantity"]
    wrong, corrected = [entry.arguments["quantity"] for entry in play.journal]
    assert corrected == right != wrong


def test_a_form_is_saved_with_what_stood_there(case):
    saved = [[entry.arguments["quantity"] for entry in play.journal] for play in plays(case, "E4 saved unchanged")]
    right = case.task.instance.decision["quantity"]
    first = next(one for one in saved if one[0] != right)
    assert first[1] == right
    assert [right, right] in saved


def test_the_same_instance_is_asked_for_in_each_wording(start, family, case):
    asked = [draw(start, family, 3, wording=shift) for shift in range(4)]
    assert len({task.instruction for task in asked}) == 3
    assert len({task.instance.fingerprint for task in asked}) == 1
    assert asked[3].instruction == asked[0].instruction == case.task.instruction
    assert len(plays(case, "E11 other wordings")) == 2


def test_the_browser_is_played_alone_and_in_turn_with_tools(start, family):
    case = Case.of(start, family, 0, browser=True)
    alone, mixed = plays(case, "E7 in the browser")
    assert {entry.surface for entry in alone.journal} == {"pages"}
    assert {entry.surface for entry in mixed.journal} == {"pages", "tools"}
    assert len([entry for entry in mixed.journal if entry.surface == "pages"]) > len(alone.journal)


# -- a grader that is too strict is named -------------------------------------------------------------------------


def noting(worker):
    item = next(one for one in worker.call("list_items", page_size=100)["items"] if one["name"] == worker.facts["item"])
    worker.call("change_item", item_id=item["id"], quantity=int(worker.facts["count"]), note=NOTE)
    return FinalAnswer(status="done")


def writing_twice(worker):
    item = next(one for one in worker.call("list_items", page_size=100)["items"] if one["name"] == worker.facts["item"])
    worker.call("send_message", item_id=item["id"], recipient="Ann", body="The shelf was counted.")
    worker.call("send_message", item_id=item["id"], recipient="Bob", body="The shelf was counted.")
    return FinalAnswer(status="done")


def test_a_grader_that_wants_a_note_word_for_word_is_named(case):
    found = PROOF.examine(judged_by(case, counted(case, note=NOTE), solve=noting))
    assert [one.split(": ")[1] for one in found.failures] == ["E12 more politely (politer notes and mails) fails"]
    assert found.passed["E10 typo corrected"] == 2


def test_a_grader_that_wants_an_id_of_the_episode_is_named(case):
    strict = judged_by(case, told(case, "Ann", id=1), told(case, "Bob", id=2), solve=writing_twice)
    failures = PROOF.examine(strict).failures
    assert len(failures) == 1
    assert "E2 another order (send_message (call 2) before send_message) fails" in failures[0]


def test_letters_in_either_order_pass_where_none_is_asked(case):
    found = PROOF.examine(judged_by(case, told(case, "Ann"), told(case, "Bob"), solve=writing_twice))
    assert found.failures == []
    assert found.passed["E2 another order"] == 1


def test_an_order_that_the_task_asks_for_is_not_varied(case):
    ordered = judged_by(case, told(case, "Ann"), told(case, "Bob"), order=[before("Ann", "Bob")], solve=writing_twice)
    found = PROOF.examine(ordered)
    assert found.failures == []
    assert "E2 another order" in found.why_not


def test_a_grader_that_reads_one_spelling_only_is_named(case, monkeypatch):
    lenient = money.normalize
    monkeypatch.setattr(
        money, "normalize", lambda given, options: lenient(given, options) if str(given).endswith(" EUR") else None
    )
    failures = PROOF.examine(case).failures
    assert failures
    assert all("E8 spelt otherwise" in one for one in failures)
    assert any("€" in one for one in failures)


def test_a_solution_that_understands_one_wording_only_is_named(case):
    def literal(worker):
        asked = re.search(re.escape(case.task.instruction), worker.instruction)
        if asked is None:
            raise LookupError("the request says something else")
        return case.family.solve(worker)

    failures = PROOF.examine(Case(case.start, replace(case.task, family=replace(case.family, solve=literal)))).failures
    assert len(failures) == 2
    assert all("E11 other wordings" in one and "the request says something else" in one for one in failures)


def test_an_alternative_that_fails_is_named(case):
    other = replace(case.family, only_way="", alternatives={"sell the rest": case.family.mistakes["the price as well"]})
    failures = PROOF.examine(Case(case.start, replace(case.task, family=other))).failures
    assert len(failures) == 1
    assert "E9 alternatives (the alternative “sell the rest”) fails: Nothing else was changed" in failures[0]


def test_a_solution_that_fails_is_no_ground_for_variations(case):
    found = PROOF.examine(judged_by(case, told(case, "Ann")))
    assert "the solution itself earns nothing" in found.failures[0]
    assert set(found.why_not) == set(OPERATORS)


# -- what is concluded --------------------------------------------------------------------------------------------


def test_the_share_of_right_ways_that_pass_is_told_with_its_failures(start, family):
    view = View(start, family, range(2))
    fine = Found({"solution": 1, "E3 retried": 2}, {"solution": 1, "E3 retried": 2}, {"E2 another order": "none"}, [])
    poor = Found({"solution": 1, "E3 retried": 1}, {"solution": 1}, {"E2 another order": "none"}, ["it fails"])
    verdict = PROOF.conclude(view, [fine, poor])
    assert verdict.figures["accept"] == pytest.approx(4 / 5)
    assert verdict.figures["operators"]["E3 retried"]["instances"] == 2
    assert verdict.figures["operators"]["E2 another order"]["not_applicable"] == {"none": 2}
    assert verdict.holes[0] == "it fails"


def test_a_family_with_hardly_anything_to_vary_is_a_hole(start, family):
    verdict = PROOF.conclude(View(start, family, range(1)), [Found({"solution": 1}, {"solution": 1}, {}, [])])
    assert verdict.holes == [f"tiny/recount: only 0 equivalence operators find anything to vary, not {LEAST}"]
