"""Mistakes of mixing things up: another instance's solution played here, and one decided on an old state (M20, M22)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from worlds.engine.proofs.mutants.ground import Ground
from worlds.engine.proofs.mutants.mutation import Mutation
from worlds.engine.proofs.mutants.records import Place
from worlds.engine.proofs.plays import through_tools
from worlds.engine.proofs.tapes import Step, Tape, TapedCall, put


def twin(ground: Ground) -> Iterator[Mutation]:
    """M20: the twin's solution, aimed at this instance's records and facts; without a twin, the next seed's as is."""
    case = ground.case
    other = ground.sibling(case.task.seed, 1 - case.task.flip)
    if other.task.instance.branch != case.task.instance.branch:
        there = Ground(other, Tape.of(other.solution, ground.world), ground.records)
        yield _instead("the twin", "what is right for the twin, done here", _aimed(ground, there))
    elif (ground.neighbours_tape.writes) and ground.neighbour.task.instance.target != case.task.instance.target:
        there = Ground(ground.neighbour, ground.neighbours_tape, ground.records)
        yield _instead("the next seed", "what is right there, done here", there.tape)


def stale(ground: Ground) -> Iterator[Mutation]:
    """M22: what is right where nothing happens meanwhile, played where it does."""
    case = ground.case
    if not case.task.instance.happenings:
        return
    calm = replace(case.task, instance=replace(case.task.instance, happenings=()))
    tape = Tape.of(through_tools(case.start, calm, case.family.solve), ground.world)
    yield Mutation(operator="M22", call="the whole", what="decided before the last event", tape=tape)


def _instead(call: str, what: str, tape: Tape) -> Mutation:
    return Mutation(operator="M20", call=call, what=what, tape=tape)


def _aimed(here: Ground, there: Ground) -> Tape:
    """The tape of another instance with this one's ids and facts in place of its own."""
    known, facts = _known(here, there), _facts(here, there)
    steps: list[Step] = []
    for step in there.tape.steps:
        if isinstance(step, TapedCall):
            arguments: Any = step.arguments
            for argument in there.arguments(step) if step.operation in there.world.operations else ():
                if argument.kind == "id" and isinstance(argument.value, int):
                    table = there.table_of(step, argument)
                    arguments = put(arguments, argument.path, here.records.counterpart(known, table, argument.value))
                elif isinstance(argument.value, str):
                    arguments = put(arguments, argument.path, _retold(argument.value, facts))
            steps.append(replace(step, arguments=arguments))
        else:
            steps.append(step)
    made = there.tape.with_steps(steps)
    if made.answer is None:
        return made
    told = {
        name: _retold(value, facts) if isinstance(value, str) else value for name, value in made.answer.facts.items()
    }
    message = _retold(made.answer.message, facts)
    return made.with_answer(made.answer.model_copy(update={"facts": told, "message": message}))


def _known(here: Ground, there: Ground) -> dict[Place, int]:
    """Which row here stands where one stands there: what the two are about, in order."""
    mine, theirs = here.case.task.instance.target, there.case.task.instance.target
    return {
        (table, other): own
        for table in sorted(mine.keys() & theirs.keys())
        for own, other in zip(mine[table], theirs[table], strict=False)
    }


def _facts(here: Ground, there: Ground) -> dict[str, str]:
    mine, theirs = here.case.task.instance.facts, there.case.task.instance.facts
    return {theirs[name]: mine[name] for name in sorted(mine.keys() & theirs.keys()) if theirs[name] != mine[name]}


def _retold(text: str, facts: Mapping[str, str]) -> str:
    """Text in which every fact of the other instance is this one's, as a whole word."""
    if not facts:
        return text
    names = "|".join(re.escape(fact) for fact in sorted(facts, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{names})(?!\w)", lambda found: facts[found[0]], text)
