"""What operations on merges answer."""

from worlds.crm.views import UpTo50
from worlds.engine.fields import Instant, Result


class MergeCandidate(Result):
    """A record that takes part in a merge. `filled` counts its fields that hold something."""

    record_id: int
    title: str
    owner_name: str | None
    created_at: Instant
    updated_at: Instant
    filled: int


class FieldValue(Result):
    """What a record holds in a field."""

    record_id: int
    value: str | None


class MergeField(Result):
    """A field in which the records differ: what it will hold, and whose value that is."""

    field: str
    values: UpTo50[FieldValue]
    result: str | None
    from_id: int | None


class JoinedConsent(Result):
    """What is known of a channel after the merge: where records differ, the objection wins."""

    channel: str
    values: UpTo50[FieldValue]
    result: str


class MovedCount(Result):
    """How much of a kind goes over to the record that stays."""

    what: str
    count: int


class MergePreview(Result):
    """What a merge would do; nothing has been done.

    `suggested` says that nobody named the record that stays, and the one that was changed last is proposed; the rules
    of the house may say otherwise. `warnings` are for you to weigh, `blocked` is what would be refused.
    """

    kind: str
    winner_id: int
    suggested: bool
    records: UpTo50[MergeCandidate]
    fields: UpTo50[MergeField]
    consents: UpTo50[JoinedConsent]
    do_not_call: bool | None
    moved: UpTo50[MovedCount]
    warnings: UpTo50[str]
    blocked: UpTo50[str]


class Merged(Result):
    """What a merge came to: the record that stayed, and those that went into it."""

    kind: str
    winner_id: int
    version: int
    title: str
    merged_ids: UpTo50[int]
    changed_fields: UpTo50[str]
    moved: UpTo50[MovedCount]
