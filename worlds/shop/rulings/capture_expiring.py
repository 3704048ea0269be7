"""Which authorizations finance captures by hand before they run out, and which it leaves, whoever asks (payments)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.engine.task import Situation
from worlds.shop.days import ZONE
from worlds.shop.models import Escalation, Payment, SalesOrder

LANDS: Final = {
    "the Netherlands": "NL", "Belgium": "BE", "Germany": "DE", "Austria": "AT", "France": "FR", "Luxembourg": "LU",
    "Ireland": "IE",
}  # fmt: skip
WAYS: Final = {"Standard delivery": "standard", "Express delivery": "express", "Pickup point": "pickup_point"}


@dataclass(frozen=True, slots=True)
class Held:
    """An authorization that holds until `expires`, with what decides whether it may be captured. Amount in cents."""

    payment_id: int
    order_id: int
    number: str
    country: str
    way: str
    amount: int
    expires: datetime
    tagged: bool
    at_risk: bool

    @property
    def capturable(self) -> bool:
        """Whether the rules let finance take it."""
        return not (self.tagged or self.at_risk)


def rule(situation: Situation) -> dict[str, Any]:
    """Payments to capture with their cents; `solvable` where the order that is named is among them, or `leave_out`."""
    start, end = (instant(situation.facts[name]) for name in ("start", "end"))
    country = LANDS.get(situation.facts.get("country", ""))
    way = WAYS.get(situation.facts.get("shipping", ""))
    wanted = [
        one
        for one in held(situation.session, situation.now)
        if start <= one.expires < end and country in (None, one.country) and way in (None, one.way) and one.capturable
    ]
    named = any(one.number == situation.facts["order"] for one in wanted)
    amounts: Mapping[str, int] = {str(one.payment_id): one.amount for one in wanted}
    return {"branch": "solvable" if named else "leave_out", "amounts": amounts, "total": sum(amounts.values())}


def held(session: Session, now: datetime) -> list[Held]:
    """Every authorization that holds now and was not captured, the next to run out first."""
    at_risk = set(session.scalars(select(Escalation.order_id).where(Escalation.team == "risk")))
    rows = session.execute(_HELD.where(Payment.auth_expires_at > now)).all()
    return [
        Held(
            payment.id, order.id, order.number, order.ship_country, order.shipping_method, payment.amount,
            payment.auth_expires_at, _is_tagged(order), order.id in at_risk,
        )
        for payment, order in rows
    ]  # fmt: skip


def instant(said: str) -> datetime:
    """A moment of the store as people write it: `17 March 2026, 18:00`."""
    return datetime.strptime(said, "%d %B %Y, %H:%M").replace(tzinfo=ZONE)


def _is_tagged(order: SalesOrder) -> bool:
    return any(f'"{tag}"' in order.tags for tag in ("hold", "backorder"))


_HELD = (
    select(Payment, SalesOrder)
    .join(SalesOrder, SalesOrder.id == Payment.order_id)
    .where(Payment.status == "authorized", SalesOrder.cancelled_at.is_(None))
    .order_by(Payment.auth_expires_at, Payment.id)
)
