"""Promises of the CRM's own time: while somebody waits, leads change hands and requests lapse, without any doing."""

import pytest

import worlds


@pytest.fixture(scope="module")
def week():
    """A week of the small CRM in which its administrator does nothing."""
    with worlds.open("crm", role="admin") as episode:
        before = episode.call("list_approvals", {"state": "pending"}).body["totalSize"]
        for _ in range(9):
            assert episode.call("wait", {"minutes": 1440}).ok
        yield episode, before


def test_leads_that_nobody_turned_to_have_changed_hands_once_each(week):
    episode, _ = week
    passed = [one for one in episode.changes() if (one.table, one.operation) == ("lead", "hour_strikes")]
    assert passed
    assert len({one.key for one in passed}) == len(passed)


def test_requests_that_nobody_decided_have_lapsed(week):
    episode, before = week
    assert before > 0
    assert episode.call("list_approvals", {"state": "pending"}).body["totalSize"] == 0


def test_quotes_have_expired_and_all_of_it_is_the_clocks_doing(week):
    episode, _ = week
    assert any((one.table, one.operation) == ("quote", "night_falls") for one in episode.changes())
    assert episode.diff(of_agent=True) == []
    assert {one.root for one in episode.changes()} == {"world:clock"}
