"""The desk on a day on which something goes wrong, and what one is told there."""

import worlds
from worlds.engine.bookkeeping import driver_of
from worlds.engine.faults.plan import FaultPlan, Rule


def under(fault, role="agent", **rule):
    """A day at the desk on which one rule is in force."""
    return worlds.open("desk", role=role, faults=FaultPlan(rules=(Rule(fault=fault, **rule),)))


def done(episode, operation, **arguments):
    reply = episode.call(operation, arguments)
    assert reply.ok, reply.body
    return reply.body


def turned_away(episode, operation, **arguments):
    """(status, headers, body) of a call that a failure stops."""
    reply = episode.call(operation, arguments)
    assert not reply.ok, reply.body
    return reply.body["status"], reply.body["headers"], reply.body["body"]


def base(body, field="base"):
    """What a body says of a field, as this vendor puts it."""
    (one,) = body["details"][field]
    return one


def tickets(episode, **filters):
    return done(episode, "list_tickets", **{"status": "open", "page_size": 50, **filters})["items"]


def a_ticket(episode, **filters):
    """An open ticket, whole."""
    return done(episode, "get_ticket", ticket_id=tickets(episode, **filters)[0]["ticket_id"])


def stored(episode, query, *values):
    with episode._fork.lease() as connection, connection.begin():
        return driver_of(connection).execute(query, values).fetchall()


def roots(episode, table):
    """Who is behind the changes of a table: (actor, root)."""
    query = "SELECT DISTINCT actor, root FROM engine_change JOIN engine_cause c ON c.id = cause_id WHERE tbl = ?"
    return {(actor, root.partition(":")[0]) for actor, root in stored(episode, query, table)}


def by_agent(episode):
    """Tables in which something differs because of the agent."""
    query = "SELECT DISTINCT tbl FROM engine_change JOIN engine_cause c ON c.id = cause_id WHERE root LIKE 'agent:%'"
    return {table for (table,) in stored(episode, query)}
