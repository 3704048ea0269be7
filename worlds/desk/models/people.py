"""Everybody the desk knows: requesters and staff with their addresses, organisations, groups and hours of work."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, Session

from worlds.desk.models.model import Model
from worlds.engine.context import Actor
from worlds.engine.schema import (
    business,
    check,
    collection,
    derived,
    key,
    one_of,
    prose,
    refers,
    sensitive,
    table,
    volatile,
)

USER_ROLES = ("end_user", "light_agent", "agent", "team_lead", "admin", "integration")
STAFF_ROLES = ("light_agent", "agent", "team_lead", "admin")
TIERS = ("standard", "business", "vip")
IDENTITY_KINDS = ("email", "phone")
LOCALES = ("en", "nl", "de", "fr")


class Organization(Model):
    """A firm, club or school whose people write in. `domains` are those of its e-mail addresses."""

    __tablename__ = "organization"
    __table_args__ = table("business", one_of("tier", TIERS))

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    domains: Mapped[str] = collection()
    tier: Mapped[str] = business()
    shared_tickets: Mapped[bool] = sensitive()
    notes: Mapped[str | None] = prose()
    search_text: Mapped[str] = derived()
    created_at: Mapped[datetime] = volatile()


class DeskUser(Model):
    """One record of somebody: a requester (`end_user`) or a member of staff.

    The same person may be several records; `merged_into_id` points from a merged one to the one that stayed.
    `shop_customer` and `crm_contact` are what other systems call them, as far as anybody has linked it.
    `skills` and `away_until` are for staff: what they can answer (topics and languages), and until when they are away.
    """

    __tablename__ = "desk_user"
    __table_args__ = table("business", one_of("role", USER_ROLES), one_of("locale", LOCALES))

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    role: Mapped[str] = sensitive()
    locale: Mapped[str] = business()
    zone: Mapped[str] = business()
    organization_id: Mapped[int | None] = refers("organization.id")
    org_manager: Mapped[bool] = sensitive()
    vip: Mapped[bool] = business()
    suspended: Mapped[bool] = sensitive()
    shop_customer: Mapped[str | None] = business()
    crm_contact: Mapped[str | None] = business()
    notes: Mapped[str | None] = prose()
    skills: Mapped[str] = collection()
    away_until: Mapped[date | None] = business()
    merged_into_id: Mapped[int | None] = refers("desk_user.id")
    search_text: Mapped[str] = derived()
    created_at: Mapped[datetime] = volatile()


class UserIdentity(Model):
    """An address under which somebody is known: an e-mail address or a phone number, as typed and as compared."""

    __tablename__ = "user_identity"
    __table_args__ = table(
        "business", one_of("kind", IDENTITY_KINDS), Index("user_identity_norm", "norm"), part_of="user_id"
    )

    id: Mapped[int] = key()
    user_id: Mapped[int] = refers("desk_user.id")
    kind: Mapped[str] = business()
    value: Mapped[str] = business()
    norm: Mapped[str] = derived()
    is_primary: Mapped[bool] = business()
    verified: Mapped[bool] = sensitive()


class DeskGroup(Model):
    """A team of the desk, with the hours in which it works."""

    __tablename__ = "desk_group"
    __table_args__ = table("business", UniqueConstraint("name"))

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    description: Mapped[str] = prose()
    schedule_id: Mapped[int] = refers("schedule.id")
    is_default: Mapped[bool] = business()
    active: Mapped[bool] = business()


class Membership(Model):
    """That a member of staff works in a group."""

    __tablename__ = "membership"
    __table_args__ = table("business", UniqueConstraint("group_id", "user_id"))

    id: Mapped[int] = key()
    group_id: Mapped[int] = refers("desk_group.id")
    user_id: Mapped[int] = refers("desk_user.id")
    is_default: Mapped[bool] = business()


class Schedule(Model):
    """Hours of work in a zone: `intervals` is JSON, weekday (0 is Monday) to [[from, to], …] in minutes of the day."""

    __tablename__ = "schedule"
    __table_args__ = table("business")

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    zone: Mapped[str] = business()
    intervals: Mapped[str] = business()


class Holiday(Model):
    """A day on which a schedule has no hours."""

    __tablename__ = "holiday"
    __table_args__ = table("business", UniqueConstraint("schedule_id", "day"), part_of="schedule_id")

    id: Mapped[int] = key()
    schedule_id: Mapped[int] = refers("schedule.id")
    day: Mapped[date] = business()
    name: Mapped[str] = business()


class WebSession(Model):
    """Whether a requester is signed in to the help centre's pages; the tools are always signed in."""

    __tablename__ = "web_session"
    __table_args__ = table("session")

    id: Mapped[int] = key()
    user_id: Mapped[int] = refers("desk_user.id")
    signed_in: Mapped[bool] = business()
    since: Mapped[datetime] = volatile()


class SuspendedMessage(Model):
    """A message that was kept out: spam, a loop of automatic answers, or a sender who is suspended."""

    __tablename__ = "suspended_message"
    __table_args__ = table(
        "business",
        one_of("cause", ("spam", "loop", "suspended_sender", "too_large")),
        one_of("state", ("held", "released", "deleted")),
        check("(state = 'released') = (ticket_id IS NOT NULL)"),
        called="message_id",
    )

    id: Mapped[int] = key()
    sender: Mapped[str] = business()
    sender_name: Mapped[str] = business()
    subject: Mapped[str] = prose()
    body: Mapped[str] = prose()
    cause: Mapped[str] = business()
    state: Mapped[str] = business()
    ticket_id: Mapped[int | None] = refers("ticket.id")
    received_at: Mapped[datetime] = volatile()


_STAFF = (
    select(DeskUser)
    .where(DeskUser.role == bindparam("role"), DeskUser.suspended.is_(False), DeskUser.away_until.is_(None))
    .where(DeskUser.merged_into_id.is_(None))
    .order_by(DeskUser.id)
    .limit(1)
)
_REQUESTER = (
    select(DeskUser)
    .where(DeskUser.role == "end_user", DeskUser.suspended.is_(False), DeskUser.merged_into_id.is_(None))
    .where(DeskUser.org_manager == bindparam("manager"))
    .order_by(DeskUser.id)
    .limit(1)
)


def stand_in(session: Session, role: str) -> Actor:
    """Who acts in a role: its first colleague at work, or the first requester there is."""
    if role in ("requester", "org_manager"):
        found = session.scalars(_REQUESTER, {"manager": role == "org_manager"}).first()
    else:
        found = session.scalars(_STAFF, {"role": role}).first()
    return Actor(role, found.id, found.name) if found else Actor(role)
