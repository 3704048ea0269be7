"""What is written down about records of any kind: their history, the recycle bin, hand-overs, erasure, forecasts."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from worlds.crm.models.access import KINDS
from worlds.crm.models.model import Model
from worlds.engine.schema import business, check, key, not_negative, one_of, prose, refers, table, volatile

BIN_STATES = ("in_bin", "restored", "purged")
BIN_KINDS = (*KINDS, "activity")
HANDED_KINDS = (*KINDS, "quote", "contract", "campaign", "import_job")
HAND_OVER_REASONS = (
    "no_access", "outside_policy", "different_legal_entities", "unclear_identity", "legal_hold", "privacy",
    "suspected_fraud", "planted_instructions", "system_problem", "needs_decision", "other",
)  # fmt: skip


class FieldHistory(Model):
    """That a column of a record changed: what it held, what it holds, who did it, and by what (`user`, `merge`, …)."""

    __tablename__ = "field_history"
    __table_args__ = table("trace", Index("field_history_record", "kind", "record_id"))

    id: Mapped[int] = key()
    kind: Mapped[str] = business()
    record_id: Mapped[int] = business()
    field: Mapped[str] = business()
    before: Mapped[str | None] = prose()
    after: Mapped[str | None] = prose()
    actor_id: Mapped[int | None] = business()
    actor_name: Mapped[str] = business()
    via: Mapped[str] = business()
    at: Mapped[datetime] = volatile()


class DeletedRecord(Model):
    """A record in the recycle bin, from which it can be restored until `purge_on`."""

    __tablename__ = "deleted_record"
    __table_args__ = table(
        "business",
        one_of("kind", BIN_KINDS),
        one_of("state", BIN_STATES),
        Index("deleted_record_record", "kind", "record_id"),
        called="deleted_id",
    )

    id: Mapped[int] = key()
    kind: Mapped[str] = business()
    record_id: Mapped[int] = business()
    title: Mapped[str] = business()
    deleted_by: Mapped[str] = business()
    deleted_by_id: Mapped[int | None] = refers("crm_user.id")
    state: Mapped[str] = business()
    deleted_at: Mapped[datetime] = volatile()
    purge_at: Mapped[datetime] = volatile()


class HandOver(Model):
    """A matter handed to somebody who can decide it: why, what was found out, and what is asked."""

    __tablename__ = "hand_over"
    __table_args__ = table(
        "business",
        UniqueConstraint("number"),
        one_of("kind", HANDED_KINDS),
        one_of("reason", HAND_OVER_REASONS),
        check("(to_user_id IS NULL) <> (to_role IS NULL)"),
    )

    id: Mapped[int] = key()
    number: Mapped[str] = business()
    kind: Mapped[str] = business()
    record_id: Mapped[int] = business()
    to_user_id: Mapped[int | None] = refers("crm_user.id")
    to_role: Mapped[str | None] = business()
    reason: Mapped[str] = business()
    message: Mapped[str] = prose()
    author_id: Mapped[int | None] = refers("crm_user.id")
    created_at: Mapped[datetime] = volatile()


class LegalHold(Model):
    """That nothing about an account or a contact may be erased, and why."""

    __tablename__ = "legal_hold"
    __table_args__ = table(
        "business", one_of("kind", ("account", "contact")), Index("legal_hold_record", "kind", "record_id")
    )

    id: Mapped[int] = key()
    kind: Mapped[str] = business()
    record_id: Mapped[int] = business()
    reason: Mapped[str] = prose()
    placed_by: Mapped[str] = business()
    placed_on: Mapped[date] = business()
    lifted_on: Mapped[date | None] = business()


class GdprRequest(Model):
    """That somebody asked to be told or erased (rule CR18)."""

    __tablename__ = "gdpr_request"
    __table_args__ = table(
        "business",
        one_of("kind", ("contact", "lead")),
        one_of("wish", ("access", "erasure")),
        one_of("state", ("open", "blocked", "done", "refused")),
        Index("gdpr_request_record", "kind", "record_id"),
    )

    id: Mapped[int] = key()
    kind: Mapped[str] = business()
    record_id: Mapped[int] = business()
    wish: Mapped[str] = business()
    state: Mapped[str] = business()
    note: Mapped[str | None] = prose()
    received_at: Mapped[datetime] = volatile()
    decided_at: Mapped[datetime | None] = volatile()


class ForecastSubmission(Model):
    """What somebody said they will sell in a period (`2026-Q1`), in cents of a currency (rule CR17)."""

    __tablename__ = "forecast_submission"
    __table_args__ = table(
        "business", UniqueConstraint("user_id", "period"), *not_negative("commit_amount", "best_case_amount")
    )

    id: Mapped[int] = key()
    user_id: Mapped[int] = refers("crm_user.id")
    period: Mapped[str] = business()
    commit_amount: Mapped[int] = business()
    best_case_amount: Mapped[int] = business()
    currency: Mapped[str] = business()
    note: Mapped[str | None] = prose()
    frozen: Mapped[bool] = business()
    submitted_at: Mapped[datetime] = volatile()
