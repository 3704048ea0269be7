"""Write the next step of a deal while a colleague writes it as well.

What is typically got wrong: the colleague's sentence is overwritten with what was read before it; two days for one
thing are strung together; and the own plan is put over the word of whoever has talked to the customer.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from worlds.crm.models import Opportunity
from worlds.crm.rulings.merge_next_step import ruling
from worlds.crm.tasks import next_steps, relwork
from worlds.crm.tasks.casework import deal_numbered, reference
from worlds.crm.tasks.next_steps import BRANCHES
from worlds.engine.task import Draw, Family, Instance, Refused, Situation, Worker, every_row
from worlds.graders.answers import FinalAnswer

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

CONFLICT: Final = 409
TRIES: Final = 4
TALKS: Final = ("call", "meeting")
DAY: Final = re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}")

WORDINGS: Final = (
    "Please set the next step of my deal {deal} to “{step}”. It stands so in my plan of last week; whatever I have "
    "talked over with the customer since is logged. “{old}” is done with and goes. Others look after that deal, too, "
    "so mind the page on two people on one record. Leave a note on the deal with {reference} as its subject that names "
    "my day and the day of whatever a colleague may have put there meanwhile. Nothing else of the deal is to change. "
    "Tell me whose next step stands in the end (stands: mine, theirs or both), and the day that the deal then gives "
    "for what I asked for (day).",
    "{deal} is mine, and “{old}” is over and done with. According to my plan of last week we now go on with “{step}”, "
    "so that is to be its next step; my calls since then, if any, stand on the deal. Should somebody else be writing "
    "there at the same time, the handbook says what counts. Put both days, mine and theirs, into a note on the deal "
    "whose subject is {reference}, and leave all else alone. I need the day that is down in the end for what I asked "
    "for (day), and whether the next step that stands is mine, theirs or both (stands).",
    "Next step for {deal}, my deal, as planned last week: “{step}”. What it said so far, “{old}”, has been done. I may "
    "not be the only one at it today; do as our rules on working together say, and go by what is logged of talks with "
    "the customer. A note on the deal, subject {reference}, has to name my day and a colleague's, if there is one. "
    "Change nothing beside that. Which day does the deal give for it when you are through (day), and whose words are "
    "they: mine, theirs or both (stands)?",
)


def instance(draw: Draw) -> Instance:
    """A next step that the owner of a deal wants, and a colleague who writes one as well."""
    case = draw.pick(next_steps.cases, branch=draw.branch(BRANCHES))
    deal = draw.session.get_one(Opportunity, case.deal_id)
    facts = {
        "deal": deal.number, "step": next_steps.wished(draw.session, deal), "old": deal.next_step or "",
        "reference": reference(draw, "NS"),
    }  # fmt: skip
    target = {"opportunity": [deal.id]}
    decision = ruling(Situation(draw.session, draw.now, target, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=case.actor,
        expectation=next_steps.expectation(deal, decision),
        target=target,
        decision=decision,
        happenings=next_steps.happenings(draw.session, deal),
    )


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """A deal as it was read, what is wished for it, and whether a colleague's word goes before the owner's."""

    deal: dict[str, Any]
    step: str
    yields: bool

    @property
    def written(self) -> str:
        """The next step as it stands."""
        return str(self.deal["next_step"] or "")

    @property
    def theirs(self) -> str:
        """The day of what a colleague has written."""
        return next(iter(DAY.findall(self.written)), "")


def clashes(written: str, step: str) -> bool:
    """Whether two next steps are about the same thing, with different days."""
    return DAY.sub("", step) in DAY.sub("", written) and step not in written


def joined(written: str, step: str) -> str:
    """Both in one sentence, the one that stands there first."""
    return f"{written}; {step[0].lower()}{step[1:]}"


def right(written: str, step: str, *, first: bool) -> tuple[str, str]:
    """The next step as it has to read, and whose it is; `first`: a colleague's word counts before one's own."""
    if not clashes(written, step):
        return joined(written, step), "both"
    return (written, "theirs") if first else (DAY.sub(DAY.findall(step)[0], written, count=1), "mine")


def _find(worker: Worker) -> dict[str, Any]:
    return deal_numbered(worker, worker.facts["deal"])


def _look(worker: Worker, deal: dict[str, Any]) -> Look:
    """Read a deal again, and who has talked to its customer on the day on which it was last changed."""
    now = worker.call("get_opportunity", opportunity_id=deal["opportunity_id"])
    talkers = _talkers(worker, now)
    return Look(now, worker.facts["step"], yields=bool(talkers) and now["owner_name"] not in talkers)


def _talkers(worker: Worker, deal: dict[str, Any]) -> set[str]:
    """Who has talked to the customer of a deal today; a list may lag behind what the deal itself says of its last talk.

    All activities are listed, so that a note that is written later is told from those that were there.
    """
    today, talkers = deal["updated_at"][:10], set[str]()
    for _ in range(TRIES):
        rows = list(every_row(worker, "list_activities", opportunity_id=deal["opportunity_id"]))
        talks = [one for one in rows if one["kind"] in TALKS and one["status"] == "done"]
        talkers = {one["owner_name"] for one in talks if one["starts_at"].startswith(today)}
        if talkers or deal["last_activity_on"] != today:
            break
        worker.call("wait", minutes=5)
    return talkers


def _write(worker: Worker, look: Look, step: str, **more: Any) -> None:
    worker.call("update_opportunity", opportunity_id=look.deal["opportunity_id"], next_step=step, **more)


def _note(worker: Worker, look: Look, text: str = "", subject: str = "") -> None:
    said = text or _said(look.step, look.theirs)
    key = look.deal["opportunity_id"]
    worker.call("add_note", opportunity_id=key, subject=subject or worker.facts["reference"], body=said)


def _said(step: str, theirs: str) -> str:
    return f"Planned: {step}. A colleague has put {theirs} there today; the deal shows what stands."


def _done(step: str, theirs: str, stands: str) -> FinalAnswer:
    day = theirs if stands == "theirs" else DAY.findall(step)[0]
    status = "partly" if stands == "theirs" else "done"
    return FinalAnswer(status=status, facts={"day": day, "stands": stands}, message="The note names both days.")


def _settle(worker: Worker, look: Look) -> tuple[Look, str]:
    """Write what is right, if the deal is still as it was read, and look whether it stands there; else begin again.

    Answers the deal as it was before it was written, and whose next step stands.
    """
    for _ in range(TRIES):
        step, stands = right(look.written, look.step, first=look.yields)
        if stands == "theirs":
            return look, stands
        try:
            _write(worker, look, step, if_modstamp=look.deal["version"])
        except Refused as refused:
            if refused.status != CONFLICT:
                raise
        now = _look(worker, look.deal)
        if look.step[1:] in now.written:
            return look, stands
        look = now
    raise LookupError(f"{look.deal['number']} is changed again and again")


def solve(worker: Worker) -> FinalAnswer:
    """Look twice; write beside the colleague's, or over it, or leave it; name both days in a note."""
    look, stands = _settle(worker, _look(worker, _find(worker)))
    _note(worker, look)
    return _done(look.step, look.theirs, stands)


