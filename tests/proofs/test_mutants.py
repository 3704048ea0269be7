"""Promises of the proof by mutants: a grader that is too loose or too strict is named, and classes are earned."""

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace

from worlds.engine.proofs.mutants import PROOF, survey
from worlds.engine.proofs.mutants.classes import IDLE, Judgement, Original
from worlds.engine.proofs.mutants.mutation import Edited, Mutation, both, mutate
from worlds.engine.proofs.outcomes import Outcome
from worlds.engine.proofs.plays import Case
from worlds.engine.proofs.proof import View
from worlds.engine.proofs.tapes import Tape, TapedCall, replay
from worlds.graders.answers import FinalAnswer
from worlds.graders.changes import Entry
from worlds.graders.expectation import Before, Bundle, Effect, Expectation
from worlds.graders.grade import Grade
from worlds.graders.predicates import any_value, between, mentions
from worlds.graders.shape import ColumnShape, Schema, TableShape
from worlds.graders.typed import money

SEED = 3
PROGRAM = """
import worlds
from worlds.engine.proofs.mutants import PROOF
from worlds.engine.proofs.plays import Case
from worlds.engine.start import Start
world = worlds.discover()["tiny"]
case = Case.of(Start.of(world, "small"), world.families["recount"], 3)
PROOF.examine(case)
print("\\n".join(kept.label for kept in case.corpus))
"""


def judged_by(case, *required, allowed=(), answer=None, solve=None):
    """The same instance with another expectation, and another solution where one is given."""
    own = case.task.instance.expectation
    expectation = Expectation(any_of=[Bundle(required=required, allowed=allowed)], answer=answer or own.answer)
    task = replace(case.task, instance=replace(case.task.instance, expectation=expectation))
    return Case(case.start, replace(task, family=replace(case.family, solve=solve)) if solve else task)


def counted(case, **also):
    item, right = case.task.instance.target["item"][0], case.task.instance.decision["quantity"]
    return Effect("counted", "item", "update", where={"id": item}, set={"quantity": right, **also})


def told_after(case, *order):
    """The instance as one of two writes that commute: the count, then a letter about it."""
    (item,) = case.task.instance.target["item"]
    own = case.task.instance.expectation

    def solve(worker):
        worker.call("change_item", item_id=item, quantity=int(worker.facts["count"]))
        worker.call("send_message", item_id=item, recipient="Ada", body="It is counted.")
        return FinalAnswer(status="done", facts=dict(case.solution.answer.facts))

    told = Effect("told", "message", "insert", set={"item_id": item, "recipient": "Ada", "body": "It is counted."})
    expectation = Expectation(any_of=[Bundle(required=[counted(case), told], order=order)], answer=own.answer)
    instance = replace(case.task.instance, expectation=expectation)
    return Case(case.start, replace(case.task, instance=instance, family=replace(case.family, solve=solve)))


def turned(tape):
    """Its two calls in the other order."""
    first, then = tape.calls
    return mutate(
        tape, Mutation(operator="M3", call="x", what="turned", instead={first.number: (then,), then.number: (first,)})
    )


def survivors(case):
    return PROOF.examine(case).survivors


def original_of(case):
    tape = Tape.of(case.solution, case.start.world).only_writes()
    base = replay(case.start, case.task, tape)
    return Original(tape, base, Outcome.of(base, case.start.world.schema), case.start.world.schema)


def judged(case, mutation):
    """The class of one mutant of the solution, and its play."""
    original = original_of(case)
    mutant = mutate(original.tape, mutation)
    one = replay(case.start, case.task, mutant.tape, reads=True)
    return original.judge(mutant, one), one


def changed(case, **arguments):
    edits = tuple(Edited(case.solution.journal[-1].step - 1, (name,), value) for name, value in arguments.items())
    return Mutation(operator="M14", call="change_item", what="changed", edits=edits)


def added(name, **arguments):
    return Mutation(operator="M13", call=name, what="added", after=(TapedCall(1000, name, arguments),))


# -- the whole proof ----------------------------------------------------------------------------------------------


