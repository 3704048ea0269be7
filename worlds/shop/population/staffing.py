"""The shop's history, and who of its staff was on duty when something had to be done."""

from dataclasses import dataclass
from datetime import datetime

from worlds.engine.context import Actor
from worlds.engine.history import History
from worlds.shop.population.store import Shop


@dataclass(slots=True)
class StaffedHistory(History):
    """What is still to happen in the shop, and the people who do it."""

    shop: Shop

    def someone(self, role: str, moment: datetime, *about: object) -> Actor:
        """Who of a role was on duty."""
        return self.build.rng("on duty", role, moment.isoformat(), *about).choice(self.shop.staff[role])
