"""Merging tickets: what goes over to the one that stays, and what is said on each."""

import json
from collections.abc import Sequence
from typing import Final, NamedTuple

from worlds.desk.automation.actions import with_tags
from worlds.desk.models import Collaborator, MergeRecord, Ticket
from worlds.desk.tickets import laws
from worlds.desk.tickets.ticket_file import Head
from worlds.desk.tickets.updating import Beside, Said, Updated, update
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, Invalid
from worlds.engine.rows import Number, Query, insert, number

VIA: Final = "merge"


class _Source(NamedTuple):
    ticket_id: int
    requester_name: str
    said: int
    last: str | None


SOURCES: Final = Query(
    _Source,
    """SELECT t.id, u.name, (SELECT count(*) FROM comment c WHERE c.ticket_id = t.id AND c.public = 1),
      (SELECT c.body FROM comment c WHERE c.ticket_id = t.id AND c.public = 1 ORDER BY c.id DESC LIMIT 1)
    FROM ticket t JOIN desk_user u ON u.id = t.requester_id
    WHERE t.id IN (SELECT value FROM json_each(:tickets)) ORDER BY t.id""",
)
_PROBLEMS: Final = Query(
    Number, "SELECT DISTINCT problem_id FROM ticket WHERE problem_id IN (SELECT value FROM json_each(:tickets))"
)


def check(ctx: Context, target: Head, sources: Sequence[Head]) -> None:
    """Refuse what cannot be merged.

    Raises:
        Invalid, Conflict: naming the ticket and the rule.
    """
    if target.status == "closed":
        gone = "was merged into another" if target.merged_into_id else "is closed"
        raise Conflict(
            "merge_target_closed",
            f"Ticket {target.number} {gone}, so nothing can be merged into it; merge into a ticket that is not closed.",
            field="target_id",
        )
    ids = [source.id for source in sources]
    problems = {one.value for one in _PROBLEMS.all(ctx, tickets=json.dumps(ids))}
    held = ctx.locked_among(Ticket, ids)
    for at, source in enumerate(sources):
        path = f"source_ids.{at}"
        if source.id == target.id or source.id in [one.id for one in sources[:at]]:
            raise Invalid("duplicate_ticket", f"Ticket {source.number} is named twice; name it once.", field=path)
        laws.check_held(ctx, held.get(source.id), source, path)
        if source.merged_into_id is not None:
            raise Conflict("already_merged", f"Ticket {source.number} was merged before, and that stands.", field=path)
        if source.status == "closed":
            raise Conflict(
                "ticket_closed",
                f"Ticket {source.number} is closed and cannot be merged any more; link it to say that they belong "
                "together.",
                field=path,
            )
        if source.id in problems:
            raise Conflict(
                "problem_has_incidents",
                f"Ticket {source.number} is a problem with incidents; link them to the other problem first.",
                field=path,
            )


def different_requesters(target: Head, sources: Sequence[Head]) -> list[Head]:
    """The sources that somebody else has brought."""
    return [one for one in sources if one.requester_id != target.requester_id]


def merge(ctx: Context, target: Head, sources: Sequence[Head], note: str | None) -> Updated:
    """Merge checked tickets into one; each source is closed with a pointer, and the target gets a note of them."""
    told = {one.ticket_id: one for one in SOURCES.all(ctx, tickets=json.dumps([one.id for one in sources]))}
    said = [note] if note else []
    tags = target.tags
    for source in sources:
        pointer = Said(f"This ticket was merged into ticket #{target.number}.", public=False, via=VIA)
        update(ctx, source, {"status": "closed", "merged_into_id": target.id}, pointer, via=VIA)
        insert(ctx, MergeRecord, target_id=target.id, source_id=source.id, actor_name=ctx.actor.name, merged_at=ctx.now)
        copy_in(ctx, target, source.requester_id)
        tags = with_tags(tags, add=json.loads(source.tags))
        known = told[source.id]
        said.append(f"Ticket #{source.number} of {known.requester_name}, {source.subject}, was merged into this one.")
        if known.last:
            said.append("\n".join(f"> {line}" for line in known.last.splitlines()))
    beside = [Beside("merge", "source", None, str(source.number)) for source in sources]
    text = Said("\n\n".join(said)[:12_000], public=False, via=VIA)
    return update(ctx, target, {"tags": tags}, text, via=VIA, beside=beside)


def copy_in(ctx: Context, ticket: Head, user_id: int) -> None:
    """Copy somebody in on a ticket's public replies, unless it is theirs or they are on it already."""
    known = "SELECT count(*) FROM collaborator WHERE ticket_id = :ticket AND user_id = :user"
    if user_id != ticket.requester_id and not number(ctx, known, ticket=ticket.id, user=user_id):
        insert(ctx, Collaborator, ticket_id=ticket.id, user_id=user_id, route="cc")