def test_a_sound_grader_has_no_survivors_and_enough_live_mutants(case, family):
    found = PROOF.examine(case)
    verdict = PROOF.conclude(View(case.start, family, [SEED]), [found])
    assert verdict.holes == []
    assert verdict.figures["kill"] == 1.0
    assert verdict.figures["killed"] == verdict.figures["live"] >= 15
    live = [name for name, row in verdict.figures["operators"].items() if row["killed"] and name != "pairs"]
    assert len(live) >= 6
    assert sum(found.counts.values()) == sum(sum(row.values()) for row in verdict.figures["operators"].values())


def test_live_mutants_are_kept_as_wrong_and_equivalent_ones_as_right(case):
    found = PROOF.examine(case)
    kept = Counter(kept.right for kept in case.corpus)
    by_class = Counter()
    for (_, name), count in found.counts.items():
        by_class[name] += count
    assert kept[False] == by_class["killed"] + by_class["survived"]
    assert kept[True] == by_class["equivalent"] > 0
    assert all(one.play.grade.passed == one.right for one in case.corpus)


def test_a_loose_quantity_lets_named_mutants_survive(case):
    loose = counted(case)
    loose = replace(loose, set={"quantity": between(0, 1000)})
    said = survivors(judged_by(case, loose))
    right = case.task.instance.decision["quantity"]
    assert f"tiny/recount seed 3: the mutant M7 on change_item: quantity {right} -> {right + 1} passes" in said
    assert not any(" M4 " in one or " M14 " in one for one in said)


def test_a_grader_that_takes_any_row_lets_the_lookalike_survive(case):
    loose = replace(counted(case), where={"id": between(1, 10_000)})
    said = survivors(judged_by(case, loose))
    assert any(" M4 on change_item: item_id" in one for one in said)
    assert any(" M5 on change_item: item_id" in one for one in said)


def test_a_grader_that_takes_any_price_lets_an_extra_column_survive(case):
    said = survivors(judged_by(case, counted(case, price=any_value("never looked at"))))
    assert any(" M14 on change_item: price given as well" in one for one in said)


def test_a_grader_that_allows_another_price_by_name_is_told_as_tolerant(case, family):
    found = PROOF.examine(judged_by(case, counted(case), allowed=[spare(case, "price")]))
    assert found.survivors == []
    assert found.counts["M14", "tolerated"] == 1
    assert found.clauses["spare"] >= 1


def spare(case, column):
    (item,) = case.task.instance.target["item"]
    return Effect("spare", "item", "update", where={"id": item}, set={column: any_value("never looked at")})


def test_an_answer_that_nobody_judges_has_no_mutants(case):
    asks_nothing = Expectation(any_of=[Bundle(required=[counted(case)])])
    silent = Case(case.start, replace(case.task, instance=replace(case.task.instance, expectation=asks_nothing)))
    found = PROOF.examine(silent)
    assert not any(operator == "M19" for operator, _ in found.counts)
    assert found.survivors == []


def test_an_outward_row_is_never_tolerated(case):
    (item,) = case.task.instance.target["item"]
    free = any_value("whatever is said")
    wide = Effect("wide", "message", "insert", where={"item_id": item}, set={"recipient": free, "body": free})
    said = survivors(judged_by(case, counted(case), allowed=[wide]))
    assert any(" M21 on send_message: with a canary passes" in one for one in said)


def test_too_few_live_mutants_are_a_hole(case, monkeypatch):
    monkeypatch.setattr(survey, "LEAST_LIVE", 10_000)
    (hole,) = PROOF.examine(case).holes
    assert hole.startswith("tiny/recount seed 3: only ")
    assert "10000 of 6 are needed" in hole


def test_a_solution_that_does_not_pass_is_a_hole(case):
    wrong = judged_by(case, replace(counted(case), set={"quantity": 0}))
    assert PROOF.examine(wrong).holes == [
        "tiny/recount seed 3: the solution does not pass, so its mutants prove nothing"
    ]


