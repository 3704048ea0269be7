"""Move units of a variant to another location while customers go on buying it.

What is typically got wrong: deciding on the number that was read first, corrections in place of a move, a look-alike
variant, the wrong place, a part of it, less left than the page on stock allows.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sqlalchemy import func, select

from worlds.engine.task import SOLVABLE, Decision, Draw, Family, Happening, Instance, Refused, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Bundle, Effect, Expectation, State
from worlds.graders.predicates import changed_by, mentions, one_of
from worlds.graders.typed import quantity, record
from worlds.shop.models import InventoryLevel, StockMovement, Variant, stand_in
from worlds.shop.rulings.move_stock import ruling
from worlds.shop.tasks.slips import BRANCHES, Slip, slips

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

WORDINGS = (
    "Transfer slip {slip}: {units} × {article} from {source} to {place}. Please take care of it, and report how many "
    "are available at {source} once you are through (available).",
    "{place} asks for {units} of {article}, to come from {source}; the slip is {slip}. Deal with it by the book. I "
    "also need the available units at {source} as they stand when you are finished (available).",
    "Can you do slip {slip} for me? It says {source} gives {place} {units} pieces of {article}. Tell me afterwards "
    "what {source} has available of it (available).",
    "The van from {source} to {place} has room, and slip {slip} wants {units} × {article} on it. Handle the slip, "
    "then write me the number available at {source} (available), the one that holds then.",
)


def instance(draw: Draw) -> Instance:
    """A slip that the source can fill as it stands; whether it still can after the sale is what decides."""
    case = draw.pick(_slips, branch=draw.branch(BRANCHES))
    slip = f"TR-{draw.rng('slip').randrange(20_000, 90_000)}"
    facts = {
        "article": case.article, "units": str(case.units), "source": case.source, "place": case.place, "slip": slip,
    }  # fmt: skip
    target = {"inventory_level": list(case.levels), "variant": [case.variant_id], "sales_order": [case.order_id]}
    decision = ruling(Situation(draw.session, draw.now, target, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, "ops"),
        expectation=_expectation(draw, case, slip, decision),
        target=target,
        decision=decision,
        happenings=[
            Happening(
                name="customer",
                operation="order_again",
                arguments={"order_id": case.order_id, "variant_id": case.variant_id},
                after="list_stock",
            )
        ],
    )


def _slips(draw: Draw) -> list[Slip]:
    return slips(draw.session)


def _expectation(draw: Draw, case: Slip, slip: str, decision: Decision) -> Expectation:
    variant = draw.session.get_one(Variant, case.variant_id)
    if decision["branch"] != SOLVABLE:
        return Expectation(
            any_of=[Bundle(required=[_handed_over(case, variant, slip, decision["left"])])],
            final=list(_booked_once(draw, case)),
            answer=Answer(("waiting", "not_done"), {"available": quantity(decision["left"])}),
        )
    required = list(_moved(draw, case, slip, decision["moved"]))
    return Expectation(
        any_of=[Bundle(required=required)],
        final=list(_booked_once(draw, case)),
        answer=Answer("done", {"available": quantity(decision["left"])}),
    )


def _booked_once(draw: Draw, case: Slip) -> Iterator[State]:
    """Nothing came back to where the units are taken, nothing was taken by hand from where they go."""
    ways = ({"to_state": "available"}, {"from_state": "available", "actor_role": "ops"})
    for level_id, place, way in zip(case.levels, ("source", "place"), ways, strict=True):
        level = draw.session.get_one(InventoryLevel, level_id)
        where: dict[str, int | str] = {"variant_id": case.variant_id, "location_id": level.location_id, **way}
        booked = select(func.count()).select_from(StockMovement).filter_by(**where)
        yield State(
            f"{place}-once",
            "stock_movement",
            where,
            count=draw.session.scalars(booked).one(),
            words=f"Nothing was booked there and back at {getattr(case, place)}",
            holds_at_start=True,
        )


def _handed_over(case: Slip, variant: Variant, slip: str, left: int) -> Effect:
    return Effect(
        "hand-over",
        "escalation",
        "insert",
        where={"variant_id": case.variant_id, "team": "merchandising"},
        set={
            "reason": "stock_problem",
            "product_id": one_of(None, variant.product_id),
            "order_id": None,
            "customer_id": None,
            "author_role": "ops",
            "message": mentions(record(variant.sku), record(slip), quantity(left)),
        },
        words=f"Merchandising was told that {left} units of {variant.sku} are too few for {slip}; nothing was moved",
    )


def _moved(draw: Draw, case: Slip, slip: str, units: int) -> Iterator[Effect]:
    for level_id, place, change in zip(case.levels, ("source", "place"), (-units, units), strict=True):
        level = draw.session.get_one(InventoryLevel, level_id)
        yield Effect(
            f"{place}-level",
            "inventory_level",
            "update",
            where={"id": level_id},
            set={"available": changed_by(change)},
            words=f"{getattr(case, place)} has {units} {'more' if change > 0 else 'fewer'}, whatever others did there",
        )
        yield Effect(
            f"{place}-movement",
            "stock_movement",
            "insert",
            where={"variant_id": case.variant_id, "location_id": level.location_id, "kind": "transfer"},
            set={
                "quantity": units,
                "from_state": "available" if change < 0 else None,
                "to_state": "available" if change > 0 else None,
                "order_id": None,
                "reason": mentions(record(slip)),
                "actor_role": "ops",
            },
            words=f"Booked at {getattr(case, place)} as a move of {slip}",
        )


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker knows before it reads numbers: both locations by id, and how many marks stay."""

    source: int
    place: int
    elsewhere: int
    marks: int


