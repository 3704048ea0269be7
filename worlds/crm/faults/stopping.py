"""When a system does not let the work through: how it is handed over, as the page *Handing over* has it.

To sales operations, reason `system_problem`, about the record, with what people call it and with the status that the
system answered.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worlds.crm.models import (
    AccessRequest,
    ApprovalRequest,
    Contract,
    DuplicateItem,
    Lead,
    Model,
    Opportunity,
    Quote,
)
from worlds.crm.models.records import HANDED_KINDS
from worlds.engine.fields import MAX_ID
from worlds.engine.resilience.sights import Key, find_object, ids_around, ids_in
from worlds.engine.resilience.stopping import Stopped, Way
from worlds.graders.effects import Effect
from worlds.graders.predicates import any_value, between, mentions
from worlds.graders.typed import Typed, record

ROLE: Final = "sales_ops"
REASON: Final = "system_problem"
FAILED: Final = 400
SUBJECTS: Final = {
    "lead_id": "lead", "opportunity_id": "opportunity", "contact_id": "contact", "account_id": "account",
    "quote_id": "quote", "contract_id": "contract", "campaign_id": "campaign", "import_id": "import_job",
}  # fmt: skip
"""Arguments that name what a hand-over is about, the surest first, and what it is."""
_WITHIN: Final = frozenset({"quote_id", "contract_id"})
"""What is handed over as the deal that it belongs to, which was there before it."""
_CALLED: Final = ("number", "name", "subject")
_NUMBERED: Final[Mapping[str, Any]] = {"opportunity": Opportunity, "quote": Quote, "contract": Contract}
_ABOUT: Final = ("opportunity_id", "lead_id", "contact_id", "account_id")

Subject = tuple[str, int]
"""What a hand-over is about: a kind and an id."""


def hand_over(stop: Stopped, seen: Mapping[tuple[str, str], Any]) -> tuple[str, dict[str, Any]] | None:
    """What somebody who was stopped sends; None where nothing that they saw says which record it is about."""
    subject = _subject(stop.arguments, list(seen.values()))
    if subject is None:
        return None
    kind, key = subject
    name = next((one for one, of in SUBJECTS.items() if of == kind), "")
    shown = next((one for body in seen.values() if (one := find_object(body, Key(name, key)))), {})
    called = next((str(shown[one]) for one in _CALLED if shown.get(one)), f"The {kind} {key}")
    status = f"status {stop.failure.status}" if stop.failure.status >= FAILED else "a success that was none"
    told = f"{stop.operation} is answered with {status} however long I wait."
    if stop.waited_for is not None:
        told = f"{stop.waited_for.operation} was answered with {status} until it was too late for {stop.operation}."
    message = f"{called}: {told} Please see that it gets done."
    return "hand_over", {"kind": kind, "record_id": key, "reason": REASON, "message": message, "to_role": ROLE}


def _subject(arguments: Mapping[str, Any], bodies: Sequence[Any]) -> Subject | None:
    """The record that a call is about: as it names it, or as readings show whose part it is."""
    if arguments.get("kind") in HANDED_KINDS:
        keys = [arguments.get("record_id"), *(arguments.get("record_ids") or ())]
        if (key := next((one for one in keys if one is not None), None)) is not None:
            return arguments["kind"], key
    named, around = ids_in(arguments), ids_around(arguments, bodies)
    for ids in ({name: key for name, key in named.items() if name not in _WITHIN}, around):
        if name := next((one for one in SUBJECTS if one in ids), ""):
            return SUBJECTS[name], ids[name]
    for name in ("account_ids", "contact_ids", "lead_ids"):
        if arguments.get(name):
            return name.removesuffix("_ids"), arguments[name][0]
    return _in_set(named, bodies)


def _in_set(named: Mapping[str, Any], bodies: Sequence[Any]) -> Subject | None:
    """The first record of a set of duplicates."""
    key = Key("set_id", named.get("set_id"))
    shown = next((one for body in bodies if (one := find_object(body, key))), {})
    return next(((one["kind"], one["record_id"]) for one in shown.get("members", ())), None)


def handed_over(session: Session, target: Mapping[str, Sequence[int]], status: int) -> tuple[Way, ...]:
    """The hand-overs that stopped work may leave behind, one for each record that the task is about.

    Its message names the status that was answered, and the record by its number, where it has one. A kind of which the
    target names no record is of one that the work itself makes, such as an import.
    """
    told = (record(str(status)),) if status >= FAILED else ()
    found = []
    for kind, key in dict.fromkeys(_subjects(session, target)):
        named = (record(session.get_one(_NUMBERED[kind], key).number),) if kind in _NUMBERED else ()
        said = mentions(*named, *told) if named or told else any_value("it is known by what it is about")
        found.append(
            (
                Effect(
                    f"handed-over-{kind}-{key}", "hand_over", "insert", where={"kind": kind, "record_id": key},
                    set={"to_role": ROLE, "reason": REASON, "message": said},
                    words=f"The {kind} {key} is handed over once to {ROLE}, reason {REASON}, naming the failure",
                ),
            )
        )  # fmt: skip
    made = [kind for kind, keys in target.items() if kind in HANDED_KINDS and not keys]
    return (*found, *((_of_made(session, kind, told),) for kind in made))


def _of_made(session: Session, kind: str, told: Sequence[Typed]) -> Effect:
    """The hand-over of a record that was made meanwhile."""
    last = session.execute(select(func.max(Model.metadata.tables[kind].c.id))).scalar() or 0
    said = mentions(*told) if told else any_value("it is known by what it is about")
    return Effect(
        f"handed-over-{kind}", "hand_over", "insert", where={"kind": kind},
        set={"record_id": between(last + 1, MAX_ID), "to_role": ROLE, "reason": REASON, "message": said},
        words=f"The {kind} that was made is handed over once to {ROLE}, reason {REASON}, naming the failure",
    )  # fmt: skip


def _subjects(session: Session, target: Mapping[str, Sequence[int]]) -> Iterator[Subject]:
    """The records that a task is about, and those that they belong to."""
    for table, keys in target.items():
        for key in keys:
            if table in HANDED_KINDS:
                yield table, key
            yield from _of(session, table, key)


def _of(session: Session, table: str, key: int) -> Iterator[Subject]:
    """What a record belongs to, as far as that can be handed over."""
    if table == "duplicate_set":
        for item in session.scalars(
            select(DuplicateItem).where(DuplicateItem.set_id == key).order_by(DuplicateItem.id)
        ):
            yield item.kind, item.record_id
    elif table == "access_request":
        asked = session.get_one(AccessRequest, key)
        yield asked.kind, asked.record_id
    elif table == "approval_request":
        quote = session.get_one(Quote, session.get_one(ApprovalRequest, key).quote_id)
        yield from (("quote", quote.id), ("opportunity", quote.opportunity_id))
    elif table == "lead":
        lead = session.get_one(Lead, key)
        yield from _named(lead, ("converted_contact_id", "converted_account_id"), len("converted_"))
    elif table in _PARTS:
        yield from _named(session.get_one(_PARTS[table], key), _ABOUT)


def _named(row: Model, columns: Sequence[str], prefix: int = 0) -> Iterator[Subject]:
    for column in columns:
        if (key := getattr(row, column, None)) is not None:
            yield column[prefix:].removesuffix("_id"), key


_PARTS: Final[Mapping[str, Any]] = {
    mapper.class_.__tablename__: mapper.class_
    for mapper in Model.registry.mappers
    if set(_ABOUT) & set(mapper.columns.keys())
}
"""Tables whose rows are about a deal, a lead, a contact or an account."""
