"""What contacts and leads have agreed to: setting it, joining that of two records, and asking before one writes."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from worlds.crm.models import Consent
from worlds.crm.records import changing, fieldlog, heads
from worlds.engine.context import Context
from worlds.engine.rows import Query, insert, run


class Held(NamedTuple):
    """What somebody has said about a channel; see `worlds.crm.models.Consent`."""

    id: int
    channel: str
    state: str
    source: str
    note: str | None
    at: datetime


_LIFTING: Final = frozenset({"user", "web"})
OF: Final = Query(Held, "SELECT {fields} FROM consent WHERE kind = :kind AND record_id = :key ORDER BY channel")


def objected(ctx: Context, kind: str, key: int, channel: str) -> bool:
    """Whether a contact or lead has objected to a channel (rule CR10); do-not-call is an objection to phone calls."""
    if any(one.channel == channel and one.state == "out" for one in OF.all(ctx, kind=kind, key=key)):
        return True
    record: Any = heads.stored(ctx, kind, key) if channel == "phone" else None
    return record is not None and bool(record.do_not_call)


def say(
    ctx: Context, kind: str, key: int, channel: str, state: str, source: str, note: str | None = None, via: str = "user"
) -> None:
    """Write down what somebody agrees or objects to; what follows from it is set with it.

    An objection to e-mail or phone opts all addresses or numbers out, one to phone also sets do-not-call. Agreeing
    takes that back only where it is said for itself (`via` is `user` or `web`): what a file, a merge or a conversion
    brings along lifts no objection that stands at a record or at one of its addresses.
    """
    known = next((one for one in OF.all(ctx, kind=kind, key=key) if one.channel == channel), None)
    if known is None:
        insert(
            ctx, Consent, kind=kind, record_id=key, channel=channel, state=state, source=source, note=note, at=ctx.now
        )
    else:
        run(
            ctx,
            "UPDATE consent SET state = :state, source = :source, note = :note, at = :now WHERE id = :id",
            state=state, source=source, note=note, now=ctx.now, id=known.id,
        )  # fmt: skip
    if known is None or known.state != state:
        fieldlog.entry(ctx, kind, key, f"consent.{channel}", known.state if known else None, state, via)
    if state == "out" or via in _LIFTING:
        _follow(ctx, kind, key, channel, out=state == "out", via=via)


def _follow(ctx: Context, kind: str, key: int, channel: str, *, out: bool, via: str) -> None:
    if kind == "contact" and channel in ("email", "phone"):
        table = "email_address" if channel == "email" else "phone_number"
        run(
            ctx,
            f"UPDATE {table} SET opted_out = :out WHERE contact_id = :key AND opted_out <> :out",  # noqa: S608 - one of two tables
            out=int(out),
            key=key,
        )
    if channel == "phone":
        record: Any = heads.stored(ctx, kind, key)
        changing.change(ctx, kind, record, {"do_not_call": out}, via=via, asked=False)


def join(ctx: Context, kind: str, key: int, from_kind: str, from_key: int, via: str) -> None:
    """Give a record what another one has said; where the two differ, the objection wins (rule CR5)."""
    mine = {one.channel: one for one in OF.all(ctx, kind=kind, key=key)}
    for other in OF.all(ctx, kind=from_kind, key=from_key):
        own = mine.get(other.channel)
        blank = own is None and (other.state == "out" or not objected(ctx, kind, key, other.channel))
        if blank or (own is not None and own.state == "in" and other.state == "out"):
            say(ctx, kind, key, other.channel, other.state, other.source, other.note, via)
    for channel, own in mine.items():
        if own.state == "out":  # addresses that came over are opted out as well
            _follow(ctx, kind, key, channel, out=True, via=via)


def unsubscribe(ctx: Context, kind: str, key: int, from_kind: str, from_key: int) -> None:
    """Whoever has unsubscribed from a campaign under one record has so under the other one, if both are its members."""
    run(
        ctx,
        f"""UPDATE campaign_member SET status = 'unsubscribed' WHERE {kind}_id = :key AND campaign_id IN (
        SELECT campaign_id FROM campaign_member WHERE {from_kind}_id = :other AND status = 'unsubscribed')""",  # noqa: S608 - two of our own columns
        key=key,
        other=from_key,
    )
