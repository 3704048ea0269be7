"""Which deals of a colleague have gone quiet, and which of them stay open: the page on closing deals."""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worlds.crm.days import local_day
from worlds.crm.models import Activity, Opportunity, PipelineStage, Quote
from worlds.engine.task import SOLVABLE, Decision, Situation

STAYS: Final = "stays_open"
QUIET: Final = timedelta(days=90)


def quiet(session: Session, now: datetime, owner_id: int) -> list[Opportunity]:
    """Somebody's open deals with which nobody has had to do for 90 days; one without a talk counts from its making."""
    done = (
        select(Activity.opportunity_id, func.max(Activity.done_at).label("at"))
        .where(Activity.kind != "note", Activity.status == "done", ~Activity.is_deleted)
        .group_by(Activity.opportunity_id)
        .subquery()
    )
    rows = session.execute(
        select(Opportunity, done.c.at)
        .join(PipelineStage, PipelineStage.id == Opportunity.stage_id)
        .join(done, done.c.opportunity_id == Opportunity.id, isouter=True)
        .where(PipelineStage.kind == "open", Opportunity.owner_id == owner_id, ~Opportunity.is_deleted)
        .order_by(Opportunity.id)
    ).tuples()
    return [deal for deal, at in rows if local_day(at or deal.created_at) < local_day(now) - QUIET]


def keepers(session: Session, now: datetime, deal: Opportunity) -> list[tuple[str, str]]:
    """What keeps a quiet deal open: `meeting` with its day, `quote` with its number, `approval`; none if it closes."""
    planned = select(Activity.starts_at).where(
        Activity.opportunity_id == deal.id, Activity.kind.in_(("meeting", "call")), Activity.status == "open",
        Activity.starts_at > now, ~Activity.is_deleted,
    )  # fmt: skip
    offered = select(Quote.number).where(
        Quote.opportunity_id == deal.id, Quote.status == "presented", Quote.expires_on >= local_day(now)
    )
    found = [("meeting", local_day(at).isoformat()) for at in session.scalars(planned) if at is not None]
    found += [("quote", number) for number in session.scalars(offered)]
    return [*found, ("approval", deal.number)] if deal.approval_lock else found


def ruling(situation: Situation) -> Decision:
    """What is quiet and due in the span is closed, but for what stays open; the deal that was named is no exception."""
    session, now, facts = situation.session, situation.now, situation.facts
    named = session.scalars(select(Opportunity).where(Opportunity.number == facts["deal"])).one()
    first, last = date.fromisoformat(facts["first"]), date.fromisoformat(facts["last"])
    found = [one for one in quiet(session, now, named.owner_id) if first <= one.close_date <= last]
    kept = [one for one in found if keepers(session, now, one)]
    why = keepers(session, now, named)
    return {
        "branch": STAYS if named in kept else SOLVABLE,
        "named": named.id,
        "closed": [one.id for one in found if one not in kept],
        "kept": [one.number for one in kept],
        "why": list(why[0]) if why else [],
        "quoted": facts["reference"],
    }
