"""What belongs to a ticket, part by part, each read by one statement."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from worlds.desk import views
from worlds.desk.tickets.field_values import FIELDS_OF
from worlds.engine.context import Context
from worlds.engine.rows import Query

MOST_COMMENTS, MOST_AUDITS = 500, 50


class _Comment(NamedTuple):
    comment_id: int
    public: int
    author_id: int | None
    author_name: str
    author_role: str
    body: str
    via: str
    automatic: int
    redacted: int
    created_at: datetime


class _File(NamedTuple):
    comment_id: int
    attachment_id: int
    name: str
    mime: str
    size: int
    scan_state: str
    redacted: int


_COMMENTS = Query(
    _Comment,
    """SELECT id, public, author_id, author_name, author_role, body, via, automatic, redacted, created_at
    FROM (SELECT * FROM comment WHERE ticket_id = :ticket AND (public = 1 OR :internal) ORDER BY id DESC LIMIT :most)
    ORDER BY id""",
)
_FILES = Query(
    _File,
    """SELECT comment_id, id, name, mime, size, scan_state, redacted FROM attachment
    WHERE ticket_id = :ticket ORDER BY id""",
)


def comments(ctx: Context, ticket_id: int, *, internal: bool) -> list[views.CommentView]:
    """What was said on a ticket, the last 500 in the order in which they were said; notes only where `internal`."""
    files: dict[int, list[views.FileHead]] = defaultdict(list)
    for file in _FILES.all(ctx, ticket=ticket_id):
        files[file.comment_id].append(
            views.FileHead(
                attachment_id=file.attachment_id, name=file.name, mime=file.mime, size=file.size,
                scan_state=file.scan_state, redacted=bool(file.redacted),
            )
        )  # fmt: skip
    rows = _COMMENTS.all(ctx, ticket=ticket_id, internal=internal, most=MOST_COMMENTS)
    return [
        views.CommentView(
            **{
                **row._asdict(),
                "public": bool(row.public),
                "automatic": bool(row.automatic),
                "redacted": bool(row.redacted),
            },
            attachments=files[row.comment_id][:50],
        )
        for row in rows
    ]


def fields(ctx: Context, ticket_id: int) -> list[views.FieldView]:
    """The fields of the house's own, with what the ticket holds."""
    rows = FIELDS_OF.all(ctx, ticket=ticket_id)
    return [
        views.FieldView(name=row.name, title=row.title, kind=row.kind, value=row.value, required=bool(row.required))
        for row in rows[:50]
    ]


class _Audit(NamedTuple):
    audit_id: int
    at: datetime
    actor_role: str
    actor_id: int | None
    actor_name: str
    via: str


class _Event(NamedTuple):
    audit_id: int
    kind: str
    field: str | None
    before: str | None
    after: str | None


_AUDITS = Query(
    _Audit,
    """SELECT id, at, actor_role, actor_id, actor_name, via FROM ticket_audit WHERE ticket_id = :ticket
    ORDER BY id DESC LIMIT :most""",
)
_EVENTS = Query(
    _Event,
    """SELECT audit_id, kind, field, before, after FROM audit_event
    WHERE audit_id IN (SELECT value FROM json_each(:audits)) ORDER BY id""",
)


def audits(ctx: Context, ticket_id: int) -> list[views.AuditView]:
    """The last 50 updates of a ticket, the newest first."""
    return audit_views(ctx, _AUDITS.all(ctx, ticket=ticket_id, most=MOST_AUDITS))


def audit_views(ctx: Context, rows: Iterable[_Audit]) -> list[views.AuditView]:
    """Stored updates with all that each of them changed."""
    found = list(rows)
    events: dict[int, list[views.AuditEventView]] = defaultdict(list)
    for one in _EVENTS.all(ctx, audits=json.dumps([row.audit_id for row in found])):
        events[one.audit_id].append(
            views.AuditEventView(kind=one.kind, field=one.field, before=one.before, after=one.after)
        )
    return [views.AuditView(**row._asdict(), events=events[row.audit_id][:500]) for row in found]


AuditRow = _Audit


class _Link(NamedTuple):
    role: str
    ticket_id: int
    number: int
    subject: str
    status: str


