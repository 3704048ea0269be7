"""Cancel an order that has not left the house, for which the card was only reserved, if the right person asks.

What is typically got wrong: promising a refund where nothing was taken, the wrong reason or stock choice of the
policy's table, cancelling for somebody who knows the number but not the account, leaving the mail out.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from worlds.engine.fields import format_money
from worlds.engine.task import SOLVABLE, Draw, Family, Instance, Situation, Worker
from worlds.graders.answers import Answer, FinalAnswer
from worlds.graders.expectation import Bundle, Effect, Expectation
from worlds.graders.predicates import changed_by, mentions, not_null
from worlds.graders.typed import email, money, record
from worlds.shop.models import stand_in
from worlds.shop.rulings.cancel_before_shipping import rule
from worlds.shop.tasks.casework import Contact, contact, handed_over, orders_matching, spare_note
from worlds.shop.tasks.officework import SEARCH, hand_over, money_in
from worlds.shop.tasks.open_orders import Case, cases

if TYPE_CHECKING:
    from worlds.engine.surfaces.browser import Page

ROLE = "support_l2"

WORDINGS = (
    "“Please cancel my order {number}, the one with the {article}: {story}. When do I get my money back?” That came in "
    "from {email}. I have checked what they say, it is so. Please see to it as our rules say, and tell me what was "
    "released on the card (released) and what was refunded (refunded), 0.00 where nothing was.",
    "{email} writes about {number} (the {article}) and wants to be rid of it before it leaves, because, as they put it "
    "and as it happens to be true, “{story}”. Do what the rules ask for, and give me two figures for my list: the "
    "amount released and the amount refunded, zero if there is none.",
    "Mail from {email}: “{story}”, so order {number} with the {article} is to be cancelled. The story is right. Handle "
    "it by the book. I then want to know released and refunded, each in euros, also where that is nothing.",
)
CUES = {"staff_error": r"\b(twice|wrongly)\b", "stock": r"\b(broken|lost|discontinued)\b"}
"""Words by which a solution knows what led to it; without any of them the customer just wants it."""


def instance(draw: Draw) -> Instance:
    """An open order, named by its number and one of its articles, who writes about it, and why."""
    case = draw.pick(cases, branch=draw.branch((SOLVABLE, "hand_over")))
    asker = draw.rng("asker").choice(case.askers)
    facts = {"email": asker, "number": case.number, "article": case.article, "story": case.story}
    target = {"sales_order": [case.order_id]}
    decision = rule(Situation(draw.session, draw.now, target, facts))
    return Instance(
        instruction=draw.word(WORDINGS, facts),
        facts=facts,
        actor=stand_in(draw.session, ROLE),
        expectation=_expectation(case, decision, facts["email"], contact(draw.session, case.order_id)),
        target=target,
        decision=decision,
    )


def _expectation(case: Case, decision: Mapping[str, Any], asker: str, told: Contact) -> Expectation:
    slots = {name: money(decision[name], "EUR") for name in ("released", "refunded")}
    note = spare_note(case.order_id, told.never)
    if decision["branch"] != SOLVABLE:
        facts = (record(case.number, "LK-"), email(asker))
        over = handed_over(case.order_id, decision["team"], decision["hand_over_reason"], *facts, told=told)
        return Expectation(
            any_of=[Bundle(required=[over], allowed=[note])], answer=Answer(("waiting", "not_done"), slots)
        )
    return Expectation(
        any_of=[Bundle(required=_cancelled(case, decision, told), allowed=[note])], answer=Answer("done", slots)
    )


def _cancelled(case: Case, decision: Mapping[str, Any], told: Contact) -> list[Effect]:
    """The order, its payment with the call to the bank, the mail, and the stock."""
    released = decision["released"]

    def back(units: int) -> dict[str, Any]:
        return {"available": changed_by(units)} if decision["restock"] else {}

    return [
        Effect(
            "order",
            "sales_order",
            "update",
            where={"id": case.order_id},
            set={"cancelled_at": not_null(), "cancel_reason": decision["reason"]},
            words=f"Order {case.number} is cancelled for the reason {decision['reason']}",
        ),
        Effect(
            "payment",
            "payment",
            "update",
            where={"id": case.payment_id},
            set={"status": "voided"},
            words=f"The reserved {format_money(released)} EUR are released",
        ),
        Effect(
            "gateway",
            "payment_event",
            "insert",
            where={"payment_id": case.payment_id, "kind": "void"},
            set={"amount": released},
            words="The bank was told once",
        ),
        Effect(
            "mail",
            "outbox_email",
            "insert",
            where={"order_id": case.order_id, "kind": "order_cancelled"},
            set={"to_address": told.email, "body": mentions(money(released, "EUR"))},
            words="The customer was told once",
        ),
        *(
            Effect(
                f"stock-{level}",
                "inventory_level",
                "update",
                where={"id": level},
                set={"committed": changed_by(-units)} | back(units),
                words=f"{units} committed units are {'available again' if decision['restock'] else 'written off'}",
            )
            for level, units in decision["stock"]
        ),
    ]


# -- how it is solved ---------------------------------------------------------------------------------------------


def _find(worker: Worker) -> dict[str, Any]:
    """The order that the request speaks of."""
    for order in orders_matching(worker, worker.facts["number"]):
        if order["number"] == worker.facts["number"]:
            return order
    raise LookupError(f"there is no order {worker.facts['number']}")


def _may_ask(worker: Worker, order: dict[str, Any]) -> bool:
    """Whether the request comes from the order's own address, or from its account's holder."""
    known = [order["email"]]
    if order["customer_id"]:
        known.append(worker.call("get_customer", customer_id=order["customer_id"])["email"])
    return worker.facts["email"].lower() in [address.strip().lower() for address in known]


def _reason(story: str) -> str:
    return next((code for code, words in CUES.items() if re.search(words, story)), "customer")


def _by_the_table(worker: Worker, reason: str) -> dict[str, Any]:
    """What the page on cancellations says of a reason, as arguments of the cancellation."""
    table = worker.call("get_policy", slug="cancellations")["text"].replace("*", "")
    row = re.search(rf"^\| `{reason}` \|.*\| (yes|no) \| (yes|no) \|$", table, re.MULTILINE)
    if row is None:
        raise LookupError(f"the rule for cancellations does not know the reason {reason}")
    return {"reason": reason, "restock": row[1] == "yes", "notify": row[2] == "yes"}


def _cancel(worker: Worker, order: dict[str, Any], **changes: Any) -> dict[str, Any]:
    arguments = _by_the_table(worker, _reason(worker.facts["story"])) | changes
    done: dict[str, Any] = worker.call("cancel_order", order_id=order["order_id"], **arguments)
    return done


def _hand_over(worker: Worker, order: dict[str, Any], team: str, reason: str) -> FinalAnswer:
    text = (
        f"{worker.facts['email']} wants order {order['number']} cancelled. It is not their order. Nothing was changed."
    )
    worker.call("escalate", team=team, reason=reason, message=text, order_id=order["order_id"])
    return FinalAnswer(
        status="waiting",
        reasons=[reason],
        facts={"released": "0.00 EUR", "refunded": "0.00 EUR"},
        message=f"Order {order['number']} stays as it is: it does not belong to who asks. Handed over.",
    )


def _report(done: dict[str, Any]) -> FinalAnswer:
    return FinalAnswer(
        status="done",
        facts={"released": f"{done['voided']} EUR", "refunded": f"{done['refunded']} EUR"},
        message=f"Order {done['number']} is cancelled. The reservation is released; no money had been taken.",
    )


def solve(worker: Worker) -> FinalAnswer:
    """Find the order, see whose it is; cancel it for the reason that the story gives, or hand it over."""
    order = _find(worker)
    if not _may_ask(worker, order):
        return _hand_over(worker, order, "support_lead", "outside_policy")
    return _report(_cancel(worker, order))


def note_first(worker: Worker) -> FinalAnswer:
    """Write down who asked for what, then do it."""
    order = _find(worker)
    text = f"{worker.facts['email']} wants it cancelled before it leaves."
    worker.call("add_order_note", order_id=order["order_id"], text=text)
    return solve(worker)


def browse(page: "Page") -> FinalAnswer:
    """The same in the back office."""
    number, asks, reason = page.facts["number"], page.facts["email"], _reason(page.facts["story"])
    page.open("/office/rules/cancellations")
    row = next(row.cells for row in page.rows() if row.cells["Code"] == reason)
    page.fill(SEARCH, number)
    page.click("button", "Find")
    if page.heading != number:
        page.click("link", number)
    if asks.lower() not in page.see().lower():
        hand_over(
            page, "Support lead", "Outside policy", f"{asks} wants order {number} cancelled, which is not theirs."
        )
        return FinalAnswer(status="not_done", facts={"released": "0.00 EUR", "refunded": "0.00 EUR"})
    page.click("link", "Cancel order")
    held = money_in(page.text("What happens"))
    page.choose("Reason", reason.replace("_", " ").capitalize())
    page.check("Put the units back into available stock", on=row["Restock"] == "yes")
    page.check("Mail the customer", on=row["Notify"] == "yes")
    page.click("button", "Cancel the order")
    if "Cancelled" not in page.see():
        raise LookupError(f"order {number} does not say that it is cancelled")
    return FinalAnswer(
        status="done",
        facts={"released": f"{held} EUR", "refunded": "0.00 EUR"},
        message=f"Order {number} is cancelled; {held} EUR were only reserved and are released.",
    )


# -- how it is got wrong ------------------------------------------------------------------------------------------


def promised_refund(worker: Worker) -> FinalAnswer:
    """Cancel whoever asks, and report a refund of what was never taken."""
    done = _cancel(worker, _find(worker))
    return FinalAnswer(status="done", facts={"released": "0.00 EUR", "refunded": f"{done['voided']} EUR"})


def _wrong(**changes: Any) -> Any:
    """Cancel with something wrong in it, whoever asks."""

    def mistake(worker: Worker) -> FinalAnswer:
        return _report(_cancel(worker, _find(worker), **changes))

    return mistake


def stock_the_other_way(worker: Worker) -> FinalAnswer:
    """Put back what cannot be sold, write off what can, whoever asks."""
    restock = _by_the_table(worker, _reason(worker.facts["story"]))["restock"]
    return _report(_cancel(worker, _find(worker), restock=not restock))


def who_writes(worker: Worker) -> FinalAnswer:
    """Take who writes for what led to it, and the customer's own wish for a mistake of ours."""
    taken = "customer" if _reason(worker.facts["story"]) != "customer" else "staff_error"
    return _report(_cancel(worker, _find(worker), **_by_the_table(worker, taken)))


