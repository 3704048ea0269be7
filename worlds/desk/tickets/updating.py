"""The one way in which a ticket changes: its laws, what is said, the audit, the rules it sets off, clocks and mails.

Operations, people, macros, triggers and automations all come through `update`; nothing else writes to `ticket`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from worlds.desk.automation import triggers
from worlds.desk.automation.actions import changes_of
from worlds.desk.automation.conditions import Facts
from worlds.desk.automation.facts import Surroundings, columns, facts, surroundings
from worlds.desk.mail import mails
from worlds.desk.models import Attachment, AuditEvent, Comment, TicketAudit
from worlds.desk.rules import REQUESTERS
from worlds.desk.service import sla
from worlds.desk.tickets import laws
from worlds.desk.tickets.ticket_file import Head, head
from worlds.desk.tickets.ticket_text import index
from worlds.engine.context import Context
from worlds.engine.errors import Invalid, Refusal
from worlds.engine.fields import iso_instant
from worlds.engine.rows import Query, insert, run


@dataclass(frozen=True, slots=True)
class Author:
    """Who does something: the id of their record, if they have one, their name, and `end_user`, a role or `rule`."""

    id: int | None
    name: str
    role: str

    @property
    def is_requester(self) -> bool:
        """Whether they are served here rather than work here."""
        return self.role == "end_user"


@dataclass(frozen=True, slots=True)
class File:
    """A file that comes with a comment; `content` is text, also of small pictures (SVG). `size` in bytes."""

    name: str
    mime: str
    content: str
    size: int
    scan_state: str = "clean"


@dataclass(frozen=True, slots=True)
class Said:
    """What is said with an update. `automatic` was written by a rule or a mailbox."""

    body: str
    public: bool
    via: str = "web"
    files: tuple[File, ...] = ()
    automatic: bool = False
    message_id: str | None = None


class Beside(NamedTuple):
    """What an update changed beside the ticket's own columns: a field of the house, a link, a checklist."""

    kind: str
    field: str | None
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update came to: the ticket as it is now, the comment's id, and which rules fired."""

    ticket: Head
    comment_id: int | None
    fired: tuple[str, ...]


RULE: Final = "rule"


def acting(ctx: Context) -> Author:
    """The acting person as comments and audits name them."""
    role = "end_user" if ctx.actor.role in REQUESTERS else ctx.actor.role
    return Author(ctx.actor.person, ctx.actor.name or role.replace("_", " ").capitalize(), role)


def update(
    ctx: Context,
    ticket: Head,
    changes: Mapping[str, Any],
    said: Said | None = None,
    *,
    by: Author | None = None,
    via: str = "agent",
    fresh: bool = False,
    beside: Sequence[Beside] = (),
) -> Updated:
    """Change a ticket and say something on it.

    Args:
        ctx: the call's context.
        ticket: as it is; `fresh` where it was made in this call.
        changes: columns of `laws.COLUMNS` with the values that are asked for.
        said: what is said with it.
        by: who does it; the acting person where it is left out.
        via: by what: `agent`, `macro`, `requester`, `merge`, `automation`, …
        fresh: whether the ticket was made in this call, so that rules on new tickets run.
        beside: what the caller has changed with it and wants to see in the same audit.

    Raises:
        Conflict, Invalid, NotFound: where a law forbids it; then nothing is changed.
    """
    by = by or acting(ctx)
    speaks = said is not None and by.is_requester and not said.automatic
    wanted = laws.settled(ctx, ticket, changes, by_requester=speaks, by_rule=by.role == RULE)
    after, comment_id = _done(ctx, ticket, wanted, said, by, via, beside)
    look = _Look(ctx, ticket, said, by, fresh=fresh)
    fired: tuple[str, ...] = ()
    if by.role != RULE and after.status != "closed":  # nothing changes a closed ticket any more
        after, run_of = triggers.fire(ctx, after, look.at, _by_rule(ctx))
        fired = tuple(run_of.titles)
    sla.reckon(ctx, None if fresh else ticket, after, said, by, look.around)
    if said is not None:
        mails.on_comment(ctx, after, comment_id, said, by)
    return Updated(after, comment_id, fired)