def _job(worker: Worker) -> Job:
    facts = worker.facts
    rule = worker.call("get_policy", slug="stock")["text"]
    ids = {one["name"]: one["location_id"] for one in worker.call("list_locations")["items"]}
    third = next(number for name, number in ids.items() if name not in (facts["source"], facts["place"]))
    return Job(ids[facts["source"]], ids[facts["place"]], third, marks_kept(rule))


def marks_kept(rule: str) -> int:
    """How many times the reorder mark stays at the source, as the page on stock says it."""
    said = re.search(r"at least (\w+) the reorder mark", rule)
    times = {"once": 1, "twice": 2, "thrice": 3}
    if said is None or said[1] not in times:
        raise LookupError("the page on stock does not say what a move leaves")
    return times[said[1]]


def _levels(worker: Worker, location_id: int) -> list[dict[str, Any]]:
    """The levels of all variants of the product at a location."""
    product = worker.facts["article"].rpartition(" (")[0]
    found: dict[str, Any] = worker.call("list_stock", query=product, location_id=location_id, page_size=100)
    return [level for level in found["items"] if level["product"] == product]


def _level(worker: Worker, location_id: int) -> dict[str, Any]:
    for level in _levels(worker, location_id):
        if f"{level['product']} ({level['variant']})" == worker.facts["article"]:
            return level
    raise LookupError(f"no level of {worker.facts['article']} at location {location_id}")


def _move(worker: Worker, level: dict[str, Any], place: int, units: int, **changes: Any) -> int:
    """Book a move from what was read; answers what is available afterwards."""
    arguments = {
        "variant_id": level["variant_id"], "from_location_id": level["location_id"], "to_location_id": place,
        "quantity": units, "expected_available": level["available"], "reference": worker.facts["slip"],
    } | changes  # fmt: skip
    left: int = worker.call("move_stock", **arguments)["source"]["available"]
    return left


def _hand_over(worker: Worker, level: dict[str, Any], **about: Any) -> FinalAnswer:
    facts = worker.facts
    worker.call(
        "escalate",
        team="merchandising",
        reason="stock_problem",
        message=f"Slip {facts['slip']} asks for {facts['units']} of {level['sku']}, but {facts['source']} has only "
        f"{level['available']} units available now. Please decide.",
        **({"variant_id": level["variant_id"]} | about),
    )
    return FinalAnswer(
        status="waiting",
        reasons=["stock_problem"],
        facts={"available": level["available"]},
        message=f"Nothing was moved for {facts['slip']}; merchandising decides.",
    )


def _done(worker: Worker, left: int) -> FinalAnswer:
    return FinalAnswer(status="done", facts={"available": left}, message=f"{worker.facts['slip']} is booked.")


def _fits(worker: Worker, job: Job, level: dict[str, Any]) -> bool:
    return bool(level["available"] - int(worker.facts["units"]) >= job.marks * level["low_at"])


def solve(worker: Worker) -> FinalAnswer:
    """Move what the slip says if enough is left; where the number has changed meanwhile, read and decide again."""
    job = _job(worker)
    while True:
        level = _level(worker, job.source)
        if not _fits(worker, job, level):
            return _hand_over(worker, level)
        try:
            return _done(worker, _move(worker, level, job.place, int(worker.facts["units"])))
        except Refused as refused:
            if refused.body["error"]["code"] != "stale_stock":
                raise


def second_look(worker: Worker) -> FinalAnswer:
    """Look a second time, by variant, before anything is booked."""
    job = _job(worker)
    variant = _level(worker, job.source)["variant_id"]
    level = worker.call("list_stock", variant_id=variant, location_id=job.source)["items"][0]
    if not _fits(worker, job, level):
        return _hand_over(worker, level, product_id=level["product_id"])
    return _done(worker, _move(worker, level, job.place, int(worker.facts["units"]), note="for the van"))


def browse(page: "Page") -> FinalAnswer:
    """The same in the back office."""
    facts = page.facts
    page.open("/office/rules/stock")
    marks = marks_kept(page.text("Moves between locations"))
    product, _, variant = facts["article"].removesuffix(")").rpartition(" (")
    page.open(f"/office/stock?{urlencode({'query': product, 'page_size': 100})}")
    page.click("link", f"Adjust {product}, {variant} at {facts['source']}")
    here = page.url
    while True:
        page.open(here)
        now = int(page.value("Available"))
        if now - int(facts["units"]) < marks * int(page.value("Reorder mark")):
            return _hand_over_on_page(page, now)
        page.click("link", "Move to another location")
        if int(page.value("Available")) != now:
            continue
        page.choose("To", facts["place"])
        page.fill("Units", facts["units"])
        page.fill("Transfer slip (optional)", facts["slip"])
        page.click("button", "Move stock")
        if "This was not done" not in page.see():
            return FinalAnswer(status="done", facts={"available": page.value("Available")})


