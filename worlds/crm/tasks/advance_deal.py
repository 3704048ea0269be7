"""Make the quote that a deal lacks and move the deal on to a proposal, or ask its owner for what is not there yet.

What is typically got wrong: the quote takes the deal's price book where the account's is another one; a close date, a
decision maker or a line is made up so that the CRM lets the deal pass; a stage is left on the way.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from worlds.crm.days import local_day
from worlds.crm.models import Opportunity, stand_in
from worlds.crm.rulings.advance_deal import ruling
from worlds.crm.tasks import relwork
from worlds.crm.tasks.casework import deal_numbered, reference
from worlds.crm.tasks.due_proposals import BRANCHES, cases, expectation
from worlds.engine.task import Draw, Family, Instance, Refused, Situation, Worker, every_row
from worlds.graders.answers import FinalAnswer

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

ROLE: Final = "sales_ops"
PROPOSAL: Final = "Proposal/Price Quote"
BETWEEN: Final = "Value Proposition"
NEAR: Final = (BETWEEN, "Id. Decision Makers", "Perception Analysis")
DECIDES: Final = ("decision_maker", "economic_buyer")
LOOKS: Final = 3

WORDINGS: Final = (
    "The customer of {deal} has just asked me for our offer. Please make its quote, as a draft that I look at before "
    "it goes out, and move the deal to Proposal/Price Quote, by the pages on quotes and on stages; leave a note on it "
    "with {reference} as its subject and the quote's total in its text. Tell me the number of the quote and its total "
    "(quote, total). Today is {today}. If the deal lacks something that a stage asks for, do as the page on stages "
    "says, with {reference} as the subject and due at {due} (Amsterdam), and tell me what is missing: decision maker, "
    "lines or close date.",
    "{deal} should be a proposal by now (it is {today}), they wait for our quote. Could you draw the quote up and put "
    "the deal into Proposal/Price Quote the way our handbook has it? I present it myself. Note on the deal, under "
    "{reference} as its subject, what the quote comes to, and give me quote and total. Where something is not there "
    "without which the deal cannot get that far, be it lines, a close date or a decision maker, what the handbook says "
    "of it applies; it is needed by {due} on our clocks in Amsterdam, {reference} stands above it, and I want to know "
    "what was missing.",
    "For {reference}, which is to be the subject of whatever you write on the deal: {deal} goes on to Proposal/Price "
    "Quote and gets a quote, of which you note the total there. It stays a draft until I have read it. Mind the rules "
    "on price books and on stages; it is {today}. If a close date, lines or a decision maker should be missing, name "
    "it to whoever the rules say, due at {due} in Amsterdam, and to me (missing). Otherwise report quote and total.",
)


def instance(draw: Draw) -> Instance:
    """A deal that is to become a proposal, a reference, and a day."""
    case = draw.pick(cases, branch=draw.branch(BRANCHES))
    deal, today = draw.session.get_one(Opportunity, case.deal_id), local_day(draw.now)
    chance = draw.rng("due")
    due = f"{today + timedelta(days=chance.choice((1, 2, 3, 4, 7, 8, 9)))} {chance.randint(9, 17):02}:00"
    facts = {"deal": deal.number, "reference": reference(draw, "DD"), "today": today.isoformat(), "due": due}
    target = {"opportunity": [deal.id]}
    decision = ruling(Situation(draw.session, draw.now, target, facts))
    if decision["branch"] != case.branch:
        raise LookupError(f"{deal.number} was taken for {case.branch}, but is {decision['branch']}")
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, ROLE),
        expectation=expectation(draw, case, decision, facts["due"]),
        target=target,
        decision=decision,
    )


# -- how it is solved ---------------------------------------------------------------------------------------------


def lack(facts: Mapping[str, str], closes: str, *, decided: bool, lines: bool) -> str:
    """What is missing of a deal, or nothing."""
    if closes < facts["today"]:
        return "close date"
    if not decided:
        return "decision maker"
    return "" if lines else "lines"


def book_for(kind: str, segment: str, currency: str) -> str:
    """By which price book an account's quotes are made."""
    if kind == "reseller":
        return f"Reseller {currency}"
    return f"{'Public Sector' if segment == 'public_sector' else 'Standard'} {currency}"


