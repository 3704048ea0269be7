"""A customer writes that a quantity of their deal is wrong: it is corrected on its line, unless they have accepted.

What is typically got wrong: the line taken out and entered anew, a discount that makes the sum fit, a deal changed
whose quote the customer has accepted.
"""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from worlds.crm.models import Account, Activity, Contact, Opportunity, OpportunityLine, PipelineStage, Product, Quote
from worlds.crm.people import mails
from worlds.crm.rulings.correct_amount import ACCEPTED, ruling, worth
from worlds.crm.tasks import relwork
from worlds.crm.tasks.casework import (
    TO_ROLE,
    at_work,
    deal_numbered,
    hand_over,
    handed_over,
    mails_of,
    noted,
    reference,
    reported,
    spare_note,
    to_report,
    word,
)
from worlds.crm.tasks.quantity_mails import MAILS, wanted
from worlds.engine.context import Actor
from worlds.engine.task import SOLVABLE, Decision, Draw, Family, Happening, Instance, Refused, Situation, Worker
from worlds.graders.answers import FinalAnswer
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.typed import money, record

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page
    from worlds.engine.surfaces.browsing.page import Row

BRANCHES = (SOLVABLE, ACCEPTED)
REASON: Final = "outside_policy"
"""For which a deal is handed over that the rules do not let anybody change."""
ENOUGH: Final = 8
"""Pieces of which a customer may do without some."""
SETTLED: Final = frozenset({"accepted", "expired"})
"""Statuses of quotes with which a deal is clear: accepted, or of no account any more."""

WORDINGS = (
    "The customer of {deal} has just mailed us that one of the quantities in it is wrong. See to it as our handbook "
    "says. If the deal is changed, leave a note on it with {reference} as its subject and the new number in its text; "
    "if it is not ours to change, hand the deal over, with its number, the quantity they want and {reference}. Tell me "
    "what the deal is worth afterwards (amount).",
    "{deal}: please read the newest mail of the customer, they want another number of something. Do what the rules on "
    "amounts and quotes allow. I keep it under {reference}: that is the subject of your note on the deal, with the "
    "quantity they ask for in it, or stands with quantity and number of the deal in the deal's hand-over, where one is "
    "due. What is the amount of the deal then?",
    "Please look after {deal}, there is a mail from them about a quantity ({reference}). Correct it where we may, and "
    "leave a note on the deal under that reference, as its subject, that says the right quantity. Where we may not, "
    "hand the deal over, with the reference, the deal's number and the quantity. I need the deal's amount as it stands "
    "in the end.",
)


@dataclass(frozen=True, slots=True)
class Case:
    """An open deal with a line of which the customer wants fewer; `branch` says whether it may still be changed."""

    branch: str
    deal_id: int
    line_id: int
    actor: Actor


def _cases(draw: Draw) -> list[Case]:
    session, reps = draw.session, at_work(draw.session)
    quotes, lines = defaultdict(set), defaultdict(list)
    for deal_id, status in session.execute(select(Quote.opportunity_id, Quote.status)).tuples():
        quotes[deal_id].add(status)
    for line in session.scalars(select(OpportunityLine).order_by(OpportunityLine.position, OpportunityLine.id)):
        lines[line.opportunity_id].append(line)
    corrected = _corrected(session)
    cases = []
    for deal in session.scalars(_OPEN):
        theirs = lines[deal.id]
        fit = [one for one in theirs if one.quantity >= ENOUGH]
        alone = len({one.product_id for one in theirs}) == len(theirs)
        if fit and alone and deal.owner_id in reps and deal.id not in corrected and quotes[deal.id] <= SETTLED:
            branch = ACCEPTED if "accepted" in quotes[deal.id] else SOLVABLE
            cases.append(Case(branch, deal.id, fit[deal.id % len(fit)].id, reps[deal.owner_id]))
    return cases


_OPEN: Final = (
    select(Opportunity)
    .join(PipelineStage, PipelineStage.id == Opportunity.stage_id)
    .join(Account, Account.id == Opportunity.account_id)
    .join(Contact, Contact.id == Opportunity.primary_contact_id)
    .where(PipelineStage.kind == "open", ~Opportunity.is_deleted, ~Opportunity.approval_lock, ~Account.locked)
    .where(~Contact.is_deleted)
    .order_by(Opportunity.id)
)


def _corrected(session: Session) -> set[int]:
    """Deals about which a customer has written by themselves already."""
    written = (
        select(Activity.opportunity_id)
        .join(Contact, Contact.id == Activity.contact_id)
        .where(Activity.kind == "email", Activity.direction == "in")
        .where(Activity.created_by.contains(Contact.last_name), Activity.opportunity_id.is_not(None))
    )
    return {one for one in session.scalars(written) if one is not None}


