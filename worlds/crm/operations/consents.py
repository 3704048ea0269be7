"""What contacts and leads agreed or objected to, by channel, and where they said so."""

from typing import Any, Literal

from worlds.crm.contact_views import ConsentList, ConsentView
from worlds.crm.records import access, consenting, heads
from worlds.crm.rules import EVERYBODY, WRITERS
from worlds.crm.texts import Called, Notes
from worlds.crm.views import Channel, ConsentState
from worlds.engine.context import Context
from worlds.engine.errors import Conflict
from worlds.engine.fields import RecordId
from worlds.engine.operation import reads, writes

PersonKind = Literal["contact", "lead"]


@reads(roles=EVERYBODY)
def list_consents(ctx: Context, kind: PersonKind, record_id: RecordId) -> ConsentList:
    """Show what a contact or lead agreed or objected to.

    Args:
        kind: What it is.
        record_id: The contact's or lead's id.
    """
    heads.record(ctx, kind, record_id, "record_id", gone=True)
    return _shown(ctx, kind, record_id)


@writes(roles=WRITERS)
def set_consent(
    ctx: Context,
    kind: PersonKind,
    record_id: RecordId,
    channel: Channel,
    state: ConsentState,
    source: Called,
    note: Notes | None = None,
) -> ConsentList:
    """Write down that a contact or lead agrees or objects to a channel.

    An objection to e-mail opts all addresses out, one to phone also sets do-not-call; agreeing takes that back. Other
    records of the same person keep what they say: each is set for itself.

    Args:
        kind: What it is.
        record_id: The contact's or lead's id.
        channel: What they speak of.
        state: in where they agree, out where they object.
        source: Where they said so, such as "e-mail of 16 March".
        note: What else there is to know about it.
    """
    record: Any = heads.record(ctx, kind, record_id, "record_id")
    access.check_edit(ctx, kind, record_id, f"the {kind} {record.label}", "record_id")
    if kind == "lead" and record.status == "converted":
        raise Conflict(
            "lead_converted",
            f"Lead {record_id} was converted; what {record.label} says is set at contact "
            f"{record.converted_contact_id}.",
            field="record_id",
        )
    consenting.say(ctx, kind, record_id, channel, state, source, note)
    return _shown(ctx, kind, record_id)


def _shown(ctx: Context, kind: str, record_id: int) -> ConsentList:
    record: Any = heads.stored(ctx, kind, record_id)
    said = consenting.OF.all(ctx, kind=kind, key=record_id)
    return ConsentList(
        kind=kind,
        record_id=record_id,
        name=record.label,
        do_not_call=bool(record.do_not_call),
        items=[
            ConsentView(channel=one.channel, state=one.state, source=one.source, note=one.note, at=one.at)
            for one in said
        ],
    )
