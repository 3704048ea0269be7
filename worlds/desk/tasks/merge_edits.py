"""Raise the urgency of a ticket that a colleague is changing at the same time.

What is typically got wrong: the priority is worked out from what the colleague has changed meanwhile, their change is
overwritten with what was read before it; and where both set the urgency, the own wish is put over theirs.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from worlds.desk.models import Ticket, stand_in
from worlds.desk.rulings.merge_edits import WISHED, ruling
from worlds.desk.tasks import deskwork, toolwork
from worlds.desk.tasks.casework import noted, spare_note, spoken, tags_of, ticket_numbered, word
from worlds.desk.tasks.contested_tickets import BRANCHES, cases
from worlds.desk.tasks.crew import at_work
from worlds.engine.task import SOLVABLE, Decision, Draw, Family, Happening, Instance, Refused, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.effects import Effect
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.predicates import multiset
from worlds.graders.typed import enum, record

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

ROLE = "agent"
CONFLICT = 409
TRIES = 3
LEVELS: Final = ("low", "medium", "high")
PRIORITIES: Final = ("low", "normal", "high", "urgent")
STEPS: Final = {
    ("low", "low"): 0, ("low", "medium"): 0, ("low", "high"): 1,
    ("medium", "low"): 0, ("medium", "medium"): 1, ("medium", "high"): 2,
    ("high", "low"): 1, ("high", "medium"): 2, ("high", "high"): 3,
}  # fmt: skip
"""The priority that the handbook makes of an impact and an urgency, as a place in PRIORITIES."""

WORDINGS = (
    "The requester of {ticket} has rung me: they need it settled by tomorrow. Please set its urgency to high, work the "
    "priority out by our table, and put the tag {call} on it, under which the call is kept. Nothing else is to change. "
    "Others go through that queue today, too, so mind the page on two at one ticket, and quote {call} in whatever you "
    "write there. Tell me the urgency and the priority that it has in the end (urgency, priority).",
    "{ticket} has to be through by tomorrow, its requester says on the telephone ({call}). So its urgency is high; the "
    "priority follows from the table in the handbook. Add {call} to the tags that it has and leave the rest alone. You "
    "will not be the only one at it, the handbook says what then; a note, if you write one, names {call}. I need its "
    "urgency and its priority as they are when you are done.",
    "After a call from the requester ({call}, please add that as a tag): urgency high on {ticket}, since they need it "
    "by tomorrow, and the priority that our rules make of that. A colleague may have it open as well; do what the "
    "house rules say about that, with {call} in anything that you write down. Report the urgency and the priority of "
    "the ticket as it then stands.",
)


def instance(draw: Draw) -> Instance:
    """A wish for a ticket, and a colleague who works on the same one."""
    case = draw.pick(cases, branch=draw.branch(BRANCHES))
    ticket = draw.session.get_one(Ticket, case.ticket_id)
    facts = {"ticket": spoken(ticket.number), "call": f"call-{draw.rng('call').randrange(10_000, 99_999)}"}
    target = {"ticket": [ticket.id]}
    decision = ruling(Situation(draw.session, draw.now, target, facts))
    if decision["branch"] != case.branch:
        raise LookupError(f"ticket {facts['ticket']} was taken for {case.branch}, but is {decision['branch']}")
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, ROLE),
        expectation=_expectation(ticket, decision),
        target=target,
        decision=decision,
        happenings=[_colleague(draw, ticket, decision)],
    )


def _colleague(draw: Draw, ticket: Ticket, decision: Decision) -> Happening:
    """A colleague's change of the same ticket, right after the agent has first looked at it."""
    actor = stand_in(draw.session, ROLE)
    others = [one for one in at_work(draw.session) if one.id != actor.person]
    own = [one for one in others if one.id == ticket.assignee_id]
    return Happening(
        name=draw.rng("colleague").choice(own or others).name,
        operation="colleague_updates",
        arguments={"ticket_id": ticket.id, "changes": dict(decision["theirs"])},
        after="get_ticket",
        given={"ticket_id": ticket.id},
    )


