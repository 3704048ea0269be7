"""Moving units between stock states: each move changes a level and leaves a movement, so levels and movements agree."""

# ruff: noqa: S608 - the statements are put together from fixed texts and names of our own columns

import json
from typing import NamedTuple

from worlds.engine.context import Context
from worlds.engine.rows import Query, insert, run
from worlds.shop.models import Allocation, InventoryLevel, StockMovement


class Level(NamedTuple):
    """What matters of a level when goods are promised or shipped; `policy` is the variant's."""

    variant_id: int
    location_id: int
    available: int
    committed: int
    policy: str


class Promise(NamedTuple):
    """Units of an order line that are committed at a location."""

    order_line_id: int
    location_id: int
    variant_id: int
    quantity: int


_ONLINE = Query(
    Level,
    """SELECT v.id, i.location_id, coalesce(i.available, 0), coalesce(i.committed, 0), v.inventory_policy
    FROM json_each(:variants) j JOIN variant v ON v.id = j.value
    JOIN inventory_level i ON i.variant_id = v.id
    JOIN location w ON w.id = i.location_id AND w.active = 1 AND w.fulfils_online = 1
    ORDER BY w.priority, w.id""",
)
_PROMISES = Query(
    Promise,
    """SELECT a.order_line_id, a.location_id, a.variant_id, a.quantity FROM order_line l
    JOIN allocation a ON a.order_line_id = l.id WHERE l.order_id = :order AND a.quantity > 0 ORDER BY a.id""",
)
_LEVEL = Query(
    Level,
    """SELECT i.variant_id, i.location_id, i.available, i.committed, v.inventory_policy FROM inventory_level i
    JOIN variant v ON v.id = i.variant_id WHERE i.variant_id = :variant AND i.location_id = :location""",
)
_PROMISE = "UPDATE allocation SET quantity = quantity + :change WHERE order_line_id = :line AND location_id = :location"
_MOVES: dict[tuple[str | None, str | None], str] = {}


def move(
    ctx: Context,
    kind: str,
    variant_id: int,
    location_id: int,
    quantity: int,
    states: tuple[str | None, str | None],
    *,
    order_id: int | None = None,
    reason: str | None = None,
) -> None:
    """Move units of a variant at a location from one state to another; None is the world outside."""
    if states not in _MOVES:
        parts = [f"{state} = {state} {sign} :quantity" for state, sign in zip(states, "-+", strict=True) if state]
        _MOVES[states] = (
            f"UPDATE inventory_level SET {', '.join(parts)} WHERE variant_id = :variant AND location_id = :location"
        )
    where = {"variant": variant_id, "location": location_id, "quantity": quantity}
    if not run(ctx, _MOVES[states], **where):
        insert(
            ctx, InventoryLevel, variant_id=variant_id, location_id=location_id, available=0, committed=0, reserved=0,
            damaged=0, quality_control=0, safety_stock=0, incoming=0, low_at=0,
        )  # fmt: skip
        run(ctx, _MOVES[states], **where)
    insert(
        ctx, StockMovement, variant_id=variant_id, location_id=location_id, kind=kind, quantity=quantity,
        from_state=states[0], to_state=states[1], order_id=order_id, reason=reason, actor_role=ctx.actor.role,
        at=ctx.now,
    )  # fmt: skip


def transfer(
    ctx: Context, variant_id: int, from_location_id: int, to_location_id: int, quantity: int, reason: str | None
) -> None:
    """Carry available units of a variant from one location to another: what leaves the one arrives at the other."""
    move(ctx, "transfer", variant_id, from_location_id, quantity, ("available", None), reason=reason)
    move(ctx, "transfer", variant_id, to_location_id, quantity, (None, "available"), reason=reason)