def _done(
    ctx: Context,
    ticket: Head,
    changes: Mapping[str, Any],
    said: Said | None,
    by: Author,
    via: str,
    beside: Sequence[Beside] = (),
) -> tuple[Head, int | None]:
    """Store columns, comment and audit; answers the ticket as it is then and the comment's id."""
    comment_id = None if said is None else _say(ctx, ticket, said, by)
    if not changes and comment_id is None and not beside:
        return ticket, None
    after = _stored(ctx, ticket, changes)
    audit_id = insert(
        ctx, TicketAudit, ticket_id=ticket.id, at=ctx.now, actor_role=by.role, actor_id=by.id, actor_name=by.name,
        via=via,
    )  # fmt: skip
    for name in sorted(changes):
        event(ctx, audit_id, ticket.id, "change", name, getattr(ticket, name), changes[name])
    for one in beside:
        event(ctx, audit_id, ticket.id, one.kind, one.field, one.before, one.after)
    if said is not None:
        event(ctx, audit_id, ticket.id, "comment", "public" if said.public else "internal", None, str(comment_id))
    return after, comment_id


def event(ctx: Context, audit_id: int, ticket_id: int, kind: str, field: str | None, before: Any, after: Any) -> None:
    """Write down one part of an update."""
    insert(
        ctx, AuditEvent, audit_id=audit_id, ticket_id=ticket_id, kind=kind, field=field, before=_text(before),
        after=_text(after),
    )  # fmt: skip


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return iso_instant(value) if hasattr(value, "astimezone") else str(value)


def _stored(ctx: Context, ticket: Head, changes: Mapping[str, Any]) -> Head:
    row: dict[str, Any] = {**changes, "updated_at": ctx.now}
    if "status" in changes:
        row["state_since"] = ctx.now
        if changes["status"] == "solved":
            row["solved_at"] = ctx.now
        elif ticket.status == "solved" and changes["status"] != "closed":
            row |= {"solved_at": None, "reopens": ticket.reopens + 1}
    handed_on = [name for name in ("assignee_id", "group_id") if name in changes and getattr(ticket, name) is not None]
    if handed_on:
        row["reassigned"] = ticket.reassigned + 1
    run(ctx, _update_of(tuple(row)), ticket_id=ticket.id, **row)
    if changes.keys() & {"subject", "requester_id", "organization_id"}:
        index(ctx, ticket.id)
    return ticket._replace(**row)


@lru_cache(maxsize=256)
def _update_of(names: tuple[str, ...]) -> str:
    columns = ", ".join(f"{name} = :{name}" for name in names)
    return f"UPDATE ticket SET {columns} WHERE id = :ticket_id"  # noqa: S608 - names of our own columns


def _say(ctx: Context, ticket: Head, said: Said, by: Author) -> int:
    comment_id = insert(
        ctx, Comment, ticket_id=ticket.id, author_id=by.id, author_name=by.name, author_role=by.role,
        public=said.public, body=said.body, via=said.via, automatic=said.automatic, redacted=False,
        message_id=said.message_id, created_at=ctx.now,
    )  # fmt: skip
    for file in said.files:
        insert(
            ctx, Attachment, comment_id=comment_id, ticket_id=ticket.id, name=file.name, mime=file.mime,
            size=file.size, content=file.content, scan_state=file.scan_state, redacted=False,
        )  # fmt: skip
    return comment_id


def _by_rule(ctx: Context) -> triggers.Apply:
    def apply(ticket: Head, actions: Mapping[str, Any], title: str) -> Head:
        try:
            return by_rule(ctx, ticket, actions, title)
        except Refusal:  # a law is asked before anything is written; nobody's update fails because of a rule
            return ticket

    return apply


def by_rule(
    ctx: Context,
    ticket: Head,
    actions: Mapping[str, Any],
    title: str,
    via: Literal["trigger", "automation"] = "trigger",
) -> Head:
    """Carry out what a rule does to a ticket, without setting off other rules; answers the ticket as it is then.

    Raises:
        Conflict, Invalid, NotFound: where a law forbids it; then nothing is changed.
    """
    by = Author(None, title, RULE)
    changes = _settled_by_rule(ctx, ticket, changes_of(ctx, ticket, actions))
    for public, name in ((False, "note"), (True, "reply")):
        text = actions.get(name)
        if text:
            said = Said(filled(ctx, ticket, text), public=public, via=via, automatic=True)
            ticket, comment_id = _done(ctx, ticket, changes, said, by, via)
            mails.on_comment(ctx, ticket, comment_id, said, by)
            changes = {}
    told = actions.get("mail_group")
    beside = [Beside("notification", "group", None, told)] if told else []
    ticket, _ = _done(ctx, ticket, changes, None, by, via, beside)
    if told:
        mails.to_group(ctx, ticket, told, title)
    return ticket


