"""The medium population: as large as stated, lawful, and with enough cases for every family."""

import pytest
from troubles import stored
from waiting_cases import Waiting, expect_cases

import worlds


@pytest.fixture(scope="module")
def medium():
    with worlds.open("desk", role="admin", population="medium") as episode:  # building it checks every law
        yield episode


def test_it_has_the_stated_size(medium):
    assert 5_400 <= stored(medium, "SELECT count(*) FROM ticket")[0][0] <= 5_800
    assert 17_000 <= stored(medium, "SELECT count(*) FROM comment")[0][0] <= 24_000


def test_it_stays_below_sixty_megabytes(medium):
    assert medium.start.snapshot.bytes < 60_000_000


def test_each_case_is_there_fifty_times_and_most_is_done(medium):
    with medium._fork.lease() as connection:
        waiting = Waiting(connection.connection.driver_connection)
        expect_cases(waiting, 50)
        assert 0.1 <= waiting.undone() <= 0.25
