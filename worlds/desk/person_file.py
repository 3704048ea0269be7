"""People as the desk's operations read and change them: who there is, by which addresses, and what finds them."""

from datetime import date, datetime
from typing import Any, NamedTuple

from worlds.desk.models import TicketAudit, UserIdentity
from worlds.desk.tickets import ticket_text
from worlds.desk.tickets.updating import acting, event
from worlds.engine.context import Context
from worlds.engine.errors import Conflict, NotFound
from worlds.engine.folding import normal_email, phone_digits, search_text
from worlds.engine.rows import Query, insert, number, run


class Person(NamedTuple):
    """Somebody's record, with their organisation."""

    user_id: int
    name: str
    role: str
    locale: str
    zone: str
    organization_id: int | None
    organization_name: str | None
    tier: str | None
    org_manager: int
    vip: int
    suspended: int
    shop_customer: str | None
    crm_contact: str | None
    notes: str | None
    skills: str
    away_until: date | None
    merged_into_id: int | None
    created_at: datetime
    tickets: int
    unsolved: int


class Identity(NamedTuple):
    """An address of somebody."""

    identity_id: int
    user_id: int
    kind: str
    value: str
    norm: str
    is_primary: int
    verified: int


_PERSON = Query(
    Person,
    """SELECT u.id, u.name, u.role, u.locale, u.zone, u.organization_id, o.name, o.tier, u.org_manager, u.vip,
      u.suspended, u.shop_customer, u.crm_contact, u.notes, u.skills, u.away_until, u.merged_into_id, u.created_at,
      (SELECT count(*) FROM ticket t WHERE t.requester_id = u.id),
      (SELECT count(*) FROM ticket t WHERE t.requester_id = u.id AND t.status NOT IN ('solved', 'closed'))
    FROM desk_user u LEFT JOIN organization o ON o.id = u.organization_id WHERE u.id = :user""",
)
IDENTITIES = Query(
    Identity,
    """SELECT id, user_id, kind, value, norm, is_primary, verified FROM user_identity WHERE user_id = :user
    ORDER BY kind, is_primary DESC, id""",
)
OWNERS = Query(
    Identity,
    """SELECT i.id, i.user_id, i.kind, i.value, i.norm, i.is_primary, i.verified FROM user_identity i
    JOIN desk_user u ON u.id = i.user_id WHERE i.kind = :kind AND i.norm = :norm AND u.merged_into_id IS NULL
    ORDER BY i.user_id""",
)


class _Own(NamedTuple):
    id: int


_TICKETS = Query(_Own, "SELECT id FROM ticket WHERE requester_id = :user ORDER BY id")


def person(ctx: Context, user_id: int, field: str = "user_id") -> Person:
    """Somebody by their id, also one whose record was merged.

    Raises:
        NotFound: when there is nobody of that id.
    """
    found = _PERSON.first(ctx, user=user_id)
    if found is None:
        raise NotFound(
            "user_not_found", f"There is nobody with id {user_id}; find them in the list of people.", field=field
        )
    return found


def requester(ctx: Context, user_id: int, field: str = "user_id") -> Person:
    """Somebody who is served here, in a record that is in use.

    Raises:
        Conflict: when the record was merged, or is a colleague's.
        NotFound: when there is nobody of that id.
    """
    found = person(ctx, user_id, field)
    if found.merged_into_id is not None:
        raise Conflict(
            "user_merged",
            f"The record of user {user_id} was merged into user {found.merged_into_id}; take that one.",
            field=field,
        )
    if found.role != "end_user":
        raise Conflict(
            "user_is_staff",
            f"{found.name} works here; only the records of those who are served here can be changed.",
            field=field,
        )
    return found


def norm_of(kind: str, value: str) -> str:
    """An address as it is compared: mail without case and outer spaces, a phone number by its digits."""
    return normal_email(value) if kind == "email" else phone_digits(value) or ""


def add_address(ctx: Context, user_id: int, kind: str, value: str, *, primary: bool) -> int:
    """Store an address of somebody, which is theirs alone among mails; answers its id."""
    if primary:
        run(
            ctx, "UPDATE user_identity SET is_primary = 0 WHERE user_id = :user AND kind = :kind AND is_primary = 1",
            user=user_id, kind=kind,
        )  # fmt: skip
    return insert(
        ctx, UserIdentity, user_id=user_id, kind=kind, value=value, norm=norm_of(kind, value), is_primary=primary,
        verified=False,
    )  # fmt: skip


def index(ctx: Context, user_id: int) -> None:
    """Write down anew the texts by which searches find somebody and their tickets."""
    found, addresses = person(ctx, user_id), IDENTITIES.all(ctx, user=user_id)
    mails = [one.value for one in addresses if one.kind == "email"]
    phones = [one.norm for one in addresses if one.kind == "phone"]
    text = search_text(found.name, *mails, *phones)
    run(ctx, "UPDATE desk_user SET search_text = :text WHERE id = :user", text=text, user=user_id)
    for ticket in _TICKETS.all(ctx, user=user_id):
        ticket_text.index(ctx, ticket.id)


def take_over(ctx: Context, stays: Person, goes: Person) -> int:
    """Give all that one record has to another, and leave a pointer; answers how many tickets moved.

    Tickets of every state move, closed ones too: it is the same matter of the same person. Each gets an audit.
    Goodwill stays in the name in which it was given.
    """
    both: dict[str, Any] = {"stays": stays.user_id, "goes": goes.user_id}
    moved = _TICKETS.all(ctx, user=goes.user_id)
    run(ctx, "UPDATE ticket SET requester_id = :stays WHERE requester_id = :goes", **both)
    for ticket in moved:
        _booked(ctx, ticket.id, goes.user_id, stays.user_id)
    run(ctx, "UPDATE user_identity SET user_id = :stays, is_primary = 0 WHERE user_id = :goes", **both)
    run(
        ctx,
        """DELETE FROM collaborator WHERE user_id = :goes AND ticket_id IN
        (SELECT ticket_id FROM collaborator WHERE user_id = :stays)""",
        **both,
    )
    run(ctx, "UPDATE collaborator SET user_id = :stays WHERE user_id = :goes", **both)
    run(ctx, "UPDATE desk_user SET merged_into_id = :stays WHERE id = :goes OR merged_into_id = :goes", **both)
    if not number(ctx, "SELECT count(*) FROM user_identity WHERE user_id = :stays AND is_primary = 1", **both):
        run(
            ctx,
            """UPDATE user_identity SET is_primary = 1
            WHERE id = (SELECT min(id) FROM user_identity WHERE user_id = :stays AND kind = 'email')""",
            **both,
        )
    index(ctx, stays.user_id)
    index(ctx, goes.user_id)
    return len(moved)


def _booked(ctx: Context, ticket_id: int, before: int, after: int) -> None:
    by = acting(ctx)
    audit_id = insert(
        ctx, TicketAudit, ticket_id=ticket_id, at=ctx.now, actor_role=by.role, actor_id=by.id, actor_name=by.name,
        via="merge",
    )  # fmt: skip
    event(ctx, audit_id, ticket_id, "change", "requester_id", before, after)
