"""What several families need: tickets and their words, what notes, replies and escalations leave behind, reports.

Clocks and audits are trails of a ticket's changes and need no effect of their own; rules of the desk that answer what
staff do to a ticket are those on new tickets alone (VIPs, groups), and they are judged with the ticket that is made.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.desk.models import Collaborator, Comment, DeskGroup, Ticket, UserIdentity
from worlds.desk.tasks.ticket_fields import field_of, held
from worlds.engine.task import Draw, Worker, every_row
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.effects import Effect
from worlds.graders.predicates import MESSAGE_CAP, Pred, Scalar, any_value, mentions, multiset
from worlds.graders.typed import Typed, enum

MARKS: Final = {
    "en": ("the", "our", "with", "have", "to", "it"),
    "nl": ("het", "uw", "een", "niet", "voor"),
    "de": ("und", "wir", "Ihnen", "Ihre", "Sie"),
    "fr": ("vous", "votre", "nous", "avec"),
}
"""Words of which hardly any letter in a language does without all, and that no letter in the others holds."""
_COMMON: Final = {
    "en": " the and is it my i you your was not that for have has this are of ",
    "nl": " de het een en ik is niet van mijn dat te jullie voor op er uw we maar ",
    "de": " der die das und ich ist nicht sie mein meine es zu den auf wir ihr ein eine für ",
    "fr": " le la les et je est pas vous mon ma de du un une que il j c votre l d ",
}
"""The commonest words of each language."""
IN_THEIR_LANGUAGE: Final = "Answer in the language in which the requester wrote the ticket"
PENDING_ASKS: Final = "A ticket is set to pending only together with a public reply that asks the requester a question."
SOLVED_ANSWERS: Final = "Solving does not stand for an answer."
"""Rules of the handbook that are broken in the work of several families, and that nothing enforces."""
_HANDED_UP: Final = enum("up", {"up": "handed up"})
"""What stands in the note that an escalation writes."""
_ORDER: Final = re.compile(r"\bLK-\d{5}\b", re.IGNORECASE)


# -- finding ------------------------------------------------------------------------------------------------------


def spoken(number: int) -> str:
    """A ticket's number as people say it: `#48211`."""
    return f"#{number}"


def ticket_numbered(worker: Worker, number: str) -> dict[str, Any]:
    """The ticket of a number such as `#48211`, shown whole."""
    rows = worker.call("list_tickets", query=number)["items"]
    row = next(one for one in rows if spoken(one["number"]) == number)
    found: dict[str, Any] = worker.call("get_ticket", ticket_id=row["ticket_id"])
    return found


def tickets_where(worker: Worker, **filters: Any) -> Iterator[dict[str, Any]]:
    """Every ticket that a list finds, page by page, each shown whole."""
    for row in every_row(worker, "list_tickets", **filters):
        yield worker.call("get_ticket", ticket_id=row["ticket_id"])


def said_by_requester(ticket: dict[str, Any]) -> list[str]:
    """What the requester has written on a ticket, in order."""
    return [one["body"] for one in ticket["comments"] if one["author_role"] == "end_user" and one["public"]]


def orders_named(ticket: dict[str, Any]) -> set[str]:
    """The numbers of the orders that a ticket is about, by its field, its subject and its requester's words."""
    words = "\n".join([field_of(ticket, "order_number"), ticket["subject"], *said_by_requester(ticket)])
    return orders_in(words)


def orders_in(text: str) -> set[str]:
    """The numbers of orders that stand in a text."""
    return {one.upper() for one in _ORDER.findall(text)}


def language_of(text: str) -> str:
    """The language in which something is written, by its commonest words: `en`, `nl`, `de` or `fr`."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    counts = {language: sum(f" {word} " in known for word in words) for language, known in _COMMON.items()}
    return max(counts, key=lambda language: counts[language])


def another_language(language: str) -> str:
    """A language that is not the one given: English, or Dutch in place of it."""
    return "nl" if language == "en" else "en"


def group_named(worker: Worker, name: str) -> int:
    """The id of a group."""
    return next(int(one["group_id"]) for one in worker.call("list_groups")["groups"] if one["name"] == name)


# -- what is true when a task begins ------------------------------------------------------------------------------


def reference(draw: Draw, desk: str) -> str:
    """A number under which whoever asks keeps the matter, as no other request has it: `HO-48211`."""
    return f"{desk}-{draw.rng('reference').randrange(10_000, 99_999)}"


def words_of_requester(session: Session, ticket_id: int) -> list[str]:
    """What a ticket's requester has written on it, in order."""
    said = select(Comment.body).where(Comment.ticket_id == ticket_id, Comment.author_role == "end_user", Comment.public)
    return list(session.scalars(said.order_by(Comment.id)))