def refused_first(worker: Worker) -> FinalAnswer:
    """Leave a note, try what was read first, and look again once that is refused."""
    deal = _find(worker)
    worker.call(
        "add_note", opportunity_id=deal["opportunity_id"], subject="Next step", body="The old one is done with."
    )
    first = Look(deal, worker.facts["step"], yields=False)
    try:
        _write(worker, first, first.step, if_modstamp=deal["version"])
    except Refused as refused:
        if refused.status != CONFLICT:
            raise
    return solve(worker)


def browse(page: "Page") -> FinalAnswer:
    """The same on the pages: what the form has not seen, it does not overwrite."""
    facts = page.facts
    relwork.open_deal(page, facts["deal"])
    here, written, stands = page.url, "", ""
    for _ in range(TRIES):
        page.open(here)
        first = _yields(page)
        page.open(here)
        page.click("link", "Edit")
        written = page.value("Next step (optional)")
        step, stands = right(written, facts["step"], first=first)
        if stands == "theirs":
            break
        page.fill("Next step (optional)", step)
        page.click("button", "Save")
        if page.url.split("?")[0] == here:
            break
    page.open(here)
    theirs = DAY.findall(written)[0]
    relwork.note(page, facts["reference"], _said(facts["step"], theirs))
    return _done(facts["step"], theirs, stands)