def _expectation(ticket: Ticket, decision: Decision) -> Expectation:
    call = decision["quoted"]
    tags = multiset(*sorted({*tags_of(ticket), call}))
    stands = {
        "urgency": enum(decision["urgency"], {one: one for one in LEVELS}),
        "priority": enum(decision["priority"], {one: one for one in PRIORITIES}),
    }
    if decision["branch"] != SOLVABLE:
        tagged = Effect(
            "tag", "ticket", "update", where={"id": ticket.id}, set={"tags": tags},
            words=f"{call} stands among the tags of #{ticket.number}, and all else is as others have it",
        )  # fmt: skip
        told = noted(ticket.id, record(call), word(WISHED))
        spare = [spare_note(ticket.id, (record(call),))]
        answer = Answer(("partly", "not_done"), stands)
        return Expectation(any_of=[Bundle(required=[tagged, told], allowed=spare)], answer=answer)
    changed = Effect(
        "wish", "ticket", "update", where={"id": ticket.id},
        set={"urgency": WISHED, "priority": decision["priority"], "tags": tags},
        words=f"#{ticket.number} gets urgency {WISHED}, priority {decision['priority']} and the tag {call}, "
        "and all else is as others have it",
    )  # fmt: skip
    spare = [spare_note(ticket.id)]
    return Expectation(any_of=[Bundle(required=[changed], allowed=spare)], answer=Answer("done", stands))


# -- how it is solved ---------------------------------------------------------------------------------------------


def _find(worker: Worker) -> dict[str, Any]:
    return ticket_numbered(worker, worker.facts["ticket"])


def _again(worker: Worker, ticket: dict[str, Any]) -> dict[str, Any]:
    now: dict[str, Any] = worker.call("get_ticket", ticket_id=ticket["ticket_id"])
    return now


def _priority(impact: str, urgency: str, *, vip: bool) -> str:
    return PRIORITIES[min(STEPS[impact, urgency] + vip, len(PRIORITIES) - 1)]


def _follows(ticket: dict[str, Any], urgency: str = WISHED) -> str:
    """The priority that follows from the impact of a ticket as it was shown."""
    vip = ticket["requester"]["vip"] or ticket["requester"]["tier"] == "vip"
    return _priority(ticket["impact"], urgency, vip=vip)


def _theirs(ticket: dict[str, Any]) -> bool:
    """Whether somebody has changed an urgency that was set: whoever sorted the ticket found none."""
    events = [event for audit in ticket["audits"] for event in audit["events"]]
    return any(one["kind"] == "change" and one["field"] == "urgency" and one["before"] for one in events)


