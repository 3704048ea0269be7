"""The help centre: a requester's own requests, and signing in to its pages.

A requester sees what was said to them and nothing else: no notes, no names of rules, no state that is the desk's own.
"""

import json
from datetime import datetime
from typing import Final, Literal, NamedTuple

from worlds.desk.mail.incoming import hear
from worlds.desk.models import WebSession
from worlds.desk.rules import REQUESTERS
from worlds.desk.texts import Body, OrderNumber, Subject
from worlds.desk.tickets import ticket_parts
from worlds.desk.tickets.opening import Draft, open_ticket
from worlds.desk.tickets.ticket_file import Head, head
from worlds.desk.tickets.updating import Beside, Said, acting, update
from worlds.desk.views import FileHead, Topic, UpTo50, UpTo500
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Unauthorized
from worlds.engine.fields import Email, Instant, Page, PageNumber, PageSize, Query, RecordId, Result, Words
from worlds.engine.folding import fold, normal_email
from worlds.engine.listing import Conditions, page_of
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query as Select
from worlds.engine.rows import insert, number, run

RequestStatus = Literal["open", "awaiting_reply", "solved", "closed"]
"""States as a requester is told them; whether the desk waits for somebody else is none of their business."""
_SHOWN: Final = {"new": "open", "open": "open", "hold": "open", "pending": "awaiting_reply"}
_STATES: Final = {
    "open": ("new", "open", "hold"),
    "awaiting_reply": ("pending",),
    "solved": ("solved",),
    "closed": ("closed",),
}
HOUSE: Final = "Larkfield Care"
"""Who speaks where a rule has written."""


class RequestRow(Result):
    """A request in a list."""

    ticket_id: int
    number: int
    subject: str
    status: str
    requester_name: str
    created_at: Instant
    updated_at: Instant


class Message(Result):
    """One thing that was said between the requester and the desk."""

    comment_id: int
    author_name: str
    from_desk: bool
    body: str
    created_at: Instant
    attachments: UpTo50[FileHead]


class RequestDetail(RequestRow):
    """A request with what was said. `follow_up_of` is the number of the request that it goes on from.

    `merged_into` is the number of the request of yours that took this one in, where it was merged. `rating` is
    `offered` where you are asked how content you are.
    """

    order_number: str | None
    follow_up_of: int | None
    merged_into: int | None
    rating: str | None
    messages: UpTo500[Message]


class HelpSession(Result):
    """Who is signed in to the help centre's pages, and whether they see what others of their organisation ask."""

    signed_in: bool
    user_id: int | None
    name: str
    email: str | None
    organization_name: str | None
    sees_colleagues: bool


class _Row(NamedTuple):
    ticket_id: int
    number: int
    subject: str
    status: str
    requester_name: str
    created_at: datetime
    updated_at: datetime


class _More(NamedTuple):
    requester_name: str
    order_number: str | None
    follow_up_of: int | None
    merged_into: int | None
    rating: str | None
    updated_at: datetime


class _Me(NamedTuple):
    id: int
    name: str
    email: str | None
    organization_name: str | None
    shared_tickets: int
    signed_in: int


_LAST_SAID = "(SELECT max(c.created_at) FROM comment c WHERE c.ticket_id = t.id AND c.public = 1)"
_MORE = Select(
    _More,
    f"""SELECT u.name, (SELECT v.value FROM field_value v JOIN ticket_field f ON f.id = v.field_id
        WHERE v.ticket_id = t.id AND f.name = 'order_number'),
      (SELECT p.number FROM ticket p WHERE p.id = t.follow_up_of_id AND p.requester_id = t.requester_id),
      (SELECT p.number FROM ticket p WHERE p.id = t.merged_into_id AND p.requester_id = t.requester_id),
      (SELECT r.score FROM rating r WHERE r.ticket_id = t.id), coalesce({_LAST_SAID}, t.created_at)
    FROM ticket t JOIN desk_user u ON u.id = t.requester_id WHERE t.id = :ticket""",  # noqa: S608 - a text of this module
)
_ME = Select(
    _Me,
    """SELECT u.id, u.name, i.value, o.name, coalesce(o.shared_tickets, 0), coalesce(s.signed_in, 1) FROM desk_user u
    LEFT JOIN user_identity i ON i.user_id = u.id AND i.kind = 'email' AND i.is_primary = 1
    LEFT JOIN organization o ON o.id = u.organization_id LEFT JOIN web_session s ON s.user_id = u.id
    WHERE u.id = :me""",
)


