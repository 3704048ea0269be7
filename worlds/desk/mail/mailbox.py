"""Whose mail it is, which ticket it belongs to, and whether it comes in at all."""

import json
import re
from datetime import timedelta
from typing import Final, NamedTuple

from worlds.desk.models import DeskUser, SuspendedMessage, UserIdentity
from worlds.desk.rules import LOOP_LIMIT
from worlds.desk.tickets.ticket_file import Head, heads
from worlds.desk.tickets.updating import Author
from worlds.engine.context import Context
from worlds.engine.fields import iso_instant
from worlds.engine.folding import normal_email, search_text
from worlds.engine.rows import Query, insert, number

LOOP_WINDOW: Final = timedelta(hours=1)
_NUMBER: Final = re.compile(r"\[#(\d{1,9})\]")
_OURS: Final = re.compile(r"comment:(\d{1,15})")


class Sender(NamedTuple):
    """Who wrote a mail, as the desk knows them."""

    id: int
    name: str
    role: str
    suspended: int
    organization_id: int | None
    org_manager: int

    @property
    def author(self) -> Author:
        """As comments name them."""
        return Author(self.id, self.name, self.role)


_SENDER = Query(
    Sender,
    """SELECT u.id, u.name, u.role, u.suspended, u.organization_id, u.org_manager FROM user_identity i
    JOIN desk_user k ON k.id = i.user_id JOIN desk_user u ON u.id = coalesce(k.merged_into_id, k.id)
    WHERE i.kind = 'email' AND i.norm = :norm ORDER BY i.is_primary DESC, i.id LIMIT 1""",
)


class _Id(NamedTuple):
    id: int


class _Firm(NamedTuple):
    id: int
    name: str


_BY_NUMBER = Query(_Id, "SELECT id FROM ticket WHERE number = :number")
_BY_MESSAGE = Query(_Id, "SELECT ticket_id FROM comment WHERE message_id = :message ORDER BY id LIMIT 1")
_BY_COMMENT = Query(_Id, "SELECT ticket_id FROM comment WHERE id = :comment")
_FIRM = Query(
    _Firm,
    """SELECT o.id, o.name FROM organization o WHERE EXISTS (SELECT 1 FROM json_each(o.domains) d
    WHERE lower(d.value) = :domain) ORDER BY o.id LIMIT 1""",
)
_AUTOMATIC = """SELECT count(*) FROM comment WHERE author_id = :user AND automatic = 1 AND via = 'email'
    AND created_at > :since"""
_ON_IT = "SELECT count(*) FROM collaborator WHERE ticket_id = :ticket AND user_id = :user AND route = 'cc'"


def sender(ctx: Context, address: str) -> Sender | None:
    """Whom an address belongs to; a merged record answers with the one that took it in."""
    return _SENDER.first(ctx, norm=normal_email(address))


def new_sender(ctx: Context, address: str, name: str, locale: str) -> Sender:
    """Write down somebody who wrote for the first time; the domain of their address may say where they work."""
    firm = _FIRM.first(ctx, domain=normal_email(address).rpartition("@")[2])
    user_id = insert(
        ctx, DeskUser, name=name, role="end_user", locale=locale, zone="Europe/Amsterdam",
        organization_id=firm.id if firm else None, org_manager=False, vip=False, suspended=False, skills="[]",
        search_text=search_text(name, address, firm.name if firm else None), created_at=ctx.now,
    )  # fmt: skip
    insert(
        ctx, UserIdentity, user_id=user_id, kind="email", value=address, norm=normal_email(address), is_primary=True,
        verified=False,
    )  # fmt: skip
    return Sender(user_id, name, "end_user", 0, firm.id if firm else None, 0)


def addressed(ctx: Context, subject: str, in_reply_to: str | None) -> Head | None:
    """The ticket that a mail belongs to: by the message that it answers, or by the number in its subject."""
    found = None
    if in_reply_to is not None:
        ours = _OURS.search(in_reply_to)
        found = _BY_COMMENT.first(ctx, comment=int(ours[1])) if ours else _BY_MESSAGE.first(ctx, message=in_reply_to)
    if found is None and (said := _NUMBER.search(subject)) is not None:
        found = _BY_NUMBER.first(ctx, number=int(said[1]))
    return next(iter(heads(ctx, json.dumps([found.id]))), None) if found else None


def takes_part(ctx: Context, ticket: Head, who: Sender) -> bool:
    """Whether what somebody mails is part of the conversation: staff, the requester, those copied in, their manager."""
    if who.role != "end_user" or who.id == ticket.requester_id:
        return True
    manages = bool(who.org_manager) and who.organization_id is not None
    if manages and who.organization_id == ticket.organization_id:
        return True
    return bool(number(ctx, _ON_IT, ticket=ticket.id, user=who.id))


def loops(ctx: Context, who: Sender) -> bool:
    """Whether so many automatic mails came from somebody within the hour that the next one is kept out (D12)."""
    since = iso_instant(ctx.now - LOOP_WINDOW)
    return number(ctx, _AUTOMATIC, user=who.id, since=since) >= LOOP_LIMIT


def suspend(ctx: Context, address: str, name: str, subject: str, body: str, *, cause: str) -> int:
    """Keep a message out; answers its id."""
    return insert(
        ctx, SuspendedMessage, sender=address, sender_name=name, subject=subject, body=body, cause=cause, state="held",
        received_at=ctx.now,
    )  # fmt: skip
