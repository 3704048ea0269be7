"""Book the broken units of a list, line by line, while the system takes only so many calls.

The bucket of calls for corrections is full, since another app of the account makes them too. Whoever waits as long as
the answer says gets one line through, and may have to wait again for the next.

What is typically got wrong: a line that was turned away is taken for booked, all is begun anew and booked twice, the
rest is left or handed over, broken units are booked as lost.
"""

import math
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sqlalchemy import select

from worlds.engine.faults.plan import Rule
from worlds.engine.task import Decision, Draw, Family, Instance, Refused, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import any_value, changed_by
from worlds.graders.typed import quantity
from worlds.shop.models import InventoryLevel, Location, Variant, stand_in
from worlds.shop.rulings.book_damage import LINE, rule

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

LINES = 5
MOST = 4
"""Units of a line that are broken at most."""
TOO_MANY = 429
MINUTE = 60
FULL = Rule(fault="rate-limit", operations=("adjust_stock",), times=0, params={"others": 1.98})
"""The limit of the shop's vendor, of which others take nearly all: a place is free every fifty seconds."""

WORDINGS = (
    "A pallet tipped over in {place}. Broken: {lines}. Please book all of it, each line once, and tell me how many of "
    "{asked} are still available there afterwards (left).",
    "From {place}, this morning's round: {lines} – all of it broken beyond repair. Can you put that into the system by "
    "our rules for stock? I also want to know what is left of {asked} to sell there (left).",
    "Water got into the store room of {place}. These cannot be sold any more: {lines}. Take them out of what is "
    "available as the page on stock has it, and report the available units of {asked} in {place} then (left).",
    "Breakage list of {place} for you to book: {lines}. None of it is anywhere else, and nothing is missing from the "
    "list. Answer with the number of {asked} that {place} has available when you are through (left).",
)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Levels of one location, with their SKUs and how much of each is available."""

    place: str
    location_id: int
    levels: tuple[int, ...]
    variants: tuple[int, ...]
    skus: tuple[str, ...]


def _shelves(draw: Draw) -> list[Shelf]:
    """Every level with enough units of a variant whose SKU is its own, mixed and dealt out by fives."""
    rows = draw.session.execute(
        select(InventoryLevel.id, InventoryLevel.variant_id, Variant.sku, Location.id, Location.name)
        .join(Variant, Variant.id == InventoryLevel.variant_id)
        .join(Location, Location.id == InventoryLevel.location_id)
        .where(InventoryLevel.available > 2 * MOST, Variant.active, Location.active)
        .order_by(InventoryLevel.id)
    ).all()
    skus = "\n".join(draw.session.scalars(select(Variant.sku))).casefold()
    by_place: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for level_id, variant_id, sku, location_id, name in rows:
        if skus.count(sku.casefold()) == 1:  # neither shared nor the beginning of another
            by_place[location_id, name].append((level_id, variant_id, sku))
    found = []
    for (location_id, name), there in by_place.items():
        random.Random(f"shelves of {location_id}").shuffle(there)
        for at in range(0, len(there) - LINES + 1, LINES):
            levels, variants, named = zip(*there[at : at + LINES], strict=True)
            found.append(Shelf(name, location_id, levels, variants, named))
    return found


def instance(draw: Draw) -> Instance:
    """A list of broken units of five variants at one location, and a limit that lets one line through at a time."""
    shelf = draw.pick(_shelves)
    chance = draw.rng("broken")
    units = [chance.randint(1, MOST) for _ in shelf.levels]
    facts = {
        "place": shelf.place,
        "lines": "; ".join(f"{count} × {sku}" for count, sku in zip(units, shelf.skus, strict=True)),
        "asked": chance.choice(shelf.skus),
    }
    target = {"inventory_level": list(shelf.levels), "variant": list(shelf.variants)}
    decision = rule(Situation(draw.session, draw.now, target, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, "ops"),
        expectation=_expectation(shelf, decision),
        target=target,
        decision=decision,
        faults=(FULL,),
    )


def _expectation(shelf: Shelf, decision: Decision) -> Expectation:
    required = [
        effect
        for level_id, variant_id, sku, units in zip(
            shelf.levels, shelf.variants, shelf.skus, decision["broken"], strict=True
        )
        for effect in _booked(shelf, level_id, variant_id, sku, units)
    ]
    answer = Answer("done", {"left": quantity(decision["left"])})
    return Expectation(any_of=[Bundle(required=required)], answer=answer)


def _booked(shelf: Shelf, level_id: int, variant_id: int, sku: str, units: int) -> Iterator[Effect]:
    yield Effect(
        f"{sku}-level",
        "inventory_level",
        "update",
        where={"id": level_id},
        set={"available": changed_by(-units), "damaged": changed_by(units)},
        words=f"{units} of {sku} at {shelf.place} are damaged and no longer available",
    )
    yield Effect(
        f"{sku}-movement",
        "stock_movement",
        "insert",
        where={"variant_id": variant_id, "location_id": shelf.location_id, "kind": "adjustment"},
        set={
            "quantity": units,
            "from_state": "available",
            "to_state": "damaged",
            "order_id": None,
            "reason": any_value("the movement may say what happened"),
            "actor_role": "ops",
        },
        words=f"It was booked once, {units} from available to damaged",
    )


# -- how it is solved ---------------------------------------------------------------------------------------------


def _lines(facts: Mapping[str, str]) -> list[tuple[str, int]]:
    """SKU and units of each line of the list."""
    return [(sku, int(units)) for units, sku in LINE.findall(facts["lines"])]


def _level(worker: Worker, sku: str) -> dict[str, Any]:
    """The stock of a SKU at the place that the request names."""
    levels: Sequence[dict[str, Any]] = worker.call("list_stock", query=sku, page_size=100)["items"]
    return next(one for one in levels if one["sku"] == sku and one["location"] == worker.facts["place"])


def _send(worker: Worker, sku: str, units: int, **changes: Any) -> bool:
    """Book a line; False where the system takes no more calls. Whoever is turned away has waited as long as it asks."""
    level = _level(worker, sku)
    given = {"variant_id": level["variant_id"], "location_id": level["location_id"], "change": -units}
    try:
        worker.call("adjust_stock", **given, **({"reason": "damaged"} | changes))
    except Refused as turned_away:
        if turned_away.status != TOO_MANY:
            raise
        worker.call("wait", minutes=math.ceil(_seconds(turned_away.body) / MINUTE))
        return False
    return True


def _seconds(body: Any) -> float:
    """How long one is asked to wait; a minute where nothing is said."""
    return float(body.get("headers", {}).get("Retry-After", MINUTE))


def _report(worker: Worker) -> FinalAnswer:
    left = _level(worker, worker.facts["asked"])["available"]
    return FinalAnswer(status="done", facts={"left": left}, message=f"All is booked; {left} are left.")


def _all(worker: Worker, lines: Sequence[tuple[str, int]], **changes: Any) -> FinalAnswer:
    """Each line until it is taken, once."""
    for sku, units in lines:
        while not _send(worker, sku, units, **changes):
            continue
    return _report(worker)


def solve(worker: Worker) -> FinalAnswer:
    """Book line by line; where the system takes no more, wait as long as it asks and go on with the same line."""
    return _all(worker, _lines(worker.facts))


def backwards(worker: Worker) -> FinalAnswer:
    """From the last line to the first, with a word on what happened."""
    return _all(worker, _lines(worker.facts)[::-1], note=f"breakage in {worker.facts['place']}")


def browse(page: "Page") -> FinalAnswer:
    """The same in the back office; whoever is turned away looks at something else for a while."""
    place, left = page.facts["place"], ""
    for sku, units in _lines(page.facts):
        page.open(f"/office/stock?{urlencode({'query': sku, 'page_size': 100})}")
        row = page.row(sku, place)
        row.click("link", next(node.name for node in row.node.find("link") if node.name.endswith(f" at {place}")))
        here = page.url
        while True:
            page.fill("Change in units", str(-units))
            page.choose("Reason", "Damaged")
            page.click("button", "Adjust stock")
            if "Too many requests" not in page.see():
                break
            for _ in range(3):
                page.open(here)
        if sku == page.facts["asked"]:
            left = page.value("Available")
    return FinalAnswer(status="done", facts={"left": left})


# -- how it is got wrong ------------------------------------------------------------------------------------------


def lost_lines(worker: Worker) -> FinalAnswer:
    """Go on with the next line after waiting."""
    for sku, units in _lines(worker.facts):
        _send(worker, sku, units)
    return _report(worker)


def begun_anew(worker: Worker) -> FinalAnswer:
    """Begin again with the first line once the system lets one through, then do all of it."""
    lines = _lines(worker.facts)
    for sku, units in lines[:2]:
        if not _send(worker, sku, units):
            _send(worker, sku, units)
    return _all(worker, lines)


def stopped(worker: Worker) -> FinalAnswer:
    """Leave the rest when the system takes no more a second time, and call it done."""
    lines = _lines(worker.facts)
    _all(worker, lines[:1])
    _send(worker, *lines[1])
    return _report(worker)


def handed_over(worker: Worker) -> FinalAnswer:
    """Hand the rest over as a problem of the system."""
    lines = _lines(worker.facts)
    done = _all(worker, lines[:2])
    text = (
        f"The system answers {TOO_MANY}. Booked: the first 2 lines. Still to be booked in {worker.facts['place']}: "
        + ("; ".join(f"{units} × {sku}" for sku, units in lines[2:]))
    )
    variant = _level(worker, lines[2][0])["variant_id"]
    worker.call("escalate", team="operations", reason="system_problem", message=text, variant_id=variant)
    return done.model_copy(update={"status": "partly"})


def one_by_one_twice(worker: Worker) -> FinalAnswer:
    """Book each line once for every time it was sent."""
    lines = _lines(worker.facts)
    for line in lines:
        times = 1
        while not _send(worker, *line):
            times += 1
        _all(worker, [line] * (times - 1))
    return _report(worker)


def _wrong(**changes: Any) -> Any:
    """All lines, each with something wrong in it."""

    def mistake(worker: Worker) -> FinalAnswer:
        return _all(worker, _lines(worker.facts), **changes)

    return mistake


def other_number(worker: Worker) -> FinalAnswer:
    """Do it rightly, but report what was available before."""
    before = _level(worker, worker.facts["asked"])["available"]
    return solve(worker).model_copy(update={"facts": {"left": before}})


FAMILY = Family(
    name="book-damage",
    title="Book a list of broken units through a rate limit, without losing a line",
    point="what was turned away is not booked, what was booked is not booked again, and waiting gets through",
    role="ops",
    instance=instance,
    solve=solve,
    browse=browse,
    ruling=rule,
    alternatives={"from the last line to the first": backwards},
    mistakes={
        "lines lost": lost_lines,
        "begun anew": begun_anew,
        "stopped": stopped,
        "handed over": handed_over,
        "each again": one_by_one_twice,
        "as lost": _wrong(reason="lost"),
        "as a correction": _wrong(reason="correction"),
        "another number reported": other_number,
    },
    unenforced={
        "handed over": "A system that works after some waiting is no reason to hand anything over.",
        "as lost": "Damaged units are moved to damaged with reason damaged",
        "as a correction": "Damaged units are moved to damaged with reason damaged",
    },
    population="medium",
)
