"""Mistakes of doing more or something else: extra writes, hand-overs, waiting, canaries (M13, M14, M17, M18, M21).

What hands over is said in `handing_over`, how long is waited by the horizon up to which a grade settles.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from worlds.engine.events import HORIZON
from worlds.engine.operation import Operation
from worlds.engine.proofs.handing_over import escalations
from worlds.engine.proofs.mutants.arguments import Argument, kind_of, without_null
from worlds.engine.proofs.mutants.ground import Ground, added
from worlds.engine.proofs.mutants.invention import CANARY, WORDS, Inventor, accepted
from worlds.engine.proofs.mutants.mutation import Edited, Mutation
from worlds.engine.proofs.tapes import Pause, TapedCall

MOST_CANARIES = 3


def elsewhere(ground: Ground) -> Iterator[Mutation]:
    """M13: one more write for each writing operation of the role, on rows that the task is not about."""
    own = {(table, key) for table, keys in ground.touched.items() for key in keys}
    for operation in ground.role_writes:
        found = accepted(ground.case.start, ground.case.task.actor, operation.name)
        for one in [one for one in found if not one.rows & own][:1]:
            yield _extra("M13", operation.name, one.arguments, "as well, elsewhere")


def extra_column(ground: Ground) -> Iterator[Mutation]:
    """M14: an optional argument that the solution left out is given a legal value; an id is that of any row."""
    for call in ground.writes:
        for argument in ground.arguments(call):
            if argument.given or not argument.optional or argument.kind in ("boolean", "object"):
                continue
            for value in _legal(ground, call, argument):
                yield Mutation(
                    operator="M14",
                    call=ground.label(call),
                    what=f"{argument.label} given as well: {value!r}"[:100],
                    edits=(Edited(call.number, argument.path, value),),
                )


def _legal(ground: Ground, call: TapedCall, argument: Argument) -> Iterator[Any]:
    rng = ground.rng(f"M14|{call.number}|{argument.label}")
    inventor = Inventor(ground.records, rng, attempt=rng.randrange(100))
    try:
        value = inventor.value(argument.name, argument.schema)
    except LookupError:
        return
    if value != argument.default:
        yield value


def hand_over(ground: Ground) -> Iterator[Mutation]:
    """M17: each write is replaced by a hand-over of the matter, and the whole solution is followed by one."""
    for operation in escalations(ground.case.start.world, ground.case.task.actor.role):
        arguments = _on_target(ground, operation, WORDS)
        if arguments is None:
            continue
        yield _extra("M17", operation.name, arguments, "after all")
        for call in ground.writes:
            if call.operation != operation.name:
                yield Mutation(
                    operator="M17",
                    call=ground.label(call),
                    what=f"{operation.name} in its place",
                    instead={call.number: (added(operation.name, arguments),)},
                )


def wait(ground: Ground) -> Iterator[Mutation]:
    """M18: each write is replaced by waiting, long enough for the world to do it or for the problem to pass."""
    for call in ground.writes:
        yield Mutation(
            operator="M18", call=ground.label(call), what="waited instead", instead={call.number: (Pause(HORIZON),)}
        )


def canary(ground: Ground) -> Iterator[Mutation]:
    """M21: words that belong to nobody's task, written or sent about the right record; what leaves the world first."""
    able = [operation for operation in ground.role_writes if _holds_prose(operation.input_schema)]
    actor, start = ground.case.task.actor, ground.case.start
    outward = {
        operation.name: any("outward" in one.classes for one in accepted(start, actor, operation.name))
        for operation in able
    }
    able.sort(key=lambda operation: (not outward[operation.name], operation.name))
    for operation in able[:MOST_CANARIES]:
        arguments = _on_target(ground, operation, CANARY)
        if arguments is not None:
            yield _extra("M21", operation.name, arguments, "with a canary")


def _extra(operator: str, name: str, arguments: Mapping[str, Any], what: str) -> Mutation:
    return Mutation(operator=operator, call=name, what=what, after=(added(name, arguments),))


def _on_target(ground: Ground, operation: Operation[..., Any], words: str) -> dict[str, Any] | None:
    """Arguments for an operation about what the instance is about, where it can be."""
    fixed = {table: min(keys) for table, keys in ground.touched.items() if keys}
    rng = ground.rng(f"{operation.name}|{words}")
    about = any(
        kind_of(without_null(operation.input_schema["properties"][name])) == "id"
        for name in operation.input_schema.get("required", ())
    )
    return Inventor(ground.records, rng, 0, fixed, words).arguments(operation, more=not about)


def _holds_prose(schema: Mapping[str, Any]) -> bool:
    required = [schema["properties"][name] for name in schema.get("required", ())]
    return any(kind_of(without_null(one)) == "prose" for one in required)
