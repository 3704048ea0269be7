"""Lists of customers or orders that left the back office as files."""

from datetime import datetime

from sqlalchemy.orm import Mapped

from worlds.engine.schema import business, key, not_negative, one_of, prose, table, volatile
from worlds.shop.models.model import Model

EXPORTS = ("customers", "orders")


class DataExport(Model):
    """A file of many records that somebody took out; `scope` says which in words, `row_count` how many they were."""

    __tablename__ = "data_export"
    __table_args__ = table("outward", one_of("kind", EXPORTS), *not_negative("row_count"))

    id: Mapped[int] = key()
    number: Mapped[str] = business(unique=True)
    kind: Mapped[str] = business()
    scope: Mapped[str] = business()
    row_count: Mapped[int] = business()
    purpose: Mapped[str] = prose()
    author_role: Mapped[str] = business()
    author_name: Mapped[str] = business()
    created_at: Mapped[datetime] = volatile()
