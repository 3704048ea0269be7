"""Counts the cases of open work in a population, each by what stands in its records."""

import json
import re
import sqlite3
from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from worlds.desk.population.problems import FLAWS

START = "2026-03-16T08:00:00Z"
_ORDER = re.compile(r"LK-\d+")


class Waiting:
    """The unsolved tickets of a population, with the orders that each names."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read them."""
        self.ask = lambda sql, *values: connection.execute(sql, values).fetchall()
        self.orders: dict[int, set[str]] = defaultdict(set)
        self.told: dict[int, str] = defaultdict(str)
        sql = "SELECT t.id, t.subject || ' ' || c.body FROM ticket t JOIN comment c ON c.ticket_id = t.id"
        for ticket, text in self.ask(f"{sql} WHERE c.author_role = 'end_user'"):
            self.orders[ticket] |= set(_ORDER.findall(text))
            self.told[ticket] += f" {text}"
        held = "SELECT v.ticket_id, v.value FROM field_value v JOIN ticket_field f ON f.id = v.field_id"
        for ticket, value in self.ask(f"{held} WHERE f.name = 'order_number'"):
            self.orders[ticket].add(value)
        self.tickets: dict[int, tuple[int, datetime, str]] = {
            row[0]: (row[1], datetime.fromisoformat(row[2]), row[3])
            for row in self.ask(
                "SELECT id, requester_id, created_at, status FROM ticket WHERE spam = 0 AND type IS NOT 'problem'"
                " AND status IN ('new', 'open', 'pending', 'hold') ORDER BY created_at, id"
            )
        }

    def duplicates(self) -> int:
        """Pairs of one requester about one order within a day."""
        by_person: dict[int, list[int]] = defaultdict(list)
        for ticket, row in self.tickets.items():
            by_person[row[0]].append(ticket)
        return sum(
            bool(self.orders[one] & self.orders[two])
            and self.tickets[two][1] - self.tickets[one][1] <= timedelta(hours=24)
            for theirs in by_person.values()
            for one, two in pairwise(theirs)
        )

    def shared_orders(self) -> int:
        """Orders about which two requesters wait."""
        askers: dict[str, set[int]] = defaultdict(set)
        for ticket, row in self.tickets.items():
            for order in self.orders[ticket]:
                askers[order].add(row[0])
        return sum(len(one) > 1 for one in askers.values())

    def due_today(self) -> dict[str, int]:
        """Tickets with a promise that runs out today and is not broken yet, by state."""
        sql = """SELECT t.status, count(DISTINCT t.id) FROM sla_timer s JOIN ticket t ON t.id = s.ticket_id
            WHERE s.state = 'active' AND s.breached_at IS NULL AND s.due_at BETWEEN ? AND '2026-03-16T12:00:00Z'
            GROUP BY t.status"""
        return dict(self.ask(sql, START))

    def half_arrived(self) -> int:
        """Tickets about an order with two parcels of which one has come."""
        sql = """SELECT o.number FROM shop_order o JOIN shop_parcel p ON p.order_id = o.id GROUP BY o.id
            HAVING count(*) = 2 AND sum(p.delivered_at IS NULL) = 1"""
        split = {row[0] for row in self.ask(sql)}
        return sum(bool(self.orders[ticket] & split) for ticket in self.tickets)

    def identities(self) -> tuple[int, int]:
        """Tickets about an order of another address: with its postcode, and without or with a wrong one."""
        own = dict(
            self.ask("SELECT user_id, group_concat(norm, ' ') FROM user_identity WHERE kind = 'email' GROUP BY 1")
        )
        known = {row[0]: row[1:] for row in self.ask("SELECT number, lower(email), postal_code FROM shop_order")}
        proven = [
            _plain(known[order][1]) in _plain(self.told[ticket])
            for ticket, row in self.tickets.items()
            for order in self.orders[ticket] & known.keys()
            if known[order][0] not in own[row[0]].split()
        ]
        return sum(proven), len(proven) - sum(proven)

    def problems(self) -> list[tuple[int, int]]:
        """For each problem with open incidents so many of them, and tickets that tell the same of another carrier."""
        sql = """SELECT p.id, p.subject, count(*) FROM ticket p JOIN ticket i ON i.problem_id = p.id
            WHERE p.type = 'problem' AND i.status IN ('new', 'open', 'pending', 'hold') GROUP BY p.id"""
        return [(incidents, self._alike(subject)) for _, subject, incidents in self.ask(sql)]

    def _alike(self, subject: str) -> int:
        depot = re.match(r"(\w+): parcels stand still at the depot in (.+)$", subject)
        if depot is None:
            return self._alike_article(*subject.split(": ", 1))
        sql = "SELECT o.number, p.carrier FROM shop_order o JOIN shop_parcel p ON p.order_id = o.id"
        carriers: dict[str, set[str]] = defaultdict(set)
        for number, carrier in self.ask(sql):
            carriers[number].add(carrier)
        return sum(
            depot[2] in self.told[ticket] and not any(depot[1] in carriers[one] for one in self.orders[ticket])
            for ticket in self.tickets
        )

    def _alike_article(self, title: str, flaw: str) -> int:
        lines: dict[str, set[str]] = defaultdict(set)
        sql = "SELECT o.number, l.title FROM shop_order o JOIN shop_order_line l ON l.order_id = o.id"
        for number, article in self.ask(sql):
            lines[number].add(article)
        flaws = [known[FLAWS["en"].index(flaw)] for known in FLAWS.values()]
        return sum(
            any(one in self.told[ticket] for one in flaws)
            and not any(title in lines[one] for one in self.orders[ticket])
            for ticket in self.tickets
        )

    def states(self) -> dict[str, int]:
        """All tickets by state."""
        return dict(self.ask("SELECT status, count(*) FROM ticket WHERE merged_into_id IS NULL GROUP BY status"))

    def undone(self) -> float:
        """The share of tickets that nobody has solved yet."""
        return len(self.tickets) / sum(self.states().values())

    def answered_first(self) -> int:
        """Waiting tickets whose requester had asked the same within a day before and was answered."""
        sql = """SELECT t.id, f.id FROM ticket t JOIN ticket f ON f.requester_id = t.requester_id AND f.id < t.id
            AND f.status = 'solved' AND julianday(t.created_at) - julianday(f.created_at) < 1"""
        return sum(
            ticket in self.tickets and bool(self.orders[ticket] & self.orders[first]) for ticket, first in self.ask(sql)
        )

    def wishes(self) -> int:
        """Tickets whose requester names an amount in euros."""
        return sum(" EUR" in self.told[ticket] for ticket in self.tickets)

    def tags(self, tag: str) -> int:
        """Unsolved tickets with a tag."""
        known: list[tuple[int, Any]] = self.ask("SELECT id, tags FROM ticket")
        return sum(tag in json.loads(tags) for ticket, tags in known if ticket in self.tickets)


def _plain(text: str) -> str:
    return text.replace(" ", "").casefold()


def expect_cases(waiting: Waiting, least: int) -> None:
    """Each kind of case is there at least so often."""
    due, proven = waiting.due_today(), waiting.identities()
    problems = waiting.problems()
    counted = {
        "duplicates": waiting.duplicates(),
        "duplicates of what is solved": waiting.answered_first(),
        "orders of two requesters": waiting.shared_orders(),
        "due today": sum(due.values()),
        "closed": waiting.states()["closed"],
        "look-alikes of problems": sum(alike for incidents, alike in problems if incidents),
        "half arrived": waiting.half_arrived(),
        "identity to be checked": sum(proven),
        "pending": waiting.states()["pending"],
        "goodwill": waiting.wishes(),
    }
    assert {name: count for name, count in counted.items() if count < least} == {}
    assert due.get("pending", 0) >= least // 10
    assert min(proven) >= 0.3 * sum(proven)  # either way is right often enough
    assert all(alike for _, alike in problems)
