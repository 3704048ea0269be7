"""The written rules for units that were missing from a parcel: refund them, or hand them to finance above the limit."""

from worlds.engine.task import SOLVABLE, Decision, Situation
from worlds.shop.models import SalesOrder, stand_in
from worlds.shop.rulings import money_back


def rule(situation: Situation) -> Decision:
    """`branch`; of the refund `amount` in cents, `units`, `reason`, `shipping`, whether it is `noted`.

    Missing units are refunded at what was paid for them, for the true reason. They go into no stock. Shipping goes back
    with them only if they are more than half of the order, which the family leaves out. What senior support has
    refunded on the order itself counts towards its limit; beyond it finance decides.
    """
    session = situation.session
    order_id, line_id = situation.target["sales_order"][0], situation.target["order_line"][0]
    part = money_back.share(session, line_id, int(situation.facts["units"]))
    own = money_back.refunded(session, order_id, stand_in(session, "support_l2").person)
    above = own + part.amount > money_back.LIMIT
    return {
        "branch": "hand_over" if above else SOLVABLE,
        "number": session.get_one(SalesOrder, order_id).number,
        "amount": part.amount,
        "units": part.units,
        "reason": "missing_item",
        "shipping": 0,
        "noted": not above and part.amount > money_back.NOTED_ABOVE,
        "team": "finance",
        "hand_over_reason": "approval_needed",
    }
