"""The training mixture: which failure plan an episode of a seed is under, so that many seeds make a good diet.

Three in eight episodes are clean, so that nobody learns by heart to look twice at everything; in two of eight the
answer of a write is lost, done or not by a coin that nothing betrays; the others draw one or two faults, or the plan of
an ordinary bad day. What is kept for evaluation is never drawn, nor a combination that holds one of those.
"""

import random

from worlds.engine.faults.catalogue import faults_of
from worlds.engine.faults.plan import CLEAN, FaultPlan, Rule
from worlds.engine.faults.plans import find_plan, plans_of
from worlds.engine.world import World

TRAINING = "training"
CLEAN_SHARE = 0.375
LOST_SHARE = 0.25
WHOLE_PLANS = ("realistic", "stormy")
WHOLE_SHARE = 0.125
LOST = ("F1", "F2")
"""The two that look alike from outside."""
MOST_TRIES = 50


def plan_for(world: World, name: str, seed: int) -> FaultPlan:
    """The plan that a name means for a seed: a named one with chance of its own, or one drawn from the mixture.

    Raises:
        LookupError: naming the plans there are.
    """
    return training_plan(world, seed) if name == TRAINING else find_plan(world, name).with_seed(seed)


def names_of(world: World) -> tuple[str, ...]:
    """Every name that `plan_for` knows."""
    return (*plans_of(world), TRAINING)


def training_plan(world: World, seed: int) -> FaultPlan:
    """The plan of the mixture for a seed."""
    rng = random.Random(f"{world.name}|{TRAINING}|{seed}")
    share = rng.random()
    if share < CLEAN_SHARE:
        return CLEAN.with_seed(seed)
    if share < CLEAN_SHARE + LOST_SHARE:
        return _named(world, [rng.choice(LOST)], rng, seed)
    plans = plans_of(world)
    whole = [name for name in WHOLE_PLANS if name in plans]
    if whole and share > 1 - WHOLE_SHARE:
        return plans[rng.choice(whole)].with_seed(seed)
    return _drawn(world, rng, seed)


def held_out_combinations(world: World) -> list[frozenset[str]]:
    """The sets of faults that plans kept for evaluation put together."""
    return [faults_in(world, plan) for plan in plans_of(world).values() if plan.held_out]


def faults_in(world: World, plan: FaultPlan) -> frozenset[str]:
    """The names of the faults of a plan."""
    names = {code: fault.name for fault in faults_of(world).values() for code in (fault.code, fault.name)}
    return frozenset(names.get(rule.fault, rule.fault) for rule in plan.rules)


def _drawn(world: World, rng: random.Random, seed: int) -> FaultPlan:
    """One or two faults, each as it occurs alone; none that is kept for evaluation."""
    kept = held_out_combinations(world)
    every = [fault.name for fault in faults_of(world).values()]
    for _ in range(MOST_TRIES):
        chosen = rng.sample(every, min(len(every), rng.choice((1, 1, 2))))
        if not any(len(one) > 1 and one <= set(chosen) for one in kept):
            return _named(world, chosen, rng, seed)
    return CLEAN.with_seed(seed)


def _named(world: World, faults: list[str], rng: random.Random, seed: int) -> FaultPlan:
    """The faults together, each at the first call or two that it fits."""
    rules: list[Rule] = []
    nth = rng.choice((1, 1, 2))
    for name in faults:
        alone = find_plan(world, name)
        rules += [rule if rule.nth != 1 or rule.rate is not None else _later(rule, nth) for rule in alone.rules]
    return FaultPlan(name=TRAINING, title="Drawn for training.", rules=tuple(rules), seed=seed)


def _later(rule: Rule, nth: int) -> Rule:
    return rule.model_copy(update={"nth": nth})
