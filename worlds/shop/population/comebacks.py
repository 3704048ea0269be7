"""Customers who order again within days: some of the last orders are placed by somebody whose order still waits."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from worlds.seeds.calendars import Calendar
from worlds.shop.population.demand import OrderPlan

Streams = Callable[..., random.Random]

_LAST = timedelta(days=2)
"""For so long before the end, customers who ordered a little before come back."""
_RECENT = timedelta(days=3, hours=12)
_SHARE = 0.7
"""Of the last orders, how many are placed by somebody who has just ordered."""


def come_back(rng_of: Streams, plans: Sequence[OrderPlan], calendar: Calendar) -> list[OrderPlan]:
    """The plans, some of the last ones with the customer of an order that was placed a day or more before."""
    changed = list(plans)
    recent = [at for at, plan in enumerate(plans) if plan.at > calendar.end - _RECENT and _ordinary(plan)]
    back: set[int] = set()
    for at in recent:
        rng = rng_of("comes back", plans[at].seed)
        if plans[at].at < calendar.end - _LAST or rng.random() >= _SHARE:
            continue
        earlier = [
            one for one in recent if id(changed[one].buyer) not in back and _day_before(plans, one, at, calendar)
        ]
        if earlier:
            buyer = changed[rng.choice(earlier)].buyer
            back.add(id(buyer))
            changed[at] = replace(plans[at], buyer=buyer)
    return changed


def _ordinary(plan: OrderPlan) -> bool:
    return not plan.guest and plan.twin is None and plan.buyer.kind != "test_records"


def _day_before(plans: Sequence[OrderPlan], one: int, at: int, calendar: Calendar) -> bool:
    """Whether one plan lies on an earlier day than another."""
    earlier, later = (plans[place].at.astimezone(calendar.zone).date() for place in (one, at))
    return earlier < later
