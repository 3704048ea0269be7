"""Hours of work: counting them agrees with looking at the clock on the wall, minute by minute."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worlds.engine.hours import Calendar

ZONES = ("Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns")
"""The clocks of Lord Howe Island move by half an hour."""
OFFICE = json.dumps({str(day): [[540, 720], [780, 1050]] for day in range(5)})
TURNS = (
    datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC),
    datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 4, 5, tzinfo=UTC), datetime(2026, 10, 4, tzinfo=UTC),
    datetime(2026, 6, 10, tzinfo=UTC),
)  # fmt: skip
"""Days on which clocks go forward or back in those zones, and one on which none does."""

spans = st.lists(
    st.tuples(st.integers(0, 1439), st.integers(1, 600)).map(lambda one: [one[0], min(1440, one[0] + one[1])]),
    min_size=1,
    max_size=3,
)
weeks = st.dictionaries(st.integers(0, 6).map(str), spans, min_size=1)
instants = st.builds(
    lambda turn, minutes: turn + timedelta(minutes=minutes), st.sampled_from(TURNS), st.integers(-3_000, 3_000)
)
holidays = st.lists(st.sampled_from([turn.date() for turn in TURNS]), unique=True, max_size=4)


def on_the_wall(zone: str, week: dict[str, list[list[int]]], free: list[date], at: datetime) -> bool:
    """Whether the wall clock shows a minute of work: the law, without any arithmetic."""
    local = at.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    hours = [] if local.date() in free else week.get(str(local.weekday()), [])
    return any(start <= minute < end for start, end in hours)


def calendar(zone: str, week: dict[str, list[list[int]]], free: list[date]) -> Calendar:
    return Calendar(zone, json.dumps(week), json.dumps([day.isoformat() for day in free]))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.sampled_from(ZONES), weeks, holidays, instants, st.integers(0, 2_000))
def test_counting_agrees_with_looking_at_the_wall_clock_every_minute(
    zone: str, week: dict[str, list[list[int]]], free: list[date], start: datetime, minutes: int
) -> None:
    hours = calendar(zone, week, free)
    moments = [start + timedelta(minutes=at) for at in range(minutes)]
    shown = [on_the_wall(zone, week, free, at) for at in moments]
    assert [hours.is_open(at) for at in moments] == shown
    assert hours.seconds(start, start + timedelta(minutes=minutes)) == 60 * sum(shown)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.sampled_from(ZONES), weeks, holidays, instants, st.integers(1, 400_000))
def test_so_much_work_later_is_the_first_moment_at_which_so_much_was_counted(
    zone: str, week: dict[str, list[list[int]]], free: list[date], start: datetime, seconds: int
) -> None:
    hours = calendar(zone, week, free)
    moment = hours.after(start, seconds)
    assert hours.seconds(start, moment) == seconds
    assert hours.seconds(start, moment - timedelta(seconds=1)) == seconds - 1


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.sampled_from(ZONES), weeks, holidays, st.lists(instants, min_size=3, max_size=3).map(sorted))
def test_what_is_counted_in_two_parts_adds_up_to_the_whole(
    zone: str, week: dict[str, list[list[int]]], free: list[date], moments: list[datetime]
) -> None:
    hours = calendar(zone, week, free)
    first, middle, last = moments
    assert hours.seconds(first, middle) + hours.seconds(middle, last) == hours.seconds(first, last)


def test_the_night_on_which_clocks_go_forward_is_an_hour_shorter() -> None:
    always = Calendar("Europe/Amsterdam", json.dumps({str(day): [[0, 1440]] for day in range(7)}))
    forward, back = datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert sum(end - start for start, end in always.spans(date(2026, 3, 29))) == 23 * 3_600
    assert sum(end - start for start, end in always.spans(date(2026, 10, 25))) == 25 * 3_600
    assert always.after(forward, 3 * 3_600) == datetime(2026, 3, 29, 2, tzinfo=UTC)
    assert always.seconds(back, back + timedelta(hours=25)) == 25 * 3_600


def test_a_weekend_and_a_holiday_are_passed_over() -> None:
    office = Calendar("Europe/Amsterdam", OFFICE, '["2026-04-06"]')
    thursday_evening = datetime(2026, 4, 2, 15, 0, tzinfo=UTC)  # 17:00 in Amsterdam, half an hour before closing
    assert office.after(thursday_evening, 1_800) == datetime(2026, 4, 2, 15, 30, tzinfo=UTC)
    assert office.after(thursday_evening, 1_801) == datetime(2026, 4, 3, 7, 0, 1, tzinfo=UTC)
    friday_evening = thursday_evening + timedelta(days=1)
    assert office.after(friday_evening, 3_600) == datetime(2026, 4, 7, 7, 30, tzinfo=UTC)
    assert office.seconds(friday_evening, datetime(2026, 4, 7, 7, 30, tzinfo=UTC)) == 3_600


def test_days_of_work_later_is_the_same_time_of_day_also_across_a_change_of_clocks() -> None:
    office = Calendar("Europe/Amsterdam", OFFICE, '["2026-04-06"]')
    wednesday = datetime(2026, 3, 25, 9, 15, tzinfo=UTC)
    assert office.days_after(wednesday, 4) == datetime(2026, 3, 31, 8, 15, tzinfo=UTC)
    assert office.days_after(datetime(2026, 4, 3, 8, 0, tzinfo=UTC), 1) == datetime(2026, 4, 7, 8, 0, tzinfo=UTC)


def test_hours_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="no hours at all"):
        Calendar("Europe/Amsterdam", "{}")
    with pytest.raises(ValueError, match="no interval"):
        Calendar("Europe/Amsterdam", '{"0": [[900, 540]]}')
