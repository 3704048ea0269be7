"""Who may see a record beside its owner and those above: teams of accounts, shares, and requests for access."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from worlds.crm.models.model import Model
from worlds.engine.schema import business, key, one_of, prose, refers, sensitive, table, volatile

KINDS = ("account", "contact", "lead", "opportunity")
"""Kinds of records that somebody owns."""
LEVELS = ("read", "edit")
ACCESS_STATES = ("pending", "granted", "refused", "withdrawn")


class AccountTeam(Model):
    """That somebody works on an account beside its owner; `level` is what they may do with it."""

    __tablename__ = "account_team"
    __table_args__ = table(
        "business", UniqueConstraint("account_id", "user_id"), one_of("level", LEVELS), part_of="account_id"
    )

    id: Mapped[int] = key()
    account_id: Mapped[int] = refers("account.id")
    user_id: Mapped[int] = refers("crm_user.id")
    part: Mapped[str] = business()
    level: Mapped[str] = sensitive()


class RecordShare(Model):
    """That somebody may see or edit one record that is not theirs."""

    __tablename__ = "record_share"
    __table_args__ = table(
        "business",
        UniqueConstraint("kind", "record_id", "user_id"),
        one_of("kind", KINDS),
        one_of("level", LEVELS),
        Index("record_share_user", "user_id", "kind"),
    )

    id: Mapped[int] = key()
    kind: Mapped[str] = business()
    record_id: Mapped[int] = business()
    user_id: Mapped[int] = refers("crm_user.id")
    level: Mapped[str] = sensitive()
    reason: Mapped[str | None] = prose()
    created_at: Mapped[datetime] = volatile()


class AccessRequest(Model):
    """That somebody asked to see or edit a record they have no access to; its owner or those above decide."""

    __tablename__ = "access_request"
    __table_args__ = table(
        "business",
        one_of("kind", KINDS),
        one_of("level", LEVELS),
        one_of("state", ACCESS_STATES),
        Index("access_request_record", "kind", "record_id"),
        called="request_id",
    )

    id: Mapped[int] = key()
    kind: Mapped[str] = business()
    record_id: Mapped[int] = business()
    user_id: Mapped[int] = refers("crm_user.id")
    approver_id: Mapped[int | None] = refers("crm_user.id")
    level: Mapped[str] = sensitive()
    reason: Mapped[str] = prose()
    state: Mapped[str] = business()
    answer: Mapped[str | None] = prose()
    asked_at: Mapped[datetime] = volatile()
    decided_at: Mapped[datetime | None] = volatile()