@dataclass(frozen=True, slots=True)
class Look:
    """A deal as an agent sees it, the price book of its account, and what it lacks."""

    deal: dict[str, Any]
    book: str
    lacks: str

    @property
    def key(self) -> int:
        """The deal's id."""
        return int(self.deal["opportunity_id"])

    @property
    def near(self) -> bool:
        """Whether a proposal is the next stage but two, or nearer."""
        return self.deal["stage"] in NEAR


def _look(worker: Worker, number: str = "") -> Look:
    deal = deal_numbered(worker, number or worker.facts["deal"])
    account = worker.call("get_account", account_id=deal["account_id"])
    decided = deal["stage"] in NEAR or any(one["role"] in DECIDES for one in deal["contact_roles"])
    lacks = lack(worker.facts, deal["close_date"], decided=decided, lines=bool(deal["lines"]))
    return Look(deal, book_for(account["kind"], account["segment"], account["currency"]), lacks)


def _quote(worker: Worker, look: Look, book: str = "") -> dict[str, Any]:
    books = {one["name"]: one["price_book_id"] for one in every_row(worker, "list_price_books", active=True)}
    made: dict[str, Any] = worker.call("create_quote", opportunity_id=look.key, price_book_id=books[book or look.book])
    return made


def _move(worker: Worker, look: Look, *stages: str) -> None:
    pipelines = worker.call("list_stages")["pipelines"]
    ids = {one["name"]: one["stage_id"] for pipeline in pipelines for one in pipeline["stages"]}
    for name in stages or ((PROPOSAL,) if look.near else (BETWEEN, PROPOSAL)):
        worker.call("change_stage", opportunity_id=look.key, stage_id=ids[name])


def _note(worker: Worker, look: Look, total: str, subject: str = "") -> None:
    subject = subject or worker.facts["reference"]
    worker.call("add_note", opportunity_id=look.key, subject=subject, body=f"The quote comes to {total}.")


def _total(quote: Mapping[str, Any]) -> str:
    return f"{quote['total']} {quote['currency']}"


def _done(quote: Mapping[str, Any]) -> FinalAnswer:
    return FinalAnswer(status="done", facts={"quote": quote["number"], "total": _total(quote)})


def _advance(worker: Worker, look: Look, book: str = "") -> FinalAnswer:
    quote = _quote(worker, look, book)
    _move(worker, look)
    _note(worker, look, _total(quote))
    return _done(quote)


def _wanted(lacks: str, number: str) -> str:
    return f"{number} cannot become a proposal yet: it lacks {lacks}. Please see to that; no quote was made."


def _ask(worker: Worker, look: Look, lacks: str, **changes: Any) -> FinalAnswer:
    asked = {
        "subject": worker.facts["reference"], "body": _wanted(lacks, look.deal["number"]),
        "owner_id": look.deal["owner_id"], "due_at": _at(worker.facts["due"]),
    }  # fmt: skip
    given = {name: value for name, value in (asked | changes).items() if value is not None}
    tasks = every_row(worker, "list_activities", opportunity_id=look.key, kind="task", status="open")
    if any(one["subject"] == given["subject"] for one in tasks):  # somebody has asked for it already
        return _missing(lacks)
    made = worker.call("create_task", opportunity_id=look.key, **given)
    if not _is_kept(worker, made["activity_id"]):
        worker.call("create_task", opportunity_id=look.key, **given)
    return _missing(lacks)


def _is_kept(worker: Worker, key: int) -> bool:
    """Whether a task can be read after it was made, now or a little later."""
    for _ in range(LOOKS):
        with suppress(Refused):
            return bool(worker.call("get_activity", activity_id=key))
        worker.call("wait", minutes=20)
    return False


def _at(due: str) -> str:
    """A time of the clocks in Amsterdam, as tools take it."""
    return datetime.fromisoformat(due).replace(tzinfo=ZoneInfo("Europe/Amsterdam")).isoformat()


def _missing(lacks: str) -> FinalAnswer:
    return FinalAnswer(status="waiting", facts={"missing": lacks}, message="The deal's owner was asked for it.")


