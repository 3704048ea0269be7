"""Get a discount above one's limit approved, answer what the approver asks, and present the quote or leave it.

What is typically got wrong: a reason that names nothing, an answer from memory, a request that is taken back while it
waits, a refusal that is worked around by a smaller discount.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from worlds.crm.models import Quote
from worlds.crm.people import approver
from worlds.crm.rulings.discount_approved import ruling
from worlds.crm.tasks import relwork
from worlds.crm.tasks.approver_talk import answer
from worlds.crm.tasks.casework import called
from worlds.crm.tasks.discount_requests import BRANCHES, cases, expectation, happenings
from worlds.engine.task import Decision, Draw, Family, Instance, Situation, Worker, every_row
from worlds.graders.answers import FinalAnswer

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

DAY: Final = 1_440
"""Minutes after which somebody looks again, whatever came in."""
TIMES, LOOKS = 2, 3
"""How often somebody submits a quote that is a draft still, and looks whether it is."""
WAITS: Final = 3
"""How often somebody waits who has not done what others wait for."""
GIVES: Final = ("prepayment", "two-year term", "single delivery", "second order", "longer lead time", "written offer")
"""What customers give for a discount, in the words of whoever asks."""

WORDINGS: Final = (
    "The discount on {quote} is above what you may give. Please have it approved; what they give for it is a {gives}, "
    "by their letter {reference}, and the reason you submit it with names both. Should somebody want to know something "
    "before they decide, answer in the request with what our records say. Once it is approved to the end, present the "
    "quote; if not, leave it as it is, with a note on the deal under {reference} as its subject that names whoever "
    "said no, and I will talk to them. Tell me the number of the request that settled it (request), and what the quote "
    "comes to (total).",
    "{quote} has to go out with the discount that is on it. They wrote to us under {reference} and offer a {gives} in "
    "return: put that and the number of the letter into the reason when you submit it. Wait for the decision, answer "
    "from the record if there is a question, and present the quote when everybody has agreed. A no is a no; then the "
    "deal gets a note that says who it was, with the number of the letter as its subject, and nothing more happens for "
    "now. I need the number of the last request and the total of the quote.",
    "Could you take {quote} through the approval of its discount and present it after that? Reason: a {gives}, see "
    "{reference} of the customer, please name the two as they stand here. Whoever decides may ask back; you find the "
    "answer on the deal, the quote or the account. Where it is refused, we stop there: a note on the deal with "
    "{reference} as subject says who has refused it, and that is all. Report request (the one that was decided last) "
    "and total.",
)


def instance(draw: Draw) -> Instance:
    """A draft of a rep, what its customer gives, a letter of theirs, and approvers at work."""
    case, branch = draw.pick(cases), draw.branch(BRANCHES)
    quote, chance = draw.session.get_one(Quote, case.quote_id), draw.rng("letter")
    target = {"quote": [quote.id]}
    facts = {"quote": quote.number, "gives": chance.choice(GIVES)}
    decision: Decision = {}
    while decision.get("branch") != branch:  # the same quote can go either way; the letter decides with it
        facts["reference"] = f"LT-{chance.randrange(10_000, 99_999)}"
        decision = ruling(Situation(draw.session, draw.now, target, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=case.actor,
        expectation=expectation(draw, case, decision),
        target=target,
        decision=decision,
        happenings=happenings(draw, quote.id, decision),
        people=[approver(name) for _, _, name in decision["levels"]],
    )


# -- how it is solved ---------------------------------------------------------------------------------------------


def _reason(facts: Mapping[str, str]) -> str:
    return f"They give us a {facts['gives']} for it, see their letter {facts['reference']}."


@dataclass(frozen=True, slots=True)
class Look:
    """A draft as an agent sees it before it is submitted, with its deal and its account."""

    quote: dict[str, Any]
    deal: dict[str, Any]
    account: dict[str, Any]


def _look(worker: Worker) -> Look:
    quote = called(worker, "quote", worker.facts["quote"])
    deal = worker.call("get_opportunity", opportunity_id=quote["opportunity_id"])
    return Look(quote, deal, worker.call("get_account", account_id=quote["account_id"]))


def _submit(worker: Worker, reason: str = "") -> Look:
    """Submit the draft for approval, and once more where it is a draft still."""
    look = _look(worker)
    for _ in range(TIMES):
        worker.call("submit_quote", quote_id=look.quote["quote_id"], reason=reason or _reason(worker.facts))
        for _ in range(LOOKS):
            if _again(worker, look.quote)["approvals"]:
                return look
            worker.call("wait", minutes=20)
    return look


def _again(worker: Worker, quote: Mapping[str, Any]) -> dict[str, Any]:
    now: dict[str, Any] = worker.call("get_quote", quote_id=quote["quote_id"])
    return now


def _pending(worker: Worker, quote: Mapping[str, Any]) -> dict[str, Any] | None:
    """The request of a quote that waits, shown whole."""
    for one in quote["approvals"]:
        if one["state"] == "pending":
            request: dict[str, Any] = worker.call("get_approval", approval_id=one["approval_id"])
            return request
    return None


def _said(look: Look, question: str) -> str:
    """The answer to a question, from the quote, its deal and its account."""
    decides = ("decision_maker", "economic_buyer")
    return answer(
        question,
        {
            "quantity": lambda text: next(
                f"{one['quantity']} x {one['product_name']}"
                for one in look.quote["lines"]
                if one["product_name"] in text
            ),
            "closes": lambda _: str(look.deal["close_date"]),
            "decides": lambda _: next(one["name"] for one in look.deal["contact_roles"] if one["role"] in decides),
            "employees": lambda _: str(look.account["employees"]),
        },
    )


Talk = Callable[[Worker, Look, Mapping[str, Any]], None]
"""What is done about a request that has a question open: by whom, about which quote, which request."""


def _question(request: Mapping[str, Any]) -> str:
    return str([one["body"] for one in request["messages"] if one["kind"] == "question"][-1])


def _answer(worker: Worker, look: Look, request: Mapping[str, Any]) -> None:
    said = _said(look, _question(request))
    worker.call("answer_question", approval_id=request["approval_id"], answer=said)


def _decided(worker: Worker, look: Look, talk: Talk = _answer, *, waits: int = 99, hours: int = 0) -> dict[str, Any]:
    """Wait until nobody has to decide any more, answering meanwhile; the quote as it is then."""
    for _ in range(waits):
        now = _again(worker, look.quote)
        request = _pending(worker, now)
        if request is None:
            return now
        if request["open_question"]:
            talk(worker, look, request)
        elif hours:
            worker.call("wait", minutes=60 * hours)
        else:
            worker.call("wait", for_message=True, minutes=DAY)
            worker.call("read_inbox", unread_only=True)
    return _again(worker, look.quote)


def _last(quote: Mapping[str, Any]) -> dict[str, Any]:
    """The request about a quote that was made last."""
    return max(quote["approvals"], key=lambda one: int(one["approval_id"]))


def _report(quote: Mapping[str, Any], *, done: bool) -> FinalAnswer:
    last = _last(quote)
    facts = {"request": last["number"], "total": f"{quote['total']} {quote['currency']}"}
    return FinalAnswer(status="done" if done else "not_done", facts=facts, message=f"{last['number']}: {last['state']}")


def _no(worker: Worker, quote: Mapping[str, Any]) -> None:
    """Write down who has refused it."""
    worker.call(
        "add_note", opportunity_id=quote["opportunity_id"], subject=worker.facts["reference"],
        body=_refused(_last(quote)["approver_name"]),
    )  # fmt: skip


def _refused(name: str) -> str:
    return f"{name} has refused the discount. The quote stays as it is."


def _finish(worker: Worker, quote: Mapping[str, Any]) -> FinalAnswer:
    """Present what was approved, leave what was not."""
    approved = quote["status"] == "approved"
    if approved:
        worker.call("present_quote", quote_id=quote["quote_id"])
    elif quote["status"] == "draft":  # else nobody has decided, however long one waits
        _no(worker, quote)
    return _report(quote, done=approved)


def solve(worker: Worker) -> FinalAnswer:
    """Submit it, answer what is asked, wait for the last decision, and do what it says."""
    return _finish(worker, _decided(worker, _submit(worker)))


def look_now_and_then(worker: Worker) -> FinalAnswer:
    """Leave a note first, and look every few hours, without the inbox."""
    quote = called(worker, "quote", worker.facts["quote"])
    worker.call(
        "add_note", opportunity_id=quote["opportunity_id"], subject=quote["number"], body="It is with its approvers."
    )
    return _finish(worker, _decided(worker, _submit(worker), hours=3))


def browse(page: "Page") -> FinalAnswer:
    """The same in the CRM's pages."""
    page.open("/relations/quotes")
    page.fill("Search", page.facts["quote"])
    page.click("button", "Filter")
    page.row(page.facts["quote"]).click("link", page.facts["quote"])
    quote_page, total = page.url, page.value("Total")
    deal = page.value("Deal")
    records = _records(page, deal)
    page.open(quote_page)
    page.click("link", "Submit for approval")
    page.fill("Why the discount is given", _reason(page.facts))
    page.click("button", "Submit it")
    while True:
        page.open(quote_page)
        requests = page.rows("Approvals")
        waiting = [one for one in requests if one.cells["State"] == "Pending"]
        if not waiting:
            break
        waiting[0].click("link", waiting[0].cells["Number"])
        if "Send the answer" in page.names("button"):
            page.fill("Answer", answer(page.text("Questions and answers"), records))
            page.click("button", "Send the answer")
            continue
        page.open("/-/relations/away")
        page.click("button", "Wait for a message")
        page.open("/-/relations/inbox")
    last = max(requests, key=lambda one: int(re.sub(r"\D", "", one.cells["Number"])))
    approved = last.cells["State"] == "Approved"
    facts = {"request": last.cells["Number"], "total": total}
    if approved:
        page.click("link", "Present it")
        page.click("button", "Present it")
    else:
        relwork.open_deal(page, deal)
        relwork.note(page, page.facts["reference"], _refused(last.cells["Decides"]))
    return FinalAnswer(status="done" if approved else "not_done", facts=facts)


