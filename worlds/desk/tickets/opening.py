"""How a ticket comes into the world: on behalf of somebody, by mail, as a follow-up, or split from another."""

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from worlds.desk.models import Ticket
from worlds.desk.tickets.field_values import Setting, set_fields
from worlds.desk.tickets.ticket_file import head
from worlds.desk.tickets.ticket_text import index
from worlds.desk.tickets.updating import Author, Said, Updated, acting, update
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, NotFound
from worlds.engine.rows import Query, insert

FIRST_NUMBER: Final = 43_000
"""Below the number of the first ticket."""


class Requester(NamedTuple):
    """Somebody for whom a ticket can be opened."""

    id: int
    name: str
    locale: str
    organization_id: int | None
    suspended: int
    merged_into_id: int | None


_REQUESTER = Query(Requester, "SELECT {fields} FROM desk_user WHERE id = :user")


@dataclass(frozen=True, slots=True)
class Draft:
    """A ticket that is to be opened: what its first comment says, and columns other than those that follow from it."""

    requester_id: int
    subject: str
    said: Said
    channel: str
    columns: dict[str, Any] = field(default_factory=dict)
    fields: tuple[Setting, ...] = ()
    follow_up_of_id: int | None = None


def requester(ctx: Context, user_id: int, field_name: str = "requester_id") -> Requester:
    """Somebody for whom a ticket can be opened.

    Raises:
        NotFound: when there is nobody of that id.
        Conflict: when their record was merged into another.
    """
    found = _REQUESTER.first(ctx, user=user_id)
    if found is None:
        raise NotFound(
            "user_not_found", f"There is nobody with id {user_id}; find them in the list of people.", field=field_name
        )
    if found.merged_into_id is not None:
        raise Conflict(
            "user_merged",
            f"The record of user {user_id} was merged into user {found.merged_into_id}; take that one.",
            field=field_name,
        )
    return found


def open_ticket(ctx: Context, draft: Draft, *, by: Author | None = None, via: str = "agent") -> Updated:
    """Open a ticket and say its first words; rules on new tickets run."""
    by = by or acting(ctx)
    who = requester(ctx, draft.requester_id)
    language = draft.columns.get("language") or who.locale
    ticket_id = insert(
        ctx, Ticket, number=FIRST_NUMBER + ctx.number("ticket_number"), subject=draft.subject, status="new",
        channel=draft.channel, language=language, requester_id=who.id, submitter_id=by.id or who.id,
        organization_id=who.organization_id, tags="[]", follow_up_of_id=draft.follow_up_of_id, spam=False, reopens=0,
        reassigned=0, search_text="", created_at=ctx.now, updated_at=ctx.now, state_since=ctx.now,
    )  # fmt: skip
    index(ctx, ticket_id)
    ticket = head(ctx, ticket_id)
    beside = set_fields(ctx, ticket, draft.fields)
    columns = {name: value for name, value in draft.columns.items() if value is not None and name != "language"}
    return update(ctx, ticket, columns, draft.said, by=by, via=via, fresh=True, beside=beside)
