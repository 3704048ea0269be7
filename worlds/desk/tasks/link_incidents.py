"""Three tickets were put to a problem as its incidents: those that belong to it are linked, the others left alone.

What is typically got wrong: linking what sounds alike. Which carrier has the parcel, and which article was bought,
stands in the order alone; and who has bought the article may well write about something else.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from worlds.desk.models import Ticket, stand_in
from worlds.desk.population.problems import FLAWS
from worlds.desk.rulings.link_incidents import ruling
from worlds.desk.tasks import deskwork, toolwork
from worlds.desk.tasks.casework import (
    noted,
    orders_in,
    orders_named,
    reference,
    said_by_requester,
    spare_note,
    spoken,
    ticket_numbered,
    ticket_set,
)
from worlds.desk.tasks.near_incidents import BRANCHES, Case, cases
from worlds.desk.tasks.ticket_fields import field_of
from worlds.engine.task import Decision, Draw, Family, Instance, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.typed import quantity, record

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

ROLE = "agent"
NAMED = ("first", "second", "third")
_STANDS: Final = re.compile(r"(?:#\d+ )?(.+): parcels stand still at the depot in (.+)$")
_ABOUT: Final = re.compile(r"#\d+ (.+): .+$")

WORDINGS = (
    "{first}, {second} and {third} were put to me as incidents of problem {problem}. Please link those that really are "
    "by our page on problems, and leave the rest. On the problem an internal note with {reference} and the number of "
    "incidents that it has then, in the words “n incidents”. Tell me that number as well (incidents).",
    "Problem {problem}: the night shift says that {first}, {second} and {third} belong to it. I am not so sure. See "
    "what the handbook makes of each, link what belongs, and write {reference} and “n incidents”, with the number it "
    "has by then, into a note on the problem. I want that number in your answer too (incidents).",
    "{reference}: go through {first}, {second} and {third} and add to {problem} whichever is an incident of it, by the "
    "rules. When you are through, leave a note on the problem that holds this reference and says how many it has now "
    "(“n incidents”), and give me the count (incidents).",
)


def instance(draw: Draw) -> Instance:
    """A problem, three tickets in no order of their own, and a reference."""
    case = draw.pick(cases, branch=draw.branch(BRANCHES))
    named = list(case.named)
    draw.rng("order").shuffle(named)
    numbers = [spoken(draw.session.get_one(Ticket, one).number) for one in (case.problem_id, *named)]
    facts = dict(zip(("problem", *NAMED), numbers, strict=True)) | {"reference": reference(draw, "HO")}
    target = {"ticket": [case.problem_id, *named]}
    decision = ruling(Situation(draw.session, draw.now, target, facts))
    if decision["branch"] != case.branch:
        raise LookupError(f"tickets {numbers} were taken for {case.branch}, but are {decision['branch']}")
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, ROLE),
        expectation=_expectation(draw, case, decision),
        target=target,
        decision=decision,
    )


def _expectation(draw: Draw, case: Case, decision: Decision) -> Expectation:
    incidents, quoted = quantity(decision["incidents"], "incident"), record(decision["quoted"])
    linked = [
        effect
        for one in decision["belong"]
        for effect in ticket_set(draw.session, one, f"incident-{one}", type="incident", problem_id=case.problem_id)
    ]
    told = noted(case.problem_id, quoted, incidents)
    spare = [spare_note(case.problem_id, (quoted,))]
    return Expectation(
        any_of=[Bundle(required=[*linked, told], allowed=spare)], answer=Answer("done", {"incidents": incidents})
    )


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Look:
    """The problem and the tickets that were put to it as an agent sees them: what belongs to it, and what does not."""

    problem: dict[str, Any]
    belong: list[dict[str, Any]]
    others: list[dict[str, Any]]

    @property
    def count(self) -> int:
        """How many incidents the problem has once all that belongs to it is linked."""
        return len(self.problem["incidents"]) + len(self.belong)


def _look(worker: Worker) -> Look:
    look = Look(ticket_numbered(worker, worker.facts["problem"]), [], [])
    for name in NAMED:
        ticket = ticket_numbered(worker, worker.facts[name])
        (look.belong if _belongs(worker, look.problem, ticket) else look.others).append(ticket)
    return look


def _belongs(worker: Worker, problem: dict[str, Any], ticket: dict[str, Any]) -> bool:
    """The same fault of the same carrier's depot, or of exactly that article, since the problem began."""
    carrier, article = field_of(problem, "carrier"), field_of(problem, "product")
    said = "\n".join([ticket["subject"], *said_by_requester(ticket)])
    if ticket["created_at"] < problem["created_at"] or not _tells(said, problem["subject"]):
        return False
    for number in sorted(orders_named(ticket)):
        for row in worker.call("find_orders", number=number)["items"]:
            order = worker.call("get_order", order_id=row["order_id"])
            if carrier and any(one["carrier"] == carrier for one in order["parcels"]):
                return True
            if not carrier and any(one["title"] == article for one in order["lines"]):
                return True
    return False


def _tells(said: str, problem: str) -> bool:
    """Whether somebody tells of what a problem is called by: the depot, or the flaw in their own language."""
    stands = _STANDS.search(problem)
    known = [at for at, flaw in enumerate(FLAWS["en"]) if problem.endswith(flaw)]
    meant = [stands[2]] if stands else [flaws[at] for at in known for flaws in FLAWS.values()]
    return any(re.search(rf"\b{re.escape(one)}\b", said) for one in meant)


def _link(worker: Worker, problem: dict[str, Any], ticket: dict[str, Any]) -> None:
    worker.call("link_incident", ticket_id=ticket["ticket_id"], problem_id=problem["ticket_id"])