def orders_of_tickets(session: Session) -> dict[int, set[str]]:
    """The orders that each ticket is about, by its field, its subject and what its requester wrote."""
    found: dict[int, set[str]] = defaultdict(set)
    said = select(Comment.ticket_id, Comment.body).where(Comment.author_role == "end_user", Comment.public)
    subjects = select(Ticket.id, Ticket.subject)
    texts = (held(session, "order_number").items(), session.execute(said).tuples(), session.execute(subjects).tuples())
    for ticket_id, text in chain(*texts):
        found[ticket_id] |= orders_in(text)
    return dict(sorted(found.items()))


def address_of(session: Session, user_id: int) -> str:
    """The e-mail address of somebody as addresses are compared; empty where they have none."""
    address = select(UserIdentity.norm).where(UserIdentity.kind == "email", UserIdentity.is_primary)
    return session.scalars(address.where(UserIdentity.user_id == user_id)).first() or ""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody to whom public replies on a ticket are mailed: as `public_reply` the requester, as `cc_reply` others."""

    kind: str
    address: str


def receivers(session: Session, ticket_id: int) -> tuple[Receiver, ...]:
    """Everybody who is mailed what is said in public on a ticket."""
    requester_id = session.get_one(Ticket, ticket_id).requester_id
    copied = select(Collaborator.user_id).where(
        Collaborator.ticket_id == ticket_id, Collaborator.route == "cc", Collaborator.user_id != requester_id
    )
    address = select(UserIdentity.value).where(UserIdentity.kind == "email", UserIdentity.is_primary)
    told = [Receiver("public_reply", one) for one in session.scalars(address.filter_by(user_id=requester_id))]
    others = session.scalars(address.where(UserIdentity.user_id.in_(copied)).order_by(UserIdentity.user_id))
    return (*told, *(Receiver("cc_reply", one) for one in others))


def group_id(session: Session, name: str) -> int:
    """The id of a group, in the tables."""
    return session.scalars(select(DeskGroup.id).where(DeskGroup.name == name)).one()


def tags_of(ticket: Ticket) -> list[str]:
    """A ticket's tags."""
    tags: list[str] = json.loads(ticket.tags)
    return tags


def other_languages(language: str) -> tuple[Typed, ...]:
    """What a text in a language does not hold: the words that mark the others."""
    return tuple(word(one) for other, marks in sorted(MARKS.items()) if other != language for one in marks)


def word(value: str) -> Typed:
    """A word, or some, that a text has to hold as they stand."""
    return enum(value, {value: value})


# -- what is left behind ------------------------------------------------------------------------------------------


def free_words(never: Sequence[Typed] = ()) -> Pred:
    """Any words to colleagues of a sensible length, or none, without these facts."""
    return mentions(must_not=tuple(never)) if never else any_value("a note to colleagues may say what was done")


def spare_note(ticket: int | Pred, never: Sequence[Typed] = (), name: str = "a-note") -> Effect:
    """One internal note on a ticket: never asked for, never wrong unless it holds one of these facts."""
    return Effect(
        name, "comment", "insert", where={"ticket_id": ticket, "public": False, "via": "web"},
        set={"automatic": False, "body": free_words(never)}, count=(0, 1), words="An internal note on the ticket",
    )  # fmt: skip


def noted(ticket: int | Pred, *facts: Typed, never: Sequence[Typed] = (), name: str = "note") -> Effect:
    """One internal note on a ticket that states these facts and none of those."""
    return Effect(
        name, "comment", "insert", where={"ticket_id": ticket, "public": False, "via": "web"},
        set={"automatic": False, "body": mentions(*facts, must_not=tuple(never))},
        words=f"One internal note on the ticket states {', '.join(map(str, facts))}",
    )  # fmt: skip


def diagnosis(ticket_id: int, *facts: Typed, name: str = "diagnosis") -> Effect:
    """The internal note that goes before an escalation (escalations: the diagnosis comes first)."""
    return noted(ticket_id, enum("diagnosis", {"diagnosis": "Diagnosis"}), *facts, name=name)


