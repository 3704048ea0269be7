"""Duplicates: how they are found, what is done about them, sets of them, and merges."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from worlds.crm.models.model import Model
from worlds.engine.schema import business, check, key, one_of, prose, refers, table, volatile

MATCHED_KINDS = ("account", "contact", "lead")
MATCHINGS = ("email", "name_domain", "phone")
DUPLICATE_ACTIONS = ("block", "alert", "report")
SET_STATES = ("open", "dismissed", "merged")


class MatchingRule(Model):
    """How records are compared (rule CR3): `email` exactly, `name_domain` a like name at one domain, `phone` by digits.

    `likeness` is how much of a name has to agree, in whole per cent; 100 where nothing is fuzzy.
    """

    __tablename__ = "matching_rule"
    __table_args__ = table(
        "business", UniqueConstraint("name"), one_of("method", MATCHINGS), check("likeness BETWEEN 50 AND 100")
    )

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    method: Mapped[str] = business()
    likeness: Mapped[int] = business()
    active: Mapped[bool] = business()


class DuplicateRule(Model):
    """What happens when a record of `record_kind` is like one of `against_kind`.

    `block` refuses it, `alert` refuses it unless the caller says that it is none, `report` only writes the pair down.
    `as_user` rules see only what the acting person may open; the others compare with everything.
    """

    __tablename__ = "duplicate_rule"
    __table_args__ = table(
        "business",
        UniqueConstraint("name"),
        one_of("record_kind", MATCHED_KINDS),
        one_of("against_kind", MATCHED_KINDS),
        one_of("action", DUPLICATE_ACTIONS),
    )

    id: Mapped[int] = key()
    name: Mapped[str] = business()
    record_kind: Mapped[str] = business()
    against_kind: Mapped[str] = business()
    matching_rule_id: Mapped[int] = refers("matching_rule.id")
    action: Mapped[str] = business()
    as_user: Mapped[bool] = business()
    on_create: Mapped[bool] = business()
    on_update: Mapped[bool] = business()
    message: Mapped[str] = prose()
    active: Mapped[bool] = business()


class DuplicateSet(Model):
    """Records that may be one; somebody merges them, or says that they are none."""

    __tablename__ = "duplicate_set"
    __table_args__ = table("business", one_of("state", SET_STATES), called="set_id")

    id: Mapped[int] = key()
    rule_id: Mapped[int | None] = refers("duplicate_rule.id")
    state: Mapped[str] = business()
    reason: Mapped[str | None] = prose()
    decided_by: Mapped[str | None] = business()
    created_at: Mapped[datetime] = volatile()
    decided_at: Mapped[datetime | None] = volatile()


class DuplicateItem(Model):
    """A record in a set of duplicates."""

    __tablename__ = "duplicate_item"
    __table_args__ = table(
        "business",
        UniqueConstraint("set_id", "kind", "record_id"),
        one_of("kind", MATCHED_KINDS),
        Index("duplicate_item_record", "kind", "record_id"),
        part_of="set_id",
    )

    id: Mapped[int] = key()
    set_id: Mapped[int] = refers("duplicate_set.id")
    kind: Mapped[str] = business()
    record_id: Mapped[int] = business()


class MergeRecord(Model):
    """That one record, the loser, was merged into another, the winner; it cannot be undone.

    `choices` is a JSON object: the columns whose value was taken from a loser, each with that loser's id.
    """

    __tablename__ = "merge_record"
    __table_args__ = table(
        "business",
        UniqueConstraint("kind", "loser_id"),
        one_of("kind", MATCHED_KINDS),
        check("winner_id <> loser_id"),
        Index("merge_record_winner", "kind", "winner_id"),
    )

    id: Mapped[int] = key()
    kind: Mapped[str] = business()
    winner_id: Mapped[int] = business()
    loser_id: Mapped[int] = business()
    choices: Mapped[str] = business()
    actor_id: Mapped[int | None] = refers("crm_user.id")
    actor_name: Mapped[str] = business()
    merged_at: Mapped[datetime] = volatile()