def instance(draw: Draw) -> Instance:
    """A deal of a rep, a mail of its customer that comes in at the start, and a reference."""
    case = draw.pick(_cases, branch=draw.branch(BRANCHES))
    deal = draw.session.get_one(Opportunity, case.deal_id)
    facts = {"deal": deal.number, "reference": reference(draw, "SA")}
    target = {"opportunity": [case.deal_id], "opportunity_line": [case.line_id]}
    decision = ruling(Situation(draw.session, draw.now, target, facts))
    if decision["branch"] != case.branch:
        raise LookupError(f"{deal.number} was taken for {case.branch}, but is {decision['branch']}")
    right = _right(draw, case)
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=case.actor,
        expectation=_expectation(draw.session, deal, decision, right),
        target=target,
        decision=decision,
        happenings=[_mail(draw, deal, case, right)],
    )


def _right(draw: Draw, case: Case) -> int:
    """How many the customer wants: fewer, and not half of them, so that no difference looks like the number."""
    there = draw.session.get_one(OpportunityLine, case.line_id).quantity
    fewer = [one for one in (1, 2, 3, 4, 5, 6, 8, 10, 12) if there - one >= there // 3 + 1 and 2 * one != there]
    return there - draw.rng("fewer").choice(fewer)


def _mail(draw: Draw, deal: Opportunity, case: Case, right: int) -> Happening:
    session = draw.session
    line = session.get_one(OpportunityLine, case.line_id)
    product = session.get_one(Product, line.product_id).name
    contact = session.get_one(Contact, deal.primary_contact_id)
    words = draw.rng("mail").choice(MAILS.get(contact.language, MAILS["en"]))
    body = f"{words.format(product=product, right=right, wrong=line.quantity)}\n\n{_name(contact)}"
    return mails(_name(contact), contact.id, body, subject=f"{product}, {deal.number}", opportunity_id=deal.id, delay=0)


def _name(contact: Contact) -> str:
    return f"{contact.first_name or ''} {contact.last_name}".strip()


def _expectation(session: Session, deal: Opportunity, decision: Decision, right: int) -> Expectation:
    quote, number = record(decision["quoted"]), word(str(right))
    about: dict[str, int | Sequence[int | None]] = {
        "opportunity_id": deal.id, "account_id": deal.account_id, "contact_id": (None, deal.primary_contact_id),
    }  # fmt: skip
    spare = [spare_note(about, (quote,))]
    if decision["branch"] == ACCEPTED:
        passed_on = handed_over("opportunity", deal.id, REASON, quote, record(decision["deal"]), number)
        amount = money(decision["amount"], decision["currency"])
        return Expectation(
            any_of=[Bundle(required=[passed_on], allowed=spare)], answer=to_report({"amount": amount}, REASON)
        )
    line = Effect(
        "line", "opportunity_line", "update", where={"id": decision["line"]}, set={"quantity": right},
        words="The line has another quantity, and nothing else of it changes; the deal's amount follows",
    )  # fmt: skip
    amount = money(worth(session, decision["line"], right), decision["currency"])
    return Expectation(
        any_of=[Bundle(required=[line, noted(about, number, subject=(quote,))], allowed=spare)],
        answer=to_report({"amount": amount}),
    )


# -- how it is solved ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """A deal as an agent sees it, the line that its customer writes of, and how many of it they want."""

    deal: dict[str, Any]
    line: dict[str, Any]
    right: int

    @property
    def accepted(self) -> bool:
        """Whether the customer has accepted a quote of the deal."""
        return any(one["status"] == "accepted" for one in self.deal["quotes"])


def _look(worker: Worker) -> Look:
    deal = deal_numbered(worker, worker.facts["deal"])
    for mail in mails_of(worker, opportunity_id=deal["opportunity_id"]):
        for line in deal["lines"]:
            right = wanted(mail["body"], line["product_name"], line["quantity"])
            if right is not None:
                return Look(deal, line, right)
    raise LookupError(f"nobody writes of a quantity of {deal['number']}")


def _correct(worker: Worker, look: Look, **changes: Any) -> FinalAnswer:
    asked = {"quantity": look.right} | changes
    done = worker.call("update_line", opportunity_id=look.deal["opportunity_id"], line_id=look.line["line_id"], **asked)
    return reported({"amount": _sum(done)})


def _sum(deal: dict[str, Any]) -> str:
    return f"{deal['amount']} {deal['currency']}"


def _words(look: Look, quoted: str) -> str:
    return f"{quoted}: they want {look.right} x {look.line['product_name']}, as they wrote."


def _note(worker: Worker, look: Look, subject: str = "", text: str = "") -> None:
    worker.call(
        "add_note", opportunity_id=look.deal["opportunity_id"], subject=subject or worker.facts["reference"],
        body=text or f"They want {look.right} x {look.line['product_name']}, as they wrote.",
    )  # fmt: skip


def _pass_on(worker: Worker, look: Look, text: str = "") -> FinalAnswer:
    said = text or f"{look.deal['number']}, {_words(look, worker.facts['reference'])} The quote is accepted already."
    hand_over(worker, "opportunity", look.deal["opportunity_id"], REASON, said)
    return reported({"amount": _sum(look.deal)}, REASON)


def _settle(worker: Worker, look: Look) -> FinalAnswer:
    if look.accepted:
        return _pass_on(worker, look)
    _note(worker, look)
    return _correct(worker, look)


def solve(worker: Worker) -> FinalAnswer:
    """Read the mail, see whether they have accepted; correct the line, or hand the deal over."""
    return _settle(worker, _look(worker))


def noted_first(worker: Worker) -> FinalAnswer:
    """Write down that they have written; correct the line before the note that is asked for."""
    look = _look(worker)
    _note(worker, look, look.line["product_name"], "They have written about a quantity; it is being looked at.")
    if look.accepted:
        return _pass_on(worker, look)
    done = _correct(worker, look)
    _note(worker, look)
    return done


def browse(page: "Page") -> FinalAnswer:
    """The same in the CRM's pages."""
    number, quoted = page.facts["deal"], page.facts["reference"]
    relwork.open_deal(page, number)
    deal_page, lines = page.url, page.rows("Lines")
    accepted = any(one.cells["Status"] == "Accepted" for one in _rows(page, "Quotes"))
    amount = _sum_on(page)
    page.click("link", page.names("link", containing=f", {number}")[0])
    mail = page.text("Text")
    position, product, right = next(
        (one.cells["Line"], product, right)
        for one in lines
        if one.cells["Quantity"]
        and (product := one.cells["Product"].rsplit(maxsplit=1)[0])
        and (right := wanted(mail, product, int(one.cells["Quantity"]))) is not None
    )
    page.open(deal_page)
    said = f"{quoted}: they want {right} x {product}, as they wrote."
    if accepted:
        relwork.hand_over(page, REASON, TO_ROLE[REASON], f"{number}, {said} The quote is accepted already.")
        return reported({"amount": amount}, REASON)
    relwork.note(page, quoted, said)
    page.open(deal_page)
    page.click("link", f"Edit line {position}")
    page.fill("How many (optional)", str(right))
    page.click("button", "Save the line")
    return reported({"amount": _sum_on(page)})


def _rows(page: "Page", table: str) -> "list[Row]":
    """The rows of a table that is not there where it has none."""
    return page.rows(table) if table in page.names("group") else []


def _sum_on(page: "Page") -> str:
    return page.row("Sum", table="Lines").cells["Net"]


# -- how it is got wrong ------------------------------------------------------------------------------------------


def crossed(worker: Worker) -> FinalAnswer:
    """Change what was accepted, hand over what could be changed."""
    look = _look(worker)
    if not look.accepted:
        return _pass_on(worker, look)
    _note(worker, look)
    return _correct(worker, look)


def entered_anew(worker: Worker) -> FinalAnswer:
    """Take the line out and enter it anew."""
    look = _look(worker)
    _note(worker, look)
    deal, line = look.deal["opportunity_id"], look.line
    done = worker.call("remove_line", opportunity_id=deal, line_id=line["line_id"])
    with suppress(Refused):  # the product may have left the price book since; then the line is lost
        done = worker.call(
            "add_line", opportunity_id=deal, product_id=line["product_id"], quantity=look.right,
            discount=line["discount"],
        )  # fmt: skip
    return reported({"amount": _sum(done)})


def by_so_many(worker: Worker) -> FinalAnswer:
    """Take the number they want for the number that goes."""
    look = _look(worker)
    turned = replace(look, right=look.line["quantity"] - look.right)
    if look.accepted:
        return _pass_on(worker, turned)
    _note(worker, turned)
    return _correct(worker, turned)


def both_ways(worker: Worker) -> FinalAnswer:
    """Correct it and hand it over, to be safe."""
    look = _look(worker)
    _note(worker, look)
    _correct(worker, look)
    return _pass_on(worker, look)


def unquoted(worker: Worker) -> FinalAnswer:
    """Leave the reference out."""
    look = _look(worker)
    text = f"{look.deal['number']}: they want {look.right} x {look.line['product_name']}."
    if look.accepted:
        return _pass_on(worker, look, text)
    _note(worker, look, look.line["product_name"], text)
    return _correct(worker, look)


def next_step_too(worker: Worker) -> FinalAnswer:
    """Put it into the next step of the deal as well, over what stands there."""
    done = solve(worker)
    look = deal_numbered(worker, worker.facts["deal"])
    worker.call("update_opportunity", opportunity_id=look["opportunity_id"], next_step="Confirm the new quantity.")
    return done


FAMILY = Family(
    name="correct-amount",
    title="Correct a quantity of which a customer has written",
    point="a quantity is corrected on its line; what a customer has accepted is not changed but handed over",
    role="rep",
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"noted first": noted_first},
    mistakes={
        "the other way": crossed,
        "entered anew": entered_anew,
        "by so many": by_so_many,
        "both ways": both_ways,
        "no reference": unquoted,
        "the next step as well": next_step_too,
    },
    unenforced={
        "the other way": "Where a customer has accepted, what they accepted is not changed any more",
        "entered anew": "no line is added to make up for a wrong one, and none is removed to be entered anew.",
        "both ways": "Hand over instead of doing something else, not beside it.",
    },
)
