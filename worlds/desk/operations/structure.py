"""How tickets belong together: merging, splitting, follow-ups, problems and incidents, links."""

import json
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field

from worlds.desk.mail.incoming import follow_up
from worlds.desk.models import TicketLink
from worlds.desk.operations.tickets import check_is_problem
from worlds.desk.rules import WORKERS
from worlds.desk.texts import Body, Subject, Tags
from worlds.desk.tickets import laws, merging
from worlds.desk.tickets.opening import Draft, open_ticket
from worlds.desk.tickets.ticket_detail import changed, ref
from worlds.desk.tickets.ticket_file import Head, head, heads
from worlds.desk.tickets.ticket_parts import relations
from worlds.desk.tickets.updating import Beside, Said, record, update
from worlds.desk.views import LinkView, TicketChanged, TicketRef, UpTo50, UpTo500
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid, NotFound
from worlds.engine.fields import RecordId, Result
from worlds.engine.operation import reads, writes
from worlds.engine.rows import Query, insert, number, run

Sources = Annotated[list[RecordId], Field(min_length=1, max_length=20)]
SPLIT: Final = "split"
LinkKind = Literal["related", "parent"]


class MergeSource(TicketRef):
    """A ticket that would be merged, whose it is, and how many public comments stand on it."""

    requester_name: str
    public_comments: int


class MergePreview(Result):
    """What a merge would do. `copied_in` would get all public replies on the target from then on."""

    target: TicketRef
    requester_name: str
    sources: UpTo50[MergeSource]
    different_requesters: bool
    copied_in: UpTo50[str]
    tags: UpTo50[str]


class Merged(Result):
    """The ticket that stays, and those that were closed into it."""

    target: TicketChanged
    sources: UpTo50[TicketRef]


class SplitOff(Result):
    """The ticket that was split, and the one that its comments went to."""

    ticket: TicketRef
    split_off: TicketChanged
    moved: int


class Links(Result):
    """A ticket's links."""

    ticket_id: int
    links: UpTo500[LinkView]


class _Comment(NamedTuple):
    id: int
    public: int


_COMMENTS = Query(_Comment, "SELECT id, public FROM comment WHERE ticket_id = :ticket ORDER BY id")


@reads(roles=WORKERS)
def preview_merge(ctx: Context, target_id: RecordId, source_ids: Sources) -> MergePreview:
    """Show what merging tickets would do, without doing it.

    Args:
        target_id: The ticket that stays.
        source_ids: The tickets that would be closed into it.
    """
    target, sources = _to_merge(ctx, target_id, source_ids)
    told = {
        one.ticket_id: one
        for one in merging.SOURCES.all(ctx, tickets=json.dumps([target_id, *(one.id for one in sources)]))
    }
    others = merging.different_requesters(target, sources)
    return MergePreview(
        target=ref(target),
        requester_name=told[target.id].requester_name,
        sources=[
            MergeSource(
                **ref(one).model_dump(), requester_name=told[one.id].requester_name, public_comments=told[one.id].said
            )
            for one in sources
        ],
        different_requesters=bool(others),
        copied_in=sorted({told[one.id].requester_name for one in others}),
        tags=sorted({tag for one in (target, *sources) for tag in json.loads(one.tags)}),
    )


