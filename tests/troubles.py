"""Days on which something goes wrong, what one is told on them, and what then stands in the copy, for all worlds."""

from typing import Any

import worlds
from worlds.engine.bookkeeping import driver_of
from worlds.engine.episode import Episode
from worlds.engine.faults.plan import FaultPlan, Rule


def under(fault: str, /, *, target: str = "tiny", seed: int = 0, role: str | None = "keeper", **rule: Any) -> Episode:
    """An episode in which one rule is in force."""
    plan = FaultPlan(rules=(Rule(fault=fault, **rule),), seed=seed)
    return worlds.open(target, role=role, faults=plan)


def done(episode: Episode, operation: str, /, **arguments: Any) -> Any:
    """What a call that succeeds is answered."""
    reply = episode.call(operation, arguments)
    assert reply.ok, reply.body
    return reply.body


def turned_away(episode: Episode, operation: str, /, **arguments: Any) -> tuple[int, Any, Any]:
    """(status, headers, body) of a call that a failure stops."""
    reply = episode.call(operation, arguments)
    assert not reply.ok, reply.body
    return reply.body["status"], reply.body["headers"], reply.body["body"]


def met(episode: Episode) -> list[str]:
    """The faults that the journal names, in order."""
    return [name for entry in episode.journal for name in entry.faults]


def stored(episode: Episode, query: str, *values: Any) -> list[Any]:
    """What a query of the copy's tables gives."""
    with episode._fork.lease() as connection, connection.begin():
        return driver_of(connection).execute(query, values).fetchall()


def roots(episode: Episode, table: str) -> set[tuple[str, str]]:
    """Who is behind the changes of a table: (actor, root)."""
    query = "SELECT DISTINCT actor, root FROM engine_change JOIN engine_cause c ON c.id = cause_id WHERE tbl = ?"
    return {(actor, root.partition(":")[0]) for actor, root in stored(episode, query, table)}


def by_agent(episode: Episode) -> set[str]:
    """Tables in which something differs because of the agent."""
    query = "SELECT DISTINCT tbl FROM engine_change JOIN engine_cause c ON c.id = cause_id WHERE root LIKE 'agent:%'"
    return {table for (table,) in stored(episode, query)}