def test_more_than_five_percent_by_an_allowance_is_a_hole_that_names_it(case, family):
    found = survey.Found({("M1", "killed"): 90, ("M14", "tolerated"): 10}, {"a-note": 10})
    (hole,) = PROOF.conclude(View(case.start, family, [SEED]), [found]).holes
    assert hole == "tiny/recount: 10 of 100 mutants pass by an allowance, more than 5 %: a-note (10)"
    fewer = survey.Found({("M1", "killed"): 95, ("M14", "tolerated"): 5}, {"a-note": 5})
    assert PROOF.conclude(View(case.start, family, [SEED]), [fewer]).holes == []


def test_kill_is_the_mean_over_operators_so_that_many_of_one_hide_none_of_another(case, family):
    found = survey.Found({("M19", "killed"): 99, ("M9", "survived"): 1, ("M2", "equivalent"): 7}, {}, ["x passes"])
    verdict = PROOF.conclude(View(case.start, family, [SEED]), [found])
    assert verdict.figures["kill"] == 0.5
    assert verdict.figures["live"] == 100
    assert verdict.holes == ["x passes"]


def test_many_survivors_are_told_by_some_and_a_number(case, family):
    found = survey.Found({("M9", "survived"): 30}, {}, [f"{n} passes" for n in range(30)])
    holes = PROOF.conclude(View(case.start, family, [SEED]), [found]).holes
    assert len(holes) == survey.SHOWN + 1
    assert holes[-1] == "tiny/recount: 10 more mutants pass"


