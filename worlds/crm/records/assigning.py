"""Who gets a lead: assignment rules in their order, and queues that give to their members in turn.

The first rule that is in use and whose condition holds decides: a user, a queue, or the next one of a queue in turn.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from worlds.crm.days import local_day
from worlds.crm.models import RoundRobinState
from worlds.crm.records.conditions import holds
from worlds.engine.context import Context
from worlds.engine.rows import Query, insert, run


class _Rule(NamedTuple):
    id: int
    name: str
    condition: str
    user_id: int | None
    queue_id: int | None
    in_turn: int


class _Key(NamedTuple):
    id: int


class _Last(NamedTuple):
    id: int
    last_user_id: int | None


_RULES = Query(
    _Rule,
    """SELECT r.id, r.name, r.condition, r.user_id, r.queue_id, r.in_turn FROM assignment_rule r
    LEFT JOIN crm_user u ON u.id = r.user_id LEFT JOIN queue q ON q.id = r.queue_id
    WHERE r.active = 1 AND coalesce(u.active, q.active) = 1 ORDER BY r.position, r.id""",
)
_MEMBERS = Query(
    _Key,
    """SELECT u.id FROM queue_member m JOIN crm_user u ON u.id = m.user_id
    WHERE m.queue_id = :queue AND u.active = 1 AND (u.away_until IS NULL OR u.away_until < :today) ORDER BY u.id""",
)
_LAST = Query(_Last, "SELECT {fields} FROM round_robin_state WHERE queue_id = :queue")
_QUEUES = Query(_Key, "SELECT id FROM queue WHERE active = 1 ORDER BY id LIMIT 1")
_QUEUES_OF = Query(
    _Key,
    """SELECT q.id FROM queue q JOIN queue_member m ON m.queue_id = q.id
    WHERE q.active = 1 AND m.user_id = :user ORDER BY q.id LIMIT 1""",
)


def decided(ctx: Context, lead: Mapping[str, Any]) -> dict[str, int]:
    """Who gets a lead by the rules of the house: `owner_id` or `queue_id`.

    Where no rule fits it is the first queue in use; the answer is empty where there is none.
    """
    for rule in _RULES.all(ctx):
        if not holds(json.loads(rule.condition), lead):
            continue
        if rule.user_id is not None:
            return {"owner_id": rule.user_id}
        queue = int(rule.queue_id or 0)
        turn = next_in_turn(ctx, queue) if rule.in_turn else None
        return {"queue_id": queue} if turn is None else {"owner_id": turn}
    first = _QUEUES.first(ctx)
    return {} if first is None else {"queue_id": first.id}


def next_in_turn(ctx: Context, queue_id: int, without: int | None = None) -> int | None:
    """Whose turn it is in a queue, which is written down; None where nobody else of its members is at work.

    Args:
        ctx: the call's context.
        queue_id: the queue.
        without: somebody whose turn it is not.
    """
    members = [one.id for one in _MEMBERS.all(ctx, queue=queue_id, today=local_day(ctx.now).isoformat())]
    able = [one for one in members if one != without]
    if not able:
        return None
    state = _LAST.first(ctx, queue=queue_id)
    last = state.last_user_id or 0 if state else 0
    turn = next((one for one in able if one > last), able[0])
    if state is None:
        insert(ctx, RoundRobinState, queue_id=queue_id, last_user_id=turn)
    else:
        run(ctx, "UPDATE round_robin_state SET last_user_id = :user WHERE id = :key", user=turn, key=state.id)
    return turn


def queue_for(ctx: Context, lead: Mapping[str, Any]) -> int | None:
    """The queue whose members may take over a lead: one of its owner's, or else the one that a rule names for it."""
    for one in _QUEUES_OF.all(ctx, user=lead.get("owner_id")):
        return one.id
    for rule in _RULES.all(ctx):
        if rule.queue_id is not None and holds(json.loads(rule.condition), lead):
            return rule.queue_id
    return None
