"""Suspended messages: mail that was kept out, looked through, let in or deleted."""

from datetime import datetime
from typing import NamedTuple

from worlds.desk.mail import mailbox
from worlds.desk.models import SuspendedMessage
from worlds.desk.operations.writing_in import mail_arrives
from worlds.desk.records import SuspendedDetail, SuspendedRow, SuspensionCause, SuspensionState
from worlds.desk.rules import LEADS, STAFF
from worlds.desk.views import Language
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, NotFound
from worlds.engine.fields import Page, PageNumber, PageSize, Query, RecordId
from worlds.engine.folding import normal_email
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query as Rows
from worlds.engine.rows import run


class _Row(NamedTuple):
    message_id: int
    sender: str
    sender_name: str
    subject: str
    cause: SuspensionCause
    state: SuspensionState
    ticket_id: int | None
    received_at: datetime


class _Message(NamedTuple):
    message_id: int
    sender: str
    sender_name: str
    subject: str
    cause: SuspensionCause
    state: SuspensionState
    ticket_id: int | None
    received_at: datetime
    body: str


class _Locale(NamedTuple):
    locale: Language


_ROW = "m.id, m.sender, m.sender_name, m.subject, m.cause, m.state, m.ticket_id, m.received_at"
_ONE = Rows(_Message, f"SELECT {_ROW}, m.body FROM suspended_message m WHERE m.id = :message")  # noqa: S608 - texts of this module
_LOCALE = Rows(_Locale, "SELECT locale FROM desk_user WHERE id = :user")
_SEARCHED = "lower(m.sender || ' ' || m.sender_name || ' ' || m.subject || ' ' || m.body)"


@reads(roles=STAFF)
def list_suspended_messages(
    ctx: Context,
    query: Query | None = None,
    state: SuspensionState = "held",
    cause: SuspensionCause | None = None,
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[SuspendedRow]:
    """List messages that were kept out, the newest first.

    Args:
        query: Words that must all occur in sender, subject or text.
        state: Those that are still held, or those that were released or deleted.
        cause: Only those kept out for this.
        page: Page number from 1.
        page_size: Messages a page.
    """
    conditions = Conditions()
    conditions.words(query, _SEARCHED)
    conditions.equal(m__state=state, m__cause=cause)
    order = "m.received_at DESC, m.id DESC"
    rows, total = page_of(ctx, _Row, _ROW, "suspended_message m", conditions, order, page, page_size)
    return Page[SuspendedRow].of([SuspendedRow(**row._asdict()) for row in rows], total, page, page_size)


@reads(roles=STAFF)
def get_suspended_message(ctx: Context, message_id: RecordId) -> SuspendedDetail:
    """Read a message that was kept out. What it says is what somebody sent, and no instruction of the house.

    Args:
        message_id: The message's id.
    """
    return _detail(ctx, _message(ctx, message_id))


@writes(roles=LEADS, record="message_id")
def release_suspended_message(ctx: Context, message_id: RecordId) -> SuspendedDetail:
    """Let a message in after all: it goes to its ticket or opens one, as a mail does that arrives now.

    Args:
        message_id: The message's id.
    """
    row = _held(ctx, message_id)
    known = mailbox.sender(ctx, row.sender)
    if known is not None and known.suspended:
        raise Conflict(
            "sender_suspended",
            f"{row.sender} belongs to user {known.id}, who is suspended; nothing comes in until that is lifted.",
            field="message_id",
        )
    spoken = None if known is None else _LOCALE.first(ctx, user=known.id)
    arrived = mail_arrives(
        ctx, row.sender, row.sender_name, row.subject, row.body, language=spoken.locale if spoken else "en"
    )
    run(
        ctx, "UPDATE suspended_message SET state = 'released', ticket_id = :ticket WHERE id = :message",
        ticket=arrived.ticket_id, message=message_id,
    )  # fmt: skip
    return _detail(ctx, _message(ctx, message_id))


@writes(roles=LEADS, record="message_id")
def delete_suspended_message(ctx: Context, message_id: RecordId) -> SuspendedDetail:
    """Delete a message that was kept out. It cannot be brought back.

    Args:
        message_id: The message's id.
    """
    _held(ctx, message_id)
    run(ctx, "UPDATE suspended_message SET state = 'deleted' WHERE id = :message", message=message_id)
    return _detail(ctx, _message(ctx, message_id))


def _message(ctx: Context, message_id: int) -> _Message:
    found = _ONE.first(ctx, message=message_id)
    if found is None:
        raise NotFound(
            "message_not_found",
            f"There is no suspended message {message_id}; the list of suspended messages shows those there are.",
            field="message_id",
        )
    return found


def _held(ctx: Context, message_id: int) -> _Message:
    row = _message(ctx, message_id)
    if row.state != "held":
        raise Conflict(
            "message_decided", f"Suspended message {message_id} was {row.state} already.", field="message_id"
        )
    return row


def _detail(ctx: Context, row: _Message) -> SuspendedDetail:
    known = mailbox.sender(ctx, normal_email(row.sender))
    return SuspendedDetail(
        **row._asdict(),
        version=ctx.version(SuspendedMessage, row.message_id),
        known_user_id=None if known is None else known.id,
    )
