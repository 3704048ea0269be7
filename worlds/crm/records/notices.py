"""Mails by which the CRM tells colleagues what happened to what they own."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from worlds.crm.models import OutboxEmail
from worlds.engine.context import Context
from worlds.engine.rows import Query, insert

NOTHING: Final[Mapping[str, int | None]] = MappingProxyType({})


class _Mail(NamedTuple):
    email: str


_MAILS = Query(
    _Mail,
    """SELECT email FROM crm_user WHERE active = 1 AND (id = :user OR (:user IS NULL AND role = :role))
    ORDER BY id LIMIT 20""",
)


def notify(
    ctx: Context,
    kind: str,
    subject: str,
    body: str,
    *,
    user_id: int | None = None,
    role: str | None = None,
    about: Mapping[str, int | None] = NOTHING,
) -> int:
    """Mail a colleague, or all of a role; who has left gets none. Answers how many mails left.

    Args:
        ctx: the call's context.
        kind: what the mail is, such as `hand_over`.
        subject: its subject.
        body: what it says.
        user_id: the colleague.
        role: the role, where no colleague is named.
        about: what it is about, as columns of `outbox_email`.
    """
    if user_id is None and role is None:
        return 0
    found = _MAILS.all(ctx, user=user_id, role=role)
    for one in found:
        insert(
            ctx, OutboxEmail, kind=kind, to_address=one.email, subject=subject, body=body, **about, sent_at=ctx.now
        )  # fmt: skip
    return len(found)
