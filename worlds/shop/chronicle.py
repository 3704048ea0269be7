"""What every write leaves behind: a line in the order's timeline, an audit row, and the customer's e-mail."""

import json
from typing import Any

from worlds.engine.context import Context
from worlds.engine.rows import insert
from worlds.shop.models import AuditEvent, OutboxEmail, TimelineEvent

_SPEAKS_AS = {"customer": "Customer", "system": "System"}


def speaker(ctx: Context) -> str:
    """The acting person's name as timelines show it."""
    return ctx.actor.name or _SPEAKS_AS.get(ctx.actor.role, ctx.actor.role)


def timeline(ctx: Context, order_id: int, kind: str, message: str) -> None:
    """Add a line to an order's timeline."""
    insert(
        ctx, TimelineEvent, order_id=order_id, at=ctx.now, kind=kind, message=message,
        actor_role=ctx.actor.role, actor_name=speaker(ctx),
    )  # fmt: skip


def audit(ctx: Context, action: str, subject: str, subject_id: int, **details: Any) -> None:
    """Write down who did what to which record."""
    insert(
        ctx, AuditEvent, at=ctx.now, actor_role=ctx.actor.role, actor_id=ctx.actor.person, action=action,
        subject=subject, subject_id=subject_id, details=json.dumps(details, ensure_ascii=False, sort_keys=True),
    )  # fmt: skip


def mail(
    ctx: Context, kind: str, event: str, to: str, letter: tuple[str, str], *, order_id: int, customer_id: int | None
) -> None:
    """Send an e-mail: its event, such as `refund:12`, its subject and its body."""
    subject, body = letter
    insert(
        ctx, OutboxEmail, kind=kind, event=event, to_address=to, order_id=order_id, customer_id=customer_id,
        subject=subject, body=body, sent_at=ctx.now,
    )  # fmt: skip
    ctx.publish("email", f"mailbox:{to}", {"event": event, "subject": subject})
