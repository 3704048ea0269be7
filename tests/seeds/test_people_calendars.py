"""Promises of calendars, streams and texts: business falls when people shop and work, and reads as people write."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from worlds.seeds.calendars import Calendar, black_friday, easter, holidays, is_working_day
from worlds.seeds.streams import Weighted, pareto, share, stream
from worlds.seeds.text import Phrasebook, filled, slipped

ZONE = ZoneInfo("Europe/Amsterdam")
YEAR = Calendar(ZONE, datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def moments():
    rng = stream("moments")
    return [YEAR.moment(rng) for _ in range(12_000)]


def test_streams_depend_on_their_names_alone():
    first = stream(1, "a").random()
    stream(1, "b").random()
    assert stream(1, "a").random() == first
    assert stream(1, "a").random() != stream(2, "a").random()


def test_weights_are_kept_and_nonsense_is_refused():
    rng, draw = stream("weights"), Weighted({"a": 3.0, "b": 1.0, "never": 0.0})
    seen = Counter(draw.draw(rng) for _ in range(4_000))
    assert set(seen) == {"a", "b"}
    assert 2.5 < seen["a"] / seen["b"] < 3.6
    with pytest.raises(ValueError, match="weights"):
        Weighted({"a": -1.0})
    with pytest.raises(ValueError, match="weights"):
        Weighted({})


def test_tails_are_long():
    rng = stream("tails")
    big = sorted(pareto(rng, 1, 1.3) for _ in range(3_000))
    assert big[0] >= 1
    assert big[-1] > 10 * big[len(big) // 2]


def test_a_share_is_never_empty_unless_asked():
    rng = stream("share")
    assert len(share(rng, list(range(50)), 0.001)) == 1
    assert share(rng, [1, 2], 0) == []
    half = share(rng, list(range(10)), 0.5)
    assert len(half) == 5
    assert half == sorted(half)


def test_moments_lie_within_the_span(moments):
    assert all(YEAR.begin <= one < YEAR.end for one in moments)


def test_black_friday_is_the_busiest_time_and_nights_are_quiet(moments):
    days = Counter(one.astimezone(ZONE).date() for one in moments)
    mean = len(moments) / 365
    assert days[black_friday(2025)] > 2.6 * mean
    hours = Counter(one.astimezone(ZONE).hour for one in moments)
    assert hours[20] > 8 * hours[4]


def test_the_last_quarter_sells_most(moments):
    quarters = Counter((one.month - 1) // 3 for one in moments)
    assert max(quarters, key=quarters.__getitem__) == 3


def test_campaigns_and_growth_make_days_busier():
    start = datetime(2025, 2, 1, tzinfo=UTC)
    calendar = Calendar(ZONE, start, start + timedelta(days=28), {date(2025, 2, 12): 6.0}, growth=3.0)
    rng = stream("campaign")
    days = Counter(calendar.moment(rng).astimezone(ZONE).date() for _ in range(3_000))
    assert days[date(2025, 2, 12)] == max(days.values())
    early = sum(days[date(2025, 2, day)] for day in range(2, 9))
    late = sum(days[date(2025, 2, day)] for day in range(20, 27))
    assert late > 1.6 * early


def test_easter_and_the_days_that_hang_on_it():
    assert [easter(year) for year in (2024, 2025, 2026, 2038)] == [
        date(2024, 3, 31),
        date(2025, 4, 20),
        date(2026, 4, 5),
        date(2038, 4, 25),
    ]
    assert date(2025, 5, 29) in holidays(2025)  # Ascension Day
    assert date(2025, 4, 26) in holidays(2025)  # King's Day, moved off a Sunday
    assert not is_working_day(date(2025, 12, 25))


def test_work_happens_on_working_days_in_working_hours_and_later():
    rng = stream("worked")
    for hours in range(0, 24 * 30, 5):
        after = datetime(2025, 4, 10, tzinfo=UTC) + timedelta(hours=hours)
        for days in (0, 1, 3):
            done = YEAR.worked(rng, after, days)
            local = done.astimezone(ZONE)
            assert done > after
            assert is_working_day(local.date())
            assert 8 <= local.hour < 17


def test_templates_are_filled_and_a_missing_slot_is_named():
    rng = stream("text")
    assert filled(rng, "{a} and {b}", {"a": ("x{b}",), "b": ("y",)}) == "xy and y"
    with pytest.raises(KeyError, match="nobody"):
        filled(rng, "{nobody}", {})
    with pytest.raises(ValueError, match="circle"):
        filled(rng, "{a}", {"a": ("{a}",)})


def test_slips_spare_numbers_and_short_words():
    for at in range(60):
        text = slipped(stream("slip", at), "Order LK-10423 on day 12, please")
        assert "10423" in text
        assert " on " in text
        assert text != "Order LK-10423 on day 12, please"


def test_tones_differ():
    book = Phrasebook({"wish": ["Please send {what}"]}, {"what": ["it"]}, ["Dear shop"], ["Thanks, {first}"])
    rng = stream("tones")
    polite = [book.letter(rng, "wish", {"first": "Eva"}, "polite") for _ in range(60)]
    hurried = [book.letter(rng, "wish", {"first": "Eva"}, "hurried") for _ in range(60)]
    assert sum("Dear shop," in one for one in polite) > 30
    assert sum(one == one.lower() for one in hurried) > 20
    assert all("{" not in one for one in polite + hurried)