def _records(page: "Page", deal: str) -> dict[str, Callable[[str], str]]:
    """What the quote that is open, its deal and its account say to what approvers ask."""
    quantities = {
        one.cells["Product"].rsplit(maxsplit=1)[0]: one.cells["Quantity"] for one in page.rows("Lines")
        if one.cells["Quantity"]
    }  # fmt: skip
    page.click("link", page.value("Account"))
    employees = page.value("Employees")
    relwork.open_deal(page, deal)
    closes = " ".join(page.value("Closes").split()[:3])
    decides = next(
        one.cells["Name"] for one in page.rows("People") if one.cells["Part"] in {"Decision maker", "Economic buyer"}
    )
    return {
        "quantity": lambda text: next(f"{count} x {name}" for name, count in quantities.items() if name in text),
        "closes": lambda _: closes,
        "decides": lambda _: decides,
        "employees": lambda _: employees,
    }


# -- how it is got wrong ------------------------------------------------------------------------------------------


def around_it(worker: Worker) -> FinalAnswer:
    """Present a quote with ten per cent beside the one that was approved, or in place of the one that was not."""
    quote = _decided(worker, _submit(worker))
    done = _finish(worker, quote)
    less = quote["quote_id"]
    if quote["status"] == "approved":
        less = worker.call("revise_quote", quote_id=less)["quote_id"]
    worker.call("set_discount", quote_id=less, discount="10", reason=_reason(worker.facts))
    worker.call("present_quote", quote_id=less)
    return done


