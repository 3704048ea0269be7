"""Close the deals of a colleague that have gone quiet, and leave open those that the handbook excepts.

What is typically got wrong: all that a list finds is closed, an offer that still stands is overlooked, the reason is
made up, or the deal that was named is closed since it was named.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.crm.days import local_day
from worlds.crm.models import Account, Opportunity, PipelineStage, StageHistory
from worlds.crm.rulings.close_stale import STAYS, keepers, quiet, ruling
from worlds.crm.tasks import stale_pages
from worlds.crm.tasks.casework import at_work, hand_over, noted, reference, spare_note
from worlds.engine.context import Actor
from worlds.engine.task import SOLVABLE, Decision, Draw, Family, Instance, Situation, Worker, every_row
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import between
from worlds.graders.typed import date as day_stated
from worlds.graders.typed import quantity, record, set_of

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

BRANCHES: Final = (SOLVABLE, STAYS)
QUIET: Final = 90
LOST: Final = "Closed Lost"
REASON: Final = "no_response"
TRIES: Final = 3
CLOSED: Final = range(2, 8)
KEPT: Final = range(1, 6)
"""How many deals of a request are closed, and how many stay open."""
SPANS: Final = 8
"""For how many spans at most a deal is named, so that none comes up more often than others."""

WORDINGS = (
    "It is {today} and I am tidying up: of my deals that were to close from {first} to {last}, please close what has "
    "gone quiet, as the handbook says. {deal} is one of them. If {deal} itself has to stay open, leave a note on it "
    "with {reference} as its subject and with what keeps it open in its text (the day of what is planned, or the "
    "number of the quote). Tell me how many you closed (closed) and the numbers of the untouched ones of that span "
    "which stay open (kept). {rep}",
    "Please go through the open deals of mine, {rep}, with a close date between {first} and {last} (both included), as "
    "of today, {today}. Those which are stale by our rules are to be closed, {deal} among them. Should the rules keep "
    "{deal} open, then put a note on it under the subject {reference} that says for what: which quote, or what is "
    "planned for which day. I need the number of closed deals (closed) and which of the quiet ones were kept open "
    "(kept, their numbers).",
    "{reference}: my pipeline for {first} to {last} (by close date) is full of deals in which nothing happens any "
    "more, {deal} for instance. Close the stale ones by the handbook, reckoned from {today}. A stale deal that has to "
    "stay open is left as it is; if {deal} is such a one, a note on it with that reference as subject names the quote "
    "or the day of the meeting or call that keeps it. Report closed (how many) and kept (numbers of the stale ones "
    "left open). Thanks, {rep}",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A span of close dates of somebody's deals, and one of them that is stale; `branch` says what becomes of that."""

    branch: str
    number: str
    first: str
    last: str
    actor: Actor