def replied(
    ticket: int | Pred,
    told: Sequence[Receiver],
    *facts: Typed,
    never: Sequence[Typed] = (),
    via: str = "web",
    name: str = "reply",
    cap: int = MESSAGE_CAP,
    when: Pred | None = None,
) -> list[Effect]:
    """One public reply on a ticket that states these facts and none of those, and the mails that go out with it.

    `via` is `macro` for one that a macro has written; `when` is asked of the moment of the reply.
    """
    said = mentions(*facts, must_not=tuple(never), cap=cap)
    stated = ", ".join(map(str, facts))
    written: dict[str, Pred | Scalar] = {"via": via, "body": said}
    if when is not None:
        written["created_at"] = when
    reply = Effect(
        name, "comment", "insert", where={"ticket_id": ticket, "public": True}, set=written,
        words=f"One public reply on the ticket states {stated}",
    )  # fmt: skip
    return [
        reply,
        *(
            Effect(
                f"{name}-mail-{at}", "outbox_email", "insert",
                where={"ticket_id": ticket, "kind": one.kind, "to_address": one.address}, set={"body": said},
                words=f"It is mailed once to {one.address}",
            )
            for at, one in enumerate(told, start=1)
        ),
    ]  # fmt: skip


def ticket_set(session: Session, ticket_id: int, name: str = "ticket", **columns: Scalar | Pred) -> list[Effect]:
    """The ticket's columns are set to these values; no effect where all of them hold already."""
    ticket = session.get_one(Ticket, ticket_id)
    wanted = {column: value for column, value in columns.items() if getattr(ticket, column) != value}
    if not wanted:
        return []
    said = ", ".join(f"{column} {value}" for column, value in wanted.items())
    words = f"Ticket #{ticket.number} gets {said}, and nothing else of it changes"
    return [Effect(name, "ticket", "update", where={"id": ticket_id}, set=wanted, words=words)]


def put_into(ticket_id: int, status: str, name: str, times: int = 1, *, out_of: str = "") -> Effect:
    """The ticket was put into a status so often, whatever became of it: what a way through asks for, or forbids.

    `out_of` is the status that it was in before, where that matters.
    """
    before = {"before": mentions(word(out_of))} if out_of else {}
    since = f", out of {out_of}" if out_of else ""
    return Effect(
        name, "audit_event", "insert", where={"ticket_id": ticket_id, "kind": "change", "field": "status"},
        set={"after": mentions(word(status))} | before, count=times,
        words=f"The ticket is put into the status {status}{since}",
    )  # fmt: skip


def tagged(session: Session, ticket_id: int, *added: str, name: str = "tags") -> list[Effect]:
    """The ticket gets these tags and keeps those that it has."""
    had = tags_of(session.get_one(Ticket, ticket_id))
    wanted = sorted({*had, *added})
    if wanted == sorted(had):
        return []
    words = f"The ticket's tags are {', '.join(wanted)}"
    return [Effect(name, "ticket", "update", where={"id": ticket_id}, set={"tags": multiset(*wanted)}, words=words)]


def escalated(
    session: Session, ticket_id: int, group: str, reason: str, *facts: Typed, never: Sequence[Typed] = ()
) -> list[Effect]:
    """The one escalation of a ticket to a group for a reason: its message, the note of it, what becomes of the ticket.

    The first effect is the escalation (`escalation`), for an order of effects.
    """
    to, said = group_id(session, group), mentions(*facts, must_not=tuple(never)) if facts or never else free_words()
    stated = f", with {', '.join(map(str, facts))}" if facts else ""
    escalation = Effect(
        "escalation", "escalation", "insert", where={"ticket_id": ticket_id},
        set={"group_id": to, "reason": reason, "message": said},
        words=f"The ticket is escalated once to {group}, reason {reason}{stated}",
    )  # fmt: skip
    note = Effect(
        "escalation-note", "comment", "insert",
        where={"ticket_id": ticket_id, "public": False, "via": "web"},
        set={"body": mentions(_HANDED_UP, *facts, must_not=tuple(never))},
        words="Its message stands on the ticket as an internal note",
    )  # fmt: skip
    moved = ticket_set(session, ticket_id, "escalated-ticket", group_id=to, assignee_id=None, status="open")
    return [escalation, note, *moved]


# -- what is reported ---------------------------------------------------------------------------------------------


def to_report(slots: Mapping[str, Typed], waits_for: str = "") -> Answer:
    """What has to be handed in: that it is done, or that it waits for somebody, for a reason."""
    return Answer("waiting", slots, reasons=[waits_for]) if waits_for else Answer("done", slots)


def reported(facts: Mapping[str, Any], waits_for: str = "") -> FinalAnswer:
    """What is handed in: that it is done, or that it waits for somebody, for a reason."""
    if waits_for:
        return FinalAnswer(status="waiting", reasons=[waits_for], facts=dict(facts))
    return FinalAnswer(status="done", facts=dict(facts))
