"""Mails that leave the desk: public replies to the requester and those copied in, and notices to groups."""

from typing import TYPE_CHECKING, NamedTuple

from worlds.desk.models import OutboxEmail
from worlds.desk.tickets.ticket_file import Head
from worlds.engine.context import Context
from worlds.engine.rows import Query, insert

if TYPE_CHECKING:
    from worlds.desk.tickets.updating import Author, Said


class _Receiver(NamedTuple):
    id: int
    address: str
    kind: str


_RECEIVERS = Query(
    _Receiver,
    """SELECT u.id, i.value, 'public_reply' FROM desk_user u JOIN user_identity i ON i.user_id = u.id
      AND i.kind = 'email' AND i.is_primary = 1 WHERE u.id = :requester
    UNION ALL
    SELECT u.id, i.value, 'cc_reply' FROM collaborator c JOIN desk_user u ON u.id = c.user_id
      JOIN user_identity i ON i.user_id = u.id AND i.kind = 'email' AND i.is_primary = 1
      WHERE c.ticket_id = :ticket AND c.route = 'cc' AND u.id <> :requester ORDER BY 1""",
)


class _Member(NamedTuple):
    id: int
    address: str


_MEMBERS = Query(
    _Member,
    """SELECT u.id, i.value FROM desk_group g JOIN membership m ON m.group_id = g.id
    JOIN desk_user u ON u.id = m.user_id
    JOIN user_identity i ON i.user_id = u.id AND i.kind = 'email' AND i.is_primary = 1
    WHERE g.name = :name AND u.away_until IS NULL ORDER BY u.id""",
)


def on_comment(ctx: Context, ticket: Head, comment_id: int | None, said: "Said", by: "Author") -> None:
    """Mail a public reply of staff to the requester and those who are copied in."""
    if not said.public or by.is_requester or ticket.spam or comment_id is None:
        return
    for one in _RECEIVERS.all(ctx, requester=ticket.requester_id, ticket=ticket.id):
        send(ctx, one.kind, f"comment:{comment_id}", (one.id, one.address), ticket, said.body)


def to_group(ctx: Context, ticket: Head, group: str, why: str) -> None:
    """Tell the members of a group of a ticket."""
    for one in _MEMBERS.all(ctx, name=group):
        text = f"Ticket {ticket.number}, {ticket.subject}: {why}."
        number = ctx.number("group_mail")
        send(ctx, "received", f"notice:{number}", (one.id, one.address), ticket, text)


def send(
    ctx: Context, kind: str, event: str, to: tuple[int | None, str], ticket: Head, body: str, subject: str | None = None
) -> None:
    """Send a mail about a ticket to somebody: their id and their address."""
    user_id, address = to
    headed = subject or f"[#{ticket.number}] {ticket.subject}"
    insert(
        ctx, OutboxEmail, kind=kind, event=event, to_address=address, ticket_id=ticket.id, user_id=user_id,
        subject=headed, body=body, sent_at=ctx.now,
    )  # fmt: skip
    ctx.publish("email", f"mailbox:{address}", {"event": event, "subject": headed})
