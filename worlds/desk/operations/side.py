"""Conversations at the side: asking the warehouse, a carrier, a supplier or finance, unseen by requesters."""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

from datetime import datetime
from typing import Final, NamedTuple

from worlds.desk.mail import mails
from worlds.desk.models import SideConversation, SideMessage
from worlds.desk.records import Party, SideDetail, SideMessageView, SideRow, SideState
from worlds.desk.rules import STAFF, WORKERS
from worlds.desk.texts import Subject
from worlds.desk.tickets.laws import REOPENED_BY_REQUESTER, check_not_closed
from worlds.desk.tickets.ticket_file import Head, head
from worlds.desk.tickets.updating import Author, Beside, acting, record, update
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, NotFound
from worlds.engine.fields import Page, PageNumber, PageSize, RecordId, Words
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query, insert, run

ADDRESSES: Final = {
    "warehouse": "warehouse@larkfield.example",
    "carrier": "claims@carriers.example",
    "supplier": "aftersales@suppliers.example",
    "finance": "finance@larkfield.example",
}
"""Where each party is written to."""
OUTSIDE: Final = "outside"
"""The role of whoever answers from outside in audits."""


class _Row(NamedTuple):
    conversation_id: int
    ticket_id: int
    ticket_number: int
    party: Party
    address: str
    subject: str
    state: SideState
    messages: int
    created_at: datetime
    last_at: datetime


class _Message(NamedTuple):
    message_id: int
    ours: int
    author_name: str
    body: str
    sent_at: datetime


_SELECTED = """s.id, s.ticket_id, t.number, s.party, s.address, s.subject, s.state,
  (SELECT count(*) FROM side_message m WHERE m.conversation_id = s.id), s.created_at,
  (SELECT max(m.sent_at) FROM side_message m WHERE m.conversation_id = s.id)"""
_SOURCE = "side_conversation s JOIN ticket t ON t.id = s.ticket_id"
_ONE = Query(_Row, f"SELECT {_SELECTED} FROM {_SOURCE} WHERE s.id = :conversation")
_MESSAGES = Query(
    _Message,
    """SELECT id, ours, author_name, body, sent_at FROM side_message WHERE conversation_id = :conversation
    ORDER BY id LIMIT 200""",
)


@writes(roles=WORKERS, locks_bind=False)
def start_side_conversation(
    ctx: Context, ticket_id: RecordId, party: Party, subject: Subject, body: Words
) -> SideDetail:
    """Ask somebody outside the desk about a ticket, by mail. Its requester does not see it; the status stays as it is.

    Args:
        ticket_id: The ticket's id.
        party: Whom you ask.
        subject: What it is about.
        body: The question.
    """
    ticket = head(ctx, ticket_id)
    check_not_closed(ticket)
    conversation_id = insert(
        ctx, SideConversation, ticket_id=ticket_id, party=party, address=ADDRESSES[party], subject=subject,
        state="waiting", created_at=ctx.now,
    )  # fmt: skip
    _send(ctx, ticket, _conversation(ctx, conversation_id), body)
    return _detail(ctx, conversation_id)


@writes(roles=WORKERS, locks_bind=False)
def send_side_message(ctx: Context, conversation_id: RecordId, body: Words) -> SideDetail:
    """Write again in a conversation at the side.

    Args:
        conversation_id: The conversation's id.
        body: What you write.
    """
    row = _open(ctx, conversation_id)
    ticket = head(ctx, row.ticket_id)
    check_not_closed(ticket)
    _send(ctx, ticket, row, body)
    run(ctx, "UPDATE side_conversation SET state = 'waiting' WHERE id = :conversation", conversation=conversation_id)
    return _detail(ctx, conversation_id)


@writes(roles=WORKERS, record="conversation_id")
def close_side_conversation(ctx: Context, conversation_id: RecordId) -> SideDetail:
    """Close a conversation at the side that has served its purpose.

    Args:
        conversation_id: The conversation's id.
    """
    row = _open(ctx, conversation_id)
    run(ctx, "UPDATE side_conversation SET state = 'closed' WHERE id = :conversation", conversation=conversation_id)
    record(ctx, head(ctx, row.ticket_id), Beside("side_conversation", row.party, row.state, "closed"))
    return _detail(ctx, conversation_id)


