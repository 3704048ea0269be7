"""What the desk does every hour: automations, closing, taking off hold, asking how content people are, letting lapse.

All of it is looked for in the database first, so that an hour in which nothing is due costs a few statements. The
handbook's numbers are in `rules`.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final, NamedTuple

from worlds.desk.automation.condition_sql import source_of, written
from worlds.desk.automation.facts import calendar_of
from worlds.desk.automation.triggers import Rule
from worlds.desk.mail import mails
from worlds.desk.models import Rating
from worlds.desk.rules import APPROVAL_LIFE, CLOSE_AFTER, HOLD_DAYS, RATING_AFTER
from worlds.desk.tickets.ticket_file import Head, heads
from worlds.desk.tickets.updating import by_automation
from worlds.engine.context import Context
from worlds.engine.errors import Refusal
from worlds.engine.fields import iso_instant
from worlds.engine.hours import Calendar
from worlds.engine.rows import Query, insert

_RULES = Query(Rule, "SELECT {fields} FROM automation_rule WHERE active = 1 ORDER BY position, id")
_NOT_BEFORE: Final = """NOT EXISTS (SELECT 1 FROM ticket_audit d WHERE d.ticket_id = t.id AND d.via = 'automation'
    AND d.actor_name = :title AND d.at >= t.state_since)"""


class _Ticket(NamedTuple):
    id: int


class _Lapsed(NamedTuple):
    id: int


class _Held(NamedTuple):
    id: int
    group_id: int | None


class _Due(NamedTuple):
    ticket_id: int
    user_id: int
    locale: str
    address: str | None


def automations(ctx: Context) -> int:
    """Run the automations over all tickets, each once for as long as a ticket stays in its state."""
    done = 0
    for rule in _RULES.all(ctx):
        asked = written(ctx, rule.conditions)
        asked.add(_NOT_BEFORE, title=rule.title)
        asked.add("t.status <> 'closed'")
        query = Query(_Ticket, f"SELECT t.id FROM {source_of(asked)}{asked.where} ORDER BY t.id")  # noqa: S608 - fixed texts of this world
        found = [one.id for one in query.all(ctx, **asked.values)]
        done += _act(ctx, found, json.loads(rule.actions), rule.title)
    return done


def _act(ctx: Context, ticket_ids: list[int], actions: dict[str, Any], title: str) -> int:
    done = 0
    for ticket in heads(ctx, json.dumps(ticket_ids)) if ticket_ids else ():
        try:
            by_automation(ctx, ticket, actions, title)
        except Refusal:  # a law is asked before anything is written: the rule cannot be carried out on this one
            continue
        done += 1
    return done


_SOLVED = Query(_Ticket, "SELECT id FROM ticket WHERE status = 'solved' AND state_since <= :since ORDER BY id")


def close_solved(ctx: Context) -> int:
    """Close for good what was solved some days ago."""
    found = [one.id for one in _SOLVED.all(ctx, since=iso_instant(ctx.now - CLOSE_AFTER))]
    return _act(ctx, found, {"set": {"status": "closed"}}, f"Closed after {CLOSE_AFTER.days} days")


_HELD = Query(_Held, "SELECT id, group_id FROM ticket WHERE status = 'hold' AND state_since <= :since ORDER BY id")


def open_held(ctx: Context) -> int:
    """Open what has been on hold for as many working days as it may be (rule D18)."""
    since = iso_instant(ctx.now - timedelta(days=HOLD_DAYS))
    groups = {one.id: one.group_id for one in _HELD.all(ctx, since=since)}
    found = heads(ctx, json.dumps(sorted(groups))) if groups else []
    return _act(
        ctx,
        [one.id for one in _too_long(ctx, found)],
        {"set": {"status": "open"}},
        f"On hold for {HOLD_DAYS} working days",
    )


def _too_long(ctx: Context, tickets: list[Head]) -> Iterator[Head]:
    calendars: dict[int | None, Calendar | None] = {}
    for ticket in tickets:
        if ticket.group_id not in calendars:
            calendars[ticket.group_id] = calendar_of(ctx, ticket.group_id)
        calendar = calendars[ticket.group_id]
        if calendar is None or calendar.days_after(ticket.state_since, HOLD_DAYS) <= ctx.now:
            yield ticket


_UNASKED = Query(
    _Due,
    """SELECT t.id, u.id, u.locale, i.value FROM ticket t
    CROSS JOIN desk_user u ON u.id = t.requester_id AND u.suspended = 0  -- tickets first: few are solved at any time
    LEFT JOIN user_identity i ON i.user_id = u.id AND i.kind = 'email' AND i.is_primary = 1
    WHERE t.status = 'solved' AND t.solved_at <= :since AND t.spam = 0
    AND +t.merged_into_id IS NULL  -- not by index: hardly any ticket is merged
    AND NOT EXISTS (SELECT 1 FROM rating r WHERE r.ticket_id = t.id)  -- most of those have been asked
    ORDER BY t.id""",
)
_OFFERS: Final = {
    "en": "Hello,\n\nWe solved your request {number} a day ago. Were you content with the help that you got? You can "
    "say so in the help centre, on the page of your request.\n\nLarkfield Care",
    "nl": "Hallo,\n\nGisteren hebben we uw verzoek {number} opgelost. Bent u tevreden over de hulp? Dat kunt u laten "
    "weten in het helpcentrum, op de pagina van uw verzoek.\n\nLarkfield Care",
    "de": "Guten Tag,\n\ngestern haben wir Ihre Anfrage {number} gelöst. Waren Sie mit der Hilfe zufrieden? Sagen Sie "
    "es uns im Hilfe-Center, auf der Seite Ihrer Anfrage.\n\nLarkfield Care",
    "fr": "Bonjour,\n\nNous avons résolu votre demande {number} hier. Êtes-vous satisfait de notre aide ? Dites-le "
    "dans le centre d'aide, sur la page de votre demande.\n\nLarkfield Care",
}


def offer_ratings(ctx: Context) -> int:
    """Ask requesters, once a ticket, a day after it was solved, how content they are (rule D11)."""
    due = _UNASKED.all(ctx, since=iso_instant(ctx.now - RATING_AFTER))
    tickets = {one.id: one for one in heads(ctx, json.dumps([one.ticket_id for one in due]))} if due else {}
    for one in due:
        rating_id = insert(
            ctx, Rating, ticket_id=one.ticket_id, score="offered", comment=None, offered_at=ctx.now, answered_at=None
        )
        ticket = tickets[one.ticket_id]
        if one.address is not None:
            text = _OFFERS[one.locale].format(number=f"#{ticket.number}")
            mails.send(ctx, "csat_offer", f"rating:{rating_id}", (one.user_id, one.address), ticket, text)
    return len(due)


_UNANSWERED = Query(_Lapsed, "SELECT id FROM approval WHERE status = 'pending' AND asked_at < :since ORDER BY id")


def overdue_approvals(ctx: Context) -> list[int]:
    """Requests for approval that nobody has answered in time, and that no event of their own lets lapse."""
    return [one.id for one in _UNANSWERED.all(ctx, since=iso_instant(ctx.now - APPROVAL_LIFE))]