def _raise(worker: Worker, ticket: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Set the urgency, and the priority that follows from the ticket as it was shown."""
    changes = {"urgency": WISHED, "priority": _follows(ticket), **more}
    toolwork.change(worker, ticket, **changes)
    return {**ticket, **changes}


def _tag(worker: Worker, ticket: dict[str, Any]) -> None:
    worker.call("add_tags", ticket_id=ticket["ticket_id"], tags=[worker.facts["call"]])


def _words(call: str, theirs: str, wished: str) -> str:
    return (
        f"The requester rang and needs it by tomorrow ({call}); I would have set the urgency to {WISHED} and the "
        f"priority to {wished}. A colleague has set the urgency to {theirs} meanwhile, so I left it."
    )


def _leave(worker: Worker, ticket: dict[str, Any]) -> FinalAnswer:
    """Leave theirs, and say in a note what would have been set, and why."""
    said = _words(worker.facts["call"], ticket["urgency"], _follows(ticket))
    toolwork.note(worker, ticket, said)
    return _left(ticket)


def _done(ticket: dict[str, Any]) -> FinalAnswer:
    facts = {"urgency": ticket["urgency"], "priority": ticket["priority"]}
    return FinalAnswer(status="done", facts=facts, message="The urgency is high now, and the priority follows from it.")


def _left(ticket: dict[str, Any]) -> FinalAnswer:
    return FinalAnswer(
        status="partly",
        facts={"urgency": ticket["urgency"], "priority": ticket["priority"]},
        message="A colleague has set the urgency meanwhile; theirs stays, a note says what was wished.",
    )


def _settle(worker: Worker, now: dict[str, Any]) -> FinalAnswer:
    """Change what was read, if it is still so; else look again, and make the change on top, or leave theirs."""
    for _ in range(TRIES):
        if _theirs(now):
            break
        try:
            return _done(_raise(worker, now, safe_version=now["version"]))
        except Refused as refused:
            if refused.status != CONFLICT:
                raise
        now = _again(worker, now)
    return _leave(worker, now)


def solve(worker: Worker) -> FinalAnswer:
    """Put the tag on it, look again, and do what follows from what the ticket is by then."""
    ticket = _find(worker)
    _tag(worker, ticket)
    return _settle(worker, _again(worker, ticket))


def refused_first(worker: Worker) -> FinalAnswer:
    """Leave a note and change what was read; look again once that is refused, and put the tag on it in the end."""
    ticket = _find(worker)
    toolwork.note(worker, ticket, "The requester rang about this ticket today.")
    answer = _settle(worker, ticket)
    _tag(worker, ticket)
    return answer


def browse(page: "Page") -> FinalAnswer:
    """The same in the workspace: what the form has not seen, it does not overwrite."""
    number, call = page.facts["ticket"], page.facts["call"]
    vip = _open(page, number)
    here, wished = page.url, ""
    for _ in range(TRIES):
        page.open(f"{here}/updates")
        theirs = page.shows("Urgency: low → medium") or page.shows("Urgency: medium → low")
        page.open(here)
        wished = _priority(page.value("Impact").casefold(), WISHED, vip=vip)
        if theirs or page.value("Urgency").casefold() == WISHED:
            break
        page.choose("Urgency", "High")
        page.choose("Priority", wished.capitalize())
        page.click("button", "Save the properties")
    stands = {name.casefold(): page.value(name).casefold() for name in ("Urgency", "Priority")}
    page.fill("Add a tag", call)
    page.press("Enter")
    if stands["urgency"] == WISHED:
        return _done(stands)
    deskwork.note(page, _words(call, stands["urgency"], wished))
    return _left(stands)


def _open(page: "Page", number: str) -> bool:
    """Open the ticket of a number; answers whether its requester, or their organisation, is a VIP."""
    page.fill(deskwork.SEARCH, number)
    page.click("button", "Find")
    row = page.row(number)
    vip = "VIP" in row.cells["Requester"].split()
    row.click("link", number)
    return vip or ("Tier" in page.names("term") and page.value("Tier").casefold() == "vip")


# -- how it is got wrong ------------------------------------------------------------------------------------------


def blindly(worker: Worker) -> FinalAnswer:
    """Send what follows from the first look, whatever the ticket has become."""
    ticket = _find(worker)
    done = _raise(worker, ticket)
    _tag(worker, ticket)
    return _done(done)


def old_over_new(worker: Worker) -> FinalAnswer:
    """Look for the version alone, and send all that was read first along with the wish."""
    ticket = _find(worker)
    now = _again(worker, ticket)
    done = _raise(worker, ticket, impact=ticket["impact"], safe_version=now["version"])
    _tag(worker, ticket)
    return _done(done)


def other_way_round(worker: Worker) -> FinalAnswer:
    """Put the wish over a colleague's urgency; leave theirs where the wish fits beside it."""
    now = _again(worker, _find(worker))
    _tag(worker, now)
    return _done(_raise(worker, now)) if _theirs(now) else _leave(worker, now)


def louder(worker: Worker) -> FinalAnswer:
    """Call the impact high as well, or medium where it is high, since somebody rang."""
    now = _again(worker, _find(worker))
    impact = "medium" if now["impact"] == "high" else "high"
    done = _raise(worker, {**now, "impact": impact}, impact=impact)
    _tag(worker, now)
    return _done(done)


def half(worker: Worker) -> FinalAnswer:
    """Set the urgency and leave the priority as it is; or leave theirs without a word."""
    now = _again(worker, _find(worker))
    _tag(worker, now)
    if _theirs(now):
        return _left(now)
    toolwork.change(worker, now, urgency=WISHED)
    return _done({**now, "urgency": WISHED})


def told_the_requester(worker: Worker) -> FinalAnswer:
    """Do it rightly, and tell the requester of it."""
    answer = solve(worker)
    text = "We have noted that you need this by tomorrow."
    toolwork.reply(worker, _find(worker), text)
    return answer


def _elsewhere(act: Callable[[Worker, dict[str, Any]], dict[str, Any]]) -> Callable[[Worker], FinalAnswer]:
    def mistake(worker: Worker) -> FinalAnswer:
        ticket = _find(worker)
        rows = worker.call("list_tickets", status="open", page_size=20)["items"]
        other = next(row for row in rows if row["number"] != ticket["number"] and row["priority"])
        done = act(worker, _again(worker, other))
        _tag(worker, done)
        return _done(done)

    return mistake


FAMILY = Family(
    name="merge-edits",
    title="Raise the urgency of a ticket that a colleague is changing",
    point="what a colleague changes meanwhile stays: beside the own change where both fit, instead of it where not",
    role=ROLE,
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"refused first, after a note": refused_first},
    mistakes={
        "overwritten blindly": blindly,
        "the old form with the new version": old_over_new,
        "the other way round": other_way_round,
        "the impact as well": louder,
        "half done": half,
        "told the requester": told_the_requester,
        "another ticket": _elsewhere(_raise),
    },
    unenforced={
        "overwritten blindly": "read it again, keep what the colleague has changed, and make your own change on top "
        "of it",
        "the old form with the new version": "A form or a call that sends old values along undoes what somebody else "
        "did.",
        "the other way round": "Where the colleague has set the very same field to something else than you wanted, "
        "theirs stays.",
        "the impact as well": "how loud a customer writes decides nothing",
        "half done": "A ticket's priority follows from its impact and its urgency. Set all three",
    },
)
