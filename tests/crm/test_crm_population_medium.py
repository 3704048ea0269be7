"""The medium population of the CRM: as large as stated, lawful, and with enough cases for every family."""

import pytest
from crm_cases import Cases, expect_cases
from troubles import stored

import worlds


@pytest.fixture(scope="module")
def medium():
    with worlds.open("crm", role="admin", population="medium") as episode:  # building it checks every law
        yield episode


def test_it_has_the_stated_size(medium):
    stated = {"account": 900, "contact": 2_600, "lead": 3_500, "opportunity": 1_100}
    for table, count in stated.items():
        found = stored(medium, f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608 - names of this test
        assert 0.97 * count <= found <= 1.03 * count, table


def test_it_stays_below_sixty_megabytes(medium):
    assert medium.start.snapshot.bytes < 60_000_000


def test_each_case_is_there_forty_times(medium):
    with medium._fork.lease() as connection:
        cases = Cases(connection.connection.driver_connection)
        expect_cases(cases, 40)
        quiet = cases.stale()
    assert len([count for count in quiet.values() if 10 <= count <= 24]) >= 6
