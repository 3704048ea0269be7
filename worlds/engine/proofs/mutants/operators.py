"""The operators by name, and how many of their mutants are played: all of few, some of each of many, random pairs."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain, zip_longest

from worlds.engine.proofs.mutants import answers, extras, others, sequence, targets, values
from worlds.engine.proofs.mutants.ground import Ground
from worlds.engine.proofs.mutants.mutation import Mutation, both

MOST_SINGLES = 120
PAIRED = 50
PAIR_TRIES = 10

Operator = Callable[[Ground], Iterator[Mutation]]

BY_NAME: Mapping[str, Operator] = {
    "M1": sequence.drop,
    "M2": sequence.repeat,
    "M3": sequence.swap,
    "M4": targets.lookalike,
    "M5": targets.anywhere,
    "M6": values.money,
    "M7": values.quantity,
    "M8": values.choice,
    "M9": values.flag,
    "M10": values.leave_out,
    "M11": values.words,
    "M12": values.day,
    "M13": extras.elsewhere,
    "M14": extras.extra_column,
    "M15": sequence.stop,
    "M16": targets.undo,
    "M17": extras.hand_over,
    "M18": extras.wait,
    "M19": answers.answer,
    "M20": others.twin,
    "M21": extras.canary,
    "M22": others.stale,
}


def singles(ground: Ground) -> list[Mutation]:
    """Every mutation of an instance, in the operators' order; of very many, the same number of each operator."""
    found = [list(operator(ground)) for operator in BY_NAME.values()]
    if sum(map(len, found)) > MOST_SINGLES:
        found = [_spread(one) for one in found]
    turns = [one for turn in zip_longest(*found) for one in turn if one is not None][:MOST_SINGLES]
    kept = {id(one) for one in turns}
    return [one for one in chain.from_iterable(found) if id(one) in kept]


def _spread(mutations: list[Mutation]) -> list[Mutation]:
    """An operator's mutations with those of different calls in turn, so that a cut leaves some of each."""
    calls: dict[str, list[Mutation]] = {}
    for one in mutations:
        calls.setdefault(one.call, []).append(one)
    return [one for turn in zip_longest(*calls.values()) for one in turn if one is not None]


def pairs(ground: Ground, mutations: list[Mutation]) -> list[Mutation]:
    """Random pairs of mutations that can be laid over one tape; no pair twice."""
    rng = ground.rng("pairs")
    found: dict[frozenset[int], Mutation] = {}
    for _ in range(PAIRED * PAIR_TRIES):
        if len(found) == PAIRED or len(mutations) < 2:
            break
        one, other = sorted(rng.sample(range(len(mutations)), 2))
        pair = both(mutations[one], mutations[other])
        if pair is not None:
            found.setdefault(frozenset((one, other)), pair)
    return list(found.values())