@reads(roles=REQUESTERS)
def list_requests(
    ctx: Context,
    query: Query | None = None,
    status: RequestStatus | None = None,
    mine: bool = False,
    sort: Literal["newest", "oldest", "updated"] = "newest",
    page: PageNumber = 1,
    page_size: PageSize = 25,
) -> Page[RequestRow]:
    """List your requests, and those of your organisation as far as you may see them, newest first.

    Args:
        query: Words that must all occur in the request's number or subject.
        status: Only requests in this state.
        mine: Only your own requests.
        sort: Order of the list; `updated` begins with those in which something was said last.
        page: Page number from 1.
        page_size: Requests a page.
    """
    conditions = Conditions()
    conditions.add(_visible(ctx, mine=mine), me=ctx.actor.person)
    if query is not None:
        conditions.add("t.id IN (SELECT value FROM json_each(:found))", found=json.dumps(_found(ctx, query)))
    if status is not None:
        conditions.add("t.status IN (SELECT value FROM json_each(:states))", states=json.dumps(_STATES[status]))
    select = f"t.id, t.number, t.subject, t.status, u.name, t.created_at, coalesce({_LAST_SAID}, t.created_at)"
    order = {"newest": "t.created_at DESC, t.id DESC", "oldest": "t.created_at, t.id", "updated": "7 DESC, t.id DESC"}
    source = "ticket t JOIN desk_user u ON u.id = t.requester_id"
    rows, total = page_of(ctx, _Row, select, source, conditions, order[sort], page, page_size)
    items = [RequestRow(**{**row._asdict(), "status": _told(row.status)}) for row in rows]
    return Page[RequestRow].of(items, total, page, page_size)


@reads(roles=REQUESTERS)
def get_request(ctx: Context, ticket_id: RecordId) -> RequestDetail:
    """Show one of your requests with all that was said.

    Args:
        ticket_id: The request's id, as list_requests gives it.
    """
    return _shown(ctx, head(ctx, ticket_id))


@writes(roles=REQUESTERS, duplicates=True)
def submit_request(
    ctx: Context,
    subject: Subject,
    body: Body,
    topic: Topic | None = None,
    order_number: OrderNumber | None = None,
) -> RequestDetail:
    """Ask the desk for help.

    Args:
        subject: What it is about, in a few words.
        body: What you want to tell or ask.
        topic: What kind of matter it is.
        order_number: The order that it is about, if it is about one.
    """
    fields = (("order_number", order_number.strip()),) if order_number and order_number.strip() else ()
    person = int(ctx.actor.person or 0)
    draft = Draft(person, subject, Said(body, public=True), "web", {"topic": topic}, fields)
    made = open_ticket(ctx, draft, via="requester")
    return _shown(ctx, made.ticket)


@writes(roles=REQUESTERS)
def comment_on_request(ctx: Context, ticket_id: RecordId, body: Body) -> RequestDetail:
    """Write on one of your requests. On a closed one this opens a new request, which goes on from it.

    Args:
        ticket_id: The request's id.
        body: What you want to tell or ask.
    """
    ticket = head(ctx, ticket_id)
    done = hear(ctx, ticket, Said(body, public=True), acting(ctx), "web")
    return _shown(ctx, head(ctx, done.ticket.id) if _sees(ctx, done.ticket) else ticket)


@writes(roles=REQUESTERS, record="ticket_id")
def rate_request(
    ctx: Context, ticket_id: RecordId, score: Literal["good", "bad"], comment: Words | None = None
) -> RequestDetail:
    """Say how content you are with the help that you got, once you were asked.

    Args:
        ticket_id: The request's id.
        score: Good or bad.
        comment: Why, if you want to say.
    """
    ticket = head(ctx, ticket_id)
    before = number(ctx, "SELECT count(*) FROM rating WHERE ticket_id = :ticket", ticket=ticket_id)
    if not before or ticket.status != "solved":
        raise Conflict(
            "rating_not_offered",
            f"Request {ticket.number} cannot be rated now; you are asked a day after it was solved, and can "
            "answer until it is closed.",
            field="ticket_id",
        )
    run(
        ctx, "UPDATE rating SET score = :score, comment = :comment, answered_at = :now WHERE ticket_id = :ticket",
        score=score, comment=comment, now=ctx.now, ticket=ticket_id,
    )  # fmt: skip
    update(ctx, ticket, {}, via="requester", beside=[Beside("rating", "score", None, score)])
    return _shown(ctx, head(ctx, ticket_id))


