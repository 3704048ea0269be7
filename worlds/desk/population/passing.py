"""What happens by itself while history goes by: promises break, rules look at tickets every hour, people rate."""

from datetime import datetime, timedelta
from typing import Final

from worlds.desk.operations.passing_time import first_hour, look_after, next_look
from worlds.desk.population.course import Course
from worlds.desk.service import sla
from worlds.engine.build import Build
from worlds.engine.history import SYSTEM

_AN_HOUR: Final = timedelta(hours=1)
_CLOCK: Final = "clock"


def begin(course: Course, now: datetime) -> None:
    """Let the clock of the desk run from a moment on."""
    course.then(first_hour(now), _strike)
    course.then(now, _look)


def _strike(course: Course, now: datetime) -> None:
    course.history.perform(now, SYSTEM, look_after)
    course.then(now + _AN_HOUR, _strike)


def _look(course: Course, now: datetime) -> None:
    course.history.perform(now, SYSTEM, sla.book_breaches)
    course.then(next_look(course.history.context(now, SYSTEM)), _look)


def go_on(build: Build, course: Course) -> None:
    """Queue what goes on by itself once episodes have begun; each event queues the next."""
    build.later(first_hour(build.start), "hour_strikes", _CLOCK)
    build.later(next_look(course.history.context(build.start, SYSTEM)), "promises_break", _CLOCK)
