"""The laws of clocks and of what runs by itself: what must hold of promises after every transaction."""

# ruff: noqa: S608 - the statements are put together from fixed texts

from typing import Final

from worlds.engine.world import Invariant

_AMONG: Final = "IN (SELECT value FROM json_each(:keys))"
_RUNNING: Final = "s.state IN ('active', 'paused')"
_STANDS_STILL: Final = """((s.metric = 'requester_wait' AND t.status = 'pending')
    OR (s.metric = 'agent_work' AND t.status IN ('pending', 'hold')))"""
_UNSOLVED: Final = "t.status IN ('new', 'open', 'pending', 'hold') AND t.spam = 0"

SERVICE: Final = (
    Invariant(
        name="clocks_run_on_work_alone",
        sentence="Clocks run only for tickets that are to be worked on: not for solved, closed, merged or spam ones.",
        table="sla_timer",
        sql=f"""SELECT s.id FROM sla_timer s JOIN ticket t ON t.id = s.ticket_id
          WHERE s.id {_AMONG} AND {_RUNNING} AND NOT ({_UNSOLVED})""",
    ),
    Invariant(
        name="tickets_done_have_no_clock",
        sentence="A ticket that is solved, closed or spam has no clock that runs or stands still.",
        table="ticket",
        sql=f"""SELECT t.id FROM ticket t WHERE t.id {_AMONG} AND NOT ({_UNSOLVED})
          AND EXISTS (SELECT 1 FROM sla_timer s WHERE s.ticket_id = t.id AND {_RUNNING})""",
        via={"sla_timer": "ticket_id"},
    ),
    Invariant(
        name="one_clock_of_a_metric",
        sentence="A ticket has at most one clock of a metric that has not ended, and waits for one reply at a time.",
        table="ticket",
        sql=f"""SELECT s.ticket_id FROM sla_timer s WHERE s.ticket_id {_AMONG} AND {_RUNNING}
          GROUP BY s.ticket_id, CASE WHEN s.metric IN ('first_reply', 'next_reply') THEN 'reply' ELSE s.metric END
          HAVING count(*) > 1""",
        via={"sla_timer": "ticket_id"},
    ),
    Invariant(
        name="clocks_pause_with_the_state",
        sentence="A clock stands still exactly in the states in which its metric pauses.",
        table="ticket",
        sql=f"""SELECT t.id FROM ticket t JOIN sla_timer s ON s.ticket_id = t.id
          WHERE t.id {_AMONG} AND {_RUNNING} AND (s.state = 'paused') <> {_STANDS_STILL}""",
        via={"sla_timer": "ticket_id"},
    ),
    Invariant(
        name="running_clocks_are_due",
        sentence="A clock that runs is due at some moment, one that stands still is not, one that ended has an end.",
        table="sla_timer",
        sql=f"""SELECT s.id FROM sla_timer s WHERE s.id {_AMONG} AND (
          (s.state = 'active' AND s.due_at IS NULL) OR (s.state = 'paused' AND s.due_at IS NOT NULL)
          OR ({_RUNNING}) = (s.ended_at IS NOT NULL))""",
    ),
    Invariant(
        name="clocks_count_forward",
        sentence="A clock counts from its start on, never more seconds than have passed, and ends after it began.",
        table="sla_timer",
        sql=f"""SELECT s.id FROM sla_timer s WHERE s.id {_AMONG} AND (s.counted_at < s.started_at OR s.used_seconds < 0
          OR s.used_seconds > unixepoch(s.counted_at) - unixepoch(s.started_at)
          OR s.ended_at < s.started_at OR s.breached_at < s.started_at)""",
    ),
    Invariant(
        name="broken_promises_are_noted",
        sentence="A clock that has counted as much as it was given is marked as breached.",
        table="sla_timer",
        sql=f"""SELECT s.id FROM sla_timer s WHERE s.id {_AMONG} AND s.breached_at IS NULL
          AND s.used_seconds >= s.target_minutes * 60""",
    ),
    Invariant(
        name="breaches_are_in_the_history",
        sentence="Every breach of a clock is written down in its ticket's history.",
        table="sla_timer",
        sql=f"""SELECT s.id FROM sla_timer s WHERE s.id {_AMONG} AND s.breached_at IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM audit_event e WHERE e.ticket_id = s.ticket_id AND e.kind = 'breach' AND e.field = s.metric)""",
    ),
)
