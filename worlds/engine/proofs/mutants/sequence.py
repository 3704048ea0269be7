"""Mistakes in the course of things: a write dropped, repeated, out of turn, the rest never done (M1, M2, M3, M15)."""

from collections.abc import Iterator
from dataclasses import replace

from worlds.engine.proofs.mutants.ground import Ground
from worlds.engine.proofs.mutants.mutation import ADDED, Answered, Mutation

KEY = "once-and-only-once"


def drop(ground: Ground) -> Iterator[Mutation]:
    """M1: each write is left out."""
    for call in ground.writes:
        yield Mutation(operator="M1", call=ground.label(call), what="left out", instead={call.number: ()})


def repeat(ground: Ground) -> Iterator[Mutation]:
    """M2: each write is made twice, as a new request and as the same one under its key."""
    for call in ground.writes:
        again = replace(call, number=ADDED + call.number, key=None)
        yield Mutation(operator="M2", call=ground.label(call), what="made twice", instead={call.number: (call, again)})
        first = replace(call, key=KEY)
        second = replace(again, key=KEY)
        yield Mutation(
            operator="M2",
            call=ground.label(call),
            what="sent twice under one key",
            instead={call.number: (first, second)},
        )


def swap(ground: Ground) -> Iterator[Mutation]:
    """M3: neighbouring writes change places."""
    for first, second in zip(ground.writes, ground.writes[1:], strict=False):
        yield Mutation(
            operator="M3",
            call=f"{ground.label(first)} and {ground.label(second)}",
            what="in the other order",
            instead={first.number: (second,), second.number: (first,)},
        )


def stop(ground: Ground) -> Iterator[Mutation]:
    """M15: the work stops after each prefix; nothing is handed in, or the answer of one who has done it all."""
    for done in range(len(ground.writes) + 1):
        rest = {call.number: () for call in ground.writes[done:]}
        label = ground.label(ground.writes[done - 1]) if done else "the start"
        silent = Answered(None)
        yield Mutation(
            operator="M15", call=label, what="stopped after it without an answer", instead=rest, answer=silent
        )
        if 0 < done < len(ground.writes):
            yield Mutation(operator="M15", call=label, what="stopped after it, reported as done", instead=rest)