@writes(roles=WORKERS, record="target_id")
def merge_tickets(
    ctx: Context,
    target_id: RecordId,
    source_ids: Sources,
    note: Body | None = None,
    confirm_different_requesters: bool = False,
) -> Merged:
    """Merge tickets into one. This cannot be undone.

    The target keeps its number and gets the others' tags and an internal note of them; they are closed with a pointer
    to it, and answers to them come to it. Somebody else who brought one of them is copied in on the target.

    Args:
        target_id: The ticket that stays; it must not be closed.
        source_ids: The tickets that are closed into it.
        note: What the internal note on the target says first.
        confirm_different_requesters: That tickets of different people are to be merged, who then see each other's
            public replies; the house forbids it without their consent.
    """
    target, sources = _to_merge(ctx, target_id, source_ids)
    others = merging.different_requesters(target, sources)
    if others and not confirm_different_requesters:
        raise Conflict(
            "different_requesters",
            f"Ticket {others[0].number} was brought by somebody else than ticket {target.number}, and merging them "
            "would show each of them what the other is told. Link them instead or, where both have "
            "agreed, confirm that they are different requesters.",
            field="source_ids",
            override="confirm_different_requesters",
        )
    done = merging.merge(ctx, target, sources, note)
    return Merged(target=changed(ctx, done), sources=[ref(head(ctx, one.id)) for one in sources])


@writes(roles=WORKERS)
def link_tickets(ctx: Context, ticket_id: RecordId, other_id: RecordId, kind: LinkKind = "related") -> Links:
    """Say that two tickets belong together, without making them one; their requesters see nothing of it.

    Args:
        ticket_id: The ticket's id.
        other_id: The other ticket's id.
        kind: `related`, or `parent` where the first is the parent of the other.
    """
    ticket, other = head(ctx, ticket_id), head(ctx, other_id, field="other_id")
    if ticket_id == other_id:
        raise Invalid(
            "duplicate_ticket", f"Ticket {ticket.number} cannot be linked to itself; name another.", field="other_id"
        )
    if _linked(ctx, ticket_id, other_id):
        raise Conflict("already_linked", f"Tickets {ticket.number} and {other.number} are linked already.")
    insert(ctx, TicketLink, ticket_id=ticket_id, other_id=other_id, kind=kind, created_at=ctx.now)
    _record_link(ctx, ticket, other, added=True)
    return Links(ticket_id=ticket_id, links=relations(ctx, ticket_id).links)


@writes(roles=WORKERS)
def unlink_tickets(ctx: Context, ticket_id: RecordId, other_id: RecordId) -> Links:
    """Take the link between two tickets away.

    Args:
        ticket_id: The ticket's id.
        other_id: The other ticket's id.
    """
    ticket, other = head(ctx, ticket_id), head(ctx, other_id, field="other_id")
    if not _linked(ctx, ticket_id, other_id):
        raise NotFound(
            "link_not_found", f"Tickets {ticket.number} and {other.number} are not linked; a ticket shows its links."
        )
    run(
        ctx,
        "DELETE FROM ticket_link WHERE (ticket_id = :a AND other_id = :b) OR (ticket_id = :b AND other_id = :a)",
        a=ticket_id, b=other_id,
    )  # fmt: skip
    _record_link(ctx, ticket, other, added=False)
    return Links(ticket_id=ticket_id, links=relations(ctx, ticket_id).links)


@writes(roles=WORKERS, record="ticket_id")
def link_incident(ctx: Context, ticket_id: RecordId, problem_id: RecordId) -> TicketChanged:
    """Make a ticket an incident of a problem.

    Args:
        ticket_id: The ticket that is an incident of it.
        problem_id: The problem, a ticket of the type problem.
    """
    ticket = head(ctx, ticket_id)
    check_is_problem(ctx, problem_id, ticket)
    return changed(ctx, update(ctx, ticket, {"type": "incident", "problem_id": problem_id}))


