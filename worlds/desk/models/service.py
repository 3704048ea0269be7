"""What was promised and what runs by itself: SLA policies with their timers, macros, triggers, automations, views."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from worlds.desk.models.model import Model
from worlds.desk.models.tickets import PRIORITIES
from worlds.engine.schema import business, derived, key, one_of, prose, refers, table, volatile

METRICS = ("first_reply", "next_reply", "requester_wait", "agent_work", "resolution")
HOURS = ("business", "calendar")
TIMER_STATES = ("active", "paused", "fulfilled", "stopped")


class SlaPolicy(Model):
    """A promise for the tickets that meet its conditions; of several, the first by `position` holds.

    `conditions` is JSON, as for triggers: see `worlds.desk.automation.conditions`.
    """

    __tablename__ = "sla_policy"
    __table_args__ = table("business")

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    position: Mapped[int] = business()
    conditions: Mapped[str] = business()
    active: Mapped[bool] = business()


class SlaTarget(Model):
    """So many minutes for a metric at a priority, counted in hours of work or around the clock."""

    __tablename__ = "sla_target"
    __table_args__ = table(
        "business",
        UniqueConstraint("policy_id", "metric", "priority"),
        one_of("metric", METRICS),
        one_of("priority", PRIORITIES),
        one_of("hours", HOURS),
        part_of="policy_id",
    )

    id: Mapped[int] = key()
    policy_id: Mapped[int] = refers("sla_policy.id")
    metric: Mapped[str] = business()
    priority: Mapped[str] = business()
    minutes: Mapped[int] = business()
    hours: Mapped[str] = business()


class SlaTimer(Model):
    """One clock of a ticket: a metric that was started once and runs, pauses, and ends.

    All but the first columns follow from the ticket's history. `used_seconds` were counted up to `counted_at`, in the
    hours of its target; while it is active, `due_at` is when it will be breached. `breached_at` stays once set.
    """

    __tablename__ = "sla_timer"
    __table_args__ = table(
        "trace",
        one_of("metric", METRICS),
        one_of("state", TIMER_STATES),
        Index("sla_timer_due", "due_at", sqlite_where=text("state = 'active' AND breached_at IS NULL")),
    )

    id: Mapped[int] = key()
    ticket_id: Mapped[int] = refers("ticket.id")
    metric: Mapped[str] = business()
    policy_id: Mapped[int] = refers("sla_policy.id", kind="derived")
    target_minutes: Mapped[int] = derived()
    hours: Mapped[str] = derived()
    state: Mapped[str] = derived()
    started_at: Mapped[datetime] = volatile()
    counted_at: Mapped[datetime] = volatile()
    used_seconds: Mapped[int] = volatile()
    due_at: Mapped[datetime | None] = volatile()
    breached_at: Mapped[datetime | None] = volatile()
    ended_at: Mapped[datetime | None] = volatile()


class Macro(Model):
    """A prepared reply with prepared changes. `actions` is JSON; `body` holds placeholders such as `{{ticket.number}}`.

    `group_id` restricts it to the members of a group (rule D9).
    """

    __tablename__ = "macro"
    __table_args__ = table("business", UniqueConstraint("title"))

    id: Mapped[int] = key()
    title: Mapped[str] = business()
    language: Mapped[str] = business()
    body: Mapped[str] = prose()
    public: Mapped[bool] = business()
    actions: Mapped[str] = business()
    group_id: Mapped[int | None] = refers("desk_group.id")
    active: Mapped[bool] = business()
    updated_at: Mapped[datetime] = volatile()


class Trigger(Model):
    """A rule that runs when a ticket is made or changed, in order of `position`; what it does may set off others."""

    __tablename__ = "trigger_rule"
    __table_args__ = table("business", UniqueConstraint("title"), called="trigger_id")

    id: Mapped[int] = key()
    title: Mapped[str] = business()
    position: Mapped[int] = business()
    conditions: Mapped[str] = business()
    actions: Mapped[str] = business()
    active: Mapped[bool] = business()


class Automation(Model):
    """A rule that looks at tickets every hour, by how long something has been so."""

    __tablename__ = "automation_rule"
    __table_args__ = table("business", UniqueConstraint("title"))

    id: Mapped[int] = key()
    title: Mapped[str] = business()
    position: Mapped[int] = business()
    conditions: Mapped[str] = business()
    actions: Mapped[str] = business()
    active: Mapped[bool] = business()


class TicketView(Model):
    """A list of tickets that staff work from; `conditions` is JSON, `group_id` restricts who sees it."""

    __tablename__ = "ticket_view"
    __table_args__ = table("business", UniqueConstraint("title"))

    id: Mapped[int] = key()
    title: Mapped[str] = business()
    position: Mapped[int] = business()
    conditions: Mapped[str] = business()
    sort: Mapped[str] = business()
    group_id: Mapped[int | None] = refers("desk_group.id")
    active: Mapped[bool] = business()
