"""The medium population: as large as stated, lawful, and with enough cases for every family."""

import pytest
from troubles import stored

import worlds

SIZES = {"customer": 3_000, "sales_order": 9_000, "product": 420, "discount": 120}


@pytest.fixture(scope="module")
def medium():
    with worlds.open("shop", role="admin", population="medium") as episode:  # building it checks every law
        yield episode


@pytest.mark.parametrize("table", SIZES)
def test_it_has_the_stated_size(medium, table):
    assert stored(medium, f"SELECT count(*) FROM {table}") == [(SIZES[table],)]  # noqa: S608 - names of this test


def test_it_stays_below_sixty_megabytes(medium):
    assert medium.start.snapshot.bytes < 60_000_000


def test_it_spans_eighteen_months(medium):
    oldest = medium.call("list_orders", {"sort": "oldest", "page_size": 1}).body["items"][0]["placed_at"]
    newest = medium.call("list_orders", {"sort": "newest", "page_size": 1}).body["items"][0]["placed_at"]
    assert (int(newest[:4]) - int(oldest[:4])) * 12 + int(newest[5:7]) - int(oldest[5:7]) in (17, 18)


@pytest.mark.parametrize("family", sorted(worlds.discover()["shop"].families))
def test_every_family_finds_cases_in_it(family):
    drawn = set()
    for seed in range(10):
        with worlds.open(f"shop/{family}", seed=seed, population="medium") as episode:
            drawn.add(episode.task.instance.fingerprint)
    assert len(drawn) == 10
