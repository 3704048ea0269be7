"""What a wrong change of owners moved, and what of it goes back: the page on hand-overs of books."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from worlds.crm.days import day_end, day_start
from worlds.crm.models import Account, Activity, CrmUser, FieldHistory, Opportunity, PipelineStage
from worlds.engine.task import SOLVABLE, Decision, Situation

SPOKEN: Final = "spoken"


def moved(session: Session, kind: str, who: str, day: date, to: int) -> Sequence[FieldHistory]:
    """What of a kind somebody gave to a colleague on a day: what the history says, by record."""
    return session.scalars(
        select(FieldHistory)
        .where(FieldHistory.kind == kind, FieldHistory.field == "owner_id", FieldHistory.via == "transfer")
        .where(FieldHistory.actor_name == who, FieldHistory.after == str(to))
        .where(FieldHistory.at >= day_start(day), FieldHistory.at < day_end(day))
        .order_by(FieldHistory.record_id)
    ).all()


def moved_on(session: Session, one: FieldHistory) -> bool:
    """Whether a record changed hands once more."""
    later = exists().where(
        FieldHistory.kind == one.kind, FieldHistory.record_id == one.record_id, FieldHistory.field == "owner_id",
        FieldHistory.id > one.id,
    )  # fmt: skip
    return bool(session.scalar(select(later)))


def spoken(session: Session, one: FieldHistory) -> bool:
    """Whether who got an account has met or reached somebody there since."""
    talked = exists().where(
        Activity.account_id == one.record_id, Activity.owner_id == int(one.after or 0), Activity.status == "done",
        ~Activity.is_deleted, Activity.done_at > one.at,
        or_(
            (Activity.kind == "meeting") & (Activity.outcome == "held"),
            (Activity.kind == "call") & (Activity.outcome == "reached"),
        ),
    )  # fmt: skip
    return bool(session.scalar(select(talked)))


def meant(session: Session, one: FieldHistory, facts: Mapping[str, str]) -> bool:
    """Whether a request is about an account: what it names has one of the values that it names."""
    held: Any = getattr(session.get_one(Account, one.record_id), facts["column"])
    return held.replace("_", " ") in facts["values"].split(" or ")


def ruling(situation: Situation) -> Decision:
    """Each account goes back to whom it had, but for those moved on since; of whom somebody has spoken stays, too."""
    session, facts = situation.session, situation.facts
    to = session.scalars(select(CrmUser.id).where(CrmUser.name == facts["wrong"])).one()
    day = date.fromisoformat(facts["day"])
    rows = [one for one in moved(session, "account", facts["who"], day, to) if meant(session, one, facts)]
    kept = [one.record_id for one in rows if moved_on(session, one)]
    waits = [one for one in rows if one.record_id not in kept and spoken(session, one)]
    back = {one.record_id: int(one.before or 0) for one in rows if one.record_id not in kept and one not in waits}
    along = {one.record_id: int(one.before or 0) for one in moved(session, "opportunity", facts["who"], day, to)}
    still = (
        select(Opportunity.id)
        .join(PipelineStage, PipelineStage.id == Opportunity.stage_id)
        .where(Opportunity.id.in_(along), Opportunity.account_id.in_(back), Opportunity.owner_id == to)
        .where(PipelineStage.kind == "open", ~Opportunity.is_deleted)
        .order_by(Opportunity.id)
    )
    return {
        "branch": SPOKEN if waits else SOLVABLE,
        "accounts": [[key, owner] for key, owner in sorted(back.items())],
        "deals": [[key, along[key]] for key in session.scalars(still)],
        "kept": kept,
        "waits": [one.record_id for one in waits],
        "quoted": facts["reference"],
    }
