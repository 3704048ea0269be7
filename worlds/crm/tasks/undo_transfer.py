"""Undo a wrong change of owners by what the field history says of it.

What is typically got wrong: all goes to one colleague, what was moved on since is taken back as well, more is moved
than was asked for, or a customer is taken from somebody who has spoken with them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.crm.days import local_day
from worlds.crm.models import Account, CrmUser, FieldHistory, Opportunity, stand_in
from worlds.crm.rulings.undo_transfer import SPOKEN, moved_on, ruling, spoken
from worlds.crm.tasks import transfer_pages
from worlds.crm.tasks.casework import hand_over, handed_over, reference, reported, to_report
from worlds.engine.task import SOLVABLE, Decision, Draw, Family, Instance, Situation, Worker, every_row
from worlds.graders.answers import FinalAnswer
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.typed import quantity, record

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

ROLE: Final = "sales_ops"
BRANCHES: Final = (SOLVABLE, SPOKEN)
REASON: Final = "needs_decision"
COLUMNS: Final = ("industry", "segment", "kind")
"""By what a request narrows the accounts that it is about."""
BACK: Final = range(2, 10)
"""How many accounts go back in an instance."""
TALKS: Final = {("meeting", "held"), ("call", "reached")}
TRIES: Final = 3
MOST: Final = 4
"""Values that a request names."""

WORDINGS = (
    "On {day} I gave a batch of accounts to {wrong}, and that was a mistake of mine. Please undo it by the handbook "
    "for those whose {column} is {values}; I see to the rest myself. Should one of them have to be decided by somebody "
    "else, quote {reference} to them. Tell me how many accounts went back (returned) and how many of these stay with "
    "whom they were given to since (kept). {who}",
    "{reference}: please put my wrong hand-over of {day} right. {wrong} got accounts from me on that day that they "
    "were never meant to have. I only ask for the accounts whose {column} is {values}. Go by the field history and our "
    "rules; what you pass on to somebody for a decision needs the reference. I need two "
    "counts: returned, the accounts that are back, and kept, those which were moved on since and stay. {who}",
    "It was I, {who}, who transferred some accounts to {wrong} on {day}, to the wrong colleague. Could you take back "
    "what the rules let us take back, accounts with the {column} {values} only? If a case is not ours to decide, hand "
    "it over with {reference} in the message. Report returned (accounts with their owners of before) "
    "and kept (accounts that somebody has given on since).",
)


@dataclass(frozen=True, slots=True)
class Case:
    """What of a wrong change of owners is asked back: its day, who got it, and which accounts of it."""

    branch: str
    day: str
    wrong: str
    who: str
    column: str
    values: str
    target: tuple[int, ...]


def _cases(draw: Draw) -> list[Case]:
    """Parts of each change from which accounts of two owners go back, and some were moved on since."""
    session, found = draw.session, []
    names = dict(session.execute(select(CrmUser.id, CrmUser.name)).tuples().all())
    for (day, who, to), rows in sorted(_changes(session).items()):
        given = [_given(session, one) for one in rows]
        for column in COLUMNS:
            for values in _choices(given, column):
                some = [one for one in given if one.values[column] in values]
                waits = [one.key for one in some if one.is_spoken]
                back = [one for one in some if not (one.is_kept or one.is_spoken)]
                kept = len(some) - len(back) - len(waits)
                if _fits(some, back) and kept and len(waits) < 2:
                    target = (*waits, *(one.key for one in back))
                    branch = SPOKEN if waits else SOLVABLE
                    found.append(Case(branch, day, names[int(to)], who, column, " or ".join(values), target))
    return found


def _changes(session: Session) -> dict[tuple[str, str, str], list[FieldHistory]]:
    """Changes of the owner of several accounts at once, by their day, by whom and to whom."""
    found = defaultdict(list)
    rows = select(FieldHistory).where(
        FieldHistory.kind == "account", FieldHistory.field == "owner_id", FieldHistory.via == "transfer"
    )
    for one in session.scalars(rows.order_by(FieldHistory.id)):
        found[local_day(one.at).isoformat(), one.actor_name, str(one.after)].append(one)
    return {change: some for change, some in found.items() if len(some) > MOST}


@dataclass(frozen=True, slots=True)
class Given:
    """An account of a change, and what there is to say of it."""

    key: int
    before: str
    values: Mapping[str, str]
    is_kept: bool
    is_spoken: bool
    is_locked: bool


def _given(session: Session, one: FieldHistory) -> Given:
    account, kept = session.get_one(Account, one.record_id), moved_on(session, one)
    locked = select(Opportunity.id).where(Opportunity.account_id == account.id, Opportunity.approval_lock)
    values = {column: str(getattr(account, column)).replace("_", " ") for column in COLUMNS}
    is_locked = session.scalar(locked.limit(1)) is not None
    return Given(account.id, str(one.before), values, kept, not kept and spoken(session, one), is_locked)


def _choices(given: Sequence[Given], column: str) -> Iterator[tuple[str, ...]]:
    """The ways to name one to four of the values of a column, but not all of them."""
    values = sorted({one.values[column] for one in given})
    for count in range(1, min(MOST, len(values) - 1) + 1):
        yield from combinations(values, count)


def _fits(some: Sequence[Given], back: Sequence[Given]) -> bool:
    """Whether a part is of a fit size, has more owners than one, and no deal of it waits for an approval."""
    return len(back) in BACK and len({one.before for one in back}) > 1 and not any(one.is_locked for one in some)


def instance(draw: Draw) -> Instance:
    """A part of a wrong change of owners, and a reference."""
    case = draw.pick(_cases, branch=draw.branch(BRANCHES))
    facts = {
        "day": case.day, "wrong": case.wrong, "who": case.who, "column": case.column, "values": case.values,
        "reference": reference(draw, "TR"),
    }  # fmt: skip
    decision = ruling(Situation(draw.session, draw.now, {}, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, ROLE),
        expectation=_expectation(draw.session, decision),
        target={"account": list(case.target)},
        decision=decision,
    )


def _expectation(session: Session, decision: Decision) -> Expectation:
    names = dict(session.execute(select(CrmUser.id, CrmUser.name)).tuples().all())
    quoted = record(decision["quoted"])
    required = [_back("account", key, owner, names[owner]) for key, owner in decision["accounts"]]
    required += [_back("opportunity", key, owner, names[owner]) for key, owner in decision["deals"]]
    required += [handed_over("account", key, REASON, quoted) for key in decision["waits"]]
    slots = {
        "returned": quantity(len(decision["accounts"]), "account"),
        "kept": quantity(len(decision["kept"]), "account"),
    }
    return Expectation(any_of=[Bundle(required=required)], answer=to_report(slots, REASON if decision["waits"] else ""))


def _back(kind: str, key: int, owner: int, name: str) -> Effect:
    return Effect(
        f"{kind}-{key}", kind, "update", where={"id": key}, set={"owner_id": owner},
        words=f"The {kind} {key} is {name}'s again",
    )  # fmt: skip


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moved:
    """An account of the change: whom it had before, and whether it was moved on since, or its new owner has spoken."""

    key: int
    name: str
    before: int
    before_name: str
    is_meant: bool
    is_kept: bool
    is_spoken: bool


@dataclass(frozen=True, slots=True)
class Look:
    """What a change moved, as the history says it: accounts, and the deals that went along with whom they had."""

    accounts: tuple[Moved, ...]
    deals: Mapping[int, int]
    wrong: int

    def meant(self, fits: Callable[[Moved], bool]) -> list[Moved]:
        """Those of which the request is and that fit."""
        return [one for one in self.accounts if one.is_meant and fits(one)]

    @property
    def back(self) -> list[Moved]:
        """Those that go back."""
        return self.meant(lambda one: not one.is_kept and not one.is_spoken)

    @property
    def kept(self) -> list[Moved]:
        """Those that stay with whom they were given to since."""
        return self.meant(lambda one: one.is_kept)

    @property
    def waits(self) -> list[Moved]:
        """Those of which somebody else decides."""
        return self.meant(lambda one: not one.is_kept and one.is_spoken)


def _look(worker: Worker) -> Look:
    """Read the history of owners of the day and since, and each account that was moved."""
    facts = worker.facts
    people = {one["name"]: one["user_id"] for one in every_row(worker, "list_users")}
    names, wrong = {key: name for name, key in people.items()}, people[facts["wrong"]]
    history = list(every_row(worker, "list_field_history", kind="account", field="owner_id", changed_from=facts["day"]))
    accounts = []
    for one in _of_change(facts, history, wrong):
        shown = worker.call("get_account", account_id=one["record_id"])
        is_meant = shown[facts["column"]].replace("_", " ") in facts["values"].split(" or ")
        later = any(row["record_id"] == one["record_id"] and row["history_id"] > one["history_id"] for row in history)
        spoken = is_meant and not later and _spoken(worker, one["record_id"], wrong, one["at"])
        before = int(one["before"])
        accounts.append(Moved(one["record_id"], shown["name"], before, names[before], is_meant, later, spoken))
    along = every_row(
        worker, "list_field_history", kind="opportunity", field="owner_id", changed_from=facts["day"],
        changed_to=facts["day"],
    )  # fmt: skip
    deals = {one["record_id"]: int(one["before"]) for one in _of_change(facts, list(along), wrong)}
    return Look(tuple(accounts), deals, wrong)


def _of_change(facts: Mapping[str, str], history: Sequence[Mapping[str, Any]], wrong: int) -> list[Mapping[str, Any]]:
    """What of a history is of the change that was wrong."""
    return [
        one for one in history
        if one["after"] == str(wrong) and one["actor_name"] == facts["who"] and one["at"][:10] == facts["day"]
    ]  # fmt: skip


def _spoken(worker: Worker, key: int, wrong: int, since: str) -> bool:
    """Whether the wrong owner has met or reached somebody of an account since."""
    done = every_row(worker, "list_activities", account_id=key, owner_id=wrong, status="done", from_day=since[:10])
    return any((one["kind"], one["outcome"]) in TALKS and one["done_at"] > since for one in done)


def _give(worker: Worker, kind: str, owners: Mapping[int, int]) -> None:
    """Give records to colleagues, look at each, and once more those that they do not have."""
    for owner in sorted(set(owners.values())):
        left = [key for key, whose in owners.items() if whose == owner]
        for _ in range(TRIES):
            if left:
                worker.call("transfer_records", kind=kind, record_ids=left, to_user_id=owner)
                left = [key for key in left if worker.call(f"get_{kind}", **{f"{kind}_id": key})["owner_id"] != owner]


def _return(worker: Worker, look: Look, accounts: Sequence[Moved], owners: Mapping[int, int] | None = None) -> None:
    """Give accounts back, and the open deals that went along and are still with the wrong owner."""
    owners = owners or {one.key: one.before for one in accounts}
    deals = {}
    for one in accounts:
        for deal in every_row(worker, "list_opportunities", account_id=one.key, stage_kind="open"):
            key = deal["opportunity_id"]
            if key in look.deals and deal["owner_id"] == look.wrong:
                deals[key] = look.deals[key] if owners[one.key] == one.before else owners[one.key]
    _give(worker, "account", owners)
    if deals:
        _give(worker, "opportunity", deals)


def _pass_on(worker: Worker, one: Moved) -> None:
    message = (
        f"{worker.facts['reference']}: {one.name} went to {worker.facts['wrong']} by mistake; it was with "
        f"{one.before_name} before. They have been spoken with since, so it was left as it is. Please decide."
    )
    hand_over(worker, "account", one.key, REASON, message)


def _report(look: Look, returned: int, kept: int | None = None) -> FinalAnswer:
    facts = {"returned": str(returned), "kept": str(len(look.kept) if kept is None else kept)}
    return reported(facts, REASON if look.waits else "")


def solve(worker: Worker) -> FinalAnswer:
    """Read the history, give each account back to its own, and hand over those with whom somebody has spoken."""
    look = _look(worker)
    _return(worker, look, look.back)
    for one in look.waits:
        _pass_on(worker, one)
    return _report(look, len(look.back))


def one_by_one(worker: Worker) -> FinalAnswer:
    """Hand over first, then change the owner of one record after the other, the deals before their account."""
    look = _look(worker)
    for one in look.waits:
        _pass_on(worker, one)
    for one in look.back:
        for deal in every_row(worker, "list_opportunities", account_id=one.key, stage_kind="open"):
            if deal["opportunity_id"] in look.deals and deal["owner_id"] == look.wrong:
                before = look.deals[deal["opportunity_id"]]
                worker.call("update_opportunity", opportunity_id=deal["opportunity_id"], owner_id=before)
        worker.call("transfer_records", kind="account", record_ids=[one.key], to_user_id=one.before)
    return _report(look, len(look.back))


def browse(page: "Page") -> FinalAnswer:
    """The same on the pages."""
    return transfer_pages.browse(page, REASON)


# -- how it is got wrong ------------------------------------------------------------------------------------------


def crossed(worker: Worker) -> FinalAnswer:
    """Take back what somebody has spoken of; hand over what could go back."""
    look = _look(worker)
    if look.waits:
        _return(worker, look, [*look.back, *look.waits])
        return reported({"returned": str(len(look.back) + 1), "kept": str(len(look.kept))})
    _return(worker, look, look.back[1:])
    _pass_on(worker, look.back[0])
    return reported({"returned": str(len(look.back) - 1), "kept": str(len(look.kept))}, REASON)


def moved_on_too(worker: Worker) -> FinalAnswer:
    """Take back what was moved on since as well."""
    look = _look(worker)
    _return(worker, look, [*look.back, *look.kept])
    for one in look.waits:
        _pass_on(worker, one)
    return _report(look, len(look.back) + len(look.kept), 0)


def all_to_one(worker: Worker) -> FinalAnswer:
    """Give all to the one who had the first of them."""
    look = _look(worker)
    _return(worker, look, look.back, {one.key: look.back[0].before for one in look.back})
    for one in look.waits:
        _pass_on(worker, one)
    return _report(look, len(look.back))


def whole_change(worker: Worker) -> FinalAnswer:
    """Undo the change as a whole, whatever was asked for."""
    look = _look(worker)
    others = [one for one in look.accounts if not one.is_meant and not one.is_kept]
    _return(worker, look, [*look.back, *others])
    for one in look.waits:
        _pass_on(worker, one)
    return _report(look, len(look.back))


def both(worker: Worker) -> FinalAnswer:
    """Take back and hand over, to be safe."""
    look = _look(worker)
    _return(worker, look, [*look.back, *look.waits])
    for one in look.waits or look.back[:1]:
        _pass_on(worker, one)
    return _report(look, len(look.back) + len(look.waits))


def miscounted(worker: Worker) -> FinalAnswer:
    """Count as returned what stays elsewhere."""
    done = solve(worker)
    facts = {name: int(str(value)) for name, value in done.facts.items()}
    return done.model_copy(update={"facts": {"returned": str(facts["returned"] + facts["kept"]), "kept": "0"}})


FAMILY = Family(
    name="undo-transfer",
    title="Undo a wrong change of owners",
    point="the history says whom each record had; what was moved on stays, and what was spoken of is decided elsewhere",
    role=ROLE,
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"one by one": one_by_one},
    mistakes={
        "the other way": crossed,
        "moved on as well": moved_on_too,
        "all to one": all_to_one,
        "the whole change": whole_change,
        "both ways": both,
        "miscounted": miscounted,
    },
    unenforced={
        "the other way": "nothing of that account is moved back. It is handed over with reason needs_decision; all "
        "others go back.",
        "moved on as well": "What was moved on since stays where it is: somebody meant that.",
        "all to one": "Every record that it moved goes back to the owner whom it had before, each to its own",
        "both ways": "Hand over instead of doing something else, not beside it.",
    },
)