@reads(roles=REQUESTERS, doors=("pages",))
def get_help_session(ctx: Context) -> HelpSession:
    """Say who is signed in to the help centre."""
    me = _me(ctx)
    if not me.signed_in:
        return HelpSession(
            signed_in=False, user_id=None, name="", email=None, organization_name=None, sees_colleagues=False
        )
    shared = me.organization_name is not None and (bool(me.shared_tickets) or ctx.actor.role == "org_manager")
    return HelpSession(
        signed_in=True, user_id=me.id, name=me.name, email=me.email, organization_name=me.organization_name,
        sees_colleagues=shared,
    )  # fmt: skip


@writes(roles=REQUESTERS, doors=("pages",))
def sign_in(ctx: Context, email: Email) -> HelpSession:
    """Sign in to the help centre with the passkey on this device, which fits its owner's addresses alone.

    Args:
        email: One of your e-mail addresses.
    """
    known = number(
        ctx, "SELECT count(*) FROM user_identity WHERE user_id = :me AND kind = 'email' AND norm = :norm",
        me=ctx.actor.person, norm=normal_email(email),
    )  # fmt: skip
    if not known:
        raise Unauthorized(
            "sign_in_failed", "The passkey on this device does not belong to that address. Check it.", field="email"
        )
    _set_signed_in(ctx, signed_in=True)
    return get_help_session(ctx)


@writes(roles=REQUESTERS, doors=("pages",))
def sign_out(ctx: Context) -> HelpSession:
    """Sign out of the help centre."""
    _set_signed_in(ctx, signed_in=False)
    return get_help_session(ctx)


def _visible(ctx: Context, *, mine: bool) -> str:
    """Which tickets a requester may see; the same as `worlds.desk.tickets.ticket_file` says of one."""
    own = "t.requester_id = :me"
    if mine:
        return own
    colleagues = """t.organization_id = (SELECT me.organization_id FROM desk_user me JOIN organization o
        ON o.id = me.organization_id WHERE me.id = :me{})"""
    shared = colleagues.format("" if ctx.actor.role == "org_manager" else " AND o.shared_tickets = 1")
    return f"({own} OR {shared})"


class _Named(NamedTuple):
    id: int
    number: int
    subject: str


def _found(ctx: Context, query: str) -> list[int]:
    """Those that a requester may see whose number or subject holds all words of a query.

    They are few, and the desk's own index of tickets would also find addresses that are not theirs to know.
    """
    select = f"SELECT t.id, t.number, t.subject FROM ticket t WHERE {_visible(ctx, mine=False)}"  # noqa: S608 - texts of this module
    words = fold(query).split()
    rows = Select(_Named, select).all(ctx, me=ctx.actor.person)
    return [row.id for row in rows if all(word in fold(f"{row.number} {row.subject}") for word in words)]


def _sees(ctx: Context, ticket: Head) -> bool:
    sql = f"SELECT count(*) FROM ticket t WHERE t.id = :ticket AND {_visible(ctx, mine=False)}"  # noqa: S608 - texts of this module
    return bool(number(ctx, sql, ticket=ticket.id, me=ctx.actor.person))


def _told(status: str) -> str:
    return _SHOWN.get(status, status)


def _shown(ctx: Context, ticket: Head) -> RequestDetail:
    (more,) = _MORE.all(ctx, ticket=ticket.id)
    said = ticket_parts.comments(ctx, ticket.id, internal=False)
    return RequestDetail(
        ticket_id=ticket.id, number=ticket.number, subject=ticket.subject, status=_told(ticket.status),
        created_at=ticket.created_at,
        **more._asdict(),
        messages=[
            Message(
                comment_id=one.comment_id, author_name=HOUSE if one.author_role == "rule" else one.author_name,
                from_desk=one.author_role != "end_user", body=one.body, created_at=one.created_at,
                attachments=one.attachments,
            )
            for one in said
        ],
    )  # fmt: skip


def _me(ctx: Context) -> _Me:
    found = _ME.first(ctx, me=ctx.actor.person)
    if found is None:
        raise Unauthorized("sign_in_failed", "Nobody has an account here on this device.")
    return found


def _set_signed_in(ctx: Context, *, signed_in: bool) -> None:
    me = ctx.actor.person
    change = "UPDATE web_session SET signed_in = :signed_in, since = :now WHERE user_id = :me"
    if not run(ctx, change, signed_in=signed_in, now=ctx.now, me=me):
        insert(ctx, WebSession, user_id=me, signed_in=signed_in, since=ctx.now)