@reads(roles=STAFF)
def list_side_conversations(
    ctx: Context,
    ticket_id: RecordId | None = None,
    party: Party | None = None,
    state: SideState | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[SideRow]:
    """List conversations at the side, the newest first.

    Args:
        ticket_id: Only those about this ticket.
        party: Only those with this party.
        state: Only those in this state.
        page: Page number from 1.
        page_size: Conversations a page.
    """
    conditions = Conditions()
    conditions.equal(s__ticket_id=ticket_id, s__party=party, s__state=state)
    rows, total = page_of(ctx, _Row, _SELECTED, _SOURCE, conditions, "s.id DESC", page, page_size)
    return Page[SideRow].of([SideRow(**row._asdict()) for row in rows], total, page, page_size)


@reads(roles=STAFF)
def get_side_conversation(ctx: Context, conversation_id: RecordId) -> SideDetail:
    """Read a conversation at the side.

    Args:
        conversation_id: The conversation's id, as the ticket or list_side_conversations gives it.
    """
    return _detail(ctx, conversation_id)


@writes(roles=(), doors=())
def side_answers(ctx: Context, conversation_id: RecordId, body: Words) -> SideDetail:
    """Answer a conversation at the side from outside; its ticket opens unless it is closed, and the desk is told.

    Args:
        conversation_id: The conversation.
        body: What is answered.
    """
    return _answered(ctx, _conversation(ctx, conversation_id), body)


@writes(roles=(), doors=())
def party_answers(ctx: Context, ticket_id: RecordId, party: Party, body: Words) -> SideDetail:
    """Answer the last conversation that the desk began with a party about a ticket.

    Args:
        ticket_id: The ticket.
        party: Who answers.
        body: What is answered.
    """
    conditions = Conditions()
    conditions.equal(s__ticket_id=ticket_id, s__party=party)
    rows, _ = page_of(ctx, _Row, _SELECTED, _SOURCE, conditions, "s.id DESC", 1, 1)
    if not rows:
        raise NotFound("conversation_not_found", f"Nobody asked {party} about ticket {ticket_id}.", field="ticket_id")
    return _answered(ctx, rows[0], body)


def _answered(ctx: Context, row: _Row, body: str) -> SideDetail:
    name = ctx.actor.name or row.party.capitalize()
    _write(ctx, row.conversation_id, body, name, ours=False)
    run(
        ctx, "UPDATE side_conversation SET state = 'answered' WHERE id = :conversation",
        conversation=row.conversation_id,
    )  # fmt: skip
    ticket = head(ctx, row.ticket_id)
    heard = Beside("side_conversation", row.party, row.state, "answered")
    by = Author(None, name, OUTSIDE)
    if ticket.status in REOPENED_BY_REQUESTER:
        update(ctx, ticket, {"status": "open"}, by=by, via="side_conversation", beside=(heard,))
    else:
        record(ctx, ticket, heard, via="side_conversation")
    subject = f"[#{ticket.number}] {row.subject}"
    ctx.tell(subject, body, role=row.party, about=("side_conversation", row.conversation_id))
    return _detail(ctx, row.conversation_id)


def _send(ctx: Context, ticket: Head, row: _Row, body: str) -> None:
    message_id = _write(ctx, row.conversation_id, body, acting(ctx).name, ours=True)
    headed = f"[#{ticket.number}] {row.subject}"
    mails.send(ctx, "side_message", f"side:{message_id}", (None, row.address), ticket, body, headed)
    record(ctx, ticket, Beside("side_conversation", row.party, None, "waiting"))


def _write(ctx: Context, conversation_id: int, body: str, name: str, *, ours: bool) -> int:
    return insert(
        ctx, SideMessage, conversation_id=conversation_id, ours=ours, author_name=name, body=body, sent_at=ctx.now
    )


def _conversation(ctx: Context, conversation_id: int) -> _Row:
    found = _ONE.first(ctx, conversation=conversation_id)
    if found is None:
        raise NotFound(
            "conversation_not_found",
            f"There is no side conversation {conversation_id}; the list of side conversations shows all.",
            field="conversation_id",
        )
    return found


def _open(ctx: Context, conversation_id: int) -> _Row:
    row = _conversation(ctx, conversation_id)
    if row.state == "closed":
        raise Conflict(
            "conversation_closed",
            f"Side conversation {conversation_id} is closed; start a new one.",
            field="conversation_id",
        )
    return row


def _detail(ctx: Context, conversation_id: int) -> SideDetail:
    row = _conversation(ctx, conversation_id)
    messages = [
        SideMessageView(**{**one._asdict(), "ours": bool(one.ours)})
        for one in _MESSAGES.all(ctx, conversation=conversation_id)
    ]
    shown = {name: value for name, value in row._asdict().items() if name not in ("messages", "last_at")}
    return SideDetail(**shown, version=ctx.version(SideConversation, conversation_id), messages=messages)
