"""Under any plan and any calls that somebody might well make: what every world keeps; a new one is covered at once."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keeping import KEYS, chance, check, plans

import worlds
from worlds.engine.proofs.plausible import arguments, known_at

FIXTURES = Path(__file__).parent.parent / "fixtures"
WORLDS = [world for world in worlds.discover().values() if world.invariants and FIXTURES not in world.folder.parents]
"""All but those that tests break on purpose."""


def role_in(world, rng):
    """A role that may change something."""
    roles = sorted({role for one in world.operations.values() if one.writing and not one.aside for role in one.roles})
    return roles[rng.randrange(len(roles))]


@pytest.mark.parametrize("world", WORLDS, ids=[world.name for world in WORLDS])
def test_whatever_is_called_every_world_keeps_its_laws_and_its_log(world):
    @chance(10)
    @given(plan=plans(world), seed=st.integers(0, 10_000), keys=st.lists(KEYS, min_size=12, max_size=12))
    def holds(plan, seed, keys):
        rng = random.Random(seed)
        role = role_in(world, rng)
        with worlds.open(world.name, role=role, faults=plan) as episode:
            offered = [one for _, one in sorted(world.operations.items()) if one.writing and role in one.roles]
            known = known_at(episode.start, offered)
            for key in keys:
                operation = offered[rng.randrange(len(offered))]
                episode.call(operation.name, arguments(operation, known, rng, optional=0.3), key=key)
            check(episode)

    holds()
