"""Drawing instances: the task of a family for a seed, its twin, and the same one seen some hours later."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from worlds.engine.start import Start
from worlds.engine.task import Draw, Family, Situation, Task

NO_TIME = timedelta(0)


def draw(
    start: Start, family: Family, seed: int, *, flip: int = 0, later: timedelta = NO_TIME, wording: int = 0
) -> Task:
    """The instance of a family for a seed, drawn from the start state; the same one every time.

    Args:
        start: the state that it is drawn from.
        family: one of the start's world.
        seed: which instance.
        flip: 1 for the twin, where another branch is right; a family without branches gives the instance itself.
        later: draw the same case as it would be judged after so much virtual time.
        wording: say the same in the wording that comes so many after the seed's own.
    """
    return _drawn(start, family.name, seed, flip, later, wording)


def rule(start: Start, task: Task, *, later: timedelta = NO_TIME) -> dict[str, Any]:
    """What the family's ruling says of a task's situation in the start state, now or some time later."""
    instance = task.instance
    with start.reading() as (session, now):
        return dict(task.family.ruling(Situation(session, now + later, instance.target, instance.facts)))


@lru_cache(maxsize=4096)
def _drawn(start: Start, family_name: str, seed: int, flip: int, later: timedelta, wording: int) -> Task:
    family = start.world.families[family_name]
    pinned = _picked(start, family, seed, flip) if later else None
    with start.reading() as (session, now):
        drawn = _draw(start, family, session, now + later, seed, flip, pinned)
        instance = family.instance(replace(drawn, wording=wording))
    instance.expectation.check_against(start.world.schema)
    return Task(start.world, family, start.population, seed, instance, flip)


def _picked(start: Start, family: Family, seed: int, flip: int) -> Any:
    with start.reading() as (session, now):
        drawn = _draw(start, family, session, now, seed, flip, None)
        family.instance(drawn)
    return drawn.picked[-1] if drawn.picked else None


def _draw(start: Start, family: Family, session: Session, now: datetime, seed: int, flip: int, pinned: Any) -> Draw:
    return Draw(
        start.world,
        session,
        now,
        seed,
        f"{start.world.name}/{family.name}",
        start.snapshot.truth,
        flip,
        _listed(start),
        pinned,
    )


@lru_cache(maxsize=16)
def _listed(_: Start) -> dict[str, Sequence[Any]]:
    """The lists of cases that families made of a start state."""
    return {}