def plan(ctx: Context, wanted: dict[int, int]) -> tuple[dict[int, list[tuple[int, int]]], dict[int, int]]:
    """Where units of variants could come from: {variant: [(location, units), ...]}, and what each variant lacks.

    One location that has everything is preferred, in order of priority; then, for each variant, one that has all of it;
    then as many as it takes. Variants that are sold beyond stock lack nothing.
    """
    levels = _ONLINE.all(ctx, variants=json.dumps(sorted(wanted)))
    here: dict[int, dict[int, int]] = {}
    policy: dict[int, str] = {}
    for level in levels:
        here.setdefault(level.location_id, {})[level.variant_id] = max(0, level.available)
        policy[level.variant_id] = level.policy
    whole = next((at for at, has in here.items() if all(has.get(v, 0) >= q for v, q in wanted.items())), None)
    if whole is not None:
        return {variant: [(whole, quantity)] for variant, quantity in wanted.items()}, {}
    places: dict[int, list[tuple[int, int]]] = {}
    lacking: dict[int, int] = {}
    for variant, quantity in wanted.items():
        places[variant], short = _gather(variant, quantity, here)
        if short and policy.get(variant) == "continue":
            first = next(at for at, has in here.items() if variant in has)
            places[variant].append((first, short))
        elif short:
            lacking[variant] = short
    return places, lacking


def _gather(variant: int, quantity: int, here: dict[int, dict[int, int]]) -> tuple[list[tuple[int, int]], int]:
    for at, has in here.items():
        if has.get(variant, 0) >= quantity:
            return [(at, quantity)], 0
    taken, short = [], quantity
    for at, has in here.items():
        units = min(short, has.get(variant, 0))
        if units:
            taken.append((at, units))
            short -= units
    return taken, short


def take(places: list[tuple[int, int]], units: int) -> list[tuple[int, int]]:
    """Take so many units off the front of planned places, which keep the rest."""
    taken = []
    while units:
        location, there = places[0]
        part = min(units, there)
        taken.append((location, part))
        units -= part
        if part == there:
            places.pop(0)
        else:
            places[0] = (location, there - part)
    return taken


def commit(ctx: Context, order_id: int, line_id: int, variant_id: int, places: list[tuple[int, int]]) -> None:
    """Promise units to an order line: available becomes committed."""
    for location_id, units in places:
        move(ctx, "allocation", variant_id, location_id, units, ("available", "committed"), order_id=order_id)
        if not run(ctx, _PROMISE, change=units, line=line_id, location=location_id):
            insert(
                ctx, Allocation, order_line_id=line_id, location_id=location_id, variant_id=variant_id, quantity=units
            )


def promises(ctx: Context, order_id: int) -> dict[int, list[Promise]]:
    """What is committed for an order, by order line."""
    found: dict[int, list[Promise]] = {}
    for promise in _PROMISES.all(ctx, order=order_id):
        found.setdefault(promise.order_line_id, []).append(promise)
    return found


def release(ctx: Context, order_id: int, promised: list[Promise], units: int, *, restock: bool) -> None:
    """Let go of committed units of a line: back to available, or written off."""
    for promise in promised:
        taken = min(units, promise.quantity)
        if taken:
            kind, state = ("release", "available") if restock else ("write_off", None)
            move(ctx, kind, promise.variant_id, promise.location_id, taken, ("committed", state), order_id=order_id)
            run(ctx, _PROMISE, change=-taken, line=promise.order_line_id, location=promise.location_id)
            units -= taken


def ship(ctx: Context, order_id: int, line_id: int, promised: list[Promise], location_id: int, units: int) -> bool:
    """Send committed units out from a location, shifting the promise there if it was made elsewhere.

    Answers False, and changes nothing, where the location does not have the units.
    """
    variant_id = promised[0].variant_id
    here = sum(promise.quantity for promise in promised if promise.location_id == location_id)
    level = level_at(ctx, variant_id, location_id)
    if level is None:
        return False
    lacking = units > here + level.available if units > here else units > level.committed + level.available
    if lacking:  # negative `available` means promised beyond what lies there
        return False
    if units > here:
        elsewhere = [promise for promise in promised if promise.location_id != location_id]
        release(ctx, order_id, elsewhere, units - here, restock=True)
        commit(ctx, order_id, line_id, variant_id, [(location_id, units - here)])
    move(ctx, "sale", variant_id, location_id, units, ("committed", None), order_id=order_id)
    run(ctx, _PROMISE, change=-units, line=line_id, location=location_id)
    return True


def level_at(ctx: Context, variant_id: int, location_id: int) -> Level | None:
    """The level of a variant at a location."""
    return _LEVEL.first(ctx, variant=variant_id, location=location_id)
