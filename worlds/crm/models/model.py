"""The declarative root of the CRM's tables."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from worlds.engine import schema


class Model(DeclarativeBase):
    """Root of every table of the CRM; its `metadata` is the world's schema."""

    metadata = MetaData()
    type_annotation_map = schema.STORAGE
