"""The written rules for the rest of an order of which a part was refunded before: refund it, or hand it over."""

import re

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worlds.engine.task import SOLVABLE, Decision, Situation
from worlds.shop.models import OrderLine, OrderNote, Refund, SalesOrder
from worlds.shop.rulings import money_back


def rule(situation: Situation) -> Decision:
    """`branch`; of the refund `lines` [line id, units, cents], `shipping`, `amount`, `reason`, whether it is `noted`.

    What is in a pending or succeeded refund is not refunded again; of the rest what is asked for is (a number means so
    many units), with shipping if nothing of the goods is left after it. It is `damaged` only where photographs are on
    file. A failed refund was not paid out: finance gets the matter with that amount (`decides`), and nothing on the
    order is refunded until it has answered.
    """
    session, order_id = situation.session, situation.target["sales_order"][0]
    failed = select(func.sum(Refund.amount)).where(Refund.order_id == order_id, Refund.status == "failed")
    decides = int(session.execute(failed).scalar_one() or 0)
    wanted = re.search(r"\d+", situation.facts["wanted"])
    units = int(wanted[0]) if wanted else None
    shares = [money_back.share(session, line, units) for line in situation.target["order_line"]]
    lines = [[one.line_id, one.units, one.amount] for one in shares if one.units]
    left = max(0, money_back.shipping_left(session, order_id))
    shipping = left if _brings_back_the_last(session, order_id, {line: units for line, units, _ in lines}) else 0
    amount = shipping + sum(cents for _, _, cents in lines)
    return {
        "branch": "hand_over" if decides else SOLVABLE,
        "number": session.get_one(SalesOrder, order_id).number,
        "lines": lines,
        "shipping": shipping,
        "amount": amount,
        "refunded": 0 if decides else amount,
        "reason": "damaged" if _photographed(session, order_id) else "other",
        "noted": not decides and amount > money_back.NOTED_ABOVE,
        "decides": decides,
        "team": "finance",
        "hand_over_reason": "payment_problem",
    }


def _brings_back_the_last(session: Session, order_id: int, units: dict[int, int]) -> bool:
    """Whether nothing of an order's goods is left unrefunded after these units of its lines."""
    every = session.scalars(select(OrderLine.id).where(OrderLine.order_id == order_id))
    return all(money_back.share(session, line).units == units.get(line, 0) for line in every)


def _photographed(session: Session, order_id: int) -> bool:
    notes = session.scalars(select(OrderNote.text).where(OrderNote.order_id == order_id))
    return any("photos on file" in note.lower() for note in notes)