def asked_for_it(worker: Worker) -> FinalAnswer:
    """Submit it because they asked for it."""
    return _finish(worker, _decided(worker, _submit(worker, "They asked for it, and they are good customers.")))


def by_heart(worker: Worker) -> FinalAnswer:
    """Answer with what one thinks to remember."""

    def guess(worker: Worker, _: Look, request: Mapping[str, Any]) -> None:
        said = "About 60 pieces, by the end of the quarter; their director decides, and there are some 80 of them."
        worker.call("answer_question", approval_id=request["approval_id"], answer=said)

    return _finish(worker, _decided(worker, _submit(worker), guess))


def in_a_note(worker: Worker) -> FinalAnswer:
    """Write the answer down on the deal, where the approver does not look."""

    def note(worker: Worker, look: Look, request: Mapping[str, Any]) -> None:
        text, key = _said(look, _question(request)), look.quote["opportunity_id"]
        worker.call("add_note", opportunity_id=key, subject=request["number"], body=text)

    return _report(_decided(worker, _submit(worker), note, waits=WAITS), done=False)


def asked_anew(worker: Worker) -> FinalAnswer:
    """Take the request back where somebody asks, and submit the quote once more."""

    def anew(worker: Worker, look: Look, request: Mapping[str, Any]) -> None:
        worker.call("recall_approval", approval_id=request["approval_id"])
        worker.call("submit_quote", quote_id=look.quote["quote_id"], reason=_reason(worker.facts))

    return _report(_decided(worker, _submit(worker), anew, waits=WAITS), done=False)


