"""How the CRM's contacts are reached, who its colleagues are, and what others do while somebody works."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from worlds.engine.people.company import Address
from worlds.engine.people.persona import Hours, Person
from worlds.engine.task import Happening

ADDRESSES: Final = {
    "send_email": Address(text="body", record="contact_id", table="contact", answers="contact_writes"),
    "answer_question": Address(text="answer", record="approval_id", table="approval_request", role="approver"),
}
"""By which operations somebody writes to whom, and by which a contact's answers come to the CRM."""

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
OFFICE: Final = Hours(weekends=False)


def contact(name: str, contact_id: int, **more: Any) -> Person:
    """A contact, who answers the e-mails that are sent to them; `more` are fields of a Person."""
    return Person(name=name, role="customer", about=("contact", contact_id), **{"hours": OFFICE, **more})


def colleague(name: str, **more: Any) -> Person:
    """A colleague, by the name under which they work with the CRM."""
    return Person(name=name, role="colleague", **{"hours": OFFICE, **more})


def approver(name: str, **more: Any) -> Person:
    """Somebody who decides on discounts, by the name under which they work with the CRM."""
    return Person(name=name, role="approver", **{"hours": OFFICE, "delay": timedelta(hours=3), **more})


def mails(
    name: str,
    contact_id: int,
    body: str,
    *,
    subject: str | None = None,
    opportunity_id: int | None = None,
    delay: int,
    after: str = "",
    given: Mapping[str, Any] = NOTHING,
) -> Happening:
    """A contact writes, so many seconds after the start or after the first call of an operation; the agent is told."""
    said = {"contact_id": contact_id, "body": body, "subject": subject, "opportunity_id": opportunity_id, "tell": True}
    return _happens(name, "contact_writes", said, after, given, delay)


def fills_in(form: str, *, delay: int, after: str = "", given: Mapping[str, Any] = NOTHING, **values: Any) -> Happening:
    """A form of the website is delivered; `form` is its own name for what was sent, `values` what was filled in."""
    return _happens("Web forms", "web_lead_arrives", {"external_key": form, **values}, after, given, delay)


def updates(
    who: str,
    kind: str,
    record_id: int,
    changes: Mapping[str, str | None],
    *,
    delay: int = 1,
    after: str = "",
    given: Mapping[str, Any] = NOTHING,
) -> Happening:
    """A colleague changes a record: fields with what they are to hold, as text."""
    fields = [{"field": name, "value": value} for name, value in changes.items()]
    said = {"kind": kind, "record_id": record_id, "changes": fields, "who": who}
    return _happens(who, "colleague_updates", said, after, given, delay)


def plans(
    who: str, kind: str, subject: str, at: str, *, delay: int = 1, after: str = "", given: Mapping[str, Any] = NOTHING,
    **about: int,
) -> Happening:  # fmt: skip
    """A colleague plans a task, a call or a meeting; `about` names records, such as `opportunity_id`."""
    said = {"kind": kind, "subject": subject, "at": at, "who": who, **about}
    return _happens(who, "colleague_plans", said, after, given, delay)


def asks(who: str, quote_id: int, question: str, *, delay: int, after: str = "submit_quote") -> Happening:
    """An approver asks about the request of a quote, so many seconds after it was submitted."""
    given = {"quote_id": quote_id} if after == "submit_quote" else NOTHING
    return _happens(who, "approver_asks", {"quote_id": quote_id, "question": question}, after, given, delay)


def decides(
    who: str,
    quote_id: int,
    decision: str,
    comment: str,
    *,
    delay: int,
    after: str = "submit_quote",
    given: Mapping[str, Any] = NOTHING,
) -> Happening:
    """An approver decides the request of a quote, so many seconds after it was submitted or a question answered."""
    said = {"quote_id": quote_id, "decision": decision, "comment": comment}
    known = given or ({"quote_id": quote_id} if after == "submit_quote" else NOTHING)
    return _happens(who, "approver_decides", said, after, known, delay)


def _happens(
    who: str, operation: str, said: Mapping[str, Any], after: str, given: Mapping[str, Any], delay: int
) -> Happening:
    arguments = {name: value for name, value in said.items() if value is not None}
    return Happening(
        name=f"person:{who}", operation=operation, arguments=arguments, after=after, given=given, delay=delay
    )