def _yields(page: "Page") -> bool:
    """Whether a colleague has talked to the customer today, and the owner of the deal that is open has not."""
    key, owner = page.value("Id"), page.value("Owner")
    page.open(f"/relations/history?kind=opportunity&record_id={key}&field=next_step")
    today = page.rows()[0].cells["When"].partition(",")[0]
    page.open(f"/relations/activities?opportunity_id={key}&status=done")
    talkers = {
        row["Owner"]
        for row, _ in page.listed("Activities")
        if row["When"].startswith(f"{today},") and row["Kind"].casefold().startswith(TALKS)
    }
    return bool(talkers) and owner not in talkers


# -- how it is got wrong ------------------------------------------------------------------------------------------


def blindly(worker: Worker) -> FinalAnswer:
    """Write what is wished over whatever the deal has become since it was read."""
    deal = _find(worker)
    look = Look(deal, worker.facts["step"], yields=False)
    _write(worker, look, look.step)
    _note(worker, look, f"Planned: {look.step}.")
    return _done(look.step, look.theirs, "mine")


def crossed(worker: Worker) -> FinalAnswer:
    """Put the plan over a colleague's word, leave theirs where the owner's counts or both have room."""
    look = _look(worker, _find(worker))
    if right(look.written, look.step, first=look.yields)[1] == "theirs":
        _write(worker, look, look.step)
        _note(worker, look)
        return _done(look.step, look.theirs, "mine")
    _note(worker, look)
    return _done(look.step, look.theirs, "theirs")


def strung(worker: Worker) -> FinalAnswer:
    """String all together that was ever to be done next."""
    look = _look(worker, _find(worker))
    kept = look.written if clashes(look.written, look.step) else joined(worker.facts["old"], look.written)
    _write(worker, look, joined(kept, look.step))
    _note(worker, look)
    return _done(look.step, look.theirs, "both")


def own_day(worker: Worker) -> FinalAnswer:
    """Do what is right, and name the owner's day alone in the note."""
    look, stands = _settle(worker, _look(worker, _find(worker)))
    _note(worker, look, f"Planned: {look.step}. A colleague was at it, too.")
    return _done(look.step, look.theirs, stands)


def unquoted(worker: Worker) -> FinalAnswer:
    """Leave the reference out."""
    look, stands = _settle(worker, _look(worker, _find(worker)))
    _note(worker, look, subject="Next step")
    return _done(look.step, look.theirs, stands)


def close_date_too(worker: Worker) -> FinalAnswer:
    """Move the close date as well, to the first of a month that is far enough."""
    done = solve(worker)
    deal = _find(worker)
    day = "2026-12-01" if deal["close_date"] != "2026-12-01" else "2026-11-01"
    worker.call("update_opportunity", opportunity_id=deal["opportunity_id"], close_date=day)
    return done


def another(worker: Worker) -> FinalAnswer:
    """Do it at another deal of the owner's."""
    deal = _find(worker)
    rows = every_row(worker, "list_opportunities", owner_id=deal["owner_id"], stage_kind="open", approval_lock=False)
    key = next(one["opportunity_id"] for one in rows if one["number"] != deal["number"])
    look = Look(worker.call("get_opportunity", opportunity_id=key), worker.facts["step"], yields=False)
    _write(worker, look, look.step)
    _note(worker, look)
    return _done(look.step, look.theirs, "mine")


FAMILY = Family(
    name="merge-next-step",
    title="Write the next step of a deal that a colleague is changing",
    point="what a colleague writes meanwhile is kept beside one's own; of two days for one thing the talk decides",
    role="rep",
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"refused first, after a note": refused_first},
    mistakes={
        "overwritten blindly": blindly,
        "the other way": crossed,
        "strung together": strung,
        "the own day alone": own_day,
        "no reference": unquoted,
        "the close date as well": close_date_too,
        "another deal": another,
    },
    unenforced={
        "overwritten blindly": "both are kept where both still hold: the colleague's first, then yours.",
        "the other way": "A call or a meeting logged today beats a plan from last week; where both talked to them, "
        "the owner's stands.",
        "strung together": "one of the two next steps stands, by the rule on the same field, and the other is not "
        "added to it.",
        "the own day alone": "A note on the deal names both days.",
    },
)
