"""What finds records: norms that are worked out from columns, and the folded text that lists look through."""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from worlds.crm.matching import norms
from worlds.crm.records import heads
from worlds.engine.context import Context
from worlds.engine.folding import search_text
from worlds.engine.rows import Query, run

_SOURCES: Final = {
    "account": {"name", "website", "phone", "country"},
    "contact": {"first_name", "last_name"},
    "lead": {"first_name", "last_name", "company", "email", "phone", "country"},
    "opportunity": set[str](),
}
"""Columns from which norms are worked out."""
_FOUND_BY: Final = {
    "account": {"name", "legal_name", "website", "phone", "billing_city", "registration_number"},
    "contact": {"first_name", "last_name", "account_id"},
    "lead": {"first_name", "last_name", "company", "email", "phone", "city"},
    "opportunity": {"name", "number", "account_id"},
}
"""Columns that stand in the text that finds a record."""


def worked_out(kind: str, values: Mapping[str, Any], changed: set[str]) -> dict[str, Any]:
    """The norms of a record that depend on columns that changed; `values` are its columns with their new values."""
    if not changed & _SOURCES[kind]:
        return {}
    if kind == "account":
        return {
            "name_norm": norms.name_norm(values["name"]),
            "domain_norm": norms.domain_norm(values.get("website")),
            "phone_norm": norms.phone_norm(values.get("phone"), values.get("country")),
        }
    named = {"name_norm": norms.person_norm(values.get("first_name"), values["last_name"])}
    if kind == "contact":
        return named
    email = values.get("email")
    return named | {
        "company_norm": norms.name_norm(values["company"]),
        "email_norm": norms.email_norm(email) if email else None,
        "phone_norm": norms.phone_norm(values.get("phone"), values.get("country")),
    }


class _Text(NamedTuple):
    text: str | None


class _Key(NamedTuple):
    id: int


_OWN: Final = {
    "account": ("name", "legal_name", "website", "phone", "phone_norm", "billing_city", "registration_number"),
    "contact": ("first_name", "last_name"),
    "lead": ("first_name", "last_name", "company", "email", "phone", "phone_norm", "city"),
    "opportunity": ("number", "name"),
}
"""Columns that stand in the text that finds a record; of contacts and deals also the account's name."""
_FIRM: Final = Query(_Text, "SELECT name FROM account WHERE id = :key")
_REACHED_BY: Final = Query(
    _Text,
    """SELECT coalesce((SELECT group_concat(value, ' ') FROM email_address WHERE contact_id = :key), '') || ' '
    || coalesce((SELECT group_concat(norm, ' ') FROM phone_number WHERE contact_id = :key), '')""",
)
_OF_ACCOUNT: Final = {
    kind: Query(_Key, f"SELECT id FROM {kind} WHERE account_id = :key ORDER BY id")
    for kind in ("contact", "opportunity")
}


def text(ctx: Context, kind: str, values: Mapping[str, Any], key: int | None) -> str:
    """The text that finds a record, from its columns; `key` is None where it is not stored yet."""
    parts = [values.get(name) for name in _OWN[kind]]
    if kind == "contact" and key is not None:
        parts += [one.text for one in _REACHED_BY.all(ctx, key=key)]
    if kind in _OF_ACCOUNT and values.get("account_id") is not None:
        parts += [one.text for one in _FIRM.all(ctx, key=values["account_id"])]
    return search_text(*parts)


def found_anew(
    ctx: Context, kind: str, values: Mapping[str, Any], changed: set[str], key: int | None
) -> dict[str, str]:
    """The column that finds a record, where a column that stands in it has changed."""
    return {"search_text": text(ctx, kind, values, key)} if changed & _FOUND_BY[kind] else {}


def index(ctx: Context, kind: str, key: int) -> None:
    """Write down anew the text that finds a stored record, after what belongs to it has changed."""
    record = heads.stored(ctx, kind, key)
    if record is not None:
        found = text(ctx, kind, record._asdict(), key)
        run(ctx, f"UPDATE {kind} SET search_text = :text WHERE id = :key AND search_text <> :text", text=found, key=key)


def follow_name(ctx: Context, account: int) -> None:
    """Write an account's new name to what finds its contacts and deals."""
    for kind, keys in _OF_ACCOUNT.items():
        for one in keys.all(ctx, key=account):
            index(ctx, kind, one.id)
