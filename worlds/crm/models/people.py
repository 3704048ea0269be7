"""Who works with the CRM: users in their hierarchy, teams, queues and territories, and sessions of the pages."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint, bindparam, select
from sqlalchemy.orm import Mapped, Session

from worlds.crm.models.model import Model
from worlds.engine.context import Actor
from worlds.engine.schema import (
    business,
    check,
    collection,
    derived,
    key,
    not_negative,
    one_of,
    prose,
    refers,
    sensitive,
    table,
    volatile,
)

ROLES = (
    "rep", "sdr", "sales_manager", "vp", "sales_ops", "marketing", "cs_manager", "finance", "integration", "admin",
)  # fmt: skip
SEGMENTS = ("enterprise", "mid_market", "small_business", "public_sector")


class Team(Model):
    """A team of colleagues, such as Sales North."""

    __tablename__ = "team"
    __table_args__ = table("business", UniqueConstraint("name"))

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    region: Mapped[str | None] = business()


class CrmUser(Model):
    """A colleague who works with the CRM, or an app.

    `manager_id` is the next one up in the hierarchy, who sees what those below own. One who has left is not `active`
    and may still own records. `quota` is what they are to sell in a year, in cents. `away_until` is a last day away.
    """

    __tablename__ = "crm_user"
    __table_args__ = table("business", UniqueConstraint("email"), one_of("role", ROLES), *not_negative("quota"))

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    email: Mapped[str] = business()
    phone: Mapped[str | None] = business()
    job_title: Mapped[str] = business()
    role: Mapped[str] = sensitive()
    manager_id: Mapped[int | None] = refers("crm_user.id")
    team_id: Mapped[int | None] = refers("team.id")
    zone: Mapped[str] = business()
    language: Mapped[str] = business()
    active: Mapped[bool] = sensitive()
    away_until: Mapped[date | None] = business()
    quota: Mapped[int] = business()
    search_text: Mapped[str] = derived()
    created_at: Mapped[datetime] = volatile()


class Queue(Model):
    """Where leads wait for one of its members to take them; it owns what nobody owns yet."""

    __tablename__ = "queue"
    __table_args__ = table("business", UniqueConstraint("name"))

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    description: Mapped[str] = prose()
    active: Mapped[bool] = business()


class QueueMember(Model):
    """That somebody takes leads from a queue."""

    __tablename__ = "queue_member"
    __table_args__ = table("business", UniqueConstraint("queue_id", "user_id"))

    id: Mapped[int] = key()
    queue_id: Mapped[int] = refers("queue.id")
    user_id: Mapped[int] = refers("crm_user.id")


class Territory(Model):
    """A part of the market. Of several whose rules fit an account, the one of the lowest `priority` gets it."""

    __tablename__ = "territory"
    __table_args__ = table("business", UniqueConstraint("name"))

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    region: Mapped[str] = business()
    description: Mapped[str] = prose()
    priority: Mapped[int] = business()
    active: Mapped[bool] = business()


class TerritoryRule(Model):
    """Which accounts belong to a territory (rule CR2): every part that says something has to fit.

    `countries` (ISO 3166 codes), `segments` and `postal_prefixes` are JSON arrays, empty where anything fits.
    """

    __tablename__ = "territory_rule"
    __table_args__ = table(
        "business",
        check("employees_from IS NULL OR employees_to IS NULL OR employees_from <= employees_to"),
        part_of="territory_id",
    )

    id: Mapped[int] = key()
    territory_id: Mapped[int] = refers("territory.id")
    countries: Mapped[str] = collection()
    segments: Mapped[str] = collection()
    postal_prefixes: Mapped[str] = collection()
    employees_from: Mapped[int | None] = business()
    employees_to: Mapped[int | None] = business()


class TerritoryMember(Model):
    """That somebody sells in a territory; its accounts go to the one who is `primary`."""

    __tablename__ = "territory_member"
    __table_args__ = table("business", UniqueConstraint("territory_id", "user_id"))

    id: Mapped[int] = key()
    territory_id: Mapped[int] = refers("territory.id")
    user_id: Mapped[int] = refers("crm_user.id")
    is_primary: Mapped[bool] = business()


class WebSession(Model):
    """Whether a colleague is signed in to the pages; the tools are always signed in."""

    __tablename__ = "web_session"
    __table_args__ = table("session")

    id: Mapped[int] = key()
    user_id: Mapped[int] = refers("crm_user.id")
    signed_in: Mapped[bool] = business()
    since: Mapped[datetime] = volatile()


_COLLEAGUE = (
    select(CrmUser)
    .where(CrmUser.role == bindparam("role"), CrmUser.active.is_(True), CrmUser.away_until.is_(None))
    .order_by(CrmUser.id)
    .limit(1)
)


def stand_in(session: Session, role: str) -> Actor:
    """Who acts in a role: its first colleague who is active and at work."""
    found = session.scalars(_COLLEAGUE, {"role": role}).first()
    return Actor(role, found.id, found.name) if found else Actor(role)
