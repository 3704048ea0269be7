"""What stands in a field of a record, as people call it: a colleague's name for their id, words for codes."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from flask import g

from worlds.crm.operations.setup import list_users
from worlds.crm.pages.relations.app import relations
from worlds.crm.pages.relations.asking import Options
from worlds.crm.pages.relations.choices import MANY, campaigns, price_books, queues, stages, territories
from worlds.crm.pages.relations.wording import country_words, field_words, language_words, words
from worlds.crm.records import fieldlog, heads
from worlds.engine.surfaces.pages import Door

WAYS: Final = {
    "user": "By hand", "web": "Web form", "bulk": "Many at once", "lead_promise": "Promise to leads", "lines": "Lines",
    "workflow": "Workflow rule", "expiry": "Time", "activity": "Activity", "delete": "Deletion",
}  # fmt: skip
_YES_NO: Final = frozenset({"locked", "do_not_call", "territory_override", "is_deleted", "approval_lock"})
_CODES: Final = frozenset({
    "status", "rating", "source", "kind", "segment", "industry", "tier", "lead_source", "forecast_category",
    "loss_reason",
})  # fmt: skip


@relations.app_template_filter("way_words")
def way_words(code: str) -> str:
    """By what a field was changed."""
    return WAYS.get(code, words(code))


_SPOKEN: Final[Mapping[str, Callable[[str], str]]] = {
    "country": country_words, "billing_country": country_words, "shipping_country": country_words,
    "language": language_words, "created": way_words, **dict.fromkeys(_CODES, words),
}  # fmt: skip
_RECORDS: Final = {
    "account_id": "account", "parent_id": "account", "merged_into_id": "record", "reports_to_id": "contact",
    "primary_contact_id": "contact", "converted_account_id": "account", "converted_contact_id": "contact",
    "converted_opportunity_id": "opportunity",
}  # fmt: skip


def _staff(door: Door) -> Options:
    found = door.part(list_users, page_size=MANY)
    return [(str(one.user_id), one.name) for one in (found.items if found else ())]


def _stages(door: Door) -> Options:
    return [(str(one.stage_id), one.name) for one in stages(door)]


_LISTS: Final[Mapping[str, Callable[[Door], Options]]] = {
    "owner_id": _staff, "queue_id": queues, "territory_id": territories, "price_book_id": price_books,
    "campaign_id": campaigns, "stage_id": _stages, "last_stage_id": _stages,
}  # fmt: skip


def learn(door: Door, kind: str) -> None:
    """Read the names of all that fields of a kind may hold, so that it makes no difference which rows a list shows."""
    for field in sorted(_LISTS.keys() & set(heads.RECORDS[kind]._fields if kind in heads.RECORDS else ())):
        _named(door, field)


def _named(door: Door, field: str) -> dict[str, str]:
    known: dict[Any, dict[str, str]] = g.setdefault("named", {})
    reading = _LISTS[field]
    if reading not in known:
        known[reading] = dict(reading(door))
    return known[reading]


@relations.app_template_global("value_words")
def value_words(door: Door, field: str, value: str | None) -> str | None:
    """What a field holds, in words; an id that is on no list as the page shows it; None where it holds nothing."""
    if value is None or value == "":
        return None
    if field in _LISTS:
        return _named(door, field).get(value, value)
    if field in _RECORDS:
        return f"{words(_RECORDS[field])} {value}"
    if field in _YES_NO:
        return "No" if value in {"0", "False"} else "Yes"
    spoken = words if field.startswith(("consent.", "contact_role.")) else _SPOKEN.get(field)
    return spoken(value) if spoken else value


def fields_of(kind: str | None, asked: str | None) -> Options:
    """Fields of a kind of record whose changes are written down, and the one that is asked for."""
    known = set(heads.RECORDS.get(kind or "account", heads.RECORDS["account"])._fields) - fieldlog.UNTOLD
    names = (known - {"id", "created_at", "number"}) | {"created"} | ({asked} if asked else set[str]())
    return sorted(((name, field_words(name)) for name in names), key=lambda one: one[1])


def merged_values(door: Door, preview: Any) -> dict[str, dict[int, str | None]]:
    """What the records of a merge hold in each field in which they differ, by field and record."""
    return {
        one.field: {value.record_id: value_words(door, one.field, value.value) for value in one.values}
        for one in preview.fields
    }