def _words(quoted: str, count: int) -> str:
    return f"{quoted}: looked through what was put to this problem. It has {count} incidents now."


def _report(count: int) -> FinalAnswer:
    return FinalAnswer(
        status="done",
        facts={"incidents": count},
        message=f"The problem has {count} incidents; what does not belong to it was left as it is.",
    )


def _done(worker: Worker, look: Look) -> FinalAnswer:
    toolwork.note(worker, look.problem, _words(worker.facts["reference"], look.count))
    return _report(look.count)


def solve(worker: Worker) -> FinalAnswer:
    """See what was bought and who carries it, link what belongs, and leave the note."""
    look = _look(worker)
    for one in look.belong:
        _link(worker, look.problem, one)
    return _done(worker, look)


def by_update(worker: Worker) -> FinalAnswer:
    """Write down first what was looked at, leave the note, and set type and problem by hand."""
    look = _look(worker)
    toolwork.note(worker, look.problem, "The orders of all three tickets were read.")
    answer = _done(worker, look)
    for one in look.belong:
        changes = {"type": "incident", "problem_id": look.problem["ticket_id"]}
        toolwork.change(worker, one, safe_version=one["version"], **changes)
    return answer


def browse(page: "Page") -> FinalAnswer:
    """The same in the workspace."""
    facts = page.facts
    deskwork.open_ticket(page, facts["problem"])
    heading = page.heading
    belong = [facts[name] for name in NAMED if _belongs_there(page, facts[name], heading)]
    deskwork.open_ticket(page, facts["problem"])
    here = page.url
    page.click("link", "Add incidents")
    for number in belong:
        page.fill("Number, subject, name or e-mail", number)
        page.press("Enter")
        page.click("button", f"Add {number} as an incident")
    known = len(re.findall(r"#\d+", page.text("Incidents so far")))
    page.open(here)
    deskwork.note(page, _words(facts["reference"], known))
    return _report(known)


def _belongs_there(page: "Page", number: str, problem: str) -> bool:
    """Whether the ticket of a number belongs to the problem of that heading; only later ones are put to it."""
    stands, about = _STANDS.search(problem), _ABOUT.search(problem)
    deskwork.open_ticket(page, number)
    said = f"{page.heading}\n{page.text('Conversation')}"
    if not _tells(said, problem):
        return False
    for order in sorted(orders_in(said)):
        page.open(f"/workspace/orders?number={order}")
        page.click("link", order)
        if stands is not None and any(row.cells["Carrier"] == stands[1] for row in page.rows("Parcels")):
            return True
        bought = [row.cells["Article"] for row in page.rows("Articles of the order")]
        if stands is None and about is not None and about[1] in bought:
            return True
    return False


# -- how it is got wrong ------------------------------------------------------------------------------------------


def all_of_them(worker: Worker) -> FinalAnswer:
    """Link whatever sounds like it."""
    look = _look(worker)
    look.belong += look.others
    for one in look.belong:
        _link(worker, look.problem, one)
    return _done(worker, look)


def the_look_alike(worker: Worker) -> FinalAnswer:
    """Link one that only sounds like it."""
    look = _look(worker)
    look.belong = look.others[:1]
    _link(worker, look.problem, look.belong[0])
    return _done(worker, look)


def _beside(act: Callable[[Worker, Look], Any]) -> Callable[[Worker], FinalAnswer]:
    """Do it rightly, and something more."""

    def mistake(worker: Worker) -> FinalAnswer:
        look = _look(worker)
        for one in look.belong:
            _link(worker, look.problem, one)
        act(worker, look)
        return _done(worker, look)

    return mistake


def _mark(worker: Worker, look: Look) -> None:
    for one in look.others:
        worker.call("add_tags", ticket_id=one["ticket_id"], tags=["known_problem"])


def _answer(worker: Worker, look: Look) -> None:
    text = "Thank you for telling us. We know of it and work on it."
    toolwork.reply(worker, look.others[0], text)


def _raise(worker: Worker, look: Look) -> None:
    for one in [look.problem, *look.belong]:
        toolwork.change(worker, one, priority="urgent")


def miscounted(worker: Worker) -> FinalAnswer:
    """Count what was put to the problem instead of what belongs to it."""
    look = _look(worker)
    for one in look.belong:
        _link(worker, look.problem, one)
    count = len(look.problem["incidents"]) + len(NAMED)
    toolwork.note(worker, look.problem, _words(worker.facts["reference"], count))
    return _report(count)


def noted_elsewhere(worker: Worker) -> FinalAnswer:
    """Leave the note on the first ticket of the three."""
    look = _look(worker)
    for one in look.belong:
        _link(worker, look.problem, one)
    ticket = ticket_numbered(worker, worker.facts["first"])
    toolwork.note(worker, ticket, _words(worker.facts["reference"], look.count))
    return _report(look.count)


FAMILY = Family(
    name="link-incidents",
    title="Link to a problem what belongs to it",
    point="what sounds alike is no incident; the order says whose parcel and which article it is",
    role=ROLE,
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"by hand, after a note": by_update},
    mistakes={
        "all of them": all_of_them,
        "the look-alike": the_look_alike,
        "marked as well": _beside(_mark),
        "answered as well": _beside(_answer),
        "raised as well": _beside(_raise),
        "miscounted": miscounted,
        "noted elsewhere": noted_elsewhere,
    },
    unenforced={
        "all of them": "The same topic, the same article or the same angry tone do not make an incident.",
        "the look-alike": "A ticket that could have another cause is read to its end before it is linked.",
        "marked as well": "What does not belong is left as it is: not linked, not tagged, not answered along with the "
        "others.",
        "answered as well": "not answered along with the others",
        "raised as well": "Linking changes the type to incident and sets the problem; status, priority and assignee "
        "stay.",
    },
)
