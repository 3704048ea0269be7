"""Who of the house is there to do something meanwhile: never whoever acts, and nobody who has left or is away."""

import random
from collections.abc import Sequence
from typing import Any, Final

from worlds.engine.faults.fault import Called

_HERE: Final = "u.active = 1 AND u.away_until IS NULL AND u.name <> :me"
_KEEPING: Final = "u.role IN ('vp', 'sales_ops')"
"""Those who may change any record."""


def in_roles(call: Called, roles: Sequence[str], rng: random.Random) -> str:
    """The name of somebody else who works here in one of these roles; empty where there is nobody."""
    marks = ", ".join(f":role{at}" for at in range(len(roles)))
    named = {f"role{at}": role for at, role in enumerate(roles)}
    return _one(call, f"SELECT u.name FROM crm_user u WHERE {_HERE} AND u.role IN ({marks}) ORDER BY u.id", rng, named)  # noqa: S608 - marks alone


def somebody_for(call: Called, owner_id: int | None, rng: random.Random) -> str:
    """The name of somebody else who may change a record: its owner, who is above them, or who may change any."""
    found = f"""SELECT u.name FROM crm_user u WHERE {_HERE} AND ({_KEEPING}
      OR (u.role <> 'integration' AND (u.id = :owner OR u.id = (SELECT manager_id FROM crm_user WHERE id = :owner))))
      ORDER BY u.id"""  # noqa: S608 - texts of this module
    return _one(call, found, rng, {"owner": owner_id})


def members_of_queue(call: Called, lead_id: int, rng: random.Random) -> str:
    """The name of somebody else who takes leads from the queue in which a lead waits; empty where there is nobody."""
    found = f"""SELECT u.name FROM lead l JOIN queue_member m ON m.queue_id = l.queue_id
      JOIN crm_user u ON u.id = m.user_id WHERE l.id = :lead AND {_HERE} ORDER BY u.id"""  # noqa: S608 - as above
    return _one(call, found, rng, {"lead": lead_id})


def _one(call: Called, sql: str, rng: random.Random, asked: dict[str, Any]) -> str:
    found = call.driver.execute(sql, {**asked, "me": call.actor.name}).fetchall()
    return str(found[rng.randrange(len(found))][0]) if found else ""