def _settled_by_rule(ctx: Context, ticket: Head, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What a rule changes; a ticket that it gives to another group leaves an assignee who is not in that."""
    try:
        return laws.settled(ctx, ticket, changes, by_rule=True)
    except Invalid as refusal:
        if refusal.code != "assignee_not_in_group" or "assignee_id" in changes:
            raise
        return laws.settled(ctx, ticket, {**changes, "assignee_id": None}, by_rule=True)


def by_automation(ctx: Context, ticket: Head, actions: Mapping[str, Any], title: str) -> Head:
    """Carry out what an automation does to a ticket, with the triggers and clocks that it sets off.

    Raises:
        Conflict, Invalid, NotFound: where a law forbids it; then nothing is changed.
    """
    by = Author(None, title, RULE)
    after, look = by_rule(ctx, ticket, actions, title, "automation"), _Look(ctx, ticket, None, by, fresh=False)
    if after.status != "closed":
        after, _ = triggers.fire(ctx, after, look.at, _by_rule(ctx))
    sla.reckon(ctx, ticket, after, None, by, look.around)
    return after


class _Named(NamedTuple):
    requester: str
    group_name: str | None
    assignee: str | None


_NAMED = Query(
    _Named,
    """SELECT u.name, g.name, a.name FROM ticket t JOIN desk_user u ON u.id = t.requester_id
    LEFT JOIN desk_group g ON g.id = t.group_id
    LEFT JOIN desk_user a ON a.id = t.assignee_id WHERE t.id = :ticket""",
)


def filled(ctx: Context, ticket: Head, text: str) -> str:
    """A prepared text with its placeholders filled from a ticket and the acting person."""
    named = _NAMED.first(ctx, ticket=ticket.id)
    requester = named.requester if named else ""
    given = {
        "ticket.number": str(ticket.number),
        "ticket.subject": ticket.subject,
        "ticket.requester.name": requester,
        "ticket.requester.first_name": requester.split()[0] if requester else "",
        "ticket.group": (named.group_name if named else None) or "",
        "ticket.assignee": (named.assignee if named else None) or "",
        "current_user.name": ctx.actor.name,
        "current_user.first_name": ctx.actor.name.split()[0] if ctx.actor.name else "",
    }
    for name, value in given.items():
        text = text.replace(f"{{{{{name}}}}}", value)
    return text


class _Look:
    """What conditions look at in the course of an update; what is around a ticket is read anew where that is other."""

    def __init__(self, ctx: Context, was: Head, said: Said | None, by: Author, *, fresh: bool) -> None:
        self._ctx = ctx
        self._before = {} if fresh else columns(was)
        self._said = {
            "event": "create" if fresh else "update",
            "author": "end_user" if by.is_requester else "staff",
            "comment": None if said is None else said.body,
            "comment_public": said is not None and said.public,
            "comment_automatic": said is not None and said.automatic,
        }
        self._around: dict[tuple[int | None, ...], Surroundings] = {}

    def at(self, ticket: Head) -> Facts:
        """A ticket as it is now, and what was said."""
        return facts(ticket, self.around(ticket), self._ctx.now, self._said, self._before)

    def around(self, ticket: Head) -> Surroundings:
        """What bears on a ticket; an update changes none of it but who asks and whose it is."""
        place = (ticket.requester_id, ticket.organization_id, ticket.group_id)
        known = self._around.get(place)
        if known is None:
            known = self._around[place] = surroundings(self._ctx, ticket)
        return known


def facts_of(ctx: Context, ticket: Head) -> Facts:
    """What conditions can look at of a ticket as it stands."""
    return facts(ticket, surroundings(ctx, ticket), ctx.now)


def refreshed(ctx: Context, ticket: Head) -> Head:
    """The ticket as it is stored now."""
    return head(ctx, ticket.id)


def record(ctx: Context, ticket: Head, *beside: Beside, via: str = "agent") -> None:
    """Write an audit of what is no change of the ticket's own columns, of closed tickets too; no rule runs."""
    _done(ctx, ticket, {}, None, acting(ctx), via, beside)
