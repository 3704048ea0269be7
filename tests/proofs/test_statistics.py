"""Promises of the exact bounds: they are those of the tables, and hold what they promise."""

from math import comb

import pytest

from worlds.engine.proofs.statistics import lower_bound, upper_bound


@pytest.mark.parametrize(("successes", "trials"), [(0, 149), (1, 236), (2, 313)])
def test_the_fewest_trials_that_show_a_rate_below_two_percent(successes, trials):
    assert upper_bound(successes, trials) < 0.02 <= upper_bound(successes, trials - 1)


@pytest.mark.parametrize("trials", [1, 7, 59, 300])
def test_without_a_success_the_bound_is_the_closed_form(trials):
    assert upper_bound(0, trials) == pytest.approx(1 - 0.05 ** (1 / trials))
    assert lower_bound(trials, trials) == pytest.approx(0.05 ** (1 / trials))


@pytest.mark.parametrize(("successes", "trials"), [(1, 3), (4, 10), (17, 40), (2, 313)])
def test_at_the_bound_what_was_seen_has_just_the_least_likelihood(successes, trials):
    def at_most(count, rate):
        return sum(comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in range(count + 1))

    assert at_most(successes, upper_bound(successes, trials)) == pytest.approx(0.05)
    assert 1 - at_most(successes - 1, lower_bound(successes, trials)) == pytest.approx(0.05)


def test_nothing_tried_shows_nothing():
    assert (lower_bound(0, 0), upper_bound(0, 0)) == (0.0, 1.0)


def test_more_successes_than_trials_are_refused():
    with pytest.raises(ValueError, match="cannot be 4 successes in 3 trials"):
        upper_bound(4, 3)
