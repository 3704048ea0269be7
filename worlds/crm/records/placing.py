"""Where an account belongs: the territory whose rules fit it, and who sells there (rule CR2)."""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from worlds.crm.days import local_day
from worlds.engine.context import Context
from worlds.engine.rows import Query


class Territory(NamedTuple):
    """A territory as rules find it."""

    id: int
    name: str


class _Rule(NamedTuple):
    territory_id: int
    name: str
    countries: str
    segments: str
    postal_prefixes: str
    employees_from: int | None
    employees_to: int | None


class _Seller(NamedTuple):
    territory_id: int
    user_id: int
    is_primary: int
    away: int
    manager_id: int | None


_RULES = Query(
    _Rule,
    """SELECT r.territory_id, t.name, r.countries, r.segments, r.postal_prefixes, r.employees_from, r.employees_to
    FROM territory_rule r JOIN territory t ON t.id = r.territory_id WHERE t.active = 1
    ORDER BY t.priority, t.id, r.id""",
)
_SELLERS = Query(
    _Seller,
    """SELECT m.territory_id, m.user_id, m.is_primary, coalesce(u.away_until, '') >= :today, b.id
    FROM territory_member m JOIN crm_user u ON u.id = m.user_id
    LEFT JOIN crm_user b ON b.id = u.manager_id AND b.active = 1
    WHERE u.active = 1 ORDER BY m.territory_id, m.is_primary DESC, m.user_id""",
)


class Places:
    """The territories' rules and who sells where; reads all of it once."""

    def __init__(self, ctx: Context) -> None:
        """Read rules and sellers."""
        self._rules = _RULES.all(ctx)
        self._sellers: dict[int, list[_Seller]] = defaultdict(list)
        for one in _SELLERS.all(ctx, today=local_day(ctx.now).isoformat()):
            self._sellers[one.territory_id].append(one)

    def territory_of(self, account: Mapping[str, Any]) -> Territory | None:
        """The territory that the rules of the house find for an account; None where none fits.

        `account` are its columns; what is looked at are `country`, `segment`, `billing_postal_code` and `employees`.
        """
        return next((Territory(one.territory_id, one.name) for one in self._rules if _fits(one, account)), None)

    def seller_of(self, territory_id: int, owner_id: int | None) -> int | None:
        """Who is to own an account of a territory: its owner if they sell there, or else the primary seller.

        Whoever is away is given nothing: their manager is. None where there is nobody.
        """
        sellers = self._sellers[territory_id]
        if any(one.user_id == owner_id for one in sellers):
            return owner_id
        if not sellers or not sellers[0].is_primary:
            return None
        return sellers[0].manager_id if sellers[0].away else sellers[0].user_id


def territory_of(ctx: Context, account: Mapping[str, Any]) -> Territory | None:
    """The territory that the rules of the house find for one account; see `Places`."""
    return Places(ctx).territory_of(account)


def _fits(rule: _Rule, account: Mapping[str, Any]) -> bool:
    """Whether every part of a rule that says something fits; a firm of unknown size is in no band of sizes."""
    prefixes = json.loads(rule.postal_prefixes)
    postal = (account.get("billing_postal_code") or "").strip().upper()
    return (
        _among(account.get("country"), json.loads(rule.countries))
        and _among(account.get("segment"), json.loads(rule.segments))
        and (not prefixes or any(postal.startswith(one) for one in prefixes))
        and _in_band(account.get("employees"), rule.employees_from, rule.employees_to)
    )


def _among(value: Any, listed: list[str]) -> bool:
    return not listed or value in listed


def _in_band(size: int | None, low: int | None, high: int | None) -> bool:
    if low is None and high is None:
        return True
    return size is not None and (low is None or size >= low) and (high is None or size <= high)
