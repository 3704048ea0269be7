"""One change of many records, each told for itself."""

from typing import Annotated, Any, Final

from pydantic import Field

from worlds.crm.records import changing, heads, laws
from worlds.crm.records.one_by_one import BulkResult, RecordIds, Told, check_once, each
from worlds.crm.records.typed import stage_named, typed
from worlds.crm.rules import WRITERS
from worlds.crm.texts import ColumnName, Notes
from worlds.crm.views import RecordKind
from worlds.engine.context import Context
from worlds.engine.errors import Invalid
from worlds.engine.fields import Input, RecordId
from worlds.engine.operation import writes

STAGE: Final = "stage"
"""The name under which a deal's stage may be given by its own name."""
FIELDS: Final = {
    "account": ("owner_id", "kind", "industry", "segment", "tier", "country", "employees", "parent_id", "notes"),
    "contact": ("owner_id", "title", "department", "language", "zone", "lead_source", "notes"),
    "lead": (
        "owner_id", "queue_id", "status", "rating", "source", "campaign_id", "industry", "country", "language", "notes",
    ),
    "opportunity": (
        "owner_id", STAGE, "stage_id", "close_date", "forecast_category", "next_step", "loss_reason", "loss_note",
        "lead_source", "campaign_id", "primary_contact_id", "description",
    ),
}  # fmt: skip
"""What may be changed of many records at once; addresses, consent, locks and territories have ways of their own."""


class FieldValue(Input):
    """A field and what it is to hold."""

    field: ColumnName = Field(description="The field, as the record shows it; `stage` takes a stage's name.")
    value: Notes | None = Field(
        default=None,
        description="What it holds then, as text: a word, a whole number or id, true or false, a day; null empties it.",
    )


FieldValues = Annotated[list[FieldValue], Field(min_length=1, max_length=20)]


class OwnValues(Input):
    """What is changed of one record alone, beside or instead of what is changed of all."""

    record_id: RecordId = Field(description="One of the records.")
    changes: FieldValues = Field(description="Its fields.")


@writes(roles=WRITERS)
def bulk_update_records(
    ctx: Context,
    kind: RecordKind,
    record_ids: RecordIds,
    changes: FieldValues,
    own: Annotated[list[OwnValues], Field(max_length=200)] | None = None,
) -> BulkResult:
    """Change up to 200 records of a kind alike. Each keeps to all rules that a single change keeps to.

    One that is refused does not stop the others; read what became of each. Deals are closed here as anywhere: a lost
    one says why, under `loss_reason`.

    Args:
        kind: What the records are.
        record_ids: Their ids, each once.
        changes: What is changed of all of them.
        own: What is changed of single ones of them, which goes before what is changed of all.
    """
    check_once(record_ids)
    alike = _checked(ctx, kind, changes, "changes")
    single: dict[int, dict[str, str | None]] = {}
    for at, one in enumerate(own or ()):
        if one.record_id not in record_ids:
            raise Invalid(
                "record_not_among",
                f"Record {one.record_id} is not among those that are changed; name it in record_ids, too.",
                field=f"own.{at}.record_id",
            )
        single[one.record_id] = _checked(ctx, kind, one.changes, f"own.{at}.changes")
    texts = {key: {**alike, **single.get(key, {})} for key in record_ids}
    return each(ctx, kind, record_ids, lambda key: _change(ctx, kind, key, texts[key]))


def _checked(ctx: Context, kind: str, changes: list[FieldValue], path: str) -> dict[str, str | None]:
    """The texts by field, once each is a field that may be changed so and every text fits its field."""
    texts: dict[str, str | None] = {}
    for at, one in enumerate(changes):
        if one.field not in FIELDS[kind]:
            raise Invalid(
                "field_unknown",
                f"{one.field} of {heads.SPOKEN[kind]}s is not changed here, but {', '.join(FIELDS[kind])} are.",
                field=f"{path}.{at}.field",
            )
        if one.field != STAGE:
            typed(kind, one.field, one.value)
        texts[one.field] = one.value
    if texts.get("campaign_id"):
        laws.check_campaign(ctx, int(str(texts["campaign_id"])), path)
    return texts


def _change(ctx: Context, kind: RecordKind, key: int, texts: dict[str, str | None]) -> Told:
    row: Any = heads.record(ctx, kind, key, "record_ids")
    values = {name: typed(kind, name, text) for name, text in texts.items() if name != STAGE}
    if texts.get(STAGE):
        values["stage_id"] = stage_named(ctx, row.pipeline_id, str(texts[STAGE]))
    after = changing.change(ctx, kind, row, values, via="bulk")
    return Told(after.label, changed=after != row)
