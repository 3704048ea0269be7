"""Who works in the tiny CRM: a hierarchy, two territories and a queue."""

from collections.abc import Callable
from datetime import datetime, timedelta

from worlds.crm import models
from worlds.engine.folding import search_text

Add = Callable[[models.Model], None]
VP, MANAGER, REP, OTHER_REP, SDR, OPS, MARKETING, SUCCESS, FINANCE, ADMIN, APP, LEAVER, OTHER_MANAGER = range(1, 14)
"""Helena heads Marit (North), who heads Daan (rep), Timo (SDR) and Stefan, who has left; and Luc (South), who heads
Camille, the representative of the other region."""
NORTH, SOUTH = 1, 2
"""Territories: Daan and Timo sell in North (NL), Camille in South (FR)."""
QUEUE, CLOSED_QUEUE = 1, 2
"""Timo and Marit take leads from the queue; the other one is out of use."""
PEOPLE = {
    "vp": VP, "sales_manager": MANAGER, "rep": REP, "sdr": SDR, "sales_ops": OPS, "marketing": MARKETING,
    "cs_manager": SUCCESS, "finance": FINANCE, "admin": ADMIN, "integration": APP,
}  # fmt: skip
"""Who acts in a role unless a test names somebody else."""
STAFF = (
    (VP, "Helena Brandt", "vp", None), (MANAGER, "Marit de Jong", "sales_manager", VP),
    (REP, "Daan Visser", "rep", MANAGER), (OTHER_REP, "Camille Renard", "rep", OTHER_MANAGER),
    (SDR, "Timo Saarinen", "sdr", MANAGER), (OPS, "Wout Hermans", "sales_ops", VP),
    (MARKETING, "Nadia Cherif", "marketing", None), (SUCCESS, "Petra Lindqvist", "cs_manager", None),
    (FINANCE, "Ruben Mulder", "finance", None), (ADMIN, "Eva Kolar", "admin", None),
    (APP, "Web forms", "integration", None), (LEAVER, "Stefan Rook", "rep", MANAGER),
    (OTHER_MANAGER, "Luc Peeters", "sales_manager", VP),
)  # fmt: skip


def hire(add: Add, start: datetime) -> None:
    for at, name in ((1, "Sales North"), (2, "Sales South")):
        add(models.Team(id=at, name=name, region=name.removeprefix("Sales ")))
    for at, name, role, manager in STAFF:
        email = f"{name.split()[0].lower()}@larkfield.example"
        add(
            models.CrmUser(
                id=at, name=name, email=email, job_title=role, role=role, manager_id=manager,
                team_id=2 if at in {OTHER_REP, OTHER_MANAGER} else 1, zone="Europe/Amsterdam", language="en",
                active=at != LEAVER, quota=60_000_000 if role == "rep" else 0, search_text=search_text(name, email),
                created_at=start - timedelta(days=900),
            )
        )  # fmt: skip
    for at, name, countries in ((NORTH, "Netherlands", '["NL"]'), (SOUTH, "France", '["FR"]')):
        add(
            models.Territory(
                id=at, name=name, region="North" if at == NORTH else "South", description=name, priority=at, active=True
            )
        )
        add(
            models.TerritoryRule(id=at, territory_id=at, countries=countries, segments="[]", postal_prefixes="[]")
        )  # fmt: skip
    for at, territory, user in ((1, NORTH, REP), (2, NORTH, SDR), (3, SOUTH, OTHER_REP)):
        add(models.TerritoryMember(id=at, territory_id=territory, user_id=user, is_primary=user != SDR))
    add(models.Queue(id=QUEUE, name="New leads North", description="Nobody has taken them.", active=True))
    add(models.Queue(id=CLOSED_QUEUE, name="Old fair", description="Of last year.", active=False))
    for at, user in ((1, SDR), (2, MANAGER)):
        add(models.QueueMember(id=at, queue_id=QUEUE, user_id=user))
