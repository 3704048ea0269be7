"""What every world keeps under any failure plan: its laws, one effect a key, a log that names every change."""

import sqlite3
from collections import Counter
from contextlib import closing
from functools import cache

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

import worlds
from worlds.engine.build import broken_rows
from worlds.engine.faults.catalogue import faults_of
from worlds.engine.faults.plan import FaultPlan, Rule
from worlds.engine.proofs.logs import apart
from worlds.engine.world import find
from worlds.graders.changes import fold

KEYS = st.one_of(st.none(), st.sampled_from(("a", "b")))


def chance(examples):
    """So many examples, the same in every run."""
    quiet = [HealthCheck.too_slow]
    return settings(max_examples=examples, deadline=None, suppress_health_check=quiet, derandomize=True)


@st.composite
def rules(draw, world):
    fault = draw(st.sampled_from(sorted(faults_of(world))))
    given_rate = draw(st.one_of(st.none(), st.sampled_from((0.2, 0.5, 1.0))))
    return Rule(fault=fault, nth=draw(st.integers(1, 3)), times=draw(st.integers(0, 3)), rate=given_rate)


def plans(world):
    """Any failure plan of a world, of one to four rules."""
    return st.builds(
        lambda found, seed: FaultPlan(rules=tuple(found), seed=seed),
        st.lists(rules(world), min_size=1, max_size=4),
        st.integers(0, 10_000),
    )


def image_of(episode):
    database = sqlite3.connect(":memory:")
    database.deserialize(episode.image())
    return database


@cache
def broken_at_start(name):
    with worlds.open(name) as episode, closing(image_of(episode)) as database:
        return {law.name: frozenset(broken_rows(database, law)) for law in find(name).invariants}


def check(episode):
    """Hold an episode to what every world keeps."""
    world = episode.world
    with closing(image_of(episode)) as database:
        for law in world.invariants:
            broken = set(broken_rows(database, law)) - broken_at_start(world.name)[law.name]
            assert not broken, f"{law.sentence} {law.table} {sorted(broken)[:3]}"
    logged = {(one.table, one.key): one for one in fold(episode.changes())}
    true = {(one.table, one.key): one for one in apart(episode.start.snapshot.path, episode.image(), world.metadata)}
    assert logged == true
    done = Counter((entry.key, entry.operation) for entry in episode.journal if entry.key and entry.committed)
    assert max(done.values(), default=0) <= 1, "a key did its work twice"
