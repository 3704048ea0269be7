"""Promises of the grader mutants: a criterion that nobody's verdict turns on is named, a needed one never is."""

from dataclasses import replace

from worlds.engine.proofs.grader_mutants.broken import broken
from worlds.engine.proofs.grader_mutants.corpus import corpus_of
from worlds.engine.proofs.grader_mutants.loosened import loosened
from worlds.engine.proofs.grader_mutants.necessity import GraderMutants
from worlds.engine.proofs.plays import Case, through_tools
from worlds.engine.proofs.proof import View
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Bundle, Effect, Expectation, State, before
from worlds.graders.grade import grade
from worlds.graders.predicates import any_value, mentions, ref, unchanged
from worlds.graders.typed import money, record

FREE = any_value("any words will do")


def solve_and_write(worker):
    """Correct the count, then tell the owner about it."""
    items = worker.call("list_items", page_size=100)["items"]
    item = next(one for one in items if one["name"] == worker.facts["item"])
    worker.call("change_item", item_id=item["id"], quantity=int(worker.facts["count"]))
    worker.call("send_message", item_id=item["id"], recipient="owner", body="It costs 12.00 EUR.")
    return FinalAnswer(status="done")


def counted(case, **changes):
    return Effect(
        "counted",
        "item",
        "update",
        where={"id": case.task.instance.target["item"][0]},
        set={"quantity": int(case.task.instance.facts["count"])} | changes,
    )


def told(case, **changes):
    row = {"item_id": case.task.instance.target["item"][0]}
    return Effect("told", "message", "insert", where=row, set={"recipient": "owner", "body": FREE} | changes)


def judged_by(case, expectation, **family):
    """The same instance under another expectation, in a family with other ways."""
    instance = replace(case.task.instance, expectation=expectation)
    changed = replace(case.family, **family)
    return Case(case.start, replace(case.task, instance=instance, family=changed))


def concluded(*cases):
    proof = GraderMutants()
    found = [proof.examine(case) for case in cases]
    return proof.conclude(View(cases[0].start, cases[0].family, range(len(cases))), found)


def test_every_criterion_of_a_sound_family_is_needed(start, family):
    verdict = concluded(Case.of(start, family, 0), Case.of(start, family, 1))
    assert verdict.holes == []
    assert verdict.figures["necessity"] == 1.0
    assert verdict.figures["turned by plays"] >= 2  # the mistakes turn on the row and on what else was changed


def test_two_criteria_that_say_the_same_make_each_other_redundant(case):
    row, count = case.task.instance.target["item"][0], int(case.task.instance.facts["count"])
    left = State("left", "item", where={"id": row}, set={"quantity": count})
    doubled = Expectation([Bundle([counted(case)])], final=[left], answer=Answer("done"))
    verdict = concluded(judged_by(case, doubled))
    assert {"left at the end", "left.set.quantity", "counted required"} <= set(verdict.figures["redundant"])
    assert any("criterion “left at the end” is redundant" in hole for hole in verdict.holes)
    assert verdict.figures["necessity"] < 1


def test_an_allowance_that_nobody_uses_is_named_once(case):
    expectation = Expectation([Bundle([counted(case)], allowed=[replace(told(case), count=(0, 2))])])
    verdict = concluded(judged_by(case, expectation))
    assert verdict.figures["unused"] == ["told"]
    assert len(verdict.holes) == 1
    assert "unused allowance “told”" in verdict.holes[0]


def test_an_allowance_that_an_alternative_uses_is_needed_in_all_its_parts(case):
    expectation = Expectation([Bundle([counted(case)], allowed=[replace(told(case), count=(0, 2))])])
    ways = {"and tells": solve_and_write}
    verdict = concluded(judged_by(case, expectation, alternatives=ways, only_way=""))
    assert verdict.holes == []
    assert verdict.figures["criteria"] > 8  # the row, the recipient, the number of messages, the allowance itself


def test_a_column_that_an_argument_fills_and_no_criterion_names_is_a_hole(case):
    row = {"item_id": case.task.instance.target["item"][0]}
    open_told = Effect("told", "message", "insert", where=row)
    expectation = Expectation([Bundle([counted(case), open_told])])
    verdict = concluded(judged_by(case, expectation, solve=solve_and_write))
    assert verdict.figures["free"] == ["told.body", "told.recipient"]
    assert any("“told.recipient” may hold anything" in hole for hole in verdict.holes)


