"""Promises of the small population: the cases that tasks are drawn from, and a world that goes on by itself."""

import lxml.etree
import pytest
from waiting_cases import Waiting, expect_cases

import worlds


@pytest.fixture(scope="module")
def small():
    with worlds.open("desk", role="admin") as episode:
        yield episode


@pytest.fixture(scope="module")
def waiting(small):
    with small._fork.lease() as connection:
        yield Waiting(connection.connection.driver_connection)


def test_each_case_is_there_five_times(waiting):
    expect_cases(waiting, 5)


def test_most_of_what_was_ever_asked_is_done(waiting):
    assert 0.15 <= waiting.undone() <= 0.3


def test_it_has_the_size_of_a_small_desk(waiting):
    assert 540 <= sum(waiting.states().values()) <= 600
    assert set(waiting.states()) == {"new", "open", "pending", "hold", "solved", "closed"}


def test_somebody_is_away_and_has_left_work(waiting):
    sql = """SELECT count(*) FROM ticket t JOIN desk_user u ON u.id = t.assignee_id
        WHERE u.away_until IS NOT NULL AND t.status IN ('new', 'open', 'pending', 'hold')"""
    assert waiting.ask(sql)[0][0] >= 2


def test_danger_and_law_are_marked_by_the_rules(waiting):
    assert waiting.tags("safety") >= 3
    assert waiting.tags("legal") >= 3


def test_every_picture_that_came_with_a_mail_can_be_drawn_whatever_the_goods_are_called(waiting):
    pictures = [row[0] for row in waiting.ask("SELECT content FROM attachment WHERE mime = 'image/svg+xml'")]
    titles = [lxml.etree.fromstring(one.encode()).findtext("{*}title") for one in pictures]
    assert "Tarn & Fell Basin Tent for Three" in titles


def closed(episode):
    """How many tickets are closed."""
    with episode._fork.lease() as connection:
        return Waiting(connection.connection.driver_connection).states()["closed"]


def test_a_day_goes_by_without_anybody():
    with worlds.open("desk", role="admin") as day:
        before = closed(day)
        assert day.call("wait", {"minutes": 24 * 60}).status == 200
        assert closed(day) > before