def solve(worker: Worker) -> FinalAnswer:
    """See what the deal lacks and whose price book it is; make the quote and move it on, or ask its owner."""
    look = _look(worker)
    return _ask(worker, look, look.lacks) if look.lacks else _advance(worker, look)


def noted_first(worker: Worker) -> FinalAnswer:
    """Write down that it is looked at; go through the stage between before the quote is made."""
    look = _look(worker)
    worker.call(
        "add_note", opportunity_id=look.key, subject="They have asked for an offer", body="It is being looked at."
    )
    if look.lacks:
        contact = look.deal["primary_contact_id"]
        return _ask(worker, look, look.lacks, contact_id=contact)
    if not look.near:
        _move(worker, look, "Value Proposition")
    quote = _quote(worker, look)
    _note(worker, look, _total(quote))
    _move(worker, look, PROPOSAL)
    return _done(quote)


def browse(page: "Page") -> FinalAnswer:
    """The same in the CRM's pages."""
    facts = page.facts
    relwork.open_deal(page, facts["deal"])
    deal_page, moves = page.url, page.rows("Stage history")
    near = moves[0].cells["To"] in NEAR
    closes = datetime.strptime(" ".join(page.value("Closes").split()[:3]), "%d %b %Y").date().isoformat()  # noqa: DTZ007 - a day
    people = page.rows("People") if "People" in page.names("group") else []
    decided = near or any(one.cells["Part"] in {"Decision maker", "Economic buyer"} for one in people)
    lacks = lack(facts, closes, decided=decided, lines="Lines" in page.names("group"))
    if lacks:
        return _asked_on(page, lacks)
    page.click("link", page.value("Account"))
    kind, segment, currency = (page.value(name) for name in ("Kind", "Segment", "Currency"))
    book = book_for(kind.casefold(), segment.casefold().replace(" ", "_"), currency)
    page.open(deal_page)
    page.click("link", "New quote")
    page.choose("Price book (optional)", f"{book} ({currency})")
    page.click("button", "Make the quote")
    number, total = page.heading, page.row("Total", table="Lines").cells["Net"]
    for stage in (PROPOSAL,) if near else (BETWEEN, PROPOSAL):
        page.open(deal_page)
        page.click("link", "Change stage")
        page.choose("Stage", stage)
        page.click("button", "Change the stage")
    page.open(deal_page)
    relwork.note(page, facts["reference"], f"The quote comes to {total}.")
    return FinalAnswer(status="done", facts={"quote": number, "total": total})


def _asked_on(page: "Page", lacks: str) -> FinalAnswer:
    owner = page.value("Owner")
    page.click("link", "New task")
    page.fill("What is to be done", page.facts["reference"])
    page.fill("By when (optional)", page.facts["due"].replace(" ", "T"))
    page.choose("Who does it (optional)", owner)
    page.fill("What else there is to know (optional)", _wanted(lacks, page.facts["deal"]))
    page.click("button", "Save the task")
    return _missing(lacks)


# -- how it is got wrong ------------------------------------------------------------------------------------------


def _make_up(worker: Worker, look: Look) -> Look:
    """Put something in the place of what is not known."""
    if look.lacks == "close date":
        later = date.fromisoformat(worker.facts["today"]) + timedelta(days=30)
        worker.call("update_opportunity", opportunity_id=look.key, close_date=later.isoformat())
    elif look.lacks == "decision maker":
        contact = look.deal["primary_contact_id"]
        worker.call("add_contact_role", opportunity_id=look.key, contact_id=contact, role="decision_maker")
    else:
        books = {one["name"]: one["price_book_id"] for one in every_row(worker, "list_price_books", active=True)}
        price = next(every_row(worker, "list_prices", price_book_id=books[look.deal["price_book_name"]]))
        worker.call("add_line", opportunity_id=look.key, product_id=price["product_id"], quantity=10)
    return look


def crossed(worker: Worker) -> FinalAnswer:
    """Make up what is missing and go on; ask the owner where nothing is."""
    look = _look(worker)
    return _advance(worker, _make_up(worker, look)) if look.lacks else _ask(worker, look, "close date")


