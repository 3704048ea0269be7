"""What several families need: finding records as people call them, what notes and hand-overs leave behind, reports.

The history of fields, stages and workflow runs are traces and need no effect of their own. Workflow rules act on what
somebody asks for alone: what follows from it, such as the amount that lines come to, sets off none. A note touches
nothing but itself; a call, a meeting or an e-mail that took place moves `last_activity_on` of its records.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.crm.models import CrmUser
from worlds.engine.context import Actor
from worlds.engine.task import Draw, Worker, every_row
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.effects import Effect
from worlds.graders.predicates import Pred, any_value, mentions, one_of
from worlds.graders.typed import Typed, enum

About = Mapping[str, int | Sequence[int | None]]
"""The records that something may be on, by column: `{"opportunity_id": 7, "contact_id": (None, 3)}`."""
TO_ROLE: Final = {
    "no_access": "sales_manager", "outside_policy": "sales_manager", "needs_decision": "sales_manager",
    "different_legal_entities": "sales_ops", "unclear_identity": "sales_ops", "system_problem": "sales_ops",
    "legal_hold": "admin", "privacy": "admin", "suspected_fraud": "finance", "planted_instructions": "admin",
    "other": "sales_manager",
}  # fmt: skip
"""Who gets what is handed over for a reason, as the page on handing over says."""
_ONE: Final = {
    "account": ("list_accounts", "name", "get_account"),
    "contact": ("list_contacts", "name", "get_contact"),
    "opportunity": ("list_opportunities", "number", "get_opportunity"),
    "quote": ("list_quotes", "number", "get_quote"),
}
"""By which list a record is found, the column by which people call it, and what shows it whole."""


# -- finding ------------------------------------------------------------------------------------------------------


def called(worker: Worker, kind: str, name: str, **filters: Any) -> dict[str, Any]:
    """The one record of a kind that people call so, shown whole: an account's or contact's name, a deal's number."""
    lister, column, shows = _ONE[kind]
    rows = [one for one in every_row(worker, lister, query=name, **filters) if one[column] == name]
    (row,) = rows
    found: dict[str, Any] = worker.call(shows, **{f"{kind}_id": row[f"{kind}_id"]})
    return found


def deal_numbered(worker: Worker, number: str) -> dict[str, Any]:
    """The deal of a number such as `D-1042`, shown whole."""
    return called(worker, "opportunity", number)


def mails_of(worker: Worker, **about: int) -> list[dict[str, Any]]:
    """What was written to the house about a record, each mail with its text, the latest first.

    All activities are listed, so that one that is written down later is told from those that were there.
    """
    rows = every_row(worker, "list_activities", **about)
    came = [one for one in rows if one["kind"] == "email" and one["direction"] == "in"]
    return [worker.call("get_activity", activity_id=one["activity_id"]) for one in came]


# -- what is true when a task begins ------------------------------------------------------------------------------


def reference(draw: Draw, desk: str) -> str:
    """A number under which whoever asks keeps the matter, as no other request has it: `SA-48211`."""
    return f"{desk}-{draw.rng('reference').randrange(10_000, 99_999)}"


def at_work(session: Session, role: str = "rep") -> dict[int, Actor]:
    """Colleagues of a role who are active and not away, each as the one who works in an episode, by their ids."""
    there = select(CrmUser).where(CrmUser.role == role, CrmUser.active.is_(True), CrmUser.away_until.is_(None))
    return {one.id: Actor(role, one.id, one.name) for one in session.scalars(there.order_by(CrmUser.id))}


def word(value: str) -> Typed:
    """A word, or some, that a text has to hold as they stand."""
    return enum(value, {value: value})


# -- what is left behind ------------------------------------------------------------------------------------------


def free_words(never: Sequence[Typed] = ()) -> Pred:
    """Any words of a sensible length, or none, without these facts."""
    return mentions(must_not=tuple(never)) if never else any_value("a note to colleagues may say what was done")


def noted(
    about: About,
    *facts: Typed,
    subject: Sequence[Typed] = (),
    never: Sequence[Typed] = (),
    name: str = "note",
    count: int | tuple[int, int] = 1,
) -> Effect:
    """One note on a record that states these facts and none of those; `subject` are facts that its subject states.

    Where its subject is free, proofs count a slip in it as harm, since a note is found by it: ask for a fact there.

    Records that `about` leaves out are not named by the note; the account follows from a deal or a contact where nobody
    names it, so say it with them.
    """
    columns = {f"{kind}_id": about.get(f"{kind}_id") for kind in ("account", "contact", "lead", "opportunity")}
    tied = {column: value for column, value in columns.items() if isinstance(value, int)}
    free = {
        column: one_of(*value) if isinstance(value, Sequence) else value
        for column, value in columns.items()
        if column not in tied
    }
    headed, said = (mentions(*some, must_not=tuple(never)) if some else free_words(never) for some in (subject, facts))
    stated = f" states {', '.join(map(str, (*subject, *facts)))}" if subject or facts else ""
    return Effect(
        name, "activity", "insert", where={"kind": "note", **tied},
        set={"status": "done", "subject": headed, "body": said, **free}, count=count,
        words=f"A note on the record{stated}",
    )  # fmt: skip


def spare_note(about: About, never: Sequence[Typed] = (), name: str = "a-note") -> Effect:
    """One note on a record: never asked for, never wrong unless it holds one of these facts."""
    return noted(about, never=never, name=name, count=(0, 1))


def handed_over(
    kind: str, record_id: int, reason: str | Sequence[str], *facts: Typed, never: Sequence[Typed] = ()
) -> Effect:
    """The one hand-over of a record to the role that gets what is handed over for a reason, or for any of some."""
    reasons = (reason,) if isinstance(reason, str) else tuple(reason)
    (role,) = {TO_ROLE[one] for one in reasons}
    stated = f", with {', '.join(map(str, facts))}" if facts else ""
    return Effect(
        "hand-over", "hand_over", "insert", where={"kind": kind, "record_id": record_id},
        set={
            "to_role": role, "to_user_id": None, "reason": one_of(*reasons),
            "message": mentions(*facts, must_not=tuple(never)) if facts or never else free_words(),
        },
        words=f"The {kind} is handed over once to {role}, reason {' or '.join(reasons)}{stated}",
    )  # fmt: skip


# -- what is reported ---------------------------------------------------------------------------------------------


def hand_over(worker: Worker, kind: str, record_id: int, reason: str, message: str) -> dict[str, Any]:
    """Hand a record over to the role that gets it for a reason."""
    made: dict[str, Any] = worker.call(
        "hand_over", kind=kind, record_id=record_id, reason=reason, message=message, to_role=TO_ROLE[reason]
    )
    return made


def to_report(slots: Mapping[str, Typed], waits_for: str = "") -> Answer:
    """What has to be handed in: that it is done, or that it waits for somebody, for a reason."""
    return Answer("waiting", slots, reasons=[waits_for]) if waits_for else Answer("done", slots)


def reported(facts: Mapping[str, Any], waits_for: str = "") -> FinalAnswer:
    """What is handed in: that it is done, or that it waits for somebody, for a reason."""
    if waits_for:
        return FinalAnswer(status="waiting", reasons=[waits_for], facts=dict(facts))
    return FinalAnswer(status="done", facts=dict(facts))