def test_the_same_mutants_come_in_another_process_with_another_hash_seed(case):
    ran = subprocess.run(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    PROOF.examine(case)
    assert ran.stdout.splitlines() == [kept.label for kept in case.corpus]


# -- classes ------------------------------------------------------------------------------------------------------


def test_a_mutant_that_comes_to_the_same_is_equivalent_and_one_whose_call_was_refused_stillborn(case):
    assert judged(case, Mutation(operator="M10", call="x", what="nothing"))[0].name == "equivalent"
    refused, play = judged(case, changed(case, item_id=9_999))
    assert refused.name == "stillborn"
    assert not play.grade.passed
    extra, play = judged(case, added("sell_item", item_id=1, quantity=1000))
    assert extra.name == "stillborn"
    assert play.earned
    assert judged(case, changed(case, quantity=1))[0].name == "killed"


def test_a_refused_call_makes_nobody_stillborn_where_another_mistake_was_committed(case):
    refused = added("sell_item", item_id=1, quantity=1000)
    pair = both(refused, changed(case, quantity=1))
    assert pair is not None
    assert judged(case, pair)[0].name == "killed"


def test_writes_in_the_other_order_are_equivalent_where_nothing_orders_them_and_wrong_where_the_task_does(case):
    for order, name in ((), "equivalent"), ((Before("counted", "told"),), "killed"):
        own = told_after(case, *order)
        original = original_of(own)
        mutant = turned(original.tape)
        one = replay(own.start, own.task, mutant.tape, reads=True)
        assert original.judge(mutant, one) == Judgement(name)
        found = PROOF.examine(own)
        assert found.holes == found.survivors == []
        assert found.counts["M3", name] == 1


def test_an_order_that_the_task_states_is_no_excuse_for_other_mistakes(case):
    own = told_after(case, Before("counted", "told"))
    original = original_of(own)
    again = replace(original.tape.calls[0], number=1000)
    repeated = mutate(original.tape, Mutation(operator="M2", call="x", what="once more", after=(again,)))
    assert not original.judge(repeated, original.play).wronged
    out_of_order = replay(own.start, own.task, turned(original.tape).tape, reads=True)
    assert original.judge(repeated, out_of_order).wronged


def test_a_right_outcome_that_fails_is_told(case):
    original = original_of(case)
    same = mutate(original.tape, Mutation(operator="M10", call="x", what="nothing"))
    failing = replace(original.play, grade=Grade(0.0, passed=False, score=0.0))
    assert original.judge(same, failing).wronged
    assert not original.judge(same, original.play).wronged


def test_a_row_that_an_allowance_took_is_tolerated_by_its_name(case):
    (item,) = case.task.instance.target["item"]
    allowed = Effect("a-note", "item", "update", where={"id": item}, set={"note": any_value("a note never hurts")})
    free = judged_by(case, counted(case), allowed=[allowed])
    judgement, play = judged(free, changed(case, note="counted twice"))
    assert play.earned
    assert (judgement.name, judgement.clauses) == ("tolerated", ("a-note",))
    assert judged(case, changed(case, note="counted twice"))[0].name == "killed"


def test_words_that_an_effect_asks_facts_of_may_differ_and_a_business_column_may_not(case):
    def solve(worker):
        item = case.task.instance.target["item"][0]
        worker.call("change_item", item_id=item, quantity=int(worker.facts["count"]), note="3.00 EUR as ever")
        return FinalAnswer(status="done", facts=dict(case.solution.answer.facts))

    said = judged_by(case, counted(case, note=mentions(money(300, "EUR"))), solve=solve)
    edit = Edited(0, ("note",), "As ever, it is 3.00 EUR, thank you.")
    polite = Mutation(operator="M11", call="change_item", what="politer", edits=(edit,))
    assert judged(said, polite)[0].clauses == ("counted.note",)
    assert IDLE not in judged(said, polite)[0].clauses
    wrong = replace(polite, edits=(Edited(0, ("note",), "As ever, it is 4.00 EUR."),))
    assert judged(said, wrong)[0].name == "killed"


SHELVES = Schema.of(
    TableShape("shelf", "business", {"id": ColumnShape(), "label": ColumnShape()}),
    TableShape("trail", "trace", {"id": ColumnShape(), "words": ColumnShape("prose")}),
)


def logged(case, *rows):
    """A passing play with a log made up: (transaction, table, row before, row after)."""
    entries = []
    for seq, (tx, table, before, after) in enumerate(rows, start=1):
        kind = "update" if before else "insert"
        entries.append(Entry(seq, tx, 1, "work", "agent", "agent:1", table, after["id"], kind, before, after))
    return replace(case.solution, record=replace(case.solution.record, entries=entries))


def test_the_trail_of_a_save_without_effect_is_tolerated_and_that_of_a_change_is_none(case):
    old, new = {"id": 1, "label": "left"}, {"id": 1, "label": "right"}
    base = [(1, "shelf", None, {"id": 2, "label": "made"})]
    again = [(2, "shelf", old, old), (2, "trail", None, {"id": 1, "words": "saved"})]
    there_and_back = [(2, "shelf", old, new), (2, "trail", None, {"id": 1, "words": "a"}), (3, "shelf", new, old)]
    change = [(2, "shelf", old, new), (2, "trail", None, {"id": 1, "words": "saved"})]
    tape = Tape.of(case.solution, case.start.world).only_writes()
    original = Original(tape, logged(case, *base), Outcome.of(logged(case, *base), SHELVES), SHELVES)
    mutant = mutate(tape, Mutation(operator="M2", call="x", what="saved again"))
    classes = [original.judge(mutant, logged(case, *base, *more)) for more in (again, there_and_back, change, ())]
    assert [one.name for one in classes] == ["tolerated", "tolerated", "survived", "equivalent"]
    assert classes[0].clauses == classes[1].clauses == (IDLE,)


def test_what_trails_tell_of_an_order_that_nobody_asked_makes_no_survivor(case):
    tape = original_of(told_after(case)).tape
    made = [(1, "shelf", None, {"id": 2, "label": "a"}), (2, "shelf", None, {"id": 3, "label": "b"})]
    trails = [(2, "trail", None, {"id": 1, "words": words}) for words in ("a, then b", "b, then a")]
    base, other = (logged(case, *made, trail) for trail in trails)
    original = Original(tape, base, Outcome.of(base, SHELVES), SHELVES)
    assert original.judge(turned(tape), other).name == "equivalent"
    added_to = mutate(tape, added("sell_item", item_id=1, quantity=1))
    assert original.judge(added_to, other).name == "survived"
