"""Drafts with a discount above a seller's limit: where there are such, what approvers do, and what is left behind."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from worlds.crm.days import local_day
from worlds.crm.models import (
    Account,
    ApprovalRequest,
    Contact,
    EmailAddress,
    Opportunity,
    OpportunityContactRole,
    PipelineStage,
    Quote,
    QuoteLine,
)
from worlds.crm.people import asks, decides
from worlds.crm.rules import DISCOUNT_REP_BP
from worlds.crm.rulings.advance_deal import book_of
from worlds.crm.rulings.discount_approved import REJECTED
from worlds.crm.tasks import approver_talk
from worlds.crm.tasks.casework import at_work, noted, spare_note, word
from worlds.engine.context import Actor
from worlds.engine.task import SOLVABLE, Decision, Draw, Happening
from worlds.graders.answers import Answer, FromRow
from worlds.graders.effects import Before, Effect
from worlds.graders.expectation import Bundle, Expectation
from worlds.graders.predicates import any_value, mentions, ref
from worlds.graders.typed import Typed, date, money, person, record

BRANCHES: Final = (SOLVABLE, REJECTED)
_HOUR: Final = 3_600
_BOUND: Final = ("first", "second")
"""What the requests of the levels are called among the effects."""


@dataclass(frozen=True, slots=True)
class Case:
    """A draft with a discount that others have to approve, and whose deal it is of."""

    quote_id: int
    actor: Actor


_DRAFTS: Final = (
    select(Quote, Opportunity, Account)
    .join(Opportunity, Opportunity.id == Quote.opportunity_id)
    .join(PipelineStage, PipelineStage.id == Opportunity.stage_id)
    .join(Account, Account.id == Opportunity.account_id)
    .join(Contact, Contact.id == Quote.contact_id)
    .where(Quote.status == "draft", Quote.discount_bp > DISCOUNT_REP_BP, PipelineStage.kind == "open")
    .where(~Opportunity.is_deleted, ~Opportunity.approval_lock, ~Contact.is_deleted)
    .where(Quote.id.not_in(select(ApprovalRequest.quote_id)))
    .order_by(Quote.id)
)


def cases(draw: Draw) -> list[Case]:
    """Drafts of reps at work that lack nothing but the approval, of deals that have no other quote."""
    session, reps, found = draw.session, at_work(draw.session), []
    today = local_day(draw.now)
    for quote, deal, account in session.execute(_DRAFTS).tuples():
        book = book_of(session, account)
        right = book is not None and book.id == quote.price_book_id
        good = quote.expires_on > today and deal.close_date >= today
        if right and good and deal.owner_id in reps and _is_plain(session, quote):
            found.append(Case(quote.id, reps[deal.owner_id]))
    return found


def _is_plain(session: Session, quote: Quote) -> bool:
    """Whether all its discount is the quote's own, its products differ, one decides there, and it can be mailed."""
    quotes = select(func.count()).select_from(Quote).where(Quote.opportunity_id == quote.opportunity_id)
    lines = session.scalars(select(QuoteLine).where(QuoteLine.quote_id == quote.id)).all()
    deciders = select(func.count()).where(
        OpportunityContactRole.opportunity_id == quote.opportunity_id,
        OpportunityContactRole.role.in_(("decision_maker", "economic_buyer")),
    )
    alone = session.scalar(quotes) == 1 and session.scalar(deciders) == 1
    plain = len({one.product_id for one in lines}) == len(lines) > 0 and not any(one.discount_bp for one in lines)
    distinct = len({one.quantity for one in lines}) == len(lines)
    return alone and plain and distinct and address_of(session, quote) is not None


def address_of(session: Session, quote: Quote) -> str | None:
    """Where a quote goes."""
    valid = select(EmailAddress.value).where(EmailAddress.contact_id == quote.contact_id, ~EmailAddress.invalid)
    return session.scalars(valid.order_by(EmailAddress.is_primary.desc(), EmailAddress.id)).first()