def as_it_comes(worker: Worker) -> FinalAnswer:
    """Take the deal's own price book, or the resellers' where that is right; make the quote of what lacks something."""
    look = _look(worker)
    own = look.deal["price_book_name"]
    if look.lacks:
        _quote(worker, look)
        return _ask(worker, look, look.lacks)
    others = ("Reseller EUR", "Standard EUR")
    return _advance(worker, look, own if own != look.book else next(one for one in others if one != own))


def presented(worker: Worker) -> FinalAnswer:
    """Send the quote to the customer, too; take the task oneself."""
    look = _look(worker)
    if look.lacks:
        return _ask(worker, look, look.lacks, owner_id=None)
    quote = _quote(worker, look)
    worker.call("set_discount", quote_id=quote["quote_id"], discount="0", reason="As the deal has it.")
    worker.call("present_quote", quote_id=quote["quote_id"])
    _move(worker, look)
    _note(worker, look, _total(quote))
    return _done(quote)


def half_way(worker: Worker) -> FinalAnswer:
    """Make the quote and leave the deal short of where it is to go; leave a note in place of a task."""
    look = _look(worker)
    if look.lacks:
        worker.call(
            "add_note", opportunity_id=look.key, subject=worker.facts["reference"],
            body=_wanted(look.lacks, look.deal["number"]),
        )  # fmt: skip
        return _missing(look.lacks)
    quote = _quote(worker, look)
    if not look.near:
        _move(worker, look, BETWEEN)
    _note(worker, look, _total(quote))
    return _done(quote)


def more_than_asked(worker: Worker) -> FinalAnswer:
    """Put the close date off as well; ask for something by when nobody said."""
    look = _look(worker)
    if look.lacks:
        return _ask(worker, look, look.lacks, due_at=None)
    later = date.fromisoformat(look.deal["close_date"]) + timedelta(days=30)
    worker.call("update_opportunity", opportunity_id=look.key, close_date=later.isoformat())
    return _advance(worker, look)


def twice(worker: Worker) -> FinalAnswer:
    """Make a second quote, or a second task, to be safe."""
    look = _look(worker)
    if look.lacks:
        _ask(worker, look, look.lacks, subject=f"{look.deal['number']}, {worker.facts['reference']}")
    else:
        _quote(worker, look)
    return solve(worker)


def _unquoted(worker: Worker) -> FinalAnswer:
    """Leave the reference out."""
    look = _look(worker)
    if look.lacks:
        return _ask(worker, look, look.lacks, subject=f"{look.deal['number']} lacks something")
    quote = _quote(worker, look)
    _move(worker, look)
    _note(worker, look, _total(quote), subject=f"The quote of {look.deal['number']}")
    return _done(quote)


def _misnamed(worker: Worker) -> FinalAnswer:
    """Ask for something else than what is missing; note another sum than the quote's."""
    look = _look(worker)
    if look.lacks:
        return _ask(worker, look, "decision maker" if look.lacks != "decision maker" else "close date")
    quote = _quote(worker, look)
    _move(worker, look)
    _note(worker, look, f"{look.deal['amount']} {look.deal['currency']} plus transport")
    return _done(quote | {"total": "1.00"})


Mistake = Callable[[Worker], FinalAnswer]
MISTAKES: Final[Mapping[str, Mistake]] = {
    "the other way": crossed,
    "as it comes": as_it_comes,
    "presented at once": presented,
    "half way": half_way,
    "more than asked": more_than_asked,
    "twice": twice,
    "no reference": _unquoted,
    "misnamed": _misnamed,
}

FAMILY = Family(
    name="advance-deal",
    title="Make a deal's quote and move it on to a proposal",
    point="the quote is made by the account's price book; what a deal lacks for its stage is asked for, not made up",
    role=ROLE,
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"noted first": noted_first},
    mistakes=MISTAKES,
    unenforced={
        "the other way": "Nobody makes it up: until it is there, the deal stays where it is, and no quote is made.",
        "as it comes": "The price book is the account's: Reseller for resellers, Public Sector for public bodies and "
        "schools, otherwise Standard in the account's currency.",
        "half way": "What a deal lacks for a stage (somebody who decides, lines, a close date to come) is asked of its "
        "owner by a task on the deal that names it.",
        "twice": "One task for one thing.",
    },
)