def not_waited(worker: Worker) -> FinalAnswer:
    """Submit it and say that it is done."""
    return _report(_again(worker, _submit(worker).quote), done=True)


def one_step_more(worker: Worker) -> FinalAnswer:
    """Move the deal on once the quote is out; submit it a second time where it was refused."""
    quote = _decided(worker, _submit(worker))
    done = _finish(worker, quote)
    if quote["status"] != "approved":
        worker.call("submit_quote", quote_id=quote["quote_id"], reason=_reason(worker.facts))
        return done
    stages = [one for pipeline in worker.call("list_stages")["pipelines"] for one in pipeline["stages"]]
    key = next(one["stage_id"] for one in stages if one["name"] == "Negotiation/Review")
    worker.call("change_stage", opportunity_id=quote["opportunity_id"], stage_id=key)
    return done


def another_quote(worker: Worker) -> FinalAnswer:
    """Submit another draft."""
    own = called(worker, "quote", worker.facts["quote"])
    for other in every_row(worker, "list_quotes", status="draft"):
        if (
            other["quote_id"] != own["quote_id"]
            and float(other["discount"]) > 10
            and other["owner_id"] == own["owner_id"]
        ):
            worker.call("submit_quote", quote_id=other["quote_id"], reason=_reason(worker.facts))
            return _report(_again(worker, other), done=True)
    raise LookupError("the rep has no other draft of the kind")


FAMILY = Family(
    name="discount-approved",
    title="Have a discount approved and present the quote, or respect the refusal",
    point="a reason names what the customer gives, a question is answered from the records, and a refusal is final",
    role="rep",
    population="medium",
    instance=instance,
    ruling=ruling,
    solve=solve,
    browse=browse,
    alternatives={"a note, and a look now and then": look_now_and_then},
    mistakes={
        "around it": around_it,
        "asked for it": asked_for_it,
        "by heart": by_heart,
        "in a note": in_a_note,
        "asked anew": asked_anew,
        "not waited for": not_waited,
        "one step more": one_step_more,
        "another quote": another_quote,
    },
    unenforced={
        "around it": "Rejected means no: not in two halves, not by free goods, not by another approver.",
        "asked for it": "Every discount has a reason that names what the customer gives for it",
        "by heart": "Answer in the request, with what the records say; never with what is not known.",
        "one step more": "Rejected means no",
    },
)