def happenings(draw: Draw, quote_id: int, decision: Decision) -> list[Happening]:
    """Approvers at work: those before the one who asks decide by themselves, the others once that is answered."""
    chance, found = draw.rng("approvers"), []
    after, passed = "submit_quote", 0
    for at, (_, _, name) in enumerate(decision["levels"]):
        passed += chance.randint(_HOUR // 2, 4 * _HOUR)
        if at == decision["asks"]:
            question = approver_talk.question(chance, decision["question"], decision["product"])
            found.append(asks(name, quote_id, question, delay=passed))
            after, passed = "answer_question", chance.randint(_HOUR // 2, 4 * _HOUR)
        said = approver_talk.REJECTED if at == decision["rejects"] else approver_talk.APPROVED
        state = "rejected" if at == decision["rejects"] else "approved"
        found.append(decides(name, quote_id, state, chance.choice(said), delay=passed, after=after))
    return found


# -- what is left behind ------------------------------------------------------------------------------------------


def expectation(draw: Draw, case: Case, decision: Decision) -> Expectation:
    """The request, the answer and what approvers did; and then the quote that is presented, or left as it is."""
    session = draw.session
    quote = session.get_one(Quote, case.quote_id)
    deal = session.get_one(Opportunity, quote.opportunity_id)
    quoted = record(decision["quoted"])
    required = [*_requests(quote, case.actor, decision), _answered(decision), _quote(quote, decision)]
    approved = decision["branch"] == SOLVABLE
    about: dict[str, int | Sequence[int | None]] = {
        "opportunity_id": deal.id, "account_id": deal.account_id, "contact_id": (None, quote.contact_id),
    }  # fmt: skip
    _, _, last = decision["levels"][-1]
    required.append(_mailed(session, quote) if approved else noted(about, person(last), subject=(quoted,)))
    order = [] if approved else [Before("further" if len(decision["levels"]) > 1 else "decided", "note")]
    number = FromRow("record", _BOUND[len(decision["levels"]) - 1], "number")
    return Expectation(
        any_of=[Bundle(required=required, allowed=[spare_note(about, (quoted,))], order=order)],
        answer=Answer(
            "done" if approved else ("not_done", "done"),
            {"request": number, "total": money(decision["total"], decision["currency"])},
        ),
    )


def _why(decision: Decision) -> list[Typed]:
    return [record(decision["quoted"]), word(decision["gives"])]


def _requests(quote: Quote, actor: Actor, decision: Decision) -> list[Effect]:
    """The one request for approval; what its approver decided, and whoever was asked after them."""
    (place, first, name), *others = decision["levels"]
    states = ["rejected" if at == decision["rejects"] else "approved" for at in range(len(others) + 1)]
    found = [
        Effect(
            "request", "approval_request", "insert", where={"quote_id": quote.id, "level": place},
            set={
                "approver_id": first, "asked_by_id": actor.person, "discount_bp": quote.discount_bp,
                "reason": mentions(*_why(decision)),
            },
            bind=_BOUND[0], words=f"{quote.number} is submitted once to {name}, with what the customer gives for it",
        ),
        Effect(
            "decided", "approval_request", "update", where={"quote_id": quote.id, "level": place},
            set={"state": states[0]}, by="person:approver", count=(1, 99), words=f"{name} decided: {states[0]}",
        ),
    ]  # fmt: skip
    for (further, user_id, who), state in zip(others, states[1:], strict=True):
        found.append(
            Effect(
                "further", "approval_request", "insert", where={"quote_id": quote.id, "level": further},
                set={
                    "approver_id": user_id, "state": state,
                    "comment": any_value("what approvers write with a decision is theirs"),
                },
                by="person:approver", bind=_BOUND[1],
                words=f"{who} was asked after that and decided: {state}",
            )
        )  # fmt: skip
    return found


def _answered(decision: Decision) -> Effect:
    fact = decision["fact"]
    known = {"closes": date, "decides": person}.get(decision["question"], word)(fact)
    return Effect(
        "answer", "approval_message", "insert", where={"kind": "answer"},
        set={"approval_id": ref(_BOUND[decision["asks"]]), "body": mentions(known)},
        words=f"The approver's question is answered in the request: {fact}",
    )  # fmt: skip


def _quote(quote: Quote, decision: Decision) -> Effect:
    approved = decision["branch"] == SOLVABLE
    return Effect(
        "quote", "quote", "update", where={"id": quote.id},
        set={
            "status": "presented" if approved else "in_review", "discount_reason": mentions(*_why(decision)),
        },
        words=f"{quote.number} is submitted and " + ("presented after that" if approved else "left alone after that"),
    )  # fmt: skip


def _mailed(session: Session, quote: Quote) -> Effect:
    return Effect(
        "mail", "outbox_email", "insert", where={"kind": "quote", "opportunity_id": quote.opportunity_id},
        set={"to_address": address_of(session, quote), "contact_id": quote.contact_id},
        words=f"{quote.number} goes out to whom it is for, once",
    )  # fmt: skip
