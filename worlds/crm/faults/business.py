"""What the CRM's business gives to rules of the operator, duplicates and races for a merge, a lead or a contract."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from worlds.crm.faults.colleagues import in_roles, members_of_queue
from worlds.crm.faults.concurrency import spoken
from worlds.crm.matching.norms import domain_norm, email_norm, name_norm, person_norm
from worlds.engine.faults.fault import Hit
from worlds.engine.faults.layers.business import Alike, DuplicateCheck, FieldRule, Overtaking, Values
from worlds.engine.folding import fold

_QUOTES: Final = ("get_quote", "quote_id", "number")
_DEALS: Final = ("get_opportunity", "opportunity_id", "number")


def _names(table: str, field: str) -> Callable[[sqlite3.Connection, Values], bool]:
    def holds(driver: sqlite3.Connection, values: Values) -> bool:
        if values.get(field) is None:
            return True
        rows = driver.execute(f"SELECT number FROM {table} WHERE id = ?", (values.get(f"{table}_id"),)).fetchall()  # noqa: S608 - one of two tables
        return not rows or str(rows[0][0]) in values[field]

    return holds


def _rule(operation: str, field: str, called: str, source: tuple[str, str, str], of: str) -> FieldRule:
    table = source[1].removesuffix("_id")
    return FieldRule(operation, field, f"{called} must contain the number of the {of}.", _names(table, field), source)


RULES: Final = (
    _rule("submit_quote", "reason", "Reason", _QUOTES, "quote"),
    _rule("set_discount", "reason", "Reason", _QUOTES, "quote"),
    _rule("change_stage", "loss_note", "Loss note", _DEALS, "deal"),
    _rule("create_task", "subject", "Subject", _DEALS, "deal"),
    _rule("schedule_meeting", "subject", "Subject", _DEALS, "deal"),
    _rule("add_note", "subject", "Subject", _DEALS, "deal"),
)
"""What sales operations asks of texts that are read apart from their deal or quote since last quarter's review."""


def _firms(driver: sqlite3.Connection, values: Values) -> Iterator[Alike]:
    """Accounts of the same name without its legal form, or of the same website."""
    site = domain_norm(values.get("website"))
    query = "SELECT id FROM account WHERE is_deleted = 0 AND (name_norm = ? OR domain_norm = ?) ORDER BY id LIMIT 20"
    for (key,) in driver.execute(query, (name_norm(values["name"]), site)).fetchall():
        yield Alike("account", key, f"account {key}")


def _people(driver: sqlite3.Connection, values: Values) -> Iterator[Alike]:
    """Contacts of the same name."""
    name = person_norm(values.get("first_name"), values["last_name"])
    query = "SELECT id FROM contact WHERE is_deleted = 0 AND name_norm = ? ORDER BY id LIMIT 20"
    for (key,) in driver.execute(query, (name,)).fetchall():
        yield Alike("contact", key, f"contact {key}")


def _leads(driver: sqlite3.Connection, values: Values) -> Iterator[Alike]:
    """Leads that nobody has converted, of the same company or with the same e-mail address."""
    mail = email_norm(values["email"]) if values.get("email") else None
    query = """SELECT id FROM lead WHERE is_deleted = 0 AND status <> 'converted'
      AND (company_norm = ? OR email_norm = ?) ORDER BY id LIMIT 20"""
    for (key,) in driver.execute(query, (name_norm(values["company"]), mail)).fetchall():
        yield Alike("lead", key, f"lead {key}")


def _deals(driver: sqlite3.Connection, values: Values) -> Iterator[Alike]:
    """Open deals of the same kind with the same account."""
    query = """SELECT id, number FROM opportunity WHERE account_id = ? AND kind = ? AND closed_at IS NULL
      AND is_deleted = 0 ORDER BY id"""
    for key, number in driver.execute(query, (values["account_id"], values["kind"])).fetchall():
        yield Alike("opportunity", key, f"deal {number}")


def _planned(driver: sqlite3.Connection, values: Values) -> Iterator[Alike]:
    """Open tasks of the same words about the same deal, lead or person."""
    query = """SELECT id, subject FROM activity WHERE kind = 'task' AND status = 'open' AND is_deleted = 0
      AND (opportunity_id = ? OR lead_id = ? OR contact_id = ?) ORDER BY id"""
    about = tuple(values.get(name) for name in ("opportunity_id", "lead_id", "contact_id"))
    for key, subject in driver.execute(query, about).fetchall():
        if fold(subject) == fold(values["subject"]):
            yield Alike("activity", key, f"task {key}")


DUPLICATES: Final[Mapping[str, DuplicateCheck]] = {
    "create_account": DuplicateCheck("name", _firms),
    "create_contact": DuplicateCheck("last_name", _people),
    "create_lead": DuplicateCheck("company", _leads),
    "create_opportunity": DuplicateCheck("account_id", _deals),
    "create_task": DuplicateCheck("subject", _planned),
}
"""What looks like something that is there. Matches are told by kind and id alone: not everybody may open them."""


def _before(hit: Hit, who: str) -> tuple[str, str, Values] | None:
    told = {"step": hit.call.operation.name, "arguments": spoken(hit.call)}
    return (f"person:{who}", "colleague_steps", told) if who else None


def _merged_before(hit: Hit) -> tuple[str, str, Values] | None:
    """Sales operations merges the same records a moment before; what is merged stays so."""
    values: Mapping[str, Any] = hit.call.values
    table = hit.call.operation.record or ""
    kind = table.removesuffix("_id")
    keys = [values[table], *values["loser_ids"]]
    marks = ", ".join("?" * len(keys))
    ((there,),) = hit.call.driver.execute(
        f"SELECT count(*) FROM {kind} WHERE is_deleted = 0 AND id IN ({marks})",  # noqa: S608 - names of our own
        keys,
    ).fetchall()
    return _before(hit, in_roles(hit.call, ("sales_ops", "vp"), hit.rng)) if there == len(keys) else None


def _converted_before(hit: Hit) -> tuple[str, str, Values] | None:
    """Sales operations converts the same lead a moment before; what is converted stays so."""
    query = "SELECT 1 FROM lead WHERE id = ? AND status IN ('new', 'assigned', 'working', 'qualified')"
    there = hit.call.driver.execute(query, (hit.call.values["lead_id"],)).fetchall()
    return _before(hit, in_roles(hit.call, ("sales_ops", "vp"), hit.rng)) if there else None


def _taken_before(hit: Hit) -> tuple[str, str, Values] | None:
    """Another member of the queue takes the lead a moment before."""
    return _before(hit, members_of_queue(hit.call, hit.call.values["lead_id"], hit.rng))


def _agreed_before(hit: Hit) -> tuple[str, str, Values] | None:
    """A colleague writes the deal's contract a moment before; a deal has one that stands."""
    query = "SELECT 1 FROM contract WHERE opportunity_id = ? AND state IN ('draft', 'sent', 'signed')"
    there = hit.call.driver.execute(query, (hit.call.values["opportunity_id"],)).fetchall()
    return None if there else _before(hit, in_roles(hit.call, ("sales_ops", "vp"), hit.rng))


OVERTAKING: Final[Mapping[str, Overtaking]] = {
    "merge_accounts": _merged_before,
    "merge_contacts": _merged_before,
    "merge_leads": _merged_before,
    "convert_lead": _converted_before,
    "take_lead": _taken_before,
    "create_contract": _agreed_before,
}
