"""What makes the shop's lists grow while somebody turns their pages."""

from collections.abc import Callable, Mapping
from typing import Final

from worlds.engine.faults.fault import Hit
from worlds.engine.faults.layers.freshness import Arrival

_PAID = """SELECT l.order_id, l.variant_id FROM order_line l JOIN payment p ON p.order_id = l.order_id
    JOIN variant v ON v.id = l.variant_id JOIN product a ON a.id = v.product_id
    WHERE v.active = 1 AND a.status = 'active'
    AND (v.inventory_policy = 'continue' OR l.quantity < (SELECT coalesce(sum(i.available), 0)
      FROM inventory_level i JOIN location w ON w.id = i.location_id
      WHERE i.variant_id = v.id AND w.active = 1 AND w.fulfils_online = 1))
    ORDER BY l.id DESC LIMIT 40"""


def _new_order(hit: Hit) -> Arrival | None:
    """A customer orders again what they had before."""
    rows = hit.call.driver.execute(_PAID).fetchall()
    if not rows:
        return None
    order_id, variant_id = hit.rng.choice(rows)
    return "customer", "order_again", {"order_id": order_id, "variant_id": variant_id}


ARRIVALS: Final[Mapping[str, Callable[[Hit], Arrival | None]]] = {
    "list_orders": _new_order,
    "list_payments": _new_order,
}
