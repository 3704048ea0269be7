"""How a parcel with returned goods is booked in: which units where, whether a fee is kept, whether a mail goes out."""

import re
from typing import Any

from sqlalchemy import select

from worlds.engine.task import Situation
from worlds.shop.models import InventoryLevel, Location, OrderLine, ReturnLine, ReturnRequest

OUR_FAULT = ("damaged", "defective", "wrong_item", "not_as_described")
_ITEM = re.compile(r"(\d+) × (.+?)(?: – (\d+) of them (?:\w+))?")


def rule(situation: Situation) -> dict[str, Any]:
    """Received and damaged units by return line, moves by stock level, the fee in cents, mail or not (return-handling).

    The fee is a tenth of what was paid for the damaged units, rounded half up.
    """
    session = situation.session
    one = session.get_one(ReturnRequest, situation.target["return_request"][0])
    place = session.scalars(select(Location.id).where(Location.name == situation.facts["place"])).one()
    rows = session.execute(
        select(ReturnLine, OrderLine)
        .join(OrderLine, OrderLine.id == ReturnLine.order_line_id)
        .where(ReturnLine.return_id == one.id)
        .order_by(ReturnLine.id)
    ).all()
    arrived = _arrived(situation.facts["contents"])
    lines, levels, paid, waiting = {}, {}, 0, 0
    for row, sold in rows:
        received, damaged = arrived.get(f"{sold.title} ({sold.variant_title})", (0, 0))
        waiting += row.quantity - row.received - received
        if received:
            lines[str(row.id)] = {"received": row.received + received, "damaged": row.damaged + damaged}
            levels[str(_level(situation, sold, place))] = {"available": received - damaged, "damaged": damaged}
            paid += (2 * sold.total * damaged + sold.quantity) // (2 * sold.quantity)
    due = one.reason not in OUR_FAULT and one.fee == 0
    return {
        "lines": lines,
        "levels": levels,
        "fee": (paid + 5) // 10 if due else 0,
        "closed": waiting == 0,
        "mail": "today" not in situation.facts["refund"],
    }


def _arrived(contents: str) -> dict[str, tuple[int, int]]:
    """(received, damaged) by article, as the person at the bench counted them."""
    found = {}
    for item in contents.split("; "):
        match = _ITEM.fullmatch(item)
        if match is None:
            raise ValueError(f"{item!r} counts no units of an article.")
        found[match[2]] = (int(match[1]), int(match[3] or 0))
    return found


def _level(situation: Situation, sold: OrderLine, place: int) -> int:
    level = select(InventoryLevel.id).where(
        InventoryLevel.variant_id == sold.variant_id, InventoryLevel.location_id == place
    )
    return situation.session.scalars(level).one()
