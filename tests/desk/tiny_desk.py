"""A tiny desk built by hand, and a person at work in it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from tiny import Tiny, image_of, session_on

from worlds.desk import models
from worlds.engine.errors import Refusal
from worlds.engine.folding import normal_email, phone_digits, search_text

START = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
"""A Monday, at nine o'clock in Amsterdam."""
LIGHT, SAM, NOOR, LEAD, ADMIN, APP = 1, 2, 3, 4, 5, 6
"""Staff: Sam answers in Frontline, Noor in Returns & Refunds; the lead and the administrator belong to both."""
ANNA, BEN, CARLA = 11, 12, 13
"""Requesters: Anna writes for herself; Ben and Carla work for Kade Coffee, whose manager Ben is."""
KADE = 1
FRONTLINE, RETURNS = 1, 2
NEW, OPEN, PENDING, SOLVED, CLOSED = 1, 2, 3, 4, 5
"""Tickets by their state: Anna's new, solved and closed ones, Carla's open one, Ben's pending one."""
ORDER_NUMBER, CAUSE = 1, 2
"""Fields: the first must be filled in to solve tickets of four topics, the second is a choice."""
PEOPLE = {
    "light_agent": LIGHT, "agent": SAM, "team_lead": LEAD, "admin": ADMIN, "integration": APP, "requester": ANNA,
    "org_manager": BEN,
}  # fmt: skip
"""Who acts in a role unless a test names somebody else."""
TABLES = ("ticket", "comment", "field_value", "ticket_audit", "audit_event", "outbox_email")
"""What most writes of tickets touch."""


@dataclass
class Desk(Tiny):
    """The desk under test."""

    people = PEOPLE
    named_in = "desk_user"
    now: datetime = START

    def ticket(self, ticket_id: int, columns: str = "status") -> Any:
        """Columns of a ticket as stored."""
        return self.one(f"SELECT {columns} FROM ticket WHERE id = ?", ticket_id)  # noqa: S608 - columns of the test's own

    def said(self, ticket_id: int) -> list[tuple[Any, ...]]:
        """What was said on a ticket, in order: (public, author's name, text)."""
        return self.rows("SELECT public, author_name, body FROM comment WHERE ticket_id = ? ORDER BY id", ticket_id)

    def tags(self, ticket_id: int) -> list[str]:
        """A ticket's tags."""
        found: list[str] = json.loads(self.ticket(ticket_id, "tags"))
        return found

    def mails(self) -> list[tuple[Any, ...]]:
        """Mails that left, in order: (kind, to, subject, body)."""
        return self.rows("SELECT kind, to_address, subject, body FROM outbox_email ORDER BY id")


def open_houses(desk: Desk) -> None:
    """Hours of work, groups, an organisation, and fields of the house's own."""
    week = {str(day): [[510, 1080]] for day in range(5)}
    desk.add(models.Schedule(id=1, name="Amsterdam", zone="Europe/Amsterdam", intervals=json.dumps(week)))
    desk.add(models.Holiday(id=1, schedule_id=1, day=date(2026, 4, 6), name="Easter Monday"))
    for at, name in ((FRONTLINE, "Frontline"), (RETURNS, "Returns & Refunds")):
        desk.add(
            models.DeskGroup(
                id=at, name=name, description=name, schedule_id=1, is_default=at == FRONTLINE, active=True
            )
        )  # fmt: skip
    desk.add(
        models.Organization(
            id=KADE, name="Kade Coffee", domains='["kadecoffee.example"]', tier="business", shared_tickets=False,
            notes="Pays by invoice.", search_text=search_text("Kade Coffee"), created_at=START - timedelta(days=300),
        )
    )  # fmt: skip
    topics = '["wismo", "refund_status", "damaged", "return_exchange"]'
    fields = (
        (ORDER_NUMBER, "order_number", "Order number", "text", "[]", topics, True),
        (CAUSE, "cause", "Cause", "choice", '["carrier", "warehouse", "customer"]', "[]", False),
    )
    for at, name, title, kind, options, about, required in fields:
        desk.add(
            models.TicketField(
                id=at, name=name, title=title, kind=kind, options=options, topics=about, required_to_solve=required,
                active=True,
            )
        )  # fmt: skip


def invite_people(desk: Desk) -> None:
    staff = (
        (LIGHT, "Lena Vos", "light_agent", ()), (SAM, "Sam Okafor", "agent", (FRONTLINE,)),
        (NOOR, "Noor Haddad", "agent", (RETURNS,)), (LEAD, "Ines Duarte", "team_lead", (FRONTLINE, RETURNS)),
        (ADMIN, "Milan Kovac", "admin", (FRONTLINE, RETURNS)), (APP, "Shop connector", "integration", ()),
    )  # fmt: skip
    for at, name, role, groups in staff:
        person(desk, at, name, f"{name.split()[0].lower()}@larkfield.example", role=role)
        for group in groups:
            membership = at * 10 + group
            desk.add(models.Membership(id=membership, group_id=group, user_id=at, is_default=group == groups[0]))
    person(desk, ANNA, "Anna de Vries", "anna@example.com", phone="+31 6 1234 5678", locale="nl")
    person(desk, BEN, "Ben Müller", "ben@kadecoffee.example", locale="de", organization_id=KADE, org_manager=True)
    person(desk, CARLA, "Carla Rossi", "carla@kadecoffee.example", organization_id=KADE, vip=True)