def _hand_over_on_page(page: "Page", now: int) -> FinalAnswer:
    sku = re.search(r"SKU ([\w-]+)", page.see())
    page.click("link", "Hand over")
    page.choose("Team", "Merchandising")
    page.choose("Why you cannot do it", "Stock problem")
    page.fill(
        "What the team has to know",
        f"{page.facts['slip']}: {sku[1] if sku else ''} has only {now} units available at {page.facts['source']}.",
    )
    page.click("button", "Hand over")
    return FinalAnswer(status="waiting", reasons=["stock_problem"], facts={"available": now})


# -- how it is got wrong ------------------------------------------------------------------------------------------


def _fresh(worker: Worker, location_id: int) -> dict[str, Any]:
    """A level as it is once what others do meanwhile has happened."""
    _levels(worker, location_id)
    return _level(worker, location_id)


def wrong_way_round(worker: Worker) -> FinalAnswer:
    """Move although too few are left, or hand over although enough are."""
    job = _job(worker)
    level = _fresh(worker, job.source)
    if _fits(worker, job, level):
        return _hand_over(worker, level)
    return _done(worker, _move(worker, level, job.place, int(worker.facts["units"])))


def two_corrections(worker: Worker) -> FinalAnswer:
    """Take them off here and add them there, so that only the sum is right."""
    job, units = _job(worker), int(worker.facts["units"])
    level = _fresh(worker, job.source)
    arguments = {"variant_id": level["variant_id"], "reason": "correction", "note": worker.facts["slip"]}
    taken = worker.call("adjust_stock", location_id=job.source, change=-units, **arguments)
    worker.call("adjust_stock", location_id=job.place, change=units, **arguments)
    return _done(worker, taken["available"])


def two_counts(worker: Worker) -> FinalAnswer:
    """Force both numbers as if they had been counted."""
    job, units = _job(worker), int(worker.facts["units"])
    left = 0
    for location_id, change in ((job.place, units), (job.source, -units)):
        level = _fresh(worker, location_id)
        left = level["available"] + change
        worker.call(
            "set_stock",
            variant_id=level["variant_id"],
            location_id=location_id,
            expected=level["available"],
            quantity=left,
        )
    return _done(worker, left)


def _tried_out(at: str) -> Callable[[Worker], FinalAnswer]:
    """Book units in and out again at the source or at the place, then do what is right."""

    def mistake(worker: Worker) -> FinalAnswer:
        job = _job(worker)
        level = _fresh(worker, getattr(job, at))
        where = {name: level[name] for name in ("variant_id", "location_id")}
        for change in (1, -1):
            worker.call("adjust_stock", change=change, reason="correction", **where)
        return solve(worker)

    return mistake


def look_alike(worker: Worker) -> FinalAnswer:
    """Move another variant of the product."""
    job = _job(worker)
    meant = _fresh(worker, job.source)
    others = [one for one in _levels(worker, job.source) if one["variant_id"] != meant["variant_id"]]
    other = max(others, key=lambda one: int(one["available"]))
    _move(worker, other, job.place, min(other["available"], int(worker.facts["units"])))
    return _done(worker, meant["available"])


def _moved_otherwise(change: Callable[[Worker, Job], dict[str, Any]]) -> Callable[[Worker], FinalAnswer]:
    def mistake(worker: Worker) -> FinalAnswer:
        job = _job(worker)
        level = _fresh(worker, job.source)
        return _done(worker, _move(worker, level, job.place, int(worker.facts["units"]), **change(worker, job)))

    return mistake


FAMILY = Family(
    name="move-stock",
    title="Move units between locations while customers buy them",
    point="the number that was read is old when the move is booked; what must stay at the source is the policy's word",
    role="ops",
    instance=instance,
    solve=solve,
    browse=browse,
    ruling=ruling,
    alternatives={"with a second look": second_look},
    mistakes={
        "the rule the wrong way round": wrong_way_round,
        "two corrections": two_corrections,
        "two counts": two_counts,
        "tried out at the source": _tried_out("source"),
        "tried out at the place": _tried_out("place"),
        "a look-alike variant": look_alike,
        "half of it": _moved_otherwise(lambda worker, _: {"quantity": int(worker.facts["units"]) // 2}),
        "another place": _moved_otherwise(lambda _, job: {"to_location_id": job.elsewhere}),
        "without the slip": _moved_otherwise(lambda _, _job: {"reference": None}),
    },
    unenforced={
        "the rule the wrong way round": "A move leaves at least twice the reorder mark available at the location",
        "two corrections": "never as a correction at each end",
        "tried out at the source": "never as a correction",
        "half of it": "nothing is moved, not even a part",
        "without the slip": "with the number of its transfer slip as reference",
    },
    population="medium",
)
