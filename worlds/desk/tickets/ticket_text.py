"""The texts by which searches find a ticket (number, subject, requester and their addresses) and an order."""

from typing import NamedTuple

from worlds.engine.context import Context
from worlds.engine.folding import search_text
from worlds.engine.rows import Query, run


class _Parts(NamedTuple):
    number: int
    subject: str
    name: str
    addresses: str | None
    organization: str | None


_PARTS = Query(
    _Parts,
    """SELECT t.number, t.subject, u.name,
      (SELECT group_concat(i.value, ' ') FROM user_identity i WHERE i.user_id = u.id AND i.kind = 'email'), o.name
    FROM ticket t JOIN desk_user u ON u.id = t.requester_id LEFT JOIN organization o ON o.id = t.organization_id
    WHERE t.id = :ticket""",
)


def order_text(number: str, buyer: str, email: str, city: str, postal_code: str) -> str:
    """The folded text by which an order is found; its postcode stands in it as it was typed and without spaces."""
    return search_text(number, buyer, email, city, postal_code, "".join(postal_code.split()))


def index(ctx: Context, ticket_id: int) -> None:
    """Write down the folded text that searches look through."""
    parts = _PARTS.first(ctx, ticket=ticket_id)
    if parts is not None:
        text = search_text(f"#{parts.number}", str(parts.number), parts.subject, parts.name, parts.addresses,
                           parts.organization)  # fmt: skip
        run(ctx, "UPDATE ticket SET search_text = :text WHERE id = :ticket", text=text, ticket=ticket_id)
