"""What comes to the desk from outside and from colleagues. No surface offers it, events perform it."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import Field

from worlds.desk.automation.actions import with_tags
from worlds.desk.mail import mailbox
from worlds.desk.mail.incoming import hear, where_it_goes_on, where_it_went
from worlds.desk.models import Ticket
from worlds.desk.rules import LOCK_LIFE
from worlds.desk.texts import Body, FileName, FileText, Subject, Tags
from worlds.desk.tickets import laws
from worlds.desk.tickets.opening import Draft, open_ticket, requester
from worlds.desk.tickets.ticket_file import Head, head
from worlds.desk.tickets.updating import Author, File, Said, Updated, update
from worlds.desk.views import Language, Level, Priority, SettableStatus, TicketType, Topic
from worlds.engine.context import Actor, Context
from worlds.engine.errors import NotFound
from worlds.engine.fields import Email, Input, Instant, Line, Name, RecordId, Result
from worlds.engine.operation import writes
from worlds.engine.rows import Query, run

SCANNING: Final = timedelta(minutes=4)
"""How long it takes until a file that came in is known to be clean."""
Scan = Literal["clean", "pending", "malware"]


class FileIn(Input):
    """A file that comes with what somebody writes."""

    name: FileName = Field(description="Its name.")
    mime: Literal["text/plain", "text/csv", "image/svg+xml", "application/pdf"] = Field(description="What it is.")
    content: FileText = Field(description="What is in it: text, or a drawing in SVG.")
    scan: Scan = Field(default="clean", description="What the scanner says; a pending one is clean some minutes later.")


Files = Annotated[list[FileIn], Field(max_length=10)]


class Change(Input):
    """What a colleague changes of a ticket; what is left out stays."""

    status: SettableStatus | None = Field(default=None, description="Its state.")
    type: TicketType | None = Field(default=None, description="Its type.")
    priority: Priority | None = Field(default=None, description="How pressing it is.")
    impact: Level | None = Field(default=None, description="How many are hit.")
    urgency: Level | None = Field(default=None, description="How soon it has to be mended.")
    topic: Topic | None = Field(default=None, description="What it is about.")
    group_id: RecordId | None = Field(default=None, description="The group that works on it.")
    assignee_id: RecordId | None = Field(default=None, description="Who works on it.")
    due_at: Instant | None = Field(default=None, description="By when it has to be done.")
    add_tags: Tags = Field(default_factory=list, description="Tags to add.")
    remove_tags: Tags = Field(default_factory=list, description="Tags to take off.")


class Arrived(Result):
    """Where something landed: on a ticket, as which comment; or among the suspended messages."""

    ticket_id: int | None
    comment_id: int | None
    suspended_id: int | None = None


class _Colleague(NamedTuple):
    id: int
    role: str
    name: str


class _FileId(NamedTuple):
    id: int


_COLLEAGUE = Query(
    _Colleague,
    """SELECT {fields} FROM desk_user WHERE name = :name AND role IN ('light_agent', 'agent', 'team_lead', 'admin')
    AND suspended = 0 ORDER BY id LIMIT 1""",
)
_UNSCANNED = Query(
    _FileId, "SELECT id FROM attachment WHERE comment_id = :comment AND scan_state = 'pending' ORDER BY id"
)


def colleague(ctx: Context, name: str) -> Context:
    """The context of a colleague, by their name.

    Raises:
        NotFound: when nobody of that name works here.
    """
    found = _COLLEAGUE.first(ctx, name=name)
    if found is None:
        raise NotFound("colleague_not_found", f"Nobody named {name!r} works at the desk.")
    return replace(ctx, actor=Actor(found.role, found.id, found.name))


@writes(roles=(), doors=())
def requester_writes(
    ctx: Context,
    ticket_id: RecordId,
    body: Body,
    files: Files | None = None,
    via: Literal["email", "web", "chat", "social"] = "email",
) -> Arrived:
    """Write on a ticket as its requester.

    On a merged one it reaches the one that took it in; a closed one goes on in its last follow-up, or in a new one.

    Args:
        ticket_id: The ticket.
        body: What they write.
        files: Files that come with it.
        via: How it comes.
    """
    ticket = where_it_goes_on(ctx, head(ctx, ticket_id))
    who = requester(ctx, ticket.requester_id)
    said = Said(body, public=True, via=via, files=_files(files))
    return _arrived(ctx, hear(ctx, ticket, said, Author(who.id, who.name, "end_user"), via), files)


@writes(roles=(), doors=())
def mail_arrives(  # noqa: PLR0913 - what a mail consists of
    ctx: Context,
    sender: Email,
    sender_name: Name,
    subject: Subject,
    body: Body,
    in_reply_to: Line | None = None,
    files: Files | None = None,
    message_id: Line | None = None,
    language: Language = "en",
    automatic: bool = False,
    spam: bool = False,
) -> Arrived:
    """Let a mail come in.

    It goes to the ticket that it answers or whose number stands in its subject, to the one that took that ticket in, or
    to a follow-up of a closed one; otherwise it opens a ticket. From somebody who has no part in that ticket it becomes
    an internal note. Spam, loops of automatic mails and mails of suspended senders are kept out.

    Args:
        sender: The address that it came from.
        sender_name: The name beside it.
        subject: Its subject.
        body: What it says.
        in_reply_to: The message id of the mail that it answers; those of the desk say `comment:` and a comment's id.
        files: Files that come with it.
        message_id: Its own message id.
        language: What it is written in.
        automatic: Whether a mailbox wrote it, not a person.
        spam: Whether the mail server takes it for spam.
    """
    known = mailbox.sender(ctx, sender)
    cause = _cause(ctx, known, automatic=automatic, spam=spam)
    if cause is not None:
        kept = mailbox.suspend(ctx, sender, sender_name, subject, body, cause=cause)
        return Arrived(ticket_id=None, comment_id=None, suspended_id=kept)
    who = known or mailbox.new_sender(ctx, sender, sender_name, language)
    ticket = mailbox.addressed(ctx, subject, in_reply_to)
    said = Said(
        body, public=True, via="email", files=_files(files), automatic=automatic, message_id=message_id
    )  # fmt: skip
    stranger = ticket is not None and not _takes_part(ctx, ticket, who)
    if ticket is None or (stranger and where_it_went(ctx, ticket).status == "closed"):
        draft = Draft(who.id, subject, said, "email", {"language": language})
        return _arrived(ctx, open_ticket(ctx, draft, by=who.author, via="requester"), files)
    return _arrived(ctx, hear(ctx, ticket, replace(said, public=not stranger), who.author, "email"), files)


@writes(roles=(), doors=())
def colleague_updates(
    ctx: Context,
    ticket_id: RecordId,
    who: Name | None = None,
    changes: Change | None = None,
    note: Body | None = None,
    reply: Body | None = None,
) -> Arrived:
    """Change a ticket and write on it, as a colleague.

    Args:
        ticket_id: The ticket.
        who: The colleague's name; whose name the event bears if left out.
        changes: What they change.
        note: An internal note that they write.
        reply: A public reply that they write, where there is no note.
    """
    own = colleague(ctx, who or ctx.actor.name)
    ticket = head(own, ticket_id)
    laws.check_free(own, ticket, "ticket_id")
    given: dict[str, Any] = changes.model_dump(exclude_none=True) if changes else {}
    tags = with_tags(ticket.tags, add=given.pop("add_tags", ()), remove=given.pop("remove_tags", ()))
    text = note or reply
    said = None if text is None else Said(text, public=note is None)
    return _arrived(own, update(own, ticket, {**given, "tags": tags}, said))


@writes(roles=(), doors=())
def colleague_opens(ctx: Context, ticket_id: RecordId, who: Name | None = None) -> Arrived:
    """Have a ticket to oneself for five minutes, as a colleague.

    Args:
        ticket_id: The ticket.
        who: The colleague's name; whose name the event bears if left out.
    """
    own = colleague(ctx, who or ctx.actor.name)
    laws.check_free(own, head(own, ticket_id), "ticket_id")
    own.lock(Ticket, ticket_id, own.now + LOCK_LIFE, "editing")
    return Arrived(ticket_id=ticket_id, comment_id=None)


@writes(roles=(), doors=())
def scan_finishes(ctx: Context, attachment_id: RecordId, result: Literal["clean", "malware"] = "clean") -> Arrived:
    """Say what the scanner has found in a file.

    Args:
        attachment_id: The file.
        result: What it is.
    """
    sql = "UPDATE attachment SET scan_state = :result WHERE id = :file AND scan_state = 'pending'"
    run(ctx, sql, result=result, file=attachment_id)
    return Arrived(ticket_id=None, comment_id=None)


def _cause(ctx: Context, known: mailbox.Sender | None, *, automatic: bool, spam: bool) -> str | None:
    """Why a mail is kept out, or None."""
    if known is not None and known.suspended:
        return "suspended_sender"
    if spam:
        return "spam"
    return "loop" if automatic and known is not None and mailbox.loops(ctx, known) else None


def _takes_part(ctx: Context, ticket: Head, who: mailbox.Sender) -> bool:
    """Whether somebody has a part in a ticket or in the one that took it in."""
    return mailbox.takes_part(ctx, ticket, who) or mailbox.takes_part(ctx, where_it_went(ctx, ticket), who)


def _files(files: list[FileIn] | None) -> tuple[File, ...]:
    return tuple(
        File(one.name, one.mime, one.content, len(one.content.encode()), one.scan) for one in files or ()
    )  # fmt: skip


def _arrived(ctx: Context, done: Updated, files: Files | None = None) -> Arrived:
    """Where it landed; files that are still being scanned are clean some minutes later."""
    for file in _UNSCANNED.all(ctx, comment=done.comment_id) if files else ():
        ctx.schedule(ctx.now + SCANNING, "scan_finishes", attachment_id=file.id)
    return Arrived(ticket_id=done.ticket.id, comment_id=done.comment_id)
