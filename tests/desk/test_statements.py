"""Promises of reading: what is shown costs so many statements, however many rows there are to show."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import pytest
from colleague import sit
from counting import Counted
from every_page import pages_of
from flask import Flask
from help_cases import HelpCases

import worlds
from worlds.desk import WORLD
from worlds.engine import bookkeeping
from worlds.engine.surfaces.pages import create_pages
from worlds.engine.surfaces.visitor import Visitor

READS: Final = {name: one for name, one in sorted(WORLD.operations.items()) if not one.writing and one.doors}
STAFF_READS: Final = [name for name, one in READS.items() if "admin" in one.roles]
OTHER_READS: Final = [name for name in READS if name not in STAFF_READS]
LISTS: Final = [name for name in STAFF_READS if "page_size" in READS[name].arguments.model_fields]
PAGES: Final = sorted(
    pages_of(create_pages(WORLD), "workspace")
    - {"workspace.job", "workspace.tickets_again", "workspace.view_again"}  # shown after something was sent
)
RECORDS: Final = 6
MOST_OF_A_CALL, MOST_OF_A_PAGE = 35, 72
MOST_AGAIN = 3
"""How often the same may be asked for one call or page; whoever asks row by row asks it more often."""
APART = 3
"""Statements by which two of a kind may differ, one of which has what the other has not."""
SOMETHING, NOTHING = "query=LK", "query=zzzz"
SHUT: Final = {"nothing", "no such request", "a wrong filter"}
"""Pages of the help centre that are none."""
ASKED: Final[dict[str, dict[str, Any]]] = {"find_orders": {"query": "LK"}}
FULL_FIRST: Final = {
    "ticket_id": "SELECT ticket_id FROM comment GROUP BY 1 ORDER BY count(*) DESC, 1",
    "target_id": "SELECT id FROM ticket WHERE status = 'open' AND type IS NOT 'problem' ORDER BY id",
    "problem_id": "SELECT problem_id FROM ticket WHERE problem_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1",
    "user_id": "SELECT requester_id FROM ticket GROUP BY 1 ORDER BY count(*) DESC, 1",
    "organization_id": "SELECT organization_id FROM ticket WHERE organization_id > 0 GROUP BY 1 ORDER BY count(*) DESC",
    "order_id": "SELECT order_id FROM shop_order_line GROUP BY 1 ORDER BY count(*) DESC, 1",
    "conversation_id": "SELECT conversation_id FROM side_message GROUP BY 1 ORDER BY count(*) DESC, 1",
    "approval_id": "SELECT id FROM approval ORDER BY id",
    "message_id": "SELECT id FROM suspended_message WHERE state = 'held' ORDER BY id",
    "attachment_id": "SELECT id FROM attachment WHERE scan_state = 'clean' ORDER BY length(content) DESC, id",
    "macro_id": "SELECT id FROM macro WHERE active = 1 ORDER BY length(body) DESC, id",
    "view_id": "SELECT id FROM ticket_view ORDER BY id",
    "trigger_id": "SELECT id FROM trigger_rule ORDER BY id",
    "slug": "SELECT slug FROM kb_article WHERE language = 'en' ORDER BY length(body) DESC, id",
}
"""For each argument that names a record all that fit, those with most in them first."""
TOGETHER: Final = {
    ("attachment_id", "ticket_id"): "SELECT id, ticket_id FROM attachment WHERE scan_state = 'clean' ORDER BY id",
    ("comment_id", "ticket_id"): "SELECT id, ticket_id FROM comment WHERE redacted = 0 ORDER BY length(body) DESC, id",
}
"""The same for arguments that belong together."""


class Reader:
    """Somebody who reads the small desk, and whose statements are counted."""

    def __init__(self, app: Flask, role: str = "admin", person: int | None = None) -> None:
        """Open a fresh copy, in which nothing else happens meanwhile."""
        self.episode = worlds.open("desk", role=role)
        with self.episode._fork.lease() as connection, connection.begin():
            bookkeeping.driver_of(connection).execute("DELETE FROM engine_event")
        if person is not None:
            sit(self.episode, role, person)
        self.counted = Counted(self.episode)
        self.visitor = Visitor(app, self.episode)

    def rows(self, query: str) -> list[Any]:
        """What a query of the tables gives."""
        with self.counted.lease() as connection:
            return bookkeeping.driver_of(connection).execute(query).fetchall()

    def records(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """Values for arguments that name records: of each the fullest first, the emptiest last."""
        pair = tuple(sorted(names))
        if pair in TOGETHER:
            return [dict(zip(pair, row, strict=True)) for row in _spread(self.rows(TOGETHER[pair]))]
        columns = [_spread([row[0] for row in self.rows(FULL_FIRST[name])]) for name in names]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)] if names else [{}]

    def arguments(self, name: str) -> list[dict[str, Any]]:
        """What an operation can be asked, of one record after the other."""
        if name == "get_job":
            tickets = [one["ticket_id"] for one in self.records(["ticket_id"])]
            started = self.episode.call("bulk_update_tickets", {"ticket_ids": tickets, "add_tags": ["read"]})
            self.episode.call("wait", {"minutes": 5})
            return [{"job_id": started.body["job_id"]}]
        if name == "preview_merge":
            first, *others = [row[0] for row in self.rows(FULL_FIRST["target_id"])]
            return [{"target_id": first, "source_ids": others[:count]} for count in (1, 2, 4, 8)]
        needed = [one for one, field in READS[name].arguments.model_fields.items() if field.is_required()]
        return [ASKED.get(name, {}) | given for given in self.records(needed)]

    def call(self, name: str, **arguments: Any) -> int:
        """How many statements a call executes, 0 where it is refused; it asks nothing row by row."""
        self.counted.forget()
        reply = self.episode.call(name, arguments)
        if not reply.ok:
            return 0
        assert self.counted.again[0] <= MOST_AGAIN, (name, arguments, self.counted.again)
        assert 0 < self.counted.count <= MOST_OF_A_CALL, (name, arguments)
        return self.counted.count

    def look(self, path: str) -> int:
        """How many statements a page executes, 0 where there is none to see; it asks nothing row by row."""
        self.counted.forget()
        self.visitor.get(path)
        if self.visitor.page.status_code != 200:
            return 0
        assert self.counted.again[0] <= MOST_AGAIN, (path, self.counted.again)
        assert self.counted.count <= MOST_OF_A_PAGE, path
        return self.counted.count


def _spread(rows: list[Any]) -> list[Any]:
    """A few of many rows, the first and the last among them."""
    assert rows
    return [rows[at * (len(rows) - 1) // (RECORDS - 1)] for at in range(RECORDS)]


def assert_alike(costs: Sequence[int]) -> None:
    """What was there to see cost about the same, and at least half of it was there."""
    seen = [one for one in costs if one]
    assert 2 * len(seen) >= len(costs), costs
    assert max(seen) - min(seen) <= APART, costs


@pytest.fixture(scope="module")
def reader(app: Flask) -> Iterator[Reader]:
    """An administrator."""
    found = Reader(app)
    yield found
    found.episode.close()


@pytest.mark.parametrize("name", STAFF_READS)
def test_a_call_costs_the_same_whatever_its_record_holds(reader, name):
    assert_alike([reader.call(name, **arguments) for arguments in reader.arguments(name)])


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_eight_times_the_rows_costs_the_same(reader, name):
    given = reader.arguments(name)[0]
    assert reader.call(name, page_size=40, **given) == reader.call(name, page_size=5, **given) > 0


@pytest.mark.parametrize("name", PAGES)
def test_a_page_costs_the_same_whatever_it_shows(reader, app, name):
    rule = next(one for one in app.url_map.iter_rules(name) if "GET" in (one.methods or ()))
    address = app.url_map.bind("localhost").build
    paths = [address(name, given) for given in reader.records(sorted(rule.arguments))]
    if name == "workspace.merge_preview":
        source = reader.rows(FULL_FIRST["target_id"])[1][0]
        paths = [f"{path}?source_ids={source}" for path in paths]
    costs = [] if rule.arguments else [reader.look(f"{paths[0]}?{query}") for query in (SOMETHING, NOTHING)]
    assert_alike(costs if any(costs) else [reader.look(path) for path in paths])


def test_no_page_of_the_help_centre_asks_row_by_row(app):
    with worlds.open("desk", role="admin") as episode:
        seats = HelpCases(episode).seats
    assert len(seats) > 25
    for person in sorted({(seat.role, seat.person) for seat in seats.values()}):
        requester = Reader(app, *person)
        for name, seat in seats.items():
            if (seat.role, seat.person) == person:
                shown = requester.look(seat.path)
                assert shown or name in SHUT, name
        requester.episode.close()


def test_requesters_read_at_the_same_cost_however_much_they_have_asked(app):
    with worlds.open("desk", role="admin") as episode:
        cases = HelpCases(episode)
        manager, busiest, other = cases.manager[0], cases.busiest, cases.noted.person
    costs: dict[str, set[int]] = {}
    for role, person in (("org_manager", manager), ("requester", busiest), ("requester", other)):
        requester = Reader(app, role, person)
        own = requester.rows(f"SELECT id FROM ticket WHERE requester_id = {person} ORDER BY id LIMIT 1")[0][0]  # noqa: S608
        for name in OTHER_READS:
            if "tools" in READS[name].doors:
                given = {"ticket_id": own} if name == "get_request" else {}
                costs.setdefault(name, set()).add(requester.call(name, **given))
        requester.episode.close()
    assert costs.keys() == {"get_request", "list_requests"}
    for found in costs.values():
        assert_alike(sorted(found))