def test_order_facts_in_prose_and_answers_are_each_needed(case):
    body = mentions(money(1200, "EUR"), must_not=(record("NEVER-1"),))
    expectation = Expectation(
        [Bundle([counted(case, price=unchanged()), told(case, body=body)], order=[before("counted", "told")])],
        answer=Answer("done", must_not=[record("SECRET-2")], reasons=()),
    )
    verdict = concluded(judged_by(case, expectation, solve=solve_and_write))
    assert verdict.holes == []
    looked = GraderMutants().examine(judged_by(case, expectation, solve=solve_and_write))
    for label in (
        "before.counted.told",
        "told required",
        "told.set.body says money 1",
        "told.set.body never says",
        "told at most so often",
        "told.by",
        "counted.where.id",
        "counted.set.price",
        "answer.status",
        "answer.reasons",
        "answer.must_not",
    ):
        assert looked.turned[label] in ("play", "record"), label


def test_how_often_what_comes_first_may_be_done_is_not_implied_by_the_order(case):
    def write_and_solve(worker):
        items = worker.call("list_items", page_size=100)["items"]
        item = next(one for one in items if one["name"] == worker.facts["item"])
        worker.call("send_message", item_id=item["id"], recipient="owner", body="It is counted.")
        worker.call("change_item", item_id=item["id"], quantity=int(worker.facts["count"]))
        return FinalAnswer(status="done")

    expectation = Expectation([Bundle([counted(case), told(case)], order=[before("told", "counted")])])
    looked = GraderMutants().examine(judged_by(case, expectation, solve=write_and_solve))
    assert looked.turned["told at most so often"] in ("play", "record")


def test_dropping_a_bound_row_drops_what_refers_to_it(case):
    chained = replace(told(case), where={"item_id": ref("item")})
    expectation = Expectation([Bundle([replace(counted(case), bind="item"), chained])])
    looked = GraderMutants().examine(judged_by(case, expectation, solve=solve_and_write))
    assert looked.turned["counted required"] == "record"
    assert looked.turned["told.where.item_id"] == "record"


def test_what_is_forbidden_is_implied_by_the_closed_world(case):
    never = Effect("never", "message", "insert", where={"recipient": "press"})
    expectation = Expectation([Bundle([counted(case)])], forbidden=[never])
    verdict = concluded(judged_by(case, expectation))
    assert verdict.figures["implied"]["never forbidden"] == "the closed world fails what no effect takes anyway"
    assert verdict.holes == []


def test_a_broken_record_fails_until_its_criterion_is_loosened(case):
    expectation = Expectation([Bundle([counted(case), told(case)])], answer=Answer("done"))
    judged = judged_by(case, expectation, solve=solve_and_write)
    (right,) = corpus_of(judged).rights
    turned = set()
    for one in loosened(expectation):
        for broken_record in broken(right, one):
            assert not grade(broken_record).passed, one.label
            if one.expectation and grade(replace(broken_record, expectation=one.expectation)).passed:
                turned.add(one.label)
    assert {"counted required", "told required", "told.where.item_id", "told.set.recipient", "counted.by"} <= turned


def test_a_closed_table_is_a_criterion_that_kept_plays_turn_on(case):
    expectation = Expectation([Bundle([counted(case)])])
    judged = judged_by(case, expectation)
    extra = through_tools(judged.start, judged.task, solve_and_write)
    judged.keep("writes as well", extra, right=False)
    looked = GraderMutants().examine(judged)
    assert looked.turned["table message closed"] == "play"


def test_what_one_instance_needed_is_not_looked_for_in_the_next(start, family):
    proof = GraderMutants()
    first, second = (proof.examine(Case.of(start, family, seed)) for seed in (0, 1))
    assert second.judged_again < first.judged_again
    assert first.turned.keys() == second.turned.keys()


def test_criteria_of_another_branch_have_names_of_their_own(case):
    instance = replace(case.task.instance, decision={"branch": "decline"})
    looked = GraderMutants().examine(Case(case.start, replace(case.task, instance=instance)))
    assert all(label.startswith("decline: ") for label in looked.turned)
