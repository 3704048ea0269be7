"""What operations on activities answer."""

from typing import Annotated, Literal

from pydantic import Field

from worlds.crm.views import RecordRef, UpTo50
from worlds.engine.fields import Instant, Result

ActivityKind = Literal["task", "call", "meeting", "email", "note"]
ActivityStatus = Literal["open", "done", "cancelled"]
Priority = Literal["low", "normal", "high"]
Direction = Literal["in", "out"]
CallOutcome = Literal["reached", "no_answer", "voicemail", "wrong_number"]
Minutes = Annotated[int, Field(ge=1, le=24 * 60)]


class ActivityRow(Result):
    """A task, call, meeting, e-mail or note. Moments are in UTC; `duration` in minutes.

    `local_time` is when it is due or begins on the clock of `zone`: the contact's, or else that of whoever wrote it
    down.
    """

    activity_id: int
    kind: str
    subject: str
    status: str
    priority: str
    direction: str | None
    outcome: str | None
    due_at: Instant | None
    starts_at: Instant | None
    duration: int | None
    zone: str
    local_time: str | None
    done_at: Instant | None
    owner_id: int
    owner_name: str
    account_id: int | None
    contact_id: int | None
    lead_id: int | None
    opportunity_id: int | None
    created_by: str
    created_at: Instant
    updated_at: Instant


class ActivityDetail(ActivityRow):
    """An activity with what was written and the records that it is about, by what people call them."""

    version: int
    body: str | None
    about: UpTo50[RecordRef]