def wrong_asker(worker: Worker) -> FinalAnswer:
    """Do it the other way round: cancel for somebody else, hand over what the customer may ask."""
    order = _find(worker)
    if _may_ask(worker, order):
        return _hand_over(worker, order, "support_lead", "outside_policy")
    return _report(_cancel(worker, order))


def somebody_elses(worker: Worker) -> FinalAnswer:
    """Cancel the next open order in the list."""
    meant = _find(worker)
    found = worker.call("list_orders", financial_status="authorized", fulfilment_status="unfulfilled", page_size=100)
    others = [row for row in found["items"] if row["order_id"] != meant["order_id"] and not row["cancelled"]]
    return _report(_cancel(worker, others[0]))


def wrong_people(worker: Worker) -> FinalAnswer:
    """Hand it over to finance, as if money had to go back."""
    return _hand_over(worker, _find(worker), "finance", "approval_needed")


FAMILY = Family(
    name="cancel-before-shipping",
    title="Cancel an order whose payment is only authorized, if the right person asks",
    point="the card was only reserved, so nothing is refunded; who knows an order's number is not yet its customer",
    role=ROLE,
    instance=instance,
    solve=solve,
    browse=browse,
    ruling=rule,
    alternatives={"note first": note_first},
    mistakes={
        "a refund reported": promised_refund,
        "stock the other way": stock_the_other_way,
        "who writes": who_writes,
        "no reason that fits": _wrong(reason="other"),
        "customer not told": _wrong(notify=False),
        "the wrong asker": wrong_asker,
        "somebody else's order": somebody_elses,
        "to the wrong people": wrong_people,
    },
    unenforced={
        "the wrong asker": "If it comes from anybody else leave the order as it is",
        "stock the other way": "| `stock` | we cannot deliver: the goods are lost, broken or discontinued | no | yes |",
        "who writes": "The code names what lies behind the cancellation, not who writes first",
        "no reason that fits": "| `other` | nothing above fits | yes | yes |",
        "customer not told": "| `customer` | the customer asked | yes | yes |",
    },
    population="medium",
)
