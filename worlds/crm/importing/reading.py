"""A file of comma-separated values as it comes: its delimiter, its header, and what its columns mean."""

import csv
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from io import StringIO
from typing import Final, NamedTuple

from worlds.crm.rules import MAX_IMPORT_ROWS
from worlds.engine.errors import Invalid
from worlds.engine.folding import fold

_SHARED: Final = ("owner", "email_consent", "phone_consent")
FIELDS: Final = {
    "account": (
        "name", "website", "phone", "country", "kind", "industry", "segment", "tier", "employees", "currency",
        "billing_street", "billing_postal_code", "billing_city", "legal_name", "registration_number", "shop_customer",
        "notes", "owner",
    ),
    "contact": (
        "salutation", "first_name", "last_name", "title", "department", "email", "phone", "account", "language", "zone",
        "lead_source", "notes", *_SHARED,
    ),
    "lead": (
        "salutation", "first_name", "last_name", "company", "title", "email", "phone", "website", "industry", "street",
        "postal_code", "city", "country", "employees", "language", "source", "rating", "notes", *_SHARED,
    ),
}  # fmt: skip
"""What a column of a file can be: columns of the record, or `account` (its name or website), `owner` (a colleague's
e-mail address), and consent to a channel (`in` or `out`)."""
REQUIRED: Final = {"account": ("name",), "contact": ("last_name",), "lead": ("last_name", "company")}
KEYS: Final = {
    "account": ("name", "domain", "registration_number", "phone"),
    "contact": ("email", "phone"),
    "lead": ("email", "phone", "name"),
}  # fmt: skip
"""By what rows of a kind can be matched with records that there are."""
KEY_COLUMNS: Final = {"domain": ("website",), "name": ("name", "last_name")}
"""The columns that a match key is read from, where it is not that of its own name."""
_ALIASES: Final = {
    "e_mail": "email", "mail": "email", "email_address": "email", "e_mail_address": "email", "surname": "last_name",
    "family_name": "last_name", "lastname": "last_name", "given_name": "first_name", "firstname": "first_name",
    "telephone": "phone", "phone_number": "phone", "tel": "phone", "mobile": "phone", "job_title": "title",
    "function": "title", "postcode": "postal_code", "zip": "postal_code", "town": "city", "comments": "notes",
    "comment": "notes", "remarks": "notes", "site": "website", "web": "website", "url": "website",
    "organisation": "company", "organization": "company", "company_name": "company", "firm": "company",
    "headcount": "employees", "owner_email": "owner", "account_name": "account",
}  # fmt: skip
_OF_ACCOUNTS: Final = {
    "company": "name", "account": "name", "postal_code": "billing_postal_code", "city": "billing_city",
    "street": "billing_street",
}  # fmt: skip
_OF_CONTACTS: Final = {"company": "account"}
_DELIMITERS: Final = (",", ";", "\t")


class Row(NamedTuple):
    """A row of a file: the line on which it stands, the header's being 1, and its texts by field."""

    line: int
    texts: dict[str, str]


def digest(content: str) -> str:
    """What tells one file from another, whatever its line ends and the empty lines at its end are."""
    lines = [line.rstrip() for line in content.lstrip("\ufeff").splitlines()]
    return sha256("\n".join(lines).strip().encode()).hexdigest()


def rows(kind: str, content: str, mapping: Mapping[str, str | None]) -> list[Row]:
    """The rows of a file.

    Args:
        kind: what its rows are.
        content: its text, with a header.
        mapping: by header what a column is, where the header alone does not say it; None leaves the column out.

    Raises:
        Invalid: when it cannot be read, or what its columns are is not clear.
    """
    table = _table(content)
    if len(table) < 2:
        raise Invalid("import_unreadable", "The file needs a line of column names and at least one row.", field="csv")
    if len(table) - 1 > MAX_IMPORT_ROWS:
        raise Invalid(
            "import_too_long",
            f"The file has {len(table) - 1} rows; one import takes {MAX_IMPORT_ROWS}. Split it.",
            field="csv",
        )
    fields = _fields(kind, table[0][1], mapping)
    return [Row(line, _texts(line, cells, fields)) for line, cells in table[1:]]


def _table(content: str) -> list[tuple[int, list[str]]]:
    """The lines that hold anything, each with its number."""
    text = content.lstrip("\ufeff")
    first = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(StringIO(text), delimiter=delimiter, strict=True)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as problem:
        raise Invalid(
            "import_unreadable", f"Line {reader.line_num} of the file cannot be read: {problem}.", field="csv"
        ) from None
    return [one for one in lines if any(one[1])]


def _texts(line: int, cells: Sequence[str], fields: Sequence[str | None]) -> dict[str, str]:
    if len(cells) > len(fields):
        raise Invalid(
            "import_unreadable",
            f"Line {line} has {len(cells)} values under {len(fields)} columns; put values that hold the delimiter in "
            "quotes.",
            field="csv",
        )
    return {field: cell for field, cell in zip(fields, cells, strict=False) if field and cell}


def _fields(kind: str, headers: Sequence[str], mapping: Mapping[str, str | None]) -> list[str | None]:
    """What each column is.

    Raises:
        Invalid: when a column is nothing that there is, two are the same, or one that is needed is missing.
    """
    known = FIELDS[kind]
    if strange := sorted(mapping.keys() - set(headers)):
        raise Invalid(
            "import_column_unknown", f"The file has no column {strange[0]!r}: {', '.join(headers)}.", field="columns"
        )
    fields = [mapping[one] if one in mapping else _meant(kind, one) for one in headers]
    for header, field in zip(headers, fields, strict=True):
        if field is not None and field not in known:
            raise Invalid(
                "import_column_unknown",
                f"It is not known what the column {header!r} is; say in columns which field of {', '.join(known)} it "
                "is, or that it is left out.",
                field="columns",
            )
    used = [one for one in fields if one is not None]
    if twice := sorted({one for one in used if used.count(one) > 1}):
        raise Invalid("import_column_twice", f"Two columns are {twice[0]}; leave one of them out.", field="columns")
    if missing := [one for one in REQUIRED[kind] if one not in used]:
        raise Invalid("import_column_missing", f"No column is {missing[0]}, which every row needs.", field="csv")
    return fields


def _meant(kind: str, header: str) -> str:
    word = re.sub(r"[^a-z0-9]+", "_", fold(header)).strip("_")
    word = _ALIASES.get(word, word)
    further = {"account": _OF_ACCOUNTS, "contact": _OF_CONTACTS}.get(kind, {})
    return word if word in FIELDS[kind] else further.get(word, word)
