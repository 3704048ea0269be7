"""Who is at work at the desk: the agents who have the tickets, and those who decide."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.desk.models import DeskUser
from worlds.engine.context import Actor


def at_work(session: Session, role: str = "agent") -> list[DeskUser]:
    """Everybody of a role who is neither suspended nor away, by their ids."""
    there = select(DeskUser).where(DeskUser.role == role, DeskUser.suspended.is_(False), DeskUser.away_until.is_(None))
    return list(session.scalars(there.order_by(DeskUser.id)))


def agents_at_work(session: Session) -> dict[int, Actor]:
    """The agents who are at work, each as the one who works in an episode, by their ids."""
    return {one.id: Actor("agent", one.id, one.name) for one in at_work(session)}
