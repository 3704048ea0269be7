"""What the desk's business gives to rules of the operator, duplicates and races for a goodwill credit or a merge."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from worlds.desk.faults.concurrency import COLLEAGUES
from worlds.desk.rules import GOODWILL_LIMITS, PEOPLE_AT_WORK
from worlds.engine.faults.fault import Hit
from worlds.engine.faults.layers.business import Alike, DuplicateCheck, FieldRule, Overtaking, Values
from worlds.engine.fields import format_money
from worlds.engine.folding import fold

_OWN_NUMBER: Final = ("get_ticket", "ticket_id", "number")
_TELLING: Final = 5
"""Letters from which on a word of a subject says what it is about."""


def _names_its_ticket(field: str) -> Callable[[sqlite3.Connection, Values], bool]:
    def holds(driver: sqlite3.Connection, values: Values) -> bool:
        rows = driver.execute("SELECT number FROM ticket WHERE id = ?", (values.get("ticket_id"),)).fetchall()
        return not rows or str(rows[0][0]) in (values.get(field) or "")

    return holds


def _rule(operation: str, field: str, called: str) -> FieldRule:
    sentence = f"{called} must contain the number of the ticket."
    return FieldRule(operation, field, sentence, _names_its_ticket(field), _OWN_NUMBER)


RULES: Final = (
    _rule("add_note", "body", "Internal note"),
    _rule("escalate", "message", "Message"),
    _rule("ask_approval", "reason", "Reason"),
    _rule("start_side_conversation", "subject", "Subject"),
)
"""What the quality team asks of everything that is read apart from its ticket."""


def _waiting(driver: sqlite3.Connection, values: Values) -> Iterator[Alike]:
    """Tickets of the same requester that wait and are about the same topic, or share a telling word."""
    wanted = _telling(values["subject"])
    rows = driver.execute(
        "SELECT id, number, subject, topic FROM ticket WHERE requester_id = ? AND spam = 0"
        " AND status IN ('new', 'open', 'pending', 'hold') ORDER BY id",
        (values["requester_id"],),
    ).fetchall()
    for key, number, subject, topic in rows:
        if wanted & _telling(subject) or (topic is not None and topic == values.get("topic")):
            yield Alike("ticket", key, f"ticket {number}")


def _telling(subject: str) -> set[str]:
    return {word for word in fold(subject).split() if len(word) >= _TELLING}


def _gone_on(driver: sqlite3.Connection, values: Values) -> Iterator[Alike]:
    """Follow-ups of the same ticket that are not closed."""
    query = "SELECT id, number FROM ticket WHERE follow_up_of_id = ? AND status <> 'closed' ORDER BY id"
    for key, number in driver.execute(query, (values["ticket_id"],)).fetchall():
        yield Alike("ticket", key, f"follow-up {number}")


def _given(driver: sqlite3.Connection, values: Values) -> Iterator[Alike]:
    """Goodwill that was given on the same ticket."""
    query = "SELECT id, number FROM goodwill_credit WHERE ticket_id = ? ORDER BY id"
    for key, number in driver.execute(query, (values["ticket_id"],)).fetchall():
        yield Alike("goodwill_credit", key, f"credit {number}")


def _listed(driver: sqlite3.Connection, values: Values) -> Iterator[Alike]:
    """Work of the same words on the same ticket's checklist."""
    query = "SELECT id, title FROM checklist_item WHERE ticket_id = ? ORDER BY id"
    for key, title in driver.execute(query, (values["ticket_id"],)).fetchall():
        if fold(title) == fold(values["title"]):
            yield Alike("checklist_item", key, f"item {title!r}")


DUPLICATES: Final[Mapping[str, DuplicateCheck]] = {
    "create_ticket": DuplicateCheck("subject", _waiting),
    "create_follow_up": DuplicateCheck("ticket_id", _gone_on),
    "give_credit": DuplicateCheck("ticket_id", _given),
    "add_item": DuplicateCheck("title", _listed),
}


def _credit_before(hit: Hit) -> tuple[str, str, Values] | None:
    """A colleague gives the same goodwill a moment before.

    Only where the limit allows it once and not twice: nobody is to give it again because two of them may.
    """
    values, driver = hit.call.values, hit.call.driver
    limit = GOODWILL_LIMITS.get(hit.call.actor.role)
    if limit is None or values.get("approval_id") is not None:
        return None
    given = _sum(driver, values["ticket_id"])
    if not given + values["amount"] <= limit < given + 2 * values["amount"]:
        return None
    who = COLLEAGUES.somebody_else(hit.call, PEOPLE_AT_WORK, hit.rng)
    told = {"ticket_id": values["ticket_id"], "amount": format_money(values["amount"])}
    return (f"person:{who}", "colleague_gives_credit", told) if who else None


def _sum(driver: sqlite3.Connection, ticket_id: int) -> int:
    query = "SELECT coalesce(sum(amount), 0) FROM goodwill_credit WHERE ticket_id = ? AND approval_id IS NULL"
    return int(driver.execute(query, (ticket_id,)).fetchall()[0][0])


def _merge_before(hit: Hit) -> tuple[str, str, Values] | None:
    """A colleague merges the same tickets a moment before; what is merged stays so."""
    values: Mapping[str, Any] = hit.call.values
    ids = [values["target_id"], *values["source_ids"]]
    marks = ", ".join("?" * len(ids))
    query = f"SELECT count(*), count(DISTINCT requester_id) FROM ticket WHERE id IN ({marks}) AND status <> 'closed'"  # noqa: S608 - marks alone
    ((waiting, requesters),) = hit.call.driver.execute(query, ids).fetchall()
    who = COLLEAGUES.somebody_else(hit.call, PEOPLE_AT_WORK, hit.rng)
    if waiting != len(ids) or requesters != 1 or not who:
        return None
    told = {"target_id": values["target_id"], "source_ids": list(values["source_ids"])}
    return f"person:{who}", "colleague_merges", told


OVERTAKING: Final[Mapping[str, Overtaking]] = {"give_credit": _credit_before, "merge_tickets": _merge_before}