def person(desk: Desk, at: int, name: str, email: str, *, phone: str | None = None, **more: Any) -> None:
    """Add somebody with an e-mail address of their own, and perhaps a phone number."""
    fields: dict[str, Any] = {
        "role": "end_user", "locale": "en", "zone": "Europe/Amsterdam", "organization_id": None, "org_manager": False,
        "vip": False, "suspended": False, "skills": "[]", "search_text": search_text(name, email),
        "created_at": START - timedelta(days=200),
    }  # fmt: skip
    desk.add(models.DeskUser(id=at, name=name, **fields | more))
    desk.add(
        models.UserIdentity(
            id=at * 10, user_id=at, kind="email", value=email, norm=normal_email(email), is_primary=True, verified=True
        )
    )
    if phone is not None:
        desk.add(
            models.UserIdentity(
                id=at * 10 + 1, user_id=at, kind="phone", value=phone, norm=phone_digits(phone) or "",
                is_primary=False, verified=True,
            )
        )  # fmt: skip


def bring_tickets(desk: Desk) -> None:
    """Five tickets, one in each state but on hold; each with what its requester wrote first."""
    tickets = (
        (NEW, "Where is my parcel?", "new", None, ANNA, None, None, 2),
        (OPEN, "Invoice for our March order", "open", "invoice_b2b", CARLA, SAM, FRONTLINE, 20),
        (PENDING, "Broken grinder", "pending", "damaged", BEN, NOOR, RETURNS, 70),
        (SOLVED, "Refund not on my account", "solved", "refund_status", ANNA, SAM, FRONTLINE, 90),
        (CLOSED, "Parcel late", "closed", "wismo", ANNA, SAM, FRONTLINE, 500),
    )
    names = {ANNA: "Anna de Vries", BEN: "Ben Müller", CARLA: "Carla Rossi"}
    for at, subject, status, topic, who, assignee, group, hours in tickets:
        made = START - timedelta(hours=hours)
        done = made + timedelta(hours=1) if status in {"solved", "closed"} else None
        desk.add(
            models.Ticket(
                id=at, number=48_200 + at, subject=subject, status=status, type="question" if topic else None,
                priority="normal" if topic else None, topic=topic, channel="email", language="en", requester_id=who,
                submitter_id=who, assignee_id=assignee, group_id=group,
                organization_id=KADE if who in {BEN, CARLA} else None, tags='["parcel"]' if at == CLOSED else "[]",
                spam=False, reopens=0, reassigned=0,
                search_text=search_text(f"#{48_200 + at}", str(48_200 + at), subject, names[who]), created_at=made,
                updated_at=done or made, state_since=done or made, solved_at=done,
            )
        )  # fmt: skip
        remark(desk, at, at, who, names[who], f"Hello, this is about: {subject.lower()}", made=made)
    remark(desk, 6, OPEN, SAM, "Sam Okafor", "Secret: the invoice run failed on Friday.", public=False)
    remark(desk, 7, PENDING, NOOR, "Noor Haddad", "Could you send us a photo of the grinder?")
    for at, ticket in ((1, SOLVED), (2, CLOSED)):
        desk.add(models.FieldValue(id=at, ticket_id=ticket, field_id=ORDER_NUMBER, value=f"LK-1000{at}"))
    desk.add(attached(1, OPEN, OPEN, "order.csv", "text/csv", "sku,units\nLF-0001,12\n", "clean"))
    desk.add(attached(2, OPEN, 6, "ledger.txt", "text/plain", "Run 4 failed.", "clean"))


def remark(
    desk: Desk, at: int, ticket: int, author: int, name: str, body: str, *, public: bool = True, **more: Any
) -> None:
    """Add something that was said, an hour before the start unless told otherwise."""
    role = "end_user" if author >= ANNA else "agent"
    desk.add(
        models.Comment(
            id=at, ticket_id=ticket, author_id=author, author_name=name, author_role=role, public=public, body=body,
            via="email", automatic=False, redacted=False, created_at=more.get("made", START - timedelta(hours=1)),
        )
    )  # fmt: skip


def attached(at: int, ticket: int, comment: int, name: str, mime: str, content: str, scan: str) -> models.Attachment:
    """A file on something that was said."""
    return models.Attachment(
        id=at, comment_id=comment, ticket_id=ticket, name=name, mime=mime, size=len(content), content=content,
        scan_state=scan, redacted=False,
    )  # fmt: skip


def refused(call: Any, *args: Any, **named: Any) -> str:
    """The code with which an operation refuses."""
    with pytest.raises(Refusal) as no:
        call(*args, **named)
    return no.value.code


def furnish(desk: Desk) -> None:
    """Houses, people and tickets, in the order in which they need each other."""
    open_houses(desk)
    invite_people(desk)
    bring_tickets(desk)


@cache
def _image() -> bytes:
    return image_of(models.Model.metadata, START, lambda session: furnish(Desk(session)))


@contextmanager
def opened_desk() -> Iterator[Desk]:
    """A desk with two groups, six colleagues, three requesters and five tickets, in memory."""
    with session_on(_image()) as session:
        yield Desk(session)