_LINKS = Query(
    _Link,
    """SELECT 'problem', t.id, t.number, t.subject, t.status FROM ticket h JOIN ticket t ON t.id = h.problem_id
      WHERE h.id = :ticket
    UNION ALL SELECT 'incident', t.id, t.number, t.subject, t.status FROM ticket t WHERE t.problem_id = :ticket
    UNION ALL SELECT 'follow_up_of', t.id, t.number, t.subject, t.status FROM ticket h
      JOIN ticket t ON t.id = h.follow_up_of_id WHERE h.id = :ticket
    UNION ALL SELECT 'follow_up', t.id, t.number, t.subject, t.status FROM ticket t WHERE t.follow_up_of_id = :ticket
    UNION ALL SELECT 'merged_into', t.id, t.number, t.subject, t.status FROM ticket h
      JOIN ticket t ON t.id = h.merged_into_id WHERE h.id = :ticket
    UNION ALL SELECT 'merged', t.id, t.number, t.subject, t.status FROM ticket t WHERE t.merged_into_id = :ticket
    UNION ALL SELECT CASE l.kind WHEN 'parent' THEN 'child' ELSE 'related' END, t.id, t.number, t.subject, t.status
      FROM ticket_link l JOIN ticket t ON t.id = l.other_id WHERE l.ticket_id = :ticket
    UNION ALL SELECT l.kind, t.id, t.number, t.subject, t.status
      FROM ticket_link l JOIN ticket t ON t.id = l.ticket_id WHERE l.other_id = :ticket
    ORDER BY 1, 2""",
)


class Relations(NamedTuple):
    """The other tickets that one has to do with."""

    problem: views.TicketRef | None
    incidents: list[views.TicketRef]
    follow_up_of: views.TicketRef | None
    follow_ups: list[views.TicketRef]
    merged_into: views.TicketRef | None
    merged: list[views.TicketRef]
    links: list[views.LinkView]


def relations(ctx: Context, ticket_id: int) -> Relations:
    """The other tickets that one has to do with."""
    found: dict[str, list[views.TicketRef]] = defaultdict(list)
    links = []
    for row in _LINKS.all(ctx, ticket=ticket_id):
        columns = {"ticket_id": row.ticket_id, "number": row.number, "subject": row.subject, "status": row.status}
        if row.role in ("related", "parent", "child"):
            links.append(views.LinkView(kind=row.role, **columns))
        else:
            found[row.role].append(views.TicketRef(**columns))
    return Relations(
        problem=next(iter(found["problem"]), None),
        incidents=found["incident"][:500],
        follow_up_of=next(iter(found["follow_up_of"]), None),
        follow_ups=found["follow_up"][:50],
        merged_into=next(iter(found["merged_into"]), None),
        merged=found["merged"][:500],
        links=links[:500],
    )


class _Collaborator(NamedTuple):
    user_id: int
    name: str
    email: str | None
    route: str


_COLLABORATORS = Query(
    _Collaborator,
    """SELECT u.id, u.name, i.value, c.route FROM collaborator c JOIN desk_user u ON u.id = c.user_id
    LEFT JOIN user_identity i ON i.user_id = u.id AND i.kind = 'email' AND i.is_primary = 1
    WHERE c.ticket_id = :ticket ORDER BY c.id""",
)


def collaborators(ctx: Context, ticket_id: int) -> list[views.CollaboratorView]:
    """Who is copied in on a ticket or follows it."""
    return [views.CollaboratorView(**row._asdict()) for row in _COLLABORATORS.all(ctx, ticket=ticket_id)[:50]]


class _Item(NamedTuple):
    item_id: int
    title: str
    status: str
    assignee_id: int | None
    assignee_name: str | None


_ITEMS = Query(
    _Item,
    """SELECT c.id, c.title, c.status, c.assignee_id, a.name FROM checklist_item c
    LEFT JOIN desk_user a ON a.id = c.assignee_id WHERE c.ticket_id = :ticket ORDER BY c.id""",
)


def checklist(ctx: Context, ticket_id: int) -> list[views.ItemView]:
    """The pieces of work on a ticket."""
    return [views.ItemView(**row._asdict()) for row in _ITEMS.all(ctx, ticket=ticket_id)[:50]]
