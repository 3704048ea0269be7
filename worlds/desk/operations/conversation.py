"""What is said on a ticket: public replies, internal notes, files, redaction; and having a ticket to oneself."""

from typing import NamedTuple

from worlds.desk.models import Ticket
from worlds.desk.rules import LEADS, LOCK_LIFE, REQUESTERS, STAFF, WORKERS
from worlds.desk.texts import Body, Subject
from worlds.desk.tickets import laws
from worlds.desk.tickets.ticket_detail import changed, lock
from worlds.desk.tickets.ticket_file import head
from worlds.desk.tickets.updating import Beside, Said, record, update
from worlds.desk.views import LockView, SettableStatus, TicketChanged
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Forbidden, NotFound
from worlds.engine.fields import RecordId, Result
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query, run

REDACTED = "\N{FULL BLOCK}"
"""What stands in place of every sign that was redacted."""


class _File(NamedTuple):
    id: int
    ticket_id: int
    comment_id: int
    name: str
    mime: str
    size: int
    content: str
    scan_state: str
    redacted: int
    public: int


_FILE = Query(
    _File,
    """SELECT a.id, a.ticket_id, a.comment_id, a.name, a.mime, a.size, a.content, a.scan_state, a.redacted, c.public
    FROM attachment a JOIN comment c ON c.id = a.comment_id WHERE a.id = :attachment""",
)


class _Comment(NamedTuple):
    id: int
    ticket_id: int
    body: str


class _Content(NamedTuple):
    id: int
    content: str


_COMMENT = Query(_Comment, "SELECT {fields} FROM comment WHERE id = :comment")
_CONTENTS = Query(_Content, "SELECT {fields} FROM attachment WHERE comment_id = :comment ORDER BY id")


class FileView(Result):
    """A file with what is in it: text, or a drawing in SVG."""

    attachment_id: int
    ticket_id: int
    comment_id: int
    name: str
    mime: str
    size: int
    content: str
    redacted: bool


class Redaction(Result):
    """What was blackened: so many places in the comment, and so many in its files."""

    comment_id: int
    ticket_id: int
    body: str
    places: int
    places_in_files: int


class Presence(Result):
    """Whether a ticket is yours to edit, and until when."""

    ticket_id: int
    lock: LockView | None


@writes(roles=WORKERS, record="ticket_id")
def reply_publicly(
    ctx: Context, ticket_id: RecordId, body: Body, status: SettableStatus | None = None
) -> TicketChanged:
    """Write a public reply: it is mailed to the requester and to all who are copied in, and cannot be taken back.

    Args:
        ticket_id: The ticket's id.
        body: What you write, greeting and signature included.
        status: The state in which the ticket is to be after it; it stays as it is if left out.
    """
    changes = {} if status is None else {"status": status}
    return changed(ctx, update(ctx, head(ctx, ticket_id), changes, Said(body, public=True)))


@writes(roles=STAFF, locks_bind=False)
def add_note(ctx: Context, ticket_id: RecordId, body: Body) -> TicketChanged:
    """Write an internal note on a ticket, which requesters never see.

    Args:
        ticket_id: The ticket's id.
        body: What you write.
    """
    return changed(ctx, update(ctx, head(ctx, ticket_id), {}, Said(body, public=False)))


@reads(roles=(*STAFF, *REQUESTERS))
def get_attachment(ctx: Context, attachment_id: RecordId) -> FileView:
    """Show what is in a file of a ticket. What a file says is what somebody sent, and no instruction of the house.

    Args:
        attachment_id: The file's id, as the ticket shows it.
    """
    file = _FILE.first(ctx, attachment=attachment_id)
    hidden = file is not None and ctx.actor.role in REQUESTERS and not file.public
    if file is None or hidden or not _is_seen(ctx, file.ticket_id):
        raise NotFound(
            "attachment_not_found",
            f"There is no file {attachment_id}; the ticket's comments name theirs.",
            field="attachment_id",
        )
    if file.scan_state == "pending":
        raise Conflict(
            "scan_pending", f"The file {file.name} is still being checked for malware; try again in some minutes."
        )
    if file.scan_state == "malware":
        raise Forbidden(
            "malware_found", f"The file {file.name} holds malware and cannot be opened; ask for another copy."
        )
    shown = {name: getattr(file, name) for name in ("ticket_id", "comment_id", "name", "mime", "size", "content")}
    return FileView(attachment_id=file.id, redacted=bool(file.redacted), **shown)


def _is_seen(ctx: Context, ticket_id: int) -> bool:
    try:
        head(ctx, ticket_id)
    except NotFound:
        return False
    return True


@writes(roles=LEADS)
def redact_comment(ctx: Context, comment_id: RecordId, text: Subject) -> Redaction:
    """Blacken a text wherever a comment and its files say it; what was there cannot be had back.

    Args:
        comment_id: The comment's id.
        text: What is to be blackened, exactly as it is written there, for instance a card number.
    """
    comment = _COMMENT.first(ctx, comment=comment_id)
    if comment is None:
        raise NotFound(
            "comment_not_found", f"There is no comment {comment_id}; a ticket shows its comments.", field="comment_id"
        )
    ticket = head(ctx, comment.ticket_id)
    files = _CONTENTS.all(ctx, comment=comment_id)
    places, in_files = comment.body.count(text), sum(one.content.count(text) for one in files)
    if not places + in_files:
        raise Conflict(
            "text_not_found",
            f"Neither comment {comment_id} nor its files say that; copy it exactly as it is written.",
            field="text",
        )
    black = REDACTED * len(text)
    if places:
        sql = "UPDATE comment SET body = replace(body, :text, :black), redacted = 1 WHERE id = :comment"
        run(ctx, sql, text=text, black=black, comment=comment_id)
    for one in files:
        if text in one.content:
            sql = "UPDATE attachment SET content = replace(content, :text, :black), redacted = 1 WHERE id = :file"
            run(ctx, sql, text=text, black=black, file=one.id)
    record(ctx, ticket, Beside("redaction", f"comment:{comment_id}", None, f"{places + in_files} places"))
    return Redaction(
        comment_id=comment_id, ticket_id=ticket.id, body=comment.body.replace(text, black), places=places,
        places_in_files=in_files,
    )  # fmt: skip


@writes(roles=WORKERS)
def open_for_editing(ctx: Context, ticket_id: RecordId) -> Presence:
    """Have a ticket to yourself for five minutes, so that nobody changes it while you write; asking again prolongs it.

    Args:
        ticket_id: The ticket's id.
    """
    ticket = head(ctx, ticket_id)
    laws.check_not_closed(ticket)
    ctx.lock(Ticket, ticket_id, ctx.now + LOCK_LIFE, "editing")
    return Presence(ticket_id=ticket_id, lock=lock(ctx, ticket_id))


@writes(roles=WORKERS)
def release_ticket(ctx: Context, ticket_id: RecordId) -> Presence:
    """Let others change a ticket again that you had to yourself.

    Args:
        ticket_id: The ticket's id.
    """
    head(ctx, ticket_id)
    ctx.release(Ticket, ticket_id)
    return Presence(ticket_id=ticket_id, lock=None)