def _cases(draw: Draw) -> list[Case]:
    """A few of the spans in which there is a deal that may be named."""
    found = defaultdict(list)
    for key, actor in at_work(draw.session).items():
        for one in _of_one(draw.session, draw.now, key, actor):
            found[one.number].append(one)
    return [one for spans in found.values() for one in spans[:: -(-len(spans) // SPANS)]]


def _of_one(session: Session, now: datetime, key: int, actor: Actor) -> Iterator[Case]:
    """Spans of whole months in which some stale deals are closed and some stay, one of them for an offer alone."""
    locked = set(session.scalars(select(Account.id).where(Account.locked)))
    found = [(one, keepers(session, now, one)) for one in quiet(session, now, key) if one.account_id not in locked]
    farthest = max((why[0] for _, why in found if why and why[0][0] == "meeting"), default=None)
    parts = set()
    for first, end in combinations(_months(local_day(now)), 2):
        last = end - timedelta(days=1)
        there = [(deal, why) for deal, why in found if first <= deal.close_date <= last]
        part = tuple(deal.id for deal, _ in there)
        if part in parts:
            continue
        parts.add(part)
        whys = [why for _, why in there if why]
        if len(whys) in KEPT and len(there) - len(whys) in CLOSED and "quote" in _ways(whys):
            span = (first.isoformat(), last.isoformat())
            yield from (
                Case(STAYS if why else SOLVABLE, deal.number, *span, actor)
                for deal, why in there
                if len(why) < 2 and why != [farthest]  # which begins the list of activities
            )


def _ways(whys: Sequence[Sequence[tuple[str, str]]]) -> set[str]:
    """What alone keeps one of some deals open."""
    return {why[0][0] for why in whys if len(why) == 1}


def _months(today: date) -> list[date]:
    """The first days of months from a year ago to half a year ahead."""
    count = today.year * 12 + today.month - 1
    return [date(one // 12, one % 12 + 1, 1) for one in range(count - 12, count + 7)]


def instance(draw: Draw) -> Instance:
    """A rep's deals of some months, one of them by its number, and a reference."""
    case = draw.pick(_cases, branch=draw.branch(BRANCHES))
    facts = {
        "deal": case.number, "first": case.first, "last": case.last, "today": local_day(draw.now).isoformat(),
        "rep": case.actor.name, "reference": reference(draw, "QD"),
    }  # fmt: skip
    decision = ruling(Situation(draw.session, draw.now, {}, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=case.actor,
        expectation=_expectation(draw, decision),
        target={"stage_history": _steps(draw.session, decision)},  # the deals stand out: they are the old ones
        decision=decision,
    )


def _steps(session: Session, decision: Decision) -> list[int]:
    """A step of the deal that is named, and one of the newest of those that are closed."""
    found = []
    for key in sorted({decision["named"], max(decision["closed"])}):
        steps = session.scalars(select(StageHistory.id).where(StageHistory.opportunity_id == key).order_by("id")).all()
        found.append(steps[key % len(steps)])
    return found


def _expectation(draw: Draw, decision: Decision) -> Expectation:
    session, today = draw.session, local_day(draw.now)
    closing = (today.isoformat(), (today + timedelta(days=QUIET)).isoformat())  # the day on which it is closed
    lost = session.scalars(select(PipelineStage).where(PipelineStage.name == LOST)).one()
    deals = [session.get_one(Opportunity, one) for one in decision["closed"]]
    required = [_closed(deal, lost, closing) for deal in deals]
    named = session.get_one(Opportunity, decision["named"])
    about: dict[str, int | Sequence[int | None]] = {
        "opportunity_id": named.id, "account_id": named.account_id, "contact_id": (None, named.primary_contact_id),
    }  # fmt: skip
    quoted = record(decision["quoted"])
    if decision["branch"] == STAYS:
        way, fact = decision["why"]
        keeper = day_stated(fact) if way == "meeting" else record(fact)
        required.append(noted(about, keeper, subject=(quoted,)))
    slots = {
        "closed": quantity(len(deals), "deal"),
        "kept": set_of([record(one) for one in decision["kept"]]),
    }
    return Expectation(
        any_of=[Bundle(required=required, allowed=[spare_note(about, (quoted,))])],
        answer=Answer(("done", "partly"), slots),
    )


def _closed(deal: Opportunity, lost: PipelineStage, closing: tuple[str, str]) -> Effect:
    return Effect(
        f"closed-{deal.number}", "opportunity", "update", where={"id": deal.id},
        set={
            "stage_id": lost.id, "last_stage_id": deal.stage_id, "probability": lost.probability,
            "forecast_category": lost.forecast_category, "loss_reason": REASON, "close_date": between(*closing),
        },
        words=f"{deal.number} is closed as lost, for want of a response",
    )  # fmt: skip


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """The untouched deals of a span as a list has them, and what keeps some of them open, by their ids."""

    rows: tuple[dict[str, Any], ...]
    why: dict[int, str]
    named: dict[str, Any]

    @property
    def closable(self) -> list[dict[str, Any]]:
        """Those that nothing keeps open."""
        return [row for row in self.rows if row["opportunity_id"] not in self.why]

    @property
    def kept(self) -> list[str]:
        """The numbers of those that stay."""
        return sorted(row["number"] for row in self.rows if row["opportunity_id"] in self.why)

    @property
    def reason(self) -> str:
        """What keeps the deal open that was named; empty if nothing does."""
        return self.why.get(self.named["opportunity_id"], "")


def _fields(worker: Worker) -> tuple[str, str]:
    """The stage of what is lost and the field that it asks for, as the house has set its stages up."""
    worker.call("get_policy", slug="stages")
    stages = worker.call("list_stages")["pipelines"][0]["stages"]
    (lost,) = [one for one in stages if one["name"] == LOST]
    (field,) = lost["required_fields"]
    return lost["name"], field


def _untouched(worker: Worker, days: int = QUIET, **span: Any) -> tuple[dict[str, Any], ...]:
    """The asking colleague's open deals with which nobody has had to do for so many days."""
    facts = worker.facts
    (me,) = [one for one in every_row(worker, "list_users", query=facts["rep"]) if one["name"] == facts["rep"]]
    since = date.fromisoformat(facts["today"]) - timedelta(days=days)
    asked = span or {"close_from": facts["first"], "close_to": facts["last"]}
    rows = every_row(
        worker, "list_opportunities", owner_id=me["user_id"], stage_kind="open", no_activity_since=since.isoformat(),
        **asked,
    )  # fmt: skip
    return tuple(rows)


def _keeps(worker: Worker, row: dict[str, Any]) -> str:
    """What keeps a deal open: something that is planned for later than today, an offer that stands, an approval."""
    key, today = row["opportunity_id"], worker.facts["today"]
    for one in every_row(worker, "list_activities", opportunity_id=key, status="open"):
        if one["kind"] in ("meeting", "call") and one["starts_at"][:10] >= today:
            return f"a {one['kind']} on {one['starts_at'][:10]}"
    for quote in worker.call("get_opportunity", opportunity_id=key)["quotes"]:
        if quote["status"] == "presented" and quote["expires_on"] >= today:
            return f"quote {quote['number']}"
    return "an approval" if row["approval_lock"] else ""


def _look(worker: Worker, **span: Any) -> Look:
    rows = _untouched(worker, **span)
    why = {row["opportunity_id"]: _keeps(worker, row) for row in rows}
    (named,) = [row for row in rows if row["number"] == worker.facts["deal"]]
    return Look(rows, {key: said for key, said in why.items() if said}, named)


def _close(worker: Worker, rows: Sequence[dict[str, Any]], reason: str = REASON, **more: str) -> None:
    """Close deals in one go, look at each, and once more those that are still open."""
    stage, why = _fields(worker)
    values = {"stage": stage, why: reason, **more}
    changes = [{"field": name, "value": value} for name, value in values.items()]
    left = [row["opportunity_id"] for row in rows]
    for _ in range(TRIES):
        if left:
            worker.call("bulk_update_records", kind="opportunity", record_ids=left, changes=changes)
            left = [key for key in left if worker.call("get_opportunity", opportunity_id=key)["stage_kind"] == "open"]


def _note(worker: Worker, look: Look, subject: str = "", text: str = "") -> None:
    worker.call(
        "add_note", opportunity_id=look.named["opportunity_id"], subject=subject or worker.facts["reference"],
        body=text or f"It stays open, as there is {look.reason or 'no answer'}.",
    )  # fmt: skip


def _report(closed: int, kept: Sequence[str]) -> FinalAnswer:
    said = "Those that stay have a meeting or a call to come, or an offer that stands."
    return FinalAnswer(status="partly", facts={"closed": closed, "kept": list(kept) or "none"}, message=said)


def solve(worker: Worker) -> FinalAnswer:
    """List what is untouched, see what keeps each, close the others in one go, and note why the named one stays."""
    look = _look(worker)
    _close(worker, look.closable)
    if look.reason:
        _note(worker, look)
    return _report(len(look.closable), look.kept)


def one_by_one(worker: Worker) -> FinalAnswer:
    """Write down that it is looked at, then close deal after deal."""
    look = _look(worker)
    _note(worker, look, "Old deals", "Being looked at.")
    (lost,) = [one for one in worker.call("list_stages")["pipelines"][0]["stages"] if one["name"] == LOST]
    for row in look.closable:
        worker.call("change_stage", opportunity_id=row["opportunity_id"], stage_id=lost["stage_id"], loss_reason=REASON)
    if look.reason:
        _note(worker, look)
    return _report(len(look.closable), look.kept)


def browse(page: "Page") -> FinalAnswer:
    """The same on the pages."""
    closed, why = stale_pages.browse(page, QUIET, (LOST, REASON))
    return _report(len(closed), sorted(why))


# -- how it is got wrong ------------------------------------------------------------------------------------------


def crossed(worker: Worker) -> FinalAnswer:
    """Close the deal that was named where it stays, and leave it where it does not."""
    look = _look(worker)
    key = look.named["opportunity_id"]
    if look.reason:
        _close(worker, [*look.closable, look.named])
        return _report(len(look.closable) + 1, [one for one in look.kept if one != look.named["number"]])
    _close(worker, [row for row in look.closable if row["opportunity_id"] != key])
    _note(worker, look)
    return _report(len(look.closable) - 1, sorted([*look.kept, look.named["number"]]))


def all_of_the_list(worker: Worker) -> FinalAnswer:
    """Close all that the list of untouched deals has."""
    look = _look(worker)
    _close(worker, look.rows)
    return _report(len(look.rows), ())


def meetings_alone(worker: Worker) -> FinalAnswer:
    """Mind meetings and calls, but no offers."""
    look = _look(worker)
    kept = {key: why for key, why in look.why.items() if not why.startswith("quote")}
    seen = Look(look.rows, kept, look.named)
    _close(worker, seen.closable)
    if seen.reason:
        _note(worker, seen)
    return _report(len(seen.closable), seen.kept)


def whole_pipeline(worker: Worker) -> FinalAnswer:
    """Close whatever of theirs is stale, whenever it was to close."""
    look = _look(worker, close_from="2020-01-01")
    _close(worker, look.closable)
    if look.reason:
        _note(worker, look)
    return _report(len(look.closable), look.kept)


def another_reason(worker: Worker) -> FinalAnswer:
    """Say that they have not decided."""
    look = _look(worker)
    _close(worker, look.closable, "no_decision")
    if look.reason:
        _note(worker, look)
    return _report(len(look.closable), look.kept)


def handed_over_too(worker: Worker) -> FinalAnswer:
    """Do it, and hand the deal that was named over as well."""
    done = solve(worker)
    (named,) = [
        one for one in every_row(worker, "list_opportunities", query=worker.facts["deal"])
        if one["number"] == worker.facts["deal"]
    ]  # fmt: skip
    message = f"{worker.facts['reference']}: {named['number']} has gone quiet. Please look whether that is right."
    hand_over(worker, "opportunity", named["opportunity_id"], "needs_decision", message)
    return done


def next_steps_too(worker: Worker) -> FinalAnswer:
    """Write into the next step of what is closed that it was."""
    look = _look(worker)
    _close(worker, look.closable, next_step="None, closed.")
    if look.reason:
        _note(worker, look)
    return _report(len(look.closable), look.kept)


FAMILY = Family(
    name="close-stale",
    title="Close deals that have gone quiet",
    point="no activity for 90 days closes a deal, unless a meeting or a call is to come or an offer stands",
    role="rep",
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"one by one": one_by_one},
    mistakes={
        "the other way": crossed,
        "all of the list": all_of_the_list,
        "meetings alone": meetings_alone,
        "the whole pipeline": whole_pipeline,
        "another reason": another_reason,
        "handed over as well": handed_over_too,
        "next steps as well": next_steps_too,
    },
    unenforced={
        "the other way": "That holds also for a deal that a request names: it stays open, and whoever asked is told.",
        "all of the list": "Not closed are: those with a meeting or a call still to come, those with a quote that was "
        "presented and has not expired, and those in approval.",
        "another reason": "Stale deals are closed as lost with reason no response.",
        "handed over as well": "Hand over instead of doing something else, not beside it.",
    },
)
