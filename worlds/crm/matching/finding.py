"""Which records are like one: by e-mail address, by a like name at one domain, by phone number (rule CR3).

A record is looked for by its marks, whether it is stored or about to be made. What is found may be closed to the acting
person; who tells of it says so and tells nothing else.
"""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Final, NamedTuple

from worlds.crm.matching import norms
from worlds.engine.context import Context
from worlds.engine.rows import Query


class Rule(NamedTuple):
    """A matching rule; see `worlds.crm.models.MatchingRule`."""

    id: int
    name: str
    method: str
    likeness: int


@dataclass(frozen=True, slots=True)
class Marks:
    """What a record is compared by, in its norms; empty where it has none. `name` is a person's or a firm's."""

    kind: str
    key: int | None
    name: str
    firm: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A record that is like the one that was looked for, and by which matching rules."""

    kind: str
    key: int
    rules: tuple[int, ...] = field(default=())


class _Found(NamedTuple):
    key: int
    name: str
    firm: str


class _Value(NamedTuple):
    value: str


RULES: Final = Query(Rule, "SELECT {fields} FROM matching_rule WHERE active = 1 ORDER BY id")
_EMAILS: Final = Query(_Value, "SELECT norm FROM email_address WHERE contact_id = :key ORDER BY id")
_PHONES: Final = Query(_Value, "SELECT norm FROM phone_number WHERE contact_id = :key ORDER BY id")
_AMONG: Final = "(SELECT value FROM json_each(:marks))"
_NAMED: Final = {
    "account": ("account r", "r.name_norm, r.name_norm"),
    "contact": ("contact r LEFT JOIN account a ON a.id = r.account_id", "r.name_norm, coalesce(a.name_norm, '')"),
    "lead": ("lead r", "r.name_norm, r.company_norm"),
}
_BY: Final = {
    ("email", "account"): "0",
    ("email", "contact"): f"r.id IN (SELECT e.contact_id FROM email_address e WHERE e.norm IN {_AMONG})",
    ("email", "lead"): f"r.email_norm IN {_AMONG} AND r.status <> 'converted'",
    ("phone", "account"): f"r.phone_norm IN {_AMONG}",
    ("phone", "contact"): f"r.id IN (SELECT f.contact_id FROM phone_number f WHERE f.norm IN {_AMONG})",
    ("phone", "lead"): f"r.phone_norm IN {_AMONG} AND r.status <> 'converted'",
    ("domain", "account"): f"r.domain_norm IN {_AMONG}",
    ("domain", "contact"): f"""r.id IN (
      SELECT e.contact_id FROM email_address e WHERE substr(e.norm, instr(e.norm, '@') + 1) IN {_AMONG}
      UNION SELECT c.id FROM account f JOIN contact c ON c.account_id = f.id WHERE f.domain_norm IN {_AMONG})""",
    ("domain", "lead"): f"substr(r.email_norm, instr(r.email_norm, '@') + 1) IN {_AMONG} AND r.status <> 'converted'",
}
_QUERIES: Final = {
    place: Query(
        _Found,
        f"""SELECT r.id, {_NAMED[place[1]][1]} FROM {_NAMED[place[1]][0]}
        WHERE r.is_deleted = 0 AND {where} ORDER BY r.id""",
    )
    for place, where in _BY.items()
}


def marks_of(ctx: Context, kind: str, values: Mapping[str, Any], key: int | None = None) -> Marks:
    """The marks of a record, from its columns.

    Args:
        ctx: the call's context.
        kind: `account`, `contact` or `lead`.
        values: its columns; for a contact that is about to be made also `emails`, `phones` and `firm` (its account's
            name).
        key: its id if it is stored; a contact's addresses are then read.
    """
    if kind == "account":
        website = norms.domain_norm(values.get("website"))
        phone = norms.phone_norm(values.get("phone"), values.get("country"))
        name = norms.name_norm(values["name"])
        return Marks(kind, key, name, name, (), _some(phone), _some(website))
    name = norms.person_norm(values.get("first_name"), values["last_name"])
    if kind == "lead":
        emails = _some(norms.email_norm(values["email"]) if values.get("email") else None)
        phones = _some(norms.phone_norm(values.get("phone"), values.get("country")))
        firm = norms.name_norm(values["company"])
    else:
        emails = tuple(one.value for one in _EMAILS.all(ctx, key=key)) if key else tuple(values.get("emails", ()))
        phones = tuple(one.value for one in _PHONES.all(ctx, key=key)) if key else tuple(values.get("phones", ()))
        firm = norms.name_norm(values["firm"]) if values.get("firm") else ""
    hosts = [norms.email_domain(email) for email in emails]
    if kind == "lead":
        hosts.append(norms.domain_norm(values.get("website")))
    domains = tuple(dict.fromkeys(host for host in hosts if host))
    return Marks(kind, key, name, firm, emails, phones, domains)


def _some(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def matches(ctx: Context, marks: Marks, against: str, rules: Sequence[Rule]) -> list[Match]:
    """The records of a kind that are like one by any of some matching rules, in the order of their ids.

    A record is never its own match. Merged, deleted and converted ones are none.
    """
    by_key: dict[int, list[int]] = {}
    for rule in rules:
        for key in _keys(ctx, marks, against, rule):
            if (against, key) != (marks.kind, marks.key):
                by_key.setdefault(key, []).append(rule.id)
    return [Match(against, key, tuple(by_key[key])) for key in sorted(by_key)]


def _keys(ctx: Context, marks: Marks, against: str, rule: Rule) -> Iterator[int]:
    if rule.method != "name_domain":
        values = marks.emails if rule.method == "email" else marks.phones
        if values:
            yield from (one.key for one in _QUERIES[rule.method, against].all(ctx, marks=json.dumps(values)))
        return
    if marks.domains:
        by_firm = "account" in (marks.kind, against)
        for one in _QUERIES["domain", against].all(ctx, marks=json.dumps(marks.domains)):
            alike = likeness(marks.firm, one.firm) if by_firm else likeness(marks.name, one.name)
            if alike >= rule.likeness:
                yield one.key


def likeness(one: str, other: str) -> int:
    """How much of two names agrees, in whole per cent, whatever the order of their words; 0 where one is empty."""
    if not one or not other:
        return 0
    first, second = (" ".join(sorted(name.split())) for name in (one, other))
    return round(100 * SequenceMatcher(None, first, second, autojunk=False).ratio())