@writes(roles=WORKERS, record="ticket_id")
def split_ticket(
    ctx: Context,
    ticket_id: RecordId,
    comment_ids: Annotated[list[RecordId], Field(min_length=1, max_length=100)],
    subject: Subject,
) -> SplitOff:
    """Move comments of a ticket to a new one of the same requester, linked to it, for a matter of its own.

    Args:
        ticket_id: The ticket's id.
        comment_ids: The comments that move, with their files; at least one public comment has to stay.
        subject: What the new ticket is about, in a few words.
    """
    ticket = head(ctx, ticket_id)
    laws.check_not_closed(ticket)
    moving = _check_split(ctx, ticket, comment_ids)
    said = Said(f"Split off from ticket #{ticket.number}.", public=False)
    draft = Draft(ticket.requester_id, subject, said, ticket.channel, {"language": ticket.language})
    made = open_ticket(ctx, draft, via=SPLIT)
    ids = json.dumps([one.id for one in moving])
    for table, column in (("comment", "id"), ("attachment", "comment_id")):
        sql = f"UPDATE {table} SET ticket_id = :new WHERE {column} IN (SELECT value FROM json_each(:ids))"  # noqa: S608 - names of our own
        run(ctx, sql, new=made.ticket.id, ids=ids)
    came = [Beside("comment", "public" if one.public else "internal", None, str(one.id)) for one in moving]
    record(ctx, made.ticket, *came, via=SPLIT)
    insert(ctx, TicketLink, ticket_id=ticket_id, other_id=made.ticket.id, kind="related", created_at=ctx.now)
    note = Said(f"Comments were split off to ticket #{made.ticket.number}.", public=False)
    after = update(ctx, ticket, {}, note, via=SPLIT, beside=[Beside("split", "comments", ids, str(made.ticket.number))])
    return SplitOff(ticket=ref(after.ticket), split_off=changed(ctx, made), moved=len(moving))


def _check_split(ctx: Context, ticket: Head, comment_ids: list[int]) -> list[_Comment]:
    """The comments that move: they are the ticket's, and a public one stays."""
    known = {row.id: row for row in _COMMENTS.all(ctx, ticket=ticket.id)}
    for at, one in enumerate(comment_ids):
        if one not in known:
            raise NotFound(
                "comment_not_found",
                f"Ticket {ticket.number} has no comment {one}; the ticket shows those it has.",
                field=f"comment_ids.{at}",
            )
    if not any(row.public for row in known.values() if row.id not in comment_ids):
        raise Conflict(
            "nothing_left",
            f"At least one public comment has to stay on ticket {ticket.number}; change its subject instead.",
            field="comment_ids",
        )
    return [known[one] for one in sorted(set(comment_ids))]


@writes(roles=WORKERS, duplicates=True)
def create_follow_up(
    ctx: Context,
    ticket_id: RecordId,
    body: Body,
    public: bool = False,
    subject: Subject | None = None,
    tags: Tags | None = None,
) -> TicketChanged:
    """Open a ticket that goes on from a closed one, with its requester, topic, group and fields.

    Args:
        ticket_id: The closed ticket's id.
        body: The first comment, in your name.
        public: Whether the first comment is mailed to the requester; an internal note otherwise.
        subject: What it is about; the same as the closed one if left out.
        tags: Its tags; those of the closed one if left out.
    """
    closed = head(ctx, ticket_id)
    return changed(ctx, follow_up(ctx, closed, Said(body, public=public), subject=subject, tags=tags))


def _to_merge(ctx: Context, target_id: int, source_ids: list[int]) -> tuple[Head, list[Head]]:
    target = head(ctx, target_id, field="target_id")
    known = {one.id: one for one in heads(ctx, json.dumps(source_ids))}
    sources = [known.get(one) or head(ctx, one, field=f"source_ids.{at}") for at, one in enumerate(source_ids)]
    merging.check(ctx, target, sources)
    return target, sources


def _linked(ctx: Context, ticket_id: int, other_id: int) -> bool:
    sql = """SELECT count(*) FROM ticket_link
        WHERE (ticket_id = :a AND other_id = :b) OR (ticket_id = :b AND other_id = :a)"""
    return bool(number(ctx, sql, a=ticket_id, b=other_id))


def _record_link(ctx: Context, ticket: Head, other: Head, *, added: bool) -> None:
    """In the audits of both."""
    for one, its in ((ticket, other), (other, ticket)):
        before, after = (None, str(its.number)) if added else (str(its.number), None)
        record(ctx, one, Beside("link", "ticket", before, after))
